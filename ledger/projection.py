"""What the search server shows beside the mentions: which records it has not seen as they are now,
and which of them are no more.

A case and an item of the review list are as new as their versions, a delivery as its state and its
attempts, a run as its outcome; the steps of a case go with it, and counts never change. On a
ledger without such a server all of this only waits.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    select,
    update,
)

from domain.records import Record, obligation_id, sighting_id, step_id
from domain.reviews import Review
from domain.types import Case, CaseEvent, Delivery, Sighting, SourceRun
from ledger import indexschema, schema
from ledger.caserows import to_event
from ledger.cases import Cases
from ledger.claiming import to_delivery
from ledger.reviews import Reviews
from ledger.rows import Row, chunks, insert_new, to_sighting
from ledger.runs import to_run

_C, _D, _R = schema.cases.c, schema.deliveries.c, schema.source_runs.c
_O, _F, _E = schema.obligations.c, indexschema.forgotten_records.c, schema.events.c
_S, _V = schema.sightings.c, schema.reviews.c
_ALERT = [column for column in schema.alerts.c if column.name != "alert_id"]
_MESSAGES = select(schema.deliveries, *_ALERT).join(schema.alerts)
_CASES_SHOWN = (
    update(schema.cases)
    .where(_C.case_id == bindparam("of"), _C.indexed_version < bindparam("no"))
    .values(indexed_version=bindparam("no"))
)
_DELIVERIES_SHOWN = (
    update(schema.deliveries)
    .where(_D.delivery_id == bindparam("of"))
    .values(indexed_state=bindparam("at"), indexed_attempts=bindparam("after"))
)
_REVIEWS_SHOWN = (
    update(schema.reviews)
    .where(_V.review_id == bindparam("of"), _V.indexed_version < bindparam("no"))
    .values(indexed_version=bindparam("no"))
)
_SIGHTINGS_SHOWN = (
    update(schema.sightings)
    .where(_S.mention_id == bindparam("of"), _S.seen_at == bindparam("at"))
    .values(shown=True)
)
_RUNS_SHOWN = (
    update(schema.source_runs)
    .where(_R.run_id == bindparam("of"), func.coalesce(_R.outcome, "") == bindparam("said"))
    .values(indexed_outcome=bindparam("said"))
)
_PAGE = 500


class Projection:
    """Over one open transaction."""

    __slots__ = ("_cases", "_db", "_reviews")

    def __init__(self, connection: Connection, cases: Cases, reviews: Reviews) -> None:
        self._db = connection
        self._cases = cases
        self._reviews = reviews

    def waiting(self, limit: int) -> list[Record]:
        """What the server has not seen as it is: at most so many of each sort, and all the steps
        that these cases have taken since they were shown."""
        cases = self.cases(limit)
        return [
            *cases, *self._steps([case.case_id for case in cases]), *self.deliveries(limit),
            *self.runs(limit), *self.sightings(limit), *self.reviews(limit),
        ]  # fmt: skip

    def cases(self, limit: int) -> list[Case]:
        """Cases that the server has not seen as they are."""
        query = select(_C.case_id).where(_C.version > _C.indexed_version).limit(limit)
        return [self._cases.get(case_id) for case_id in self._db.scalars(query).all()]

    def _steps(self, case_ids: Sequence[str]) -> Iterator[CaseEvent]:
        new = select(schema.events).join(schema.cases).where(_E.no > _C.indexed_version)
        for part in chunks(case_ids):
            rows = self._db.execute(new.where(_E.case_id.in_(part)).order_by(_E.case_id, _E.no))
            yield from map(to_event, rows.mappings())

    def deliveries(self, limit: int) -> list[Delivery]:
        """The same of deliveries."""
        query = _MESSAGES.where(schema.DELIVERY_CHANGED).limit(limit)
        return [_delivery(row) for row in self._db.execute(query).mappings()]

    def runs(self, limit: int) -> list[SourceRun]:
        """The same of runs."""
        query = select(schema.source_runs).where(_R.indexed_outcome.is_(None)).limit(limit)
        return [to_run(row) for row in self._db.execute(query).mappings()]

    def sightings(self, limit: int) -> list[Sighting]:
        """The same of counts."""
        query = select(schema.sightings).where(_S.shown.is_(False)).limit(limit)
        return [to_sighting(row) for row in self._db.execute(query).mappings()]

    def reviews(self, limit: int) -> list[Review]:
        """The same of the review list."""
        changed = select(schema.reviews).where(_V.version > _V.indexed_version)
        return self._reviews.listed(changed.limit(limit))

    def shown(self, records: Sequence[Record]) -> None:
        """The server has these, as they are given here; a later change stays to be shown. A case is
        given with its steps."""
        marks: dict[Update, list[dict[str, object]]] = {}
        for record in records:
            match record:
                case Case():
                    mark = _CASES_SHOWN, {"of": record.case_id, "no": record.version}
                case Delivery():
                    mark = _DELIVERIES_SHOWN, {
                        "of": record.delivery_id, "at": record.state, "after": record.attempts,
                    }  # fmt: skip
                case SourceRun():
                    mark = _RUNS_SHOWN, {"of": record.run_id, "said": str(record.outcome or "")}
                case Sighting():
                    mark = _SIGHTINGS_SHOWN, {"of": record.mention_id, "at": record.seen_at}
                case Review():
                    mark = _REVIEWS_SHOWN, {"of": record.review_id, "no": record.version}
                case CaseEvent():
                    continue
            marks.setdefault(mark[0], []).append(mark[1])
        for statement, rows in marks.items():
            self._db.execute(statement, rows)

    def again(self) -> None:
        """The server has lost them: all are to be shown anew."""
        self._db.execute(update(schema.cases).values(indexed_version=0))
        self._db.execute(update(schema.deliveries).values(indexed_state=None))
        self._db.execute(update(schema.source_runs).values(indexed_outcome=None))
        self._db.execute(update(schema.sightings).values(shown=False))
        self._db.execute(update(schema.reviews).values(indexed_version=0))

    def every(self) -> Mapping[str, Iterator[Record]]:
        """All of them, for a rebuild, as ``domain.ports.RecordIndex`` takes them."""
        return {
            "cases": map(self._cases.get, self._cases.list_ids()),
            "steps": map(to_event, self._rows(select(schema.events), schema.events)),
            "deliveries": map(_delivery, self._rows(_MESSAGES, schema.deliveries)),
            "runs": map(to_run, self._rows(select(schema.source_runs), schema.source_runs)),
            "sightings": map(to_sighting, self._rows(select(schema.sightings), schema.sightings)),
            "reviews": iter(self._reviews.all()),
        }

    def _rows(self, query: Select[Any], table: Table) -> Iterator[Row]:
        """By the table's key, a page at a time; nothing is asked before the first is wanted."""
        ordered = query.order_by(*table.primary_key)
        with self._db.execute(ordered, execution_options={"yield_per": _PAGE}) as found:
            yield from found.mappings()

    # --- what is no more

    def forgotten(self, limit: int) -> list[tuple[str, str]]:
        """(kind, id) of purged records that the server may still show."""
        return [
            (kind, one) for kind, one in self._db.execute(select(_F.kind, _F.doc_id).limit(limit))
        ]

    def dropped(self, records: Sequence[tuple[str, str]]) -> None:
        """The server shows none of these."""
        gone = delete(indexschema.forgotten_records).where(
            _F.kind == bindparam("of"), _F.doc_id == bindparam("id")
        )
        if records:
            self._db.execute(gone, [{"of": kind, "id": one} for kind, one in records])


def _delivery(row: Row) -> Delivery:
    return Delivery(**to_delivery(row))


def forget_cases(db: Connection, case_ids: Sequence[str]) -> None:
    """These cases are about to be deleted, with what hangs on them."""
    owed = select(_O.case_id, _O.department).where(_O.case_id.in_(case_ids))
    taken = select(_E.case_id, _E.no).where(_E.case_id.in_(case_ids))
    sent = select(_D.delivery_id).join(schema.alerts).where(schema.alerts.c.case_id.in_(case_ids))
    rows = [{"kind": "cases", "doc_id": case_id} for case_id in case_ids]
    rows += [{"kind": "obligations", "doc_id": obligation_id(c, d)} for c, d in db.execute(owed)]
    rows += [{"kind": "steps", "doc_id": step_id(c, no)} for c, no in db.execute(taken)]
    rows += [{"kind": "deliveries", "doc_id": one} for one in db.scalars(sent)]
    _forget(db, rows)


def forget_sightings(db: Connection, mention_ids: Sequence[str]) -> None:
    """The counts of these mentions are about to be deleted."""
    seen = select(_S.mention_id, _S.seen_at).where(_S.mention_id.in_(mention_ids))
    _forget(db, [{"kind": "sightings", "doc_id": sighting_id(m, at)} for m, at in db.execute(seen)])


def forget_reviews(db: Connection, review_ids: Sequence[str]) -> None:
    """These items of the review list are about to be deleted."""
    _forget(db, [{"kind": "reviews", "doc_id": one} for one in review_ids])


def _forget(db: Connection, rows: Sequence[dict[str, str]]) -> None:
    if rows:
        db.execute(insert_new(db, indexschema.forgotten_records), rows)
