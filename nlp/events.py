"""Joins reports of one event as they come, in memory: texts that say the same, about the same thing
at the same place.

Online leader clustering inside category × place × 72 h: the first report of an event leads it, and
a later one is compared only with leaders that share a key with it (nlp/duplicates.py, the same keys
and the same comparison by which triage joins cases). So a report costs the same after a million
others. For counting who speaks of what (nlp/surges.py); which case a report belongs to is decided
over the ledger, by tingxue/matching.py.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.joining import TEXT_WINDOW
from nlp.duplicates import READ_LIMIT, fingerprints, same

MOST_EVENTS = 10_000
"""Events that are kept at a time, some 6 KB each; beyond, the one that was quiet longest goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One report. ``subjects``: what it is about, "category:place" each; it joins an event with
    which it shares one. ``at``: aware UTC."""

    report_id: str
    text: str
    subjects: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leader:
    text: str
    subjects: tuple[str, ...]
    keys: tuple[str, ...]


class Events:
    """The events of the last 72 hours. Reports come in the order of their time; an event ends when
    nobody has joined it for so long. Same reports, same events."""

    __slots__ = ("_last", "_leaders", "_most", "_shelves", "_window")

    def __init__(self, window: timedelta = TEXT_WINDOW, most: int = MOST_EVENTS) -> None:
        self._window, self._most = window, most
        self._leaders: dict[str, _Leader] = {}
        self._last: OrderedDict[str, datetime] = OrderedDict()
        self._shelves: dict[str, dict[str, str]] = {}

    def __len__(self) -> int:
        return len(self._last)

    def add(self, heard: Heard) -> str:
        """The id of the report that leads its event: its own if the event is new. A text that is
        nothing but decoration joins nothing, and nothing joins it."""
        self._forget(heard.at)
        keys = fingerprints(heard.text)
        leader = self._found(heard, keys)
        if leader is None:
            if keys:
                self._lead(heard, keys)
            return heard.report_id
        self._last[leader] = heard.at
        self._last.move_to_end(leader)
        return leader

    def _found(self, heard: Heard, keys: Sequence[str]) -> str | None:
        """The leader of the same text, looked for among those that share a subject and a key. The
        first key is of the bare text as a whole: who shares it need not be compared."""
        hits: list[str] = []
        for subject in heard.subjects:
            shelf = self._shelves.get(subject)
            if shelf and keys:
                if keys[0] in shelf:
                    return shelf[keys[0]]
                hits += filter(None, map(shelf.get, keys))
        for report_id, _ in Counter(hits).most_common() if hits else ():
            if same(heard.text, self._leaders[report_id].text):
                return report_id
        return None

    def _lead(self, heard: Heard, keys: tuple[str, ...]) -> None:
        """Of the leaders that share a key only the newest is found by it: a common phrase costs no
        more than a rare one, and a true copy shares many keys."""
        if heard.report_id in self._last:  # its words were changed
            self._drop(heard.report_id)
        text = heard.text[: READ_LIMIT * 4]
        self._leaders[heard.report_id] = _Leader(text=text, subjects=heard.subjects, keys=keys)
        self._last[heard.report_id] = heard.at
        for subject in heard.subjects:
            shelf = self._shelves.setdefault(subject, {})
            for key in keys:
                shelf[key] = heard.report_id

    def _forget(self, now: datetime) -> None:
        """Events that are over, and the longest quiet ones where there are too many."""
        while self._last:
            report_id = next(iter(self._last))
            over = now - self._last[report_id] > self._window
            if not over and len(self._last) < self._most:
                return
            self._drop(report_id)

    def _drop(self, report_id: str) -> None:
        del self._last[report_id]
        leader = self._leaders.pop(report_id)
        for subject in leader.subjects:
            shelf = self._shelves[subject]
            for key in leader.keys:
                if shelf.get(key) == report_id:
                    del shelf[key]
            if not shelf:
                del self._shelves[subject]
