"""One, two and four workers on a PostgreSQL of their own, beside one worker on a file.

Mentions: read and triaged, real verdicts. Deliveries: claimed, sent over a channel that takes 20 ms
and finished, once over a channel at any pace and once over one whose minute is counted. Each worker
is a process; the clock of the figures starts when all are ready. The server writes to the disk
(fsync), as SQLite does. TINGXUE_BENCH_FULL=1: five times as much.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))
postgres_server = import_module("postgres_server")
WORKERS = (1, 2, 4)
TRIP = 0.02


def figures() -> Iterator[dict[str, object]]:
    """Things done per second; ``ratio`` is against one worker on a file."""
    programs = postgres_server.programs()
    if programs is None:
        print(f"SKIPPED: {postgres_server.MISSING}", file=sys.stderr)
        return
    server = postgres_server.started(programs, durable=True)
    times = 5 if os.environ.get("TINGXUE_BENCH_FULL") else 1
    mentions = {"mentions": 1_000 * times, "stages": ["analyse", "triage"]}
    sends = {"mentions": 0, "deliveries": 400 * times, "stages": ["notify"], "trip": TRIP}
    yield from _measured("mentions", server, mentions, 1_000 * times)
    yield from _measured("deliveries", server, {**sends, "counted": False}, 400 * times)
    yield from _measured("deliveries, counted", server, sends, 400 * times)


def _measured(
    what: str, server: str, shift: Mapping[str, object], count: int
) -> Iterator[dict[str, object]]:
    base = count / _seconds({**shift, "workers": 1})
    yield _figure(f"{what}, 1 on a file", base, base, count)
    for workers in WORKERS:
        with postgres_server.database(server) as url:
            rate = count / _seconds({**shift, "workers": workers, "url": url})
        yield _figure(f"{what}, {workers} on a server", rate, base, count)


def _seconds(shift: Mapping[str, object]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, ROOT / "tests" / "workers.py", folder, json.dumps(shift)],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    return float(json.loads(done.stdout)["seconds"])


def _figure(name: str, rate: float, base: float, count: int) -> dict[str, object]:
    load = os.getloadavg()[0]
    said = f"{count:,} of them, {os.cpu_count()} cores, load {load:.0f}; the server beside them"
    return {"bench": "workers", "name": name, "value": rate, "unit": "/s", "baseline": base,
            "ratio": rate / base, "conditions": said}  # fmt: skip
