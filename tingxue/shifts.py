"""What a change of shift goes by, for the desk's page 交接班 and for the sheet on paper alike: when
the shift began, who has it and who comes next, and which sources were not well in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from alerts.roster import Turn, on_duty, turns
from domain.types import Outcome
from ledger.books import Books
from tingxue.app import App
from tingxue.counting import Period
from tingxue.names import OUTCOMES

if TYPE_CHECKING:
    from tingxue.reports.gaps import Gap

USUAL, LONGEST = timedelta(hours=12), timedelta(days=7)
_JUST_NOW = timedelta(hours=1)
"""Who has just come on duty wants the sheet of the shift before."""
_AHEAD = timedelta(days=2)
_WELL = frozenset({Outcome.OK, Outcome.EMPTY_CONFIRMED, None})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A source that is silent or cannot be read. until: when it was back, None for not yet."""

    source: str
    title: str
    why: str
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwell:
    """Sources of a shift: gaps, which were not read throughout; idle, which never ran; now, which
    are silent or cannot be read at this moment, without those whose gap still lasts."""

    gaps: list[Mute]
    idle: list[Mute]
    now: list[Mute]


def began(app: App, department: str, until: datetime) -> datetime:
    """The department's last change of shift an hour before or earlier; where there was none in two
    days, twelve hours ago."""
    before = _turns(app, department, until - _AHEAD, until)
    begun = [turn.begins for turn in before[1:] if turn.begins <= until - _JUST_NOW]
    return begun[-1] if begun else until - USUAL


def people(app: App, department: str, at: datetime) -> tuple[str, str]:
    """Who is on duty until the change, and who comes next by the roster; "" for nobody."""
    shifts, calendar = app.roster().shifts, app.terms.calendar
    here = on_duty(shifts, department, at - timedelta(microseconds=1), calendar)
    coming = [t.shift for t in _turns(app, department, at, at + _AHEAD) if t.shift]
    others = [shift for shift in coming if shift != here]
    return here.person if here else "", others[0].person if others else ""


def _turns(app: App, department: str, since: datetime, until: datetime) -> Sequence[Turn]:
    return turns(app.roster().shifts, department, since, until, app.terms.calendar)


def mutes(app: App, books: Books) -> Iterator[Mute]:
    """Every source that is silent now, or whose newest run failed."""
    titles = _titles(app)
    silent = books.alarms.silences()
    for name, record in silent.items():
        why = "读不出来" if record.reason == "failing" else "来得太少"
        yield Mute(source=name, title=titles.get(name, name), why=why, since=record.began_at)
    for name, run in books.runs.latest().items():
        if name in titles and name not in silent and run.outcome not in _WELL:
            assert run.outcome is not None  # noqa: S101 -- None is among the well
            yield Mute(
                source=name, title=titles[name], why=OUTCOMES[run.outcome], since=run.started_at
            )


def unwell(app: App, books: Books, since: datetime, until: datetime) -> Unwell:
    """Every source that was not well in [since, until), by its runs as the papers count them, or is
    not well now."""
    from tingxue.reports.gaps import gaps_within, silent_within  # with Word and Excel: when asked

    period, runs = Period(kind="span", start=since, end=until), books.runs.within(since, until)
    gaps = [_mute(app, gap) for gap in gaps_within(runs, period)]
    titles = _titles(app)
    idle = [
        Mute(source=name, title=titles[name], why="未运行", since=since, until=until)
        for name in silent_within(runs, period, app.plan)
    ]
    lasting = {one.source for one in gaps if one.until is None}
    now = [one for one in mutes(app, books) if one.source not in lasting]
    return Unwell(gaps=gaps, idle=idle, now=now)


def _mute(app: App, gap: "Gap") -> Mute:
    title = _titles(app).get(gap.source, gap.source)
    return Mute(
        source=gap.source, title=title, why="、".join(gap.why), since=gap.since, until=gap.until
    )


def _titles(app: App) -> dict[str, str]:
    titles = {one.name: one.title for one in app.plan.sources}
    return titles | {one.name: one.title for one in app.plan.imports}
