"""Mentions, their originals, sightings and verdicts.

``stage`` of a mention says which stage has it next: analyse, triage, done. Everything that
changes what people search counts up ``change_no``; the index stage catches up by it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, or_, select, update

from domain.joining import is_excerpt, said
from domain.types import Counts, Incoming, Mention, Sighting, Verdict
from ledger import dailies, schema
from ledger.rows import (
    chunks,
    insert_new,
    mention_row,
    sighting_row,
    to_mention,
    to_sighting,
    to_verdict,
    verdict_row,
)

_M = schema.mentions.c
_S = schema.sightings.c
_V = schema.verdicts.c

# Statements of every batch: built once, for building costs more than running.
_IDS: BindParameter[Sequence[str]] = bindparam("ids", expanding=True)
_MANY = select(schema.mentions).where(_M.mention_id.in_(_IDS))
_COUNTS = select(schema.sightings).where(_S.mention_id.in_(_IDS)).order_by(_S.seen_at)
_VERDICTS = select(schema.verdicts).where(_V.mention_id.in_(_IDS))
_WHEN_SCORED = (
    select(_M.mention_id, _M.first_scored_at, _V.scored_at)
    .join_from(schema.mentions, schema.verdicts)
    .where(_M.mention_id.in_(_IDS))
)
_ORPHANS = select(_M.mention_id, _M.parent_id, _M.own_channel).where(
    _M.parent_id.in_(_IDS), _M.parent_text == ""
)
_AT_STAGE = (
    select(schema.mentions)
    .where(_M.stage == bindparam("at"))
    .order_by(_M.first_seen_at, _M.mention_id)
    .limit(bindparam("most"))
)
_TO_STAGE = (
    update(schema.mentions)
    .where(_M.mention_id.in_(_IDS))
    .values(stage=bindparam("to"), change_no=_M.change_no + 1)
)
_SCORED = (
    update(schema.mentions)
    .where(_M.mention_id.in_(_IDS))
    .values(
        stage="triage",
        change_no=_M.change_no + 1,
        first_scored_at=func.coalesce(
            _M.first_scored_at,
            select(_V.scored_at).where(_V.mention_id == _M.mention_id).scalar_subquery(),
        ),
    )
)
_TOUCH = update(schema.mentions).where(_M.mention_id.in_(_IDS)).values(change_no=_M.change_no + 1)
_TO_INDEX = (
    select(_M.mention_id, _M.change_no).where(_M.change_no > _M.indexed_no).limit(bindparam("most"))
)
_INDEXED = (
    update(schema.mentions)
    .where(_M.mention_id == bindparam("of"), _M.indexed_no < bindparam("no"))
    .values(indexed_no=bindparam("no"))
)


class Mentions:
    """domain.ports.Mentions over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    # --- coming in

    def store(self, items: Sequence[tuple[Mention, Incoming]]) -> list[str]:
        """Ids not seen before, in order. See domain.ports.Mentions."""
        known = {m.mention_id: m for m in self.many([m.mention_id for m, _ in items])}
        new: dict[str, tuple[Mention, Incoming]] = {}
        again: list[tuple[Mention, Incoming]] = []
        for mention, raw in items:
            if mention.mention_id in known or mention.mention_id in new:
                again.append((mention, raw))
            else:
                new[mention.mention_id] = (mention, raw)
        self._add(list(new.values()))
        known |= {i: mention for i, (mention, _) in new.items()}
        for mention, raw in again:
            known[mention.mention_id] = self._seen_again(known[mention.mention_id], mention, raw)
        self._adopt([mention for mention, _ in new.values()])
        self._sight(items)
        return list(new)

    def _add(self, items: Sequence[tuple[Mention, Incoming]]) -> None:
        if items:
            self._db.execute(schema.mentions.insert(), [mention_row(m) for m, _ in items])
            self._db.execute(
                schema.originals.insert(),
                [_original(m, raw, m.first_seen_at, m.revision) for m, raw in items],
            )

    def _adopt(self, posts: Sequence[Mention]) -> None:
        """Comments that came before their post learn now what they are about."""
        by_id = {post.mention_id: post for post in posts}
        for part in chunks(list(by_id)):
            for mention_id, parent_id, own in self._db.execute(_ORPHANS, {"ids": part}).all():
                post = by_id[parent_id]
                if words := said(post):
                    self._db.execute(
                        update(schema.mentions)
                        .where(_M.mention_id == mention_id)
                        .values(
                            parent_text=words,
                            stage="analyse",
                            change_no=_M.change_no + 1,
                            own_channel=own or post.context.own_channel,
                        )
                    )

    def _seen_again(self, before: Mention, now: Mention, raw: Incoming) -> Mention:
        """Another query found it, or its text was changed (a revision, analysed again)."""
        values: dict[str, object] = {}
        queries = tuple(dict.fromkeys((*before.queries, *now.queries)))
        if queries != before.queries:
            values["queries"] = list(queries)
        changed = (now.title, now.text) != (before.title, before.text)
        if changed and not is_excerpt(now, before):
            revision = before.revision + 1
            values |= {
                "title": now.title,
                "text": now.text,
                "revision": revision,
                "stage": "analyse",
                "change_no": _M.change_no + 1,
            }
            self._db.execute(
                schema.originals.insert(), _original(before, raw, now.first_seen_at, revision)
            )
        if not values:
            return before
        self._db.execute(
            update(schema.mentions).where(_M.mention_id == before.mention_id).values(**values)
        )
        return self.many([before.mention_id])[0]

    def _sight(self, items: Sequence[tuple[Mention, Incoming]]) -> None:
        """Append counts where something changed; a case's level may follow from them."""
        last = {
            i: s.counts for i, s in self.latest_counts([m.mention_id for m, _ in items]).items()
        }
        rows, grown = [], []
        shown: dict[datetime, list[str]] = {}
        for mention, raw in items:
            before = last.get(mention.mention_id)
            if raw.counts is None or raw.counts == Counts():
                continue
            shown.setdefault(mention.first_seen_at, []).append(mention.mention_id)
            if raw.counts == before:
                continue
            last[mention.mention_id] = raw.counts
            sighting = Sighting(
                mention_id=mention.mention_id,
                seen_at=mention.first_seen_at,
                counts=raw.counts,
                source=mention.source,
            )
            rows.append(sighting_row(sighting))
            if before is not None:
                grown.append(mention.mention_id)
        if rows:
            self._db.execute(insert_new(self._db, schema.sightings), rows)
        for moment, ids in shown.items():
            for part in chunks(ids):
                here = update(schema.mentions).where(_M.mention_id.in_(part))
                self._db.execute(here.values(counted_at=moment))
        for part in chunks(grown):
            self._db.execute(
                update(schema.mentions)
                .where(_M.mention_id.in_(part), _M.stage == "done")
                .values(stage="triage", change_no=_M.change_no + 1)
            )

    # --- reading

    def get(self, mention_id: str) -> Mention | None:
        """The mention, or None."""
        found = self.many([mention_id])
        return found[0] if found else None

    def many(self, mention_ids: Sequence[str]) -> list[Mention]:
        """The mentions of these ids that exist, in the order of first seen."""
        found: list[Mention] = []
        for part in chunks(list(dict.fromkeys(mention_ids))):
            found += [to_mention(row) for row in self._db.execute(_MANY, {"ids": part}).mappings()]
        return sorted(found, key=lambda m: (m.first_seen_at, m.mention_id))

    def seen_within(self, since: datetime, until: datetime) -> list[tuple[Mention, Verdict]]:
        """Scored mentions first seen in [since, until), in that order."""
        query = (
            select(schema.mentions, *(c for c in _V if c.name != "mention_id"))
            .join_from(schema.mentions, schema.verdicts)
            .where(_M.first_seen_at >= since, _M.first_seen_at < until)
            .order_by(_M.first_seen_at, _M.mention_id)
        )
        rows = self._db.execute(query).mappings()
        return [(to_mention(row), to_verdict(row)) for row in rows]

    def first_seen(self) -> datetime | None:
        """When the first mention of all was seen."""
        first: datetime | None = self._db.scalar(select(func.min(_M.first_seen_at)))
        return first

    def originals(self, mention_id: str) -> list[tuple[str, str]]:
        """(title, text) as they came, oldest revision first. Only ``tingxue.door`` calls this."""
        table = schema.originals.c
        query = select(table.title, table.text).where(table.mention_id == mention_id)
        return [(t, x) for t, x in self._db.execute(query.order_by(table.revision))]

    def latest_counts(self, mention_ids: Sequence[str]) -> dict[str, Sighting]:
        """The newest sighting of each."""
        found = {}
        for part in chunks(list(mention_ids)):
            for row in self._db.execute(_COUNTS, {"ids": part}).mappings():
                found[row["mention_id"]] = to_sighting(row)
        return found

    def sightings(self, mention_id: str) -> list[Sighting]:
        """All counts of one mention, oldest first."""
        table = schema.sightings
        query = select(table).where(table.c.mention_id == mention_id).order_by(table.c.seen_at)
        return [to_sighting(row) for row in self._db.execute(query).mappings()]

    # --- stages

    def to_analyse(self, limit: int) -> list[Mention]:
        """Mentions without a verdict on their present text, first seen first."""
        return self._at_stage("analyse", limit)

    def take_to_analyse(self, limit: int) -> list[Mention]:
        """The same, but without those that another worker holds, and held until the transaction
        ends. Not against who only refers to them."""
        query = _AT_STAGE.with_for_update(skip_locked=True, key_share=True)
        found = self._db.execute(query, {"at": "analyse", "most": limit})
        return [to_mention(row) for row in found.mappings()]

    def to_triage(self, limit: int, after: Mention | None = None) -> list[Mention]:
        """Mentions whose verdict or spread no case has taken up yet; see domain.ports."""
        return self._at_stage("triage", limit, after)

    def _at_stage(self, stage: str, limit: int, after: Mention | None = None) -> list[Mention]:
        query = _AT_STAGE
        if after is not None:
            same_moment = and_(_M.first_seen_at == after.first_seen_at,
                               _M.mention_id > after.mention_id)  # fmt: skip
            query = query.where(or_(_M.first_seen_at > after.first_seen_at, same_moment))
        found = self._db.execute(query, {"at": stage, "most": limit})
        return [to_mention(row) for row in found.mappings()]

    def unchanged(self, read: Sequence[Mention]) -> set[str]:
        """Ids of those that still stand as they were read."""
        now = {m.mention_id: m for m in self.many([m.mention_id for m in read])}
        return {m.mention_id for m in read if now.get(m.mention_id) == m}

    def revised_at(self, mention_id: str) -> datetime | None:
        """When the present words came, or None while they are the first."""
        table = schema.originals.c
        query = select(func.max(table.seen_at)).where(
            table.mention_id == mention_id, table.revision > 1
        )
        moment: datetime | None = self._db.scalar(query)
        return moment

    def put_verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """Replace the verdicts of these mentions and hand them to triage."""
        ids = [v.mention_id for v in verdicts]
        table = schema.verdicts
        for part in chunks(ids):
            self._to_stage(part, "triage")  # first: it waits for a worker who has them in hand
            self._db.execute(table.delete().where(table.c.mention_id.in_(part)))
        if verdicts:
            self._db.execute(table.insert(), [verdict_row(v) for v in verdicts])
        for part in chunks(ids):
            self._db.execute(_SCORED, {"ids": part})
            dailies.changed(self._db, part)

    def unread(self, mention_ids: Sequence[str]) -> set[str]:
        """Those whose present words have no verdict yet."""
        found: set[str] = set()
        for part in chunks(list(mention_ids)):
            query = select(_M.mention_id).where(_M.mention_id.in_(part), _M.stage == "analyse")
            found |= set(self._db.scalars(query))
        return found

    def triaged(self, mention_ids: Sequence[str]) -> None:
        """Triage has dealt with these."""
        for part in chunks(list(mention_ids)):
            self._to_stage(part, "done")

    def _to_stage(self, ids: Sequence[str], stage: str) -> None:
        self._db.execute(_TO_STAGE, {"ids": ids, "to": stage})

    def again(self) -> int:
        """Have everything analysed again (a new analyser); the number of mentions."""
        done = self._db.execute(update(schema.mentions).values(stage="analyse"))
        return done.rowcount

    def verdicts(self, mention_ids: Sequence[str]) -> dict[str, Verdict]:
        """The present verdicts of those that have one."""
        found = {}
        for part in chunks(list(mention_ids)):
            for row in self._db.execute(_VERDICTS, {"ids": part}).mappings():
                found[row["mention_id"]] = to_verdict(row)
        return found

    def scored_at(self, mention_ids: Sequence[str]) -> dict[str, tuple[datetime | None, datetime]]:
        """Of those that have a verdict: when they got their first one, and their present one."""
        found: dict[str, tuple[datetime | None, datetime]] = {}
        for part in chunks(list(mention_ids)):
            for one, first, last in self._db.execute(_WHEN_SCORED, {"ids": part}):
                found[one] = (first, last)
        return found

    # --- the index

    def touch(self, mention_ids: Sequence[str]) -> None:
        """Something people search these by has changed (their case, say)."""
        for part in chunks(list(mention_ids)):
            self._db.execute(_TOUCH, {"ids": part})

    def to_index(self, limit: int) -> list[tuple[str, int]]:
        """(mention_id, change_no) of what the index has not seen."""
        return [(i, n) for i, n in self._db.execute(_TO_INDEX, {"most": limit})]

    def indexed(self, done: Sequence[tuple[str, int]]) -> None:
        """The index holds these as of that change; a later change stays to be indexed."""
        if done:
            self._db.execute(_INDEXED, [{"of": i, "no": change_no} for i, change_no in done])

    def every_id(self) -> Iterator[list[str]]:
        """All ids in pieces, in the order of first seen."""
        query = select(_M.mention_id).order_by(_M.first_seen_at, _M.mention_id)
        for part in self._db.execution_options(yield_per=500).scalars(query).partitions():
            yield list(part)

    def untriaged(self, scored_before: datetime) -> int:
        """How many mentions have waited for triage since before that moment."""
        query = (
            select(func.count())
            .select_from(schema.mentions.join(schema.verdicts))
            .where(_M.stage == "triage", schema.verdicts.c.scored_at < scored_before)
        )
        return self._db.scalar(query) or 0

    def waiting(self) -> dict[str, int]:
        """How many mentions each stage has before it."""
        query = select(_M.stage, func.count()).group_by(_M.stage)
        return {stage: n for stage, n in self._db.execute(query)}


def _original(mention: Mention, raw: Incoming, at: datetime, revision: int) -> dict[str, object]:
    return {
        "mention_id": mention.mention_id,
        "revision": revision,
        "title": raw.title,
        "text": raw.text,
        "parent_text": raw.context.parent_text,
        "seen_at": at,
    }
