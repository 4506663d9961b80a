"""Sections that both papers have: notable cases, handling by department, detail."""

from tingxue.reports.paper import Block, Para, Span, at, say
from tingxue.reports.tables import (
    department_table,
    detail_table,
    notable_table,
)
from tingxue.reports.wording import FULL, Material, Room


def notable(material: Material, room: Room = FULL) -> list[Block]:
    """The table of notable cases, or that there is none."""
    table, total = notable_table(material, room.cases), material.figures["cases.notable"]
    if table is None:
        return [Para(line=say("监测期内无黄色及以上级别舆情。"))]
    line = say("监测期内黄色及以上级别舆情{n}件，", n=total)
    tail = "情况如下：" if total.value == len(table.rows) else "主要的如下："
    return [Para(line=(*line, Span(tail))), table]


def handling(
    material: Material, parts: tuple[str, ...], header: tuple[str, ...], widths: tuple[int, ...],
    room: Room = FULL,
) -> list[Block]:  # fmt: skip
    """A sentence over all departments and the table by department, or that there was no work."""
    table = department_table(material, parts, header, widths, room.departments)
    if table is None:
        return [Para(line=say("监测期内无承办事项。"))]
    figures = material.figures
    line = say(
        "监测期内新增承办{n}项，其中已签收{s}项；办结{c}项。截至{t}，逾期{o}项。",
        n=figures["duties.new"],
        s=figures["duties.signed"],
        c=figures["duties.closed"],
        t=at(material.made_at),
        o=figures["duties.overdue"],
    )
    return [Para(line=line), table]


def annex(material: Material) -> list[Block]:
    """附件：the Excel file, where the paper has one worth opening."""
    if not material.figures["mentions"].value and not material.facts.cases:
        return []
    return [Para(style="annex", line=say("附件：明细、办理情况、采集情况（见同名电子表格）"))]


def signing(material: Material) -> list[Block]:
    """The empty line to sign on, where the office wants one."""
    who = material.plan.papers.signing
    gap = "　" * max(2, 20 // max(len(who), 1) - 3)
    return [Para(style="signing", line=(Span(gap.join(f"{w}：" for w in who)),))] if who else []


def detail(material: Material) -> list[Block]:
    """The table of complaints as far as it goes on paper, and where the rest is."""
    table = detail_table(material)
    if table is None:
        return [Para(line=say("监测期内无投诉类信息。"))]
    printed, every = material.figures["complaints.listed"], material.figures["complaints"]
    if printed.value == every.value:
        return [table]
    return [
        table,
        Para(
            style="note",
            line=say("注：表中列前{k}条，共{n}条，全部明细见同名电子表格。", k=printed, n=every),
        ),
    ]
