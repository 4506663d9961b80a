"""What people do to a case: a command, checked against the table of actions, becomes events.

The same ``decide`` serves the command line and the desk; it raises in Chinese, for the person.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.actions import ENDED, OPEN, OVER, RULES, Rule, permitted
from domain.attachments import Attachment
from domain.casefold import apply, obligation
from domain.casework import SYSTEM, Charge, Terms, level_event, new_event, reopened_dues
from domain.errors import IllegalAction, NotPermitted
from domain.types import Actor, Case, CaseEvent, Duty, Level, Obligation, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a person asks for. ``command_id`` makes a double submission harmless."""

    action: str
    actor: Actor
    at: datetime
    department: str = ""
    note: str = ""
    to: str = ""
    until: datetime | None = None
    level: Level | None = None
    command_id: str = ""
    attached: tuple[Attachment, ...] = ()


def decide(case: Case, command: Command, terms: Terms) -> list[CaseEvent]:
    """The events a command leads to. Raises NotPermitted or IllegalAction, in Chinese."""
    rule = RULES.get(command.action)
    if rule is None:
        raise IllegalAction(f"没有“{command.action}”这个操作；可用：{'、'.join(RULES)}")
    _check_person(rule, command)
    _check_needs(rule, command)
    _check_case(rule, case)
    row = obligation(case, command.department) if rule.sources else None
    if row is not None:
        _check_obligation(rule, case, row)
    event = _MAKERS.get(command.action, _plain)(case, command, row, terms)
    events = [event]
    after = apply(case, event)
    if command.action == "accept" and after.status is State.CLOSED:
        events.append(new_event(after, "close", command.at, SYSTEM))
    return events


def _check_person(rule: Rule, command: Command) -> None:
    if permitted(rule, command.actor, command.department):
        return
    if rule.own and command.actor.role in rule.who:
        raise NotPermitted(f"“{rule.name}”只能由 {command.department} 的人员操作")
    raise NotPermitted(f"“{rule.name}”不在您的权限内，请联系宣传部")


def _check_needs(rule: Rule, command: Command) -> None:
    words = {"note": "说明", "to": "去向", "until": "时间", "level": "级别"}
    for need in rule.needs:
        if not getattr(command, need):
            raise IllegalAction(f"“{rule.name}”须填写{words[need]}")
    if command.attached and rule.action != "reply":
        raise IllegalAction("只有“答复”可以带附件")


def _check_case(rule: Rule, case: Case) -> None:
    over = case.status in OVER
    if rule.action == "reopen" and case.status in ENDED:
        return
    if rule.action == "reopen" or (over and rule.action != "note"):
        raise IllegalAction(f"{case.case_id} 现为“{case.status}”，不能“{rule.name}”")


def _check_obligation(rule: Rule, case: Case, row: Obligation) -> None:
    if row.status not in rule.sources or row.transferred_to:
        raise IllegalAction(
            f"{case.case_id} {row.department} 现为“{row.status}”，不能“{rule.name}”"
        )
    if rule.action == "decline" and row.declined:
        raise IllegalAction(f"{row.department} 已退过一次，须由宣传部决定；请先签收办理")
    if rule.action == "reply" and row.duty is Duty.SUPPORT and not row.reply_asked:
        raise IllegalAction(f"{row.department} 为配合部门，未被要求答复；可用“备注”说明情况")


def _plain(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    del terms
    data: dict[str, object] = {"to": command.to} if command.to else {}
    return _by_person(case, command, row, data)


def _by_person(
    case: Case, command: Command, row: Obligation | None, data: dict[str, object]
) -> CaseEvent:
    target = RULES[command.action].target
    before = row.status if row else case.status
    if command.command_id:
        data = {**data, "command_id": command.command_id}
    if command.attached:
        data = {**data, "attachments": [one.said() for one in command.attached]}
    return new_event(
        case,
        command.action,
        command.at,
        command.actor,
        note=command.note,
        data=data,
        department=command.department if row else "",
        states=(before, target or before),
    )


def _rework(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    del terms
    assert row is not None and row.replied_at is not None  # noqa: S101 -- only from 待审核
    new_due = row.reply_due + max(command.at - row.replied_at, timedelta())
    return _by_person(case, command, row, {"reply_due": new_due.isoformat()})


def _transfer(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    assert row is not None  # noqa: S101 -- transfer has sources
    if command.to == row.department and row.status is not State.NOT_OURS:
        raise IllegalAction(f"{row.department} 正在办理，无须转回")
    if command.to == row.department:
        return _sent_back(case, command, row, terms)
    known = {o.department: o for o in case.obligations}.get(command.to)
    if known and known.transferred_to:
        raise IllegalAction(f"{command.to} 已将本案转出，请另选部门")
    own = row.reply_due if row.own_limit else None
    charge = Charge(department=command.to, duty=row.duty, reply_due=own)
    charged = [charge] if known is None or _takes_over(row, known) else []
    return _by_person(case, command, row, _handed(command, row, charged, case.level, terms))


def _takes_over(row: Obligation, known: Obligation) -> bool:
    """Whether the receiver, who has the case already, must begin (again) as its lead."""
    at_it = known.duty is Duty.LEAD and known.status in OPEN
    return row.duty is Duty.LEAD and not at_it


def _sent_back(case: Case, command: Command, row: Obligation, terms: Terms) -> CaseEvent:
    own = row.reply_due if row.own_limit else None
    charge = Charge(department=row.department, duty=row.duty, reply_due=own)
    event = _by_person(case, command, row, _handed(command, row, [charge], case.level, terms))
    return replace(event, to_state=str(State.TO_SIGN))


def _handed(
    command: Command, row: Obligation, charged: list[Charge], level: Level, terms: Terms
) -> dict[str, object]:
    return {
        "to": command.to,
        "obligations": terms.rows(charged, level, command.at),
        "lead": row.duty is Duty.LEAD,
    }


def _ask_reply(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    assert row is not None  # noqa: S101 -- ask-reply has sources
    if row.duty is Duty.LEAD:
        raise IllegalAction(f"{row.department} 为牵头部门，本应答复，无须另请")
    if row.reply_asked:
        raise IllegalAction(f"已请 {row.department} 答复，请等候，或用“备注”说明情况")
    reply = max(row.reply_due, terms.dues(case.level, command.at)[1])
    return _by_person(case, command, row, {"reply_due": reply.isoformat()})


def _extend(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    del terms
    assert row is not None and command.until is not None  # noqa: S101 -- needs until
    if command.until <= row.reply_due:
        raise IllegalAction("延期后的时间须晚于原答复时限")
    return _by_person(case, command, row, {"until": command.until.isoformat()})


def _merge(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    if command.to == case.case_id:
        raise IllegalAction("不能并入自身，请填写另一案件编号")
    if case.registered_at and not case.refused_at:  # its statutory clock would be lost unseen
        raise IllegalAction(
            f"{case.case_id} 已登记为投诉，不能并入他案；请改为把 {command.to} 并入本案"
        )
    return _plain(case, command, row, terms)


def _register(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    if case.registered_at and not case.refused_at:
        raise IllegalAction(f"{case.case_id} 已登记为投诉")
    levels = terms.levels
    acceptance = terms.calendar.add_workdays(command.at, levels.statutory_acceptance_workdays)
    settlement = command.at + timedelta(days=levels.statutory_settlement_days)
    return _by_person(
        case,
        command,
        row,
        {"acceptance_due": acceptance.isoformat(), "settlement_due": settlement.isoformat()},
    )


def _decided(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    """受理, or 不予受理: once for each registration."""
    if not case.registered_at:
        raise IllegalAction(f"{case.case_id} 未登记为投诉，请先“登记为投诉”")
    if case.refused_at:
        raise IllegalAction(f"{case.case_id} 已决定不予受理；要重新办理，请再次“登记为投诉”")
    if case.admitted_at:
        raise IllegalAction(f"{case.case_id} 已受理")
    return _plain(case, command, row, terms)


def _reopen(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    return _by_person(case, command, row, {"dues": reopened_dues(case, command.at, terms)})


def _verify(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    if case.unverified_since is None:
        raise IllegalAction(f"{case.case_id} 没有待核实的内容，无须核实")
    return _plain(case, command, row, terms)


def _level(case: Case, command: Command, row: Obligation | None, terms: Terms) -> CaseEvent:
    del row
    assert command.level is not None  # noqa: S101 -- needs level
    if command.level is case.level:
        raise IllegalAction(f"{case.case_id} 已是{case.level}级")
    return level_event(case, "level", command.level, command.at, terms, command.actor, command.note)


_MAKERS = {
    "rework": _rework,
    "transfer": _transfer,
    "ask-reply": _ask_reply,
    "extend": _extend,
    "merge": _merge,
    "register": _register,
    "admit": _decided,
    "refuse": _decided,
    "reopen": _reopen,
    "verify": _verify,
    "level": _level,
}
