"""Figures of the papers on single cases: reports by platform and day, spread, duties, hours late.

They count every report of the case, whenever it was seen: no period, so nothing is compared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from domain.times import shanghai_day
from domain.types import Case, Obligation, Sighting
from tingxue.counting import Period
from tingxue.reports.casework import (
    duty_figures,
    limit_passed,
    live_obligations,
    obligation_id,
    overdue_list,
    reply_overdue,
    spread_figures,
)
from tingxue.reports.figure import Figure, Row, count, segment


def paper_figures(
    cases: Sequence[Case], rows: Sequence[Row], spread: Mapping[str, Sighting], period: Period,
    as_of: datetime,
) -> Iterator[Figure]:  # fmt: skip
    """Reports by platform and day, spread, duties by department, hours past each missed limit."""
    yield count("cases", "案件", (case.case_id for case in cases), "件")
    yield count("reports", "相关信息", (m.mention_id for m, _ in rows))
    yield from _by(rows, "platform", lambda row: row[0].platform)
    yield from _by(rows, "day", lambda row: shanghai_day(row[0].first_seen_at).isoformat())
    for case in cases:
        yield from spread_figures(case, set(), spread)
    duties = live_obligations(cases)
    yield from duty_figures("duties", "", duties, period, as_of)
    for department in dict.fromkeys(o.department for o in duties):
        own = [o for o in duties if o.department == department]
        yield from duty_figures(f"department.{segment(department)}", department, own, period, as_of)
    for late in overdue_list(duties, as_of):
        yield _past(late, as_of)


def _by(rows: Sequence[Row], key: str, of: Callable[[Row], str]) -> Iterator[Figure]:
    groups: dict[str, list[str]] = {}
    for row in rows:
        groups.setdefault(of(row), []).append(row[0].mention_id)
    for one in sorted(groups, key=lambda g: (-len(groups[g]), g) if key == "platform" else (0, g)):
        yield count(f"reports.{key}.{segment(one)}", f"{one}相关信息", groups[one])


def _past(late: Obligation, as_of: datetime) -> Figure:
    own = obligation_id(late)
    hours = (as_of - limit_passed(late, as_of)) // timedelta(hours=1)
    return Figure(key=past_key(late), name=f"{own}已超时限", value=hours, unit="小时", ids=(own,),
                  how="elapsed")  # fmt: skip


def past_key(late: Obligation) -> str:
    """Key of the hours that have gone by since the limit."""
    return f"past.{segment(obligation_id(late))}"


def step_missed(late: Obligation, as_of: datetime) -> str:
    """未答复 or 未签收."""
    return "未答复" if reply_overdue(late, as_of) else "未签收"
