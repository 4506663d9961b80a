"""The boards as pages of HTML, from the same panel objects and numbers, to be looked at without
Kibana. A page needs no script and asks for nothing; its texts are the index's, so masked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from itertools import groupby
from pathlib import Path

from domain.times import on_screen, shanghai_day
from index.kibana.asking import Asker
from index.kibana.drawing import drawn, texts
from index.kibana.panels import AnyPanel, Board, Texts, Values
from index.kibana.panels import Panel as Counting
from index.kibana.spans import Span
from index.kibana.views import DRILL

Chosen = Mapping[str, str]


def pages(boards: Sequence[Board], asker: Asker, chosen: Mapping[str, Chosen]) -> dict[str, str]:
    """File name -> page, one a board; ``chosen``: board_id -> what stands in its controls. Raises
    SearchUnavailable."""
    return {
        _file(board): _page(board, boards, asker, chosen.get(board.board_id, {}))
        for board in boards
    }


def busiest(board: Board, field: str, asker: Asker) -> str | None:
    """The value of ``field`` that most of the board's documents have; None without any."""
    probe = next(p for p in board.panels if isinstance(p, Counting) and p.form == "number")
    by = (Values(field=field, label=field, most=1),)
    counting = Counting(key="probe", title="", form="table", view=probe.view, box=probe.box,
                        only=probe.only, by=by)  # fmt: skip
    cells = asker.cells(counting, board.span, {})
    return cells[0].keys[0] if cells else None


def _file(board: Board) -> str:
    return f"{board.board_id}.html"


def _page(board: Board, every: Sequence[Board], asker: Asker, chosen: Chosen) -> str:
    style = Path(__file__).with_name("preview.css").read_text("utf-8")
    links = "".join(
        f'<a href="{_file(one)}"{" aria-current=page" if one is board else ""}>'
        f"{escape(one.title.removeprefix(DRILL))}</a>"
        for one in every
    )
    ranked = sorted(board.panels, key=lambda panel: (panel.box.y, panel.box.x))
    rows = "".join(
        _row(list(row), board.span, asker, chosen)
        for _, row in groupby(ranked, key=lambda panel: panel.box.y)
    )
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(board.title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{escape(board.title)}</h1><p>{escape(_range(board.span, asker.now))}</p>"
        f"<p>数据截至 {escape(on_screen(asker.now))}</p></header><nav>{links}</nav>"
        f"{_controls(board, chosen)}{rows}"
        f"<footer>{escape(board.about)} 本页是预览，数字与 Kibana 面板出自同一定义。</footer>"
        "</body></html>\n"
    )


def _range(span: Span, now: datetime) -> str:
    first, last = (shanghai_day(moment) for moment in span.bounds(now))
    return f"{first.month}月{first.day}日 — {last.month}月{last.day}日"


def _controls(board: Board, chosen: Chosen) -> str:
    parts = "".join(
        f"<span>{escape(one.title)}：<b>{escape(chosen.get(one.field, '全部'))}</b></span>"
        for one in board.controls
    )
    return f'<div class="controls">{parts}</div>'


def _row(panels: Sequence[AnyPanel], span: Span, asker: Asker, chosen: Chosen) -> str:
    columns = " ".join(f"minmax(0, {panel.box.w}fr)" for panel in panels)
    numbers = all(isinstance(p, Counting) and p.form == "number" for p in panels)
    inside = "".join(_panel(panel, span, asker, chosen) for panel in panels)
    return (
        f'<div class="row{" numbers" if numbers else ""}" style="--columns:{columns}">'
        f"{inside}</div>"
    )


def _panel(panel: AnyPanel, span: Span, asker: Asker, chosen: Chosen) -> str:
    if isinstance(panel, Texts):
        inside = texts(panel, asker.texts(panel, span, chosen))
    else:
        inside = drawn(panel, asker.cells(panel, span, chosen))
    about = f'<p class="about">{escape(panel.about)}</p>' if panel.about else ""
    return f"<section><h2>{escape(panel.title)}</h2>{inside}{about}</section>"
