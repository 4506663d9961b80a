"""Surges: more people than usual speak of one thing, and 宣传部 and the lead department hear of it.

What is usual is learned from the ledger's own last weeks (``nlp.surges``). The counts are cheap and
coarse; what stands out in them is looked at text by text, near-duplicates removed, before anything
rings. A surge is a row of the ledger from its first ring until it is over, and rings again only
when it becomes worse; one that another surge explains (the same texts, counted by platform) is
silent. A moment that nobody looked at is judged afterwards, and rings if it is still news.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts import surges as messages
from alerts.routing import not_before
from alerts.surges import Example, SurgeBrief
from domain.alarms import Heard, Series, SeriesKind, SurgeRecord, Voice
from domain.errors import ConfigError, TingxueError
from domain.plan import Category, SurgeRule
from domain.types import Role
from ledger.books import Books
from nlp import surges
from nlp.events import Events
from nlp.events import Heard as Report
from nlp.surges import HOUR
from tingxue.app import App
from tingxue.telling import tell

LOG = logging.getLogger(__name__)

_TONES = (SeriesKind.TONE_AT, SeriesKind.TONE_ON)
_ORDER = (SeriesKind.COMPLAINT, SeriesKind.PLATFORM, *_TONES)
_EXAMPLES = 3
_LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What can be judged at a moment. hours: whole hours of history. sights: of the platforms that
    count, when each was first heard; a new one is no surge."""

    now: datetime
    hours: int
    sights: Mapping[str, datetime]

    @property
    def since(self) -> datetime:
        """The beginning of the oldest hour."""
        return self.now - self.hours * HOUR

    @property
    def platforms(self) -> tuple[str, ...]:
        """Those that count."""
        return tuple(sorted(self.sights))

    def of(self, series: Series) -> "Span":
        """The same for one series: before its platform was heard at all nothing was usual."""
        if series.kind not in (SeriesKind.PLATFORM, SeriesKind.TONE_ON):
            return self
        heard = (self.now - self.sights[series.what]) // HOUR
        return replace(self, hours=min(self.hours, heard))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A surge as it stands now. voices: every report of it, oldest first. usual: of a tone, the
    usual share of negative voices; of_all: how many voices there were."""

    series: Series
    step: str
    began: datetime
    last: datetime
    voices: tuple[Voice, ...]
    expected: float
    chance: float
    top: tuple[datetime, int, float] | None = None
    usual: float = 0.0
    of_all: int = 0

    @property
    def people(self) -> int:
        """Distinct authors."""
        return len({voice.author for voice in self.voices})


def span(app: App, books: Books) -> Span:
    """What is known now."""
    now, rule = app.clock(), app.plan.levels.surges
    sights = books.voices.first_sights()
    born, warm_up = min(sights.values(), default=now), rule.warm_up_hours * HOUR

    def counts(first: datetime) -> bool:
        """Heard from the beginning, or for the week that what is usual lately is learned from."""
        return now - first >= (warm_up if first - born <= warm_up else max(warm_up, _LATELY))

    return Span(
        now=now,
        hours=max(0, min((now - born) // HOUR, rule.history_days * 24)),
        sights={name: first for name, first in sights.items() if counts(first)},
    )


def ring(app: App) -> int:
    """Look once, and ring what is new or worse; how many did. One surge stops no other: the first
    error is raised when all had their turn."""
    with app.ledger.read() as books:
        standing = _standing(app, books)
        open_now = books.alarms.surges()
    rung, failed = 0, None
    for one in _unexplained(standing, {record.series for record in open_now}):
        try:
            rung += _record(app, one)
        except TingxueError as error:
            LOG.error("突增暂不能通知，改正后会自动重试：%s", error)
            failed = failed or error
    _close(app, open_now)
    if failed is not None:
        raise failed
    return rung


# --- what stands out


def _standing(app: App, books: Books) -> list[Standing]:
    """Everything that stands out, looked at text by text."""
    rule, known = app.plan.levels.surges, span(app, books)
    if known.hours <= rule.warm_up_hours:
        return []
    near = known.now - max(rule.news_hours, rule.tone_hours) * HOUR
    lately = books.voices.hourly(near, known.now, known.platforms)
    suspects = _suspects(lately, rule)
    if not suspects:  # nearly always: the weeks before need not be read
        return []
    found = []
    for series, hours in _by_series(
        books.voices.hourly(known.since, known.now, known.platforms), suspects
    ):
        own = known.of(series)
        if _stands_out(series, *_counts(hours, own.hours), own, rule):
            voices = books.voices.of(series, own.since, own.now, own.platforms)
            one = _looked_at(series, _cleaned(series, voices), own, rule)
            found += [one] if one else []
    return found


def _suspects(lately: Sequence[Heard], rule: SurgeRule) -> set[Series]:
    """Series with enough voices for any surge at all."""
    voices: dict[Series, int] = defaultdict(int)
    for hour in lately:
        voices[hour.series] += hour.negative if hour.series.kind in _TONES else hour.voices
    return {
        series
        for series, many in voices.items()
        if many >= (rule.tone_people if series.kind in _TONES else rule.least_people)
    }


def _by_series(heard: Sequence[Heard], wanted: set[Series]) -> Iterator[tuple[Series, list[Heard]]]:
    hours: dict[Series, list[Heard]] = {series: [] for series in wanted}
    for hour in heard:
        if hour.series in hours:
            hours[hour.series].append(hour)
    yield from sorted(hours.items(), key=lambda item: (item[0].kind, item[0].what, item[0].place))


def _counts(heard: Sequence[Heard], hours: int) -> tuple[list[int], list[int]]:
    """Voices and negative voices by the hour, the oldest first."""
    voices, negative = [0] * hours, [0] * hours
    for hour in heard:
        if hour.ago < hours:
            voices[hours - 1 - hour.ago] = hour.voices
            negative[hours - 1 - hour.ago] = hour.negative
    return voices, negative


def _stands_out(
    series: Series, voices: Sequence[int], negative: Sequence[int], known: Span, rule: SurgeRule
) -> bool:
    if series.kind in _TONES:
        return surges.tone(voices, negative, rule) is not None
    return surges.latest(voices, known.since, rule) is not None


def _cleaned(series: Series, voices: Sequence[Voice]) -> list[Voice]:
    """Without the near-duplicates of earlier ones."""
    events, about = Events(), (f"{series.kind}:{series.what}:{series.place}",)
    kept = []
    for voice in voices:
        report = Report(
            report_id=voice.mention_id, text=voice.text, subjects=about, at=voice.at
        )  # fmt: skip
        if events.add(report) == voice.mention_id:
            kept.append(voice)
    return kept


def _looked_at(
    series: Series, voices: Sequence[Voice], known: Span, rule: SurgeRule
) -> Standing | None:
    """The same judgement on the texts that are left."""
    by_hour: list[set[str]] = [set() for _ in range(known.hours)]
    bad_by_hour: list[set[str]] = [set() for _ in range(known.hours)]
    for voice in voices:
        ago = (known.now - voice.at) // HOUR
        if ago < known.hours:
            by_hour[-1 - ago].add(voice.author)
            if voice.negative:
                bad_by_hour[-1 - ago].add(voice.author)
    counts, bad = [len(one) for one in by_hour], [len(one) for one in bad_by_hour]
    if series.kind in _TONES:
        return _tone(series, voices, counts, bad, known, rule)
    surge = surges.latest(counts, known.since, rule)
    if surge is None:
        return None
    one = Standing(
        series=series, step=surge.kind, began=surge.began, last=surge.last + HOUR,
        voices=tuple(voice for voice in voices if voice.at >= surge.began),
        expected=surge.expected, chance=surge.top.chance,
        top=(surge.top.at, surge.top.seen, surge.top.expected),
    )  # fmt: skip
    return one if one.people >= rule.least_people else None


def _tone(
    series: Series, voices: Sequence[Voice], counts: Sequence[int], bad: Sequence[int],
    known: Span, rule: SurgeRule,
) -> Standing | None:  # fmt: skip
    tone = surges.tone(counts, bad, rule)
    if tone is None:
        return None
    began = known.now - rule.tone_hours * HOUR
    one = Standing(
        series=series, step="warn", began=began, last=known.now,
        voices=tuple(voice for voice in voices if voice.at >= began and voice.negative),
        expected=tone.usual * tone.voices, chance=tone.chance, usual=tone.usual,
        of_all=tone.voices,
    )  # fmt: skip
    return one if one.people >= rule.tone_people else None


def _unexplained(standing: Sequence[Standing], ringing: set[Series]) -> list[Standing]:
    """Without those whose texts are mostly another one's: the complaint that is named best rings.
    What rings already goes on."""
    told: set[str] = set()
    kept = []
    for one in sorted(standing, key=lambda s: (_ORDER.index(s.series.kind), s.chance)):
        own = {voice.mention_id for voice in one.voices}
        if one.series in ringing or 2 * len(own & told) < len(own):
            kept.append(one)
            told |= own
    return kept


# --- what is written and said


def _record(app: App, one: Standing) -> int:
    """In one transaction: the surge as it stands, and, when it is new or worse, its messages."""
    with app.ledger.write() as books:
        before = next((r for r in books.alarms.surges() if r.series == one.series), None)
        record = _written(before, one)
        worse = before is None or before.step != record.step
        books.alarms.put_surge(record)
        if worse:
            _tell(app, books, one, record)
    return int(worse)


def _written(before: SurgeRecord | None, one: Standing) -> SurgeRecord:
    """What it has come to. It keeps its beginning, by which its messages are named, and never
    falls back: another process may have looked later than this one."""
    new = SurgeRecord(
        series=one.series, began_at=one.began, last_at=one.last, step=one.step,
        people=one.people, expected=one.expected,
    )  # fmt: skip
    if before is None:
        return new
    return replace(
        new,
        began_at=before.began_at,
        last_at=max(one.last, before.last_at),
        step="page" if "page" in (before.step, one.step) else "warn",
        people=max(one.people, before.people),
    )


def _close(app: App, records: Sequence[SurgeRecord]) -> None:
    """Those that are over; nobody is told, for the message said until when it counts."""
    quiet = timedelta(hours=app.plan.levels.surges.quiet_hours)
    now = app.clock()
    if any(now - record.last_at >= quiet for record in records):
        with app.ledger.write() as books:
            for record in books.alarms.surges():
                if now - record.last_at >= quiet:
                    books.alarms.end_surge(record, now)


def _tell(app: App, books: Books, one: Standing, record: SurgeRecord) -> None:
    rule, series = app.plan.levels.surges, one.series
    brief = _brief(app, books, one)
    level = rule.page if one.step == "page" else rule.warn
    receivers = [str(Role.PUBLICITY)]
    if series.kind is SeriesKind.COMPLAINT:
        receivers.append(_category(app, series.what).lead)
    for receiver in dict.fromkeys(receivers):
        occasion = ("surge", series.kind, series.what, series.place,
                    record.began_at.isoformat(), one.step, receiver)  # fmt: skip
        tell(
            app, books, receiver, "surge", messages.surge(brief, receiver), occasion,
            level=level, due=not_before(app.plan, level, app.clock()),
        )  # fmt: skip


def _brief(app: App, books: Books, one: Standing) -> SurgeBrief:
    cases = books.cases.by_mention([voice.mention_id for voice in one.voices])
    names = app.plan.platform_names
    newest: dict[str, Voice] = {voice.author: voice for voice in one.voices}
    shown = sorted(newest.values(), key=lambda voice: voice.at)[-_EXAMPLES:]
    return SurgeBrief(
        subject=subject(app, one.series), step=one.step, tone=one.series.kind in _TONES,
        people=one.people, expected=one.expected, began=one.began, until=app.clock(), top=one.top,
        of_all=one.of_all, cases=tuple(dict.fromkeys(cases.values())), filter=_filter(one.series),
        examples=tuple(
            Example(
                mention_id=v.mention_id, case_id=cases.get(v.mention_id, ""), text=v.text,
                source=names[v.platform], at=v.at,
            )
            for v in shown
        ),
        drill=app.ledger.drill,
    )  # fmt: skip


def subject(app: App, series: Series) -> str:
    """What a surge is about, in Chinese. Raises ConfigError for a category that is gone."""
    if series.kind is SeriesKind.COMPLAINT:
        return f"{_category(app, series.what).name}（{series.place or '地点未写明'}）"
    if series.kind is SeriesKind.PLATFORM:
        return f"{app.plan.platform_names[series.what]}上的投诉"
    where = series.place or f"{app.plan.platform_names[series.what]}上"
    return f"{where}的负面声音"


def _filter(series: Series) -> str:
    """The options of ``tingxue search`` that find the texts."""
    if series.kind is SeriesKind.COMPLAINT:
        place = f" --place {series.place}" if series.place else ""
        return f"--category {series.what}{place}"
    return f"--place {series.place}" if series.place else f"--platform {series.what}"


def _category(app: App, code: str) -> Category:
    if code not in app.plan.categories:
        raise ConfigError(file="taxonomy.yaml", key=code, reason="突增的类别，配置里没有")
    return app.plan.categories[code]
