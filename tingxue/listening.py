"""The windows in which a person works while the program listens: ``login`` and ``listen``.

The program opens one page and touches nothing after that. What is heard is stored as it comes, so
closing the window, Ctrl-C and a crash all keep it.
"""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from playwright.async_api import BrowserContext, Error

from crawlers import browser
from crawlers.ear import Ear, Overheard
from crawlers.listened import Exchange, Listened, What, together
from crawlers.seeing import shows
from domain.collection import STOPS
from domain.plan import SourceSpec
from domain.privacy import mask
from domain.searchwords import queries
from domain.types import Incoming, Mode, Outcome, RunReport
from tingxue import browsing, collecting
from tingxue.app import App
from tingxue.intake import LedgerIntake

_LOOK = 0.3
"""Seconds between two looks at the window."""

_LATE = 10.0
"""Seconds for answers that are on their way when the person is done."""

_SETTLE = 2.0
"""Seconds in which the browser writes down a login."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """How far it has come. ``last``: how the last answer was."""

    answers: int
    seen: int
    new: int
    last: Outcome | None


Tell = Callable[[Heard], None]


def listen(
    app: App, spec: SourceSpec, listened: Listened, *, tell: Tell, minutes: float | None = None,
    visible: bool = True,
) -> RunReport:  # fmt: skip
    """Listen to a window until it is closed, the time is over or Ctrl-C; on record like any other
    run. ``tell`` hears of every change. Raises NotConfigured."""

    def run(_last: object, _marks: Mapping[str, str]) -> RunReport:
        intake = LedgerIntake(app.ledger, spec.name, app.clock)
        one = browsing.ear(app, spec, listened, intake)
        address = _first_page(spec, listened)
        return asyncio.run(_listen(app, one, address, tell, minutes, visible))

    return collecting.on_record(app, spec, run)


def login(
    app: App, listened: Listened, *, minutes: float | None = None, visible: bool = True
) -> bool:
    """Open the login page until the site says who is logged in (True), or the person closes the
    window or the time is over (False: it may still have worked). Nothing of it is kept but the
    browser's own profile. Raises NotConfigured."""
    one = Ear(platform=listened, pseudonym=app.pseudonym, clock=app.clock, intake=_nothing,
              keep=_not_kept)  # fmt: skip
    return asyncio.run(_login(app, one, minutes, visible))


def _first_page(spec: SourceSpec, listened: Listened) -> str:
    """Where a person begins."""
    if spec.mode is Mode.OWN and listened.own_pages:
        return listened.own_pages[0]
    typed = [words for query in queries(spec.search) for words in query.typed]
    if listened.search_page is not None and typed:
        return listened.search_page(typed[0])
    return listened.front


async def _listen(
    app: App, ear: Ear, address: str, tell: Tell, minutes: float | None, visible: bool
) -> RunReport:
    explained: list[Outcome] = []
    async with _window(app, ear, address, visible) as context:
        told = Heard(answers=0, seen=0, new=0, last=None)
        tell(told)
        async for _ in _until_done(context, ear, minutes):
            now = _so_far(ear)
            if now != told:
                tell(now)
                told = now
            if now.last is Outcome.EMPTY_AMBIGUOUS and not explained:
                explained += await _explained(context, ear)
        await ear.settle(_LATE)
    tell(_so_far(ear))
    return _report(ear, explained)


async def _login(app: App, ear: Ear, minutes: float | None, visible: bool) -> bool:
    async with _window(app, ear, ear.platform.front, visible) as context:
        async for _ in _until_done(context, ear, minutes):
            probes = [one.outcome for one in ear.answers if one.what is What.LOGIN]
            if probes and probes[-1] is Outcome.OK:
                await asyncio.sleep(_SETTLE)
                return True
    return False


@asynccontextmanager
async def _window(app: App, ear: Ear, address: str, visible: bool) -> AsyncIterator[BrowserContext]:
    folder = app.home.profile(ear.platform.code)
    async with browser.opened(folder, app.environ, visible=visible) as context:
        ear.attach(context)
        page = context.pages[0] if context.pages else await context.new_page()
        with suppress(Error):  # the person sees what is wrong, and may go elsewhere
            await page.goto(address, wait_until="commit")
        yield context


async def _until_done(
    context: BrowserContext, ear: Ear, minutes: float | None
) -> AsyncIterator[None]:
    """Look and look again until the person closes the last window, presses Ctrl-C, or the time is
    over. Raises what the intake raised."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    until = loop.time() + 60 * minutes if minutes is not None else float("inf")
    context.on("close", lambda _: done.set())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, done.set)
    try:
        while not done.is_set() and context.pages and loop.time() < until:
            if ear.broken is not None:
                raise ear.broken
            yield
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), _LOOK)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


async def _explained(context: BrowserContext, ear: Ear) -> list[Outcome]:
    """Whether a page says that there is nothing."""
    signs = [sign for sign in ear.platform.signs if sign[1] is Outcome.EMPTY_CONFIRMED]
    with suppress(Error):
        for page in context.pages:
            if await shows(page, signs) is not None:
                return [Outcome.EMPTY_CONFIRMED]
    return []


def _so_far(ear: Ear) -> Heard:
    heard = ear.heard()
    return Heard(
        answers=len(heard), seen=sum(one.seen for one in heard), new=sum(one.new for one in heard),
        last=heard[-1].outcome if heard else None,
    )  # fmt: skip


def _report(ear: Ear, explained: Sequence[Outcome]) -> RunReport:
    so_far, heard = _so_far(ear), _since_it_worked(ear.heard())
    outcome = together([one.outcome for one in heard])
    if outcome is Outcome.EMPTY_AMBIGUOUS and explained:
        outcome = Outcome.EMPTY_CONFIRMED
    notes = [next((one.detail for one in heard if one.outcome is outcome), "")]
    if not heard:
        notes.append("没有听到搜索或评论的内容；请在打开的窗口里搜索")
    if ear.missed:
        notes.append(f"{ear.missed} 个回应没有读到")
    if ear.too_big:
        notes.append(f"{ear.too_big} 个回应过大，没有读")
    return RunReport(outcome=outcome, seen=so_far.seen, new=so_far.new,
                     detail=mask("；".join(filter(None, notes))))  # fmt: skip


def _since_it_worked(heard: Sequence[Overheard]) -> Sequence[Overheard]:
    """Without the refusals that a person has put right: those before the last good answer."""
    good = [no for no, one in enumerate(heard) if one.outcome is Outcome.OK]
    last = good[-1] if good else 0
    return [one for no, one in enumerate(heard) if no >= last or one.outcome not in STOPS]


def _nothing(items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
    """Takes nothing: a login is no collection."""
    return 0


def _not_kept(exchange: Exchange, reason: str) -> None:
    """Nor is what it shows anybody's business."""
