"""What a figure is: one named number with the ids of what it counts.

A figure is never typed in: it is made from its ids (``count``) or from two other figures (``rate``,
``compared``), so anybody can make it again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.counting import CountedMention, CountedVerdict, ListedMention
from domain.types import Case, Mention, Sighting, SourceRun, Verdict
from tingxue.counting import Period

Row = tuple[Mention | ListedMention, Verdict | CountedVerdict]
"""A mention that a paper may show, and its verdict."""
Counted = tuple[Mention | ListedMention | CountedMention, Verdict | CountedVerdict]
"""One that is only counted."""
How = Literal["count", "sum", "average", "rate", "change", "difference", "elapsed"]

SMALL_BASE = 20
"""Below this base a percentage says more than is known: counts are given instead (issue 9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number. ``value`` is in ``unit``; percentages are 0…100.

    how: "count" of ``ids``; "sum" or "average" over ``ids``; "elapsed": whole hours since the limit
    that the one obligation in ``ids`` has missed; "rate" = 100·a/b, "change" =
    100·(a−b)/b and "difference" = a−b of the two figures named in ``parts`` (their values in
    ``pair``). ``at_least``: the pages showed only a lower bound.
    """

    key: str
    name: str
    value: float
    unit: str
    ids: tuple[str, ...] = ()
    how: How = "count"
    parts: tuple[str, ...] = ()
    pair: tuple[int, int] | None = None
    at_least: bool = False

    @property
    def shown(self) -> str:
        """As printed, without sign and unit; a rate over a small base is printed "3/5"."""
        if self.how == "rate" and self.pair and self.pair[1] < SMALL_BASE:
            return f"{self.pair[0]}/{self.pair[1]}"
        if self.how in ("rate", "change"):
            return f"{abs(self.value):.1f}%"
        if self.how == "average":
            return f"{self.value:.1f}"
        return str(int(abs(self.value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the ledger knows of a period, as plain values.

    mentions, previous: of this and of the period before; what the counting rule does not choose is
    left out here again. cases: opened in the period, or in hand at any time in it. runs: of all
    sources within the period. spread: the latest counts by mention id. seal: of the day's record
    (``ledger.chains``), "" where the day is not over. begun: when the first mention of all was
    seen (UTC), None for never.
    """

    period: Period
    mentions: Sequence[Row]
    previous: Sequence[Counted]
    cases: Sequence[Case]
    runs: Sequence[SourceRun]
    spread: Mapping[str, Sighting]
    seal: str = ""
    begun: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All figures of one paper by key, in the order they were made."""

    period: Period
    as_of: datetime
    by_key: Mapping[str, Figure]

    def __getitem__(self, key: str) -> Figure:
        return self.by_key[key]

    def get(self, key: str) -> Figure | None:
        """The figure, or None where nothing was counted under that key."""
        return self.by_key.get(key)

    def under(self, prefix: str) -> list[Figure]:
        """The figures ``<prefix>.<one more part>``, in order."""
        depth = prefix.count(".") + 1
        found = [f for k, f in self.by_key.items() if k.startswith(prefix + ".")]
        return [f for f in found if f.key.count(".") == depth]


def segment(text: str) -> str:
    """A name as one part of a key: dots separate the parts."""
    return text.replace(".", "_")


def count(key: str, name: str, ids: Iterable[str], unit: str = "条") -> Figure:
    """A figure that counts its ids."""
    listed = tuple(ids)
    return Figure(key=key, name=name, value=len(listed), unit=unit, ids=listed)


def rate(key: str, name: str, part: Figure, whole: Figure) -> Iterator[Figure]:
    """A share in percent; no figure when there is nothing to share."""
    if whole.value == 0:
        return
    pair = (int(part.value), int(whole.value))
    value = round(100 * pair[0] / pair[1], 1)
    yield Figure(
        key=key,
        name=name,
        value=value,
        unit="%",
        how="rate",
        parts=(part.key, whole.key),
        pair=pair,
    )


def compared(now: Figure, before: Figure) -> Iterator[Figure]:
    """Both figures and, unless the base is 0, the change: in percent, or in counts where the base
    is small or nothing is left to compare."""
    yield now
    yield before
    if before.value == 0:
        return
    a, b = int(now.value), int(before.value)
    parts, key = (now.key, before.key), f"{now.key}.change"
    if b < SMALL_BASE or a == 0:
        yield Figure(
            key=key,
            name=f"{now.name}增减",
            value=a - b,
            unit=now.unit,
            how="difference",
            parts=parts,
            pair=(a, b),
        )
    else:
        yield Figure(
            key=key,
            name=f"{now.name}环比",
            value=round(100 * (a - b) / b, 1),
            unit="%",
            how="change",
            parts=parts,
            pair=(a, b),
        )
