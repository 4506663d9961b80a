"""``tingxue clocks``: every stage by hand, and beside it what the command says."""

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from world import MONDAY, World, opened_world

from config.loader import load
from domain.types import Incoming, Kind
from ledger import schema
from ledger.clocks import Span, _span
from ledger.engine import Ledger
from tingxue import pipeline
from tingxue.cli import main
from tingxue.cli_clocks import length
from tingxue.demo import runner
from tingxue.home import home_at
from tingxue.intake import LedgerIntake

MINUTE, HOUR = 60.0, 3600.0


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, load(environ={})) as made:
        yield made


def spans(world: World, department: str = "") -> dict[tuple[str, str], Span]:
    now = world.clock()
    with world.app.ledger.read() as books:
        found = books.clocks.spans(MONDAY, now, department)
    return {(span.stage, span.department): span for span in found}


def arrived(world: World, number: int, source: str, minutes_ago: float | None) -> None:
    """A complaint comes from that source, and opens a case."""
    world.analyser.said[str(number)] = {"categories": ["parking"], "places": (f"{number}号",)}
    ago = None if minutes_ago is None else world.clock() - timedelta(minutes=minutes_ago)
    raw = Incoming(
        platform="weibo", kind=Kind.POST, text=f"第{number}条", native_id=str(number),
        published_at=ago,
    )  # fmt: skip
    LedgerIntake(world.app.ledger, source, world.clock)([raw])


def worked(world: World) -> None:
    """Analysis a minute after, triage two minutes after that."""
    world.clock.move(MINUTE)
    pipeline.analyse(world.app)
    world.clock.move(2 * MINUTE)
    pipeline.triage(world.app)


def accepted(world: World, seconds: float) -> None:
    """Every waiting message is accepted by its channel that much later."""
    world.clock.move(seconds)
    with world.app.ledger.write() as books:
        db, d = books.connection, schema.deliveries
        waits = d.c.accepted_at.is_(None)
        db.execute(d.update().where(waits).values(accepted_at=world.clock(), state="sent"))


def test_each_stage_is_the_way_from_the_instant_before(world: World) -> None:
    arrived(world, 1, "paper", minutes_ago=30)
    worked(world)
    accepted(world, 5)
    [case_id] = world.cases()
    for action, wait in (("ack", 20 * MINUTE), ("reply", 3 * HOUR), ("accept", HOUR)):
        world.clock.move(wait)
        world.do(case_id, action, "住建局")
    found = spans(world)
    expected = {
        "seen_live": 30 * MINUTE, "scored": MINUTE, "queued": 2 * MINUTE, "accepted": 5.0,
        "signed": 20 * MINUTE, "replied": 3 * HOUR, "closed": HOUR,
        "whole_live": 33 * MINUTE + 5, "queued_signed": 20 * MINUTE + 5,
    }  # fmt: skip
    lead = {stage: span.p50 for (stage, name), span in found.items() if name == "住建局"}
    assert lead == pytest.approx(expected, abs=0.002)
    assert {name for _, name in found} == {"", "住建局", "城管局", "交警大队"}


def test_what_an_import_brings_does_not_pass_for_slow_listening(world: World) -> None:
    arrived(world, 1, "paper", minutes_ago=10)
    arrived(world, 2, "import:旧帖.xlsx", minutes_ago=60 * 24 * 90)
    arrived(world, 3, "paper", minutes_ago=None)
    worked(world)
    accepted(world, 0)
    found = spans(world)
    live, brought = found["seen_live", ""], found["seen_import", ""]
    assert (live.done, live.p95, live.over_a_day) == (1, 600.0, 0)
    assert (brought.done, brought.over_a_day) == (1, 1)
    assert found["whole_live", ""].p95 == pytest.approx(780, abs=0.01)
    with world.app.ledger.read() as books:
        assert books.clocks.undated(MONDAY, world.clock()) == 1


def test_being_read_again_changes_no_clock(world: World) -> None:
    arrived(world, 1, "paper", minutes_ago=10)
    worked(world)
    before = spans(world)["scored", ""]
    with world.app.ledger.write() as books:
        books.mentions.again()
    world.clock.move(90 * 24 * HOUR)
    pipeline.analyse(world.app)
    assert spans(world)["scored", ""] == before


def test_who_has_not_signed_counts_as_waiting_and_makes_the_median_no_better(world: World) -> None:
    for number in range(4):
        arrived(world, number, "paper", minutes_ago=1)
    worked(world)
    accepted(world, 0)
    world.clock.move(10 * MINUTE)
    first, second, *_ = world.cases()
    world.do(first, "ack", "住建局")
    signed = spans(world, "住建局")["signed", "住建局"]
    assert (signed.done, signed.waiting, signed.p50) == (1, 3, None)
    assert signed.longest == pytest.approx(10 * MINUTE, abs=0.01)
    world.clock.move(10 * MINUTE)
    world.do(second, "ack", "住建局")
    signed = spans(world, "住建局")["signed", "住建局"]
    assert (signed.done, signed.waiting, signed.p95) == (2, 2, None)
    assert signed.p50 == pytest.approx(20 * MINUTE, abs=0.01)


def test_who_need_not_sign_or_reply_any_more_is_not_waited_for(world: World) -> None:
    arrived(world, 1, "paper", minutes_ago=1)
    worked(world)
    accepted(world, 0)
    [case_id] = world.cases()
    world.do(case_id, "ack", "城管局")  # supports, and owes no reply
    world.do(case_id, "false-alarm")
    found = spans(world)
    assert found["signed", ""].waiting == 0
    assert ("replied", "") not in found


def test_a_department_that_got_the_case_later_is_timed_by_its_own_message(world: World) -> None:
    arrived(world, 1, "paper", minutes_ago=1)
    worked(world)
    accepted(world, 0)
    [case_id] = world.cases()
    world.clock.move(HOUR)
    world.do(case_id, "transfer", "住建局", to="宣传部")  # copied from the first, charged only now
    accepted(world, 7)
    found = spans(world)
    assert found["queued", "宣传部"].p50 == pytest.approx(HOUR + 2 * MINUTE, abs=0.01)
    assert found["accepted", "宣传部"].p50 == pytest.approx(7, abs=0.01)


# --- the percentiles


def spanned(done: Sequence[float], waiting: Sequence[float]) -> Span:
    rows = sorted([(x, 0) for x in done] + [(x, 1) for x in waiting])
    return _span("signed", "", [("signed", "", x, s, len(rows)) for x, s in rows])


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=80))
def test_without_anybody_waiting_it_is_the_plain_percentile(done: list[int]) -> None:
    found, ordered = spanned(done, []), sorted(done)
    assert found.p50 == ordered[math.ceil(len(done) / 2) - 1]
    assert found.p95 == ordered[math.ceil(len(done) * 0.95) - 1]


@given(st.lists(st.integers(1, 10**6), min_size=1), st.lists(st.integers(1, 10**6), min_size=1))
def test_waiting_never_makes_a_percentile_smaller(done: list[int], waiting: list[int]) -> None:
    alone, found = spanned(done, []), spanned(done, waiting)
    for name in ("p50", "p95"):
        less, more = getattr(alone, name), getattr(found, name)
        assert more is None or more >= less
    assert (found.done, found.waiting, found.longest) == (len(done), len(waiting), max(waiting))


def test_the_example_of_a_textbook() -> None:
    """Remissions in weeks, 21 patients (Freireich 1963): 9 ended, 12 go on; the median is 23."""
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going_on = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    found = spanned(ended, going_on)
    assert (found.p50, found.p95) == (23, None)


# --- the demo week


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Ledger, datetime]]:
    """The demo week, stopped on Friday evening, with much that is still open."""
    with runner.stage(home_at(tmp_path_factory.mktemp("clocks") / "demo")) as played:
        runner.through(played, 5 * 24 * 60 - 180)
        yield played.app.ledger, played.moment.now


@pytest.mark.full
def test_the_demo_week_by_hand(week: tuple[Ledger, datetime]) -> None:
    ledger, now = week
    since = runner.START + timedelta(days=1)
    with ledger.read() as books:
        found = books.clocks.spans(since, now)
        by_hand = _by_hand(_tables(books.connection), since, now)
    assert {(s.stage, s.department): (s.done, s.waiting, s.p50, s.p95) for s in found} == {
        key: pytest.approx(value, abs=0.01) for key, value in by_hand.items()
    }
    assert sum(s.waiting for s in found if s.stage in ("signed", "replied")) > 3
    assert len({s.department for s in found}) > 8


def _tables(db: Any) -> dict[str, list[dict[str, Any]]]:
    names = ("mentions", "case_mentions", "obligations", "events", "alerts", "deliveries")
    tables = (schema.metadata.tables[name] for name in names)
    return {t.name: [dict(r) for r in db.execute(select(t)).mappings()] for t in tables}


def _by_hand(
    tables: dict[str, list[dict[str, Any]]], since: datetime, now: datetime
) -> dict[tuple[str, str], tuple[int, int, float | None, float | None]]:
    """From the rows as they stand, in plain loops: (done, waiting, p50, p95)."""
    took: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)

    def note(stage: str, names: Sequence[str], begun: Any, ended: Any, waits: bool) -> None:
        if begun is not None and (ended is not None or waits):
            seconds = ((ended or now) - begun).total_seconds()
            for name in names:
                took[stage, name].append((seconds, ended is None))

    seen = {m["mention_id"]: m for m in tables["mentions"] if since <= m["first_seen_at"] < now}
    for m in seen.values():
        way = "import" if m["source"].startswith("import:") else "live"
        note(f"seen_{way}", [""], m["published_at"], m["first_seen_at"], False)
        note("scored", [""], m["first_seen_at"], m["first_scored_at"], True)
    openers = {r["case_id"]: r["mention_id"] for r in tables["case_mentions"] if not r["position"]}
    receivers = defaultdict(list)
    for d in tables["deliveries"]:
        receivers[d["alert_id"]].append(d)
    for o in tables["obligations"]:
        case_id, name = o["case_id"], o["department"]
        m = seen.get(openers[case_id])
        if m is None:
            continue
        way = "import" if m["source"].startswith("import:") else "live"
        mine = [
            (a["created_at"], d["accepted_at"])
            for a in tables["alerts"]
            if a["case_id"] == case_id and a["created_at"] >= o["opened_at"]
            for d in receivers[a["alert_id"]]
            if name in (d["receiver"], d["stands_for"])
        ]
        queued = min((made for made, _ in mine), default=None)
        accepted = min((at for _, at in mine if at), default=None)
        acts = [e for e in tables["events"] if (e["case_id"], e["department"]) == (case_id, name)]
        signed, replied = (
            min((e["at"] for e in acts if e["action"] == action), default=None)
            for action in ("ack", "reply")
        )
        state, gone = o["status"], o["transferred_to"] is not None
        live = state in ("待签收", "已签收", "办理中", "待审核") and not gone
        owes = o["duty"] == "lead" or o["reply_asked"]
        published, scored = m["published_at"], m["first_scored_at"]
        note(f"seen_{way}", [name], published, m["first_seen_at"], False)
        note("scored", [name], m["first_seen_at"], scored, live)
        both = ["", name]
        note("queued", both, scored, queued, live)
        note("accepted", both, queued, accepted, live)
        note("signed", both, accepted, signed, live and state == "待签收")
        note("replied", both, signed, replied, live and owes and state in ("已签收", "办理中"))
        note("closed", both, replied, o["accepted_at"], live and state in ("办理中", "待审核"))
        note(f"whole_{way}", both, published, accepted, live)
        note("queued_signed", both, queued, signed, live and state == "待签收")
    return {key: _measured(values) for key, values in took.items()}


def _measured(values: list[tuple[float, bool]]) -> tuple[int, int, float | None, float | None]:
    """The survival curve in its usual form: at each duration that somebody took, times one minus
    those who took it over those who took, or have waited, as long."""
    took = sorted({seconds for seconds, still in values if not still})
    curve, left = [], 1.0
    for seconds in took:
        ended = sum(s == seconds and not still for s, still in values)
        left *= 1 - ended / sum(s >= seconds for s, _ in values)
        curve.append((seconds, left))
    waiting = sum(still for _, still in values)

    def at(share: float) -> float | None:
        return next((s for s, still_there in curve if still_there <= 1 - share + 1e-9), None)

    return len(values) - waiting, waiting, at(0.5), at(0.95)


# --- the command


def test_the_command_says_what_is_meant(world: World) -> None:
    home = {"TINGXUE_HOME": str(world.app.home.path)}
    arrived(world, 1, "paper", minutes_ago=30)
    worked(world)
    with world.app.ledger.write() as books:  # the command reads the real clock
        moved = "UPDATE mentions SET first_seen_at = '2020-01-01 02:00:00.000000'"
        books.connection.execute(text(moved))
    said = CliRunner().invoke(main, ["clocks", "--since", "2020-01-01"], env=home).stdout
    assert "判读→派发\n  全部：中位 2分0秒，95% 2分0秒；3 件" in said
    assert "派发→签收" in said and "未到 3（最久已等" in said
    rows = CliRunner().invoke(main, ["clocks", "--since", "2020-01-01", "--json"], env=home).stdout
    queued = next(r for r in map(json.loads, rows.splitlines()) if r["stage"] == "queued")
    assert (queued["department"], queued["p50_seconds"]) == (None, 120.0)
    nobody = CliRunner().invoke(main, ["clocks", "--department", "气象局"], env=home)
    assert nobody.exit_code == 2 and "住建局" in nobody.stderr


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.44, "0.4秒"), (59.6, "1分0秒"), (200, "3分20秒"), (7500, "2小时5分"),
     (273_600, "3天4小时"), (-90, "−1分30秒")],
)  # fmt: skip
def test_a_length_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert length(seconds) == said
