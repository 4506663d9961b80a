"""Who may see which case, and do what with it: decided here and nowhere else.

What may be done is asked of ``domain.commands.decide`` itself, so a page offers a button exactly
when ``tingxue.acting.act`` would take it. Which rows may be seen is one rule in two forms: a
condition for SQL, and a test of one case.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, false, true

from domain.actions import RULES, Rule
from domain.commands import Command, decide
from domain.errors import IllegalAction, NoSuchCase, NotPermitted
from domain.reviews import DECIDERS
from domain.types import Actor, Case, Level, Role
from ledger.worklists import of_department
from tingxue import door
from tingxue.app import App

_EVERYTHING = frozenset({Role.REVIEWER, Role.PUBLICITY, Role.INSPECTION, Role.ADMIN})
_WATCH_REVIEWS = DECIDERS | {Role.INSPECTION}
_WATCH_AUDIT = frozenset({Role.PUBLICITY, Role.INSPECTION, Role.ADMIN})
_STEERS = frozenset({Role.PUBLICITY, Role.ADMIN})
_NEVER = timedelta(days=3650)
DEPARTMENTAL = frozenset({Role.VIEWER, Role.HANDLER})
"""Roles that mean nothing without a department."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One action that the person may take now; department "": on the case as a whole."""

    rule: Rule
    department: str


def rows(actor: Actor) -> ColumnElement[bool]:
    """The condition on ``cases`` under which the person may see a row."""
    if actor.role in _EVERYTHING:
        return true()
    if actor.role in DEPARTMENTAL and actor.department:
        return of_department(actor.department)
    return false()


def sees(actor: Actor, case: Case) -> bool:
    """The same of one case."""
    if actor.role in _EVERYTHING:
        return True
    mine = actor.role in DEPARTMENTAL and actor.department
    return bool(mine) and any(o.department == actor.department for o in case.obligations)


def check_sees(actor: Actor, case: Case) -> None:
    """Raises NoSuchCase, in the words used where there is none: a number tells a stranger
    nothing."""
    if not sees(actor, case):
        raise NoSuchCase(f"没有编号为 {case.case_id} 的案件")


def mine(actor: Actor) -> str | None:
    """Whose obligations the person's lists show; None for everybody's."""
    return None if actor.role in _EVERYTHING else actor.department


def owed_rows(actor: Actor) -> ColumnElement[bool]:
    """As ``rows``, for a list that holds only what is ``mine`` already: that one may see."""
    return rows(actor) if mine(actor) is None else true()


def sees_reviews(actor: Actor) -> bool:
    """Whether the person may look at 待研判."""
    return actor.role in _WATCH_REVIEWS


def judges(actor: Actor) -> bool:
    """Whether the person may say what is a complaint."""
    return actor.role in DECIDERS


def sees_sources(actor: Actor) -> bool:
    """Whether the person is shown sources, and alerts of every department."""
    return actor.role in _EVERYTHING


def rosters(actor: Actor, departments: Iterable[str]) -> list[str]:
    """Of which departments the person may see who is on duty, with their numbers."""
    if actor.role in _EVERYTHING:
        return list(departments)
    return [name for name in departments if name == actor.department]


def keeps_rosters(actor: Actor) -> bool:
    """Whether the person may put a new roster in force."""
    return actor.role in _STEERS


def sees_papers(actor: Actor) -> bool:
    """Whether the person may read daily and weekly papers: they speak of every department."""
    return actor.role in _EVERYTHING


def makes_papers(actor: Actor) -> bool:
    """Whether the person may have a paper made."""
    return actor.role in _STEERS


def tries_channels(actor: Actor) -> bool:
    """Whether the person sees how the channels do, and may send test messages."""
    return actor.role in _STEERS


def keeps_accounts(actor: Actor) -> bool:
    """Whether the person may make, change and close accounts."""
    return actor.role is Role.ADMIN


def sees_everything(actor: Actor) -> bool:
    """Whether the person may look at all mentions (线索), and at what is counted over them (态势):
    a department sees only its own cases."""
    return actor.role in _EVERYTHING


def resumes(actor: Actor) -> bool:
    """Whether the person may let a source be read again before its pause is over."""
    return actor.role in _STEERS


def sees_audit(actor: Actor) -> bool:
    """Whether the person may read who did what."""
    return actor.role in _WATCH_AUDIT


def further(actor: Actor) -> list[tuple[str, str]]:
    """Address and name of the pages behind 更多 that the person may open."""
    trends = [("/trends", "态势")] if sees_everything(actor) else []
    sources = [("/sources", "来源")] if sees_sources(actor) else []
    papers = [("/reports", "报告")] if sees_papers(actor) else []
    audit = [("/audit", "审计")] if sees_audit(actor) else []
    return [
        *trends, *sources, ("/roster", "值班表"), ("/handover", "交接班"), *papers, *audit,
        ("/settings", "设置"),
    ]  # fmt: skip


def sees_mention(actor: Actor, case: Case | None) -> bool:
    """Whether the person may read a mention that is in this case, or in none."""
    return sees_everything(actor) or (case is not None and sees(actor, case))


def may_open_originals(actor: Actor, case: Case) -> bool:
    """To show the form or not."""
    return door.may_look(case, actor)


def offers(app: App, case: Case, actor: Actor) -> list[Offer]:
    """Everything that the person may do to the case now, in the order of the table."""
    if not sees(actor, case):
        return []
    return list(_offers(app, case, actor))


def _offers(app: App, case: Case, actor: Actor) -> Iterator[Offer]:
    departments = [o.department for o in case.obligations]
    for rule in RULES.values():
        for department in departments if rule.sources else [""]:
            if _taken(app, case, _probe(rule, case, actor, department, app.clock())):
                yield Offer(rule=rule, department=department)


def _probe(rule: Rule, case: Case, actor: Actor, department: str, now: datetime) -> Command:
    """The action with everything filled in that a form would ask for."""
    other = Level.YELLOW if case.level is Level.BLUE else Level.BLUE
    return Command(
        action=rule.action, actor=actor, at=now, department=department, note="说明", to="〇",
        until=now + _NEVER, level=other,
    )  # fmt: skip


def _taken(app: App, case: Case, command: Command) -> bool:
    try:
        decide(case, command, app.terms)
    except (IllegalAction, NotPermitted):
        return False
    return True
