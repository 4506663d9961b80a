"""Who is on duty for a department at a moment, and when nobody is.

The order of the shifts decides: the first that covers the moment wins. ``config`` puts dated
shifts before standing ones (which it expands to very long shifts), so dated ones win.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.plan import Department, Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Whom to ring for a department; ``person`` is "" when the roster names nobody, and the
    phone is then the department's duty phone."""

    department: str
    person: str
    phone: str


def on_duty(shifts: Sequence[Shift], department: str, at: datetime) -> Shift | None:
    """The first shift of the department with start <= at < end, or None."""
    for shift in shifts:
        if shift.department == department and shift.start <= at < shift.end:
            return shift
    return None


def contact(shifts: Sequence[Shift], department: Department, at: datetime) -> Contact:
    """The person on duty with the phone; the duty phone where the shift names none."""
    shift = on_duty(shifts, department.name, at)
    person, phone = (shift.person, shift.phone) if shift else ("", "")
    return Contact(department=department.name, person=person, phone=phone or department.duty_phone)


def gaps(
    shifts: Sequence[Shift], department: str, start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The spans within [start, end) that no shift of the department covers, in order."""
    ours = sorted((s.start, s.end) for s in shifts if s.department == department)
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
