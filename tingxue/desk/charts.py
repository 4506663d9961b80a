"""Where the strokes of a chart lie: columns by day, bars in parts, a line for a row.

Geometry only; ``templates/charts.html`` draws it as SVG whose widths are percentages, so that it
fits any screen and its letters keep their size. Every number drawn is also written beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

HEIGHT = 140
"""Pixels of the highest column."""
HUES = ("blue", "orange", "good", "yellow", "red", "soft")
_FEW = 10
_EVERY, _FIRST = 5, 2
_GAP = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One kind of thing counted. hue: a colour of desk.css."""

    name: str
    hue: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A rectangle. x, width: per cent of the chart's width; y, height: pixels."""

    name: str
    hue: str
    value: int
    x: float
    width: float
    y: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day. tick: its short label, "" where there is no room for one; middle: per cent; top:
    pixels from above to the column."""

    label: str
    tick: str
    middle: float
    total: int
    top: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Stacked columns. few: so few that each total is written above its column."""

    columns: tuple[Column, ...]
    series: tuple[Series, ...]
    most: int
    few: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One row: its parts from left to right; ``whole`` is what is written behind it."""

    label: str
    code: str
    whole: int
    parts: tuple[Part, ...]


def columns(labels: Sequence[str], ticks: Sequence[str], series: Sequence[Series]) -> Columns:
    """Columns by label, the first series at the bottom. The highest one fills the height."""
    totals = [sum(one.values[n] for one in series) for n in range(len(labels))]
    most = max(totals, default=0)
    few = len(labels) <= _FEW
    room = 100 / max(len(labels), 1)
    made = [
        _column(n, label, tick if few or n % _EVERY == _FIRST else "", room, series, most)
        for n, (label, tick) in enumerate(zip(labels, ticks, strict=True))
    ]
    return Columns(columns=tuple(made), series=tuple(series), most=most, few=few)


def _column(
    n: int, label: str, tick: str, room: float, series: Sequence[Series], most: int
) -> Column:
    at, parts = float(HEIGHT), []
    for one in series:
        height = HEIGHT * one.values[n] / most if most else 0.0
        at -= height
        parts.append(Part(
            name=one.name, hue=one.hue, value=one.values[n], x=round((n + 0.14) * room, 3),
            width=round(0.72 * room, 3), y=round(at, 2), height=round(height, 2),
        ))  # fmt: skip
    return Column(
        label=label, tick=tick, middle=round((n + 0.5) * room, 3), top=round(at, 2),
        total=sum(part.value for part in parts), parts=tuple(parts),
    )  # fmt: skip


def bars(rows: Sequence[tuple[str, str, int, Sequence[tuple[str, str, int]]]]) -> list[Bar]:
    """Rows of (label, code, what is written, parts of (name, hue, value)); the longest fills the
    width."""
    longest = max((sum(value for _, _, value in parts) for *_, parts in rows), default=0)
    return [
        Bar(label=label, code=code, whole=whole, parts=tuple(_laid(parts, longest)))
        for label, code, whole, parts in rows
    ]


def _laid(parts: Sequence[tuple[str, str, int]], longest: int) -> Iterator[Part]:
    at = 0.0
    for name, hue, value in parts:
        width = 100 * value / longest if longest else 0.0
        shown = max(width - _GAP, width / 2)  # a gap between neighbours, never all of a small one
        yield Part(name=name, hue=hue, value=value, x=round(at, 3), width=round(shown, 3))
        at += width


def spark(values: Sequence[int], width: int = 100, height: int = 24) -> str:
    """The points of a line over the values, from 0 at the bottom; "" for fewer than two."""
    if len(values) < 2:
        return ""
    most = max(*values, 1)
    step = width / (len(values) - 1)
    edge = 2  # half of the stroke stays inside
    points = (
        (n * step, edge + (height - 2 * edge) * (1 - value / most))
        for n, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
