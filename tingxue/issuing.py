"""Finished papers to their readers at the set hours: by mail with the files, elsewhere in figures.

Each receiver's delivery goes through the outbox and is followed like an alert. What was missed
while the program was down is sent at the next start and marked 补发. That a paper was sent is noted
in the transaction that queues it, so none is queued twice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from alerts import papers
from alerts.routing import channels_for
from domain.times import at_shanghai, on_screen, shanghai_day
from ledger.lines import Line
from ledger.reports import Edition
from tingxue import reporting, revising
from tingxue.app import App
from tingxue.counting import Period, PeriodKind, last_finished
from tingxue.telling import tell

NAMES = {"day": "日报", "week": "周报"}
LATE_AFTER = timedelta(minutes=30)
LOOK_BACK_DAYS = 7
MAIL = "mail"
"""The kind of channel that takes files along."""
_ATTACHED = (".docx", ".xlsx", ".pdf")
_BEGUN = "papers"
_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A paper whose hour has come and that was not sent yet."""

    kind: PeriodKind
    period: Period
    at: datetime

    @property
    def line(self) -> str:
        """The name under which it is noted that it was sent."""
        return f"paper {self.kind} {self.period.first_day}"


def issue_due(app: App) -> int:
    """Queue every paper that is due and that lies on this machine; how many."""
    if not app.plan.papers.to:
        return 0
    _begin(app)
    with reporting.alone(app) as mine:
        return sum(_issue(app, one) for one in due(app)) if mine else 0


def due(app: App) -> list[Due]:
    """What is due and not sent, oldest first; nothing before ``issue_due`` looked for the first
    time."""
    with app.ledger.read() as books:
        begun = books.lines.last(_BEGUN)
        hours = _hours(app, begun.day) if begun else ()
        return [one for one in hours if books.lines.last(one.line) is None]


def unsent(app: App) -> list[str]:
    """Names of the papers that should have gone out by now, more than ``LATE_AFTER`` ago."""
    if not app.plan.papers.to:
        return []
    late = [one for one in due(app) if app.clock() - one.at > LATE_AFTER]
    with app.ledger.read() as books:
        first = books.mentions.first_seen()
    wanted = [one for one in late if first is not None and one.period.end > first]
    return [f"{NAMES[one.kind]} {_when(one.period)}" for one in wanted]


def _begin(app: App) -> None:
    """The very first look notes the day after which papers are sent, its own or, while its hour has
    not passed, the day before: nobody wants a week's old papers because an address is new."""
    now, spec = app.clock(), app.plan.papers
    with app.ledger.read() as books:
        if books.lines.last(_BEGUN) is not None:
            return
    today, hour = shanghai_day(now), min(spec.day_at, spec.week_at)
    over = now >= at_shanghai(today, hour.hour, hour.minute)
    day = today if over else today - timedelta(days=1)
    with app.ledger.write() as books:
        noted = books.lines.last(_BEGUN) or Line(day=day, times=0, steady=0.0, machine="")
        books.lines.said(_BEGUN, noted)


def _hours(app: App, begun: date) -> Iterator[Due]:
    """Every hour that has come since, at most a week back."""
    now = app.clock()
    for ago in range(LOOK_BACK_DAYS, -1, -1):
        today = shanghai_day(now) - timedelta(days=ago)
        kinds: tuple[PeriodKind, ...] = ("day", "week") if today.weekday() == 0 else ("day",)
        for kind in kinds if today > begun else ():
            hour = app.plan.papers.day_at if kind == "day" else app.plan.papers.week_at
            at = at_shanghai(today, hour.hour, hour.minute)
            if at <= now:
                yield Due(kind=kind, period=last_finished(kind, at), at=at)


def _issue(app: App, one: Due) -> bool:
    """Whether it was queued now: its newest edition, as it was printed."""
    with app.ledger.read() as books:
        number = books.reports.last_edition(one.kind, one.period.start)
        edition = books.reports.find(one.kind, one.period.start, number)
    paper = _headline(app, edition, one) if edition else None
    if edition is None or paper is None:
        return False
    files, left_out = _files(app, edition)
    late = app.clock() - one.at > LATE_AFTER
    with app.ledger.write() as books:
        if books.lines.last(one.line) is not None:
            return False
        note = Line(day=shanghai_day(app.clock()), times=1, steady=0.0, machine="")
        books.lines.said(one.line, note)
        for receiver in app.plan.papers.to:
            for way, over in _ways(app, receiver):
                taken = files if way == MAIL else ()
                text = papers.issued(
                    paper, files=[name for name, _ in taken], link=_link(app, one, edition),
                    left_out=left_out if way == MAIL else "", late=late, drill=app.ledger.drill,
                )  # fmt: skip
                occasion = (one.line, way, receiver)
                tell(app, books, receiver, "paper", text, occasion, channels=over, files=taken)
    return True


def _ways(app: App, receiver: str) -> Iterator[tuple[str, Sequence[str]]]:
    """The receiver's channels in two ways, each with its own delivery: by mail, and in words."""
    over = channels_for(app.plan, receiver)
    mails = [name for name in over if app.plan.channels[name].kind == MAIL]
    words = [name for name in over if name not in mails]
    if mails:
        yield MAIL, mails
    if words:
        yield "words", words


def _files(app: App, edition: Edition) -> tuple[Sequence[tuple[str, str]], str]:
    """(name, sha256) of what is attached, in the order of the paper's files as far as the bound
    reaches, and what is to be said of the rest."""
    room, taken = app.plan.papers.attach_mb << 20, []
    left = []
    for name, digest in edition.files:
        size = (app.home.reports / name).stat().st_size
        if name.endswith(_ATTACHED) and size <= room:
            taken.append((name, digest))
            room -= size
        else:
            left.append(name)
    bound = f"（邮件附件上限 {app.plan.papers.attach_mb} MB）"
    return taken, f"{'、'.join(left)} 太大，没有附上{bound}" if left else ""


def _headline(app: App, edition: Edition, one: Due) -> papers.Headline | None:
    """From the figures it was printed with; None where those or its files are not here: then the
    machine that made it sends it."""
    from tingxue.reports.casework import category_name

    figures = revising.kept(app, edition, one.period)
    if figures is None or not all((app.home.reports / n).exists() for n, _ in edition.files):
        return None

    def value(key: str) -> int:
        return int(figures[key].value)

    top = [f for f in figures.under("category") if f.value][:_MOST]
    return papers.Headline(
        name=f"舆情{NAMES[one.kind]}", when=_when(one.period), edition=edition.edition,
        made=on_screen(edition.made_at), last="前一日" if one.kind == "day" else "上周",
        mentions=(value("mentions"), value("mentions.previous")),
        complaints=(value("complaints"), value("complaints.previous")),
        most=[(category_name(f.key.partition(".")[2], app.plan), int(f.value)) for f in top],
        new=value("cases.new"), closed=value("cases.closed"), open=value("cases.open"),
        overdue=value("duties.overdue"), gaps=value("sources.down") + value("sources.silent"),
    )  # fmt: skip


def _when(period: Period) -> str:
    first, last = period.first_day, period.last_day
    if period.kind == "day":
        return f"{first.month}月{first.day}日"
    year, number = period.issue
    return f"{year}年第{number}期（{first.month}月{first.day}日至{last.month}月{last.day}日）"


def _link(app: App, one: Due, edition: Edition) -> str:
    base = app.plan.desk.base_url
    return f"{base}/reports/{one.kind}/{one.period.first_day}/{edition.edition}" if base else ""
