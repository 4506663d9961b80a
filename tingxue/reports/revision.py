"""What a later edition changes: each figure before and after, and why, by ids.

Compared are the figures as the finished edition kept them, so what is shown is what was printed.
Why an id came or went is not for this module to know: it is told.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tingxue.reports.figure import Figure, Figures, count, segment

CHANGED = "changed"
"""First part of the keys under which a paper keeps what it changes."""
_DERIVED = ("rate", "change", "difference")
_OF_PAPER = ("complaints.listed", "duties.overdue_listed")
"""What fits on a page is no fact that could be corrected."""

Why = Callable[[str, str], str]
"""Of the key of a figure and an id that came, went or counts otherwise: the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure that is no longer as it was printed. before, after: None where the edition had no
    such figure. reasons: each with its ids, the most frequent first."""

    key: str
    before: Figure | None
    after: Figure | None
    reasons: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def name(self) -> str:
        """The figure's name."""
        return (self.after or self.before).name  # type: ignore[union-attr]  # one is there

    def figures(self) -> Iterator[Figure]:
        """What the paper says of it, each as a figure of its own."""
        one = f"{CHANGED}.{segment(self.key)}"
        if self.before is not None:
            yield replace(self.before, key=f"{one}.before", name=f"{self.name}（上一版）")
        unit = (self.after or self.before).unit  # type: ignore[union-attr]
        for number, (reason, ids) in enumerate(self.reasons, 1):
            yield count(f"{one}.why{number}", f"{self.name}变化：{reason}", ids, _unit(unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """edition: the one compared with, made at ``made_at``. changes: None where it left no figures
    that could be compared; ``why_not`` then says why."""

    edition: int
    made_at: datetime
    changes: Sequence[Change] | None
    why_not: str = ""

    def figures(self) -> Iterator[Figure]:
        """How many figures changed, and everything said of each."""
        if self.changes is None:
            return
        keys = (change.key for change in self.changes)
        yield count(CHANGED, "与上一版不同的指标", keys, "项")
        every: dict[str, dict[str, None]] = {}
        for change in self.changes:
            yield from change.figures()
            for reason, ids in change.reasons:
                every.setdefault(reason, {}).update(dict.fromkeys(ids))
        for number, (reason, found) in enumerate(every.items(), 1):
            yield count(f"{CHANGED}.why.{number}", reason, found, "个编号")


def changes(before: Figures, after: Figures, why: Why) -> list[Change]:
    """Every figure that is counted, summed or averaged and has another value or other ids, in the
    order of the paper; those that follow from two others are left out."""
    keys = [k for k in (*after.by_key, *(b for b in before.by_key if b not in after.by_key))]
    found = []
    for key in keys:
        old, new = before.get(key), after.get(key)
        if key in _OF_PAPER or (new or old).how in _DERIVED:  # type: ignore[union-attr]
            continue
        if _same(old, new):
            continue
        found.append(Change(key=key, before=old, after=new, reasons=_reasons(key, old, new, why)))
    return found


def _same(old: Figure | None, new: Figure | None) -> bool:
    if old is None or new is None:
        return not (old or new).value  # type: ignore[union-attr]  # nothing then, nothing now
    return old.value == new.value and set(old.ids) == set(new.ids)


def _reasons(
    key: str, old: Figure | None, new: Figure | None, why: Why
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    were, are = (set(figure.ids) if figure else set() for figure in (old, new))
    moved = sorted(were ^ are)
    if not moved or (old and new and new.how in ("sum", "average")):
        moved = sorted(were | are)  # the same ones are counted otherwise: each is asked about
    found: dict[str, list[str]] = {}
    for one in moved:
        reason = why(key, one)
        if reason:
            found.setdefault(reason, []).append(one)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return tuple((reason, tuple(ids)) for reason, ids in ordered)


def _unit(unit: str) -> str:
    return "条" if unit == "次" else "项" if unit == "小时" else unit
