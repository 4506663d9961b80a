"""What the sources did, run by run."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from domain.types import Outcome, RunReport, SourceRun
from ledger import schema

_R = schema.source_runs.c
_FIELDS = tuple(field.name for field in fields(SourceRun))
_WELL = (str(Outcome.OK), str(Outcome.EMPTY_CONFIRMED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a source has done, over its ended runs. first_at: start of the first. succeeded_at: end
    of the newest that succeeded. failing_since: start of the first that failed after that; None
    when the newest succeeded. outcome: the newest one's."""

    first_at: datetime
    succeeded_at: datetime | None
    failing_since: datetime | None
    outcome: Outcome


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

    def record(self, source: str) -> Record | None:
        """Of this source; None before its first run has ended."""
        ended = (_R.source == source) & _R.outcome.is_not(None)
        newest = self._db.execute(
            select(_R.outcome).where(ended).order_by(_R.started_at.desc()).limit(1)
        ).scalar()
        if newest is None:
            return None
        first, succeeded = select(func.min(_R.started_at)), select(_R.started_at, _R.finished_at)
        well = self._db.execute(
            succeeded.where(ended, _R.outcome.in_(_WELL)).order_by(_R.started_at.desc()).limit(1)
        ).first()
        failed = first.where(ended, _R.started_at > well[0]) if well else first.where(ended)
        return Record(
            first_at=self._db.execute(first.where(ended)).scalar_one(),
            succeeded_at=well[1] if well else None,
            failing_since=self._db.execute(failed).scalar(),
            outcome=Outcome(newest),
        )

    def brought(self, source: str, since: datetime) -> int:
        """New mentions of its runs that have ended since then."""
        total = select(func.sum(_R.new)).where(_R.source == source, _R.finished_at >= since)
        return self._db.scalar(total) or 0

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
