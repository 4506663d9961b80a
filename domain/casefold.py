"""How a case follows from its events: the fold, and the chain that shows nobody changed one.

``fold`` is the definition of a case; the ledger keeps its result beside the events, and a test
holds the two equal.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from domain.actions import OPEN
from domain.errors import IllegalAction
from domain.times import utc
from domain.types import Case, CaseEvent, Duty, Level, Obligation, State

_PROGRESS = (State.NOT_OURS, State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)

# --- the chain --------------------------------------------------------------------------------


def sealed(event: CaseEvent, prev_hash: str) -> CaseEvent:
    """The event with its place in the chain: hash = sha256(prev_hash | canonical JSON)."""
    body = json.dumps(
        [
            event.case_id,
            event.no,
            utc(event.at).isoformat(),
            event.actor.name,
            event.actor.role,
            event.actor.department,
            event.action,
            event.department,
            event.from_state,
            event.to_state,
            event.note,
            event.data,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    digest = hashlib.sha256(f"{prev_hash}|{body}".encode("utf-8", "surrogatepass")).hexdigest()
    return replace(event, prev_hash=prev_hash, hash=digest)


def broken_at(events: Sequence[CaseEvent]) -> int | None:
    """The number of the first event whose place in the chain is wrong; None when all hold."""
    prev = ""
    for expected, event in enumerate(events, 1):
        if event.no != expected or sealed(event, prev) != event:
            return expected
        prev = event.hash
    return None


# --- the fold ---------------------------------------------------------------------------------


def fold(events: Iterable[CaseEvent]) -> Case:
    """The case that these events, from the first, make. Raises ValueError for no events."""
    case: Case | None = None
    for event in events:
        case = apply(case, event)
    if case is None:
        raise ValueError("a case without events")
    return case


def apply(case: Case | None, event: CaseEvent) -> Case:
    """The case after one more event."""
    if case is None:
        return _settled(_begun(event))
    if event.no != case.version + 1:
        raise ValueError(f"{event.case_id}: event {event.no} after version {case.version}")
    changed = _EFFECTS[event.action](case, event)
    return _settled(replace(changed, version=event.no))


def closed_at(events: Iterable[CaseEvent]) -> datetime | None:
    """When the case was closed for good (the last time, if it was reopened); None while it is open.
    What is written into a closed case later, a note say, does not count."""
    case: Case | None = None
    closed: datetime | None = None
    for event in events:
        case = apply(case, event)
        if case.status in OPEN or case.status is State.NOT_OURS:
            closed = None
        elif closed is None:
            closed = event.at
    return closed


def _begun(event: CaseEvent) -> Case:
    data = event.data
    recurs, place = data["recurs"], data["place"]
    return Case(
        case_id=event.case_id,
        categories=_strings(data["categories"]),
        place=None if place is None else str(place),
        level=Level(str(data["level"])),
        status=State.TO_SIGN,
        mention_ids=_strings(data["mention_ids"]),
        opened_at=event.at,
        last_report_at=event.at,
        version=event.no,
        obligations=_charged(event),
        linked=_strings(data["linked"]),
        recurs=None if recurs is None else str(recurs),
        unverified_since=event.at if "unverified" in data else None,
    )


def _strings(value: object) -> tuple[str, ...]:
    assert isinstance(value, list)  # noqa: S101 -- written by this package only
    return tuple(str(item) for item in value)


def _charged(event: CaseEvent) -> tuple[Obligation, ...]:
    rows = event.data["obligations"]
    assert isinstance(rows, list)  # noqa: S101 -- written by this package only
    return tuple(
        Obligation(
            case_id=event.case_id,
            department=row["department"],
            duty=Duty(row["duty"]),
            status=State.TO_SIGN,
            opened_at=event.at,
            clock_from=event.at,
            ack_due=datetime.fromisoformat(row["ack_due"]),
            reply_due=datetime.fromisoformat(row["reply_due"]),
            own_limit=row["own_limit"],
        )
        for row in rows
    )


def _settled(case: Case) -> Case:
    return replace(case, status=_status(case))


def _status(case: Case) -> State:
    """Read from the leads: the least advanced one that still counts."""
    if case.merged_into:
        return State.MERGED
    leads = [o for o in case.obligations if o.duty is Duty.LEAD and not o.transferred_to]
    if leads and all(o.status is State.FALSE_ALARM for o in leads):
        return State.FALSE_ALARM
    going = [o.status for o in leads if o.status in _PROGRESS]
    return min(going, key=_PROGRESS.index) if going else State.CLOSED


def _with(case: Case, department: str, **changes: object) -> Case:
    rows = tuple(
        replace(o, **changes) if o.department == department else o  # type: ignore[arg-type]
        for o in case.obligations
    )
    return replace(case, obligations=rows)


def _all_open(case: Case, target: State) -> Case:
    live = OPEN | {State.NOT_OURS}
    rows = tuple(
        replace(o, status=target) if o.status in live and not o.transferred_to else o
        for o in case.obligations
    )
    return replace(case, obligations=rows)


def _on_report(case: Case, event: CaseEvent) -> Case:
    new = tuple(m for m in _strings(event.data["mention_ids"]) if m not in case.mention_ids)
    categories = dict.fromkeys((*case.categories, *_strings(event.data["categories"])))
    return replace(
        case,
        mention_ids=case.mention_ids + new,
        categories=tuple(categories),
        obligations=_added(case, _charged(event)),
        last_report_at=event.at if new else case.last_report_at,
    )


def _added(case: Case, charged: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """The obligations with the new ones; one of a department that is in the case already (a support
    that leads now, a lead that is charged again) takes the old one's place."""
    rows = {o.department: o for o in case.obligations}
    for new in charged:
        old = rows.get(new.department)
        rows[new.department] = new if old is None else _recharged(old, new)
    return tuple(rows.values())


def _recharged(old: Obligation, new: Obligation) -> Obligation:
    """Its clocks start anew; what was signed and is still going on stays signed."""
    kept = replace(
        new,
        opened_at=old.opened_at,
        reworked_count=old.reworked_count,
        assignee=old.assignee,
        declined=old.declined,
        reply_asked=old.reply_asked,
    )
    if old.status not in OPEN:
        return kept
    return replace(
        kept,
        status=old.status,
        acknowledged_at=old.acknowledged_at,
        replied_at=old.replied_at,
        extension_asked=old.extension_asked,
    )


def _dues(event: CaseEvent) -> dict[str, dict[str, object]]:
    """Department -> the clocks that this event sets anew."""
    dues = event.data["dues"]
    assert isinstance(dues, dict)  # noqa: S101 -- written by this package only
    return {
        department: {
            "clock_from": event.at,
            "ack_due": datetime.fromisoformat(ack_due),
            "reply_due": datetime.fromisoformat(reply_due),
            "chased": frozenset(),
        }
        for department, (ack_due, reply_due) in dues.items()
    }


def _on_level(case: Case, event: CaseEvent) -> Case:
    for department, clocks in _dues(event).items():
        case = _with(case, department, **clocks)
    since = event.at if "unverified" in event.data else case.unverified_since
    return replace(case, level=Level(event.to_state), unverified_since=since)


def _on_rework(case: Case, event: CaseEvent) -> Case:
    row = obligation(case, event.department)
    return _with(
        case,
        row.department,
        status=State.IN_HAND,
        replied_at=None,
        clock_from=event.at,
        reply_due=_moment(event, "reply_due"),
        reworked_count=row.reworked_count + 1,
        reply_asked=row.duty is Duty.SUPPORT,
        chased=_unchased(row, "reply"),
    )


def _on_transfer(case: Case, event: CaseEvent) -> Case:
    to = str(event.data["to"])
    if to != event.department:  # else sent back to who declined it, and who cannot decline twice
        case = _with(case, event.department, status=State.NOT_OURS, transferred_to=to)
    return replace(case, obligations=_added(case, _charged(event)))


def _on_ask_reply(case: Case, event: CaseEvent) -> Case:
    row = obligation(case, event.department)
    return _with(
        case,
        row.department,
        reply_asked=True,
        reply_due=_moment(event, "reply_due"),
        clock_from=row.clock_from if row.status is State.TO_SIGN else event.at,
        chased=_unchased(row, "reply"),
    )


def _on_reopen(case: Case, event: CaseEvent) -> Case:
    for department, clocks in _dues(event).items():
        row = obligation(case, department)
        again = State.IN_HAND if row.acknowledged_at else State.TO_SIGN
        case = _with(case, department, status=again, replied_at=None, accepted_at=None, **clocks)
    return case


def _on_register(case: Case, event: CaseEvent) -> Case:
    return replace(
        case,
        registered_at=event.at,
        acceptance_due=_moment(event, "acceptance_due"),
        settlement_due=_moment(event, "settlement_due"),
        admitted_at=None,
        refused_at=None,
        chased=frozenset(),
    )


def _on_chase(case: Case, event: CaseEvent) -> Case:
    if not event.department:  # the statutory clock is the case's, no department's
        return replace(case, chased=case.chased | {str(event.data["step"])})
    row = obligation(case, event.department)
    return _with(case, row.department, chased=row.chased | {str(event.data["step"])})


def _moment(event: CaseEvent, key: str) -> datetime:
    return datetime.fromisoformat(str(event.data[key]))


def _unchased(row: Obligation, clock: str) -> frozenset[str]:
    return frozenset(step for step in row.chased if not step.startswith(f"{clock}:"))


_EFFECTS: dict[str, Callable[[Case, CaseEvent], Case]] = {
    "report": _on_report,
    "raise": _on_level,
    "level": _on_level,
    "rework": _on_rework,
    "transfer": _on_transfer,
    "reopen": _on_reopen,
    "wake": _on_reopen,
    "remind": _on_chase,
    "escalate": _on_chase,
    "deputy": _on_chase,
    "head": _on_chase,
    "ack": lambda c, e: _with(c, e.department, status=State.SIGNED, acknowledged_at=e.at),
    "start": lambda c, e: _with(c, e.department, status=State.IN_HAND),
    "reply": lambda c, e: _with(
        c, e.department, status=State.IN_REVIEW, replied_at=e.at, reply_asked=False
    ),
    "accept": lambda c, e: _with(c, e.department, status=State.CLOSED, accepted_at=e.at),
    "decline": lambda c, e: _with(c, e.department, status=State.NOT_OURS, declined=True),
    "assign": lambda c, e: _with(c, e.department, assignee=str(e.data["to"])),
    "ask-reply": _on_ask_reply,
    "ask-extension": lambda c, e: _with(c, e.department, extension_asked=True),
    "extend": lambda c, e: _with(
        c,
        e.department,
        reply_due=_moment(e, "until"),
        extension_asked=False,
        chased=_unchased(obligation(c, e.department), "reply"),
        clock_from=e.at,
    ),
    "merge": lambda c, e: replace(_all_open(c, State.MERGED), merged_into=str(e.data["to"])),
    "false-alarm": lambda c, e: _all_open(c, State.FALSE_ALARM),
    "close": lambda c, e: _all_open(c, State.CLOSED),
    "link": lambda c, e: replace(c, linked=tuple(dict.fromkeys((*c.linked, str(e.data["to"]))))),
    "register": _on_register,
    "admit": lambda c, e: replace(c, admitted_at=e.at),
    "refuse": lambda c, e: replace(c, refused_at=e.at),
    "verify": lambda c, e: replace(c, unverified_since=None),
    "note": lambda c, e: c,
}


def obligation(case: Case, department: str) -> Obligation:
    """The department's obligation. Raises IllegalAction when it has none in this case."""
    for row in case.obligations:
        if row.department == department:
            return row
    raise IllegalAction(f"{case.case_id} 与 {department or '（未指明部门）'} 无关，请核对部门")
