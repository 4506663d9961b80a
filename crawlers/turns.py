"""Which page is opened next, and how far each has come: read from the marks of a source.

A page's mark is a moment and how many screens of it were read, or ``done``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.times import shanghai_day

PAGES = "pages"
"""Key of the mark that counts today's pages: "2026-12-21 17"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page to be opened. key: of its mark."""

    key: str
    address: str


def pages_today(marks: Mapping[str, str], now: datetime) -> int:
    """Pages that were read on this Shanghai day, in all runs."""
    day, _, count = marks.get(PAGES, "").partition(" ")
    return int(count) if day == str(shanghai_day(now)) else 0


def in_turn(visits: Iterable[Visit], stored: Mapping[str, str]) -> Sequence[Visit]:
    """What was broken off first, then what was never seen, then what was seen longest ago."""

    def turn(visit: Visit) -> tuple[int, str]:
        at, _, state = stored.get(visit.key, "").partition(" ")
        return (1 if not at else 2 if state == "done" else 0, at)

    return sorted(visits, key=turn)


def depth(mark: str) -> int:
    """How many pages of a visit were read before it was broken off."""
    state = mark.rpartition(" ")[2]
    return int(state) if state.isdecimal() else 0
