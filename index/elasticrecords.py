"""The records of ``domain.records`` on the search server, shown and counted beside the mentions.

Times that have passed are stored (minutes until somebody signed); what is overdue is not, for it
changes by itself: it is asked as "the limit is past, and it is still owed". Who acted, and what
somebody noted, is not there.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from domain.actions import OPEN, RULES, SYSTEM_ACTIONS
from domain.records import Record, documents
from domain.reviews import Review
from domain.search import Rebuilt, Refused
from domain.types import (
    Case,
    CaseEvent,
    Delivery,
    Duty,
    Obligation,
    Outcome,
    Sighting,
    SourceRun,
    State,
)
from index.elasticdocs import Names, moment, said
from index.elasticstore import Row, Store
from index.mappings import KINDS, MENTIONS, OBLIGATIONS, Kind

_WELL = frozenset({Outcome.OK, Outcome.EMPTY_CONFIRMED})
_LIVE = frozenset({*OPEN, State.NOT_OURS})
_BY_NAME = {kind.name: kind for kind in KINDS}
_LONGEST_ERROR = 300


@dataclass(frozen=True, slots=True)
class ElasticRecords:
    """domain.ports.RecordIndex, on the server of the search index."""

    store: Store
    names: Names

    def present(self) -> bool:
        """Whether every kind is there."""
        return all(self.store.present(kind) for kind in KINDS if kind is not MENTIONS)

    def put(self, records: Sequence[Record]) -> Sequence[Refused]:
        """See domain.ports.RecordIndex."""
        rows: dict[Kind, list[Row]] = defaultdict(list)
        for record in records:
            for kind, row in self._rows(record):
                rows[kind].append(row)
        return [one for kind in rows for one in self.store.write(kind, partial(iter, rows[kind]))]

    def make(self) -> None:
        """Every kind is there when this returns, if empty."""
        for kind in KINDS:
            if kind is not MENTIONS:
                self.store.make(kind)

    def drop(self, gone: Sequence[tuple[str, str]]) -> None:
        """See domain.ports.RecordIndex."""
        ids: dict[str, list[str]] = defaultdict(list)
        for name, doc_id in gone:
            ids[name].append(doc_id)
        for name, some in ids.items():
            self.store.remove(_BY_NAME[name], some)

    def rebuild(self, every: Mapping[str, Iterator[Record]]) -> Rebuilt:
        """See domain.ports.RecordIndex: kind after kind, each without a gap."""
        owed: list[Row] = []

        def rows(records: Iterator[Record]) -> Iterator[Row]:
            for record in records:
                for kind, row in self._rows(record):
                    if kind is OBLIGATIONS:
                        owed.append(row)
                    else:
                        yield row

        done = [self.store.rebuild(_BY_NAME[name], rows(some)) for name, some in every.items()]
        done.append(self.store.rebuild(OBLIGATIONS, iter(owed)))
        return Rebuilt(
            count=sum(one.count for one in done),
            refused=tuple(refused for one in done for refused in one.refused),
        )

    def _rows(self, record: Record) -> Iterator[tuple[Kind, Row]]:
        for (name, doc_id), source in zip(documents(record), self._sources(record), strict=True):
            yield _BY_NAME[name], Row.of(doc_id, said(source))

    def _sources(self, record: Record) -> list[dict[str, Any]]:
        """In the order of ``documents``."""
        match record:
            case Case():
                owed = (self._obligation(record, one) for one in record.obligations)
                return [self._case(record), *owed]
            case CaseEvent():
                return [_step(record)]
            case Delivery():
                return [self._delivery(record)]
            case Review():
                return [_review(record)]
            case Sighting():
                return [self._sighting(record)]
            case SourceRun():
                return [self._run(record)]

    def _case(self, case: Case) -> dict[str, Any]:
        plain = ("case_id", "place", "version", "recurs", "merged_into")
        moments = (
            "opened_at", "last_report_at", "registered_at", "acceptance_due", "settlement_due",
            "unverified_since", "admitted_at", "refused_at",
        )  # fmt: skip
        made: dict[str, Any] = {name: getattr(case, name) for name in plain}
        made |= {name: moment(getattr(case, name)) for name in moments}
        return made | self._about(case) | {
            "status": str(case.status),
            "is_open": case.status in _LIVE,
            "mentions": len(case.mention_ids),
            "departments": [owed.department for owed in case.obligations],
        }  # fmt: skip

    def _about(self, case: Case) -> dict[str, Any]:
        return {
            "categories": list(case.categories),
            "category_names": [self.names.categories.get(c, c) for c in case.categories],
            "place": case.place,
            "level": str(case.level),
            "level_rank": case.level.rank,
        }

    def _obligation(self, case: Case, owed: Obligation) -> dict[str, Any]:
        moments = ("opened_at", "ack_due", "reply_due", "acknowledged_at", "replied_at",
                   "accepted_at")  # fmt: skip
        made: dict[str, Any] = {name: moment(getattr(owed, name)) for name in moments}
        live = owed.status in _LIVE and owed.transferred_to is None
        replies = owed.duty is Duty.LEAD or owed.reply_asked
        return made | self._about(case) | {
            "case_id": owed.case_id,
            "department": owed.department,
            "duty": str(owed.duty),
            "duty_name": self.names.duties[owed.duty],
            "status": str(owed.status),
            "case_status": str(case.status),
            "ack_minutes": _minutes(owed.opened_at, owed.acknowledged_at),
            "reply_minutes": _minutes(owed.opened_at, owed.replied_at),
            "accept_minutes": _minutes(owed.opened_at, owed.accepted_at),
            "ack_late": _late(owed.acknowledged_at, owed.ack_due),
            "reply_late": _late(owed.replied_at, owed.reply_due),
            "owes_ack": live and owed.acknowledged_at is None,
            "owes_reply": live and replies and owed.replied_at is None,
            "reworked_count": owed.reworked_count,
            "declined": owed.declined,
            "transferred_to": owed.transferred_to,
        }  # fmt: skip

    def _delivery(self, sent: Delivery) -> dict[str, Any]:
        alert, after = sent.alert, _minutes(sent.alert.created_at, sent.accepted_at)
        plain = ("delivery_id", "receiver", "channel", "state", "attempts", "stands_for")
        return {name: getattr(sent, name) for name in plain} | {
            "alert_id": alert.alert_id,
            "case_id": alert.case_id,
            "purpose": alert.purpose,
            "level": str(alert.level) if alert.level else None,
            "state_name": self.names.deliveries.get(sent.state, sent.state),
            "created_at": moment(alert.created_at),
            "accepted_at": moment(sent.accepted_at),
            "seconds": None if after is None else after * 60,
            "error": sent.error[:_LONGEST_ERROR],
            "drill": alert.drill,
        }

    def _run(self, run: SourceRun) -> dict[str, Any]:
        took = _minutes(run.started_at, run.finished_at)
        return {
            "run_id": run.run_id,
            "source": run.source,
            "source_name": self.names.sources.get(run.source, run.source),
            "started_at": moment(run.started_at),
            "finished_at": moment(run.finished_at),
            "seconds": None if took is None else took * 60,
            "outcome": str(run.outcome) if run.outcome else None,
            "outcome_name": self.names.outcomes[run.outcome] if run.outcome else "未结束",
            "well": run.outcome in _WELL if run.outcome else None,
            "seen": run.seen,
            "new": run.new,
            "detail": run.detail,
        }

    def _sighting(self, seen: Sighting) -> dict[str, Any]:
        counts = seen.counts
        return {
            "mention_id": seen.mention_id,
            "seen_at": moment(seen.seen_at),
            "source": seen.source,
            "source_name": self.names.sources.get(seen.source, seen.source),
            "likes": counts.likes,
            "comments": counts.comments,
            "shares": counts.shares,
            "views": counts.views,
            "lower_bounds": sorted(counts.lower_bounds),
        }


def _step(event: CaseEvent) -> dict[str, Any]:
    known = RULES.get(event.action)
    return {
        "case_id": event.case_id,
        "no": event.no,
        "at": moment(event.at),
        "role": str(event.actor.role),
        "action": event.action,
        "action_name": known.name if known else SYSTEM_ACTIONS.get(event.action, event.action),
        "department": event.department or None,
        "from_state": event.from_state or None,
        "to_state": event.to_state or None,
    }


def _review(item: Review) -> dict[str, Any]:
    return {
        "review_id": item.review_id,
        "state": str(item.state),
        "mentions": len(item.mention_ids),
        "opened_at": moment(item.opened_at),
        "due_at": moment(item.due_at),
        "decided_at": moment(item.decided_at),
        "case_id": item.case_id,
    }


def _minutes(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds() / 60


def _late(done: datetime | None, due: datetime) -> bool | None:
    return None if done is None else done > due
