"""Kills whoever makes, queues and sends the papers of a day, once at every point there is.

    python tests/paperkills.py FOLDER SECONDS

prints one JSON line for each point in turn: where it was struck, what was in hand, and which copies
were accepted by whom in the end. Each point has a home of its own, a copy of one on the morning
after a day of two reports; the first life there ends with SIGKILL at the point, the next begins so
many seconds later and does everything twice.

A *point* is the moment before or after a commit of the ledger, before a message is given to its
channel, and after the channel has accepted it. The mail goes to an SMTP server on loopback, what is
said in words into the file of the real channel ``file``.
"""

import json
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from fakes import ScriptedChannel
from forks import fork
from report_facts import plan
from smtpserver import Inbox, free_port, server
from sqlalchemy import Connection, Engine, event
from world import MONDAY, World, opened_world

from alerts.channels import file, mail
from domain.plan import ChannelSpec, Plan
from domain.ports import Channel
from domain.times import at_shanghai, shanghai_day
from domain.types import Delivery, SendResult
from domain.upkeep import PaperSpec
from tingxue import issuing, pipeline, reporting
from tingxue.app import App
from tingxue.reports import edition

OFFICE, GROUP, CHIEF = "办公室", "工作群", "局长"
MORNING = at_shanghai(shanghai_day(MONDAY) + timedelta(days=1), 8, 40)
_MAIL, _WORDS = "office_mail", "words"
_SAID = "words.jsonl"


def _plan() -> Plan:
    """An office with a mail box beside its robot, a group and a person with a robot each."""
    shipped = plan()
    specs = (
        ChannelSpec(name=_MAIL, kind="mail", options={}),
        ChannelSpec(name=_WORDS, kind="file", options={"path": _SAID}),
    )
    return replace(
        shipped,
        channels={**shipped.channels, **{one.name: one for one in specs}},
        receivers={OFFICE: (_MAIL, _WORDS), GROUP: (_WORDS,), CHIEF: (_WORDS,)},
        papers=PaperSpec(to=(OFFICE, GROUP, CHIEF)),
    )


# --- what is killed -------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Fate:
    """Strikes the process it lives in at the ``nth`` point; writes down where, and which message
    its receiver had accepted by then although the ledger does not know."""

    log: Path
    nth: int
    stage: str = ""
    wrote: bool = False
    accepted: tuple[str, str] | None = None
    count: int = 0

    def at(self, point: str) -> None:
        self.count += 1
        if self.count == self.nth:
            said = {"stage": self.stage, "point": point, "in_doubt": self.accepted}
            self.log.write_text(json.dumps(said, ensure_ascii=False))
            os.kill(os.getpid(), signal.SIGKILL)

    def listen(self) -> None:
        """Watch every commit of this process's ledger that has something to write."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        event.listen(Engine, "checkin", self._checkin)

    def _statement(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.wrote = self.wrote or statement.startswith(("INSERT", "UPDATE", "DELETE"))

    def _commit(self, _connection: Connection) -> None:
        if self.wrote:
            self.at("commit")

    def _checkin(self, *_: object) -> None:
        if self.wrote:
            self.wrote, self.accepted = False, None
            self.at("committed")


@dataclass(frozen=True)
class Watched:
    """The real channel with fate around it."""

    inner: Channel
    way: str
    fate: Fate | None

    def send(self, delivery: Delivery) -> SendResult:
        if self.fate is None:
            return self.inner.send(delivery)
        self.fate.at("before send")
        result = self.inner.send(delivery)
        if result.outcome == "ok":
            self.fate.accepted = (self.way, delivery.receiver)
        self.fate.at("accepted")
        return result


def _connected(world: World, port: int, fate: Fate | None) -> App:
    options = {
        "host": "127.0.0.1", "port": str(port), "security": "none", "timeout": "15",
        "from": "tingxue@example.org", "to": "office@example.org",
    }  # fmt: skip
    app, home = world.app, world.app.home.path
    box = mail.channel(ChannelSpec(name=_MAIL, kind="mail", options=options), home=home,
                       clock=world.clock)  # fmt: skip
    words = file.channel(app.plan.channels[_WORDS], home=home, clock=world.clock)
    made = {_MAIL: Watched(box, "mail", fate), _WORDS: Watched(words, "words", fate)}
    return replace(app, channels={**made, "console": ScriptedChannel()})


def _live(folder: Path, port: int, after: float, fate: Fate | None) -> None:
    """Everything that leads from the day to the accepted copies, once."""
    with opened_world(folder, _plan()) as world:
        world.clock.now = MORNING + timedelta(seconds=after)
        app = _connected(world, port, fate)
        if fate:
            fate.listen()
        for stage in (reporting.make_missing, issuing.issue_due, pipeline.notify):
            if fate:
                fate.stage = stage.__name__
            stage(app)


def _prepare(folder: Path) -> None:
    """A Monday with two reports, whose own messages have gone out."""
    with opened_world(folder, _plan()) as world:
        issuing.issue_due(world.app)
        world.say(1, ("taxi_refusal",), places=("龙嘉机场",), text="打车被拒")
        world.say(2, ("price_gouging",), places=("天定山滑雪场",), text="一碗面四十五没有标价")
        robot = ScriptedChannel()
        channels = dict.fromkeys(world.app.plan.channels, robot)
        while world.app.ledger.outbox.soonest() is not None:
            pipeline.notify(replace(world.app, channels=channels))
            world.clock.move(600)


# --- the mail server ------------------------------------------------------------------------------


@dataclass
class Noting(Inbox):
    """Appends the subject of each mail and its files to a log, before it says so."""

    log: Path = Path()

    async def handle_DATA(self, session, envelope, data) -> str:  # type: ignore[no-untyped-def]
        said = await super().handle_DATA(session, envelope, data)
        files = sorted(str(part.get_filename()) for part in self.mails[-1].iter_attachments())
        with self.log.open("a", encoding="utf-8") as out:
            out.write(json.dumps([str(self.mails[-1]["Subject"]), files], ensure_ascii=False))
            out.write("\n")
        return said


@contextmanager
def _mail_server(log: Path) -> Iterator[int]:
    port = free_port()

    def serve() -> None:
        with server(Noting(log=log), port):
            signal.pause()

    child = fork(serve)
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


# --- the account ----------------------------------------------------------------------------------


def play(folder: Path, after: float) -> Iterator[dict[str, object]]:
    """One account for each point, until there is none left."""
    _prepare(folder / "calm")
    mails = folder / "mails"
    with _mail_server(mails) as port:
        for nth in range(1, 1_000):
            mails.write_text("")
            home, log = folder / f"killed{nth}", folder / f"struck{nth}"
            shutil.copytree(folder / "calm", home)
            fate = Fate(log=log, nth=nth)
            first = _wait(fork(lambda home=home, fate=fate: _live(home, port, 0, fate)))  # type: ignore[misc]
            if first == 0:
                yield {"stage": "", "point": "none", "in_doubt": None, **_account(home, mails)}
                return
            if first != -signal.SIGKILL:
                sys.exit(f"the life of point {nth} failed by itself")
            for _ in range(2):
                if _wait(fork(lambda home=home: _live(home, port, after, None))):  # type: ignore[misc]
                    sys.exit(f"the life after point {nth} failed")
            yield {**json.loads(log.read_text()), **_account(home, mails)}
            shutil.rmtree(home)
    sys.exit("the points do not come to an end")


def _wait(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _account(folder: Path, mails: Path) -> dict[str, object]:
    with opened_world(folder, _plan()) as world:
        states = world.app.ledger.outbox.states()
    got = [["mail", OFFICE, *json.loads(line)] for line in mails.read_text("utf-8").splitlines()]
    for line in (folder / "home" / _SAID).read_text("utf-8").splitlines():
        one = json.loads(line)
        got.append(["words", one["receiver"], one["title"], []])
    return {"states": states, "accepted": got}


if __name__ == "__main__":
    assert edition  # the papers' libraries are loaded once, before the first life
    for found in play(Path(sys.argv[1]), float(sys.argv[2])):
        print(json.dumps(found, ensure_ascii=False), flush=True)  # noqa: T201
