"""Papers from the ledger: gathers the facts of a period, has them written, records the edition.

What is due is read from the ledger, never from a timer: a paper missed while the program was down
is made at the next start and marked 补发.
"""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import Conflict, InputError, PaperError
from domain.times import at_shanghai, shanghai_day
from domain.types import Actor, Case
from ledger.books import Books
from ledger.reports import Edition
from tingxue import disk, revising
from tingxue.app import App, check_open
from tingxue.counting import Period, PeriodKind, last_finished, period_of, previous

if TYPE_CHECKING:
    from tingxue.reports import Facts, MadeReport

_log = logging.getLogger(__name__)
DUE_HOUR, DUE_MINUTE = 8, 30
_LATE_AFTER = timedelta(minutes=30)
_LOOK_BACK_DAYS = 7


def facts_of(books: Books, period: Period, *, cases: Sequence[Case] | None = None) -> "Facts":
    """Everything the ledger knows that a paper on this period needs; ``cases``: only these."""
    from tingxue.reports import Facts  # Word and Excel: loaded when a paper is made

    before = previous(period)
    return Facts(
        period=period,
        mentions=books.papers.listed(period.start, period.end),
        previous=books.papers.counted(before.start, before.end),
        cases=_cases(books, period) if cases is None else cases,
        runs=books.runs.within(period.start, period.end),
        spread=books.papers.latest_counts(period.start, period.end),
        begun=books.mentions.first_seen(),
    )


def _cases(books: Books, period: Period) -> list[Case]:
    """Opened in the period, or in hand at some time in it."""
    ids = dict.fromkeys(books.cases.list_ids(since=period.start, until=period.end))
    ids |= dict.fromkeys(c for c in books.cases.unfinished())
    ids |= dict.fromkeys(books.cases.changed_within(period.start, period.end))
    return [case for case in books.cases.many(list(ids)) if case.opened_at < period.end]


def make(
    app: App, kind: PeriodKind, day: date, *, folder: Path | None = None, late: bool = False
) -> "MadeReport":
    """Write the paper on the day, or on the week the day lies in, as its next edition. Raises
    LedgerError on an archive."""
    from tingxue import reports

    check_open(app)
    period, now = period_of(kind, day), app.clock()
    with app.ledger.read() as books:
        edition = books.reports.last_edition(kind, period.start) + 1
        last = books.reports.find(kind, period.start, edition - 1)
        facts = facts_of(books, period)
        if kind == "day" and period.end <= now:
            facts = replace(facts, seal=books.chains.seal(period.start, period.end)[0])
    made = reports.make(
        kind,
        facts,
        app.plan,
        made_at=now,
        late=late,
        drill=app.ledger.drill,
        edition=edition,
        folder=folder or app.home.reports,
        replace=True,  # of an edition that a crash left unrecorded
        revise=partial(revising.revision, app, last) if last else None,
    )
    kept = revising.keep(app, made.docx.stem, made.figures)
    if app.plan.papers.pdf:
        made = _with_pdf(made)
    with app.ledger.write() as books:
        books.reports.record(
            Edition(
                kind=kind,
                period_start=period.start,
                edition=edition,
                made_at=now,
                late=late,
                files=_files(made),
                kept=kept,
            )
        )
    return made


def _with_pdf(made: "MadeReport") -> "MadeReport":
    """The paper itself does not wait for LibreOffice: without a PDF it is finished all the same."""
    from tingxue.reports.pdf import make_pdf

    try:
        return replace(made, pdf=make_pdf(made.docx))
    except PaperError as error:
        _log.warning("%s", error)
        return made


def _files(made: "MadeReport") -> tuple[tuple[str, str], ...]:
    files = (made.docx.name, made.docx_sha256), (made.xlsx.name, made.xlsx_sha256)
    if made.pdf is None:
        return files
    return (*files, (made.pdf.name, hashlib.sha256(made.pdf.read_bytes()).hexdigest()))


def missing(app: App) -> list[tuple[PeriodKind, date, bool]]:
    """(kind, a day of the period, late) of the papers that should be there by now and are not:
    08:30 after each day, Monday 08:30 after each week, back to the first mention or 7 days."""
    now = app.clock()
    wanted: list[tuple[PeriodKind, date, bool]] = []
    with app.ledger.read() as books:
        first = books.mentions.first_seen()
        for ago in range(_LOOK_BACK_DAYS, -1, -1):
            today = shanghai_day(now) - timedelta(days=ago)
            due = _due(today)
            if due > now or first is None:
                continue
            kinds: tuple[PeriodKind, ...] = ("day", "week") if today.weekday() == 0 else ("day",)
            for kind in kinds:
                period = last_finished(kind, due)
                if period.end > first and not books.reports.last_edition(kind, period.start):
                    wanted.append((kind, period.first_day, now - due > _LATE_AFTER))
    return wanted


def _due(day: date) -> datetime:
    return at_shanghai(day, DUE_HOUR, DUE_MINUTE)


def make_by_hand(
    app: App, kind: PeriodKind, day: date, *, folder: Path | None = None
) -> "MadeReport":
    """What ``make`` does, for a person who asks. Raises Conflict while another paper is being
    made: two at once would take the same number and write over one another's files."""
    with _ours(app):
        return make(app, kind, day, folder=folder)


def make_asked(app: App, kind: PeriodKind, day: date, *, seen: int, by: Actor) -> int:
    """Make the edition after ``seen``, which is the last that the person knows of; audited. The
    number of the last edition there is then: asking twice makes one. Raises InputError for a
    period that is not over or before all data, Conflict while another paper is being made."""
    period, now = period_of(kind, day), app.clock()
    with app.ledger.read() as books:
        first = books.mentions.first_seen()
    if period.end > now:
        raise InputError("这一期还没有过完，只能预览，不能编发")
    if first is None or period.end <= first:
        raise InputError("那时还没有数据，不能编发；请选后面的日期")
    with _ours(app):
        with app.ledger.read() as books:
            last = books.reports.last_edition(kind, period.start)
        if last > seen:
            return last
        made = make(app, kind, day)
        with app.ledger.write() as books:
            books.audit.write(app.clock(), by, "report", made.docx.stem, "值守台编发")
    return last + 1


@contextmanager
def _ours(app: App) -> Iterator[None]:
    with alone(app) as mine:
        if not mine:
            raise Conflict("另一份报告正在编制，请一分钟后再看")
        yield


@contextmanager
def alone(app: App) -> Iterator[bool]:
    """Whether nobody else makes papers, on this machine or on another. Raises LedgerError on an
    archive."""
    check_open(app)
    with (
        disk.alone(app.home.path / ".papers.lock") as here,
        app.ledger.alone("papers") as everywhere,
    ):
        yield here and everywhere


def make_missing(app: App) -> "list[MadeReport]":
    """Make every paper that is due and that nobody else is making."""
    with alone(app) as mine:
        wanted = missing(app) if mine else []
        return [make(app, kind, day, late=late) for kind, day, late in wanted]
