"""What the ledger's outbox does beyond the contract: turns, paces, cool-downs, digests, stand-ins;
over several dispatchers, in threads and in processes, on one ledger.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import httpx
import pytest
from blankledger import open_blank
from contracts.ledger_contract import url_of
from contracts.outbox_contract import DEAD, NOW, OK, RETRY, UNKNOWN, a_delivery, after, an_alert
from fakes import FakeClock, ScriptedChannel
from sqlalchemy import select

from alerts.channels import wecom
from alerts.dispatcher import dispatch
from alerts.routing import deliveries_for
from domain.plan import ChannelSpec, Pace
from domain.types import Alert, Delivery, Level
from ledger import schema
from ledger.engine import Ledger, open_ledger

ROBOT = Pace(per_minute=20, reserve=2)
GROUPED = {"first": Pace(digest_seconds=60)}


def alert_of(level: Level | None, number: int, *, at: datetime = NOW, case: str = "") -> Alert:
    case_id = case or f"LHS-{number:04}"
    return replace(an_alert(number), level=level, case_id=case_id, created_at=at)


def queue(ledger: Ledger, *alerts: Alert, receiver: str = "住建局",
          over: Sequence[str] = ("first",), due: datetime | None = None) -> None:  # fmt: skip
    with ledger.write() as books:
        for alert in alerts:
            assert books.queue(alert, deliveries_for(alert, receiver, over, due=due))


def rows(ledger: Ledger) -> list[dict[str, object]]:
    with ledger.engine.connect() as db, db.begin():
        query = select(schema.deliveries).order_by(schema.deliveries.c.alert_id)
        return [dict(row) for row in db.execute(query).mappings()]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.full)])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    if request.param == "postgres":
        found = open_ledger(request.getfixturevalue("postgres_url"), drill=False, now=NOW)
    else:
        found = open_blank(tmp_path / "ledger.db", NOW)
    with closing(found):
        yield found


def paced(ledger: Ledger, paces: dict[str, Pace] | None = None,
          stand_ins: Callable[[Alert, str], Sequence[Delivery]] = lambda _a, _r: ()):  # type: ignore[no-untyped-def]  # fmt: skip
    return ledger.paced(paces or {}, stand_ins)


# --- turns


def test_red_goes_first_then_orange_then_by_due_time(ledger: Ledger) -> None:
    levels = [Level.BLUE, Level.ORANGE, Level.YELLOW, Level.RED, Level.ORANGE]
    for number, level in enumerate(levels):
        queue(ledger, alert_of(level, number), due=after(number))
    claimed = ledger.outbox.claim(after(10), 45, 10)
    assert [one.alert.alert_id for one in claimed] == [f"alert-{n}" for n in (3, 1, 4, 0, 2)]


# --- paces


def test_a_channel_begins_no_more_sends_in_a_minute_than_it_may(ledger: Ledger) -> None:
    outbox = paced(ledger, {"first": ROBOT})
    queue(ledger, *(alert_of(Level.ORANGE, n) for n in range(30)))
    assert len(outbox.claim(NOW, 45, 50)) == 18  # two are kept for red
    queue(ledger, *(alert_of(Level.RED, n) for n in range(50, 53)))
    assert [one.alert.level for one in outbox.claim(after(1), 45, 50)] == [Level.RED] * 2
    assert outbox.claim(after(40), 45, 50) == []


def test_a_send_leaves_the_window_a_minute_after_its_end(ledger: Ledger) -> None:
    outbox = paced(ledger, {"first": Pace(per_minute=1)})
    queue(ledger, *(alert_of(Level.ORANGE, n) for n in range(2)))
    [first] = outbox.claim(NOW, 45, 1)
    outbox.finish(first, OK, after(10), None)  # it may have arrived as late as this
    assert outbox.claim(after(69), 45, 1) == []
    assert len(outbox.claim(after(71), 45, 1)) == 1


def test_a_full_channel_holds_back_no_other(ledger: Ledger) -> None:
    outbox = paced(ledger, {"first": Pace(per_minute=1)})
    queue(ledger, *(alert_of(Level.RED, n) for n in range(3)))
    queue(ledger, alert_of(Level.BLUE, 9), over=("second",))
    assert [one.channel for one in outbox.claim(NOW, 45, 10)] == ["first", "second"]


def test_a_pause_that_a_provider_asked_for_holds_for_the_whole_channel(ledger: Ledger) -> None:
    outbox = paced(ledger)
    queue(ledger, *(alert_of(Level.RED, n) for n in range(2)))
    queue(ledger, alert_of(Level.RED, 7), over=("second",))
    [first] = outbox.claim(NOW, 45, 1)
    outbox.finish(first, RETRY, NOW, after(70), cool_until=after(65))
    outbox.finish(first, RETRY, NOW, after(70), cool_until=after(5))  # shortens nothing
    assert [one.channel for one in outbox.claim(after(64), 45, 10)] == ["second"]
    assert len(outbox.claim(after(66), 45, 10)) == 1
    assert len(outbox.claim(after(70), 45, 10)) == 1


PARTS = {"first": Pace(per_minute=20, reserve=2, posts=3)}


def test_a_limit_counts_posts_and_not_alerts(ledger: Ledger) -> None:
    """Messages of three, two and one posts in turn: a minute's posts are never above the limit."""
    outbox, posted = paced(ledger, PARTS), []
    queue(ledger, *(alert_of(Level.ORANGE, n) for n in range(60)))
    queue(ledger, *(alert_of(Level.RED, 100 + n) for n in range(6)), due=after(300))
    for second in range(700):
        for one in outbox.claim(after(second), 45, 1):
            posts = 1 + len(posted) % 3
            posted.append((second, posts))
            outbox.finish(one, replace(OK, posts=posts), after(second), None)
    assert len(posted) == 66
    assert sum(posts for _, posts in posted) == 132
    begun = [second for second, posts in posted for _ in range(posts)]
    busiest = max(sum(0 <= other - one < 60 for other in begun) for one in begun)
    assert 16 <= busiest <= 20


def test_what_is_being_sent_counts_as_many_as_it_may_become(ledger: Ledger) -> None:
    outbox = paced(ledger, PARTS)
    queue(ledger, *(alert_of(Level.ORANGE, n) for n in range(10)))
    taken = outbox.claim(NOW, 45, 20)
    assert len(taken) == 6  # 18 posts at the most; two of the twenty are kept for 红
    queue(ledger, alert_of(Level.RED, 50))
    assert outbox.claim(after(1), 45, 20) == []  # and two are not three
    for one in taken:
        outbox.finish(one, OK, after(2), None)
    assert len(outbox.claim(after(3), 45, 20)) == 4  # it was one each: 6 so far, 红 and three more


def test_a_dispatcher_says_how_many_posts_a_message_was(ledger: Ledger) -> None:
    clock = FakeClock(NOW)

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"errcode": 0})

    spec = ChannelSpec(name="robot", kind="wecom", options={"key": "k", "parts": "3"})
    robot = wecom.channel(spec, home=Path(), clock=clock, transport=httpx.MockTransport(answer))
    long = replace(alert_of(Level.RED, 1), body="\n".join(["雪" * 300] * 10))
    queue(ledger, long, alert_of(Level.RED, 2), over=("robot",))
    dispatch(paced(ledger), {"robot": robot}, clock=clock, rng=Random(0))
    with ledger.engine.connect() as db, db.begin():
        assert sorted(db.scalars(select(schema.attempts.c.posts))) == [1, 3]


def test_the_limit_holds_over_threads(ledger: Ledger) -> None:
    queue(ledger, *(alert_of(Level.ORANGE, n) for n in range(60)))
    outbox = paced(ledger, {"first": ROBOT})
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: outbox.claim(NOW, 45, 20), range(4)))
    assert sum(map(len, taken)) == 18
    assert len({one.delivery_id for part in taken for one in part}) == 18


def test_the_limit_holds_over_processes_and_each_message_goes_once(
    ledger: Ledger,
) -> None:
    queue(ledger, *(alert_of(Level.ORANGE, n) for n in range(60)))
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(3) as pool:
        sent = pool.map(_dispatched, [url_of(ledger)] * 3)
    ids = [name for part in sent for name in part]
    assert len(ids) == len(set(ids)) == 18


def _dispatched(url: str) -> list[str]:
    channel = ScriptedChannel()
    with closing(open_ledger(url, drill=False, now=NOW)) as mine:
        outbox = mine.paced({"first": ROBOT}, lambda _alert, _receiver: ())
        dispatch(outbox, {"first": channel}, clock=lambda: NOW, rng=Random(1))
    return [given.delivery_id for given in channel.given]


# --- digests


def test_the_first_goes_at_once_and_what_follows_goes_together(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, alert_of(Level.BLUE, 0))
    [first] = outbox.claim(NOW, 45, 10)
    assert first.digest == ()
    outbox.finish(first, OK, after(1), None)
    queue(ledger, *(alert_of(Level.BLUE, n, at=after(n)) for n in range(1, 6)))
    assert outbox.claim(after(59), 45, 10) == []
    [second] = outbox.claim(after(60), 45, 10)
    assert [one.alert.alert_id for one in second.digest] == [f"alert-{n}" for n in range(1, 6)]
    assert second.digest[0].alert == second.alert


def test_red_and_orange_wait_for_no_digest_and_are_in_none(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, alert_of(Level.BLUE, 0))
    outbox.claim(NOW, 45, 1)
    queue(ledger, alert_of(Level.YELLOW, 1), alert_of(Level.ORANGE, 2), alert_of(Level.RED, 3))
    claimed = outbox.claim(after(1), 45, 10)
    assert [(one.alert.level, one.digest) for one in claimed] == [
        (Level.RED, ()), (Level.ORANGE, ()),
    ]  # fmt: skip


def test_an_alert_about_no_case_is_in_no_digest(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, *(replace(alert_of(None, n), case_id=None) for n in range(3)))
    assert [one.digest for one in outbox.claim(NOW, 45, 10)] == [()] * 3


def test_each_receiver_and_channel_has_a_digest_of_its_own(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    for start, receiver, channel in ((0, "甲", "first"), (10, "乙", "first"), (20, "甲", "other")):
        alerts = [alert_of(Level.BLUE, start + n) for n in range(2)]
        queue(ledger, *alerts, receiver=receiver, over=(channel,))
    claimed = outbox.claim(NOW, 45, 10)
    found = Counter((one.receiver, one.channel, len(one.digest)) for one in claimed)
    assert found == {("甲", "first", 2): 1, ("乙", "first", 2): 1, ("甲", "other", 0): 2}


def test_a_digest_is_finished_as_one_and_says_which_message_carried_each(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, *(alert_of(Level.BLUE, n) for n in range(3)))
    [one] = outbox.claim(NOW, 45, 10)
    assert ledger.outbox.states() == {"sending": 3}
    outbox.finish(one, OK, after(2), None)
    assert ledger.outbox.states() == {"sent": 3}
    assert ledger.outbox.soonest() is None
    stands = rows(ledger)
    assert {row["digest"] for row in stands} == {one.delivery_id}
    assert {row["accepted_at"] for row in stands} == {after(2)}
    assert {row["attempts"] for row in stands} == {1}


def test_a_digest_that_must_go_again_is_the_same_digest(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, *(alert_of(Level.BLUE, n) for n in range(3)))
    [one] = outbox.claim(NOW, 45, 10)
    outbox.finish(one, UNKNOWN, after(1), after(61))
    queue(ledger, alert_of(Level.BLUE, 8, at=after(2)), due=after(2))
    again, fresh = sorted(outbox.claim(after(61), 45, 10), key=lambda found: -found.attempts)
    assert (again.delivery_id, again.attempts, again.unconfirmed) == (one.delivery_id, 2, 1)
    assert again.digest == one.digest
    assert (fresh.alert.alert_id, fresh.digest) == ("alert-8", ())


def test_a_digest_whose_sender_died_is_taken_over_whole(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, *(alert_of(Level.BLUE, n) for n in range(3)))
    [one] = outbox.claim(NOW, 45, 10)
    assert outbox.claim(after(44), 45, 10) == []
    [heir] = outbox.claim(after(46), 45, 10)
    assert (heir.digest, heir.unconfirmed) == (one.digest, 1)
    outbox.finish(one, DEAD, after(47), None)  # too late to say anything
    assert ledger.outbox.states() == {"sending": 3}


def test_a_dead_digest_sends_each_alert_to_its_next_channel(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, *(alert_of(Level.BLUE, n) for n in range(3)), over=("first", "second"))
    [one] = outbox.claim(NOW, 45, 10)
    outbox.finish(one, DEAD, after(1), None)
    assert ledger.outbox.states() == {"dead": 3, "pending": 3}
    assert {row.channel for row in outbox.claim(after(1), 45, 10)} == {"second"}
    assert ledger.outbox.undelivered() == 0


def test_what_was_tried_alone_stays_alone(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED)
    queue(ledger, alert_of(Level.BLUE, 0))
    [alone] = outbox.claim(NOW, 45, 10)
    outbox.finish(alone, RETRY, after(1), after(60))
    queue(ledger, *(alert_of(Level.BLUE, n) for n in (1, 2)))
    claimed = outbox.claim(after(60), 45, 10)
    assert sorted(len(one.digest) for one in claimed) == [0, 2]


# --- nobody is reached


def heirs(alert: Alert, receiver: str) -> Sequence[Delivery]:
    line = {"住建局": "住建局负责人", "住建局负责人": "督查室"}
    return deliveries_for(alert, line[receiver], ["mail"]) if receiver in line else ()


@pytest.mark.parametrize("level", [Level.RED, Level.YELLOW])
def test_after_the_last_channel_a_stand_in_gets_it_and_then_nobody(
    ledger: Ledger, level: Level
) -> None:
    outbox = paced(ledger, stand_ins=heirs)
    queue(ledger, alert_of(level, 1), over=("first", "second"))
    tried = []
    for second in range(8):
        for one in outbox.claim(after(second), 45, 10):
            tried.append((one.receiver, one.channel, one.stands_for))
            assert ledger.outbox.unreached() == []  # while something is tried, nothing is given up
            outbox.finish(one, DEAD, after(second), None)
    assert sorted(tried[:2]) == [("住建局", "first", ""), ("住建局", "second", "")]
    assert tried[2:] == [("住建局负责人", "mail", "住建局"), ("督查室", "mail", "住建局")]
    assert ledger.outbox.undelivered() == 1
    [missed] = ledger.outbox.unreached("LHS-0001")
    assert (missed.receiver, missed.stand_in) == ("住建局", "")
    assert ledger.outbox.unreached("LHS-0002") == []


def test_what_a_stand_in_got_is_delivered_but_not_to_whom_it_was_meant(ledger: Ledger) -> None:
    outbox = paced(ledger, stand_ins=heirs)
    queue(ledger, alert_of(Level.YELLOW, 1))
    [one] = outbox.claim(NOW, 45, 10)
    heir = outbox.finish(one, DEAD, after(1), None, lease_seconds=45)
    assert heir is not None
    outbox.finish(heir, OK, after(2), None)
    assert ledger.outbox.undelivered() == 0
    [missed] = ledger.outbox.unreached()
    assert (missed.receiver, missed.stand_in) == ("住建局", "住建局负责人")


def test_one_red_channel_that_works_needs_no_stand_in(ledger: Ledger) -> None:
    outbox = paced(ledger, stand_ins=heirs)
    queue(ledger, alert_of(Level.RED, 1), over=("first", "second"))
    first, second = outbox.claim(NOW, 45, 10)
    outbox.finish(first, OK, after(1), None)
    outbox.finish(second, DEAD, after(1), None)
    assert outbox.claim(after(2), 45, 10) == []
    assert (ledger.outbox.undelivered(), ledger.outbox.unreached()) == (0, [])


def test_each_alert_of_a_dead_digest_gets_its_own_stand_in(ledger: Ledger) -> None:
    outbox = paced(ledger, GROUPED, heirs)
    queue(ledger, *(alert_of(Level.BLUE, n) for n in range(3)))
    [one] = outbox.claim(NOW, 45, 10)
    outbox.finish(one, DEAD, after(1), None)
    taken = outbox.claim(after(1), 45, 10)
    assert {(row.receiver, row.stands_for) for row in taken} == {("住建局负责人", "住建局")}
    assert len(taken) == 3


# --- the whole of it, under a fake clock


def test_a_burst_keeps_the_robots_limit_and_reaches_everybody_in_time(ledger: Ledger) -> None:
    """300 alerts in ten minutes to 20 receivers of one robot, one of a hundred red."""
    clock, rng = FakeClock(NOW), Random(20261123)
    limits = {"first": Pace(per_minute=20, reserve=2, digest_seconds=60)}
    outbox, sent = paced(ledger, limits), []
    weights = [1 / (n + 1) for n in range(20)]
    arrivals = sorted(rng.uniform(0, 600) for _ in range(300))
    channel = ScriptedChannel(on_send=lambda: sent.append(clock()))
    number = 0
    for tick in range(1_440):  # every half second
        clock.now = after(tick / 2)
        while number < 300 and arrivals[number] <= tick / 2:
            level = Level.RED if number % 100 == 50 else rng.choice([Level.YELLOW, Level.BLUE])
            to = f"部门{rng.choices(range(20), weights)[0]}"
            queue(ledger, alert_of(level, number, at=after(arrivals[number])), receiver=to)
            number += 1
        dispatch(outbox, {"first": channel}, clock=clock, rng=rng)
    with ledger.engine.connect() as db, db.begin():
        d, a = schema.deliveries.c, schema.alerts.c
        query = select(a.level, a.created_at, d.accepted_at, d.state).where(
            d.alert_id == a.alert_id
        )
        waited = [
            (level, (accepted - made).total_seconds())
            for level, made, accepted, state in db.execute(query)
            if state == "sent"
        ]
    assert len(waited) == 300
    assert _most_within_a_minute(sent) <= 20
    everybody = sorted(seconds for _, seconds in waited)
    assert everybody[int(0.95 * 300)] <= 60
    assert max(seconds for level, seconds in waited if level == "红") <= 5
    assert len(sent) < 200


def _most_within_a_minute(moments: Sequence[datetime]) -> int:
    return max(
        sum(0 <= (other - moment).total_seconds() < 60 for other in moments) for moment in moments
    )


def test_an_alert_that_waited_keeps_its_first_moment(ledger: Ledger) -> None:
    queue(ledger, alert_of(Level.BLUE, 1), due=after(3600))
    assert ledger.outbox.claim(after(3599), 45, 1) == []
    [one] = ledger.outbox.claim(after(3600), 45, 1)
    assert one.alert.created_at == NOW


def test_a_single_delivery_of_the_contract_has_no_digest(ledger: Ledger) -> None:
    alert = an_alert()
    with ledger.write() as books:
        books.queue(alert, [a_delivery(alert)])
    assert [one.digest for one in paced(ledger, GROUPED).claim(NOW, 45, 1)] == [()]
