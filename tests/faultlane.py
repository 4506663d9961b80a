"""The fault lane: many messages through robots that fail in every way, by senders that are killed.

    python tests/faultlane.py FOLDER '{"messages": 2000, "seed": 1}'

prints one JSON line: what was lost, what came twice, and why. Producers write alerts, workers send
them with the real 企业微信 channel to servers on loopback, and each is killed with SIGKILL, by
chance, at every commit boundary and around each send; a supervisor starts it again. Time is
compressed: the clock runs ``SPEED`` times as fast, so a lease of 45 s is over in three.

Which accept belongs to which attempt is known: each message carries its delivery and the number of
the attempt, the servers write down what they accepted, the ledger what its senders were told, and
each killed process where it was struck.
"""

import json
import logging
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from fakes import reset
from forks import fork
from sqlalchemy import Connection, Engine, event, func, select, text

from alerts.channels import wecom
from alerts.dispatcher import dispatch
from alerts.messages import RESENT
from alerts.routing import deliveries_for
from domain.identity import digest
from domain.plan import ChannelSpec, Pace
from domain.ports import Channel
from domain.types import Alert, Delivery, Level, SendResult
from ledger import schema
from ledger.engine import Ledger, open_ledger

SPEED = 15
START = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
TIMEOUT = 0.6
"""Seconds (real) until a sender gives up on a stalled server."""
FAULTS = (
    "500", "429", "errcode", "reset before", "reset after", "stall", "half body", "html",
    "slow-loris", "tls",
)  # fmt: skip
UNCONFIRMED = frozenset({"reset after", "stall", "half body", "slow-loris"})
"""Faults of a server that has accepted, and does not get to say so."""
WINDOW = ("accepted", "finish write", "finish commit")
"""Where a kill leaves an accept unconfirmed; at every other point nothing may come twice."""
PACES = {"robot": Pace(digest_seconds=20), "tls": Pace(digest_seconds=20)}


@dataclass(frozen=True, kw_only=True)
class Lane:
    """What is played. faults: share of sends that fail; kills: chance of each point. at: only
    points that begin so strike ("" for all). ledger: the URL of an empty one; "": a file."""

    messages: int = 2_000
    seed: int = 1
    faults: float = 0.2
    kills: float = 0.01
    at: str = ""
    workers: int = 4
    ledger: str = ""


# --- the servers ----------------------------------------------------------------------------------


def _certificate(folder: Path, name: str) -> Path:
    path = folder / f"{name}.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", path, "-out", f"{path}.cert"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + Path(f"{path}.cert").read_bytes())
    return path


class Robot:
    """Two servers that speak the robot's protocol, one of them over TLS, and fail by chance."""

    def __init__(self, folder: Path, lane: Lane) -> None:
        self._log = os.open(folder / "accepted", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._rng, self._lane = Random(f"robot {lane.seed}"), lane
        self._good, self._wrong = (
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) for _ in ("good", "wrong")
        )
        self._good.load_cert_chain(folder / "good.pem")
        self._wrong.load_cert_chain(folder / "wrong.pem")
        self.plain, self.tls = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))

    def serve(self) -> None:
        threads = [
            threading.Thread(target=self._accept, args=(listening, secure))
            for listening, secure in ((self.plain, False), (self.tls, True))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _accept(self, listening: socket.socket, secure: bool) -> None:
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=self._guarded, args=(connection, secure), daemon=True).start()

    def _guarded(self, connection: socket.socket, secure: bool) -> None:
        connection.settimeout(5)
        with suppress(OSError), connection:
            self._talk(connection, self._fault(secure), secure)

    def _fault(self, secure: bool) -> str:
        if self._rng.random() >= self._lane.faults:
            return ""
        return self._rng.choice(FAULTS if secure else FAULTS[:-1])

    def _talk(self, connection: socket.socket, fault: str, secure: bool) -> None:
        if secure:
            context = self._wrong if fault == "tls" else self._good
            connection = context.wrap_socket(connection, server_side=True)
        if fault == "reset before":
            reset(connection)
            return
        request = _request(connection)
        if fault in ("", *UNCONFIRMED):
            self._note(request, fault)
        _ANSWERS.get(fault, _answer_ok)(connection)

    def _note(self, request: str, fault: str) -> None:
        found = re.search(r"ID=(\w+)\.(\d+);", request)
        assert found is not None, request
        line = [found[1], int(found[2]), fault, RESENT in request]
        os.write(self._log, (json.dumps(line) + "\n").encode())


def _request(connection: socket.socket) -> str:
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536) or _gone()
    head, _, body = got.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
    assert length is not None
    while len(body) < int(length[1]):
        body += connection.recv(65536) or _gone()
    return body.decode()


def _gone() -> bytes:
    raise ConnectionError("the client left")


def _http(status: str, body: bytes, *more: str) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *more]
    return "\r\n".join([*head, "", ""]).encode() + body


_OK = _http("200 OK", b'{"errcode":0,"errmsg":"ok"}', "Content-Type: application/json")


def _answer_ok(connection: socket.socket) -> None:
    connection.sendall(_OK)


def _says(answer: bytes) -> Callable[[socket.socket], None]:
    return lambda connection: connection.sendall(answer)


def _stall(_connection: socket.socket) -> None:
    time.sleep(TIMEOUT * 1.5)


def _trickle(connection: socket.socket) -> None:
    for byte in _OK:
        connection.sendall(bytes([byte]))
        time.sleep(TIMEOUT / 8)


_ANSWERS: dict[str, Callable[[socket.socket], None]] = {
    "500": _says(_http("500 Internal Server Error", b"oops")),
    "429": _says(_http("429 Too Many Requests", b"", "Retry-After: 1")),
    "errcode": _says(_http("200 OK", b'{"errcode":-1,"errmsg":"system busy"}')),
    "html": _says(_http("200 OK", b"<html><body>gateway</body></html>")),
    "half body": _says(_OK[:-9]),
    "reset after": reset,
    "stall": _stall,
    "slow-loris": _trickle,
}


# --- what is killed -------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Fate:
    """Strikes the process it lives in, by chance, at a point; writes down where, and with what
    in hand."""

    log: int
    lane: Lane
    rng: Random
    phase: str = "claim"
    hand: tuple[str, int] | None = None
    wrote: bool = False

    def at(self, point: str) -> None:
        if point.startswith(self.lane.at) and self.rng.random() < self.lane.kills:
            hand = self.hand if point in WINDOW or point == "before send" else None
            os.write(self.log, (json.dumps([point, hand]) + "\n").encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def listen(self) -> None:
        """Watch every write and commit of this process's ledger."""
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Engine, "commit", self._commit)
        event.listen(Engine, "checkin", self._checkin)

    def _statement(self, _c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("INSERT", "UPDATE")):
            self.wrote = True
            self.at(f"{self.phase} write")

    def _commit(self, _connection: Connection) -> None:
        if self.wrote:
            self.at(f"{self.phase} commit")

    def _checkin(self, *_: object) -> None:
        if self.wrote:
            self.wrote = False
            self.phase = "produce" if self.phase == "produce" else "claim"
            self.at("after commit")


@dataclass(frozen=True)
class Marked:
    """The real channel, with the attempt written into the message and fate around it."""

    inner: Channel
    fate: Fate

    def send(self, delivery: Delivery) -> SendResult:
        fate = self.fate
        fate.hand = (delivery.delivery_id, delivery.attempts)
        again = RESENT if delivery.alert.title.endswith(RESENT) else ""
        title = f"ID={delivery.delivery_id}.{delivery.attempts};{again}"
        fate.at("before send")
        result = self.inner.send(replace(delivery, alert=replace(delivery.alert, title=title)))
        fate.phase = "finish"
        fate.at("accepted")
        return result


def _clock(begun: float) -> Callable[[], datetime]:
    return lambda: START + timedelta(seconds=(time.monotonic() - begun) * SPEED)


def _alert(number: int, now: datetime) -> Alert:
    level = Level.BLUE if number % 5 == 0 else Level.ORANGE
    return Alert(
        alert_id=digest("fault lane", str(number), length=32), case_id=f"LHS-{number:05}",
        purpose="new", level=level, title="", body=f"第 {number} 条", created_at=now, drill=False,
    )  # fmt: skip


def _produce(ledger: Ledger, lane: Lane, clock: Callable[[], datetime]) -> None:
    while True:
        with ledger.write() as books:
            done = books.connection.scalar(select(func.count()).select_from(schema.alerts)) or 0
            if done >= lane.messages:
                return
            for number in range(done, min(done + 5, lane.messages)):
                alert = _alert(number, clock())
                over = ["tls"] if number % 6 == 0 else ["robot"]
                books.queue(alert, deliveries_for(alert, f"部门{number % 7}", over))


def _work(ledger: Ledger, lane: Lane, folder: Path, ports: tuple[int, int], fate: Fate,
          clock: Callable[[], datetime]) -> None:  # fmt: skip
    channels = {
        name: Marked(_channel(name, port, folder, clock), fate)
        for name, port in zip(("robot", "tls"), ports, strict=True)
    }
    outbox = ledger.paced(PACES, lambda _alert, _receiver: ())
    while not _over(ledger, lane):
        handled = dispatch(outbox, channels, clock=clock, rng=fate.rng, limit=50).handled
        if not handled:
            time.sleep(0.02)


def _channel(name: str, port: int, folder: Path, clock: Callable[[], datetime]) -> Channel:
    scheme = "https" if name == "tls" else "http"
    options = {
        "key": "fault-lane", "base_url": f"{scheme}://127.0.0.1:{port}",
        "ca_file": str(folder / "good.pem.cert"), "read_timeout": str(TIMEOUT),
        "connect_timeout": "5",
    }  # fmt: skip
    spec = ChannelSpec(name=name, kind="wecom", options=options)
    return wecom.channel(spec, home=folder, clock=clock)


def _over(ledger: Ledger, lane: Lane) -> bool:
    if ledger.outbox.soonest() is not None:
        return False
    return sum(ledger.outbox.states().values()) >= lane.messages


# --- the supervisor -------------------------------------------------------------------------------


def play(folder: Path, lane: Lane) -> dict[str, object]:
    """Play the lane in a folder; the account of it."""
    for name in ("good", "wrong"):
        _certificate(folder, name)
    robot = Robot(folder, lane)
    ports = robot.plain.getsockname()[1], robot.tls.getsockname()[1]
    server = fork(robot.serve)
    url = lane.ledger or f"sqlite:///{folder / 'ledger.db'}"
    open_ledger(url, drill=False, now=START).close()
    kills = os.open(folder / "kills", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    begun, lives = time.monotonic(), Counter[str]()

    def life(role: str, number: int) -> None:
        rng = Random(f"{lane.seed} {role} {number} {lives[role]}")
        fate = Fate(
            log=kills, lane=lane, rng=rng, phase="produce" if role == "produce" else "claim"
        )
        clock = _clock(begun)
        with closing(open_ledger(url, drill=False, now=START)) as ledger:
            fate.listen()
            if role == "produce":
                _produce(ledger, lane, clock)
            else:
                _work(ledger, lane, folder, ports, fate, clock)

    try:
        _supervise(life, [("produce", 0), *(("work", n) for n in range(lane.workers))], lives)
        seconds = time.monotonic() - begun
    finally:
        os.kill(server, signal.SIGKILL)
        os.waitpid(server, 0)
    return {"lane": asdict(lane), "seconds": round(seconds, 1), **_account(folder, url, lane)}


def _supervise(life: Callable[[str, int], None], roles: list[tuple[str, int]],
               lives: Counter[str]) -> None:  # fmt: skip
    """Every role lives until it ends by itself; one that was killed lives again."""
    alive = {fork(lambda role=role: life(*role)): role for role in roles}
    while alive:
        pid, status = os.waitpid(-1, 0)
        if pid not in alive:
            sys.exit("the server died")
        role = alive.pop(pid)
        lives[role[0]] += 1
        if os.WIFSIGNALED(status):
            alive[fork(lambda role=role: life(*role))] = role
        elif os.WEXITSTATUS(status):
            sys.exit(f"{role} failed by itself")


# --- the account ----------------------------------------------------------------------------------


@dataclass
class Copies:
    """What one message came to: accepts by what the ledger knows of the attempt."""

    confirmed: int = 0
    unconfirmed: int = 0
    unknown_to_the_ledger: int = 0
    unmarked: int = 0
    seen: list[int] = field(default_factory=list)

    @property
    def all(self) -> int:
        return self.confirmed + self.unconfirmed + self.unknown_to_the_ledger


def _account(folder: Path, url: str, lane: Lane) -> dict[str, object]:
    with closing(open_ledger(url, drill=False, now=START)) as ledger:
        with ledger.engine.connect() as db, db.begin():
            said = _outcomes(db)
            d = schema.deliveries.c
            rows = db.execute(select(func.coalesce(d.digest, d.delivery_id), d.state)).all()
            sound = "a server's" if lane.ledger else _sound(db)
    accepted = list(_lines(folder / "accepted"))
    copies = _copies(accepted, said)
    kills = list(_lines(folder / "kills"))
    safe = {tuple(hand) for point, hand in kills if hand and point not in WINDOW}
    taken = {(name, no) for name, no, _, _ in accepted}
    doubled = [one for one in copies.values() if one.all > 1]
    return {
        "lost": lane.messages - sum(copies[lead].all > 0 for lead, _ in rows if lead in copies),
        "unexplained_doubles": sum(
            max(0, one.all - 1 - one.unconfirmed) for one in copies.values()
        ) + len(safe & taken),
        "extra_copies": sum(one.all - 1 for one in doubled),
        "messages_sent": len({lead for lead, _ in rows}),
        "unmarked_copies": sum(one.unmarked for one in copies.values()),
        "unconfirmed_accepts": sum(one.unconfirmed for one in copies.values()),
        "states": dict(Counter(state for _, state in rows)),
        "kills": dict(Counter(point for point, _ in kills)),
        "spoiled": dict(Counter(fault for _, _, fault, _ in accepted if fault)),
        "outcomes": dict(Counter(str(outcome) for outcome in said.values())),
        "integrity": sound,
    }  # fmt: skip


def _sound(db: Connection) -> object:
    return db.execute(text("PRAGMA integrity_check")).scalar()


def _outcomes(db: Connection) -> dict[tuple[str, int], str | None]:
    a = schema.attempts.c
    query = select(a.delivery_id, a.no, a.outcome)
    return {(name, no): outcome for name, no, outcome in db.execute(query)}


def _copies(
    accepted: list[list[object]], said: dict[tuple[str, int], str | None]
) -> dict[str, Copies]:
    """By message. An accept that its sender took for a refusal, or that no attempt stands for, is
    explained by nothing."""
    found: dict[str, Copies] = defaultdict(Copies)
    for name, no, _, marked in accepted:
        assert isinstance(name, str) and isinstance(no, int)
        one = found[name]
        outcome = said.get((name, no), "none")
        twice = no in one.seen
        if outcome in (None, "unknown") and not twice:
            one.unconfirmed += 1
        elif outcome == "ok" and not twice:
            one.confirmed += 1
        else:
            one.unknown_to_the_ledger += 1
        one.unmarked += bool(one.seen) and not marked
        one.seen.append(no)
    return found


def _lines(path: Path) -> Iterator[list[object]]:
    for line in path.read_text().splitlines() if path.exists() else ():
        yield json.loads(line)


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # one line for each failed send
    place = Path(sys.argv[1])
    print(json.dumps(play(place, Lane(**json.loads(sys.argv[2]))), ensure_ascii=False))  # noqa: T201
