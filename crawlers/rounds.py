"""Opens a platform's pages one after the other and scrolls, while an ``Ear`` hears what they load.

For the modes ``own`` and ``automatic``. The first sign that the site does not want it ends the run:
nothing is tried again. A page that scrolls cannot be entered in the middle: after a crash the page
that was open is scrolled through once more, the others are not.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import urlsplit

from playwright.async_api import Error, Page

from crawlers import gestures
from crawlers.ear import Ear
from crawlers.health import refusal
from crawlers.listened import Panel, What, Works
from crawlers.progress import Progress
from crawlers.seeing import shows
from crawlers.turns import POST, WORK, Manner, Visit, in_turn, unchanged
from domain.identity import digest, mention_id
from domain.types import Kind, Outcome, RunReport

_STEPS = 8
"""So many times a page is scrolled without its loading more; then it has no more."""

_STEPS_BELOW = 3
"""The same for the comments below a post, of which there are many in a round."""

_SCREENS = 6
"""Of the comments of one post, or of one own work, in one round."""

_QUIET = 2
"""So many screens of comments in a row without news end a post: the first shows those that are
liked, not those that are new."""

_MOST_WORKS = 10
"""Own works whose comments are looked at in one round, the newest."""

_AT_LOGIN = (Outcome.LOGIN_REQUIRED, "网站转到了登录页")
_LOGIN_URL = re.compile(r"//(?:passport|login|sso)\.|/(?:passport|login|signin)(?:[/.?#]|$)", re.I)


def nothing_more() -> Iterable[Visit]:
    """When there is nothing to open after the first visits."""
    return ()


@dataclass(kw_only=True, eq=False)  # no slots: playwright leaves notes on whose method it calls
class Round:
    """One run over some visits. A page is one answer of the site: the first, or one more that
    scrolling or a click brought. ``stored``: the source's marks as they were."""

    ear: Ear
    page: Page
    manner: Manner
    stored: Mapping[str, str]
    now: datetime
    rng: Random
    so_far: Progress = field(init=False)
    _links: dict[str, str] = field(default_factory=dict)
    _ends_at: float = 0.0

    def __post_init__(self) -> None:
        cap = self.manner.daily_cap
        self.so_far = Progress(ear=self.ear, cap=cap, stored=self.stored, now=self.now)
        self.page.on("domcontentloaded", self._loaded)

    async def run(
        self, visits: Iterable[Visit], then: Callable[[], Iterable[Visit]] = nothing_more
    ) -> RunReport:
        """All of them, those longest unseen first, as far as today's pages reach. ``then`` is asked
        for more when they are done: single posts, which the ledger knows by what was just heard."""
        self._ends_at = _steady() + self.manner.longest
        await self._all(visits)
        if not self._over():
            await self._all(then())
        await self.ear.settle(self.manner.wait)
        self.so_far.judge()
        return self.so_far.report()

    async def _all(self, visits: Iterable[Visit]) -> None:
        for visit in in_turn(visits, self.stored):
            if self._over():
                return
            if self._can_open(visit):
                await self._visit(visit)

    # --- one visit ----------------------------------------------------------------------------

    def _can_open(self, visit: Visit) -> bool:
        """A post that opens only by its link needs one that a page of this round showed."""
        bare = not visit.key.startswith(POST) or self.ear.platform.post_link is None
        return bare or visit.key in self._links

    async def _visit(self, visit: Visit) -> None:
        if self.so_far.visit is not None:
            await self._pause()
        self.so_far.begin(visit)
        if await self._open(visit) and await self._read(visit):
            done = {visit.key: f"{self.now.isoformat()} done"}
            self.ear.intake([], marks=done)

    async def _open(self, visit: Visit) -> bool:
        """Whether the page came and said something."""
        wait, so_far = self.manner.wait, self.so_far
        address = self._links.get(visit.key, visit.address)
        try:
            response = await self.page.goto(
                address, timeout=wait * 1000, wait_until="domcontentloaded"
            )
        except Error as error:
            return so_far.lose(gestures.why(error))
        refused = refusal(response.status, response.url) if response else None
        if refused is None and _LOGIN_URL.search(self.page.url):
            refused = _AT_LOGIN
        if refused is not None:
            so_far.stop(*refused)
            return False
        if response is not None and response.status >= 400:
            return so_far.lose(f"网站出错（{response.status}）")
        if await self.ear.answered(so_far.judged, begins=wait, within=wait):
            so_far.answered()
            return True
        if _LOGIN_URL.search(self.page.url):  # where a script of the page has led meanwhile
            so_far.stop(*_AT_LOGIN)
            return False
        sign = await shows(self.page, self.ear.platform.signs)
        so_far.refused_before_asking()
        if so_far.stopped is None and sign is not None:
            so_far.see(sign)
            return so_far.stopped is None
        return so_far.stopped is None and so_far.lose(f"{wait:g} 秒内没有见到页面自己的请求")

    async def _read(self, visit: Visit) -> bool:
        """Whether the visit is done with."""
        if visit.key.startswith(POST):
            panel = self.ear.platform.panel
            return await self._comments(panel, _QUIET)
        works = self.ear.platform.works if self.ear.own else None
        if works is None:
            return await self._through(visit)
        shown = await self._comments(Panel(scrolls=works.scrolls), quiet=1)
        return shown and await self._own_works(works)

    async def _through(self, visit: Visit) -> bool:
        """Scroll on until the end, what is known, today's last page or a refusal; whether the
        visit is done with. A day's last page is the visit's: tomorrow the newest come first."""
        while True:
            fresh = self.so_far.judge()
            goes_on = all(one.more and brought for one, brought in fresh[-1:])
            await self._look()
            await self._note_links()
            if self.so_far.stopped is not None:
                return False
            if not goes_on or self._over():
                return True
            if not await self._more(_STEPS):
                return self._ended(visit)

    async def _more(self, steps: int, box: str | None = None) -> bool:
        """Scroll, a step at a time, until the page has loaded more; ``box``: what the wheel is
        turned over, for the comments of a post."""
        manner, so_far = self.manner, self.so_far
        for _ in range(steps):
            await self._pause()
            try:
                if box is None:
                    await gestures.scroll(self.page, self.ear.platform.scrolls)
                else:
                    await gestures.wheel(self.page, box)
            except Error as error:
                so_far.stop(Outcome.NO_RESPONSE_SEEN, gestures.why(error))
                return False
            if await self.ear.answered(so_far.judged, begins=manner.begins, within=manner.wait):
                return True
            if self.ear.waiting:
                return False
            await self._look()
            if so_far.stopped is not None:
                return False
        return False

    def _ended(self, visit: Visit) -> bool:
        """The page loads no more, though it had said that there was more."""
        if self.ear.waiting:
            return self.so_far.lose("请求发出后没有回应")
        self.so_far.notes.append("有页面没有继续加载")
        return self._well()

    # --- comments -----------------------------------------------------------------------------

    async def _begun(self, opens: str) -> bool:
        """Whether the comments of a post were asked for: by the page itself, or after a click on
        what opens them."""
        manner, so_far = self.manner, self.so_far
        if not so_far.spoke_of(What.COMMENTS):
            count = len(self.ear.heard())
            await self.ear.answered(count, begins=2 * manner.begins, within=manner.wait)
        if so_far.spoke_of(What.COMMENTS):
            return True
        so_far.judge()
        await self._look()
        if self._over() or not opens:
            return False
        await self._pause()
        count = len(self.ear.heard())
        if await gestures.click(self.page, opens, within=manner.wait):
            await self.ear.answered(count, begins=4 * manner.begins, within=manner.wait)
        return so_far.spoke_of(What.COMMENTS)

    async def _comments(self, panel: Panel, quiet: int) -> bool:
        """A few screens of them, until ``quiet`` in a row brought nothing; whether nothing spoke
        against it."""
        if not await self._begun(panel.opens):
            self.so_far.judge()
            self.so_far.notes.append("有帖子没有显示评论")
            return self._well()
        still = 0
        for left in reversed(range(_SCREENS)):
            fresh = self.so_far.judge()
            await self._look()
            said = [(one, brought) for one, brought in fresh if one.what is What.COMMENTS]
            still = 0 if any(brought for _, brought in said) else still + 1
            if self._over() or still >= quiet or not all(one.more for one, _ in said[-1:]):
                break
            if not left or not await self._more(_STEPS_BELOW, panel.scrolls):
                break
        return self._well()

    async def _own_works(self, works: Works) -> bool:
        """The comments of the newest own works that look other than when they were read last."""
        known, found = unchanged(self.stored, self.now), False
        for number in range(_MOST_WORKS):
            lines = await self._lines(works)
            found = found or bool(lines)
            if self._over() or number >= len(lines):
                break
            stood = digest(lines[number], length=16)
            if stood not in known and await self._pick(works, number):
                mark = {f"{WORK}{number}": f"{self.now.isoformat()} {stood}"}
                self.ear.intake([], marks=mark)
        if not found:
            self.so_far.notes.append("没有找到作品列表，只读了页面自己显示的评论")
        return self._well()

    async def _lines(self, works: Works) -> list[str]:
        """What the list of works says, opened where it does not stand there."""
        lines = await gestures.labels(self.page, works.each, within=0)
        if not lines and works.opens:
            await self._pause()
            await gestures.click(self.page, works.opens, within=self.manner.wait)
        begins = self.manner.begins
        return list(lines or await gestures.labels(self.page, works.each, within=2 * begins))

    async def _pick(self, works: Works, number: int) -> bool:
        """Whether the work's comments were read. They come with the newest first."""
        await self._pause()
        count = len(self.ear.heard())
        manner = self.manner
        if not await gestures.click(self.page, works.each, number=number, within=manner.wait):
            return False
        if not await self.ear.answered(count, begins=4 * manner.begins, within=manner.wait):
            return False
        return await self._comments(Panel(scrolls=works.scrolls), quiet=1)

    # --- looking ------------------------------------------------------------------------------

    async def _look(self) -> None:
        """What the page shows a person."""
        sign = await shows(self.page, self.ear.platform.signs)
        if sign is not None:
            self.so_far.see(sign)

    async def _note_links(self) -> None:
        """Which posts this page of results links to, and how: for this round, kept nowhere."""
        pattern, platform = self.ear.platform.post_link, self.ear.platform
        for link in await gestures.links(self.page) if pattern is not None else ():
            found = pattern.search(urlsplit(link).path) if pattern is not None else None
            if found is not None and platform.at_home(link):
                key = POST + mention_id(platform.code, Kind.POST, found[1])
                self._links[key] = max(link, self._links.get(key, ""), key=len)

    def _over(self) -> bool:
        return self.so_far.stopped is not None or self.so_far.full or _steady() > self._ends_at

    def _well(self) -> bool:
        return self.so_far.stopped is None

    def _loaded(self, _page: Page) -> None:
        self.so_far.anew()

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(*self.manner.pause))


def _steady() -> float:
    return asyncio.get_running_loop().time()
