"""What the search server shows beside the mentions: which cases, deliveries and runs it has not
seen as they are now, and which of them are no more.

A case is as new as its version, a delivery as its state and its attempts, a run as its outcome. On
a ledger without such a server all of this only waits.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Select, Table, bindparam, delete, func, select, update

from domain.types import Case, Delivery, SourceRun
from ledger import schema
from ledger.cases import Cases
from ledger.claiming import to_delivery
from ledger.rows import insert_new
from ledger.runs import to_run

_C, _D, _R = schema.cases.c, schema.deliveries.c, schema.source_runs.c
_O, _F = schema.obligations.c, schema.forgotten_records.c
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
_RUNS_SHOWN = (
    update(schema.source_runs)
    .where(_R.run_id == bindparam("of"), func.coalesce(_R.outcome, "") == bindparam("said"))
    .values(indexed_outcome=bindparam("said"))
)
_PAGE = 500


class Projection:
    """Over one open transaction."""

    __slots__ = ("_cases", "_db")

    def __init__(self, connection: Connection, cases: Cases) -> None:
        self._db = connection
        self._cases = cases

    def cases(self, limit: int) -> list[Case]:
        """Cases that the server has not seen as they are."""
        query = select(_C.case_id).where(_C.version > _C.indexed_version).limit(limit)
        return [self._cases.get(case_id) for case_id in self._db.scalars(query).all()]

    def deliveries(self, limit: int) -> list[Delivery]:
        """The same of deliveries."""
        query = _MESSAGES.where(schema.DELIVERY_CHANGED).limit(limit)
        return [_delivery(row) for row in self._db.execute(query).mappings()]

    def runs(self, limit: int) -> list[SourceRun]:
        """The same of runs."""
        query = select(schema.source_runs).where(_R.indexed_outcome.is_(None)).limit(limit)
        return [to_run(row) for row in self._db.execute(query).mappings()]

    def shown(
        self,
        cases: Sequence[Case] = (),
        deliveries: Sequence[Delivery] = (),
        runs: Sequence[SourceRun] = (),
    ) -> None:
        """The server has these, as they are given here; a later change stays to be shown."""
        if cases:
            self._db.execute(_CASES_SHOWN, [{"of": c.case_id, "no": c.version} for c in cases])
        if deliveries:
            rows = [{"of": d.delivery_id, "at": d.state, "after": d.attempts} for d in deliveries]
            self._db.execute(_DELIVERIES_SHOWN, rows)
        if runs:
            ended = [{"of": run.run_id, "said": str(run.outcome or "")} for run in runs]
            self._db.execute(_RUNS_SHOWN, ended)

    def again(self) -> None:
        """The server has lost them: all are to be shown anew."""
        self._db.execute(update(schema.cases).values(indexed_version=0))
        self._db.execute(update(schema.deliveries).values(indexed_state=None))
        self._db.execute(update(schema.source_runs).values(indexed_outcome=None))

    # --- all of them, for a rebuild

    def every_case(self) -> Iterator[Case]:
        """Oldest first."""
        for case_id in self._cases.list_ids():
            yield self._cases.get(case_id)

    def every_delivery(self) -> Iterator[Delivery]:
        """By id."""
        return map(_delivery, self._rows(_MESSAGES, schema.deliveries, "delivery_id"))

    def every_run(self) -> Iterator[SourceRun]:
        """By id."""
        return map(to_run, self._rows(select(schema.source_runs), schema.source_runs, "run_id"))

    def _rows(self, query: Select[tuple[object, ...]], table: Table, key: str) -> Iterator[object]:
        last = ""
        while True:
            page = query.where(table.c[key] > last).order_by(table.c[key]).limit(_PAGE)
            rows = self._db.execute(page).mappings().all()
            yield from rows
            if len(rows) < _PAGE:
                return
            last = rows[-1][key]

    # --- what is no more

    def forgotten(self, limit: int) -> list[tuple[str, str]]:
        """(kind, id) of purged records that the server may still show."""
        return [
            (kind, one) for kind, one in self._db.execute(select(_F.kind, _F.doc_id).limit(limit))
        ]

    def dropped(self, records: Sequence[tuple[str, str]]) -> None:
        """The server shows none of these."""
        gone = delete(schema.forgotten_records).where(
            _F.kind == bindparam("of"), _F.doc_id == bindparam("id")
        )
        if records:
            self._db.execute(gone, [{"of": kind, "id": one} for kind, one in records])


def _delivery(row: object) -> Delivery:
    return Delivery(**to_delivery(row))  # type: ignore[arg-type]


def obligation_id(case_id: str, department: str) -> str:
    """The id of an obligation where it stands by itself."""
    return f"{case_id}|{department}"


def forget_cases(db: Connection, case_ids: Sequence[str]) -> None:
    """These cases are about to be deleted, with what hangs on them."""
    owed = select(_O.case_id, _O.department).where(_O.case_id.in_(case_ids))
    sent = select(_D.delivery_id).join(schema.alerts).where(schema.alerts.c.case_id.in_(case_ids))
    rows = [{"kind": "cases", "doc_id": case_id} for case_id in case_ids]
    rows += [{"kind": "obligations", "doc_id": obligation_id(c, d)} for c, d in db.execute(owed)]
    rows += [{"kind": "deliveries", "doc_id": one} for one in db.scalars(sent)]
    if rows:
        db.execute(insert_new(db, schema.forgotten_records), rows)
