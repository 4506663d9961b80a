"""Every number of every paper: a named figure with the ids of what it counts.

No number reaches a paper by another way: papers are templates over these figures, and the sheet
指标来源 lists the ids, so that anybody can count again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from domain.plan import Plan
from domain.types import Case
from tingxue.counting import Period, counted, previous
from tingxue.reports.casefigures import paper_figures
from tingxue.reports.casework import case_figures
from tingxue.reports.figure import Counted, Facts, Figure, Figures, Row
from tingxue.reports.gaps import gap_figures
from tingxue.reports.seasonfigures import season_figures
from tingxue.reports.tallies import mention_figures

R = TypeVar("R", bound=Counted)


def chosen(facts: Facts, drill: bool) -> tuple[list[Row], list[Counted]]:
    """(this period, the one before) as the counting rule chooses them, in order of first sight."""
    before = _chosen(facts.previous, previous(facts.period), drill)
    return rows_of(facts, drill), before


def rows_of(facts: Facts, drill: bool) -> list[Row]:
    """Those of this period alone."""
    return _chosen(facts.mentions, facts.period, drill)


def _chosen(rows: Sequence[R], period: Period, drill: bool) -> list[R]:
    kept = [row for row in rows if counted(row[0], row[1], period, drill)]
    return sorted(kept, key=lambda row: (row[0].first_seen_at, row[0].mention_id))


def case_figures_of(
    cases: Sequence[Case], rows: Sequence[Row], facts: Facts, *, as_of: datetime
) -> Figures:
    """All figures of a paper on these cases alone: ``rows`` are their mentions, whenever seen."""
    made = {f.key: f for f in paper_figures(cases, rows, facts.spread, facts.period, as_of)}
    return Figures(period=facts.period, as_of=as_of, by_key=made)


def figures_of(facts: Facts, plan: Plan, *, as_of: datetime, drill: bool) -> Figures:
    """All figures of the period. Cases stand as they are at ``as_of`` (aware UTC)."""
    return figures_over(*chosen(facts, drill), facts, plan, as_of=as_of)


def figures_over(
    now: Sequence[Row], before: Sequence[Counted], facts: Facts, plan: Plan, *, as_of: datetime
) -> Figures:
    """The same of what was ``chosen``."""
    made: dict[str, Figure] = {}
    for figure in (
        *mention_figures(facts.period, now, before, plan),
        *case_figures(facts, now, plan, as_of),
        *gap_figures(facts, plan),
        *(season_figures(facts, now, plan) if facts.period.kind == "span" else ()),
    ):
        if figure.key in made:
            raise ValueError(f"two figures are called {figure.key}")
        made[figure.key] = figure
    return Figures(period=facts.period, as_of=as_of, by_key=made)
