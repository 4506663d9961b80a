"""The lines of each morning: 值守正常 to the person on duty, the day's figures to the work group.

What is due stands in the ledger. A line is the line of one Shanghai day: missed while the program
was down, it is said once at the next start and marked 补发; that the clock is set makes no second
one and drops none.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from alerts import mornings
from alerts.mornings import Standing
from alerts.roster import Contact, contact
from domain.collection import BY_MACHINE
from domain.plan import SourceSpec
from domain.times import Steady, at_shanghai, shanghai_day
from domain.types import Case, Role, SourceRun, State
from ledger.books import Books
from ledger.lines import Line
from tingxue import reporting
from tingxue.app import App
from tingxue.counting import last_finished
from tingxue.notices import department
from tingxue.telling import tell
from tingxue.unheard import still_unheard

LATE_AFTER = timedelta(minutes=5)
_DAY = timedelta(days=1)
_SAME_MORNING = timedelta(hours=20).total_seconds()
"""A day that comes again sooner was brought back by a clock set by an hour; later, by a day."""


def tell_due(app: App) -> int:
    """Say every line that is due; how many."""
    return _tell_duty(app) + _tell_group(app)


def _tell_duty(app: App) -> int:
    late = _due(app, "duty", app.plan.daily.duty_at)
    if late is None:
        return 0
    person = _person(app)
    reached = person.person in app.plan.receivers
    receiver = person.person if reached else person.department
    text = mornings.on_duty(
        standing(app), person, now=app.clock(), late=late, drill=app.ledger.drill
    )
    return _say(app, "duty", receiver, text)


def _tell_group(app: App) -> int:
    group = app.plan.daily.group
    late = _due(app, "daily", app.plan.daily.group_at) if group else None
    if group is None or late is None:
        return 0
    text = mornings.to_group(standing(app), late=late, drill=app.ledger.drill)
    return _say(app, "daily", group, text)


def is_due(last: Line, due: datetime, now: datetime, steady: Steady | None) -> bool:
    """Whether the line of the day of ``now``, due at ``due``, has still to be said.

    Where the last line can be placed by the clock that nobody sets, it counts by when it was said,
    in today's time; the name of its day only tells a day that came again (the clock was set back).
    """
    today = shanghai_day(now)
    if now < due:
        return False
    if steady is None or last.machine != steady.machine:
        return last.day != today
    passed = steady.seconds() - last.steady
    if now - timedelta(seconds=passed) >= due:
        return False
    return last.day != today or passed > _SAME_MORNING


def _due(app: App, name: str, at: time) -> bool | None:
    """None while the day's line is not due, else whether it is late. The very first start only
    notes which day's line is the next one."""
    now = app.clock()
    due = at_shanghai(shanghai_day(now), at.hour, at.minute)
    with app.ledger.read() as books:
        last = books.lines.last(name)
    if last is None:
        begun = shanghai_day(now) - (_DAY if now < due + LATE_AFTER else timedelta(0))
        with app.ledger.write() as books:
            last = books.lines.last(name) or Line(day=begun, times=0, steady=0.0, machine="")
            books.lines.said(name, last)
    return now - due > LATE_AFTER if is_due(last, due, now, app.steady) else None


def _say(app: App, name: str, receiver: str, text: tuple[str, str]) -> int:
    """Into the outbox, and noted as said, in one transaction. Two programs on one ledger name the
    same day and count, so the second adds nothing."""
    today = shanghai_day(app.clock())
    with app.ledger.write() as books:
        last = books.lines.last(name)
        again = last.times if last and last.day == today else 0
        if last and again and not _came_again(app, last):
            return 0
        steady, machine = (app.steady.seconds(), app.steady.machine) if app.steady else (0.0, "")
        line = Line(day=today, times=again + 1, steady=steady, machine=machine)
        books.lines.said(name, line)
        occasion = (name, "line", today.isoformat(), str(line.times))
        tell(app, books, receiver, name, text, occasion)
    return 1


def _came_again(app: App, last: Line) -> bool:
    if app.steady is None or last.machine != app.steady.machine:
        return False
    return app.steady.seconds() - last.steady > _SAME_MORNING


def _person(app: App) -> Contact:
    """Who is on duty for 宣传部 now."""
    ours = department(app, str(Role.PUBLICITY))
    return contact(app.roster().shifts, ours, app.clock(), app.terms.calendar)


def standing(app: App) -> Standing:
    """How things stand now, by the functions that count for the papers."""
    from tingxue.reports import figures_of
    from tingxue.reports.casework import (
        OPEN,
        live_cases,
        live_obligations,
        overdue_list,
        sign_overdue,
    )  # fmt: skip

    now = app.clock()
    period = last_finished("day", now)
    unheard = sum(not one.stand_in for one in still_unheard(app))
    with app.ledger.read() as books:
        facts = reporting.facts_of(books, period)
        cases = _unfinished(books)
        runs = books.runs.within(period.start, now)
        reviews = len(books.reviews.waiting())
    figures = figures_of(facts, app.plan, as_of=now, drill=app.ledger.drill)
    owed = live_obligations(cases)
    late = overdue_list(owed, now)
    enabled = [spec for spec in app.plan.sources if spec.enabled and spec.mode in BY_MACHINE]
    owing = {o.department: sum(one.department == o.department for one in late) for o in late}
    return Standing(
        day=period.first_day, new=int(figures["cases.new"].value),
        closed=int(figures["cases.closed"].value),
        open=sum(case.status in OPEN for case in live_cases(cases)),
        unsigned=sum(o.status is State.TO_SIGN for o in owed),
        unsigned_late=sum(sign_overdue(o, now) for o in owed), overdue=len(late),
        owing=sorted(owing.items(), key=lambda pair: -pair[1]), reviews=reviews,
        undelivered=unheard, sources=len(enabled), failed=_failed(enabled, runs),
    )  # fmt: skip


def _unfinished(books: Books) -> list[Case]:
    return books.cases.many(books.cases.unfinished())


def _failed(enabled: Sequence[SourceSpec], runs: Sequence[SourceRun]) -> list[tuple[str, str]]:
    """Title and why of each source whose last run that ended did not end well, or that had none."""
    from tingxue.reports.gaps import GOOD, OUTCOMES

    found = []
    for spec in enabled:
        ended = [run.outcome for run in runs if run.source == spec.name and run.outcome]
        if not ended:
            found.append((spec.title, "没有运行"))
        elif ended[-1] not in GOOD:
            found.append((spec.title, OUTCOMES[ended[-1]]))
    return found
