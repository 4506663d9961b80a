"""The summary of a season: what came, what was mended, what came back, and who had to do with it.

Only what the figures say: whether a measure worked is for people to judge, and they sign it.
"""

from tingxue.reports.amended import amended, amendments
from tingxue.reports.casework import live_cases
from tingxue.reports.figure import segment
from tingxue.reports.overview import overview
from tingxue.reports.paper import (
    Block,
    Chart,
    Heading,
    Line,
    Paper,
    Para,
    Series,
    Span,
    Table,
    at,
    cell,
    clock,
    ident,
    joined,
    name,
    numbered,
    on_day,
    order,
    say,
    titled,
)
from tingxue.reports.seasonfigures import monday
from tingxue.reports.sections import handling, notable, signing
from tingxue.reports.tables import NONE, category_table, code_of, number, platform_table
from tingxue.reports.weekly import HANDLING, HEADER, WIDTHS, handling_note
from tingxue.reports.wording import DRILL, Material, about, names

KIND = "网络舆情雪季总结"
LISTED_AGAIN = 30
"""Rows of the list of what came back on paper."""


def season(material: Material) -> Paper:
    """The whole paper."""
    blocks: tuple[Block, ...] = (
        Heading(text="一、总体情况"),
        *amended(material),
        *overview(material),
        *_weeks(material),
        Heading(text="二、反映情况"),
        *_came(material),
        Heading(text="三、办结情况"),
        *_mended(material),
        Heading(text="四、再次发生情况"),
        *_again(material),
        Heading(text="五、各部门办理情况"),
        *_departments(material),
        *signing(material),
        *amendments(material),
    )
    period, mark = material.facts.period, DRILL if material.drill else ""
    base = material.plan.report_title.removesuffix("周报").removesuffix("日报").strip()
    made = say("编制时间：{t}", t=at(material.made_at, year=True))
    if material.edition > 1:
        made = say("{m}　第{n}版", m=made, n=order(material.edition))
    return Paper(
        title=titled(mark, _bare(base), KIND),
        subtitle=(
            say("监测期：{a}至{b}", a=on_day(period.first_day, year=True),
                b=on_day(period.last_day, year=True)),
            made,
        ),
        header=mark,
        mark=material.plan.papers.mark,
        blocks=numbered(blocks),
    )  # fmt: skip


def _bare(base: str) -> str:
    """KIND says 网络舆情 itself."""
    return base.removesuffix("网络舆情").removesuffix("舆情")


def _weeks(material: Material) -> list[Block]:
    """A line over the weeks, and the same figures as a table."""
    if not material.figures["mentions"].value:
        return []
    weeks = list(dict.fromkeys(monday(day) for day in material.facts.period.days))
    total = tuple(material.figures[f"week.{week}"] for week in weeks)
    complaints = tuple(material.figures[f"week.{week}.complaints"] for week in weeks)
    rows = tuple(
        ((on_day(week),), cell(n), cell(c))
        for week, n, c in zip(weeks, total, complaints, strict=True)
    )
    labels = tuple(f"{week.month}月{week.day}日" for week in weeks)
    pairs = joined(
        say("{d}当周信息{n}条、投诉{c}条", d=on_day(week), n=n, c=c)
        for week, n, c in zip(weeks, total, complaints, strict=True)
    )
    caption = say("每周信息量和投诉量（单位：条；各周以周一标示）")
    lines = Series(name="信息量", figures=total), Series(name="投诉量", figures=complaints)
    return [
        Table(caption=caption, header=("周", "信息量", "投诉量"), rows=rows, widths=(52, 52, 52)),
        Chart(
            caption=say("每周信息量和投诉量（单位：条）"), form="line", labels=labels,
            series=lines,
            alt=say("折线图：{p}。", p=pairs),
        ),
    ]  # fmt: skip


def _came(material: Material) -> list[Block]:
    if not material.figures["mentions"].value:
        return [Para(line=say("监测期内无相关信息。"))]
    return [platform_table(material), category_table(material), *notable(material)]


def _mended(material: Material) -> list[Block]:
    figures = material.figures
    if not figures["season.opened"].value:
        return [Para(line=say("监测期内没有新立案件。"))]
    line = say(
        "监测期内新立案件{n}件，截至{t}已办结{m}件（办结率{r}），在办{g}件；"
        "另有{f}件经核为误报，不计在内。",
        n=figures["season.opened"],
        t=at(material.made_at),
        m=figures["season.mended"],
        r=figures["season.mended_rate"],
        g=figures["season.going"],
        f=figures["cases.false"],
    )
    codes = [code_of(f) for f in figures.under("category")]
    codes += [f.key.split(".")[1] for f in figures.by_key.values() if f.key.startswith("mended.")]
    known = [c for c in dict.fromkeys(codes) if figures.get(f"mended.{segment(c)}.opened")]
    parts = ("opened", "mended", "mended_rate", "going", "again")
    rows = [
        ((material.category(c),), *(number(material, f"mended.{segment(c)}.{p}") for p in parts))
        for c in known
    ]
    rows.append(((Span("合计"),), *(number(material, f"season.{part}") for part in parts)))
    table = Table(
        caption=say("各类案件办理结果（单位：件；一件可涉及多类）"),
        header=("类别", "新立", "已办结", "办结率", "在办", "再次发生"),
        rows=tuple(rows), widths=(46, 20, 22, 24, 20, 24),
    )  # fmt: skip
    return [Para(line=line), table]


def _again(material: Material) -> list[Block]:
    every = material.figures["season.again"]
    if not every.value:
        return [Para(line=say("监测期内没有办结后再次发生的案件。"))]
    line = say(
        "办结后再次发生{n}件，涉及原案件{m}件{spots}。",
        n=every,
        m=material.figures["season.again_of"],
        spots=_spots(material),
    )
    returned = set(every.ids)
    cases = [c for c in live_cases(material.facts.cases) if c.case_id in returned]
    rows = tuple(
        (
            (ident(case.case_id),),
            (ident(case.recurs or ""),),
            about(material, case),
            (clock(case.opened_at),),
            names(o.department for o in case.obligations if o.duty == "lead") or NONE,
            (Span(str(case.status)),),
        )
        for case in cases[:LISTED_AGAIN]
    )
    table = Table(
        caption=say("再次发生的案件（内容为网民反映，未核实）"),
        header=("编号", "原案件", "事由", "立案时间", "牵头", "状态"),
        rows=rows, widths=(37, 37, 27, 20, 19, 16), small=True,
    )  # fmt: skip
    if len(cases) > LISTED_AGAIN:
        rest = say("注：表中仅列最早的部分，全部见同名电子表格。")
        return [Para(line=line), table, Para(style="note", line=rest)]
    return [Para(line=line), table]


def _spots(material: Material) -> Line:
    """Where it came back, the most often first."""
    found = [f for f in material.figures.by_key.values()
             if f.key.startswith("spot.") and f.key.endswith(".again") and f.value]  # fmt: skip
    if not found:
        return ()
    ordered = sorted(found, key=lambda f: -f.value)[:5]
    parts = joined(say("{p}{n}件", p=name(f.key.split(".")[1]), n=f) for f in ordered)
    more = Span("等" if len(found) > len(ordered) else "")
    return say("，其中{parts}{more}", parts=parts, more=more)


def _departments(material: Material) -> list[Block]:
    blocks = handling(material, HANDLING, HEADER, WIDTHS)
    return [*blocks, handling_note()] if len(blocks) > 1 else blocks
