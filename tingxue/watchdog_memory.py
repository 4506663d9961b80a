"""What the watchdog still has to say: each trouble once, again while it lasts, and that it is over.

Kept in one file of the home between two looks. What could not be said stays due. Spans are
measured by the clock that nobody sets; over a restart of the machine by the wall clock.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from domain.times import Steady
from tingxue.heartbeat import replace_file
from tingxue.watchdog import SETTLING_SECONDS, STEP_SECONDS, Seen, Trouble, stepped


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One trouble. since, over: by the wall clock; over None while it lasts. told: how often it
    was said, the last time at ``told_at`` (wall) and ``told_steady``. passing: a thing that has
    happened, neither lasting nor to be over."""

    key: str
    text: str
    ask: str
    since: datetime
    over: datetime | None = None
    told: int = 0
    told_at: datetime | None = None
    told_steady: float = 0.0
    passing: bool = False


@dataclass(slots=True, kw_only=True)
class Memory:
    """All troubles that are not done with, and how far the two clocks were apart. settling: until
    when, by the steady clock, what the wall clock says is not believed."""

    machine: str = ""
    offset: float = 0.0
    settling: float = 0.0
    known: dict[str, Known] = field(default_factory=dict)

    def follow(self, now: datetime, steady: Steady) -> bool:
        """Note where the clocks stand, and a step since the last time; whether what is told by
        the wall clock must wait."""
        offset = now.timestamp() - steady.seconds()
        step = offset - self.offset if self.machine == steady.machine else 0.0
        if self.machine != steady.machine:
            self.settling = 0.0
        if abs(step) > STEP_SECONDS:
            self.settling = steady.seconds() + SETTLING_SECONDS
            news = stepped(step)
            self._take(replace(_fresh(news, now), key=f"{news.key} {offset:.0f}", passing=True))
        self.machine, self.offset = steady.machine, offset
        return steady.seconds() < self.settling

    def take(self, seen: Seen, now: datetime) -> None:
        """What a look has found: what is new, what lasts, what is over."""
        here = {one.key for one in seen.troubles}
        for one in seen.troubles:
            self._take(_fresh(one, now))
        for key, known in self.known.items():
            gone = key not in here and not key.startswith(tuple(seen.unknown))
            if gone and not known.passing and known.over is None:
                self.known[key] = replace(known, over=now)

    def _take(self, fresh: Known) -> None:
        known = self.known.get(fresh.key)
        if known is not None:
            fresh = replace(known, text=fresh.text, ask=fresh.ask, over=None)
        self.known[fresh.key] = fresh

    def due(self, now: datetime, steady: Steady, repeat_minutes: int) -> list[Known]:
        """What must be said now: the new, what lasts and was said too long ago, the end."""
        span = timedelta(minutes=repeat_minutes).total_seconds()
        return [
            one
            for one in self.known.values()
            if not one.told or one.over or self._silent(one, now, steady) >= span
        ]

    def _silent(self, one: Known, now: datetime, steady: Steady) -> float:
        """Seconds since it was last said."""
        if one.told_steady and self.machine == steady.machine:
            return steady.seconds() - one.told_steady
        past = (now - one.told_at).total_seconds() if one.told_at else -1.0
        return past if past >= 0 else float("inf")

    def said(self, news: Sequence[Known], now: datetime, steady: Steady) -> None:
        """These have been said; what is over, or has only happened, is done with."""
        for one in news:
            if one.over or one.passing:
                del self.known[one.key]
            else:
                self.known[one.key] = replace(
                    one, told=one.told + 1, told_at=now, told_steady=steady.seconds()
                )

    @property
    def lasting(self) -> list[Known]:
        """The troubles there are now."""
        return [one for one in self.known.values() if not one.over and not one.passing]


def _fresh(trouble: Trouble, now: datetime) -> Known:
    return Known(key=trouble.key, text=trouble.text, ask=trouble.ask, since=now)


def remembered(path: Path, steady: Steady) -> Memory:
    """The memory in the file; an empty one where there is none. Raises ValueError when the file is
    no memory, OSError when it cannot be read."""
    try:
        kept = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Memory()
    try:
        known = [_read(one) for one in kept.pop("known")]
        memory = Memory(**kept, known={one.key: one for one in known})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no memory: {type(error).__name__}") from error
    if memory.machine != steady.machine:  # restarted since: that steady clock has ended
        memory.known = {k: replace(a, told_steady=0.0) for k, a in memory.known.items()}
    return memory


def keep(memory: Memory, path: Path) -> None:
    """Raises OSError."""
    said = asdict(memory) | {"known": [asdict(one) for one in memory.known.values()]}
    replace_file(path, json.dumps(said, ensure_ascii=False, default=datetime.isoformat))


def _read(kept: dict[str, object]) -> Known:
    for name in ("since", "over", "told_at"):
        moment = kept[name]
        kept[name] = datetime.fromisoformat(str(moment)) if moment is not None else None
    return Known(**kept)  # type: ignore[arg-type]  # checked by whoever reads the file
