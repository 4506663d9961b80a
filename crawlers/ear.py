"""Hears the page's own requests and their answers, and hands over what they say as they come.

It never asks anything itself. A body is read the moment it is whole, for a navigation takes it
away; whatever asked for and never read is counted, so that silence never looks like emptiness.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from playwright.async_api import BrowserContext, Error, Request

from crawlers.health import ShapeChanged, refusal
from crawlers.listened import Exchange, Listened, Parsed, What, hear, why_misread
from crawlers.pictures import KeepPicture, taken
from domain.identity import Pseudonym, id_of
from domain.ports import Intake
from domain.times import Clock
from domain.types import Incoming, Outcome

MOST_BYTES = 20 * 1024 * 1024
"""Of one answer; a screen of results is a tenth of one megabyte."""

KeepExchange = Callable[[Exchange, str], None]
"""(exchange, reason): takes an answer that could not be read, or not all of it."""

_BODIES = 3
"""Bodies that are held at once; further ones wait in the browser."""

_SHOWN = 1.0
"""Seconds until a page shows what it has loaded."""

_SENT_AWAY = (Outcome.LOGIN_REQUIRED, Outcome.VERIFY_REQUIRED)

_SECRET = ("cookie", "auth", "token", "csrf", "passport", "session")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """What one answer came to; its words are in the ledger by then. more: the page says that it
    goes on."""

    what: What
    outcome: Outcome
    detail: str = ""
    seen: int = 0
    new: int = 0
    more: bool = False


def no_marks(parsed: Parsed) -> Mapping[str, str]:
    """What is kept with an answer when nobody counts."""
    return MappingProxyType({})


def nobody_knows(mention: str) -> bool:
    """When nothing is known of earlier mentions."""
    return False


@dataclass(kw_only=True, eq=False)  # no slots: playwright leaves notes on whose method it calls
class Ear:
    """Listens to all pages of a browser for one platform.

    own: in the back-end of the office's own account. knows: whether a mention id is in the ledger.
    marks: what is to be stored together with an answer. missed: asked for and not read; too_big:
    left unread. broken: what the intake raised; whoever waits here raises it again. picture: keeps
    a picture of a page that brought something new; None: none is taken.
    """

    platform: Listened
    pseudonym: Pseudonym
    clock: Clock
    intake: Intake
    keep: KeepExchange
    own: bool = False
    knows: Callable[[str], bool] = nobody_knows
    marks: Callable[[Parsed], Mapping[str, str]] = no_marks
    picture: KeepPicture | None = None
    answers: list[Overheard] = field(default_factory=list)
    missed: int = 0
    too_big: int = 0
    broken: BaseException | None = None
    _asked: set[Request] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _pictures: set[asyncio.Task[None]] = field(default_factory=set)
    _found: set[str] = field(default_factory=set)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_BODIES))

    def attach(self, context: BrowserContext) -> None:
        """Listen from now on, to pages that are still to be opened too."""
        context.on("request", self._begins)
        context.on("requestfinished", self._ends)
        context.on("requestfailed", self._fails)

    def detach(self, context: BrowserContext) -> None:
        """Listen no longer."""
        context.remove_listener("request", self._begins)
        context.remove_listener("requestfinished", self._ends)
        context.remove_listener("requestfailed", self._fails)

    @property
    def waiting(self) -> bool:
        """Whether something that is ours was asked for and is not there yet."""
        return bool(self._asked)

    def heard(self) -> list[Overheard]:
        """The answers without the page's asking who it is."""
        return [one for one in self.answers if one.what is not What.LOGIN]

    async def answered(self, count: int, *, begins: float, within: float) -> bool:
        """Whether there are more than ``count`` answers now; waits ``begins`` seconds for a request
        to start and ``within`` for its answer. Raises what the intake raised."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        while len(self.heard()) <= count:
            if self.broken is not None:
                raise self.broken
            if loop.time() - started > (within if self.waiting else begins):
                return False
            await asyncio.sleep(0.05)
        return True

    async def settle(self, seconds: float) -> None:
        """Let what has begun come to its end, at most so long; the rest is missed."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while (self.waiting or self._pictures) and self.broken is None and loop.time() < until:
            await asyncio.sleep(0.05)
        self.missed += len(self._asked)
        self._asked.clear()
        if self.broken is not None:
            raise self.broken

    # --- what the browser calls ---------------------------------------------------------------

    def _begins(self, request: Request) -> None:
        ours = request.method != "OPTIONS" and self.platform.asks(request.url) is not None
        if ours and not _by_worker(request):
            self._asked.add(request)

    def _ends(self, request: Request) -> None:
        if request in self._asked:
            task = asyncio.create_task(self._read(request))
            self._tasks.add(task)
            task.add_done_callback(self._done)

    def _fails(self, request: Request) -> None:
        if request in self._asked:
            self._asked.discard(request)
            self.missed += 1

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.broken = self.broken or task.exception()

    async def _read(self, request: Request) -> None:
        try:
            async with self._turn:
                exchange = await self._exchange(request)
                if exchange is not None and (brought := self._hear(exchange)):
                    self._look(request, brought)
        except Error:  # the page has moved on or gone, and the body with it
            self.missed += 1
        finally:
            self._asked.discard(request)

    async def _exchange(self, request: Request) -> Exchange | None:
        response = await request.response()
        if response is None:
            self.missed += 1
            return None
        exchange = Exchange(
            url=request.url, body=b"", received_at=self.clock(),
            method=request.method, status=response.status,
            request_body=(request.post_data_buffer or b"").decode("utf-8", "replace"),
            headers={n: v for n, v in response.headers.items() if not _secret(n)},
        )  # fmt: skip
        if 300 <= response.status < 400:
            self._redirected(exchange, response.headers.get("location", ""))
            return None
        if (await request.sizes())["responseBodySize"] > MOST_BYTES:
            self.too_big += 1
            return None
        return replace(exchange, body=await response.body())

    def _redirected(self, exchange: Exchange, location: str) -> None:
        """Where it leads to is a request of its own; one that leads to a check or to the login is a
        refusal. Nothing else is read of it, for a body there is none."""
        what, refused = self.platform.asks(exchange.url), refusal(200, location)
        parsed = None
        if refused is not None and what is not None:
            parsed = Parsed(what=what, outcome=refused[0], detail=refused[1])
        else:
            with suppress(ShapeChanged):
                parsed = hear(self.platform, exchange, self.pseudonym)
        if parsed is not None and parsed.outcome in _SENT_AWAY:
            self._store(parsed)

    def _look(self, request: Request, brought: tuple[str, ...]) -> None:
        if self.picture is not None:
            task = asyncio.create_task(self._pictured(self.picture, request, brought))
            self._pictures.add(task)
            task.add_done_callback(self._pictures.discard)

    async def _pictured(
        self, keep: KeepPicture, request: Request, brought: tuple[str, ...]
    ) -> None:
        """No picture of a page that has moved on: it would show something else."""
        with suppress(Error):
            page = request.frame.page
            address = page.url
            await asyncio.sleep(_SHOWN)
            if page.url == address and (picture := await taken(page, brought, self.clock())):
                keep(picture)

    def _hear(self, exchange: Exchange) -> tuple[str, ...]:
        """Ids of what it brought, where some of it was new."""
        try:
            parsed = hear(self.platform, exchange, self.pseudonym)
        except ShapeChanged as changed:
            self.keep(exchange, changed.reason)
            what = self.platform.asks(exchange.url) or What.SEARCH
            parsed = Parsed(what=what, outcome=Outcome.SCHEMA_CHANGED, detail=changed.reason)
        if parsed is None:
            return ()
        if parsed.misread:
            self.keep(exchange, why_misread(parsed.misread))
        return self._store(parsed)

    def _store(self, parsed: Parsed) -> tuple[str, ...]:
        items = [item for item in parsed.items if self._ours(item)]
        marks = self.marks(parsed)
        new = self.intake(items, marks=marks) if items or marks else 0
        detail = parsed.detail or why_misread(parsed.misread)
        brought = tuple(map(id_of, items)) if new else ()
        self.answers.append(
            Overheard(what=parsed.what, outcome=parsed.outcome, detail=detail, seen=len(items),
                      new=new, more=bool(parsed.cursor))
        )  # fmt: skip
        return brought

    def _ours(self, item: Incoming) -> bool:
        """Found by a search, said in the office's own house, or beside something that was: a person
        who looks at other things in this window is not listened to."""
        ours = self.own or item.context.source_kind == "search"
        mine = id_of(item)
        for known in (mine, item.parent_id):
            ours = ours or (known is not None and (known in self._found or self.knows(known)))
        if ours:
            self._found.add(mine)
        return ours


def _by_worker(request: Request) -> bool:
    """Whether a service worker asks: the page's asking the worker is heard, that is enough."""
    if request.is_navigation_request():
        return False
    try:
        return request.frame is None
    except Error:
        return True


def _secret(header: str) -> bool:
    return any(word in header for word in _SECRET)
