"""How soon an alert is with its channel, and what ten people who sign at once come to.

Reports of level 橙 that make 5 alerts a second, each stage looking every half second as on duty,
and a channel that takes 50 ms: from the moment a report is stored to the acceptance, by the
wall clock, with verdicts that are given (they cost a few ms each: ``./run bench speed``).
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import select

from config.loader import load
from domain.times import system_clock
from domain.types import Delivery, SendResult
from ledger import schema
from ledger.engine import Ledger
from tingxue import pipeline
from tingxue.app import App

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))
worlds = import_module("world")
PER_SECOND, SECONDS, LOOK, TRIP = 5, 60, 0.5, 0.05
ALERTS_EACH = 4
"""To the lead, 宣传部, 文体旅科局 and 值班手机: a traffic jam has no supporting department."""
STAGES = (pipeline.analyse, pipeline.triage, pipeline.notify)
GOAL = 2.0


class Distant:
    """A channel that takes 50 ms and accepts."""

    def send(self, delivery: Delivery) -> SendResult:
        """See domain.ports.Channel."""
        del delivery
        time.sleep(TRIP)
        return SendResult(outcome="ok")


def figures() -> Iterator[dict[str, object]]:
    """Waits at 5 alerts a second, beside the goal; then the race."""
    with tempfile.TemporaryDirectory() as folder:
        with worlds.opened_world(Path(folder), load(environ={})) as world:
            waits = sorted(_waits(world))
    said = (
        f"{len(waits)} alerts, {PER_SECOND}/s, {TRIP * 1000:.0f} ms a send, {os.cpu_count()} cores"
    )
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        value = waits[int(share * (len(waits) - 1))]
        base = GOAL if name == "p95" else None
        yield _figure(f"stored to accepted {name}", value, "s", base, said)
    yield from _signatures()


def _waits(world: Any) -> Iterator[float]:
    """Seconds from stored to accepted of every alert."""
    plan = world.app.plan
    channels = dict.fromkeys(plan.channels, Distant())
    app = replace(world.app, clock=system_clock, channels=channels)
    world = worlds.World(app, system_clock, world.analyser)
    over = threading.Event()
    duty = [threading.Thread(target=_looking, args=(stage, app, over)) for stage in STAGES]
    for thread in duty:
        thread.start()
    begun = time.monotonic()
    for number in range(PER_SECOND * SECONDS // ALERTS_EACH):
        time.sleep(max(0.0, begun + number * ALERTS_EACH / PER_SECOND - time.monotonic()))
        world.said(number, ["traffic_jam"], urgency="orange", places=(f"{number}号路口",))
    while any(stage(app) for stage in STAGES) or app.ledger.outbox.soonest() is not None:
        time.sleep(0.1)
    over.set()
    for thread in duty:
        thread.join()
    yield from _measured(app.ledger)


def _looking(stage: Callable[[App], int], app: App, over: threading.Event) -> None:
    while not over.wait(LOOK):
        stage(app)


def _measured(ledger: Ledger) -> Iterator[float]:
    a, d = schema.alerts.c, schema.deliveries.c
    c, m = schema.case_mentions.c, schema.mentions.c
    query = select(d.accepted_at, m.first_seen_at).where(
        a.alert_id == d.alert_id, c.case_id == a.case_id, m.mention_id == c.mention_id
    )
    with ledger.engine.connect() as db, db.begin():
        for accepted, stored in db.execute(query):
            yield (accepted - stored) / timedelta(seconds=1)


def _signatures() -> Iterator[dict[str, object]]:
    cases = 50 if os.environ.get("TINGXUE_BENCH_SMALL") else 1_000
    races = import_module("test_tingxue_races")
    with tempfile.TemporaryDirectory() as folder:
        with worlds.opened_world(Path(folder), load(environ={})) as played:
            begun = time.perf_counter()
            came, ids = races.raced(played, cases)
            races.proven(played, ids)
            seconds = time.perf_counter() - begun
    said = f"{cases:,} cases x {races.PEOPLE} people at once, {seconds:.0f} s; every chain verifies"
    yield _figure("signatures that won", came["signed"], "of one each", cases, said)
    yield _figure("signatures refused", came["refused"], "signatures", None, said)


def _figure(name: str, value: float, unit: str, base: float | None, said: str) -> dict[str, object]:
    ratio = value / base if base else None
    return {"bench": "delivery", "name": name, "value": value, "unit": unit, "baseline": base,
            "ratio": ratio, "conditions": said}  # fmt: skip
