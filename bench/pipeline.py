"""Mentions per second of each stage, and memory, at growing numbers of mentions.

Texts are the demo week's, each made its own by a number, arriving at a constant daily rate under a
clock of our own, so that cases and windows are as full at 100,000 as at 1,000. Each size runs in a
fresh process. Sizes: 1k and 10k; TINGXUE_BENCH_FULL=1 adds 100k.
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
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tingxue.app import App

A_DAY = 3_000
BATCH = 250
STAGES = ("intake", "analyse", "triage", "notify", "index", "chase")


def figures() -> Iterator[dict[str, object]]:
    """Stage speeds per size; ``cost`` is time per mention against that at 1k."""
    sizes = [1_000, 10_000] + ([100_000] if os.environ.get("TINGXUE_BENCH_FULL") else [])
    base: float | None = None
    for size in sizes:
        seen = json.loads(
            subprocess.run(
                [sys.executable, __file__, str(size)], capture_output=True, text=True, check=True
            ).stdout
        )
        cost = sum(seen[stage] for stage in STAGES) / size
        base = base or cost
        said = f"{size:,} mentions, {A_DAY:,} a day, {os.cpu_count()} cores"
        for stage in STAGES:
            yield _figure(f"{stage} {size:,}", size / seen[stage], "mentions/s", None, None, said)
        yield _figure(f"cost {size:,}", cost * 1e3, "ms/mention", base * 1e3, cost / base, said)
        yield _figure(f"memory {size:,}", seen["mib"], "MiB peak", None, None, said)


def _figure(
    name: str, value: float, unit: str, baseline: float | None, ratio: float | None, said: str
) -> dict[str, object]:
    return {
        "bench": "pipeline", "name": name, "value": value, "unit": unit, "baseline": baseline,
        "ratio": ratio, "conditions": said,
    }  # fmt: skip


def _measure(size: int) -> dict[str, float]:
    """Seconds per stage for ``size`` mentions, and peak memory."""
    from domain.times import at_shanghai
    from domain.types import Counts, Incoming
    from tingxue import pipeline
    from tingxue.app import opened
    from tingxue.demo import week
    from tingxue.home import home_at
    from tingxue.intake import LedgerIntake

    rng, lines, spent = Random(7), week.lines(), Counter[str]()
    moment = {"now": at_shanghai(__import__("datetime").date(2026, 12, 1))}
    stages = {name: getattr(pipeline, name) for name in STAGES[1:]}
    with (
        tempfile.TemporaryDirectory() as folder,
        opened(home=home_at(Path(folder)), clock=lambda: moment["now"], rng=rng) as app,
    ):
        app.channels.clear()  # type: ignore[attr-defined]
        app.channels.update({n: _Swallow() for n in app.plan.channels})  # type: ignore[attr-defined]
        for start in range(0, size, BATCH):
            items = []
            for number in range(start, min(start + BATCH, size)):
                one = lines[rng.randrange(len(lines))]
                text = f"{one.text} {_own(number)}"
                items.append(
                    Incoming(platform=one.platform, kind=one.kind, text=text, title=one.title,
                             native_id=f"bench{number}", author_ref=f"bench:{number % 997}",
                             published_at=moment["now"], counts=Counts(likes=rng.randrange(9)))
                )  # fmt: skip
            began = time.perf_counter()
            LedgerIntake(app.ledger, "bench", app.clock)(items)
            spent["intake"] += time.perf_counter() - began
            for name, stage in stages.items():
                began = time.perf_counter()
                stage(app)
                spent[name] += time.perf_counter() - began
            _close_old(app)  # somebody works: cases do not pile up unsigned for ever
            moment["now"] += timedelta(days=BATCH / A_DAY)
    return {**spent, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _close_old(app: "App") -> None:
    from domain.commands import Command
    from domain.types import Actor, Role
    from tingxue.acting import act

    now = app.clock()
    with app.ledger.read() as books:
        rows = books.cases.open_obligations()
    old = dict.fromkeys(o.case_id for o in rows if now - o.opened_at > timedelta(hours=6))
    for case_id in old:
        act(app, case_id, Command(action="false-alarm", at=now, note="bench",
            actor=Actor(name="bench", role=Role.PUBLICITY, department="宣传部")))  # fmt: skip


class _Swallow:
    """A channel that accepts everything at once."""

    def send(self, delivery: object) -> object:
        from domain.types import SendResult

        return SendResult(outcome="ok")


def _own(number: int) -> str:
    """Words that make a text its own: no two mentions are near-duplicates for long."""
    signs = "东南西北上下左右前后里外高低长短大小多少冷热新旧早晚远近"
    rng = Random(number)
    return "".join(rng.choice(signs) for _ in range(60))


if __name__ == "__main__":
    print(json.dumps(_measure(int(sys.argv[1]))))
