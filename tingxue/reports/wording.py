"""Sentences that both papers use: title, totals, comparisons, missing data.

Fixed wording of official-practice.md §3: 监测期内, 环比, 据网民反映（未核实）, 截至…时. Nothing
here judges who posted, and what visitors say is never stated as fact.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.counting import ListedMention
from domain.plan import Plan
from domain.types import Case, Level, Mention, Obligation
from tingxue.reports.casework import OPEN, category_name, live_cases, live_obligations
from tingxue.reports.figure import Facts, Figure, Figures, Row, segment
from tingxue.reports.gaps import Gap, gaps_of, silent_sources, source_title
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
    quote,
    say,
    titled,
)
from tingxue.reports.revision import Revision
from tingxue.reports.tallies import LAST as LAST_WORD

NO_SEASON_BEFORE = "没有上一季"
LAST = {kind: Span(word) for kind, word in LAST_WORD.items()}
PAPER = {"day": "日报", "week": "周报"}
DRILL = "【演练】"
SEAL_SHOWN = 16
"""Hex digits of a seal in print: enough to notice, short enough to type."""
LISTED_NAMES = 5
"""How many names a sentence lists before it stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much the lists of a paper may hold: notable cases, rows by department, points that
    deserve attention, names in a sentence. The rest is in the Excel file."""

    cases: int
    departments: int
    points: int
    names: int = 5


FULL = Room(cases=10, departments=100, points=100, names=10)
"""Of the weekly paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All a paper is written from. ``rows``: the counted mentions; ``made_at``: aware UTC;
    ``revision``: what it changes of the edition before, None in a first one."""

    facts: Facts
    rows: tuple[Row, ...]
    figures: Figures
    plan: Plan
    made_at: datetime
    late: bool
    drill: bool
    edition: int
    revision: Revision | None = None
    live: tuple[Case, ...] = field(init=False, repr=False, compare=False)
    """Without the merged and the false ones, oldest first: found once, asked for many times."""
    owed: tuple[Obligation, ...] = field(init=False, repr=False, compare=False)
    """Theirs that somebody owes or has met."""
    debtors: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Departments that have or had them, in the plan's order."""
    grave: tuple[Case, ...] = field(init=False, repr=False, compare=False)
    """Red and orange cases in hand, the gravest first."""

    def __post_init__(self) -> None:
        live = live_cases(self.facts.cases)
        owed = live_obligations(live)
        named = dict.fromkeys(one.department for one in owed)
        ordered = [d for d in self.plan.departments if d in named]
        hot = [c for c in live if c.status in OPEN and c.level in (Level.RED, Level.ORANGE)]
        object.__setattr__(self, "live", tuple(live))
        object.__setattr__(self, "owed", tuple(owed))
        object.__setattr__(self, "debtors", tuple(dict.fromkeys([*ordered, *named])))
        object.__setattr__(self, "grave", tuple(sorted(hot, key=lambda c: -c.level.rank)))

    def category(self, code: str) -> Span:
        """Chinese name of a category."""
        return name(category_name(code, self.plan))

    def platform(self, code: str) -> Span:
        """Chinese name of a platform."""
        return name(self.plan.platform_names.get(code, code))

    @property
    def kind(self) -> str:
        """ "day" or "week"."""
        return self.facts.period.kind


def title(material: Material) -> tuple[Line, ...]:
    """What it is, and of when."""
    base = material.plan.report_title.removesuffix("周报").removesuffix("日报")
    mark = DRILL if material.drill else ""
    period = material.facts.period
    when = on_day(period.first_day, year=True)
    if period.kind == "week":
        when = Span("{}年第{}期".format(*period.issue), "when")
    return *titled(mark, base, PAPER[period.kind]), say("（{when}）", when=when)


def subtitle(material: Material) -> tuple[Line, ...]:
    """Monitored period; then when it was made, which edition, and whether late."""
    period = material.facts.period
    first = on_day(period.first_day, year=True)
    until = "24时" if period.kind == "day" else f"{on_day(period.last_day).text}24时"
    made = say("编制时间：{t}", t=at(material.made_at, year=True))
    if material.edition > 1:
        made = say("{m}　第{n}版", m=made, n=order(material.edition))
    if material.late:
        made = (*made, Span("　补发"))
    return say("监测期：{a}{z}至{b}", a=first, z=Span("0时", "when"), b=Span(until, "when")), made


def sealed(material: Material) -> tuple[Para, ...]:
    """The seal of the day's record, for whoever keeps the paper: who can write the ledger cannot
    change what is printed."""
    seal = material.facts.seal[:SEAL_SHOWN]
    if not seal:
        return ()
    line = say("本日办理经过校验值：{seal}（核对：tingxue audit verify）", seal=ident(seal))
    return (Para(line=line, style="note"),)


def first_season(material: Material) -> bool:
    """Whether the paper is on a season, and the ledger has nothing at all from before it."""
    facts = material.facts
    before = facts.begun is not None and facts.begun < facts.period.start
    return material.kind == "span" and not before and not facts.previous


def trend(material: Material, key: str) -> Line:
    """How a figure compares with the period before, as a clause."""
    now, before = material.figures[key], material.figures[f"{key}.previous"]
    change = material.figures.get(f"{key}.change")
    last, unit = LAST[material.kind], Span(now.unit)
    if first_season(material):
        return (Span(f"{NO_SEASON_BEFORE}数据"),)
    if now.value == before.value:
        return say("与{last}持平", last=last)
    if change is None:
        return say("系新增（{last}{before}{unit}）", last=last, before=before, unit=unit)
    if change.how == "change":
        word = Span("环比上升" if change.value > 0 else "环比下降")
        return say(
            "{word}{change}（{last}{before}{unit}）",
            word=word,
            change=change,
            last=last,
            before=before,
            unit=unit,
        )
    word = Span("增加" if change.value > 0 else "减少")
    return say(
        "较{last}{word}{change}{unit}（{last}{before}{unit}）",
        last=last,
        word=word,
        change=change,
        unit=unit,
        before=before,
    )


def trend_cell(material: Material, key: str) -> Line:
    """The same for a table: 新增, 持平, 增3, 降12.5%."""
    now, before = material.figures[key], material.figures[f"{key}.previous"]
    change = material.figures.get(f"{key}.change")
    if first_season(material):
        return (Span(NO_SEASON_BEFORE),)
    if now.value == before.value:
        return (Span("持平"),)
    if change is None:
        return (Span("新增"),)
    up = change.value > 0
    if change.how == "change":
        return say("{w}{c}", w=Span("升" if up else "降"), c=change)
    return say("{w}{c}", w=Span("增" if up else "减"), c=change)


def listed(figures: Iterable[Figure], called: Iterable[Span], most: int = LISTED_NAMES) -> Line:
    """``拒载5条、绕道3条``; at most so many."""
    pairs = list(zip(called, figures, strict=True))[:most]
    return joined(say("{n}{f}{u}", n=n, f=f, u=Span(f.unit)) for n, f in pairs)


def names(texts: Iterable[str]) -> Line:
    """Names in a row."""
    return joined((name(text),) for text in texts)


def case_ids(ids: Iterable[str], most: int = LISTED_NAMES) -> Line:
    """Case numbers in a row, at most so many, then 等."""
    every = list(ids)
    line = joined((ident(i),) for i in every[:most])
    return (*line, Span("等")) if len(every) > most else line


def about(material: Material, case: Case) -> Line:
    """What a case is about: place and categories."""
    kinds = joined((material.category(code),) for code in case.categories)
    place = name(case.place) if case.place else Span("")
    return say("{place}{kinds}", place=place, kinds=kinds or (Span("人身安全"),))


def levels_of_new(material: Material) -> Line:
    """``红色1件、黄色2件`` of the cases opened."""
    figures = [material.figures[f"cases.new.{level}"] for level in Level]
    used = [(level, f) for level, f in zip(Level, figures, strict=True) if f.value]
    return listed((f for _, f in used), (Span(f"{level}色") for level, _ in used))


def excerpt(mention: Mention | ListedMention, limit: int) -> Span:
    """The first masked words of a mention: its text, or its title where it has no text."""
    return quote(mention.text or mention.title, limit)


def missing_data(material: Material, most: int) -> list[Para]:
    """What was not collected in the period; nothing when every source worked. At most so many
    sources by name, the rest in the sheet 采集情况."""
    paras: list[Para] = []
    gaps = gaps_of(material.facts)
    if gaps:
        by_source: dict[str, list[Gap]] = {}
        for gap in gaps:
            by_source.setdefault(gap.source, []).append(gap)
        parts = joined((_down(material, found) for found in list(by_source.values())[:most]), "；")
        down = material.figures["sources.down"]
        paras.append(
            Para(
                line=say(
                    "数据说明：监测期内有{n}个来源采集不完整：{parts}{rest}。"
                    "上述时段的信息可能有遗漏。",
                    n=down,
                    parts=parts,
                    rest=_rest(len(by_source), most),
                )
            )
        )
    silent = silent_sources(material.facts, material.plan)
    if silent:
        titles = names(source_title(source, material.plan) for source in silent[:most])
        paras.append(
            Para(
                line=say(
                    "数据说明：有{n}个来源监测期内未运行：{t}{rest}。",
                    n=material.figures["sources.silent"],
                    t=titles,
                    rest=_rest(len(silent), most),
                )
            )
        )
    return paras


def _rest(there: int, shown: int) -> Span:
    return Span("等，全部见附件“采集情况”" if there > shown else "")


def _down(material: Material, gaps: list[Gap]) -> Line:
    title = name(source_title(gaps[0].source, material.plan))
    why = joined((Span(w),) for w in dict.fromkeys(w for gap in gaps for w in gap.why))
    if len(gaps) == 1:
        return say("{t}（{span}，{why}）", t=title, span=_from_to(gaps[0]), why=why)
    times = material.figures[f"source.{segment(gaps[0].source)}.gaps"]
    whole = Gap(source="", since=gaps[0].since, until=gaps[-1].until, why=(), run_ids=())
    return say("{t}（{span}间中断{n}次，{why}）", t=title, span=_from_to(whole), n=times, why=why)


def _from_to(gap: Gap) -> Line:
    if gap.until is None:
        return say("{a}起至期末未恢复", a=at(gap.since))
    return say("{a}至{b}", a=at(gap.since), b=at(gap.until))


def coming_holidays(material: Material) -> Line:
    """Public holidays in the seven days after the period, as config knows them."""
    after = [material.facts.period.last_day + timedelta(days=n) for n in range(1, 8)]
    return joined((on_day(day),) for day in after if day in material.plan.hours.holidays)
