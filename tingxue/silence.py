"""Silent sources: one that cannot be read any more, or that brings nearly nothing where it used to.

Blocked is told from empty by the outcome of its runs. How much is too little follows from
``expected_per_day`` and chance: the window is the shortest in which nothing at all would be
surprising. Hours in which this program did not run are not held against a source.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypedDict

from alerts import silence as messages
from alerts.routing import not_before
from domain.alarms import SilenceRecord
from domain.collection import RAISED
from domain.plan import ImportSpec, SilenceRule, SourceSpec
from domain.types import Role
from ledger.books import Books
from ledger.runs import Record
from nlp.surges import tail
from tingxue.app import App
from tingxue.names import OUTCOMES
from tingxue.telling import tell

LOG = logging.getLogger(__name__)

FAILING, QUIET = "failing", "quiet"
_CERTAIN = 10
"""A quiet source speaks again when what it brings is so many times likelier than the limit: else
one late find would end the alarm, and the next day begin it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How a source does. state: "" (well), FAILING or QUIET. since: when that began (UTC). seen of
    expected in ``days``; chance: of bringing so little (1 where none was reckoned). speaks: enough
    to end an alarm. judged: whether emptiness can be judged yet. record: its runs; None for an
    import."""

    source: str
    title: str
    state: str
    since: datetime
    seen: int = 0
    expected: float = 0.0
    days: int = 0
    chance: float = 1.0
    speaks: bool = True
    judged: bool = False
    record: Record | None = None


def window(per_day: float, rule: SilenceRule) -> int:
    """The fewest days in which nothing at all is less likely than the limit; 0 when not even the
    longest is: such a source is too quiet for anybody to miss it."""
    days = range(1, rule.longest_days + 1)
    return next((d for d in days if _few(0, d * per_day, rule) < rule.chance), 0)


def _few(seen: int, expected: float, rule: SilenceRule) -> float:
    """P(X <= seen) where so many are expected."""
    return max(0.0, 1.0 - tail(seen + 1, expected, rule.dispersion))


def pulses(app: App, books: Books) -> list[Pulse]:
    """Every source that can be missed and has been heard of before, in the order of config."""
    return list(_sources(app, books)) + list(_imports(app, books))


def _sources(app: App, books: Books) -> Iterator[Pulse]:
    for spec in app.plan.sources:
        record = books.runs.record(spec.name) if spec.enabled else None
        if record is not None:
            yield _live(app, books, spec, record)


def _live(app: App, books: Books, spec: SourceSpec, record: Record) -> Pulse:
    rule, now = app.plan.levels.silence, app.clock()
    base = Pulse(source=spec.name, title=spec.title, state="", since=now, record=record)
    failing = record.failing_since
    if failing is not None and now - failing >= timedelta(hours=rule.failing_hours):
        return replace(base, state=FAILING, since=failing, speaks=False)
    if record.succeeded_at is None:
        return replace(base, speaks=False)
    days = window(spec.expected_per_day, rule)
    start = record.succeeded_at - timedelta(days=days)
    unread = books.alarms.failed_until(spec.name, now)
    if not days or record.first_at > start or (unread is not None and unread > start):
        return base  # no whole window in which it could be read
    seen = books.runs.brought(spec.name, start)
    return _judged(base, seen, spec.expected_per_day, days, start, rule)


def _imports(app: App, books: Books) -> Iterator[Pulse]:
    """Nothing is expected before the first import."""
    rule, now = app.plan.levels.silence, app.clock()
    for spec in app.plan.imports:
        first = books.voices.first_import(spec.platform)
        if first is None:
            continue
        base = Pulse(source=spec.name, title=spec.title, state="", since=now)
        days = window(spec.expected_per_day, rule)
        start = now - timedelta(days=days)
        if not days or first > start:
            yield base
            continue
        seen = books.voices.imported(spec.platform, start)
        yield _judged(base, seen, spec.expected_per_day, days, start, rule)


def _judged(
    base: Pulse, seen: int, per_day: float, days: int, start: datetime, rule: SilenceRule
) -> Pulse:
    chance = _few(seen, per_day * days, rule)
    quiet = chance < rule.chance
    return replace(
        base, state=QUIET if quiet else "", since=start if quiet else base.since, seen=seen,
        expected=per_day * days, days=days, chance=chance, judged=True,
        speaks=chance >= rule.chance * _CERTAIN,
    )  # fmt: skip


def ring(app: App) -> int:
    """Look once; how many sources fell silent or speak again."""
    with app.ledger.read() as books:
        found = {pulse.source: pulse for pulse in pulses(app, books)}
        known = books.alarms.silences()
    rung = sum(
        _fallen(app, pulse) for pulse in found.values() if pulse.state and pulse.source not in known
    )
    for source, record in known.items():
        rung += _back(app, record, found.get(source))
    return rung


def _fallen(app: App, pulse: Pulse) -> int:
    """The first ring. Somebody else may have been faster: then nothing is said."""
    now = app.clock()
    with app.ledger.write() as books:
        if pulse.source in books.alarms.silences():
            return 0
        books.alarms.begin_silence(SilenceRecord(
            source=pulse.source, began_at=now, reason=pulse.state, told_at=now
        ))  # fmt: skip
        _tell(app, books, "silence", messages.fallen(said(app, pulse)), pulse.source, now)
    return 1


def _back(app: App, record: SilenceRecord, pulse: Pulse | None) -> int:
    """The last word on a silence. A source that was switched off, or left config, says none."""
    if pulse is not None and not (_speaks(pulse, record) and pulse.speaks):
        return 0
    now = app.clock()
    with app.ledger.write() as books:
        if not books.alarms.end_silence(record.source, now):
            return 0
        if pulse is not None:
            text = messages.back(said(app, pulse), record.began_at)
            _tell(app, books, "speaks", text, record.source, record.began_at)
    return int(pulse is not None)


def _speaks(pulse: Pulse, record: SilenceRecord) -> bool:
    """Whether it is well now, by a run that came after the alarm."""
    runs = pulse.record
    if pulse.state or (runs is not None and runs.failing_since is not None):
        return False
    return runs is None or (runs.succeeded_at is not None and runs.succeeded_at > record.told_at)


def _tell(
    app: App, books: Books, what: str, text: tuple[str, str], source: str, began: datetime
) -> None:
    level = app.plan.levels.silence.level
    tell(
        app, books, str(Role.PUBLICITY), "silence", text, (what, source, began.isoformat()),
        level=level, due=not_before(app.plan, level, app.clock()),
    )  # fmt: skip


def said(app: App, pulse: Pulse) -> messages.Silent:
    """A pulse in the words of people."""
    record = pulse.record
    outcome = record.outcome if record and pulse.state == FAILING else None
    return messages.Silent(
        title=pulse.title, failing=pulse.state == FAILING, since=pulse.since, now=app.clock(),
        seen=pulse.seen, expected=pulse.expected, days=pulse.days, outcome=outcome,
        cause=OUTCOMES[outcome] if outcome else "", imported=record is None,
        source=pulse.source, drill=app.ledger.drill, **_where(app, pulse.source),
    )  # fmt: skip


class _Where(TypedDict, total=False):
    platform: str
    window: bool


def _where(app: App, name: str) -> _Where:
    spec = next((one for one in app.plan.sources if one.name == name), None)
    if spec is None:
        return {}
    return {"platform": app.plan.platform_names[spec.platform], "window": spec.mode in RAISED}


def too_quiet(app: App) -> list[SourceSpec | ImportSpec]:
    """Those that are expected to bring so little that their silence cannot be noticed."""
    rule = app.plan.levels.silence
    watched: list[SourceSpec | ImportSpec] = [spec for spec in app.plan.sources if spec.enabled]
    watched += app.plan.imports
    return [spec for spec in watched if not window(spec.expected_per_day, rule)]
