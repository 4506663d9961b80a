"""Surges and silences that have rung, until they are over."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from domain.alarms import Series, SeriesKind, SilenceRecord, SurgeRecord
from ledger import schema

_U, _S = schema.surges.c, schema.silences.c


class Alarms:
    """Both, over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def surges(self) -> list[SurgeRecord]:
        """Those that go on, oldest first."""
        query = select(schema.surges).where(_U.ended_at.is_(None)).order_by(_U.began_at)
        return [
            SurgeRecord(
                series=Series(kind=SeriesKind(row["kind"]), what=row["what"], place=row["place"]),
                began_at=row["began_at"], last_at=row["last_at"], step=row["step"],
                people=row["people"], expected=row["expected"], ended_at=row["ended_at"],
            )
            for row in self._db.execute(query).mappings()
        ]  # fmt: skip

    def put_surge(self, surge: SurgeRecord) -> None:
        """A new one, or one as it stands now."""
        series = surge.series
        key = (
            (_U.kind == str(series.kind)) & (_U.what == series.what)
            & (_U.place == series.place) & (_U.began_at == surge.began_at)
        )  # fmt: skip
        values = {
            "last_at": surge.last_at, "step": surge.step, "people": surge.people,
            "expected": surge.expected, "ended_at": surge.ended_at,
        }  # fmt: skip
        if self._db.execute(update(schema.surges).where(key).values(**values)).rowcount == 0:
            self._db.execute(schema.surges.insert().values(
                kind=str(series.kind), what=series.what, place=series.place,
                began_at=surge.began_at, **values,
            ))  # fmt: skip

    def end_surge(self, surge: SurgeRecord, at: datetime) -> None:
        """It is over."""
        self.put_surge(replace(surge, ended_at=at))

    def silences(self) -> dict[str, SilenceRecord]:
        """By source, those that go on."""
        query = select(schema.silences).where(_S.ended_at.is_(None))
        return {row["source"]: SilenceRecord(**row) for row in self._db.execute(query).mappings()}

    def failed_until(self, source: str, now: datetime) -> datetime | None:
        """When the source could be read again after its last silence of failing runs; ``now`` while
        that goes on, None without one."""
        query = (
            select(func.coalesce(_S.ended_at, now))
            .where(_S.source == source, _S.reason == "failing")
            .order_by(_S.began_at.desc())
            .limit(1)
        )
        until: datetime | None = self._db.scalar(query)
        return until

    def begin_silence(self, silence: SilenceRecord) -> None:
        """It has rung."""
        self._db.execute(schema.silences.insert().values(
            source=silence.source, began_at=silence.began_at, reason=silence.reason,
            told_at=silence.told_at, ended_at=None,
        ))  # fmt: skip

    def end_silence(self, source: str, at: datetime) -> bool:
        """The source speaks again; False when somebody else has written that already."""
        done = self._db.execute(
            update(schema.silences)
            .where(_S.source == source, _S.ended_at.is_(None))
            .values(ended_at=at)
        )
        return done.rowcount > 0
