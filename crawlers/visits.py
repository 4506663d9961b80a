"""Joins a platform that is listened to with the browser: a source for ``own`` and ``automatic``.

The program opens and scrolls these pages itself; where a person does, see ``tingxue/listening.py``.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom

from crawlers import browser
from crawlers.ear import Ear, KeepExchange, nobody_knows
from crawlers.listened import Listened
from crawlers.pictures import KeepPicture
from crawlers.rounds import Round
from crawlers.turns import POST, Manner, Visit
from domain.errors import NotConfigured
from domain.identity import Pseudonym
from domain.plan import SourceSpec
from domain.ports import Intake
from domain.searchwords import queries
from domain.times import Clock
from domain.types import Mode, RunReport

_PAUSE = (6.0, 15.0)
_CAP = 60
"""Of ``own``, where the office reads what is its own and config asks for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSource:
    """A ``domain.ports.Source``. folder: of the browser's profile. marks: the source's as they are
    stored now. posts: asked after the rest, mention id -> address of single posts that are opened
    for their counts and comments. picture: as ``Ear`` has it."""

    spec: SourceSpec
    listened: Listened
    clock: Clock
    pseudonym: Pseudonym
    folder: Path
    environ: Mapping[str, str]
    keep: KeepExchange
    marks: Mapping[str, str]
    knows: Callable[[str], bool] = nobody_knows
    posts: Callable[[], Mapping[str, str]] = dict
    picture: KeepPicture | None = None
    rng: Random = field(default_factory=SystemRandom)

    def collect(self, intake: Intake) -> RunReport:
        """Open the pages, one after the other. Raises NotConfigured where there is no browser, and
        what ``intake`` raises."""
        return asyncio.run(self._collect(intake))

    async def _collect(self, intake: Intake) -> RunReport:
        to_open = visits(self.spec, self.listened)
        ear = Ear(
            platform=self.listened, pseudonym=self.pseudonym, clock=self.clock, intake=intake,
            keep=self.keep, own=self.spec.mode is Mode.OWN, knows=self.knows,
            picture=self.picture,
        )  # fmt: skip
        visible = self.spec.options.get("visible") == "yes"
        async with browser.opened(self.folder, self.environ, visible=visible) as context:
            ear.attach(context)
            page = context.pages[0] if context.pages else await context.new_page()
            one = Round(ear=ear, page=page, manner=manner(self.spec), stored=self.marks,
                        now=self.clock(), rng=self.rng)  # fmt: skip
            return await one.run(to_open, self._posts)

    def _posts(self) -> Sequence[Visit]:
        return [Visit(key=POST + number, address=url) for number, url in self.posts().items()]


def manner(spec: SourceSpec) -> Manner:
    """How gently, by config. Raises NotConfigured for an option that is no number of seconds."""
    low, high = spec.pause_seconds if any(spec.pause_seconds) else _PAUSE
    try:
        wait = float(spec.options.get("wait_seconds", "20"))
    except ValueError:
        raise NotConfigured(f"来源 {spec.name} 的选项 wait_seconds 要写秒数") from None
    return Manner(pause=(low, high), daily_cap=spec.daily_cap or _CAP, wait=wait)


def visits(spec: SourceSpec, listened: Listened) -> Sequence[Visit]:
    """What is opened in this mode. Raises NotConfigured where there is nothing to open."""
    if spec.mode not in listened.modes:
        raise NotConfigured(f"来源 {spec.name}：这个平台不支持 {spec.mode} 方式")
    if spec.mode is Mode.OWN:
        found = [Visit(key=f"own:{url}", address=url) for url in listened.own_pages]
    elif spec.mode is Mode.AUTOMATIC and listened.search_page is not None:
        typed = [words for query in queries(spec.search) for words in query.typed]
        found = [Visit(key=f"search:{w}", address=listened.search_page(w)) for w in typed]
    else:
        raise NotConfigured(f"来源 {spec.name}（{spec.mode}）由人操作，请运行 tingxue listen")
    if not found:
        raise NotConfigured(f"来源 {spec.name} 没有要打开的页面；请写 keywords")
    return found
