"""Copies of the ledger made before a change of schema: how they are named, made and thrown away.

A copy holds the originals of its day, so it is kept no longer than config says.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from ledger import sqlite

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"ledger-.+-(?P<made>\d{8}T\d{6}Z)\.db(?:-wal|-shm|-journal)?")


def keep(ledger: Path, folder: Path, revision: str, now: datetime) -> None:
    """Copy the SQLite file as it is under this revision of its schema."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sqlite.backup(ledger, folder / f"ledger-{revision}-{now.astimezone(UTC):{_STAMP}}.db")


def prune(folder: Path, before: datetime) -> int:
    """Delete the copies made before a moment, going by their names; how many files. What is not
    named like a copy is somebody's own and stays."""
    old = [path for path in sorted(folder.glob("*")) if _made_before(path.name, before)]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _made_before(name: str, moment: datetime) -> bool:
    match = _NAME.fullmatch(name)
    return match is not None and _moment(match["made"]) < moment


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC)
