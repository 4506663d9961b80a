"""Alerts through robots that fail: 10,000 with kills, and 200 a fault beside two other senders.

The first part is ``tests/faultlane.py`` at full size (TINGXUE_BENCH_SMALL=1: 500 messages). The
second sends the same 200 alerts through our outbox and 企业微信 channel, and through the senders of
elastalert2 2.19.0 and apprise (TINGXUE_BENCH_PYTHON names the Python that has them, one of its own,
for elastalert2 asks for an old Elasticsearch client). Every fifth alert meets the fault once.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random

from alerts.channels import wecom
from alerts.dispatcher import dispatch
from alerts.routing import deliveries_for
from domain.plan import ChannelSpec
from domain.types import Alert, Level
from ledger.engine import open_ledger

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "tests"))  # the lane is a test's, and plays here at full size
faultlane, fakes = import_module("faultlane"), import_module("fakes")

ALERTS, EVERY, ROUNDS = 200, 5, 5
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
STALL = 0.5
"""Seconds a stalled answer takes. Our channel here gives up after half of it, elastalert2 never and
apprise after four: a stall that none of them waits for would double with all three."""


def figures() -> Iterator[dict[str, object]]:
    """The lane's account, then what each sender made of each fault."""
    yield from _lane()
    yield from _side_by_side()


def _figure(name: str, value: object, unit: str, said: str, **more: object) -> dict[str, object]:
    return {"bench": "faults", "name": name, "value": value, "unit": unit, "baseline": None,
            "ratio": None, "conditions": said, **more}  # fmt: skip


def _lane() -> Iterator[dict[str, object]]:
    small = bool(os.environ.get("TINGXUE_BENCH_SMALL"))
    lane = {"messages": 500 if small else 10_000, "seed": 20261123}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, ROOT / "tests" / "faultlane.py", folder, json.dumps(lane)],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    account = json.loads(done.stdout)
    kills = sum(account["kills"].values())
    said = (
        f"{lane['messages']:,} messages, 20 % faults of ten kinds, {kills} SIGKILLs, "
        f"{account['messages_sent']:,} sends wanted, {account['seconds']} s"
    )
    for name in ("lost", "unexplained_doubles", "unmarked_copies", "extra_copies"):
        yield _figure(name, account[name], "messages", said)
    yield _figure("unconfirmed_accepts", account["unconfirmed_accepts"], "sends", said)
    yield _figure("kills", kills, "processes", json.dumps(account["kills"]))


# --- side by side ---------------------------------------------------------------------------------


class Robot:
    """A robot on loopback that shows one fault, once to each alert that shall meet it."""

    def __init__(self, fault: str) -> None:
        self._fault, self._met = fault, set[int]()
        self.accepted = Counter[int]()
        self._listening = socket.create_server(("127.0.0.1", 0))
        port = self._listening.getsockname()[1]
        self.base = f"http://127.0.0.1:{port}"
        self.url = f"{self.base}/cgi-bin/webhook/send?key=bench"

    def __enter__(self) -> "Robot":
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._guarded, args=(connection,), daemon=True).start()

    def _guarded(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(5)
            found = re.search(r"ID=(\w+)\.", faultlane._request(connection))
            assert found is not None
            number = int(found[1])
            fault = self._fault if number % EVERY == 0 and number not in self._met else ""
            self._met.add(number)
            accepts, answer = FAULTS.get(fault, (True, faultlane._answer_ok))
            if accepts:
                self.accepted[number] += 1
            answer(connection)


def _stalls(connection: socket.socket) -> None:
    time.sleep(STALL)
    faultlane._answer_ok(connection)


_BUSY = faultlane._http("200 OK", b'{"errcode":45009,"errmsg":"api freq out of limit"}')
FAULTS: dict[str, tuple[bool, Callable[[socket.socket], None]]] = {
    "HTTP 500": (False, faultlane._ANSWERS["500"]),
    "errcode 45009 in 200": (False, faultlane._says(_BUSY)),
    "HTML page with 200": (False, faultlane._ANSWERS["html"]),
    "reset after accept": (True, fakes.reset),
    "half body after accept": (True, faultlane._ANSWERS["half body"]),
    "stall after accept": (True, _stalls),
}
"""Whether the robot has taken the message, and how it answers."""


def _side_by_side() -> Iterator[dict[str, object]]:
    python = os.environ.get("TINGXUE_BENCH_PYTHON", sys.executable)
    _has = import_module("_beside").version
    others = {name: _has(python, module) for name, module in
              (("elastalert2", "elastalert"), ("apprise", "apprise"))}  # fmt: skip
    for name, version in others.items():
        if not version:
            print(f"SKIPPED: {name} is not installed; name a Python that has it in "
                  f"TINGXUE_BENCH_PYTHON (docs/dependencies.md)", file=sys.stderr)  # fmt: skip
    for fault in FAULTS:
        ours = _counts(*_ours(fault))
        theirs = {f"{name} {version}": _counts(*_theirs(python, name, fault))
                  for name, version in others.items() if version}  # fmt: skip
        for measure, value in ours.items():
            beside = "; ".join(f"{name}: {counts[measure]}" for name, counts in theirs.items())
            first = next(iter(theirs.values()), {}).get(measure)
            said = f"{ALERTS} alerts, each {EVERY}th meets the fault once; {beside or 'alone'}"
            yield _figure(f"{fault}: {measure}", value, "alerts", said, baseline=first)


def _counts(accepted: Counter[int], claimed: list[int]) -> dict[str, int]:
    """What one sender made of one fault. Ours marks its second copies; the others do not."""
    return {
        "delivered": len(accepted),
        "doubled": sum(count - 1 for count in accepted.values()),
        "said to be sent, and lost": sum(not accepted[number] for number in claimed),
    }


def _theirs(python: str, name: str, fault: str) -> tuple[Counter[int], list[int]]:
    with Robot(fault) as robot:
        done = subprocess.run(
            [python, ROOT / "bench" / "_senders.py", name, robot.url, str(ALERTS), str(ROUNDS)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
        )  # fmt: skip
        return robot.accepted, json.loads(done.stdout)


def _ours(fault: str) -> tuple[Counter[int], list[int]]:
    """Through the outbox; waits are waited by moving its clock."""
    clock = fakes.FakeClock(START)
    with Robot(fault) as robot, tempfile.TemporaryDirectory() as folder:
        options = {"key": "bench", "base_url": robot.base, "read_timeout": str(STALL / 2)}
        spec = ChannelSpec(name="robot", kind="wecom", options=options)
        channel = wecom.channel(spec, home=Path(folder), clock=clock)
        url = f"sqlite:///{folder}/ledger.db"
        with closing(open_ledger(url, drill=False, now=START)) as ledger:
            for number in range(ALERTS):
                alert = Alert(
                    alert_id=str(number), case_id=None, purpose="test", level=Level.ORANGE,
                    title=f"ID={number}.0;", body="", created_at=START, drill=False,
                )  # fmt: skip
                with ledger.write() as books:
                    books.queue(alert, deliveries_for(alert, "住建局", ["robot"]))
            while (soonest := ledger.outbox.soonest()) is not None:
                clock.now = max(clock.now, soonest) + timedelta(seconds=1)
                dispatch(ledger.outbox, {"robot": channel}, clock=clock, rng=Random(1))
            sent = ledger.outbox.states().get("sent", 0)
        return robot.accepted, list(range(sent))
