"""The weekly paper: 一、概况 二、重点舆情及处置 三、部门办理 四、研判 五、工作建议, then the 附件.

The order is official-practice.md §3. 研判 and 工作建议 say only what figures and plan support.
"""

from tingxue.reports.amended import amended, amendments
from tingxue.reports.charts import category_chart, day_chart, day_table
from tingxue.reports.focus import (
    advice,
    again,
    focus_place,
    grave,
    holidays,
    listing,
    overdue,
    peak,
    rising,
)
from tingxue.reports.overview import overview
from tingxue.reports.paper import Block, Heading, Paper, Para, numbered, say
from tingxue.reports.sections import detail, handling, notable, signing
from tingxue.reports.tables import category_table, overdue_table, platform_table
from tingxue.reports.wording import DRILL, Material, subtitle, title

HANDLING = ("new", "signed", "sign_rate", "closed", "ontime_rate", "hours", "overdue")
HEADER = ("部门", "新增", "已签收", "签收率", "办结", "按时办结率", "平均用时", "逾期")
WIDTHS = (34, 14, 17, 18, 14, 22, 23, 14)


def weekly(material: Material) -> Paper:
    """The whole paper."""
    blocks: tuple[Block, ...] = (
        Heading(text="一、本周舆情概况"),
        *amended(material),
        *overview(material),
        *_composition(material),
        Heading(text="二、重点舆情及处置"),
        *notable(material),
        Heading(text="三、部门办理情况"),
        *_handling(material),
        Heading(text="四、研判"),
        *_assessment(material),
        Heading(text="五、工作建议"),
        *_advice(material),
        *signing(material),
        Heading(text="附件：投诉明细", depth=0),
        *detail(material),
        *amendments(material),
    )
    return Paper(
        title=title(material),
        subtitle=subtitle(material),
        header=DRILL if material.drill else "",
        mark=material.plan.papers.mark,
        blocks=numbered(blocks),
    )


def _composition(material: Material) -> list[Block]:
    if not material.figures["mentions"].value:
        return []
    blocks: list[Block] = [day_table(material), day_chart(material), platform_table(material)]
    chart = category_chart(material)
    return [*blocks, category_table(material), chart] if chart else blocks


def _handling(material: Material) -> list[Block]:
    blocks = handling(material, HANDLING, HEADER, WIDTHS)
    late = overdue_table(material)
    if late is None:
        return [*blocks, handling_note()] if len(blocks) > 1 else blocks
    listed, every = material.figures["duties.overdue_listed"], material.figures["duties.overdue"]
    if listed.value == every.value:
        return [*blocks, handling_note(), late]
    rest = say("注：表中列时限最早的{k}项，共{n}项，全部见同名电子表格。", k=listed, n=every)
    return [*blocks, handling_note(), late, Para(line=rest, style="note")]


def handling_note() -> Para:
    """What the rates of the table by department are made of."""
    return Para(
        style="note",
        line=say(
            "注：签收率＝新增承办中已签收项数÷新增承办项数；按时办结率＝牵头部门按时"
            "办结项数÷（其办结项数＋逾期未答复项数）；项数不足二十的列分数，不列"
            "百分比；平均用时指答复用时，单位小时。"
        ),
    )


def _assessment(material: Material) -> list[Block]:
    features = [*peak(material), *rising(material), *focus_place(material)]
    risks = [
        *overdue(material),
        *grave(material),
        *again(material),
        *holidays(material),
    ]
    return [
        Heading(text="（一）主要特点", depth=2),
        *listing(features, "本周数据未显示明显特点。"),
        Heading(text="（二）风险提示", depth=2),
        *listing(risks, "本周数据未显示需要提示的风险。"),
    ]


def _advice(material: Material) -> list[Block]:
    return [*listing(advice(material), "本周数据未显示需要专门部署的事项。")]
