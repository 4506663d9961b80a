"""A round of the browser over replica pages, for tests: one Chromium for a whole file."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from browser_site import Site, chromium_or_skip
from playwright.async_api import BrowserContext

from crawlers.browser import opened
from crawlers.ear import Ear
from crawlers.listened import Exchange, Listened
from crawlers.platforms.douyin import LISTENED as DOUYIN
from crawlers.rounds import Round
from crawlers.turns import Manner, Visit
from domain.identity import AuthorKey, mention_id
from domain.types import Incoming, Kind, RunReport
from tingxue.demo.replica import Replica, serving

NOW = datetime(2026, 12, 21, 4, 0, tzinfo=UTC)
WORDS = "天定山"


@dataclass
class Shelf:
    """An intake that keeps what came, and the marks with it."""

    items: dict[str, Incoming] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def __call__(self, items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
        found = {mention_id(i.platform, i.kind, i.native_id or i.url): i for i in items}
        new = len(found.keys() - self.items.keys())
        self.items |= found
        self.marks |= marks or {}
        return new

    def said(self) -> list[str]:
        """The comments, in the order in which they came."""
        return [one.text for one in self.items.values() if one.kind is Kind.COMMENT]


@dataclass
class Chromium:
    """The browser, and what the replica answers at present. ``pause``: of every round."""

    runner: asyncio.Runner
    context: BrowserContext
    replica: Replica
    site: Site
    pause: tuple[float, float]
    kept: list[str] = field(default_factory=list)

    def run(
        self, shelf: Shelf, *, listened: Listened = DOUYIN, words: Sequence[str] = (WORDS,),
        own: bool = False, wait: float = 3.0, cap: int = 50, begins: float = 0.5,
        posts: Callable[[], Sequence[Visit]] = tuple, now: datetime = NOW,
    ) -> RunReport:  # fmt: skip
        """One round, in a page of its own."""
        self.replica.asked.clear()
        self.kept.clear()

        async def go() -> RunReport:
            ear = Ear(
                platform=listened, pseudonym=AuthorKey("2026", b"k").pseudonym,
                clock=lambda: now, intake=shelf, keep=self._keep, own=own,
                knows=lambda known: known in shelf.items,
            )  # fmt: skip
            ear.attach(self.context)
            page = await self.context.new_page()
            manner = Manner(pause=self.pause, daily_cap=cap, wait=wait, begins=begins)
            one = Round(ear=ear, page=page, manner=manner, stored=dict(shelf.marks), now=now,
                        rng=Random(1))  # fmt: skip
            try:
                return await one.run(_visits(listened, words, own), posts)
            finally:
                ear.detach(self.context)
                await page.close()

        return self.runner.run(go())

    def asked(self, path: str) -> int:
        """How often, in the last round."""
        return sum(one.path == path for one in self.replica.asked)

    def _keep(self, exchange: Exchange, reason: str) -> None:
        self.kept.append(reason)


def _visits(listened: Listened, words: Sequence[str], own: bool) -> list[Visit]:
    if own:
        return [Visit(key=f"own:{url}", address=url) for url in listened.own_pages]
    assert listened.search_page is not None
    return [Visit(key=f"search:{w}", address=listened.search_page(w)) for w in words]


@contextmanager
def chromium_at(folder: Path, pause: tuple[float, float]) -> Iterator[Chromium]:
    """Started, and closed at the end; it has reached nothing but the replica then."""
    chromium_or_skip()
    site = Site()
    with serving(site) as replica, asyncio.Runner() as runner:
        stack, netlog = AsyncExitStack(), folder / "net.json"
        environ = {"PATH": os.environ["PATH"], **replica.environment}
        context = runner.run(
            stack.enter_async_context(
                opened(folder / "profiles" / "douyin", environ, visible=False,
                       arguments=[f"--log-net-log={netlog}"])
            )
        )  # fmt: skip
        yield Chromium(runner, context, replica, site, pause)
        runner.run(stack.aclose())
        _reached_nothing_else(netlog, replica.port)


def _reached_nothing_else(netlog: Path, port: int) -> None:
    """By the browser's own account: every connection it tried to make was to the replica."""
    log = json.loads(netlog.read_text())
    attempt = log["constants"]["logEventTypes"]["TCP_CONNECT_ATTEMPT"]
    tried = {e.get("params", {}).get("address") for e in log["events"] if e["type"] == attempt}
    assert tried - {None} == {f"127.0.0.1:{port}"}
