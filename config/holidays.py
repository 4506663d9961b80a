"""The State Council's yearly notices of holidays and weekends worked, as far as a package has them.

``chinesecalendar`` ends with the year it was released in: 1.11.0 knows 2004 to 2026. What it does
not know an office enters in settings.yaml; what neither knows is a working day from Monday to
Friday, and ``tingxue doctor`` says so.
"""

from dataclasses import dataclass
from datetime import date

from chinese_calendar.constants import holidays, workdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """off: days without work, weekends in a holiday included; worked: weekends worked (调休)."""

    off: frozenset[date]
    worked: frozenset[date]
    years: frozenset[int]


# A notice of one year may end in the next (元旦); only a year with its 国庆节 is whole.
NOTICES = Notices(
    off=frozenset(holidays),
    worked=frozenset(workdays),
    years=frozenset(day.year for day in holidays if (day.month, day.day) == (10, 1)),
)
