"""What a change in a case makes us say, and to whom: alerts and their deliveries, into the outbox.

Always inside the transaction that made the change. An alert is named by its occasion (case,
purpose, version of the case, receiver), so the same occasion never speaks twice.
"""

from collections.abc import Sequence
from datetime import datetime

from alerts import messages
from alerts.messages import Ask, CaseBrief, Late, Part, Step
from alerts.roster import Contact, contact
from alerts.routing import channels_for, deliveries_for, head_channels
from domain.casefold import obligation
from domain.identity import digest
from domain.plan import Department
from domain.types import Alert, Case, CaseEvent, Duty
from ledger.books import Books
from nlp.analyser import document
from tingxue.app import App


def opened(app: App, books: Books, case: Case) -> None:
    """A case was opened: its departments are asked, the others told."""
    brief = _brief(app, books, case)
    for ask in _asks(app, case):
        _send(app, books, case, "new", ask.receiver, messages.new_case(brief, ask))


def grown(app: App, books: Books, before: Case, case: Case, why: str) -> None:
    """A case got new departments, or a higher level, or both; more reports alone say nothing."""
    known = {o.department for o in before.obligations}
    told = known | set(_copied(app, before))
    brief = _brief(app, books, case)
    for ask in _asks(app, case):
        if ask.receiver not in known and ask.part is not Part.COPIED:
            _send(app, books, case, "new", ask.receiver, messages.new_case(brief, ask))
        elif case.level.rank > before.level.rank:
            text = messages.raised_level(brief, ask, was=before.level, reasons=[why])
            _send(app, books, case, "raised", ask.receiver, text)
        elif ask.receiver not in told:
            _send(app, books, case, "new", ask.receiver, messages.new_case(brief, ask))


def chased(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """A limit comes near (to the department), or has passed (to 督查室 and the head)."""
    row = obligation(case, event.department)
    clock, due = str(event.data["step"]).split(":")[0], _due(event)
    step = Step.SIGN if clock == "ack" else Step.REPLY
    brief = _brief(app, books, case)
    if event.action == "remind":
        ask = _ask(case, row.department, Part.LEAD if row.duty is Duty.LEAD else Part.SUPPORT)
        text = messages.reminder(brief, ask, step=step, due=due, now=event.at)
        _send(app, books, case, "remind", row.department, text)
        return
    late = Late(department=row.department, step=step, due=due)
    head, over = head_channels(app.plan, row.department)
    watcher = app.plan.levels.overdue_to
    for receiver, channels in ((watcher, channels_for(app.plan, watcher)), (head, over)):
        text = messages.escalation(brief, late, receiver=receiver, now=event.at)
        _send(app, books, case, f"escalate {row.department}", receiver, text, channels)


def acted(app: App, books: Books, case: Case, event: CaseEvent) -> None:
    """A person's action that somebody else must hear of."""
    if event.action not in {"transfer", "rework"}:
        return
    brief = _brief(app, books, case)
    if event.action == "transfer":
        ask = _ask(case, str(event.data["to"]), Part.LEAD if event.data["lead"] else Part.SUPPORT)
        text = messages.transfer(brief, ask, origin=event.department, reason=event.note)
        _send(app, books, case, "transfer", ask.receiver, text)
    else:
        row = obligation(case, event.department)
        ask = _ask(case, row.department, Part.LEAD if row.duty is Duty.LEAD else Part.SUPPORT)
        text = messages.rework(brief, ask, reason=event.note, times=row.reworked_count)
        _send(app, books, case, "rework", row.department, text)


def _due(event: CaseEvent) -> datetime:
    return datetime.fromisoformat(str(event.data["due"]))


def _copied(app: App, case: Case) -> tuple[str, ...]:
    """Told, without owing anything: the always-copied, and the level's own receivers."""
    owing = {o.department for o in case.obligations}
    extra = app.plan.levels.rules[case.level].receivers
    named = (*app.plan.levels.always_copied, *extra)
    return tuple(name for name in dict.fromkeys(named) if name not in owing)


def _asks(app: App, case: Case) -> list[Ask]:
    parts = {Duty.LEAD: Part.LEAD, Duty.SUPPORT: Part.SUPPORT}
    asks = [
        _ask(case, o.department, parts[o.duty]) for o in case.obligations if not o.transferred_to
    ]
    return asks + [Ask(receiver=name, part=Part.COPIED) for name in _copied(app, case)]


def _ask(case: Case, department: str, part: Part) -> Ask:
    row = obligation(case, department)
    reply = row.reply_due if part is Part.LEAD or row.reply_asked else None
    return Ask(receiver=department, part=part, ack_due=row.ack_due, reply_due=reply)


def _brief(app: App, books: Books, case: Case) -> CaseBrief:
    first = books.mentions.many(case.mention_ids[:1])[0]
    going = [o for o in case.obligations if not o.transferred_to]
    concerned = [app.plan.departments[o.department] for o in going]
    named = app.plan.levels.rules[case.level].name_duty_person
    return CaseBrief(
        case_id=case.case_id,
        level=case.level,
        categories=tuple(app.plan.categories[code].name for code in case.categories),
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
    )


def _contacts(app: App, departments: Sequence[Department]) -> tuple[Contact, ...]:
    return tuple(contact(app.plan.shifts, d, app.clock()) for d in departments)


def _send(
    app: App,
    books: Books,
    case: Case,
    purpose: str,
    receiver: str,
    text: tuple[str, str],
    channels: Sequence[str] | None = None,
) -> None:
    alert = Alert(
        alert_id=digest(case.case_id, purpose, str(case.version), receiver, length=32),
        case_id=case.case_id,
        purpose=purpose.split(" ")[0],
        level=case.level,
        title=text[0],
        body=text[1],
        created_at=app.clock(),
        drill=app.ledger.drill,
    )
    over = channels_for(app.plan, receiver) if channels is None else channels
    books.queue(alert, deliveries_for(alert, receiver, over))
