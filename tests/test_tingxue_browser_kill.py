"""Kill -9 of a child that goes through pages by itself: nothing lost, nothing doubled, nothing
opened again but the one page it was in."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from browser_site import SINGLE, STREAM, Site, chromium_or_skip, douyin, page_of
from sqlalchemy import select

from domain.times import system_clock
from ledger import schema
from ledger.engine import open_ledger
from tingxue.demo.replica import Answer, Asked, serving
from tingxue.home import home_at

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]

KILLS = 20
WORDS = ("天定山", "莲花山", "冰雪新天地", "泉眼镇", "劝农山")
PAGES = 6
HERE = Path(__file__).parent


@dataclass
class Striker:
    """Lets the site answer, and kills whoever asks a little after the ``nth`` of its searches."""

    site: Site
    nth: int = 0
    delay: float = 0.0
    count: int = 0
    struck: threading.Event = field(default_factory=threading.Event)

    def __call__(self, asked: Asked) -> Answer:
        if asked.path in (STREAM, SINGLE):
            self.count += 1
            if self.count == self.nth:
                threading.Timer(self.delay, self.struck.set).start()
        return self.site(asked)


def _life(home: Path, environ: Mapping[str, str], striker: Striker, *, group: bool) -> bool:
    """One life of the child; whether it was killed."""
    child = subprocess.Popen(
        [sys.executable, str(HERE / "browser_child.py"), *WORDS], start_new_session=True,
        env={**os.environ, **environ, "TINGXUE_HOME": str(home), "PYTHONPATH": _PATH},
    )  # fmt: skip
    while child.poll() is None and not striker.struck.is_set():
        time.sleep(0.005)
    if child.poll() is None:
        (os.killpg if group else os.kill)(child.pid, signal.SIGKILL)
    ended = child.wait(60)
    assert ended in (0, -signal.SIGKILL), "it fell by itself"
    return ended == -signal.SIGKILL


_PATH = os.pathsep.join((str(HERE.parent), str(HERE)))


def _ledger(home: Path) -> tuple[set[str], dict[str, int], dict[str, str]]:
    """Native ids, sightings of each mention, and marks."""
    ledger = open_ledger(home_at(home).ledger_url, drill=False, now=system_clock())
    try:
        with ledger.read() as books:
            connection = books.connection
            ids = {row[0] for row in connection.execute(select(schema.mentions.c.native_id))}
            seen = Counter(r[0] for r in connection.execute(select(schema.sightings.c.mention_id)))
            return ids, dict(seen), books.marks.of("dy")
    finally:
        ledger.close()


def test_killed_again_and_again_it_ends_where_it_would_have_ended(tmp_path: Path) -> None:
    chromium_or_skip()
    rng, feeds = Random(11), {}
    for number, words in enumerate(WORDS):
        feeds[page_of(words)] = douyin(PAGES, each=3, first=100 * number, words=words)
    wanted = {
        str(7561000000000000000 + 100 * n + k) for n in range(len(WORDS)) for k in range(3 * PAGES)
    }
    striker = Striker(Site(pages=feeds))
    with serving(striker) as replica:
        kills = 0
        while kills < KILLS:
            striker.struck.clear()
            striker.count, striker.nth = 0, rng.randint(1, 3)
            striker.delay = rng.uniform(0, 0.06)
            if not _life(tmp_path, replica.environment, striker, group=kills % 2 == 0):
                break  # it had come to its end
            kills += 1
        striker.nth, striker.struck = 0, threading.Event()
        assert not _life(tmp_path, replica.environment, striker, group=False)
        opened = Counter(a.query["keyword"] for a in replica.asked if a.path == STREAM)
    ids, sightings, marks = _ledger(tmp_path)
    assert ids == wanted
    assert set(sightings.values()) == {1}
    assert {words for words in WORDS if marks[f"search:{words}"].endswith(" done")} == set(WORDS)
    assert kills == KILLS
    assert sum(opened.values()) <= len(WORDS) + kills + 1, "more than one page of each life again"
