"""The daily paper, one to two pages: 一、总体情况 二、重点舆情 三、处置情况 四、需关注.

The order is official-practice.md §3. It covers one whole Shanghai day (the counting rule of
house.md §4), not 08:00 to 08:00. Where a day brings more than two pages hold, the lists on paper
get shorter, and the paper says that the whole is in the Excel file.
"""

from bisect import bisect_left
from collections.abc import Sequence

from tingxue.reports.amended import amended, amendments
from tingxue.reports.focus import attention
from tingxue.reports.length import pages
from tingxue.reports.overview import overview
from tingxue.reports.paper import Block, Heading, Paper, numbered
from tingxue.reports.sections import annex, handling, notable, signing
from tingxue.reports.wording import DRILL, Material, Room, sealed, subtitle, title

HANDLING = ("new", "signed", "closed", "overdue")
WIDTHS = (40, 29, 29, 29, 29)
HEADER = ("部门", "新增", "已签收", "办结", "逾期")
ROOMS = tuple(
    Room(cases=cases, departments=departments, points=points, names=names)
    for cases, departments, points, names in (
        (5, 8, 5, 5),
        (5, 6, 4, 4),
        (5, 5, 3, 3),
        (5, 4, 3, 2),
        (5, 3, 2, 2),
        (4, 3, 2, 2),
        (4, 2, 2, 1),
        (4, 2, 1, 1),
        (3, 2, 1, 1),
        (2, 2, 1, 1),
        (1, 2, 1, 1),
    )
)
"""How much each list may hold on paper, the fullest first, none longer than in the one before; the
gravest cases go last."""
MOST_PAGES = 1.95
"""Two, less what an estimate may be wrong by."""


def daily(material: Material) -> Paper:
    """The whole paper, with the fullest lists that two pages hold; what a later edition changes
    stands on a page after them."""
    first = bisect_left(ROOMS[:-1], True, key=lambda r: pages(_with(material, r)) <= MOST_PAGES)
    return _with(material, ROOMS[first], amendments(material))


def _with(material: Material, room: Room, after: Sequence[Block] = ()) -> Paper:
    blocks: tuple[Block, ...] = (
        Heading(text="一、总体情况"),
        *amended(material),
        *overview(material, room),
        Heading(text="二、重点舆情"),
        *notable(material, room),
        Heading(text="三、处置情况"),
        *handling(material, HANDLING, HEADER, WIDTHS, room),
        Heading(text="四、需关注"),
        *attention(material, room),
        *annex(material),
        *signing(material),
        *sealed(material),
        *after,
    )
    return Paper(
        title=title(material),
        subtitle=subtitle(material),
        header=DRILL if material.drill else "",
        mark=material.plan.papers.mark,
        blocks=numbered(blocks),
    )
