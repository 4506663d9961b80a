"""Which page is opened next, how gently, and how far each has come: the last by a source's marks.

A page's mark is a moment and how many screens of it were read, or ``done``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.times import shanghai_day

PAGES = "pages"
"""Key of the mark that counts today's pages: "2026-12-21 17"."""

POST = "post:"
"""Begins the key of a single post, which is opened for its counts and its comments; its mention id
follows."""

WORK = "work:"
"""Begins the key of a place in the list of the account's own works; the mark is a moment and a
digest of what stood there."""

_STALE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How gently. pause: seconds between two pages, at least and at most, by chance. wait: seconds
    for an answer; begins: for a request to start. daily_cap: pages a day, over all runs. longest:
    seconds of one run; it ends by itself before its parent ends it."""

    pause: tuple[float, float]
    daily_cap: int
    wait: float = 20.0
    begins: float = 1.0
    longest: float = 720.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page to be opened. key: of its mark; that of a single post begins with ``POST``."""

    key: str
    address: str


def pages_today(marks: Mapping[str, str], now: datetime) -> int:
    """Pages that were read on this Shanghai day, in all runs."""
    day, _, count = marks.get(PAGES, "").partition(" ")
    return int(count) if day == str(shanghai_day(now)) else 0


def in_turn(visits: Iterable[Visit], stored: Mapping[str, str]) -> Sequence[Visit]:
    """What was broken off first, then what was never seen, then what was seen longest ago; single
    posts after all that."""

    def turn(visit: Visit) -> tuple[int, str]:
        at, _, state = stored.get(visit.key, "").partition(" ")
        if visit.key.startswith(POST):
            return (3, at)
        return (1 if not at else 2 if state == "done" else 0, at)

    return sorted(visits, key=turn)


def depth(mark: str) -> int:
    """How many pages of a visit were read before it was broken off."""
    state = mark.rpartition(" ")[2]
    return int(state) if state.isdecimal() else 0


def unchanged(marks: Mapping[str, str], now: datetime) -> frozenset[str]:
    """Digests of own works whose comments were read within a day as they stood: title, day and
    number of comments. After a day a work is read again whatever its line says."""
    read = (mark.partition(" ") for key, mark in marks.items() if key.startswith(WORK))
    return frozenset(
        stood for at, _, stood in read if now - datetime.fromisoformat(at) < _STALE
    )  # fmt: skip


def looked_at(marks: Mapping[str, str]) -> dict[str, datetime]:
    """When each single post was opened last, by its mention id, whatever the look brought."""
    return {
        key.removeprefix(POST): datetime.fromisoformat(mark.partition(" ")[0])
        for key, mark in marks.items() if key.startswith(POST)
    }  # fmt: skip
