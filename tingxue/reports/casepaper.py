"""What papers on single cases share: their figures, and the parts that several of them have.

The words of visitors are masked excerpts and marked as not verified; an original never gets here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.times import shanghai_day
from domain.types import Case, Duty, Obligation
from tingxue.reports.casefigures import past_key, step_missed
from tingxue.reports.casework import (
    limit_passed,
    live_obligations,
)
from tingxue.reports.paper import (
    Block,
    Line,
    Paper,
    Para,
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
    quote,
    say,
    titled,
)
from tingxue.reports.sections import signing
from tingxue.reports.wording import DRILL, Material, about, listed

QUOTED = 3
QUOTED_CHARS = 90


def built(material: Material, kind: str, number: Sequence[Line], blocks: Iterable[Block]) -> Paper:
    """The paper with its title 「…网络舆情交办单」, ``number`` and the time of making below it."""
    mark = DRILL if material.drill else ""
    made = say("制作时间：{t}", t=at(material.made_at, year=True))
    if material.edition > 1:
        made = say("{m}　第{n}版", m=made, n=order(material.edition))
    base = material.plan.report_title.removesuffix("周报").removesuffix("日报")
    return Paper(
        title=titled(mark, base, kind),
        subtitle=(*number, made),
        header=mark,
        mark=material.plan.papers.mark,
        blocks=numbered(blocks),
    )


def closing(material: Material) -> list[Block]:
    """The line to sign on, and the day of making, where an office puts its name and seal."""
    day = on_day(shanghai_day(material.made_at), year=True)
    return [*signing(material), Para(style="date", line=(day,))]


def numbered_case(case: Case) -> Line:
    """``案件编号：LHS-20261123-0012　级别：橙色``."""
    doubt = "，待核实" if case.unverified_since else ""
    return say(
        "案件编号：{id}　级别：{level}",
        id=ident(case.case_id),
        level=Span(f"{case.level}色{doubt}"),
    )


def situation(material: Material, case: Case) -> list[Block]:
    """How much was seen where and since when, and how far it spread."""
    platforms = material.figures.under("reports.platform")
    seen = [mention.first_seen_at for mention, _ in material.rows]
    line = say(
        "截至{t}，监测到网民反映（未核实）{about}的相关信息{n}条",
        t=at(material.made_at),
        about=about(material, case),
        n=material.figures["reports"],
    )
    if platforms:
        called = [material.platform(f.key.rpartition(".")[2]) for f in platforms]
        line = (*line, *say("，来自{list}", list=listed(platforms, called)))
    if seen:
        line = (*line, *say("；首次发现时间为{t}", t=at(min(seen))))
    return [Para(line=(*line, *_reached(material, case), Span("。")))]


def _reached(material: Material, case: Case) -> Line:
    parts = []
    for part, word in (("interactions", "互动"), ("views", "浏览")):
        figure = material.figures.get(f"case.{case.case_id}.{part}")
        if figure:
            bound = Span("以上" if figure.at_least else "")
            parts.append(say("{w}{n}次{b}", w=Span(word), n=figure, b=bound))
    return say("；公开页面显示累计{p}", p=joined(parts)) if parts else ()


def quoted(material: Material) -> list[Block]:
    """The first masked words of a few reports, each said once."""
    words: dict[str, Line] = {}
    for mention, _ in material.rows:
        said = quote(mention.text or mention.title, QUOTED_CHARS)
        where = say(
            "（{p}，{t}）", p=material.platform(mention.platform), t=at(mention.first_seen_at)
        )
        words.setdefault(said.text, say("“{said}”{where}", said=said, where=where))
    lines = list(words.values())[:QUOTED]
    if not lines:
        return []
    rest = "，内容相近的不重复列" if len(material.rows) > len(lines) else ""
    head = Para(line=say("据网民反映（未核实，已脱敏{rest}）：", rest=Span(rest)))
    return [head, *items(lines)]


def items(lines: Iterable[Line]) -> list[Block]:
    """Paragraphs 1. 2. 3."""
    return [
        Para(line=say("{n}.{line}", n=order(n), line=line), style="item")
        for n, line in enumerate(lines, 1)
    ]


def overdue_rows(material: Material, late: Iterable[Obligation]) -> tuple[tuple[Line, ...], ...]:
    """编号, 部门, 环节, 时限, 已超小时 of each."""
    return tuple(
        (
            (ident(o.case_id),),
            (name(o.department),),
            (Span(step_missed(o, material.made_at)),),
            (clock(limit_passed(o, material.made_at)),),
            cell(material.figures[past_key(o)]),
        )
        for o in late
    )


def progress_table(material: Material, case: Case) -> Table | None:
    """Who owes what by when, and how it stands."""
    duties = live_obligations([case])
    if not duties:
        return None
    rows = tuple(
        (
            (name(o.department),),
            (Span("牵头" if o.duty is Duty.LEAD else "配合"),),
            (Span(str(o.status)),),
            _done(o.acknowledged_at, o.ack_due),
            _done(o.replied_at, o.reply_due) if _owes(o) else (Span("—"),),
            _done(o.accepted_at, None),
        )
        for o in duties
    )
    return Table(
        caption=say("部门办理情况"), rows=rows, widths=(32, 14, 22, 31, 31, 26),
        header=("部门", "职责", "状态", "签收", "答复", "办结"), small=True,
    )  # fmt: skip


def _owes(o: Obligation) -> bool:
    return o.duty is Duty.LEAD or o.reply_asked


def _done(done: datetime | None, due: datetime | None) -> Line:
    if done:
        return (clock(done),)
    return say("时限\n{t}", t=clock(due)) if due else (Span("—"),)
