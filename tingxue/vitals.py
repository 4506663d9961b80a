"""The figures of the machine and of the work that doctor and metrics show; counts and moments only.

What is not known here (another system than Linux, a ledger on a server) is None and is not shown.
"""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ledger.lags import Lag
from tingxue import heartbeat
from tingxue.app import App
from tingxue.heartbeat import Heartbeat
from tingxue.home import Home

_KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Sizes in bytes. available, memory: of the machine. resident: what ``watch`` holds of it.
    beat: its last sign of life, by this machine's clocks. backup, drilled: the last ones on
    record; first_seen: of the oldest mention."""

    free: int
    disk: int
    ledger: int | None
    available: int | None
    memory: int | None
    resident: int | None
    beat: Heartbeat | None
    lags: dict[str, Lag]
    backup: datetime | None
    drilled: datetime | None
    first_seen: datetime | None


def taken(app: App) -> Vitals:
    """The figures of this moment."""
    disk, meminfo, beat = os.statvfs(app.home.path), _kib(Path("/proc/meminfo")), _beat(app.home)
    status = _kib(Path(f"/proc/{beat.pid}/status")) if beat and not beat.stopped else {}
    with app.ledger.read() as books:
        return Vitals(
            free=disk.f_bavail * disk.f_frsize, disk=disk.f_blocks * disk.f_frsize,
            ledger=None if app.ledger.shared else _size(app.home),
            available=meminfo.get("MemAvailable"), memory=meminfo.get("MemTotal"),
            resident=status.get("VmRSS"), beat=beat, lags=books.lags.all(app.clock()),
            backup=books.audit.last("backup"), drilled=books.audit.last("restore-drill"),
            first_seen=books.lags.first_seen(),
        )  # fmt: skip


def _size(home: Home) -> int:
    """Of the ledger's file and of what waits beside it to be written into it."""
    files = [home.ledger, home.ledger.with_name(f"{home.ledger.name}-wal")]
    return sum(path.stat().st_size for path in files if path.exists())


def _beat(home: Home) -> Heartbeat | None:
    try:
        return heartbeat.read(home.heartbeat)
    except (OSError, ValueError):  # the watchdog says so
        return None


def _kib(path: Path) -> dict[str, int]:
    """The lines "Name: 123 kB" of a file of /proc, in bytes; empty where there is no such file, or
    where it is another container's process."""
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    words = [line.replace(":", " ").split() for line in lines]
    return {one[0]: int(one[1]) * _KIB for one in words if len(one) == 3 and one[2] == "kB"}
