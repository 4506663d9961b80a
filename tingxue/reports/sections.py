"""Sections that both papers have: notable cases, handling by department, detail."""

from tingxue.reports.paper import Block, Para, at, say
from tingxue.reports.tables import (
    department_table,
    detail_table,
    notable_table,
)
from tingxue.reports.wording import Material


def notable(material: Material) -> list[Block]:
    """The table of notable cases, or that there is none."""
    table, total = notable_table(material), material.figures["cases.notable"]
    if table is None:
        return [Para(line=say("监测期内无黄色及以上级别舆情。"))]
    line = say("监测期内黄色及以上级别舆情{n}件，", n=total)
    tail = say("列前{k}件：", k=material.figures["cases.listed"])
    same = total.value == material.figures["cases.listed"].value
    return [Para(line=(*line, *(say("情况如下：") if same else tail))), table]


def handling(
    material: Material, parts: tuple[str, ...], header: tuple[str, ...], widths: tuple[int, ...]
) -> list[Block]:
    """A sentence over all departments and the table by department, or that there was no work."""
    table = department_table(material, parts, header, widths)
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
