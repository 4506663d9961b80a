"""值班交接单: what one shift tells the next, from the same lists as the desk's page 交接班.

What people must say themselves has lines of its own to write on; nothing is made up for them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.plan import Plan
from domain.types import Level, State
from ledger.handovers import DONE, DoneLine, NextLine
from ledger.outbox import Unreached
from tingxue.reports.casepaper import built
from tingxue.reports.casework import category_name
from tingxue.reports.figure import Facts, Figure, Figures, Row, count
from tingxue.reports.gaps import gap_figures
from tingxue.reports.paper import (
    Block,
    Heading,
    Line,
    Paper,
    Para,
    Span,
    Table,
    at,
    clock,
    ident,
    joined,
    name,
    order,
    say,
)
from tingxue.reports.tables import NONE
from tingxue.reports.tallies import ids_of
from tingxue.reports.wording import Material, listed, missing_data
from tingxue.shifts import Mute

ACTS = {"ack": "签收", "reply": "答复", "accept": "办结"}
LISTED_OPEN, LISTED_DONE, LISTED_UNHEARD = 20, 12, 6
"""Rows of each list on paper; a sheet of two pages. The rest is in the Excel file."""
_NOTES = 4
_SOURCES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """All that a shift hands over. people: who is on duty now and who comes next, "" for nobody.
    office: the department whose sheet it is, "" for all. done: every action of the shift. mutes:
    ``tingxue.shifts.Unwell.now``."""

    since: datetime
    until: datetime
    office: str
    people: tuple[str, str]
    pending: Sequence[NextLine]
    opened: Sequence[str]
    done: Sequence[DoneLine]
    reviews: Sequence[str]
    unheard: Sequence[Unreached]
    mutes: Sequence[Mute]


def shift_figures(shift: Shift, rows: Sequence[Row], facts: Facts, plan: Plan) -> Iterator[Figure]:
    """Every number of the sheet; ``rows``: the mentions counted in the shift."""
    yield count("pending", "在办案件", (one.case_id for one in shift.pending), "件")
    for level in Level:
        ids = (one.case_id for one in shift.pending if one.level is level)
        yield count(f"pending.{level}", f"在办{level}色案件", ids, "件")
    late = (one.case_id for one in shift.pending if one.due and one.due <= shift.until)
    yield count("pending.late", "下一步已过时限的案件", late, "件")
    yield count("mentions", "本班新增信息", ids_of(rows))
    yield count("opened", "本班新立案件", shift.opened, "件")
    for action in DONE:
        mine = (act_id(one) for one in shift.done if one.action == action)
        yield count(f"done.{action}", f"本班{ACTS[action]}", mine, "项")
    yield count("reviews", "待研判", shift.reviews, "项")
    yield count("unheard", "没有通知到的", (f"{u.alert_id}/{u.receiver}" for u in shift.unheard))
    yield from gap_figures(facts, plan)


def act_id(one: DoneLine) -> str:
    """Names one action: ``LHS-20261123-0012/住建局/签收/2026-11-23T02:00:00+00:00``."""
    return f"{one.case_id}/{one.department}/{ACTS[one.action]}/{one.at.isoformat()}"


def figures_of_shift(shift: Shift, rows: Sequence[Row], facts: Facts, plan: Plan) -> Figures:
    """The same by key."""
    made = {figure.key: figure for figure in shift_figures(shift, rows, facts, plan)}
    return Figures(period=facts.period, as_of=shift.until, by_key=made)


def handover(material: Material, shift: Shift) -> Paper:
    """The whole sheet."""
    blocks: tuple[Block, ...] = (
        Heading(text="一、在办案件和下一步"),
        *_pending(material, shift),
        Heading(text="二、本班办理"),
        *_done(material, shift),
        Heading(text="三、待研判和未送达"),
        *_waiting(material, shift),
        Heading(text="四、采集情况"),
        *_sources(material, shift),
        Heading(text="五、需要交代的事项"),
        _notes(),
        Para(style="signing", line=(Span("交班人：　　　　　接班人：　　　　　时间："),)),
    )
    here, coming = (Span(who or "值班表无人", "name") for who in shift.people)
    number = (
        say("班次：{a}至{b}　{o}", a=at(shift.since, year=True), b=at(shift.until),
            o=name(shift.office or "全区")),
        say("本班值班：{h}　下一班：{c}", h=here, c=coming),
    )  # fmt: skip
    return built(material, "值班交接单", number, blocks)


def _pending(material: Material, shift: Shift) -> list[Block]:
    figures = material.figures
    if not shift.pending:
        return [Para(line=say("截至{t}，没有在办案件。", t=at(shift.until)))]
    levels = [(level, figures[f"pending.{level}"]) for level in Level]
    used = [(Span(f"{level}色"), figure) for level, figure in levels if figure.value]
    line = say(
        "截至{t}，在办案件{n}件（{levels}），其中下一步已过时限的{o}件。",
        t=at(shift.until),
        n=figures["pending"],
        levels=listed((f for _, f in used), (word for word, _ in used)),
        o=figures["pending.late"],
    )
    table = Table(
        caption=say("在办案件（内容为网民反映，未核实；级别高的、时限近的在前）"),
        header=("级别", "编号", "事由", "部门", "下一步", "时限"),
        rows=tuple(_next(material, shift, one) for one in shift.pending[:LISTED_OPEN]),
        widths=(12, 38, 34, 24, 16, 32), small=True,
    )  # fmt: skip
    return [Para(line=line), table, *_cut(len(shift.pending), LISTED_OPEN)]


def _next(material: Material, shift: Shift, one: NextLine) -> tuple[Line, ...]:
    kinds = joined((name(category_name(code, material.plan)),) for code in one.categories)
    place = say("（{p}）", p=name(one.place)) if one.place else ()
    late = Span("（已过）" if one.due and one.due <= shift.until else "")
    return (
        (Span(str(one.level)),),
        (ident(one.case_id),),
        (*(kinds or (Span("人身安全"),)), *place),
        (name(one.department),),
        (Span(step(one)),),
        say("{t}{late}", t=clock(one.due), late=late) if one.due else NONE,
    )


def step(one: NextLine) -> str:
    """What is to be done next, in the words of the desk."""
    if one.step is State.TO_SIGN:
        return "签收"
    if one.due:
        return "答复"
    waits = {State.IN_REVIEW: "审核", State.NOT_OURS: "宣传部决定"}
    return waits.get(one.step, "等牵头部门")


def _done(material: Material, shift: Shift) -> list[Block]:
    figures = material.figures
    acts = joined(
        say("{w}{n}项", w=Span(ACTS[action]), n=figures[f"done.{action}"]) for action in DONE
    )
    line = say(
        "本班监测到相关信息{m}条，新立案件{n}件，{acts}。",
        m=figures["mentions"],
        n=figures["opened"],
        acts=acts,
    )
    if not shift.done:
        return [Para(line=line)]
    table = Table(
        caption=say("本班签收、答复、办结（新的在前）"),
        header=("时间", "部门", "经办人", "动作", "编号"),
        rows=tuple(
            (
                (clock(one.at),), (name(one.department),), (name(one.actor),),
                (Span(ACTS[one.action]),), (ident(one.case_id),),
            )
            for one in shift.done[:LISTED_DONE]
        ),
        widths=(26, 36, 28, 20, 46), small=True,
    )  # fmt: skip
    return [Para(line=line), table, *_cut(len(shift.done), LISTED_DONE)]


def _waiting(material: Material, shift: Shift) -> list[Block]:
    figures = material.figures
    line = say("待研判{r}项；没有通知到的{u}条。", r=figures["reviews"], u=figures["unheard"])
    if not shift.unheard:
        return [Para(line=line)]
    table = Table(
        caption=say("没有通知到的（请打电话）"),
        header=("时间", "收件人", "编号", "代收"),
        rows=tuple(_missed(one) for one in shift.unheard[-LISTED_UNHEARD:]),
        widths=(28, 44, 48, 36), small=True,
    )  # fmt: skip
    return [Para(line=line), table, *_cut(len(shift.unheard), LISTED_UNHEARD)]


def _missed(one: Unreached) -> tuple[Line, ...]:
    return (
        (clock(one.created_at),),
        (name(one.receiver),),
        (ident(one.case_id),) if one.case_id else NONE,
        (name(one.stand_in),) if one.stand_in else (Span("无人代收"),),
    )


def _sources(material: Material, shift: Shift) -> Iterable[Block]:
    """What was not read in the shift, then what is silent now beside it, as at the desk."""
    paras: list[Block] = [*missing_data(material, most=_SOURCES)]
    if shift.mutes:
        parts = joined((_silent(one) for one in shift.mutes[:_SOURCES]), "；")
        paras.append(Para(line=say("目前不正常的来源：{p}。", p=parts)))
    return paras or [Para(line=say("本班各来源采集正常。"))]


def _silent(one: Mute) -> Line:
    return say("{n}{w}（{t}起）", n=name(one.title), w=Span(one.why), t=at(one.since))


def _cut(there: int, shown: int) -> list[Block]:
    if there <= shown:
        return []
    return [Para(style="note", line=say("注：表中仅列一部分，其余见值守台和同名电子表格。"))]


def _notes() -> Table:
    """Lines to write on by hand: nothing of it is stored."""
    return Table(
        caption=say("手写（不写当事人姓名、电话）"), header=("序号", "事项"), widths=(16, 140),
        rows=tuple(((order(n),), ()) for n in range(1, _NOTES + 1)), tall=True,
    )  # fmt: skip
