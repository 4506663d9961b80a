"""From the ledger of a season that ends into the empty one of the next: what goes over.

Whole tables: accounts, what people taught the program, how far each source has come and which
refused us, the papers on record, links that were used, the daily totals. Of the rest: the cases
that are still open, and whatever began on the day of the change, so that no number is given twice
and the paper of that day is whole. Rows go over as they are; every chain holds there too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, func, select

from ledger import deskschema, indexschema, schema
from ledger.engine import Ledger
from ledger.rows import chunks
from ledger.transactions import reading, writing

WHOLE = (
    deskschema.users, deskschema.used_links, deskschema.counted_days, deskschema.day_totals,
    schema.corrections, schema.correction_keys, schema.marks, schema.pauses, schema.reports,
)  # fmt: skip
_M, _C, _R, _A = (t.c for t in (schema.mentions, schema.cases, schema.reviews, schema.alerts))
_UNCOUNTED = frozenset((
    schema.originals, schema.meta, indexschema.forgotten, indexschema.forgotten_records,
    indexschema.refusals, *deskschema.PASSING,
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Part:
    """The rows of a table whose column holds one of these."""

    table: Table
    column: Column[str]
    ids: Sequence[str]


def counts(ledger: Ledger) -> dict[str, int]:
    """Rows by table, but for what differs between a ledger and its archive, or comes and goes."""
    with reading(ledger.engine) as db:
        return {
            table.name: db.scalar(select(func.count()).select_from(table)) or 0
            for table in schema.metadata.sorted_tables
            if table not in _UNCOUNTED
        }


def carry(
    source: Ledger, target: Ledger, since: datetime, open_cases: Sequence[str]
) -> Mapping[str, int]:
    """Copy into the empty ledger; rows by table. ``since``: when the day of the change began."""
    done: dict[str, int] = {}
    with reading(source.engine) as old, writing(target.engine) as new:
        for table in WHOLE:
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            _put(new, table, rows, done)
        for part in _parts(old, since, open_cases):
            for some in chunks(part.ids):
                query = select(part.table).where(part.column.in_(some))
                _put(new, part.table, [dict(row) for row in old.execute(query).mappings()], done)
    return done


def _put(
    new: Connection, table: Table, rows: Sequence[Mapping[str, object]], done: dict[str, int]
) -> None:
    if rows:
        new.execute(table.insert(), list(rows))
        done[table.name] = done.get(table.name, 0) + len(rows)


def _parts(db: Connection, since: datetime, open_cases: Sequence[str]) -> Iterator[_Part]:
    """In an order in which every row finds what it hangs on."""
    begun = db.scalars(select(_C.case_id).where(_C.opened_at >= since))
    cases = list(dict.fromkeys([*open_cases, *begun]))
    reviews = list(db.scalars(select(_R.review_id).where(_R.opened_at >= since)))
    member, item = schema.case_mentions.c, schema.review_mentions.c
    mentions = dict.fromkeys(db.scalars(select(_M.mention_id).where(_M.first_seen_at >= since)))
    mentions |= dict.fromkeys(_of(db, member.mention_id, member.case_id, cases))
    mentions |= dict.fromkeys(_of(db, item.mention_id, item.review_id, reviews))
    for table in (schema.mentions, schema.originals, schema.sightings, schema.verdicts):
        yield _Part(table, table.c.mention_id, list(mentions))
    for table in (schema.cases, schema.case_mentions, schema.case_keys, schema.obligations,
                  schema.events, deskschema.attachments):  # fmt: skip
        yield _Part(table, table.c.case_id, cases)
    for table in (schema.reviews, schema.review_mentions, schema.review_keys):
        yield _Part(table, table.c.review_id, reviews)
    alerts = dict.fromkeys(_of(db, _A.alert_id, _A.case_id, cases))
    alerts |= dict.fromkeys(db.scalars(select(_A.alert_id).where(_A.created_at >= since)))
    yield _Part(schema.alerts, _A.alert_id, list(alerts))
    yield _Part(schema.deliveries, schema.deliveries.c.alert_id, list(alerts))
    sent = schema.deliveries.c
    deliveries = list(_of(db, sent.delivery_id, sent.alert_id, list(alerts)))
    yield _Part(schema.attempts, schema.attempts.c.delivery_id, deliveries)


def _of(db: Connection, wanted: Column[str], by: Column[str], ids: Sequence[str]) -> Iterator[str]:
    for some in chunks(ids):
        yield from db.scalars(select(wanted).where(by.in_(some)))
