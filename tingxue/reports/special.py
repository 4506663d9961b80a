"""专报: one case for whoever leads, 概况 传播 内容 办理 建议 (official-practice.md §3).

研判 says only who must act by when, from the plan; causes and what people are like are not in the
ledger, so the clerk who signs adds them.
"""

from collections.abc import Sequence
from datetime import date

from domain.actions import RULES
from domain.types import Case, CaseEvent, Duty
from tingxue.reports.casepaper import (
    built,
    items,
    numbered_case,
    progress_table,
    quoted,
    situation,
)
from tingxue.reports.casework import UNANSWERED, live_obligations
from tingxue.reports.paper import (
    Block,
    Heading,
    Line,
    Paper,
    Para,
    Span,
    Table,
    at,
    cell,
    clock,
    ident,
    joined,
    name,
    on_day,
    say,
)
from tingxue.reports.sections import signing
from tingxue.reports.wording import Material, names

STEPS = 12
"""Rows of the history on paper, the newest; ``tingxue case show`` has all."""


def special(material: Material, case: Case, events: Sequence[CaseEvent]) -> Paper:
    """The whole paper."""
    table = progress_table(material, case)
    blocks: tuple[Block, ...] = (
        Heading(text="一、舆情概况"),
        *situation(material, case),
        *_related(case),
        Heading(text="二、传播情况"),
        *_by_day(material),
        Heading(text="三、反映内容"),
        *(quoted(material) or [Para(line=say("没有可引用的文字。"))]),
        Heading(text="四、办理情况"),
        *([table] if table else [Para(line=say("尚未交办。"))]),
        *_history(events),
        Heading(text="五、研判与建议"),
        *items(_advice(material, case)),
        *signing(material),
    )
    return built(material, "专报", (numbered_case(case),), blocks)


def _related(case: Case) -> list[Block]:
    if case.recurs:
        return [Para(line=say("本件为{id}办结后再次发生。", id=ident(case.recurs)))]
    if case.linked:
        ids = joined((ident(i),) for i in case.linked[:5])
        return [Para(line=say("关联案件：{ids}。", ids=ids))]
    return []


def _by_day(material: Material) -> list[Block]:
    figures = material.figures.under("reports.day")
    if not figures:
        return [Para(line=say("没有监测到相关信息。"))]
    rows = tuple(
        ((on_day(date.fromisoformat(f.key.rpartition(".")[2]), year=True),), cell(f))
        for f in figures
    )
    table = Table(caption=say("每日新增相关信息（单位：条）"), rows=rows, widths=(78, 78),
                  header=("日期", "信息量"))  # fmt: skip
    platforms = material.figures.under("reports.platform")
    parts = joined(
        say("{p}{n}条", p=material.platform(f.key.rpartition(".")[2]), n=f) for f in platforms
    )
    return [Para(line=say("按平台分，{parts}。", parts=parts)), table]


def _history(events: Sequence[CaseEvent]) -> list[Block]:
    told = [e for e in events if e.action in RULES][-STEPS:]
    if not told:
        return []
    rows = tuple(
        ((clock(e.at),), _who(e), (Span(RULES[e.action].name),), (Span(e.to_state or "—"),))
        for e in told
    )
    return [
        Table(caption=say("办理经过"), rows=rows, widths=(32, 52, 40, 32), small=True,
              header=("时间", "经办", "事项", "办后状态"))
    ]  # fmt: skip


def _who(event: CaseEvent) -> Line:
    """The department, never the person: a paper goes further than the desk."""
    return (name(event.actor.department or event.department or str(event.actor.role)),)


def _advice(material: Material, case: Case) -> list[Line]:
    owed = [o for o in live_obligations([case]) if o.duty is Duty.LEAD and o.status in UNANSWERED]
    lines = [
        say("由{d}牵头办理，答复时限为{t}。", d=name(o.department), t=at(o.reply_due)) for o in owed
    ]
    supports = [o.department for o in live_obligations([case]) if o.duty is Duty.SUPPORT]
    if supports:
        lines.append(say("由{d}配合。", d=names(supports)))
    lines.append(say("以上内容为网民反映，核实前不作结论；是否回应、由谁回应，请审定。"))
    return lines
