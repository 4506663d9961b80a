"""How often a phone rings: messages per person, by day and by night, in the demo week.

The demo is played minute by minute, so that reminders come when they are due and digests when their
minute is over, over channels that have a group robot's pace. What was accepted is counted in the
outbox, a digest as one message, and given to the person whom the roster names for the receiver.
Baseline, of the same week: one message for each report of a case and each of its receivers, and no
reminders at all.

The week's reports come in files, so that many share a digest. The last figure is reckoned and not
played: the same messages, had each report come when it was published; beside it without the wait
of blue copies (``copies_minutes``).
"""

import logging
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy import and_, func, select

from alerts.messages import FOR_INFORMATION, task_of
from alerts.roster import on_duty
from alerts.routing import not_before
from config.channels import RINGS
from domain.times import shanghai
from domain.types import Level
from ledger import schema
from tingxue import pipeline
from tingxue.app import App
from tingxue.demo import runner, script, week
from tingxue.home import home_at

NIGHT = (22.0, 7.5)
"""Hours, in Changchun; a night is named after its evening."""
DAILY, NIGHTLY = 20, 3
"""Nobody should get more in a day, and more that is neither 红 nor 橙 in a night."""
A_MINUTE = timedelta(minutes=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
LOOK = 5 if os.environ.get("TINGXUE_BENCH_SMALL") else 1
"""Minutes between two looks at what is due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """One message that reached one person."""

    person: str
    at: datetime
    level: Level | None
    purpose: str

    @property
    def night(self) -> bool:
        """Between 22:00 and 07:30."""
        local = shanghai(self.at)
        hour = local.hour + local.minute / 60
        return hour >= NIGHT[0] or hour < NIGHT[1]

    @property
    def day(self) -> date:
        """The day, or the evening of the night."""
        return (shanghai(self.at) - timedelta(hours=NIGHT[1])).date()

    @property
    def urgent(self) -> bool:
        """红 or 橙."""
        return self.level in (Level.RED, Level.ORANGE)


def figures() -> Iterator[dict[str, object]]:
    """The busiest person's day and night, the mean, and all messages, beside the baseline."""
    with tempfile.TemporaryDirectory() as folder:
        with runner.stage(home_at(Path(folder) / "demo")) as stage:
            _play(stage)
            ours, plain = list(_rings(stage.app)), list(_ungrouped(stage.app))
            single, hasty = (list(_one_by_one(stage.app, wait=wait)) for wait in (True, False))
    yield from _compared("messages in the week", len(ours), len(plain), "messages")
    for name, mine, theirs, night in (
        ("a day, reports one by one", single, hasty, False),
        ("a day", ours, plain, False),
        ("a day, neither 红 nor 橙", _calm(ours), _calm(plain), False),
        ("a night", ours, plain, True),
        ("a night, neither 红 nor 橙", _calm(ours), _calm(plain), True),
    ):
        counts, others = _by_day(mine, night=night), _by_day(theirs, night=night)
        most, base = max(counts.values(), default=0), max(others.values(), default=0)
        said = _busiest(mine, counts, night=night)
        yield from _compared(f"most to one person in {name}", most, base, "messages", said)
    people, days = len({ring.person for ring in ours}), 7
    yield from _compared(
        "mean of a person and day", len(ours) / people / days, len(plain) / people / days,
        "messages", f"{people} people",
    )  # fmt: skip


def _compared(
    name: str, value: float, base: float, unit: str, said: str = ""
) -> Iterator[dict[str, object]]:
    yield {
        "bench": "calm", "name": name, "value": value, "unit": unit, "baseline": base,
        "ratio": value / base if base else None,
        "conditions": f"demo week; {said}" if said else "demo week",
    }  # fmt: skip


def _play(stage: runner.Stage) -> None:
    """The week, with looks at what is due between the steps of its script."""
    logging.getLogger("alerts").setLevel(logging.CRITICAL)  # its robot fails on purpose
    channels = {n: replace(spec, pace=RINGS) for n, spec in stage.app.plan.channels.items()}
    stage.app = replace(stage.app, plan=replace(stage.app.plan, channels=channels))
    before = 0
    for minute in sorted({step.at for step in script.steps()} | {runner.END}):
        for between in range(before + LOOK, minute, LOOK):
            stage.moment.now = week.moment(runner.START, between)
            pipeline.chase(stage.app)
            pipeline.notify(stage.app)
        runner.through(stage, minute)
        before = minute


def _rings(app: App) -> Iterator[Ring]:
    """Every message that a channel accepted: an attempt, with the gravest alert it carried."""
    a, d, t = schema.alerts.c, schema.deliveries.c, schema.attempts.c
    query = (
        select(t.delivery_id, t.finished_at, d.receiver, a.level, a.purpose)
        .join(schema.deliveries, func.coalesce(d.digest, d.delivery_id) == t.delivery_id)
        .join(schema.alerts, a.alert_id == d.alert_id)
        .where(t.outcome == "ok")
        .order_by(t.delivery_id, d.turn, a.created_at)
    )
    with app.ledger.read() as books:
        rows = books.connection.execute(query).all()
    for _, (first, *_others) in groupby(rows, key=lambda row: row[0]):
        _, at, receiver, level, purpose = first
        person = _person(app, receiver, at)
        yield Ring(person=person, at=at, level=Level(level) if level else None, purpose=purpose)


def _one_by_one(app: App, *, wait: bool) -> Iterator[Ring]:
    """Every message, new cases at the time their first report was published; in one digest only
    what is then due within a minute. ``wait``: copies of 蓝 go at the half hour, as configured."""
    a, d, c, m = (
        table.c
        for table in (schema.alerts, schema.deliveries, schema.case_mentions, schema.mentions)
    )
    query = (
        select(d.receiver, a.level, a.purpose, a.body, a.created_at, m.published_at)
        .distinct()
        .join(schema.alerts, a.alert_id == d.alert_id)
        .join(schema.case_mentions, and_(c.case_id == a.case_id, c.position == 0))
        .join(schema.mentions, m.mention_id == c.mention_id)
        .where(d.stands_for == "")
    )
    with app.ledger.read() as books:
        rows = books.connection.execute(query).all()
    found = []
    for receiver, level, purpose, body, created, published in rows:
        at = published if purpose == "new" and published else created
        copied = wait and task_of(body) == FOR_INFORMATION
        due = not_before(app.plan, Level(level), at, copied=copied)
        found.append(Ring(person=_person(app, receiver, due), at=due, level=Level(level),
                          purpose=purpose))  # fmt: skip
    last: dict[str, datetime] = {}
    for ring in sorted(found, key=lambda ring: ring.at):
        if not ring.urgent and ring.at - last.get(ring.person, _LONG_AGO) < A_MINUTE:
            continue
        if not ring.urgent:
            last[ring.person] = ring.at
        yield ring


def _person(app: App, receiver: str, at: datetime) -> str:
    """Who holds the phone; a title or a shared phone stands for whoever has it."""
    shift = on_duty(app.roster().shifts, receiver, at, app.terms.calendar)
    return shift.person if shift else receiver


def _ungrouped(app: App) -> Iterator[Ring]:
    rules = app.plan.levels
    with app.ledger.read() as books:
        for case_id in books.cases.list_ids():
            case = books.cases.get(case_id)
            owing = [o.department for o in case.obligations if not o.transferred_to]
            told = dict.fromkeys((*owing, *rules.always_copied, *rules.rules[case.level].receivers))
            for mention in books.mentions.many(case.mention_ids):
                for receiver in told:
                    at = mention.first_seen_at
                    person = _person(app, receiver, at)
                    yield Ring(person=person, at=at, level=case.level, purpose="new")


def _busiest(rings: Sequence[Ring], counts: Counter[tuple[str, date]], *, night: bool) -> str:
    """Who got the most, when, and what these messages were about."""
    if not counts:
        return "nobody"
    who = max(counts, key=lambda key: counts[key])
    his = [ring for ring in rings if (ring.person, ring.day, ring.night) == (*who, night)]
    kinds = Counter(f"{ring.purpose} {ring.level or '-'}" for ring in his).most_common(4)
    return f"{who[0]} {who[1]}: {', '.join(f'{count} {kind}' for kind, count in kinds)}"


def _calm(rings: Sequence[Ring]) -> list[Ring]:
    return [ring for ring in rings if not ring.urgent]


def _by_day(rings: Sequence[Ring], *, night: bool) -> Counter[tuple[str, date]]:
    return Counter((ring.person, ring.day) for ring in rings if ring.night is night)
