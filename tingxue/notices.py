"""What a change in a case makes us say, and to whom: alerts and their deliveries, into the outbox.

Always inside the transaction that made the change. An alert is named by its occasion (case,
purpose, version of the case, receiver), so the same occasion never speaks twice.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from alerts import messages
from alerts.messages import Ask, CaseBrief, Late, Part, Step
from alerts.roster import Contact, contact, deputy
from alerts.routing import channels_for, deputy_channels, head_channels, not_before
from domain.actions import UNANSWERED
from domain.casefold import obligation
from domain.errors import ConfigError
from domain.plan import Department
from domain.statutory import ADMIT, NAMES
from domain.types import Case, CaseEvent, Duty, Level, Obligation, Role, State
from ledger.books import Books
from nlp.analyser import document
from tingxue import links, rostering
from tingxue.app import App
from tingxue.telling import tell


def opened(app: App, books: Books, case: Case) -> None:
    """A case was opened: its departments are asked, the others told."""
    brief = _brief(app, books, case)
    for ask in _asks(app, case):
        copied = ask.part is Part.COPIED
        text = messages.new_case(brief, ask)
        _send(app, books, case, "new", ask.receiver, text, copied=copied)


def grown(app: App, books: Books, before: Case, case: Case, why: str) -> None:
    """A case got new departments, or new leads, or a higher level; more reports alone say
    nothing. Whoever has several reasons to hear of it hears the weightiest."""
    known = {o.department: o.duty for o in before.obligations}
    told = set(known) | set(_copied(app, before))
    brief = _brief(app, books, case)
    for ask in _asks(app, case):
        if ask.receiver not in known and ask.part is not Part.COPIED:
            _send(app, books, case, "new", ask.receiver, messages.new_case(brief, ask))
        elif ask.part is Part.LEAD and known[ask.receiver] is Duty.SUPPORT:
            _send(app, books, case, "lead", ask.receiver, messages.now_leads(brief, ask))
        elif case.level.rank > before.level.rank:
            text = messages.raised_level(brief, ask, was=before.level, reasons=[why])
            _send(app, books, case, "raised", ask.receiver, text)
        elif ask.receiver not in told:
            text = messages.new_case(brief, ask)
            _send(app, books, case, "new", ask.receiver, text, copied=True)


def reopened(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """The leads of a case that was over must act again."""
    brief, again = _brief(app, books, case), event.data["dues"]
    assert isinstance(again, dict)  # noqa: S101 -- written by domain.casework only
    for department in again:
        text = messages.reopened(brief, _ask_of(app, case, department), reason=event.note)
        _send(app, books, case, "reopen", department, text)


def chased(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """A limit comes near (to the department), or has passed (to the deputy, to the head, or to
    督查室 and the head)."""
    if not event.department:
        _statutory(app, books, case, event)
        return
    row = obligation(case, event.department)
    clock, due = str(event.data["step"]).split(":")[0], _due(event)
    step = Step.SIGN if clock == "ack" else Step.REPLY
    brief = _brief(app, books, case)
    if event.action == "remind":
        ask = _ask_of(app, case, row.department)
        text = messages.reminder(brief, ask, step=step, due=due, now=event.at)
        _send(app, books, case, "remind", row.department, text)
        return
    late = Late(
        department=row.department, step=step, due=due,
        link=_sign_link(app, case, row, who="deputy") if event.action == "deputy" else "",
    )  # fmt: skip
    if event.action == "deputy":
        receiver, over = deputy_channels(app.plan, row.department)
        ours, calendar = department(app, row.department), app.terms.calendar
        person = deputy(app.roster().shifts, ours, app.clock(), calendar)
        text = messages.handover(brief, late, receiver=receiver, person=person, now=event.at)
        _send(app, books, case, f"deputy {row.department}", receiver, text, over)
        return
    told = [head_channels(app.plan, row.department)]
    if event.action == "escalate":
        watcher = app.plan.levels.overdue_to
        told.insert(0, (watcher, channels_for(app.plan, watcher)))
    for receiver, over in told:
        text = messages.escalation(brief, late, receiver=receiver, now=event.at)
        _send(app, books, case, f"{event.action} {row.department}", receiver, text, over)


def _statutory(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """The clock of the law: to 宣传部, who decide and close, and to the leads that are not done;
    when it is over also to 督查室 and the heads."""
    clock = str(event.data["step"]).split(":")[0]
    ours, over = str(Role.PUBLICITY), event.action == "escalate"
    late = [ours] if clock == ADMIT else _undone(case) or [ours]
    if clock == ADMIT:
        word = f"（tingxue case admit 或 refuse {case.case_id}）"
        tasks = {ours: f"立即“受理”或“不予受理”{word}"}
    elif late == [ours]:
        tasks = {ours: "尽快审核“办结”；部门称不属本部门的，尽快“转办”"}
    else:
        tasks = {ours: f"督促{'、'.join(late)}，收到答复后及时“办结”"}
        tasks |= dict.fromkeys(late, "尽快办理并答复，答复经审核办结后才算办结")
    told = [(name, channels_for(app.plan, name), task) for name, task in tasks.items()]
    if over:
        push, watcher = f"督促{'、'.join(late)}立即{NAMES[clock]}", app.plan.levels.overdue_to
        told.append((watcher, channels_for(app.plan, watcher), push))
        told += [(*head_channels(app.plan, name), push) for name in late]
    brief, due = _brief(app, books, case), _due(event)
    for receiver, channels, task in told:
        text = messages.statutory(
            brief, receiver=receiver, step=NAMES[clock], due=due, now=event.at, task=task
        )
        _send(app, books, case, f"{event.action} {clock}", receiver, text, channels)


def _undone(case: Case) -> list[str]:
    """The leads whose turn it is; what they have answered or declined is 宣传部's to decide."""
    going = (o for o in case.obligations if o.duty is Duty.LEAD and not o.transferred_to)
    return [o.department for o in going if o.status in UNANSWERED]


def acted(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """A person's action that somebody else must hear of, because it is now their turn."""
    if event.action in _TOLD:
        _TOLD[event.action](app, books, case, event)


def _transferred(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    part = Part.LEAD if event.data["lead"] else Part.SUPPORT
    ask = _ask(app, case, str(event.data["to"]), part)
    text = messages.transfer(
        _brief(app, books, case), ask, origin=event.department, reason=event.note
    )
    _send(app, books, case, "transfer", ask.receiver, text)


def _reworked(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    times = obligation(case, event.department).reworked_count
    ask, brief = _ask_of(app, case, event.department), _brief(app, books, case)
    text = messages.rework(brief, ask, reason=event.note, times=times)
    _send(app, books, case, "rework", event.department, text)


def _declined(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    brief = _brief(app, books, case)
    text = messages.declined(brief, department=event.department, reason=event.note)
    _send(app, books, case, "decline", str(Role.PUBLICITY), text)


def _extension_asked(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    due = obligation(case, event.department).reply_due
    text = messages.extension_asked(
        _brief(app, books, case), department=event.department, due=due, reason=event.note
    )
    _send(app, books, case, "ask-extension", str(Role.PUBLICITY), text)


def _extended(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    ask, brief = _ask_of(app, case, event.department), _brief(app, books, case)
    text = messages.extended(brief, ask, reason=event.note)
    _send(app, books, case, "extend", event.department, text)


def _reply_asked(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    ask, brief = _ask_of(app, case, event.department), _brief(app, books, case)
    text = messages.reply_asked(brief, ask, reason=event.note)
    _send(app, books, case, "ask-reply", event.department, text)


def _level_set(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """A rise tightens clocks, so all hear of it; a fall asks nothing of anybody."""
    was, brief = Level(event.from_state), _brief(app, books, case)
    if case.level.rank > was.rank:
        for ask in _asks(app, case):
            text = messages.raised_level(brief, ask, was=was, reasons=[event.note])
            _send(app, books, case, "raised", ask.receiver, text)


_TOLD: Mapping[str, Callable[[App, Books, Case, CaseEvent], None]] = {
    "transfer": _transferred,
    "rework": _reworked,
    "decline": _declined,
    "ask-extension": _extension_asked,
    "extend": _extended,
    "ask-reply": _reply_asked,
    "level": _level_set,
    "reopen": reopened,
}


def _due(event: CaseEvent) -> datetime:
    return datetime.fromisoformat(str(event.data["due"]))


def _copied(app: App, case: Case) -> tuple[str, ...]:
    """Told, without owing anything: the always-copied, and the level's own receivers."""
    owing = {o.department for o in case.obligations}
    extra = app.plan.levels.rules[case.level].receivers
    named = (*app.plan.levels.always_copied, *extra)
    return tuple(name for name in dict.fromkeys(named) if name not in owing)


def _asks(app: App, case: Case) -> list[Ask]:
    asks = [_ask_of(app, case, o.department) for o in case.obligations if not o.transferred_to]
    return asks + [Ask(receiver=name, part=Part.COPIED) for name in _copied(app, case)]


def _ask_of(app: App, case: Case, department: str) -> Ask:
    """What the department is asked in its present part."""
    lead = obligation(case, department).duty is Duty.LEAD
    return _ask(app, case, department, Part.LEAD if lead else Part.SUPPORT)


def _ask(app: App, case: Case, department: str, part: Part) -> Ask:
    row = obligation(case, department)
    ack = row.ack_due if row.status is State.TO_SIGN else None
    reply = row.reply_due if part is Part.LEAD or row.reply_asked else None
    link = _sign_link(app, case, row)
    return Ask(receiver=department, part=part, ack_due=ack, reply_due=reply, link=link)


def _sign_link(app: App, case: Case, row: Obligation, *, who: str = "duty") -> str:
    """Where one tap signs for the department; "" when there is nothing to sign."""
    if row.status is not State.TO_SIGN:
        return ""
    return links.address(app, case.case_id, case.version, row.department, who=who)


def _brief(app: App, books: Books, case: Case) -> CaseBrief:
    first = books.mentions.many(case.mention_ids[:1])[0]
    going = [o for o in case.obligations if not o.transferred_to]
    concerned = [department(app, o.department) for o in going]
    named = app.plan.levels.rules[case.level].name_duty_person
    return CaseBrief(
        case_id=case.case_id,
        level=case.level,
        categories=tuple(_category(app, code) for code in case.categories),
        place=case.place,
        first_seen_at=first.first_seen_at,
        source=app.plan.platform_names[first.platform],
        text=document(first),
        url=first.url,
        leads=tuple(o.department for o in going if o.duty is Duty.LEAD),
        supports=tuple(o.department for o in going if o.duty is Duty.SUPPORT),
        contacts=_contacts(app, concerned) if named else (),
        reports=len(case.mention_ids),
        drill=app.ledger.drill,
        unverified=case.unverified_since is not None,
    )


def department(app: App, name: str) -> Department:
    """The department of this name. Raises ConfigError when config no longer has it."""
    if name not in app.plan.departments:
        raise ConfigError(
            file="departments.yaml", key=name, reason="案件或待研判要用到这个部门，配置里没有"
        )
    return app.plan.departments[name]


def _category(app: App, code: str) -> str:
    if code not in app.plan.categories:
        raise ConfigError(file="taxonomy.yaml", key=code, reason="案件中有这个类别，配置里没有")
    return app.plan.categories[code].name


def _contacts(app: App, departments: Sequence[Department]) -> tuple[Contact, ...]:
    now, calendar, shifts = app.clock(), app.terms.calendar, app.roster().shifts
    return tuple(contact(shifts, d, now, calendar) for d in departments)


def _send(
    app: App,
    books: Books,
    case: Case,
    purpose: str,
    receiver: str,
    text: tuple[str, str],
    channels: Sequence[str] | None = None,
    *,
    copied: bool = False,
) -> None:
    tell(
        app, books, receiver, purpose.split(" ")[0], text,
        (case.case_id, purpose, str(case.version), receiver),
        case_id=case.case_id, level=case.level, channels=channels,
        due=not_before(app.plan, case.level, app.clock(), copied=copied),
    )  # fmt: skip
    owing = {o.department for o in case.obligations}
    if receiver in owing and rostering.bare(app, receiver):
        rostering.tell_bare(app, books, case, receiver)
