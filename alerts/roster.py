"""Who is on duty for a department at a moment, and when nobody is.

The order of the shifts decides: the first that covers the moment wins. ``config`` puts substitutes
before dated shifts, and those before standing ones (very long shifts, perhaps only on some days).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from domain.plan import Department, Shift
from domain.ports import WorkCalendar
from domain.times import at_shanghai, shanghai_day

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ring for a department; ``person`` is "" when the roster names nobody, and the
    phone is then the department's duty phone."""

    department: str
    person: str
    phone: str


def on_duty(
    shifts: Sequence[Shift], department: str, at: datetime, calendar: WorkCalendar
) -> Shift | None:
    """The first shift of the department that covers the moment, or None."""
    return next(_covering(shifts, department, at, calendar), None)


def contact(
    shifts: Sequence[Shift], department: Department, at: datetime, calendar: WorkCalendar
) -> Contact:
    """The person on duty with the phone; the duty phone where the shift names none."""
    shift = on_duty(shifts, department.name, at, calendar)
    person, phone = (shift.person, shift.phone) if shift else ("", "")
    return Contact(department=department.name, person=person, phone=phone or department.duty_phone)


def deputy(
    shifts: Sequence[Shift], department: Department, at: datetime, calendar: WorkCalendar
) -> Contact:
    """The deputy of the moment: of the first covering shift that names one. Without any,
    ``person`` is "" and the phone the department's duty phone."""
    named = (s for s in _covering(shifts, department.name, at, calendar) if s.deputy)
    shift = next(named, None)
    person, phone = (shift.deputy, shift.deputy_phone) if shift else ("", "")
    return Contact(department=department.name, person=person, phone=phone or department.duty_phone)


def _covering(
    shifts: Sequence[Shift], department: str, at: datetime, calendar: WorkCalendar
) -> Iterator[Shift]:
    for shift in shifts:
        if shift.department == department and shift.start <= at < shift.end:
            if any(begins <= at < ends for begins, ends in spans(shift, at, at, calendar)):
                yield shift


def gaps(
    shifts: Sequence[Shift],
    department: str,
    start: datetime,
    end: datetime,
    calendar: WorkCalendar,
) -> tuple[tuple[datetime, datetime], ...]:
    """The spans within [start, end) that no shift of the department covers, in order."""
    ours = sorted(
        span
        for shift in shifts
        if shift.department == department
        for span in spans(shift, start, end, calendar)
    )
    found: list[tuple[datetime, datetime]] = []
    reached = start
    for begins, ends in ours:
        if begins >= end:
            break
        if begins > reached:
            found.append((reached, begins))
        reached = max(reached, ends)
    if reached < end:
        found.append((reached, end))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """[begins, ends), UTC, in which the same shift decides; None: nobody is on duty. ``second``:
    the shift that names the deputy."""

    begins: datetime
    ends: datetime
    shift: Shift | None
    second: Shift | None


def turns(
    shifts: Sequence[Shift], department: str, start: datetime, end: datetime,
    calendar: WorkCalendar,
) -> list[Turn]:  # fmt: skip
    """Who is on duty from ``start`` to ``end``, one after the other, without holes."""
    held = [
        (shift, [*spans(shift, start, end, calendar)])
        for shift in shifts
        if shift.department == department and shift.start < end and shift.end > start
    ]
    edges = {at for shift, some in held for at in (shift.start, shift.end, *sum(some, ()))}
    found: list[Turn] = []
    for begins, ends in pairwise(sorted({start, end} | {at for at in edges if start < at < end})):
        here = [
            shift for shift, some in held
            if shift.start <= begins < shift.end and any(a <= begins < b for a, b in some)
        ]  # fmt: skip
        first, second = next(iter(here), None), next((s for s in here if s.deputy), None)
        last = found[-1] if found else None
        if last is not None and (last.shift, last.second) == (first, second):
            begins = found.pop().begins
        found.append(Turn(begins=begins, ends=ends, shift=first, second=second))
    return found


def spans(
    shift: Shift, start: datetime, end: datetime, calendar: WorkCalendar
) -> Iterator[tuple[datetime, datetime]]:
    """When the shift holds, for all that may touch [start, end]; in order, not cut to it."""
    if not shift.days and shift.daily is None:
        yield shift.start, shift.end
        return
    opens, closes = shift.daily or (time(0), time(0))
    day, last = shanghai_day(start) - _DAY, shanghai_day(end)
    while day <= last:
        if _holds(shift, day, calendar):
            later = day if closes > opens else day + _DAY
            begins = at_shanghai(day, opens.hour, opens.minute)
            yield begins, at_shanghai(later, closes.hour, closes.minute)
        day += _DAY


def _holds(shift: Shift, day: date, calendar: WorkCalendar) -> bool:
    return not shift.days or calendar.is_workday(day) is (shift.days == "工作日")
