"""督办单: what a department, or every department of a case, has let pass, and since when.

It sets no new limit: what is overdue is due at once, and only a person may grant more time.
"""

from collections.abc import Sequence

from domain.types import Case, Obligation
from tingxue.reports.casefigures import step_missed
from tingxue.reports.casepaper import (
    built,
    closing,
    items,
    numbered_case,
    overdue_rows,
    quoted,
    situation,
)
from tingxue.reports.paper import (
    Block,
    Heading,
    Line,
    Paper,
    Para,
    Span,
    Table,
    at,
    joined,
    name,
    say,
)
from tingxue.reports.wording import Material, about, names


def urging(material: Material, case: Case, late: Sequence[Obligation]) -> Paper:
    """The whole paper for the departments of ``late``, of which there is at least one."""
    blocks: tuple[Block, ...] = (
        Para(style="to", line=say("{d}：", d=names(o.department for o in late))),
        Para(
            line=say(
                "网民反映（未核实）的{about}事项，截至{t}仍有{n}项逾期，现予督办。",
                about=about(material, case),
                t=at(material.made_at),
                n=material.figures["duties.overdue"],
            )
        ),
        Heading(text="一、逾期情况"),
        _table(material, late),
        Heading(text="二、基本情况"),
        *situation(material, case),
        *quoted(material),
        Heading(text="三、督办要求"),
        *items(_asked(material, late)),
    )
    return built(material, "督办单", (numbered_case(case),), (*blocks, *closing(material)))


def _table(material: Material, late: Sequence[Obligation]) -> Table:
    return Table(
        caption=say("逾期事项"),
        rows=overdue_rows(material, late),
        header=("编号", "部门", "逾期环节", "时限", "已超（小时）"),
        widths=(46, 34, 24, 28, 24),
    )


def _asked(material: Material, late: Sequence[Obligation]) -> list[Line]:
    verbs = {"未签收": "签收并开始办理", "未答复": "答复核实情况和处理结果"}
    steps = joined(
        (
            say("{d}立即{v}", d=name(o.department), v=Span(verbs[step_missed(o, material.made_at)]))
            for o in late
        ),
        "；",
    )
    return [
        say("请{steps}。", steps=steps),
        say("请书面说明逾期原因和补救措施，报{who}。", who=name(material.plan.levels.overdue_to)),
    ]
