"""SIGKILL in the middle of a crawl into a real ledger, at requests and at commits that chance
chose: in the end the ledger holds what an undisturbed crawl brings."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from newssite import MARKS, PARAGRAPHS, article, paragraphs, section
from sqlalchemy import Table, create_engine, select

from ledger import schema
from tests.local_site import Answer, LocalSite, Script
from tingxue.home import home_at

SHIPPED = Path(__file__).parents[1] / "config"
HERE = Path(__file__).parent
KILLS = 20
ARTICLES = 30
CALL = "游客的电话是13800138000。"


@dataclass(slots=True)
class Killer:
    """Kills the life whose pid stands in a file: so many requests after the last kill as chance
    says, and at once or up to 40 ms after it came, so that it also strikes while pages are read,
    stored and put away."""

    rng: Random
    pid: Path
    left: int = KILLS // 2
    until: int = 1
    killed: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def asked(self) -> None:
        with self.lock:
            self.until -= 1
            if self.until or not self.left:
                return
            self.left -= 1
            self.until = self.rng.randint(1, 8)
            wait = self.rng.choice((0.0, self.rng.uniform(0, 0.04)))
        threading.Timer(wait, self._strike).start()

    def _strike(self) -> None:
        try:
            victim = int(self.pid.read_text())
            os.kill(victim, signal.SIGKILL)
            self.killed.add(victim)
        except (FileNotFoundError, ProcessLookupError):  # not its turn, or it has just ended
            with self.lock:
                self.left += 1


def _site(asked: Callable[[], None]) -> dict[str, Script]:
    """30 articles in two sections, some in both; every request is noticed."""
    # The page cache keeps no number, so a page put away before it was stored would lose its own.
    paths = {f"/jwyc/202611/{n}.html": article(f"第{n}篇", paragraphs([CALL, *PARAGRAPHS]))
             for n in range(1, ARTICLES + 1)}  # fmt: skip
    both = list(paths)
    pages = {"/jwyc/": section(both[:20]), "/culture/": section(both[15:]), **paths}

    def noticed(page: str) -> Script:
        answer = Answer(body=page.encode(), headers={"Content-Type": "text/html"})

        def script(_headers: object) -> Answer:
            asked()
            return replace(answer, wait=0.005)

        return script

    return {path: noticed(page) for path, page in pages.items()}


def _home(folder: Path, url: str) -> Path:
    home = home_at(folder)
    home.config.mkdir(parents=True)
    named = yaml.load((SHIPPED / "sources.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 -- makes strings only
    named["sources"] = [
        {"name": "bcxw", "title": "北城新闻网", "kind": "articles", "platform": "news",
         "enabled": True, "start_urls": [f"{url}/jwyc/", f"{url}/culture/"], "every_minutes": 60,
         "expected_per_day": 1, "delay_seconds": 0.01, "options": {**MARKS, "words": ""}}
    ]  # fmt: skip
    (home.config / "sources.yaml").write_text(yaml.safe_dump(named, allow_unicode=True), "utf-8")
    return folder


def _live(folder: Path, kills: int) -> None:
    command = [sys.executable, str(HERE / "crawl_lives.py"), str(folder), "bcxw", str(kills)]
    done = subprocess.run(
        command, cwd=HERE.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"},
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _rows(folder: Path, table: Table) -> list[dict[str, Any]]:
    engine = create_engine(home_at(folder).ledger_url)
    with engine.connect() as connection:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    engine.dispose()
    return rows


@pytest.mark.full
def test_a_crawl_killed_twenty_times_leaves_what_an_undisturbed_one_leaves(tmp_path: Path) -> None:
    killer = Killer(Random(20261123), tmp_path / "killed" / "pid")
    with LocalSite(answers=_site(lambda: None)) as site:
        _home(tmp_path / "calm", site.url)
        _live(tmp_path / "calm", 0)
        site.answers.update(_site(killer.asked))
        _home(tmp_path / "killed", site.url)
        shutil.copytree(tmp_path / "calm" / "author-keys", tmp_path / "killed" / "author-keys")
        _live(tmp_path / "killed", KILLS)
    assert killer.killed
    for table in (schema.mentions, schema.originals, schema.sightings, schema.rejects):
        calm, killed = (sorted(_rows(tmp_path / home, table), key=repr)
                        for home in ("calm", "killed"))  # fmt: skip
        assert killed == calm, table.name
    assert len(_rows(tmp_path / "killed", schema.mentions)) == ARTICLES
    runs = _rows(tmp_path / "killed", schema.source_runs)
    told = Counter((run["outcome"], run["detail"]) for run in runs)
    well, cut = ("ok", f"读文章 {ARTICLES} 篇"), ("no_response_seen", "采集进程中断，已重新采集")
    assert told[well] and set(told) == {well, cut}
