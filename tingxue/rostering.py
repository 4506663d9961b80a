"""The roster (值班表) in use: who is on duty, where nobody is, and who hears of that.

Nobody on duty is never passed over in silence: the department's own message says so in red, the
keeper of the roster in 宣传部 is told, ``tingxue doctor`` exits 1, and what is still to come is
reported once a day.
"""

from datetime import date, datetime, timedelta

from alerts import duty
from alerts.duty import Gap
from alerts.roster import Contact, contact, gaps, on_duty
from domain.errors import ConfigError
from domain.plan import OfficeHours, Plan
from domain.times import shanghai, shanghai_day
from domain.types import Case, Level, Role
from ledger.books import Books
from tingxue.app import App
from tingxue.telling import tell

DAYS_AHEAD = 14
LAST_MONTH = 12
"""From here on next year's holidays should have been entered: the notice comes in November."""
REPORT_HOUR = 8
"""Shanghai hour from which on the day's report is made."""


def unknown_years(hours: OfficeHours, today: date) -> list[int]:
    """Of this year and the next, those whose holidays nobody has entered."""
    return [year for year in (today.year, today.year + 1) if year not in hours.known_years]


def pressing_years(hours: OfficeHours, today: date) -> list[int]:
    """Of those, the ones that can wait no longer: this year's, and in December the next."""
    soon = today.month == LAST_MONTH
    return [year for year in unknown_years(hours, today) if soon or year == today.year]


def on_rosters(plan: Plan) -> list[str]:
    """Who may have people on duty: the departments, and the receivers that stand for nobody's
    head or deputy."""
    titles = {title for d in plan.departments.values() for title in (d.head, d.deputy)}
    others = [name for name in plan.receivers if name not in titles]
    return list(dict.fromkeys((*plan.departments, *others)))


def gaps_ahead(app: App, now: datetime, days: int = DAYS_AHEAD) -> list[Gap]:
    """When no one is on duty for a department, from ``now`` on for so many days; by department in
    the order of config, then by time. One that is open already begins at ``now``."""
    until, shifts = now + timedelta(days=days), app.roster().shifts
    return [
        Gap(department=name, begins=begins, ends=ends)
        for name in app.plan.departments
        for begins, ends in gaps(shifts, name, now, until, app.terms.calendar)
    ]


def keeper(app: App) -> Contact:
    """Whom 宣传部 has named for the roster; without a name its head, at its duty phone."""
    ours = app.plan.departments.get(str(Role.PUBLICITY))
    if ours is None:
        reason = "值班表无人时要通知宣传部，配置里没有这个部门"
        raise ConfigError(file="departments.yaml", key=str(Role.PUBLICITY), reason=reason)
    named = app.roster().keeper
    if named is None:
        return Contact(department=ours.name, person=ours.head, phone=ours.duty_phone)
    return Contact(department=ours.name, person=named.person, phone=named.phone)


def report_gaps(app: App) -> int:
    """Tell 宣传部, once a day after 08:00, what the next 14 days lack; the number of gaps."""
    now = app.clock()
    found = gaps_ahead(app, now)
    years = pressing_years(app.plan.hours, shanghai_day(now))
    if (found or years) and shanghai(now).hour >= REPORT_HOUR:
        text = duty.ahead(found, years, keeper(app), now=now, drill=app.ledger.drill)
        bare = any(gap.begins <= now for gap in found)
        with app.ledger.write() as books:
            day = shanghai_day(now).isoformat()
            level = Level.RED if bare else None
            tell(app, books, str(Role.PUBLICITY), "roster", text, ("roster", day), level=level)
    return len(found)


def bare(app: App, department: str) -> bool:
    """Whether this is a member department for which nobody is on duty now."""
    if department not in app.plan.departments:
        return False
    shifts, calendar = app.roster().shifts, app.terms.calendar
    return on_duty(shifts, department, app.clock(), calendar) is None


def tell_bare(app: App, books: Books, case: Case, department: str) -> None:
    """A case asks something of a department without anybody on duty: 宣传部's keeper of the
    roster is told, once a day for each case and department."""
    now = app.clock()
    ours = contact((), app.plan.departments[department], now, app.terms.calendar)
    text = duty.nobody(ours, case.case_id, case.level, keeper(app), drill=app.ledger.drill)
    occasion = (case.case_id, "nobody", department, shanghai_day(now).isoformat())
    tell(
        app, books, str(Role.PUBLICITY), "roster", text, occasion,
        case_id=case.case_id, level=Level.RED,
    )  # fmt: skip
