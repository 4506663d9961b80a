"""One polite spider for every site that needs no browser: fetches what a reader asks for.

It asks for one page, waits for the answer, and only then chooses the next: a refusal, a captcha
or an unknown shape therefore ends the run before another request goes out. ``collect`` starts a
Scrapy process and may be called once in the life of an operating-system process; the hall gives
every run a child process of its own.
"""

import logging
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response

from crawlers.decoding import decode
from crawlers.extraction import Fetched, Finds, Page, Reader, plain
from crawlers.given import Given
from crawlers.health import (
    KeepFragment,
    ShapeChanged,
    Tally,
    asks_to_login,
    asks_to_verify,
    refusal,
    sent_to_login,
)
from crawlers.manners import (
    FORBIDDEN,
    INFLATED,
    MOST_BYTES,
    OFFSITE,
    no_answer,
    settings,
    slow_down,
)
from crawlers.scrubbing import fragment_of
from domain.plan import SourceSpec
from domain.ports import Intake
from domain.types import Outcome, RunReport

MOST_PAGES = 1500
BATCH = 50
LITTLE_TEXT = 300
"""Characters: a page that asks for a captcha or a login says less."""

MOST_FRAGMENTS = 5
"""Of one run that goes on after pages of unknown shape."""

_TOO_LARGE = f"页面超过 {MOST_BYTES >> 20} MB"


class PageSpider(scrapy.Spider):
    """Fetches a reader's pages one after the other."""

    def __init__(self, *, name: str, reader: Reader, intake: Intake, tally: Tally,
                 keep_fragment: KeepFragment | None) -> None:  # fmt: skip
        super().__init__(name=name)
        self.reader, self.intake, self.tally = reader, intake, tally
        self.keep_fragment = keep_fragment
        self.waiting: deque[Page] = deque()
        self.known: set[str] = set()
        self.asked: Page | None = None
        self.pages = 0
        self.fragments = 0
        self._add(reader.first())
        self.hosts = frozenset(urlsplit(page.url).hostname or "" for page in self.waiting)

    @property
    def unread(self) -> int:
        """Pages known but not answered."""
        return len(self.waiting) + (self.asked is not None)

    async def start(self) -> AsyncIterator[Any]:
        for request in self._next():
            yield request

    def came(self, response: Response) -> Iterator[Request]:
        """Callback of every answer."""
        page: Page = response.meta["page"]
        self.asked = None
        self.tally.answered()
        self._take(page, response)
        yield from self._next()

    def failed(self, failure: Any) -> Iterator[Request]:
        """Errback of every request without an answer."""
        page: Page = failure.request.meta["page"]
        self.asked = None
        error = failure.value
        reason = no_answer(error)
        if reason is not None:
            self.tally.lose(reason, page.url, entry=page.entry)
        elif isinstance(error, DownloadCancelledError):
            self._stop(Outcome.SCHEMA_CHANGED, _TOO_LARGE, page)
        elif isinstance(error, IgnoreRequest):
            self._ignored(str(error), page)
        else:
            failure.raiseException()
        yield from self._next()

    def _ignored(self, why: str, page: Page) -> None:
        if why == FORBIDDEN:
            self._stop(Outcome.IP_OR_ACCOUNT_BLOCKED, "robots.txt 不许读这个地址", page)
        elif why == OFFSITE and page.entry:
            self._stop(Outcome.SCHEMA_CHANGED, "网站转到了别的域名", page)
        elif why == OFFSITE:  # one headline that leads elsewhere is no other site
            self.tally.lose("转到了别的域名", page.url, entry=False)
        elif INFLATED in why:
            self._stop(Outcome.SCHEMA_CHANGED, _TOO_LARGE, page)
        elif why != "stopped":
            self.tally.lose("转向不止", page.url, entry=page.entry)

    def _take(self, page: Page, response: Response) -> None:
        refused = refusal(response.status, response.url)
        if refused is not None:
            self._stop(*refused, page)
        elif sent_to_login(page.url, response.url):
            self._stop(Outcome.LOGIN_REQUIRED, "网站转到了登录页", page)
        elif response.status >= 500 or response.status == 408:
            self.tally.lose(f"网站出错（{response.status}）", page.url, entry=page.entry)
        elif response.status not in (200, 404, 410):
            self._stop(Outcome.SCHEMA_CHANGED, f"没有见过的状态码（{response.status}）", page)
        else:
            self._read(page, response)

    def _read(self, page: Page, response: Response) -> None:
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        got = Fetched(page=page, url=response.url, status=response.status,
                      content_type=content_type, body=response.body)  # fmt: skip
        try:
            finds = self.reader.read(got)
        except ShapeChanged as changed:
            if self._unknown(changed, page, response, ends=True):
                self._stop(Outcome.SCHEMA_CHANGED, changed.reason, page)
        else:
            if finds.strange is None or self._unknown(finds.strange, page, response, ends=False):
                self._hand_over(finds)

    def _unknown(self, changed: ShapeChanged, page: Page, response: Response, *,
                 ends: bool) -> bool:  # fmt: skip
        """Keep a piece of the page; False when it was a captcha or a login form, which ends all.
        ``ends``: the run does not go on after it. Where it does, only a page with little text is
        taken for a captcha: an article about a 验证码 fraud may be the strange one."""
        if "forget" in response.meta:
            response.meta["forget"]()  # asked again, the site may have mended it
        html = decode(response.body) or ""
        little = len(html) < 50_000 and len(plain(html)) < LITTLE_TEXT
        if (ends or little) and asks_to_verify(html):
            self._stop(Outcome.VERIFY_REQUIRED, "网站要求验证", page)
        elif little and asks_to_login(html):
            self._stop(Outcome.LOGIN_REQUIRED, "网站要求登录", page)
        elif self.keep_fragment is not None and self.fragments < MOST_FRAGMENTS:
            self.fragments += 1
            self.keep_fragment(page.url, changed.reason, fragment_of(changed.fragment))
        return self.tally.stopped is None

    def _hand_over(self, finds: Finds) -> None:
        for start in range(0, len(finds.items), BATCH):
            self.tally.new += self.intake(finds.items[start : start + BATCH])
        self.tally.seen += finds.seen
        self._add(finds.pages)

    def _add(self, pages: Any) -> None:
        for page in pages:
            # http and https are one page; one address answers many forms.
            key = f"{page.url.partition('://')[2]}\n{urlencode(page.form)}"
            if key not in self.known:
                self.known.add(key)
                self.waiting.append(page)

    def _next(self) -> Iterator[Request]:
        if self.tally.stopped is not None or not self.waiting:
            return
        self.asked = self.waiting.popleft()
        self.pages += 1
        if self.pages > MOST_PAGES:
            self._stop(Outcome.SCHEMA_CHANGED, f"读了 {MOST_PAGES} 页还没有完", self.asked)
            return
        yield _request(self.asked, self.came, self.failed)

    def _stop(self, outcome: Outcome, reason: str, page: Page) -> None:
        self.tally.stop(outcome, reason, page.url)


def _request(page: Page, came: Any, failed: Any) -> Request:
    headers = {"Referer": page.referer} if page.referer else {}
    meta = {"page": page, "cache": page.cache}
    if not page.form:
        return Request(page.url, came, headers=headers, meta=meta, errback=failed)
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return Request(page.url, came, "POST", headers, urlencode(page.form), meta=meta,
                   errback=failed)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class SpiderSource:
    """A ``domain.ports.Source``: one reader, run by the spider in this process. ``steps``: what
    this source needs between spider and site, as Scrapy's DOWNLOADER_MIDDLEWARES."""

    spec: SourceSpec
    reader: Reader
    given: Given
    steps: Mapping[str, int] = field(default_factory=dict)
    settings: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.settings = settings(self.spec, self.given.cache_dir, self.steps)

    def collect(self, intake: Intake) -> RunReport:
        """Read the source. Raises what ``intake`` raises; whatever the site does is an Outcome."""
        tally, broken = Tally(), list[BaseException]()
        process = AsyncCrawlerProcess(dict(self.settings))
        # A broken intake would be logged with its arguments, and a host that does not answer with
        # a page of traceback: the one is raised below, the other is in the report.
        for name in ("core.scraper", "downloadermiddlewares"):
            logging.getLogger(f"scrapy.{name}").setLevel(logging.CRITICAL + 1)
        crawler = process.create_crawler(PageSpider)
        crawler.signals.connect(_keep_error(broken), signal=signals.spider_error, weak=False)
        crawler.signals.connect(slow_down(crawler), signal=signals.robots_parsed, weak=False)
        process.crawl(crawler, name=self.spec.name, reader=self.reader, intake=intake,
                      tally=tally, keep_fragment=self.given.keep_fragment)  # fmt: skip
        process.start()
        if broken:
            raise broken[0]
        spider = crawler.spider
        unread = spider.unread if isinstance(spider, PageSpider) else 1
        return tally.report(*self.reader.ending(), unread=unread)


def _keep_error(broken: list[BaseException]) -> Any:
    def keep(failure: Any) -> None:
        broken.append(failure.value)

    return keep
