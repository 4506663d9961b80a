"""The opening of both papers: how much, what about, and what was not collected."""

from tingxue.reports.figure import Figure
from tingxue.reports.gaps import gaps_of
from tingxue.reports.paper import Block, Line, Para, Span, at, joined, name, say
from tingxue.reports.tables import code_of
from tingxue.reports.wording import (
    FULL,
    LAST,
    LISTED_NAMES,
    Material,
    Room,
    levels_of_new,
    listed,
    missing_data,
    trend,
)


def overview(material: Material, room: Room = FULL) -> list[Block]:
    """Totals, composition, cases and missing data; an empty period without percentages."""
    most = min(room.names, LISTED_NAMES)
    if material.figures["mentions"].value == 0:
        opening = [_empty(material)]
    else:
        opening = [_totals(material), _composition(material, most)]
    lines = [line for line in (*opening, _cases(material)) if line]
    return [*(Para(line=line) for line in lines), *missing_data(material, room.names)]


def _empty(material: Material) -> Line:
    before = material.figures["mentions.previous"]
    line = say("监测期内未监测到涉{zone}相关信息", zone=name(material.plan.zone))
    if before.value:
        line = say("{line}（{last}{before}条）", line=line, last=LAST[material.kind], before=before)
    if gaps_of(material.facts) or material.figures["sources.silent"].value:
        return say("{line}。因部分来源采集不完整，不能据此认为没有相关舆情。", line=line)
    return say("{line}。", line=line)


def _totals(material: Material) -> Line:
    complaints = material.figures["complaints"]
    line = say(
        "监测期内共监测到涉{zone}信息{n}条，{trend}；其中投诉类{c}条，{ctrend}。",
        zone=name(material.plan.zone),
        n=material.figures["mentions"],
        trend=trend(material, "mentions"),
        c=complaints,
        ctrend=trend(material, "complaints"),
    )
    tones = say(
        "按情感倾向分，负面{a}条、中性{b}条、正面{c}条。",
        a=material.figures["polarity.negative"],
        b=material.figures["polarity.neutral"],
        c=material.figures["polarity.positive"],
    )
    return (*line, *tones)


def _present(material: Material, group: str) -> list[Figure]:
    return [figure for figure in material.figures.under(group) if figure.value]


def _composition(material: Material, most: int) -> Line:
    platforms = _present(material, "platform")
    line = say(
        "信息来自{list}{more}。",
        list=listed(platforms, [material.platform(code_of(f)) for f in platforms], most),
        more=_more(platforms, most),
    )
    kinds = _present(material, "category")
    if not kinds:
        return (*line, *say("未发现投诉类信息。"))
    line = (
        *line,
        *say(
            "网民投诉反映（未核实）的事项有{list}{more}",
            list=listed(kinds, [material.category(code_of(f)) for f in kinds], most),
            more=_more(kinds, most),
        ),
    )
    places = _present(material, "place")
    if places:
        called = [name(code_of(figure)) for figure in places]
        line = (
            *line,
            *say(
                "；涉及地点有{list}{more}",
                list=listed(places, called, most),
                more=_more(places, most),
            ),
        )
    return (*line, Span("。"))


def _more(figures: list[Figure], most: int) -> Span:
    return Span("等" if len(figures) > most else "")


def _cases(material: Material) -> Line:
    new, closed = material.figures["cases.new"], material.figures["cases.closed"]
    levels = levels_of_new(material)
    parts = [say("新立案件{n}件（{levels}）", n=new, levels=levels)]
    if not new.value:
        parts = [say("无新立案件")]
    if closed.value:
        parts.append(say("办结{n}件", n=closed))
    return say(
        "监测期内{parts}。截至{t}，在办案件{n}件。",
        parts=joined(parts, "，"),
        t=at(material.made_at),
        n=material.figures["cases.open"],
    )
