"""Plays the demo week twice: once undisturbed, once killed with SIGKILL again and again.

    python tests/killer.py FOLDER PORT SEED '{"triage": 2, ...}' [URL_OF_CALM URL_OF_KILLED]

makes the homes FOLDER/calm and FOLDER/killed, FOLDER/calm.points with every point that was
passed, and FOLDER/killed.points with those at which it was killed, that many of each stage. The
ledgers are files there, or the two empty databases of these URLs.

A *point* is a moment just before something is written: a write statement or a COMMIT of the
ledger, or a file of the home being opened for writing (a channel, a paper, the step mark). Which
stage a point belongs to is read from the call stack, so nothing of ours is replaced. Each life of
the player is a fork of this process, which has imported everything once; the crawl's own child
process is watched through a ``sitecustomize`` and can take its parent along or be left an orphan.
"""

import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any

from forks import fork
from sqlalchemy import Connection, Engine, event

GROUP, ORPHAN = "group", "orphan"
"""Whom a kill inside the crawl's child takes: child and parent, or the parent alone."""

SUPERVISE = "supervise"
"""Stage 1 as seen by the parent, which waits for the crawl's child."""

_ARMED = "TINGXUE_TEST_KILL"
_WRITES = ("INSERT", "UPDATE", "DELETE", "SELECT pg_advisory_xact_lock")
_SUBREAPER = 36  # prctl(2): orphans become our children, so that we can wait for them


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """Strike at the ``nth`` point of a stage, counted from ``step`` of the script on."""

    step: int
    stage: str
    nth: int
    whom: str = GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point that was passed (or, in a kill's report, was not)."""

    step: int
    stage: str
    what: str


@dataclass(slots=True, kw_only=True)
class Watch:
    """Counts points in one process; writes them down (unarmed), or kills at the one it is armed
    for. A life after the last kill is not watched at all."""

    home: Path
    log: Path
    stage_now: Callable[[], str | None]
    kill: Kill | None = None
    count: int = 0
    busy: bool = False
    struck: bool = False

    def listen(self) -> None:
        """Watch every ledger of this process and every file it opens for writing."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        sys.addaudithook(self._audit)

    def _statement(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(_WRITES):
            self.point(" ".join(statement.split()[:3]))

    def _commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get("tingxue_write"):
            self.point("COMMIT")

    def _audit(self, name: str, args: tuple[Any, ...]) -> None:
        if name != "open" or self.busy or not isinstance(args[0], str | bytes):
            return
        path = os.fsdecode(args[0])
        if args[2] & (os.O_WRONLY | os.O_RDWR) and path.startswith(f"{self.home}{os.sep}"):
            self.point(f"open {os.path.relpath(path, self.home)}")

    def point(self, what: str) -> None:
        """Something is about to be written."""
        stage = self.stage_now()
        if stage is None:
            return
        self.busy = True
        at = Point(step=_step(self.home), stage=stage, what=what)
        if self.kill is None:
            self._note(at)
        elif not self.struck and at.step >= self.kill.step and self._due(stage, self.kill):
            self._strike(at, self.kill)
        self.busy = False

    def _due(self, stage: str, kill: Kill) -> bool:
        """The crawl's child may have less to write than in the undisturbed week; then its parent
        strikes when the child has ended."""
        self.count += stage == kill.stage
        late = (stage, kill.stage) == (SUPERVISE, "collect")
        return late or (stage == kill.stage and self.count >= kill.nth)

    def _note(self, at: Point) -> None:
        with self.log.open("a") as out:
            out.write(json.dumps(asdict(at)) + "\n")

    def _strike(self, at: Point, kill: Kill) -> None:
        self.struck = True  # an orphan lives on, and has nothing more to tell
        parent = at.stage != kill.stage
        self._note(replace(at, stage=kill.stage, what=at.what + " (in the parent)" * parent))
        if kill.whom == ORPHAN and at.stage != SUPERVISE:
            os.kill(os.getppid(), signal.SIGKILL)
        else:
            os.killpg(0, signal.SIGKILL)


def _step(home: Path) -> int:
    """The step of the script being played."""
    try:
        return int((home / "step").read_text())
    except FileNotFoundError:
        return 0


# --- in the player --------------------------------------------------------------------------------


def _stages() -> dict[CodeType, str]:
    from tingxue import acting, collecting, importing, pipeline, reporting, reviewing

    found: dict[Any, str] = {
        importing.import_file: "import", collecting.collect: SUPERVISE,
        collecting._supervise: SUPERVISE, pipeline.analyse: "analyse",
        pipeline.triage: "triage", pipeline.notify: "notify", pipeline.index: "index",
        pipeline.chase: "chase", reporting.make: "reports", acting.act: "people",
        reviewing.confirm: "review", reviewing.dismiss: "review",
    }  # fmt: skip
    return {function.__code__: name for function, name in found.items()}


def _from_stack(stages: dict[CodeType, str]) -> Callable[[], str | None]:
    """The stage whose function is running; None outside all of them."""

    def stage_now() -> str | None:
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code in stages:
                return stages[frame.f_code]
            frame = frame.f_back  # type: ignore[assignment]
        return None

    return stage_now


def _play(
    home: Path, port: int, ledger: str, log: Path | None = None, kill: Kill | None = None
) -> None:
    """One life; without a log it is not watched."""
    from tingxue.demo import runner
    from tingxue.home import home_at

    os.setpgid(0, 0)
    if log is not None:
        armed = {"home": str(home), "log": str(log), "kill": asdict(kill) if kill else None}
        os.environ[_ARMED] = json.dumps(armed)
        Watch(home=home, log=log, kill=kill, stage_now=_from_stack(_stages())).listen()
    with runner.stage(home_at(home), port=port, ledger=ledger) as stage:
        runner.play(stage)


# --- in the crawl's child process -----------------------------------------------------------------


def watch_crawl() -> None:
    """Called by the ``sitecustomize`` of a crawl's child: all its points are of stage collect."""
    armed = json.loads(os.environ[_ARMED])
    kill = Kill(**armed["kill"]) if armed["kill"] else None
    log, home = Path(armed["log"]), Path(armed["home"])
    Watch(home=home, log=log, kill=kill, stage_now=lambda: "collect").listen()


def _teach_children(folder: Path) -> None:
    """Python children find a ``sitecustomize`` that watches them."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text("import killer\n\nkiller.watch_crawl()\n")
    os.environ["PYTHONPATH"] = os.pathsep.join((str(folder), str(Path(__file__).parent)))


# --- the killer -----------------------------------------------------------------------------------


def _live(play: Callable[[], None]) -> int:
    """Play in a fork; the signal that ended it, 0 when it came to its end by itself."""
    _, status = os.waitpid(fork(play), 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        sys.exit(f"the player failed by itself ({os.WEXITSTATUS(status)})")
    return os.WTERMSIG(status)


def main(
    folder: Path, port: int, seed: int, wanted: Mapping[str, int], ledgers: Sequence[str]
) -> None:
    """Both weeks, by code that was read once and under one author key."""
    import tingxue.cli  # noqa: F401 -- once, before the first fork

    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    _teach_children(folder / "site")
    _warm(folder / "warm")
    calm, killed = folder / "calm", folder / "killed"
    _live(partial(_play, calm, port, ledgers[0], folder / "calm.points"))
    shutil.copytree(calm / "author-keys", killed / "author-keys")
    for kill in chosen(points(folder / "calm.points"), wanted, Random(seed)):
        if not _live(partial(_play, killed, port, ledgers[1], folder / "killed.points", kill)):
            return  # over before this kill's turn came: the caller will miss it
    os.environ.pop("PYTHONPATH")
    _live(partial(_play, killed, port, ledgers[1]))
    while _reaped():
        pass


def _warm(home: Path) -> None:
    """Load dictionaries and models once, before the first fork."""
    from tingxue.app import opened
    from tingxue.demo import runner
    from tingxue.home import home_at

    with opened(home=home_at(home), clock=runner.Moment(runner.START), channels={}) as app:
        from domain.types import Incoming, Kind
        from tingxue.intake import LedgerIntake
        from tingxue.pipeline import analyse, index

        words = "天定山滑雪场的出租车司机拒载，张口就要二百块，太坑人了！"
        LedgerIntake(app.ledger, "warm", app.clock)(
            [Incoming(platform="weibo", kind=Kind.POST, text=words)]
        )
        analyse(app)
        index(app)


def _reaped() -> bool:
    try:
        os.wait()
    except ChildProcessError:
        return False
    return True


# --- for tests ------------------------------------------------------------------------------------


def points(log: Path) -> list[Point]:
    """What a log of points holds."""
    return [Point(**json.loads(line)) for line in log.read_text().splitlines()]


def chosen(passed: Sequence[Point], wanted: Mapping[str, int], rng: Random) -> list[Kill]:
    """Kills spread over a week: each stage's points cut into as many slices as it shall have
    kills, one point of each slice; in the order of the week. Half of the crawl's leave an orphan.
    What a first kill within a step let pass is not passed again, so a second one counts from it.
    """
    found: list[tuple[int, Kill]] = []
    for stage, many in wanted.items():
        mine, before = list(_numbered(passed, stage)), (-1, 0)
        for n in range(many):
            low, high = n * len(mine) // many, (n + 1) * len(mine) // many
            at, step, nth = mine[rng.randrange(low, high)]
            whom = ORPHAN if stage == "collect" and n % 2 else GROUP
            left = nth - before[1] if step == before[0] else nth
            found.append((at, Kill(step=step, stage=stage, nth=left, whom=whom)))
            before = (step, nth)
    return [kill for _, kill in sorted(found, key=lambda one: one[0])]


def _numbered(passed: Sequence[Point], stage: str) -> Iterator[tuple[int, int, int]]:
    """(position in the week, step, number within the step) of each point of a stage."""
    step, nth = -1, 0
    for at, point in enumerate(passed):
        if point.stage == stage:
            nth = nth + 1 if point.step == step else 1
            step = point.step
            yield at, step, nth


if __name__ == "__main__":
    sys.modules["killer"] = sys.modules["__main__"]
    main(
        Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:4]), json.loads(sys.argv[4]),
        sys.argv[5:] or ["", ""],
    )  # fmt: skip
