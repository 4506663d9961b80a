"""The clock is set, or the program was down: nothing is missed, doubled, or much delayed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from blankledger import open_blank
from contracts.outbox_contract import NOW, RETRY, UNKNOWN, after, an_alert
from fakes import FakeClock, ScriptedChannel
from sqlalchemy import select
from world import MONDAY, World

from alerts.dispatcher import dispatch
from alerts.routing import deliveries_for
from domain.plan import Pace
from domain.times import at_shanghai
from domain.types import Level, SendResult, SourceRun
from ledger import schema
from ledger.engine import Ledger
from tingxue import collecting, pipeline, reporting

pytestmark = pytest.mark.full

STEPS = (60, -60, 3600, -3600, 86400, -86400)
OK = SendResult(outcome="ok")
PACES = {"first": Pace(per_minute=20, reserve=2, digest_seconds=60)}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(open_blank(tmp_path / "ledger.db", NOW)) as found:
        yield found


@dataclass
class Timed:
    """A channel that keeps when, by the clock that nobody sets, each message was accepted."""

    answers: Sequence[SendResult]
    steady: float = 0.0
    accepted: dict[str, list[float]] = field(default_factory=dict)
    sent: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._inner = ScriptedChannel(self.answers)

    def send(self, delivery):  # type: ignore[no-untyped-def]
        self.sent.append(self.steady)
        result = self._inner.send(delivery)
        if result.outcome == "ok":
            for one in [m.alert for m in delivery.digest] or [delivery.alert]:
                self.accepted.setdefault(one.alert_id, []).append(self.steady)
        return result


def played(ledger: Ledger, step: int) -> Timed:
    """Ten minutes of alerts by a failing robot, looked at every second; the clock is set after
    four, while something waits for each kind of reason."""
    rng, clock = Random(5), FakeClock(NOW)
    channel = Timed([rng.choice([OK, OK, OK, RETRY, UNKNOWN]) for _ in range(400)])
    outbox = ledger.paced(PACES, lambda _alert, _receiver: ())
    number = 0
    for second in range(1_500):
        channel.steady = float(second)
        clock.now = after(second + (step if second >= 240 else 0))
        outbox.follow_clock(clock.now, channel.steady, "one start of one machine")
        if second < 600 and second % 8 == 0:
            level = (Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE)[number % 4]
            alert = replace(an_alert(number), level=level, case_id=f"LHS-{number}",
                            created_at=clock.now)  # fmt: skip
            with ledger.write() as books:
                books.queue(alert, deliveries_for(alert, f"部门{number % 3}", ["first"]))
            number += 1
        dispatch(outbox, {"first": channel}, clock=clock, rng=rng)
    return channel


@pytest.mark.parametrize("step", STEPS)
def test_a_clock_that_is_set_delays_no_message_and_doubles_none(
    tmp_path: Path, ledger: Ledger, step: int
) -> None:
    with closing(open_blank(tmp_path / "calm.db", NOW)) as other:
        calm = played(other, 0)
    channel = played(ledger, step)
    assert channel.accepted.keys() == calm.accepted.keys()
    assert len(channel.accepted) == 75
    assert all(len(moments) == 1 for moments in channel.accepted.values())
    late = [moments[0] - calm.accepted[name][0] for name, moments in channel.accepted.items()]
    assert max(late) <= 30
    minute = [sum(0 <= b - a < 60 for b in channel.sent) for a in channel.sent]
    assert max(minute) <= 20


def test_a_send_in_progress_is_not_taken_over_because_the_clock_was_set(ledger: Ledger) -> None:
    for step in STEPS:
        alert = replace(an_alert(step), created_at=NOW)
        with ledger.write() as books:
            books.queue(alert, deliveries_for(alert, "住建局", ["first"]))
        ledger.outbox.follow_clock(NOW, 0.0, "m")
        [claimed] = ledger.outbox.claim(NOW, 45, 1)
        ledger.outbox.follow_clock(after(10 + step), 10.0, "m")
        assert ledger.outbox.claim(after(40 + step), 45, 1) == []
        [heir] = ledger.outbox.claim(after(46 + step), 45, 1)
        ledger.outbox.finish(heir, OK, after(47 + step), None)
        ledger.outbox.follow_clock(NOW, 47.0, "m")
        assert claimed.delivery_id == heir.delivery_id


def test_a_step_is_followed_once_whoever_sees_it(ledger: Ledger) -> None:
    assert ledger.outbox.follow_clock(NOW, 100.0, "m") == 0.0
    assert ledger.outbox.follow_clock(after(-3600), 100.0, "m") == -3600.0
    assert ledger.outbox.follow_clock(after(-3599), 101.0, "m") == 0.0
    assert ledger.outbox.follow_clock(after(-3597), 102.0, "m") == 0.0  # a second's correction
    assert ledger.outbox.follow_clock(after(0), 5.0, "restarted") == 0.0


def test_what_waits_for_the_morning_still_does(ledger: Ledger) -> None:
    alert = replace(an_alert(1), level=Level.BLUE, case_id="LHS-1")
    morning = after(8 * 3600)
    with ledger.write() as books:
        books.queue(alert, deliveries_for(alert, "住建局", ["first"], due=morning))
    ledger.outbox.follow_clock(NOW, 0.0, "m")
    ledger.outbox.follow_clock(after(3600), 0.0, "m")
    with ledger.engine.connect() as db, db.begin():
        assert db.scalar(select(schema.deliveries.c.next_at)) == morning


# --- people's moments: papers, reminders


def test_an_outage_over_half_past_eight_makes_each_paper_once(world: World) -> None:
    world.clock.now = at_shanghai(date(2026, 11, 24), 6)
    world.say(1, ["parking"])
    world.clock.now = at_shanghai(date(2026, 11, 25), 8)
    assert _new(world) == []
    world.clock.now = at_shanghai(date(2026, 11, 25), 14)  # six hours later
    assert [(made.late, made.kind) for made in _new(world)] == [(True, "day")]
    for step in STEPS:
        world.clock.move(step)
        reporting.make_missing(world.app)
    assert max(Counter((one.kind, one.period_start) for one in _papers(world)).values()) == 1


def _papers(world: World):  # type: ignore[no-untyped-def]
    with world.app.ledger.read() as books:
        return list(books.connection.execute(select(schema.reports)))


def _new(world: World):  # type: ignore[no-untyped-def]
    before = _papers(world)
    reporting.make_missing(world.app)
    return [one for one in _papers(world) if one not in before]


@pytest.mark.parametrize("step", STEPS)
def test_each_reminder_comes_once_however_the_clock_is_set(world: World, step: int) -> None:
    case_id = world.say(1, ["taxi_refusal"], urgency="orange")
    for minute in range(40):
        pipeline.chase(world.app)
        world.clock.move(60)
        if minute in (5, 20):
            world.clock.move(step)
            pipeline.chase(world.app)
            world.clock.move(-step if minute == 20 else 0)
    world.clock.now = max(world.clock.now, MONDAY + timedelta(hours=2))
    pipeline.chase(world.app)
    with world.app.ledger.read() as books:
        steps = [(e.department, str(e.data["step"])) for e in books.cases.events(case_id)
                 if e.action in ("remind", "escalate")]  # fmt: skip
    assert len(steps) == len(set(steps))
    assert steps


def test_a_source_is_run_again_after_the_clock_was_set_back(world: World) -> None:
    spec = next(spec for spec in world.app.plan.sources if spec.enabled)
    run = SourceRun(run_id="r", source=spec.name, started_at=world.clock() + timedelta(days=1))
    with world.app.ledger.write() as books:
        books.runs.begin(run)
    assert spec.name in {one.name for one in collecting.due(world.app)}
