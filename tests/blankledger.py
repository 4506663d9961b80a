"""Empty ledgers for tests that do not ask how one comes to be: born once a process by the program's
own migrations, which take longer than most tests, then copied.
"""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.engine import Ledger, open_ledger


def open_blank(file: Path, now: datetime, *, drill: bool = False) -> Ledger:
    """The ledger of that file, opened; an empty one is laid there where none stands."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(_born(drill))
    return open_ledger(f"sqlite:///{file}", drill=drill, now=now)


@cache
def _born(drill: bool) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "ledger.db"
        born = open_ledger(f"sqlite:///{file}", drill=drill, now=datetime(2026, 11, 23, tzinfo=UTC))
        born.close()  # the last to leave puts everything into the one file
        return file.read_bytes()
