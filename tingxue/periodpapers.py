"""Papers on a span of time that are made when asked for: the summary of a season, and 交接班.

How an edition is made and recorded stands in ``tingxue.drafts``.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import true

from domain.errors import InputError
from domain.times import shanghai, shanghai_day
from domain.types import Role
from ledger.books import Books
from ledger.worklists import of_department
from tingxue import reporting
from tingxue.app import App
from tingxue.counting import Period, span_of
from tingxue.drafts import Draft, make
from tingxue.shifts import LONGEST, began, people, unwell
from tingxue.unheard import still_unheard

if TYPE_CHECKING:
    from tingxue.reports.handover import Shift
    from tingxue.reports.wording import Material

SEASON_DAYS = 60
LONGEST_DAYS = 366
_ALL = 10_000
"""More cases in hand, or actions in a week, than any office has."""


def season(
    app: App, first: date | None = None, last: date | None = None, *, folder: Path | None = None
) -> list[Path]:
    """Summary of the days from the first to the last: without them, the 60 up to yesterday. Its
    Word and Excel file. Raises InputError for days that are not over, or that are out of order."""
    from tingxue.reports.edition import material_of
    from tingxue.reports.season import season as composed

    now = app.clock()
    end = last or shanghai_day(now) - timedelta(days=1)
    begin = first or end - timedelta(days=SEASON_DAYS - 1)
    period = _span(begin, end, now)

    def gather(books: Books, at: datetime, edition: int) -> "Material":
        facts = reporting.facts_of(books, period)
        return material_of(
            facts, app.plan, made_at=at, late=False, drill=app.ledger.drill, edition=edition
        )

    stem = f"雪季总结-{begin}至{end}"
    draft = Draft(stem=stem, gather=gather, compose=composed, of_period=True, compared=True)
    return make(app, draft, folder, now)


def _span(begin: date, end: date, now: datetime) -> Period:
    if begin > end:
        raise InputError(f"起始日 {begin} 晚于截止日 {end}；请调换 --from 和 --until")
    if (end - begin).days >= LONGEST_DAYS:
        raise InputError(f"一份总结最长 {LONGEST_DAYS} 天；请缩短 --from 到 --until")
    period = span_of(begin, end)
    if period.end > now:
        raise InputError(f"{end} 还没有过完；请把 --until 改为昨天或更早")
    return period


def handover(
    app: App, since: datetime | None = None, until: datetime | None = None, department: str = "",
    *, folder: Path | None = None,
) -> list[Path]:  # fmt: skip
    """交接单 of [since, until) (aware UTC); without them, of the shift that ends now. Of all, or of
    one department. Its Word and Excel file. Raises InputError for a span that makes no shift."""
    from tingxue.reports.handover import handover as composed

    now = app.clock()
    owner = department or str(Role.PUBLICITY)
    if owner not in app.plan.departments:
        raise InputError(f"没有“{owner}”这个部门；部门见 departments.yaml")
    end = until or now
    begin = since or began(app, owner, end)
    if not begin < end <= now or end - begin > LONGEST:
        raise InputError("交接的时段要先从后到、已经过去，最长 7 天；请改 --from 和 --until")
    with app.ledger.read() as books:
        shift = _shift(app, books, begin, end, department)
    unheard = [u for u in still_unheard(app) if department in ("", u.receiver)]
    shift = replace(shift, unheard=unheard)
    stem = f"值班交接单-{shanghai(end):%Y-%m-%d-%H%M}" + (f"-{department}" if department else "")
    draft = Draft(
        stem=stem, of_period=True, compose=lambda material: composed(material, shift),
        gather=lambda books, at, edition: _material(app, books, shift, at, edition),
    )  # fmt: skip
    return make(app, draft, folder, now)


def _shift(app: App, books: Books, since: datetime, until: datetime, department: str) -> "Shift":
    from tingxue.reports.handover import Shift

    seen, mine = (of_department(department), department) if department else (true(), None)
    owed = true() if mine else seen
    pending, _ = books.handovers.pending(owed, mine=mine, limit=_ALL)
    _, done = books.handovers.done(seen, since, until, mine=mine, limit=_ALL)
    waiting = [] if department else [one.review_id for one in books.reviews.waiting()]
    return Shift(
        since=since, until=until, office=department,
        people=people(app, department or str(Role.PUBLICITY), until),
        pending=pending, done=done, reviews=waiting, unheard=(),
        opened=books.cases.list_ids(since=since, until=until, department=department),
        mutes=unwell(app, books, since, until).now,
    )  # fmt: skip


def _material(app: App, books: Books, shift: "Shift", now: datetime, edition: int) -> "Material":
    """The sheets beside it hold what came in the shift, and every case it names."""
    from tingxue.reports.figures import rows_of
    from tingxue.reports.handover import figures_of_shift
    from tingxue.reports.wording import Material

    period = Period(kind="span", start=shift.since, end=shift.until)
    named = [one.case_id for one in shift.pending] + [one.case_id for one in shift.done]
    ids = dict.fromkeys((*named, *shift.opened))
    facts = replace(
        reporting.facts_of(books, period, cases=books.cases.many(list(ids))), previous=()
    )
    rows = rows_of(facts, app.ledger.drill)
    return Material(
        facts=facts, rows=tuple(rows), plan=app.plan, made_at=now, late=False,
        figures=figures_of_shift(shift, rows, facts, app.plan), drill=app.ledger.drill,
        edition=edition,
    )  # fmt: skip
