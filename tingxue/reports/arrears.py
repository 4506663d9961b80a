"""The list of everything overdue that 督查室 takes along on paper.

It stands as of the minute of making; the whole list is in the Excel file where paper is too short.
"""

from tingxue.reports.casepaper import built, overdue_rows
from tingxue.reports.casework import LISTED_LATE, overdue_list
from tingxue.reports.figure import segment
from tingxue.reports.focus import steps_missed
from tingxue.reports.paper import Block, Heading, Line, Paper, Para, Table, at, name, say
from tingxue.reports.sections import signing
from tingxue.reports.tables import departments_with, number
from tingxue.reports.wording import Material

KIND = "逾期事项清单"


def arrears(material: Material) -> Paper:
    """The whole paper; it says so when nothing is overdue."""
    late = overdue_list(material.owed, material.made_at)
    if not late:
        line = say("截至{t}，在办案件没有逾期事项。", t=at(material.made_at))
        return built(material, KIND, (), [Heading(text="一、总体情况"), Para(line=line)])
    blocks: list[Block] = [
        Heading(text="一、总体情况"),
        Para(line=_totals(material)),
        _departments(material),
        Heading(text="二、逾期清单"),
        Table(
            caption=say("逾期清单（按时限先后）"),
            rows=overdue_rows(material, late[:LISTED_LATE]),
            header=("编号", "部门", "逾期环节", "时限", "已超（小时）"),
            widths=(46, 34, 24, 28, 24),
        ),
    ]
    if len(late) > LISTED_LATE:
        rest = say("注：表中仅列时限最早的部分，全部见同名电子表格。")
        blocks.append(Para(style="note", line=rest))
    return built(material, KIND, (), (*blocks, *signing(material)))


def _totals(material: Material) -> Line:
    figures = material.figures
    return say(
        "截至{t}，在办案件{c}件，逾期{n}项（{steps}）。",
        t=at(material.made_at),
        c=figures["cases"],
        n=figures["duties.overdue"],
        steps=steps_missed(material, "duties"),
    )


def _departments(material: Material) -> Table:
    parts = ("overdue", "unsigned", "unanswered")
    rows = [
        ((name(d),), *(number(material, f"department.{segment(d)}.{part}") for part in parts))
        for d in departments_with(material, "overdue")
    ]
    return Table(
        caption=say("各部门逾期情况（单位：项）"), rows=tuple(rows), widths=(48, 36, 36, 36),
        header=("部门", "逾期", "未签收", "未答复"),
    )  # fmt: skip
