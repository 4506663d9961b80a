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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Request, Response

from crawlers.extraction import Fetched, Finds, Page, Reader, decode
from crawlers.health import (
    KeepFragment,
    ShapeChanged,
    Tally,
    asks_to_verify,
    fragment_of,
    refusal,
)
from crawlers.manners import FORBIDDEN, MOST_BYTES, OFFSITE, no_answer, settings, slow_down
from domain.plan import SourceSpec
from domain.ports import Intake
from domain.types import Outcome, RunReport

MOST_PAGES = 1500
BATCH = 50


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
            self._stop(Outcome.SCHEMA_CHANGED, f"页面超过 {MOST_BYTES >> 20} MB", page)
        elif isinstance(error, IgnoreRequest):
            self._ignored(str(error), page)
        else:
            failure.raiseException()
        yield from self._next()

    def _ignored(self, why: str, page: Page) -> None:
        if why == FORBIDDEN:
            self._stop(Outcome.IP_OR_ACCOUNT_BLOCKED, "robots.txt 不许读这个地址", page)
        elif why == OFFSITE:
            self._stop(Outcome.SCHEMA_CHANGED, "网站转到了别的域名", page)
        elif why != "stopped":
            self.tally.lose("转向不止", page.url, entry=page.entry)

    def _take(self, page: Page, response: Response) -> None:
        refused = refusal(response.status, response.url)
        if refused is not None:
            self._stop(*refused, page)
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
            self._unknown(changed, page, response)
        else:
            self._hand_over(finds)

    def _unknown(self, changed: ShapeChanged, page: Page, response: Response) -> None:
        if "forget" in response.meta:
            response.meta["forget"]()  # asked again, the site may have mended it
        if asks_to_verify(decode(response.body) or ""):
            self._stop(Outcome.VERIFY_REQUIRED, "网站要求验证", page)
            return
        if self.keep_fragment is not None:
            self.keep_fragment(page.url, changed.reason, fragment_of(changed.fragment))
        self._stop(Outcome.SCHEMA_CHANGED, changed.reason, page)

    def _hand_over(self, finds: Finds) -> None:
        for start in range(0, len(finds.items), BATCH):
            self.tally.new += self.intake(finds.items[start : start + BATCH])
        self.tally.seen += finds.seen
        self._add(finds.pages)

    def _add(self, pages: Any) -> None:
        for page in pages:
            key = page.url.partition("://")[2]  # http and https are one page
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
        meta = {"page": self.asked, "cache": self.asked.cache}
        yield Request(self.asked.url, callback=self.came, errback=self.failed, meta=meta)

    def _stop(self, outcome: Outcome, reason: str, page: Page) -> None:
        self.tally.stop(outcome, reason, page.url)


@dataclass(slots=True, kw_only=True)
class SpiderSource:
    """A ``domain.ports.Source``: one reader, run by the spider in this process."""

    spec: SourceSpec
    reader: Reader
    cache_dir: Path
    keep_fragment: KeepFragment | None = None
    settings: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        self.settings = settings(self.spec, self.cache_dir)

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
                      tally=tally, keep_fragment=self.keep_fragment)  # fmt: skip
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
