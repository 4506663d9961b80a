"""One panel's numbers as HTML and SVG, for the preview: nothing is loaded from anywhere.

Words stand in HTML, so that they keep their size on a narrow screen; only shapes are SVG. A value
has the same colour in every panel.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from math import pi, sqrt
from typing import Any

from domain.times import on_screen
from index.kibana.asking import Cell
from index.kibana.panels import Measure, Panel, Texts, Times, Values

PALETTE = (
    "#4ea8de", "#f4a261", "#8bd17c", "#c792ea", "#f2cc60", "#5fd3c4", "#f78fb3", "#9aa7ff",
    "#d4a373", "#7fb7be", "#e07a5f", "#b5c99a",
)  # fmt: skip
_FIXED = {
    "负面": "#ef6461", "中性": "#7d93b2", "正面": "#4cc38a",
    "红": "#ef4f4f", "橙": "#f58f3c", "黄": "#f2cc60", "蓝": "#4ea8de",
    "正常": "#4cc38a", "已送达": "#4cc38a", "已办结": "#4cc38a", "办理中": "#4ea8de",
    "已签收": "#5fd3c4", "待签收": "#f58f3c", "待审核": "#c792ea", "未送达": "#ef4f4f",
}  # fmt: skip
_EMPTY = '<p class="empty">这段时间没有数据</p>'
_MOST_X_LABELS, _MOST_TOTALS = 8, 12


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, in the order given."""
    free = (PALETTE[n % len(PALETTE)] for n in range(10_000))
    return {name: _FIXED.get(name) or next(free) for name in dict.fromkeys(names)}


def shown(measure: Measure, value: float | None) -> str:
    """A value as a person reads it; "—" where nothing was measured."""
    if value is None:
        return "—"
    if measure.unit == "moment":
        return on_screen(datetime.fromtimestamp(value / 1000, UTC))
    if measure.unit == "分钟":
        return f"{value / 60:.1f} 小时" if value >= 120 else f"{value:.0f} 分钟"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def drawn(panel: Panel, cells: Sequence[Cell]) -> str:
    """The panel's inside."""
    if not cells:
        return _EMPTY
    return _FORMS[panel.form](panel, cells)


def _number(panel: Panel, cells: Sequence[Cell]) -> str:
    (cell,) = cells
    (value, *_), (measure, *_) = cell.values, panel.measures
    tone = panel.tone if value else ""
    return f'<p class="number {tone}">{_sized(shown(measure, value))}</p>'


def _sized(text: str) -> str:
    """The unit smaller than the figure."""
    figure, _, unit = text.partition(" ")
    return f"{escape(figure)}<small>{escape(unit)}</small>" if unit else escape(figure)


# --- columns over time


def _columns(panel: Panel, cells: Sequence[Cell]) -> str:
    xs = list(dict.fromkeys(cell.keys[0] for cell in cells))
    stacked = len(panel.by) > 1
    series = _stacks(cells) if stacked else _groups(panel, cells)
    tints = colours(series)
    totals = [sum(s.get(x, 0) for s in series.values()) for x in xs]
    tops = totals if stacked else [max(s.get(x, 0) for s in series.values()) for x in xs]
    top = _round_up(max(tops))
    if not max(tops):
        return _EMPTY
    place = _stack if stacked else _side_by_side
    bars = "".join(place(n, len(xs), x, series, tints, top) for n, x in enumerate(xs))
    adds_up = stacked and isinstance(panel.by[1], Values) and not panel.by[1].many
    marks = _totals(totals, top) if adds_up and len(xs) <= _MOST_TOTALS else ""
    hours = isinstance(panel.by[0], Times) and panel.by[0].every == "3h"
    return (
        f'<div class="plot"><div class="yaxis"><span>{top:,.10g}</span><span>{top / 2:,.10g}</span>'
        f'<span>0</span></div><div class="area"><svg viewBox="0 0 100 100" '
        f'preserveAspectRatio="none" aria-hidden="true">{_LINES}{bars}</svg>{marks}</div>'
        f'<div class="xaxis">{_x_labels(xs, hours)}</div></div>{_legend(tints)}'
    )


_LINES = "".join(f'<line x1="0" x2="100" y1="{y}" y2="{y}" class="rule"/>' for y in (0.2, 50, 99.8))


def _stacks(cells: Sequence[Cell]) -> dict[str, dict[str, float]]:
    """value of the inner bucket -> x -> number, the largest first."""
    made: dict[str, dict[str, float]] = {}
    for cell in cells:
        made.setdefault(cell.keys[1], {})[cell.keys[0]] = cell.values[0] or 0
    return dict(sorted(made.items(), key=lambda item: -sum(item[1].values())))


def _groups(panel: Panel, cells: Sequence[Cell]) -> dict[str, dict[str, float]]:
    return {
        measure.label: {cell.keys[0]: cell.values[n] or 0 for cell in cells}
        for n, measure in enumerate(panel.measures)
    }


def _stack(
    n: int, count: int, x: str, series: dict[str, dict[str, float]], tints: dict[str, str],
    top: float,
) -> str:  # fmt: skip
    width, at, parts = 100 / count, 100.0, []
    for name, values in series.items():
        height = 100 * values.get(x, 0) / top
        at -= height
        if height:
            parts.append(_rect(n * width + width * 0.16, at, width * 0.68, height, tints[name]))
    return "".join(parts)


def _side_by_side(
    n: int, count: int, x: str, series: dict[str, dict[str, float]], tints: dict[str, str],
    top: float,
) -> str:  # fmt: skip
    width = 100 / count
    each = width * 0.72 / len(series)
    return "".join(
        _rect(n * width + width * 0.14 + k * each, 100 - 100 * values.get(x, 0) / top,
              each * 0.92, 100 * values.get(x, 0) / top, tints[name])
        for k, (name, values) in enumerate(series.items())
    )  # fmt: skip


def _rect(x: float, y: float, w: float, h: float, fill: str) -> str:
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" fill="{fill}"/>'


def _totals(totals: Sequence[float], top: float) -> str:
    width = 100 / len(totals)
    return "".join(
        f'<b style="left:{(n + 0.5) * width:.2f}%;bottom:{100 * total / top:.2f}%">{total:,.0f}</b>'
        for n, total in enumerate(totals)
        if total
    )


def _x_labels(xs: Sequence[str], hours: bool) -> str:
    """Every so many days, so that the words have room; of hours, where a day begins."""
    a_day = 8 if hours else 1
    step = a_day * -(-len(xs) // (a_day * _MOST_X_LABELS))
    return "".join(
        f"<span>{f'{int(x[5:7])}/{int(x[8:10])}' if n % step == 0 else ''}</span>"
        for n, x in enumerate(xs)
    )


def _round_up(value: float) -> float:
    """The next number that halves nicely."""
    size = float("1" + "0" * (len(str(int(value))) - 1))
    steps = (2, 4, 6, 8, 10) if size == 1 else (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10)
    return next(size * n for n in steps if size * n >= value)


def _legend(tints: dict[str, str]) -> str:
    if len(tints) < 2:
        return ""
    parts = (f'<li><i style="background:{c}"></i>{escape(n)}</li>' for n, c in tints.items())
    return f'<ul class="legend">{"".join(parts)}</ul>'


# --- bars, pie, cloud


def _bars(panel: Panel, cells: Sequence[Cell]) -> str:
    names = list(dict.fromkeys(cell.keys[0] for cell in cells))
    split = len(panel.by) > 1
    tints = colours(cell.keys[1] for cell in cells) if split else {}
    whole = {name: sum(c.values[0] or 0 for c in cells if c.keys[0] == name) for name in names}
    names.sort(key=lambda name: -whole[name])
    top = max(whole.values()) or 1
    rows = []
    for name in names:
        mine = [cell for cell in cells if cell.keys[0] == name]
        segments = "".join(
            f'<i style="width:{100 * (c.values[0] or 0) / top:.2f}%;'
            f'background:{tints[c.keys[1]] if split else PALETTE[0]}"></i>'
            for c in mine
        )
        value = shown(panel.measures[0], whole[name])
        rows.append(f'<li><span>{escape(name)}</span><div class="track">{segments}</div>'
                    f"<b>{escape(value)}</b></li>")  # fmt: skip
    return f'<ol class="bars">{"".join(rows)}</ol>{_legend(tints)}'


def _pie(panel: Panel, cells: Sequence[Cell]) -> str:
    values = {cell.keys[0]: cell.values[0] or 0 for cell in cells}
    whole, tints = sum(values.values()), colours(values)
    if not whole:
        return _EMPTY
    radius, at, arcs = 15.9155, 0.0, []
    for name, value in values.items():
        share = 100 * value / whole
        arcs.append(
            f'<circle cx="21" cy="21" r="{radius}" fill="none" stroke="{tints[name]}" '
            f'stroke-width="6" stroke-dasharray="{share * 2 * pi * radius / 100:.3f} 1000" '
            f'stroke-dashoffset="{-at * 2 * pi * radius / 100:.3f}"/>'
        )
        at += share
    lines = "".join(
        f'<li><i style="background:{tints[n]}"></i><span>{escape(n)}</span><b>{v:,.0f}</b>'
        f"<em>{100 * v / whole:.0f}%</em></li>"
        for n, v in values.items()
    )
    return (
        f'<div class="pie"><div class="ring"><svg viewBox="0 0 42 42" aria-hidden="true">'
        f'<g transform="rotate(-90 21 21)">{"".join(arcs)}</g></svg><p>{whole:,.0f}</p></div>'
        f"<ul>{lines}</ul></div>"
    )


def _cloud(panel: Panel, cells: Sequence[Cell]) -> str:
    values = {cell.keys[0]: cell.values[0] or 0 for cell in cells}
    top, low = max(values.values()), min(values.values())
    words = []
    for name, value in sorted(values.items()):
        size = 14 + 22 * sqrt((value - low) / (top - low or 1))
        colour = PALETTE[len(name) * 7 % len(PALETTE)] if value > low else "#93a6c2"
        words.append(f'<span style="font-size:{size:.0f}px;color:{colour}" title="{value:,.0f}">'
                     f"{escape(name)}</span>")  # fmt: skip
    return f'<div class="cloud">{"".join(words)}</div>'


# --- tables


def _table(panel: Panel, cells: Sequence[Cell]) -> str:
    heads = [(b.label, "") for b in panel.by] + [(m.label, "n") for m in panel.measures]
    head = "".join(f'<th class="{c}">{escape(t)}</th>' for t, c in heads)
    rows = []
    for cell in cells:
        keys = "".join(f"<td>{escape(key)}</td>" for key in cell.keys)
        pairs = zip(panel.measures, cell.values, strict=True)
        values = "".join(f'<td class="n">{escape(shown(m, v))}</td>' for m, v in pairs)
        rows.append(f"<tr>{keys}{values}</tr>")
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _heat(panel: Panel, cells: Sequence[Cell]) -> str:
    found = {cell.keys: cell.values[0] or 0 for cell in cells}
    sums: tuple[dict[str, float], dict[str, float]] = ({}, {})
    for keys, value in found.items():
        for n in (0, 1):
            sums[n][keys[n]] = sums[n].get(keys[n], 0) + value
    xs, ys = (sorted(one, key=lambda name, one=one: (-one[name], name)) for one in sums)  # type: ignore[misc]
    top = max(found.values()) or 1
    head = "".join(f"<th><span>{escape(x)}</span></th>" for x in xs)
    rows = "".join(
        f"<tr><th>{escape(y)}</th>{''.join(_heat_cell(found.get((x, y), 0), top) for x in xs)}</tr>"
        for y in ys
    )
    return (
        f'<div class="wide"><table class="heat"><thead><tr><th></th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _heat_cell(value: float, top: float) -> str:
    if not value:
        return "<td></td>"
    strength = 0.18 + 0.82 * sqrt(value / top)
    return f'<td style="background:rgba(239,100,97,{strength:.2f})">{value:,.0f}</td>'


def texts(panel: Texts, found: Sequence[dict[str, Any]]) -> str:
    """Documents, newest first: the long text on a line of its own below the short fields."""
    if not found:
        return _EMPTY
    newest = f'<p class="about">最新 {len(found)} 条</p>'
    return f'{newest}<ol class="texts">{"".join(_text(panel, one) for one in found)}</ol>'


def _text(panel: Texts, source: dict[str, Any]) -> str:
    short = []
    for name, _ in panel.columns:
        value = source.get(name)
        if name == "text" or not value:
            continue
        said = "、".join(value) if isinstance(value, list) else str(value)
        if name == panel.counted_by:
            said = on_screen(datetime.fromisoformat(said))
        tint = f' style="color:{_FIXED[said]}"' if said in _FIXED else ""
        short.append(f"<span{tint}>{escape(said)}</span>")
    return f"<li><p>{''.join(short)}</p><div>{escape(str(source.get('text', '')))}</div></li>"


_FORMS = {
    "number": _number, "columns": _columns, "bars": _bars, "pie": _pie, "table": _table,
    "cloud": _cloud, "heat": _heat,
}  # fmt: skip
