"""Forgetting: what may not be kept longer is deleted, in one transaction, with its counts.

Originals go first, long before the masked mentions; what stands under a legal hold stays, with
everything that belongs to it. The ids of deleted mentions are left for the search index
(``ledger.forgotten``), which is no part of this transaction.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, Table, delete, select, update

from domain.actions import OPEN
from domain.casefold import closed_at
from domain.errors import NoSuchCase
from domain.plan import Retention
from domain.types import State
from ledger import schema
from ledger.attachments import Attachments
from ledger.cases import Cases
from ledger.folds import Folds
from ledger.forgotten import Forgotten
from ledger.mentions import Mentions
from ledger.projection import forget_cases, forget_reviews, forget_sightings
from ledger.rows import chunks

_M, _C = schema.mentions.c, schema.cases.c


class Purge:
    """Deletion by age, over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def run(self, now: datetime, keep: Retention) -> Mapping[str, int]:
        """Rows deleted per table."""
        self._say(True)
        counts = {
            "originals": self._originals(now - timedelta(days=keep.originals)),
            "rejects": self._older("rejects", "kept_at", now - timedelta(days=keep.rejects)),
            "cases": self._cases(now - timedelta(days=keep.cases)),
            "mentions": self._mentions(now - timedelta(days=keep.mentions)),
            "corrections": self._corrections(now - timedelta(days=keep.mentions)),
            "alerts": self._loose_alerts(now - timedelta(days=keep.mentions)),
            "surges": self._older("surges", "last_at", now - timedelta(days=keep.mentions)),
            "silences": self._older("silences", "told_at", now - timedelta(days=keep.mentions)),
            "pauses": self._older("pauses", "until", now - timedelta(days=keep.mentions)),
            "marks": self._older("marks", "at", now - timedelta(days=keep.mentions)),
            "audit": self._older("audit", "at", now - timedelta(days=keep.audit)),
        }
        self._say(False)
        return counts

    def hold(self, case_id: str, held: bool) -> None:
        """Put a case and its mentions under legal hold, or release them. Raises NoSuchCase."""
        members = schema.case_mentions.c
        ids = select(members.mention_id).where(members.case_id == case_id)
        done = self._db.execute(update(schema.cases).where(_C.case_id == case_id).values(held=held))
        if done.rowcount == 0:
            raise NoSuchCase(f"没有编号为 {case_id} 的案件")
        self._db.execute(update(schema.mentions).where(_M.mention_id.in_(ids)).values(held=held))

    def held(self, mention_ids: Sequence[str]) -> frozenset[str]:
        """Those of the mentions that stand under a legal hold, their own or their case's."""
        members = schema.case_mentions.c
        in_held = select(members.mention_id).join(schema.cases).where(_C.held)
        found: set[str] = set()
        for part in chunks(list(mention_ids)):
            named = _M.mention_id.in_(part)
            held = select(_M.mention_id).where(named, _M.held | _M.mention_id.in_(in_held))
            found |= set(self._db.scalars(held))
        return frozenset(found)

    def anything_held(self) -> bool:
        """Whether anything is under legal hold, so that nobody may delete by age alone."""
        held = select(_C.case_id).where(_C.held).union_all(select(_M.mention_id).where(_M.held))
        return self._db.execute(held.limit(1)).first() is not None

    def _say(self, purging: bool) -> None:
        """Lifts and restores the append-only guard for this transaction."""
        table = schema.meta
        self._db.execute(table.delete().where(table.c.key == "purging"))
        if purging:
            self._db.execute(table.insert().values(key="purging", value="1"))

    def _older(self, name: str, column: str, before: datetime) -> int:
        table = schema.metadata.tables[name]
        return self._db.execute(delete(table).where(table.c[column] < before)).rowcount

    def _originals(self, before: datetime) -> int:
        table = schema.originals
        members = schema.case_mentions
        in_held = select(members.c.mention_id).join(schema.cases).where(_C.held)
        gone = delete(table).where(
            table.c.seen_at < before,
            table.c.mention_id.not_in(select(_M.mention_id).where(_M.held)),
            table.c.mention_id.not_in(in_held),  # also what joined after the hold was put on
        )
        return self._db.execute(gone).rowcount

    def _cases(self, before: datetime) -> int:
        """Cases that were closed that long ago, with everything that hangs on them."""
        ids = self._closed(before)
        for part in chunks(ids):
            Mentions(self._db).touch(self._members(part))  # those that stay are in no case now
            forget_cases(self._db, part)
            Attachments(self._db).release(part)
            self._drop_deliveries(
                select(schema.alerts.c.alert_id).where(schema.alerts.c.case_id.in_(part))
            )
            for table in (
                schema.alerts,
                schema.events,
                schema.obligations,
                schema.case_keys,
                schema.case_mentions,
                schema.cases,
            ):
                self._db.execute(delete(table).where(table.c.case_id.in_(part)))
        return len(ids)

    def _closed(self, before: datetime) -> list[str]:
        live = [*map(str, OPEN), str(State.NOT_OURS)]
        ended = select(_C.case_id).where(  # what was opened later cannot have been closed earlier
            _C.opened_at < before, _C.held.is_(False), _C.status.not_in(live)
        )
        history = Cases(self._db, Folds()).events
        found = []
        for case_id in self._db.scalars(ended).all():
            closed = closed_at(history(case_id))
            if closed is not None and closed < before:
                found.append(case_id)
        return found

    def _members(self, case_ids: Sequence[str]) -> list[str]:
        members = schema.case_mentions.c
        return list(
            self._db.scalars(select(members.mention_id).where(members.case_id.in_(case_ids)))
        )

    def _drop_deliveries(self, alert_ids: "Select[tuple[str]]") -> None:
        table = schema.deliveries
        mine: ColumnElement[bool] = table.c.alert_id.in_(alert_ids)
        ids = select(table.c.delivery_id).where(mine)
        self._db.execute(delete(schema.attempts).where(schema.attempts.c.delivery_id.in_(ids)))
        self._db.execute(delete(table).where(mine))

    def _loose_alerts(self, before: datetime) -> int:
        """Those of no case: they may hold masked words, and go when that day's mentions go."""
        alerts = schema.alerts
        old = (alerts.c.case_id.is_(None)) & (alerts.c.created_at < before)
        self._drop_deliveries(select(alerts.c.alert_id).where(old))
        return self._db.execute(delete(alerts).where(old)).rowcount

    def _mentions(self, before: datetime) -> int:
        """Old mentions that belong to no case."""
        in_case = select(schema.case_mentions.c.mention_id)
        old = select(_M.mention_id).where(
            _M.first_seen_at < before, _M.held.is_(False), _M.mention_id.not_in(in_case)
        )
        ids = list(self._db.scalars(old))
        tables: tuple[Table, ...] = (
            schema.review_keys,
            schema.review_mentions,
            schema.originals,
            schema.sightings,
            schema.verdicts,
            schema.mentions,
        )
        for part in chunks(ids):
            forget_sightings(self._db, part)
            for table in tables:
                self._db.execute(delete(table).where(table.c.mention_id.in_(part)))
        Forgotten(self._db).note_missing(ids)
        self._empty_reviews()
        return len(ids)

    def _empty_reviews(self) -> None:
        """Items of the review list that speak of no mention any more."""
        table, members = schema.reviews, schema.review_mentions.c.review_id
        empty = select(table.c.review_id).where(table.c.review_id.not_in(select(members)))
        for part in chunks(list(self._db.scalars(empty))):
            forget_reviews(self._db, part)
            self._db.execute(delete(table).where(table.c.review_id.in_(part)))

    def _corrections(self, before: datetime) -> int:
        """They hold masked texts, and go when the mentions of their day go."""
        table, keys = schema.corrections, schema.correction_keys
        held = select(_M.mention_id).where(_M.held)
        old = select(table.c.correction_id).where(
            table.c.at < before, table.c.mention_id.not_in(held)
        )
        ids = list(self._db.scalars(old))
        for part in chunks(ids):
            self._db.execute(delete(keys).where(keys.c.correction_id.in_(part)))
            self._db.execute(delete(table).where(table.c.correction_id.in_(part)))
        return len(ids)
