"""Workers of one ledger, each a process of its own: what the tests kill, and the bench counts.

    python tests/workers.py FOLDER '{"mentions": 400, "workers": 4, "kills": 10, "url": "…"}'

stores mentions of the demo week's texts, has the workers read, triage and send until nothing waits,
kills one of them with SIGKILL now and then and starts another in its place, and prints one JSON
line. What each worker read and what each channel accepted is written down by whom it happened to.
Time is compressed: the clock runs ``SPEED`` times as fast, so a lease of 45 s is over in three.
"""

import json
import logging
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from forks import fork

from alerts.messages import RESENT
from alerts.routing import deliveries_for
from domain.plan import ChannelSpec, Pace
from domain.ports import Analyser
from domain.types import Alert, Delivery, Incoming, Level, Mention, SendResult, Verdict
from ledger.engine import Ledger, open_ledger
from nlp.score import mention_of
from tingxue import pipeline
from tingxue.app import App, opened
from tingxue.demo import week
from tingxue.home import LEDGER, home_at
from tingxue.intake import LedgerIntake

SPEED = 15
START = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
COUNTED = Pace(per_minute=100_000, digest_seconds=20)


@dataclass(frozen=True, kw_only=True)
class Shift:
    """What is worked. url: of an empty ledger; "": a file in the folder. deliveries: messages that
    wait from the start. stages: which ones the workers run. counted: whether the channels have a
    pace. trip: seconds that a send takes."""

    url: str = ""
    mentions: int = 400
    deliveries: int = 0
    workers: int = 4
    kills: int = 0
    seed: int = 1
    stages: Sequence[str] = ("analyse", "triage", "notify")
    counted: bool = True
    trip: float = 0.0


class Log:
    """Lines that survive whoever wrote them."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *lines: object) -> None:
        os.write(self._file, "".join(json.dumps(line) + "\n" for line in lines).encode())


@dataclass(frozen=True)
class Noting:
    """The real analyser, with what it read written down."""

    inner: Analyser
    log: Log

    @property
    def version(self) -> str:
        return self.inner.version

    def analyse(self, mention: Mention, scored_at: datetime) -> Verdict:
        return self.inner.analyse(mention, scored_at)

    def analyse_many(self, mentions: Sequence[Mention], scored_at: datetime) -> list[Verdict]:
        self.log.write(*[mention.mention_id for mention in mentions])
        return self.inner.analyse_many(mentions, scored_at)


@dataclass(frozen=True)
class Accepting:
    """A channel that accepts everything and writes it down."""

    log: Log
    trip: float

    def send(self, delivery: Delivery) -> SendResult:
        self.log.write([delivery.delivery_id, delivery.alert.title.endswith(RESENT)])
        time.sleep(self.trip)
        return SendResult(outcome="ok")


@contextmanager
def on_duty(folder: Path, shift: Shift, clock: Callable[[], datetime]) -> Iterator[App]:
    """The app as each worker has it."""
    environ = {LEDGER: shift.url} if shift.url else {}
    with opened(
        home=home_at(folder / "home"), clock=clock, rng=Random(shift.seed), environ=environ,
        channels={},
    ) as app:  # fmt: skip
        pace = COUNTED if shift.counted else Pace()
        specs = {
            name: ChannelSpec(name=name, kind="file", options={}, pace=pace)
            for name in app.plan.channels
        }
        accepting = Accepting(Log(folder / "accepted"), shift.trip)
        yield replace(
            app, plan=replace(app.plan, channels=specs), channels=dict.fromkeys(specs, accepting),
            analyser=Noting(app.analyser, Log(folder / "read")),
        )  # fmt: skip


def _prepare(folder: Path, shift: Shift) -> None:
    with on_duty(folder, shift, lambda: START) as app:
        items = [_incoming(number) for number in range(shift.mentions)]
        for first in range(0, len(items), 500):
            LedgerIntake(app.ledger, "workers", app.clock)(items[first : first + 500])
        for number in range(shift.deliveries):
            alert = Alert(
                alert_id=f"{number:032}", case_id=None, purpose="new", level=Level.ORANGE,
                title="题", body="文", created_at=START, drill=False,
            )  # fmt: skip
            with app.ledger.write() as books:
                to = f"部门{number % 23}"
                books.queue(alert, deliveries_for(alert, to, list(app.channels)[:1]))


def _incoming(number: int) -> Incoming:
    lines = week.lines()
    line, signs = lines[number % len(lines)], "东南西北上下左右前后里外高低长短大小多少冷热"
    rng = Random(number)
    own = "".join(rng.choice(signs) for _ in range(40))
    return Incoming(
        platform=line.platform, kind=line.kind, text=f"{line.text} {own}", title=line.title,
        native_id=str(number), published_at=START,
    )  # fmt: skip


def _work(folder: Path, shift: Shift, begun: float) -> None:
    def clock() -> datetime:
        return START + timedelta(seconds=(time.monotonic() - begun) * SPEED)

    with on_duty(folder, shift, clock) as app:
        if "analyse" in shift.stages:
            warm, _ = mention_of({"id": "warm", "platform": "weibo", "text": "排队太久"}, START)
            app.analyser.analyse(warm, START)
        (folder / f"ready.{os.getpid()}").touch()
        while not (folder / "go").exists():
            time.sleep(0.005)
        stages = [pipeline.STAGES[name] for name in shift.stages]
        while True:
            if not sum(stage(app) for stage in stages):
                if _over(app.ledger, shift):
                    return
                time.sleep(0.02)


def _over(ledger: Ledger, shift: Shift) -> bool:
    with ledger.read() as books:
        waiting = books.mentions.waiting()
    left = [stage for stage in ("analyse", "triage") if stage in shift.stages and stage in waiting]
    return not left and ("notify" not in shift.stages or ledger.outbox.soonest() is None)


def play(folder: Path, shift: Shift) -> dict[str, object]:
    """Work the shift in a folder; the account of it."""
    _prepare(folder, shift)
    begun = time.monotonic()

    def life() -> None:
        _work(folder, shift, begun)

    alive = {fork(life) for _ in range(shift.workers)}
    while len(list(folder.glob("ready.*"))) < shift.workers:
        time.sleep(0.01)
    (folder / "go").touch()
    started = time.monotonic()
    killed = _supervise(alive, life, Random(shift.seed), shift.kills)
    seconds = time.monotonic() - started
    accepted = [tuple(line) for line in _lines(folder / "accepted")]
    return {
        "shift": asdict(shift), "seconds": seconds, "killed": killed,
        "read": _times(_lines(folder / "read")), "unmarked_copies": _unmarked(accepted),
        "accepted": _times([name for name, _ in accepted]),
    }  # fmt: skip


def _unmarked(accepted: Sequence[tuple[str, bool]]) -> int:
    """Accepts after the first of one delivery that do not say so."""
    seen: set[str] = set()
    found = 0
    for name, marked in accepted:
        found += name in seen and not marked
        seen.add(name)
    return found


def _times(names: Sequence[object]) -> dict[int, int]:
    """times -> how many things happened so often."""
    return dict(Counter(Counter(names).values()))


def _supervise(alive: set[int], life: Callable[[], None], rng: Random, kills: int) -> int:
    """Kill so many, at moments of chance, each followed by another, until all have ended."""
    killed = 0
    while alive:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid:
            alive.discard(pid)
            if os.WIFSIGNALED(status):
                alive.add(fork(life))
            elif os.WEXITSTATUS(status):
                sys.exit("a worker failed by itself")
        elif killed < kills:
            time.sleep(rng.uniform(0.1, 0.5))
            os.kill(rng.choice(sorted(alive)), signal.SIGKILL)
            killed += 1
        else:
            time.sleep(0.005)
    return killed


def _lines(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def ledger_of(folder: Path, shift: Shift) -> Ledger:
    """The ledger of a shift that is over."""
    url = shift.url or home_at(folder / "home").ledger_url
    return open_ledger(url, drill=False, now=START)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(play(Path(sys.argv[1]), Shift(**json.loads(sys.argv[2])))))  # noqa: T201
