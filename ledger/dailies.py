"""What was heard each finished Shanghai day, counted once and kept; a day whose verdicts change
afterwards is counted anew.

The rule of ``tingxue.counting`` as a condition for SQL stands here; the hall counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from domain.times import shanghai_day
from ledger import schema
from ledger.deskschema import counted_days, day_totals
from ledger.rows import insert_new

_M, _V = schema.mentions.c, schema.verdicts.c
_D, _T = counted_days.c, day_totals.c
_NEVER = -1
_SEEN = select(_M.first_seen_at).where(
    _M.mention_id.in_(bindparam("ids", expanding=True))
).distinct()  # fmt: skip
_CHANGED = (
    update(counted_days).where(_D.day == bindparam("of")).values(changes=_D.changes + 1)
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What is counted of one mention. categories, places: each once."""

    platform: str
    polarity: str
    categories: tuple[str, ...]
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """kind: all, polarity, platform, category or place; name: which ("" of all). Of so many
    mentions so many are complaints."""

    kind: str
    name: str
    mentions: int
    complaints: int


def changed(db: Connection, mention_ids: Sequence[str]) -> None:
    """Verdicts of these mentions are new: their days, where they were counted, are no more as they
    were. A day that goes on has no row, so that analysers wait for nobody here."""
    days = {shanghai_day(at).isoformat() for at in db.scalars(_SEEN, {"ids": list(mention_ids)})}
    for day in sorted(days):  # in one order: two who change the same days do not wait in a ring
        db.execute(_CHANGED, {"of": day})


class Dailies:
    """Over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def heard(self, since: datetime, until: datetime, *, drill: bool) -> Iterator[Heard]:
        """Every mention that counts in [since, until): relevant, first seen then, drill or real."""
        columns = _M.platform, _V.polarity, _V.complaints, _V.places
        query = select(*columns).join(schema.verdicts).where(
            _M.first_seen_at >= since, _M.first_seen_at < until, _M.drill == drill, _V.relevant
        )  # fmt: skip
        for platform, polarity, complaints, places in self._db.execute(query):
            yield Heard(
                platform=platform, polarity=polarity, places=tuple(dict.fromkeys(places)),
                categories=tuple(dict.fromkeys(tag[0] for tag in complaints)),
            )  # fmt: skip

    def kept(self, days: Sequence[date]) -> dict[date, bool]:
        """Those of the days that were ever counted; whether nothing has changed since."""
        query = select(_D.day, _D.changes, _D.counted).where(_D.day.in_(map(str, days)))
        return {
            date.fromisoformat(day): changes == counted
            for day, changes, counted in self._db.execute(query)
            if counted != _NEVER
        }

    def begin(self, day: date) -> int:
        """The day is about to be counted: as of which change. Whoever changes it now waits."""
        row = {"day": str(day), "changes": 0, "counted": _NEVER}
        self._db.execute(insert_new(self._db, counted_days), row)
        query = select(_D.changes).where(_D.day == str(day)).with_for_update()
        return int(self._db.execute(query).scalar_one())

    def put(self, day: date, change: int, totals: Iterable[Total]) -> None:
        """The day's totals instead of what was kept of it."""
        self._db.execute(delete(day_totals).where(_T.day == str(day)))
        rows = [
            {"day": str(day), "kind": one.kind, "name": one.name, "mentions": one.mentions,
             "complaints": one.complaints}
            for one in totals
        ]  # fmt: skip
        if rows:
            self._db.execute(day_totals.insert(), rows)
        self._db.execute(update(counted_days).where(_D.day == str(day)).values(counted=change))

    def totals(self, days: Sequence[date]) -> dict[date, list[Total]]:
        """What is kept of these days, by day."""
        found: dict[date, list[Total]] = {}
        query = select(day_totals).where(_T.day.in_(map(str, days)))
        for day, kind, name, mentions, complaints in self._db.execute(query):
            one = Total(kind=kind, name=name, mentions=mentions, complaints=complaints)
            found.setdefault(date.fromisoformat(day), []).append(one)
        return found
