"""The daily paper: 一、总体情况 二、重点舆情 三、处置情况 四、需关注 五、附：明细.

The order is official-practice.md §3. It covers one whole Shanghai day (the counting rule of
house.md §4), not 08:00 to 08:00.
"""

from tingxue.reports.charts import category_chart
from tingxue.reports.focus import attention
from tingxue.reports.overview import overview
from tingxue.reports.paper import Block, Heading, Paper, numbered
from tingxue.reports.sections import detail, handling, notable
from tingxue.reports.wording import DRILL, Material, sealed, subtitle, title

HANDLING = ("new", "signed", "closed", "overdue")
WIDTHS = (40, 29, 29, 29, 29)
HEADER = ("部门", "新增", "已签收", "办结", "逾期")


def daily(material: Material) -> Paper:
    """The whole paper."""
    chart = category_chart(material)
    blocks: tuple[Block, ...] = (
        Heading(text="一、总体情况"),
        *overview(material),
        *([chart] if chart else []),
        Heading(text="二、重点舆情"),
        *notable(material),
        Heading(text="三、处置情况"),
        *handling(material, HANDLING, HEADER, WIDTHS),
        Heading(text="四、需关注"),
        *attention(material),
        Heading(text="五、附：明细"),
        *detail(material),
        *sealed(material),
    )
    return Paper(
        title=title(material),
        subtitle=subtitle(material),
        header=DRILL if material.drill else "",
        blocks=numbered(blocks),
    )
