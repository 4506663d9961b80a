"""Mentions per second of each stage, and memory, at growing numbers of mentions.

Texts are the demo week's, each made its own by a number, arriving at a constant daily rate under a
clock of our own. Three days of them come first and are not counted, so that cases and windows are
as full at 1,000 as at 100,000. Each size runs in a fresh process. Sizes: 1k and 10k;
TINGXUE_BENCH_FULL=1 adds 100k.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from domain.commands import Command
from domain.times import at_shanghai
from domain.types import Actor, Counts, Delivery, Incoming, Role, SendResult
from tingxue import pipeline
from tingxue.acting import act
from tingxue.app import App, opened
from tingxue.demo import week
from tingxue.home import home_at
from tingxue.intake import LedgerIntake

A_DAY = 3_000
FILL = 3 * A_DAY
"""Mentions before the count begins: the widest window but a thread's is three days."""
BATCH = 250
STEP = 10_000
"""So often a long run says on stderr how far it is: its own growth, seen within one run."""
STAGES = ("intake", "analyse", "triage", "notify", "index", "chase")


def figures() -> Iterator[dict[str, object]]:
    """For each size every stage, all together, and memory; ``ratio`` is time per mention against
    that at 1k, and memory against that at 1k."""
    sizes = [1_000, 10_000] + ([100_000] if os.environ.get("TINGXUE_BENCH_FULL") else [])
    base: dict[str, float] = {}
    for size in sizes:
        seen = json.loads(
            subprocess.run(
                [sys.executable, __file__, str(size)], stdout=subprocess.PIPE, text=True, check=True
            ).stdout
        )
        costs = {stage: seen[stage] / size * 1e3 for stage in STAGES}
        costs |= {"all": sum(costs.values()), "CPU": seen["cpu"] / size * 1e3}
        base = base or {**costs, "mib": seen["mib"]}
        said = f"{size:,} mentions after {FILL:,}, {A_DAY:,} a day, {os.cpu_count()} cores"
        for name, cost in costs.items():
            per_second = f"{1e3 / cost:,.0f}/s; {said}" if cost else said
            yield _figure(f"{name} {size:,}", cost, "ms/mention", base[name], per_second)
        yield _figure(f"memory {size:,}", seen["mib"], "MiB peak", base["mib"], said)


def _figure(
    name: str, value: float, unit: str, baseline: float, conditions: str
) -> dict[str, object]:
    return {
        "bench": "pipeline", "name": name, "value": value, "unit": unit, "baseline": baseline,
        "ratio": value / baseline, "conditions": conditions,
    }  # fmt: skip


class Swallow:
    """A channel that accepts everything at once."""

    def send(self, delivery: Delivery) -> SendResult:
        """See domain.ports.Channel."""
        del delivery
        return SendResult(outcome="ok")


class Arrivals:
    """Mentions as they come, and the clock they come by."""

    def __init__(self) -> None:
        self.now = at_shanghai(date(2026, 12, 1))
        self.lines = week.lines()
        self.rng = Random(7)
        self.count = 0

    def clock(self) -> datetime:
        """The present moment."""
        return self.now

    def next(self) -> list[Incoming]:
        """A batch; the clock goes on by what it takes to gather one."""
        self.now += timedelta(days=BATCH / A_DAY)
        return [self._one() for _ in range(BATCH)]

    def _one(self) -> Incoming:
        self.count += 1
        line = self.rng.choice(self.lines)
        return Incoming(
            platform=line.platform, kind=line.kind, text=f"{line.text} {_own(self.count)}",
            title=line.title, native_id=f"bench{self.count}", published_at=self.now,
            author_ref=f"bench:{self.count % 997}", counts=Counts(likes=self.rng.randrange(9)),
        )  # fmt: skip


def _measure(size: int) -> dict[str, float]:
    """Seconds per stage for ``size`` mentions, CPU seconds, and peak memory."""
    arrivals, spent = Arrivals(), Counter[str]()
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(home=home_at(Path(folder)), clock=arrivals.clock, rng=Random(7)) as app,
    ):
        app.channels.clear()  # type: ignore[attr-defined]
        app.channels.update(dict.fromkeys(app.plan.channels, Swallow()))  # type: ignore[attr-defined]
        while arrivals.count < FILL:
            _batch(app, arrivals, Counter())
        cpu = time.process_time()
        while arrivals.count < FILL + size:
            _batch(app, arrivals, spent)
            if (arrivals.count - FILL) % STEP == 0:
                _say(arrivals.count - FILL, spent, time.process_time() - cpu)
        spent["cpu"] = time.process_time() - cpu  # type: ignore[assignment]
    return {**spent, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _batch(app: App, arrivals: Arrivals, spent: Counter[str]) -> None:
    items = arrivals.next()
    began = time.perf_counter()
    LedgerIntake(app.ledger, "bench", app.clock)(items)
    spent["intake"] += time.perf_counter() - began  # type: ignore[assignment]
    for name in STAGES[1:]:
        began = time.perf_counter()
        getattr(pipeline, name)(app)
        spent[name] += time.perf_counter() - began  # type: ignore[assignment]
    _close_old(app)


def _say(count: int, spent: Counter[str], cpu: float) -> None:
    stages = "  ".join(f"{name} {spent[name]:.1f}" for name in STAGES)
    mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:,}: CPU {cpu:.1f} s, {mib:.0f} MiB; {stages}", file=sys.stderr, flush=True)


def _close_old(app: App) -> None:
    """Somebody works: cases do not pile up unsigned for ever."""
    now, actor = app.clock(), Actor(name="bench", role=Role.PUBLICITY, department="宣传部")
    with app.ledger.read() as books:
        rows = books.cases.open_obligations()
    old = dict.fromkeys(o.case_id for o in rows if now - o.opened_at > timedelta(hours=6))
    for case_id in old:
        act(app, case_id, Command(action="false-alarm", at=now, note="bench", actor=actor))


def _own(number: int) -> str:
    """Words that make a text its own: no two mentions are near-duplicates for long."""
    signs = "东南西北上下左右前后里外高低长短大小多少冷热新旧早晚远近"
    rng = Random(number)
    return "".join(rng.choice(signs) for _ in range(60))


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
