"""What 宣传部 and a lead department read of a surge: title and body, from prepared values.

Every figure is of counted mentions. An alarm says what is so, how it is usually, and what to do
next; it never says why.
"""

from dataclasses import dataclass
from datetime import datetime

from alerts.messages import DRILL
from alerts.texts import excerpt, one_line
from domain.times import on_screen
from domain.types import Role

_CASES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One report. text: masked. source: as people name it. case_id: "" for none."""

    mention_id: str
    case_id: str
    text: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeBrief:
    """subject: Chinese. step: "warn" or "page". tone: it is the share of negative voices that rose;
    then ``of_all`` is how many voices there were. people since ``began``, where ``expected`` are
    usual. top: beginning of the most unlikely hour, how many then, how many usually. filter:
    options of ``tingxue search``."""

    subject: str
    step: str
    tone: bool
    people: int
    expected: float
    began: datetime
    until: datetime
    top: tuple[datetime, int, float] | None
    of_all: int
    cases: tuple[str, ...]
    filter: str
    examples: tuple[Example, ...]
    drill: bool


def surge(brief: SurgeBrief, receiver: str) -> tuple[str, str]:
    """Title and body to one receiver."""
    drill = DRILL if brief.drill else ""
    kind = "负面占比突升" if brief.tone else "突增" if brief.step == "page" else "持续偏高"
    title = f"{drill}【{kind}】{brief.subject}：{brief.people} 人，{_usually(brief.expected)}"
    lines = [
        *([f"{DRILL}本条为演练信息，不是真实投诉"] if brief.drill else []),
        f"情况：{_facts(brief)}",
        f"请办：{_task(brief, receiver)}",
        f"相关案件：{_cases(brief)}",
        *(_example(one) for one in brief.examples),
        "说明：按不同账号数人，相同和近似的文字只算一次，没有账号的一条算一人；由程序判读，未核实",
    ]
    return one_line(title), "\n".join(lines)


def _facts(brief: SurgeBrief) -> str:
    since = (
        f"{on_screen(brief.began)} 至 {on_screen(brief.until)}，{brief.subject}有 {brief.people} 人"
    )
    usual = _usually(brief.expected)
    if brief.tone:
        return f"{since}（这段时间的声音共 {brief.of_all} 人次），{usual}"
    if brief.top is None or brief.top[1] == brief.people:
        return f"{since}，{usual}"
    at, seen, expected = brief.top
    return f"{since}，{usual}；最突出的一小时自 {on_screen(at)} 起，{seen} 人，{_usually(expected)}"


def _task(brief: SurgeBrief, receiver: str) -> str:
    look = f"运行 tingxue search {brief.filter} --since 24h 逐条查看"
    if receiver == Role.PUBLICITY:
        return f"请{receiver}{look}，核实是否同一件事，通知有关部门，必要时发布情况说明"
    return f"请{receiver}立即了解现场情况，一并办理下列案件；{look}"


def _cases(brief: SurgeBrief) -> str:
    if not brief.cases:
        return "还没有立案，请看待研判清单（tingxue review list）"
    more = f" 等 {len(brief.cases)} 件" if len(brief.cases) > _CASES else ""
    return "、".join(brief.cases[:_CASES]) + more


def _example(one: Example) -> str:
    case = f"，案件 {one.case_id}" if one.case_id else ""
    said = excerpt(one.text) or "无文字"
    return f"例（{one.source}，{on_screen(one.at)}，反映 {one.mention_id}{case}）：「{said}」"


def _usually(people: float) -> str:
    """Over the same hours; with no more digits than anybody believes."""
    if people < 0.1:
        return "平常不到 0.1 人"
    return f"平常约 {people:.1f} 人" if people < 10 else f"平常约 {people:.0f} 人"
