"""The sign of life of ``tingxue watch``: one small file, which only its own loop keeps fresh.

A file in the home and no row of the ledger: who reads it must be able to tell a program that stands
still from a ledger that is locked, broken or gone. The loop writes it every second, with what each
kind of work last did: a tick that hangs shows although the loop goes on.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from domain.times import Clock, Steady


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One kind of work. moved: when it last got on, by the steady clock; allowed: seconds it may
    take until it does so again, beside the patience of who looks. failures: ticks in a row that
    ended with an error, the first at ``failing_since`` (steady); error: the last one's class."""

    moved: float
    allowed: float = 0.0
    failures: int = 0
    failing_since: float = 0.0
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The whole file. at: by the wall clock; steady and machine: see ``domain.times.Steady``.
    sources: how many are switched on. stopped: the program was ended on purpose."""

    at: datetime
    steady: float
    machine: str
    pid: int
    sources: int
    stopped: bool
    beats: Mapping[str, Beat]


def read(path: Path) -> Heartbeat | None:
    """The last sign of life; None where there never was one. Raises ValueError for a file that is
    no heartbeat, OSError for one that cannot be read."""
    try:
        said = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    try:
        beats = {name: Beat(**beat) for name, beat in said.pop("beats").items()}
        return Heartbeat(at=datetime.fromisoformat(said.pop("at")), beats=beats, **said)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no heartbeat: {type(error).__name__}") from error


def replace_file(path: Path, text: str) -> None:
    """The whole file or the old one, for its owner only. Not brought to the disk: what was true
    before a power cut is true no longer. Raises OSError."""
    draft = path.with_name(f".{path.name}.new")  # one name: a kill leaves no second one behind
    draft.touch(mode=0o600)
    draft.write_text(text, "utf-8")
    draft.replace(path)


@dataclass(slots=True)
class Heart:
    """What ``watch`` knows of its own work; the ticks' threads write into it."""

    path: Path
    clock: Clock
    steady: Steady
    sources: int
    _beats: dict[str, Beat] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def moves(self, name: str, allowed: float) -> None:
        """The work goes on, and will again within so many seconds."""
        with self._lock:
            known = self._beats.get(name, Beat(moved=0.0))
            self._beats[name] = replace(known, moved=self.steady.seconds(), allowed=allowed)

    def ended(self, name: str, idle: float, error: Exception | None = None) -> None:
        """A tick is over, the next one comes after ``idle`` seconds."""
        now = self.steady.seconds()
        with self._lock:
            before = self._beats.get(name, Beat(moved=now))
            self._beats[name] = Beat(moved=now, allowed=idle) if error is None else Beat(
                moved=now, allowed=idle, failures=before.failures + 1,
                failing_since=before.failing_since if before.failures else now,
                error=type(error).__name__,
            )  # fmt: skip

    def write(self, *, stopped: bool = False) -> None:
        """Say that the loop is alive, or that it ends now. Raises OSError."""
        with self._lock:
            beats = {name: asdict(beat) for name, beat in self._beats.items()}
        said = {
            "at": self.clock().isoformat(),
            "steady": self.steady.seconds(),
            "machine": self.steady.machine,
            "pid": os.getpid(),
            "sources": self.sources,
            "stopped": stopped,
            "beats": beats,
        }
        replace_file(self.path, json.dumps(said, ensure_ascii=False))
