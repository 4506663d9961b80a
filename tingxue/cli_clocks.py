"""``tingxue clocks``: how long each stage of a mention's way takes, and who still waits."""

import json
from datetime import datetime

import click

from domain.times import on_screen
from ledger.clocks import Span
from tingxue.app import App, opened
from tingxue.cli_options import as_json, since_moment

NAMES = {
    "seen_live": "发布→发现（采集）",
    "seen_import": "发布→发现（导入）",
    "scored": "发现→判读",
    "queued": "判读→派发",
    "accepted": "派发→送达",
    "signed": "送达→签收",
    "replied": "签收→答复",
    "closed": "答复→办结",
    "whole_live": "发布→送达（采集）",
    "whole_import": "发布→送达（导入）",
    "queued_signed": "派发→签收",
}
NOTES = (
    "说明：未到的按已等的时间计入，所以过半的还没走到时写“过半未到”。",
    "判读之前按反映计；派发以后按案件和部门计，从案件的首条反映算起。",
    "“导入”含文件导出前后搁置的时间，与采集快慢无关；判读→派发含待研判和转办。",
)


@click.command()
@click.option(
    "--since", "text", default="7d", show_default=True, help="起始：7d、24h 或 2026-11-23"
)
@click.option("--department", default="", help="只看某部门的")
@as_json
def clocks(text: str, department: str, as_json: bool) -> None:
    """时钟：发布、发现、判读、派发、送达、签收、答复、办结，各环节用时的中位数和 95% 位数。"""
    with opened() as app:
        _known(app, department)
        now = app.clock()
        since = since_moment(now, text)
        with app.ledger.read() as books:
            spans = books.clocks.spans(since, now, department)
            undated = books.clocks.undated(since, now)
    if as_json:
        for span in spans:
            click.echo(json.dumps(_row(span), ensure_ascii=False))
        return
    for line in _lines(spans, since, undated):
        click.echo(line)


def _known(app: App, department: str) -> None:
    if department and department not in app.plan.departments:
        names = "、".join(app.plan.departments)
        raise click.BadParameter(f"没有“{department}”；现有：{names}", param_hint="--department")


def _lines(spans: list[Span], since: datetime, undated: int) -> list[str]:
    lines, stage = [f"{on_screen(since)} 以来首次发现的反映"], ""
    for span in spans:
        if span.stage != stage:
            stage = span.stage
            lines.append(NAMES[stage])
        lines.append(_line(span))
    if not spans:
        return [*lines, "还没有"]
    lines += NOTES
    if undated:
        lines.append(f"另有 {undated} 条没有发布时间，不计入从发布起算的环节。")
    return lines


def _line(span: Span) -> str:
    waiting = f"，未到 {span.waiting}" if span.waiting else ""
    longest = f"（最久已等 {length(span.longest)}）" if span.longest is not None else ""
    late = f"，超过一天 {span.over_a_day}" if span.over_a_day else ""
    p50 = "过半未到" if span.p50 is None else length(span.p50)
    p95 = "未到" if span.p95 is None else length(span.p95)
    counts = f"{span.done} 件{waiting}{longest}{late}"
    return f"  {span.department or '全部'}：中位 {p50}，95% {p95}；{counts}"


def _row(span: Span) -> dict[str, object]:
    return {
        "stage": span.stage, "name": NAMES[span.stage], "department": span.department or None,
        "done": span.done, "waiting": span.waiting, "over_a_day": span.over_a_day,
        "p50_seconds": span.p50, "p95_seconds": span.p95, "longest_wait_seconds": span.longest,
    }  # fmt: skip


def length(seconds: float) -> str:
    """``0.4秒``, ``3分20秒``, ``2小时5分``, ``3天4小时``; a minus before what came too early."""
    if seconds < 0:
        return f"−{length(-seconds)}"
    if seconds < 10:
        return f"{seconds:.1f}秒"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}分{whole % 60}秒" if whole >= 60 else f"{whole}秒"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours // 24}天{hours % 24}小时" if hours >= 24 else f"{hours}小时{minutes}分"


COMMANDS = (clocks,)
