"""Opens a platform's pages one after the other and scrolls, while an ``Ear`` hears what they load.

For the modes ``own`` and ``automatic``. The first sign that the site does not want it ends the run:
nothing is tried again. A page that scrolls cannot be entered in the middle: after a crash the page
that was open is scrolled through once more, the others are not.
"""

import asyncio
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from playwright.async_api import Error, Page

from crawlers.ear import Ear, Overheard
from crawlers.health import LOST_IN_A_ROW, refusal
from crawlers.listened import Parsed, What, together
from crawlers.seeing import shows
from crawlers.turns import PAGES, Visit, depth, in_turn, pages_today
from domain.collection import STOPS
from domain.identity import canonical_url
from domain.privacy import mask
from domain.times import shanghai_day
from domain.types import Outcome, RunReport

_STEPS = 8
"""So many times a page is scrolled without its loading more; then it has no more."""

_LOGIN_URL = re.compile(r"//(?:passport|login|sso)\.|/(?:passport|login|signin)(?:[/.?#]|$)", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How gently. pause: seconds between two pages, at least and at most, by chance. wait: seconds
    for an answer; begins: for a request to start. daily_cap: pages a day, over all runs. longest:
    seconds of one run; it ends by itself before its parent ends it."""

    pause: tuple[float, float]
    daily_cap: int
    wait: float = 20.0
    begins: float = 1.0
    longest: float = 720.0


@dataclass(kw_only=True, eq=False)  # no slots: playwright leaves notes on whose method it calls
class Round:
    """One run over some visits. A page is one answer of the site: the first, or one more that
    scrolling brought. ``stored``: the source's marks as they were."""

    ear: Ear
    page: Page
    manner: Manner
    stored: Mapping[str, str]
    now: datetime
    rng: Random
    pages: int = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    stopped: tuple[Outcome, str] | None = None
    lost: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _in_a_row: int = 0
    _judged: int = 0
    _current: Visit | None = None
    _at: int = 0
    _deepest: int = 0
    _ends_at: float = 0.0
    _again: deque[bool] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.pages = pages_today(self.stored, self.now)
        self.ear.marks = self._marks
        self.page.on("domcontentloaded", self._loaded)

    async def run(self, visits: Iterable[Visit]) -> RunReport:
        """All of them, those longest unseen first, as far as today's pages reach."""
        self._ends_at = _steady() + self.manner.longest
        for visit in in_turn(visits, self.stored):
            if self.stopped or self._spent():
                break
            await self._visit(visit)
        await self.ear.settle(self.manner.wait)
        self._judge()
        return self._report()

    # --- one visit ----------------------------------------------------------------------------

    async def _visit(self, visit: Visit) -> None:
        if self._current is not None:
            await self._pause()
        self._current, self._at = visit, 0
        self._deepest = depth(self.stored.get(visit.key, ""))
        if await self._open(visit) and await self._through(visit):
            done = {visit.key: f"{self.now.isoformat()} done"}
            self.ear.intake([], marks=done)

    async def _open(self, visit: Visit) -> bool:
        """Whether the page came and said something."""
        wait = self.manner.wait
        try:
            response = await self.page.goto(
                visit.address, timeout=wait * 1000, wait_until="domcontentloaded"
            )
        except Error as error:
            return self._lose(_why(error), visit)
        refused = refusal(response.status, response.url) if response else None
        if refused is None and _LOGIN_URL.search(self.page.url):
            refused = (Outcome.LOGIN_REQUIRED, "网站转到了登录页")
        if refused is not None:
            self._stop(*refused)
            return False
        if response is not None and response.status >= 400:
            return self._lose(f"网站出错（{response.status}）", visit)
        if await self.ear.answered(self._judged, begins=wait, within=wait):
            self._in_a_row = 0
            return True
        sign = await shows(self.page, self.ear.platform.signs)
        self._refused_before_asking()
        if self.stopped is None and sign is not None:
            self._see(sign)
            return self.stopped is None
        return self.stopped is None and self._lose(f"{wait:g} 秒内没有见到页面自己的请求", visit)

    async def _through(self, visit: Visit) -> bool:
        """Scroll on until the end, what is known, today's last page or a refusal; whether the
        visit is done with. A day's last page is the visit's: tomorrow the newest come first."""
        while True:
            goes_on = self._judge()
            await self._look()
            if self.stopped is not None:
                return False
            if not goes_on or self._spent():
                return True
            if not await self._more():
                return self._ended(visit)

    async def _more(self) -> bool:
        """Scroll, a step at a time, until the page has loaded more."""
        for _ in range(_STEPS):
            await self._pause()
            try:
                await _scroll(self.page, self.ear.platform.scrolls)
            except Error as error:
                self._stop(Outcome.NO_RESPONSE_SEEN, _why(error))
                return False
            manner = self.manner
            if await self.ear.answered(self._judged, begins=manner.begins, within=manner.wait):
                return True
            if self.ear.waiting:
                return False
            await self._look()
            if self.stopped is not None:
                return False
        return False

    def _ended(self, visit: Visit) -> bool:
        """The page loads no more, though it had said that there was more."""
        if self.ear.waiting:
            return self._lose("请求发出后没有回应", visit)
        self.notes.append("有页面没有继续加载")
        return self.stopped is None

    # --- judging ------------------------------------------------------------------------------

    def _judge(self) -> bool:
        """Take what has come since; whether the visit is worth going on with."""
        fresh = self.ear.heard()[self._judged :]
        self._judged += len(fresh)
        goes_on = True
        for one in fresh:
            again = self._again.popleft()
            goes_on = one.more and (one.new > 0 or again)
            self._take(one)
        self._refused_before_asking()
        return goes_on

    def _take(self, one: Overheard) -> None:
        self.outcomes.append(one.outcome)
        if one.outcome in STOPS or one.outcome is Outcome.SCHEMA_CHANGED:
            self._stop(one.outcome, one.detail)

    def _refused_before_asking(self) -> None:
        """What the page's own asking who it is was answered."""
        for one in self.ear.answers:
            if one.what is What.LOGIN and one.outcome in STOPS:
                self._stop(one.outcome, one.detail)

    async def _look(self) -> None:
        """What the page shows a person: the reason for an empty list, or that it wants something
        done."""
        sign = await shows(self.page, self.ear.platform.signs)
        if sign is not None:
            self._see(sign)

    def _see(self, sign: tuple[str, Outcome]) -> None:
        words, outcome = sign
        if outcome is Outcome.EMPTY_CONFIRMED:
            if not self.outcomes or self.outcomes[-1] is Outcome.EMPTY_AMBIGUOUS:
                self.outcomes[-1:] = [outcome]
        else:
            self._stop(outcome, f"页面上写着“{words}”")

    def _stop(self, outcome: Outcome, why: str) -> None:
        """The first reason stands."""
        if self.stopped is None:
            self.stopped = (outcome, why)

    def _lose(self, why: str, visit: Visit) -> bool:
        """A visit said nothing; after some in a row nothing more is asked."""
        self.lost.append(f"{why}：{canonical_url(visit.address)}")
        self._in_a_row += 1
        if self._in_a_row >= LOST_IN_A_ROW:
            self._stop(Outcome.NO_RESPONSE_SEEN, self.lost[-1])
        return False

    # --- counting -----------------------------------------------------------------------------

    def _spent(self) -> bool:
        return self._full() or _steady() > self._ends_at

    def _full(self) -> bool:
        return self.pages >= self.manner.daily_cap

    def _marks(self, parsed: Parsed) -> Mapping[str, str]:
        """Stored together with the answer: nothing is counted that is not kept, nor kept that is
        not counted."""
        if parsed.what is What.LOGIN or self._current is None:
            return {}
        self.pages += 1
        self._at += 1
        self._again.append(self._at <= self._deepest)  # read before the crash, or before a reload
        self._deepest = max(self._deepest, self._at)
        return {
            PAGES: f"{shanghai_day(self.now)} {self.pages}",
            self._current.key: f"{self.now.isoformat()} {self._deepest}",
        }

    def _loaded(self, _page: Page) -> None:
        """A page that loads itself again begins anew; what it shows then was read before."""
        self._at = 0

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(*self.manner.pause))

    def _report(self) -> RunReport:
        heard = self.ear.answers
        outcome, detail = self._ending()
        notes = [detail, *dict.fromkeys(self.notes)]
        if self._full():
            notes.append(f"到了今天的上限 {self.manner.daily_cap} 页，明天继续")
        if self.ear.missed:
            notes.append(f"{self.ear.missed} 个回应没有读到")
        if self.ear.too_big:
            notes.append(f"{self.ear.too_big} 个回应过大，没有读")
        return RunReport(
            outcome=outcome, seen=sum(one.seen for one in heard), new=sum(o.new for o in heard),
            detail=mask("；".join(filter(None, notes))),
        )  # fmt: skip

    def _ending(self) -> tuple[Outcome, str]:
        if self.stopped is not None:
            return self.stopped
        if self.lost:
            return Outcome.NO_RESPONSE_SEEN, self.lost[0]
        if not self.outcomes and self._full():
            return Outcome.OK, ""
        outcome = together(self.outcomes)
        vague = outcome is Outcome.EMPTY_AMBIGUOUS
        return outcome, "没有结果，页面上也没有说为什么；请人看一眼" if vague else ""


_SCROLL = """selector => {
    const scrolls = it => it.scrollHeight > it.clientHeight + 1
        && /auto|scroll/.test(getComputedStyle(it).overflowY);
    let it = selector ? document.querySelector(selector)
        : document.elementFromPoint(innerWidth / 2, innerHeight / 2);
    while (it && !selector && !scrolls(it)) it = it.parentElement;
    const inner = it && it !== document.body && it !== document.documentElement;
    (inner ? it : window).scrollBy(0, 0.9 * (inner ? it.clientHeight : innerHeight));
}"""


async def _scroll(page: Page, selector: str) -> None:
    """One step, nine tenths of what is seen: of what is named, else of what a wheel would turn in
    the middle of the window."""
    await page.evaluate(_SCROLL, selector)


def _steady() -> float:
    return asyncio.get_running_loop().time()


def _why(error: Error) -> str:
    words = {"ERR_TOO_MANY_REDIRECTS": "转向不止", "Timeout": "超时没有回应",
             "ERR_NAME_NOT_RESOLVED": "域名解析不了", "ERR_CONNECTION_REFUSED": "连接被拒",
             "has been closed": "窗口被关闭", "crashed": "页面崩溃"}  # fmt: skip
    return next((why for word, why in words.items() if word in error.message), "连接中断")
