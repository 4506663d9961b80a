"""How a drill went: every step that fell due, who took it, when, and what nobody took.

Read from the drill's ledger alone, up to the end of the drill; a step whose limit lies after the
end is no miss. Who has not yet signed counts as having waited until then: a mean over those
who have would look best where nobody does.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.types import Case, CaseEvent, Duty, Level, Obligation, Role, State
from ledger.books import Books
from tingxue.demo import week
from tingxue.drill.script import Goals, Script

SIGN, REPLY, VERIFY, REVIEW, TRANSFER, REFUTE = "签收", "答复", "核实", "研判", "转办", "澄清"
_REFUTING = re.compile("辟谣|不实|不属实|澄清|没有发生|并未发生")
"""What a note that answers a rumour says."""
_MINUTE = timedelta(minutes=1)
_GRAVE = frozenset({Level.RED, Level.ORANGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was to be done. what: one of the six above; about: a case or an item of
    待研判; limit: by when; done_at: when it was, None: not by the end of the drill."""

    what: str
    department: str
    about: str
    from_at: datetime
    limit: datetime
    done_at: datetime | None

    @property
    def step_id(self) -> str:
        """What a figure counts it by."""
        return f"{self.about}/{self.department}/{self.what}"

    def missed(self, end: datetime) -> str:
        """``未签收``, ``签收超时`` or "" where nothing was missed by then."""
        if self.done_at is not None:
            return f"{self.what}超时" if self.done_at > self.limit else ""
        return f"未{self.what}" if self.limit <= end else ""

    def minutes(self, end: datetime) -> float:
        """How long it took, or has been waited for."""
        return ((self.done_at or end) - self.from_at) / _MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A drill's steps, in the order in which they fell due, up to ``end``."""

    script: str
    started_at: datetime
    end: datetime
    steps: tuple[Step, ...]
    mentions: int
    cases: tuple[str, ...]

    def departments(self) -> list[str]:
        """Everybody who had something to do, in the order of their first step."""
        return list(dict.fromkeys(step.department for step in self.steps))

    def of(self, department: str, what: str) -> list[Step]:
        """What that department had to do of one kind."""
        return [s for s in self.steps if (s.department, s.what) == (department, what)]

    def missed(self, department: str = "") -> list[Step]:
        """Steps that nobody took in time (of that department)."""
        return [
            step for step in self.steps
            if step.missed(self.end) and department in ("", step.department)
        ]  # fmt: skip

    def mean(self, department: str, what: str) -> float | None:
        """Mean minutes of that department's steps of one kind; None without any."""
        taken = [step.minutes(self.end) for step in self.of(department, what)]
        return round(sum(taken) / len(taken), 1) if taken else None


def score_of(
    books: Books, script: Script, started_at: datetime, end: datetime, department: str
) -> Score:
    """What the ledger of a drill says. ``department``: who reviews, verifies and hands over."""
    cases = [books.cases.get(case_id) for case_id in books.cases.list_ids()]
    steps = [*_reviews(books, script.goals, end, department)]
    for case in cases:
        events = [one for one in books.cases.events(case.case_id) if one.at <= end]
        steps += _duties(case, events, script.goals)
        steps += _verified(case, events, script.goals, department)
        steps += _handed_over(case, events, script.goals, department)
    steps += _refuted(books, script, started_at, end, department)
    return Score(
        script=script.name, started_at=started_at, end=end,
        steps=tuple(sorted(steps, key=lambda one: (one.limit, one.step_id))),
        mentions=sum(len(part) for part in books.mentions.every_id()),
        cases=tuple(case.case_id for case in cases),
    )  # fmt: skip


def _duties(case: Case, events: Sequence[CaseEvent], goals: Goals) -> Iterator[Step]:
    """Signing of every department, and the first answer of every lead; what was handed on is the
    next department's, but for what was signed before."""
    for row in case.obligations:
        handed_on = row.transferred_to is not None or row.status is State.NOT_OURS
        signed = _first(events, "ack", row.department)
        if signed is not None or not handed_on:
            yield _step(SIGN, row, row.ack_due, signed)
        leads = row.duty is Duty.LEAD or row.reply_asked
        if leads and not handed_on:
            goal = row.opened_at + timedelta(minutes=goals.reply_minutes)
            answered = _first(events, "reply", row.department)
            yield _step(REPLY, row, min(row.reply_due, goal), answered)


def _step(what: str, row: Obligation, limit: datetime, done_at: datetime | None) -> Step:
    return Step(what=what, department=row.department, about=row.case_id, from_at=row.opened_at,
                limit=limit, done_at=done_at)  # fmt: skip


def _first(events: Sequence[CaseEvent], action: str, department: str) -> datetime | None:
    return next((e.at for e in events if (e.action, e.department) == (action, department)), None)


def _verified(
    case: Case, events: Sequence[CaseEvent], goals: Goals, department: str
) -> Iterator[Step]:
    """核实 or 误报 of a case that the program opened, or raised, on its own reading of a text."""
    judged = next((e.at for e in events if e.action in ("verify", "false-alarm")), None)
    since = case.unverified_since or (case.opened_at if judged and case.level in _GRAVE else None)
    if since is not None:
        limit = since + timedelta(minutes=goals.verify_minutes)
        yield Step(what=VERIFY, department=department, about=case.case_id, from_at=since,
                   limit=limit, done_at=judged)  # fmt: skip


def _handed_over(
    case: Case, events: Sequence[CaseEvent], goals: Goals, department: str
) -> Iterator[Step]:
    """After 不属本部门 somebody has to say whose it is."""
    for event in events:
        if event.action == "decline":
            after = [e for e in events if e.no > event.no and e.action == "transfer"]
            done = next((e.at for e in after if e.department == event.department), None)
            limit = event.at + timedelta(minutes=goals.transfer_minutes)
            yield Step(what=TRANSFER, department=department, from_at=event.at, limit=limit,
                       about=f"{case.case_id}（{event.department}）", done_at=done)  # fmt: skip


def _reviews(books: Books, goals: Goals, end: datetime, department: str) -> Iterator[Step]:
    for item in books.reviews.all():
        limit = min(item.due_at, item.opened_at + timedelta(minutes=goals.review_minutes))
        done = item.decided_at if item.decided_at and item.decided_at <= end else None
        yield Step(what=REVIEW, department=department, about=item.review_id,
                   from_at=item.opened_at, limit=limit, done_at=done)  # fmt: skip


def _refuted(
    books: Books, script: Script, started_at: datetime, end: datetime, department: str
) -> Iterator[Step]:
    """A rumour is answered when somebody says so in a case, or the resort's own channel does."""
    if script.goals.refute_minutes is None or not script.rumors:
        return
    at = min(script.line(ref).seen for ref in script.rumors)
    since = week.moment(started_at, at)
    said = [*_noted(books), *_published(books)]
    done = min((moment for moment in said if since <= moment <= end), default=None)
    limit = since + timedelta(minutes=script.goals.refute_minutes)
    yield Step(what=REFUTE, department=department, about=script.name, from_at=since,
               limit=limit, done_at=done)  # fmt: skip


def _noted(books: Books) -> Iterator[datetime]:
    for case_id in books.cases.list_ids():
        for event in books.cases.events(case_id):
            if event.actor.role is not Role.SYSTEM and _REFUTING.search(event.note):
                yield event.at
    for item in books.reviews.all():
        if item.decided_at and _REFUTING.search(item.reason):
            yield item.decided_at


def _published(books: Books) -> Iterator[datetime]:
    for ids in books.mentions.every_id():
        for one in books.mentions.many(ids):
            if one.context.own_channel and _REFUTING.search(f"{one.title}{one.text}"):
                yield one.first_seen_at


def as_json(score: Score, before: Score | None) -> Mapping[str, object]:
    """JSON values: minutes are means, with who has not signed counted until the end."""
    return {
        "script": score.script, "started_at": score.started_at.isoformat(),
        "ended_at": score.end.isoformat(), "mentions": score.mentions, "cases": len(score.cases),
        "departments": [
            {"department": name, **_numbers(score, name),
             "before": _numbers(before, name) if before else None}
            for name in score.departments()
        ],
        "missed": [
            {"department": one.department, "about": one.about, "what": one.missed(score.end),
             "limit": one.limit.isoformat()} for one in score.missed()
        ],
        "missed_before": len(before.missed()) if before else None,
    }  # fmt: skip


def _numbers(score: Score, department: str) -> dict[str, object]:
    signs, replies = score.of(department, SIGN), score.of(department, REPLY)
    return {
        "to_sign": len(signs), "signed": sum(one.done_at is not None for one in signs),
        "sign_minutes": score.mean(department, SIGN),
        "to_reply": len(replies), "replied": sum(one.done_at is not None for one in replies),
        "reply_minutes": score.mean(department, REPLY), "missed": len(score.missed(department)),
    }  # fmt: skip
