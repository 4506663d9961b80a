"""What departments read: title and body of every alert, in Chinese, from prepared values.

Pure, and without access to the ledger. A body is plain lines that read the same on a terminal, in
a mail and as 企业微信 markdown; what must be done stands above what may be cut. Each function
returns (title, body) of one message to one receiver; ``alerts.grouping`` makes digests of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote

from alerts.roster import Contact
from alerts.texts import excerpt, one_line, wellformed
from domain.times import on_screen
from domain.types import Level

DRILL = "【演练】"
RED_MARK = "🔴"
RESENT = "（重发，请以编号为准）"
_TASK, _POST, _NO_LINK = "请办：", "原帖：", "无链接"
_SIGN_HERE = "点此签收（请勿转发）："
FOR_INFORMATION = "请知悉，无需签收"
_NOTE_LENGTH = 100
_NAMES_IN_TITLE = 3


class Part(StrEnum):
    """What the receiver is to the case."""

    LEAD = "牵头"
    SUPPORT = "配合"
    COPIED = "抄送"


class Step(StrEnum):
    """What a limit is set for."""

    SIGN = "签收"
    REPLY = "答复"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseBrief:
    """What a message says of a case.

    categories: Chinese names; () for a red text that fits none. source: where it was said, as
    people name it ("抖音", "12345工单"). text: masked. url: of the source post, "" for none.
    contacts: the person on duty of each department concerned, shown for 红 and 橙. unverified: the
    program read 红 or 橙 from the words, and nobody has confirmed it.
    """

    case_id: str
    level: Level
    categories: tuple[str, ...]
    place: str | None
    first_seen_at: datetime
    source: str
    text: str
    url: str
    leads: tuple[str, ...]
    supports: tuple[str, ...]
    contacts: tuple[Contact, ...] = ()
    reports: int = 1
    drill: bool = False
    unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What one receiver is asked: its part, and until when (UTC). COPIED owes nothing and may
    leave the times out; a SUPPORT signs, and replies when asked (``reply_due`` given). link: where
    one tap signs; "" without a desk, or when nothing is to be signed."""

    receiver: str
    part: Part
    ack_due: datetime | None = None
    reply_due: datetime | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A limit that has passed: whose, for what, and when (UTC). link: as in ``Ask``."""

    department: str
    step: Step
    due: datetime
    link: str = ""


def new_case(brief: CaseBrief, ask: Ask) -> tuple[str, str]:
    """A case was opened."""
    return _title(brief, "新投诉"), _body(brief, _asked(brief, ask))


def raised_level(
    brief: CaseBrief, ask: Ask, *, was: Level, reasons: Sequence[str]
) -> tuple[str, str]:
    """The level rose; ``reasons`` as ``levels.reasons_for`` words them."""
    why = "；".join(_note(reason) for reason in reasons) or "未注明"
    change = f"级别：{was.value}色升为{brief.level.value}色，原因：{why}"
    return _title(brief, f"{was.value}色升级"), _body(brief, [change, *_asked(brief, ask)])


def reminder(
    brief: CaseBrief, ask: Ask, *, step: Step, due: datetime, now: datetime
) -> tuple[str, str]:
    """A limit comes near, or has passed without anything done."""
    left = f"还剩 {span(due - now)}" if due > now else f"已超时 {span(now - due)}"
    lines = [f"您的角色：{ask.part.value}（{ask.receiver}）",
             f"{_TASK}请于 {on_screen(due)} 前{step.value}，{left}",
             *_sign_here(ask.link)]  # fmt: skip
    return _title(brief, f"催{step.value}"), _body(brief, lines)


def escalation(brief: CaseBrief, late: Late, *, receiver: str, now: datetime) -> tuple[str, str]:
    """A limit has passed: to 督查室, and to the department's head."""
    lines = [
        f"超时：{late.department}应于 {on_screen(late.due)} 前{late.step.value}，"
        f"已超时 {span(now - late.due)}",
        f"{_TASK}请{receiver}督促{late.department}立即{late.step.value}",
    ]
    return _title(brief, f"{late.department}超时未{late.step.value}"), _body(brief, lines)


def statutory(
    brief: CaseBrief, *, receiver: str, step: str, due: datetime, now: datetime, task: str
) -> tuple[str, str]:
    """The clock of the law runs out, or has. step: what must be done by then ("决定是否受理",
    "办结"); task: what this receiver is asked."""
    left = f"还剩 {span(due - now)}" if due > now else f"已超时 {span(now - due)}"
    lines = [
        f"法定时限：已登记为旅游投诉，须于 {on_screen(due)} 前{step}，{left}"
        "（旅游投诉处理办法，文旅部令第14号）",
        f"{_TASK}请{receiver}{task}",
    ]
    event = f"旅游投诉超法定时限未{step}" if due <= now else f"旅游投诉待{step}"
    return _title(brief, event), _body(brief, lines)


def handover(
    brief: CaseBrief, late: Late, *, receiver: str, person: Contact, now: datetime
) -> tuple[str, str]:
    """The person on duty has not signed: the deputy is asked to. ``person``: the deputy by the
    roster; without a name there the phone is the department's duty phone."""
    name = person.person or f"{RED_MARK}值班表没有写备班人，请打值班电话转告"
    lines = [
        f"超时：{late.department}应于 {on_screen(late.due)} 前{late.step.value}，"
        f"已超时 {span(now - late.due)}，值班人尚未签收",
        f"{_TASK}请{receiver}立即代为{late.step.value}，并联系值班人",
        *_sign_here(late.link),
        f"备班：{late.department} {name} {person.phone or '无电话'}",
    ]
    return _title(brief, f"{late.department}超时未{late.step.value}，请备班接手"), _body(
        brief, lines
    )


def transfer(brief: CaseBrief, ask: Ask, *, origin: str, reason: str) -> tuple[str, str]:
    """The case was handed over from another department; sent to the new one."""
    line = f"转办：由{origin}转来，原因：{_note(reason) or '未注明'}"
    return _title(brief, f"转办（{origin}转来）"), _body(brief, [line, *_asked(brief, ask)])


def rework(brief: CaseBrief, ask: Ask, *, reason: str, times: int) -> tuple[str, str]:
    """The reviewer gave a reply back, for the ``times``-th time (from 1)."""
    until = f"请于 {on_screen(ask.reply_due)} 前重新答复" if ask.reply_due else "请尽快重新答复"
    lines = [f"退回：第 {times} 次退回重办，原因：{_note(reason) or '未注明'}",
             f"您的角色：{ask.part.value}（{ask.receiver}）", f"{_TASK}{until}"]  # fmt: skip
    return _title(brief, "退回重办"), _body(brief, lines)


def declined(brief: CaseBrief, *, department: str, reason: str) -> tuple[str, str]:
    """A department says that it is not its business; to 宣传部, who decide."""
    lines = [f"{department}：不属本部门，原因：{_note(reason) or '未注明'}",
             f"{_TASK}请决定转办其他部门，或退回{department}办理"]  # fmt: skip
    return _title(brief, f"{department}称不属本部门，待定"), _body(brief, lines)


def extension_asked(
    brief: CaseBrief, *, department: str, due: datetime, reason: str
) -> tuple[str, str]:
    """A department asks for more time; to 宣传部, who decide."""
    lines = [f"{department}申请延期，原因：{_note(reason) or '未注明'}",
             f"{_TASK}现答复时限 {on_screen(due)}，请决定是否延期"]  # fmt: skip
    return _title(brief, f"{department}申请延期，待定"), _body(brief, lines)


def extended(brief: CaseBrief, ask: Ask, *, reason: str) -> tuple[str, str]:
    """The reply may come later; to the department."""
    line = f"延期：答复时限已顺延，说明：{_note(reason) or '未注明'}"
    return _title(brief, "已延期"), _body(brief, [line, *_asked(brief, ask)])


def reply_asked(brief: CaseBrief, ask: Ask, *, reason: str) -> tuple[str, str]:
    """A supporting department is asked to reply too."""
    line = f"请配合部门答复：{_note(reason) or '请说明本部门办理情况'}"
    return _title(brief, "请答复"), _body(brief, [line, *_asked(brief, ask)])


def reopened(brief: CaseBrief, ask: Ask, *, reason: str) -> tuple[str, str]:
    """The case was over and begins again."""
    line = f"重启：原因：{_note(reason) or '未注明'}"
    return _title(brief, "重启"), _body(brief, [line, *_asked(brief, ask)])


def now_leads(brief: CaseBrief, ask: Ask) -> tuple[str, str]:
    """A supporting department leads from now on, because of a new report."""
    line = f"角色变更：{ask.receiver}由配合改为牵头，须答复"
    return _title(brief, "改为牵头"), _body(brief, [line, *_asked(brief, ask)])


def task_of(body: str) -> str:
    """What a body made here asks of its receiver, with the time until when."""
    return _said(body, _TASK) or "请知悉"


def link_of(body: str) -> str:
    """The address of the source post that a body made here names; "" without one."""
    link = _said(body, _POST)
    return "" if link == _NO_LINK else link


def sign_line_of(body: str) -> str:
    """The line with the link that signs, of a body made here; "" without one."""
    link = _said(body, _SIGN_HERE)
    return f"{_SIGN_HERE}{link}" if link else ""


def _said(body: str, mark: str) -> str:
    marked = (line for line in body.splitlines() if line.startswith(mark))
    return next(marked, "").removeprefix(mark)


def _title(brief: CaseBrief, event: str) -> str:
    drill = DRILL if brief.drill else ""
    place = f"（{brief.place}）" if brief.place else ""
    names = _names(brief.categories)
    level = f"{brief.level.value}色{'·待核实' if brief.unverified else ''}"
    return one_line(f"{drill}【{level}】{event}：{names}{place} {brief.case_id}")


def _names(categories: Sequence[str]) -> str:
    if not categories:
        return "人身安全（未归类）"
    more = f"等{len(categories)}类" if len(categories) > _NAMES_IN_TITLE else ""
    return "、".join(categories[:_NAMES_IN_TITLE]) + more


def _body(brief: CaseBrief, first: Sequence[str]) -> str:
    """``first`` is what this message is about; then the case, the longest lines last."""
    lines = [f"编号：{brief.case_id}", *first]
    if brief.drill:
        lines.insert(0, f"{DRILL}本条为演练信息，不是真实投诉")
    if brief.unverified:
        lines.append(
            "待核实：紧急程度由程序从文字读出，请先按此处置，并立即核实；"
            "属实的由宣传部“核实”，不实的“误报”"
        )
    lines += [
        f"类别：{'、'.join(brief.categories) or '人身安全（未归类）'}",
        f"地点：{brief.place or '未写明'}",
        f"发现时间：{on_screen(brief.first_seen_at)}，现有 {brief.reports} 条反映",
        *_offices(brief),
        f"{_POST}{_link(brief.url)}",
        f"反映内容（{brief.source}，未核实）：「{excerpt(brief.text) or '无文字'}」",
    ]
    return "\n".join(lines)


def _asked(brief: CaseBrief, ask: Ask) -> list[str]:
    asked = [f"您的角色：{ask.part.value}（{ask.receiver}）", f"{_TASK}{_task(brief, ask)}"]
    return asked + _sign_here(ask.link)


def _sign_here(link: str) -> list[str]:
    """Directly under what is asked; whoever has the link signs for the person on duty."""
    return [f"{_SIGN_HERE}{link}"] if link else []


def _task(brief: CaseBrief, ask: Ask) -> str:
    if ask.part is Part.COPIED:
        return FOR_INFORMATION
    wanted = [f"{on_screen(due)} 前{step.value}" for due, step in
              ((ask.ack_due, Step.SIGN), (ask.reply_due, Step.REPLY)) if due]  # fmt: skip
    if ask.ack_due and ask.reply_due and ask.reply_due < ask.ack_due:
        wanted[-1] += "（来件所定时限，已过，请尽快）"
    with_whom = f"，配合{'、'.join(brief.leads)}办理" if ask.part is Part.SUPPORT else ""
    return f"请于 {'，'.join(wanted)}{with_whom}" if wanted else f"请尽快办理{with_whom}"


def _offices(brief: CaseBrief) -> list[str]:
    """Who deals with it; for 红 and 橙 with the person to ring."""
    supports = f"；配合：{'、'.join(brief.supports)}" if brief.supports else ""
    lines = [f"牵头：{'、'.join(brief.leads)}{supports}"]
    if brief.level.rank < Level.ORANGE.rank:
        return lines
    if not brief.contacts:
        return [*lines, "值班：本条未附值班人，请查值班表"]
    return lines + [_on_duty(person) for person in brief.contacts]


def _on_duty(contact: Contact) -> str:
    person = contact.person or f"{RED_MARK}值班表无人，请打值班电话"
    return f"值班：{contact.department} {person} {contact.phone or '无电话'}"


def _link(url: str) -> str:
    """The address with the signs that could act as markup percent-encoded; only web addresses."""
    if not url.startswith(("http://", "https://")):
        return _NO_LINK
    return quote(wellformed(url), safe="%/:=&?~#+!$,;'@()*.-_")


def _note(text: str) -> str:
    return excerpt(text, _NOTE_LENGTH)


def span(length: timedelta) -> str:
    """``2小时5分``, ``3天4小时``; whole minutes, rounded down."""
    minutes = max(0, int(length.total_seconds() // 60))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days}天{hours}小时"
    return f"{hours}小时{minutes % 60}分" if hours else f"{minutes}分钟"


__all__ = [
    "DRILL", "FOR_INFORMATION", "RED_MARK", "RESENT", "Ask", "CaseBrief", "Late", "Part", "Step",
    "declined", "escalation", "extended", "extension_asked", "handover", "link_of", "new_case",
    "now_leads", "raised_level", "reminder", "reopened", "reply_asked", "rework", "sign_line_of",
    "span", "statutory", "task_of", "transfer",
]  # fmt: skip
