"""The roster (值班表) in use: who is on duty, where nobody is, and what the office must enter."""

from datetime import date

from domain.plan import OfficeHours

LAST_MONTH = 12
"""From here on next year's holidays should have been entered: the notice comes in November."""


def unknown_years(hours: OfficeHours, today: date) -> list[int]:
    """Of this year and the next, those whose holidays nobody has entered."""
    return [year for year in (today.year, today.year + 1) if year not in hours.known_years]
