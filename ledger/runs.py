"""What the sources did, run by run."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from domain.types import Outcome, RunReport, SourceRun
from ledger import schema

_R = schema.source_runs.c
_FIELDS = tuple(field.name for field in fields(SourceRun))


class Runs:
    """domain.ports.Runs over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def begin(self, run: SourceRun) -> None:
        """A run has started."""
        self._db.execute(
            schema.source_runs.insert().values(
                run_id=run.run_id,
                source=run.source,
                started_at=run.started_at,
                seen=0,
                new=0,
                detail="",
            )
        )

    def end(self, run_id: str, finished_at: datetime, report: RunReport) -> None:
        """The run has ended so; the first end counts."""
        self._db.execute(
            update(schema.source_runs)
            .where(_R.run_id == run_id, _R.outcome.is_(None))
            .values(
                finished_at=finished_at,
                outcome=str(report.outcome),
                seen=report.seen,
                new=report.new,
                detail=report.detail,
                indexed_outcome=None,
            )
        )

    def latest(self) -> dict[str, SourceRun]:
        """The newest run of every source that ever ran."""
        newest = select(_R.source, func.max(_R.started_at).label("at")).group_by(_R.source)
        last = newest.subquery()
        query = select(schema.source_runs).join(
            last, (last.c.source == _R.source) & (last.c.at == _R.started_at)
        )
        return {row["source"]: to_run(row) for row in self._db.execute(query).mappings()}

    def within(self, since: datetime, until: datetime) -> list[SourceRun]:
        """Runs started in [since, until), oldest first."""
        query = select(schema.source_runs).where(_R.started_at >= since, _R.started_at < until)
        return [to_run(row) for row in self._db.execute(query.order_by(_R.started_at)).mappings()]

    def unended(self) -> list[SourceRun]:
        """Runs whose end nobody wrote down: going on, or killed."""
        query = select(schema.source_runs).where(_R.outcome.is_(None)).order_by(_R.started_at)
        return [to_run(row) for row in self._db.execute(query).mappings()]


def to_run(row: Any) -> SourceRun:
    """A row of ``source_runs`` as a SourceRun."""
    known = {name: row[name] for name in _FIELDS}
    return SourceRun(**{**known, "outcome": Outcome(row["outcome"]) if row["outcome"] else None})
