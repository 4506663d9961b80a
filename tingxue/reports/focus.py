"""What deserves attention: overdue work, grave cases in hand, categories that rose, days to come.

Only what the figures and the plan say. Weather and causes are not in the ledger, so nothing is
said of them; the clerk who signs may add it.
"""

from domain.types import Case, Duty
from tingxue.reports.casework import (
    OPEN,
    UNANSWERED,
    live_obligations,
)
from tingxue.reports.figure import Figure, segment
from tingxue.reports.paper import (
    Line,
    Para,
    Span,
    at,
    ident,
    joined,
    name,
    on_day,
    order,
    say,
)
from tingxue.reports.tables import code_of, departments_with
from tingxue.reports.tallies import THIS
from tingxue.reports.wording import (
    LISTED_NAMES,
    Material,
    Room,
    about,
    case_ids,
    coming_holidays,
    names,
    trend,
)

RISING_FROM = 3
"""A category is said to rise from so many complaints on (proposal: as the level 黄 counts)."""
MOST_RISING = 3
MOST_ADVICE = 5


def listing(lines: list[Line], otherwise: str) -> list[Para]:
    """Paragraphs 1. 2. 3.; the sentence ``otherwise`` when there is nothing to list."""
    if not lines:
        return [Para(line=say(otherwise))]
    return [
        Para(line=say("{n}.{line}", n=order(n), line=line), style="item")
        for n, line in enumerate(lines, 1)
    ]


def attention(material: Material, room: Room) -> list[Para]:
    """四、需关注 of the daily paper: what is late in one sentence, then the gravest."""
    lines = [
        *overdue_in_all(material, room.names),
        *again(material, room.names + 1),
        *grave(material, max(1, room.points - 2)),
        *rising(material)[: max(1, room.points - 3)],
        *holidays(material),
    ]
    return listing(lines[: room.points], "监测期内无需特别提请关注的事项。")


def overdue_in_all(material: Material, most: int) -> list[Line]:
    """One sentence over all departments, the most burdened first."""
    every = material.figures["duties.overdue"]
    if not every.value:
        return []

    def late_of(department: str) -> Figure:
        return material.figures[f"department.{segment(department)}.overdue"]

    late = sorted(departments_with(material, "overdue"), key=lambda d: -late_of(d).value)
    parts = joined(say("{d}{n}项", d=name(d), n=late_of(d)) for d in late[:most])
    return [
        say(
            "截至{t}，逾期{n}项（{steps}）：{parts}{rest}。",
            t=at(material.made_at),
            n=every,
            steps=steps_missed(material, "duties"),
            parts=parts,
            rest=Span("等" if len(late) > most else ""),
        )
    ]


def overdue(material: Material) -> list[Line]:
    """One sentence per department that is late."""
    return [_overdue_of(material, d) for d in departments_with(material, "overdue")]


def steps_missed(material: Material, key: str) -> Line:
    """``未签收1项、未答复2项`` of what is overdue under the key; one may be both."""
    parts = [material.figures[f"{key}.{part}"] for part in ("unsigned", "unanswered")]
    steps = joined(
        say("{w}{n}项", w=Span(word), n=figure)
        for figure, word in zip(parts, ("未签收", "未答复"), strict=True)
        if figure.value
    )
    both = sum(figure.value for figure in parts) > material.figures[f"{key}.overdue"].value
    return (*steps, Span("，有的两者兼有")) if both else steps


def _overdue_of(material: Material, department: str) -> Line:
    key = f"department.{segment(department)}"
    return say(
        "截至{t}，{d}逾期{n}项（{steps}）。",
        t=at(material.made_at),
        d=name(department),
        n=material.figures[f"{key}.overdue"],
        steps=steps_missed(material, key),
    )


def grave(material: Material, most: int | None = None) -> list[Line]:
    """Red and orange cases in hand, the gravest first; at most so many."""
    return [_grave(material, case) for case in material.grave[:most]]


def _grave(material: Material, case: Case) -> Line:
    leads = [o for o in live_obligations([case]) if o.duty is Duty.LEAD]
    where = names(o.department for o in leads)
    passed = (
        say("已转{d}办理，目前{s}", d=where, s=Span(str(case.status))) if leads else say("待转办")
    )
    return say(
        "{id}（{level}色{doubt}，据网民反映，未核实：{about}）{passed}。",
        id=ident(case.case_id),
        level=Span(str(case.level)),
        doubt=Span("，级别待核实" if case.unverified_since else ""),
        about=about(material, case),
        passed=passed,
    )


def again(material: Material, most: int = LISTED_NAMES) -> list[Line]:
    """Cases that came back after they had been closed."""
    figure = material.figures["cases.again"]
    if not figure.value:
        return []
    return [say("办结后再次发生{n}件：{ids}。", n=figure, ids=case_ids(figure.ids, most))]


def rising_figures(material: Material) -> list[Figure]:
    """Categories with clearly more complaints than the period before, the steepest first."""

    def gain(figure: Figure) -> float:
        return figure.value - material.figures[f"{figure.key}.previous"].value

    risen = [
        f for f in material.figures.under("category") if f.value >= RISING_FROM and gain(f) > 0
    ]
    return sorted(risen, key=lambda f: -gain(f))[:MOST_RISING]


def rising(material: Material) -> list[Line]:
    """One sentence per category that rose."""
    return [
        say(
            "“{c}”类投诉{n}条，{trend}。",
            c=material.category(code_of(f)),
            n=f,
            trend=trend(material, f.key),
        )
        for f in rising_figures(material)
    ]


def holidays(material: Material) -> list[Line]:
    """Public holidays ahead."""
    days = coming_holidays(material)
    return [say("未来七日含法定节假日（{d}），客流可能增加。", d=days)] if days else []


def peak(material: Material) -> list[Line]:
    """The day with most mentions, when there is exactly one."""
    figures = [material.figures[f"day.{day}"] for day in material.facts.period.days]
    top = max(f.value for f in figures)
    best = [
        (d, f) for d, f in zip(material.facts.period.days, figures, strict=True) if f.value == top
    ]
    if top == 0 or len(best) > 1:
        return []
    day, figure = best[0]
    complaints = material.figures[f"day.{day}.complaints"]
    return [say("信息量以{d}最多，为{n}条，其中投诉{c}条。", d=on_day(day), n=figure, c=complaints)]


def focus_place(material: Material) -> list[Line]:
    """Where most complaints point, when one place stands out."""
    places = material.figures.under("place")
    if not places or (len(places) > 1 and places[0].value == places[1].value):
        return []
    if not places[0].value:
        return []
    return [
        say(
            "投诉涉及地点以{p}最多，为{n}条，{t}。",
            p=name(code_of(places[0])),
            n=places[0],
            t=trend(material, places[0].key),
        )
    ]


def advice(material: Material) -> list[Line]:
    """五、工作建议: per category in hand who leads, who supports, and by when."""
    by_code = {code_of(f): f for f in material.figures.under("category") if f.value}
    in_hand = [c for c in by_code if material.figures.get(f"casework.{segment(c)}.open")]

    def weight(code: str) -> tuple[float, float]:
        late = material.figures[f"casework.{segment(code)}.overdue"]
        return (-late.value, -by_code[code].value)

    chosen = [c for c in sorted(in_hand, key=weight) if c in material.plan.categories]
    return [_advise(material, code, by_code[code]) for code in chosen[:MOST_ADVICE]]


def _advise(material: Material, code: str, complaints: Figure) -> Line:
    category, key = material.plan.categories[code], f"casework.{segment(code)}"
    late = material.figures[f"{key}.overdue"]
    who = say("由{lead}牵头", lead=name(category.lead))
    if category.supports:
        who = say("{who}，{s}配合", who=who, s=names(category.supports))
    return say(
        "建议{who}，办理“{c}”类事项（{this}投诉{n}条，在办案件{m}件）{late}{due}。",
        who=who,
        c=name(category.name),
        this=Span(THIS[material.kind]),
        n=complaints,
        m=material.figures[f"{key}.open"],
        late=say("，其中逾期{n}项应立即办理", n=late) if late.value else (),
        due=_next_due(material, code),
    )


def _next_due(material: Material, code: str) -> Line:
    cases = [c for c in material.facts.cases if code in c.categories and c.status in OPEN]
    owed = [o for o in live_obligations(cases) if o.duty is Duty.LEAD and o.status in UNANSWERED]
    due = [o.reply_due for o in owed if o.reply_due >= material.made_at]
    if not due:
        return ()
    if len(due) == 1:
        return say("，答复时限为{a}", a=at(due[0]))
    return say("，最近一项答复时限为{a}，最迟一项为{b}", a=at(min(due)), b=at(max(due)))
