"""Collects from one source into a real ledger, again and again, until so many lives were killed
and one came to its own end.

    python tests/crawl_lives.py HOME SOURCE KILLS

Every life is a fork of this process, which has imported everything once, and writes its pid into
HOME/pid before it collects; whoever kills it starts the next one. Every second life writes none:
it kills itself just before one of the next pages it reads is committed. The clock stands still.
"""

import importlib
import os
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from forks import fork
from sqlalchemy import Connection, Engine, event

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
MOST_LIVES = 100
LIBRARIES = (  # nothing of this starts Scrapy's reactor
    "alembic.command", "crawlers.pagecache", "crawlers.platforms.articles", "protego",
    "scrapy.core.downloader.handlers.http11", "scrapy.downloadermiddlewares.cookies",
    "tingxue.collecting",
)  # fmt: skip


def _collect(folder: Path, name: str, commits: int) -> None:
    from tingxue.app import opened
    from tingxue.collecting import collect_one
    from tingxue.home import home_at

    (folder / "pid").unlink(missing_ok=True)
    if commits:
        _arm(commits)
    else:
        (folder / "pid.part").write_text(str(os.getpid()))
        (folder / "pid.part").rename(folder / "pid")
    with opened(home=home_at(folder), clock=lambda: NOW, channels={}) as app:
        collect_one(app, name)


def _arm(commits: int) -> None:
    """Fall just before the commit of that number."""
    left = iter(range(commits - 1, -1, -1))

    def passed(connection: Connection) -> None:
        if connection.get_execution_options().get("tingxue_write") and next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "commit", passed)


def _stored(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "ledger.db")) as ledger:
        (many,) = ledger.execute("SELECT count(*) FROM mentions").fetchone()
    return int(many)


def main(folder: Path, name: str, kills: int) -> None:
    for module in LIBRARIES:  # once, before the first fork
        importlib.import_module(module)
    rng = Random(20261123)
    for life in range(MOST_LIVES):
        commits = 0
        if life % 2 and kills > 0:  # one for the run, one for each page that is known
            commits = _stored(folder) + rng.randint(1, 4)
        _, status = os.waitpid(fork(partial(_collect, folder, name, commits)), 0)
        killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        kills -= killed
        if not killed and (status or kills <= 0):
            sys.exit(os.waitstatus_to_exitcode(status))
    sys.exit("never came to its end")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), sys.argv[2], int(sys.argv[3]))
