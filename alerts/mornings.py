"""The lines of each morning: that the program is on duty, and how the cases stand.

Pure; each function returns (title, body), Chinese. The first one is sent so that its absence says
something, so it says that, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from alerts.messages import DRILL
from alerts.roster import Contact
from domain.times import shanghai

LATE = "（补发）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How things stand. day: of ``new`` and ``closed`` (cases); open (cases), unsigned,
    unsigned_late and overdue (obligations), reviews (items) and undelivered (alerts) are of now.
    owing: department and how many of its obligations are overdue. sources: how many are switched
    on; failed: title and why, of those whose last run did not end well."""

    day: date
    new: int
    closed: int
    open: int
    unsigned: int
    unsigned_late: int
    overdue: int
    owing: Sequence[tuple[str, int]]
    reviews: int
    undelivered: int
    sources: int
    failed: Sequence[tuple[str, str]]


def on_duty(
    stands: Standing, person: Contact, *, now: datetime, late: bool, drill: bool
) -> tuple[str, str]:
    """To whoever is on duty for 宣传部: the program runs, and what is not well."""
    wrong = bool(stands.failed or stands.undelivered)
    head = "值守有异常" if wrong else "值守正常"
    mark = LATE if late else ""
    local = shanghai(now)
    facts = [f"在办 {stands.open} 件", f"待签收 {stands.unsigned} 项", f"逾期 {stands.overdue} 项"]
    title = f"【{head}】{local.month}月{local.day}日{mark}：{'，'.join(facts)}"
    lines = [
        f"程序：值守程序（tingxue watch）在运行，{local:%H:%M}",
        f"来源：{_sources(stands)}",
        f"案件：{_cases(stands)}",
        f"待研判：{stands.reviews} 项",
        f"未送达：{_undelivered(stands.undelivered)}",
        f"值班：{_named(person)}",
        f"请办：{_wanted(stands)}哪天早上没有收到本条，就是值守程序停了或消息发不出，请立即查看",
    ]
    return _marked(title, lines, drill=drill)


def to_group(stands: Standing, *, late: bool, drill: bool) -> tuple[str, str]:
    """To the work group: new and closed yesterday, unsigned and overdue now."""
    mark = LATE if late else ""
    day = f"{stands.day.month}月{stands.day.day}日"
    facts = [
        f"新立 {stands.new} 件", f"办结 {stands.closed} 件", f"待签收 {stands.unsigned} 项",
        f"逾期 {stands.overdue} 项",
    ]  # fmt: skip
    title = f"【每日一报】{day}{mark}：{'，'.join(facts)}"
    lines = [f"昨日（{day}）：新立 {stands.new} 件，办结 {stands.closed} 件",
             f"目前：{_cases(stands)}"]  # fmt: skip
    if stands.owing:
        lines.append("逾期：" + "、".join(f"{name} {count} 项" for name, count in stands.owing))
        lines.append("请办：请以上部门今天签收或答复；清单见 tingxue case list")
    return _marked(title, lines, drill=drill)


def _cases(stands: Standing) -> str:
    unsigned = f"待签收 {stands.unsigned} 项（其中逾期 {stands.unsigned_late} 项）"
    return f"在办 {stands.open} 件，{unsigned}，逾期事项共 {stands.overdue} 项"


def _sources(stands: Standing) -> str:
    if not stands.sources:
        return "没有启用自动来源，只有导入"
    if not stands.failed:
        return f"{stands.sources} 个来源都采集正常"
    bad = "、".join(f"{title}（{why}）" for title, why in stands.failed)
    return f"{stands.sources} 个来源中 {len(stands.failed)} 个不正常：{bad}"


def _undelivered(count: int) -> str:
    return f"{count} 条，没有人收到" if count else "没有"


def _wanted(stands: Standing) -> str:
    wanted = ["打电话通知未送达的"] if stands.undelivered else []
    wanted += ["运行 tingxue doctor 查看来源"] if stands.failed else []
    return "请" + "，并".join(wanted) + "；" if wanted else ""


def _named(person: Contact) -> str:
    phone = person.phone or "无电话"
    return f"{person.department} {person.person or '现无人值班'}（{phone}）"


def _marked(title: str, lines: list[str], *, drill: bool) -> tuple[str, str]:
    if drill:
        return DRILL + title, "\n".join([f"{DRILL}本条为演练信息", *lines])
    return title, "\n".join(lines)
