"""How we behave towards a site: the settings of a run, its limits, and robots.txt.

robots.txt is obeyed, its Crawl-delay too. A path it forbids ends the run as
ip_or_account_blocked ("not allowed" is never empty); a robots.txt that answers 5xx, 429 or not at
all ends it as well (RFC 9309 §2.3.1.4: unreachable means everything is disallowed).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Request, Response

from crawlers.health import Tally
from domain.errors import NotConfigured
from domain.plan import SourceSpec
from domain.types import Outcome

AGENT = "Tingxue"
"""The word by which a robots.txt can name us."""

MOST_BYTES = 5 * 1024 * 1024
"""Of one page."""

MOST_MINUTES = 14
"""Of one run, unless the source says otherwise: just less than the hall waits for a child, so that
a long run ends by itself and says how far it came."""

_LOST = {
    DownloadTimeoutError: "超时没有回应",
    CannotResolveHostError: "域名解析不了",
    DownloadConnectionRefusedError: "连接被拒",
    DownloadFailedError: "连接中断",
    ResponseDataLossError: "回应不完整",
}


def bases(spec: SourceSpec) -> list[str]:
    """The start URLs. Raises NotConfigured when there is none, or one is not http(s)."""
    wrong = [url for url in spec.start_urls if not _http(url)]
    if wrong or not spec.start_urls:
        raise NotConfigured(
            f"来源 {spec.name} 的 start_urls 要写 http(s) 网址：{wrong or '一个也没有'}"
        )
    return list(spec.start_urls)


def _http(url: str) -> bool:
    return url.startswith(("http://", "https://")) and bool(urlsplit(url).hostname)


def whole_number(spec: SourceSpec, key: str, default: int) -> int:
    """An option that counts something. Raises NotConfigured unless it is 0 or more."""
    given = spec.options.get(key, str(default))
    if not (given.isascii() and given.isdigit()):
        raise NotConfigured(f"来源 {spec.name} 的选项 {key} 要写非负整数，现在是 {given!r}")
    return int(given)


def limits(spec: SourceSpec) -> dict[str, object]:
    """Scrapy settings that the source's options change: ``timeout_seconds`` (for one page),
    ``most_minutes`` (for one run), ``contact`` (who to write to, shown to the sites)."""
    contact = spec.options.get("contact", "no contact configured")
    if not (contact.isascii() and contact.isprintable()):
        raise NotConfigured(f"来源 {spec.name} 的选项 contact 只能用英文字母、数字和符号")
    return {
        "DOWNLOAD_DELAY": max(spec.delay_seconds, 0.0),
        "DOWNLOAD_TIMEOUT": whole_number(spec, "timeout_seconds", 30),
        "CLOSESPIDER_TIMEOUT": 60 * whole_number(spec, "most_minutes", MOST_MINUTES),
        "USER_AGENT": f"{AGENT}/0.1 (reads news for visitor complaints; contact: {contact})",
    }


def settings(spec: SourceSpec, cache_dir: Path, steps: Mapping[str, int]) -> dict[str, object]:
    """All Scrapy settings of a run; ``steps`` are downloader middlewares of this source alone."""
    return {
        **limits(spec),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": AGENT,
        "CONCURRENT_REQUESTS": 1,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY_JITTER": 0,  # the default goes down to half the delay
        "DOWNLOAD_MAXSIZE": MOST_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "RETRY_TIMES": 1,
        "RETRY_HTTP_CODES": [500, 502, 503, 504],  # never 429: a refusal is not asked again
        "HTTPERROR_ALLOW_ALL": True,
        "COOKIES_ENABLED": False,
        # Of Scrapy's own extensions only these. Two of the others open ports that run any Python
        # sent to them; one switched off in EXTENSIONS is loaded all the same.
        "EXTENSIONS_BASE": {
            f"scrapy.extensions.{name}": 0
            for name in (
                "closespider.CloseSpider",
                "corestats.CoreStats",
            )
        },
        # What a page leads to is fetched from the web and from nowhere else.
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
        # Redirects to a page seen before would be dropped without a word; we keep our own set.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
            "crawlers.pagecache.PageCache": 900,
            # Offsite redirects would be dropped without a word; OwnHosts says so.
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "crawlers.manners.OwnHosts": 50,  # before robots.txt (100) of the other host is asked
            "crawlers.manners.RobotsGate": 540,  # below retry (550): sees what retrying left over
            **steps,
        },
        "HTTPCACHE_ENABLED": True,
        "HTTPCACHE_DIR": str(cache_dir.absolute()),
        "HTTPCACHE_POLICY": "crawlers.pagecache.AsThePageSays",
        "HTTPCACHE_STORAGE": "crawlers.pagecache.PageStore",
        "LOG_LEVEL": "WARNING",  # DEBUG would write texts
        "LOG_INSTALL_ROOT_HANDLER": False,  # each line would stand there twice
    }


def no_answer(error: BaseException) -> str | None:
    """Why a page did not come, in Chinese; None when the error is something else."""
    return next((text for kind, text in _LOST.items() if isinstance(error, kind)), None)


OFFSITE = "offsite"
FORBIDDEN = "Forbidden by robots.txt"
"""Why a request was not sent: what the IgnoreRequest says (the second is Scrapy's own text)."""

INFLATED = "exceeded DOWNLOAD_MAXSIZE"
"""Part of Scrapy's own text for an answer that is small only while it is packed."""


class OwnHosts:
    """Lets through what goes to the configured hosts and their subdomains, redirects included."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "OwnHosts":
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        hosts: frozenset[str] = getattr(self.crawler.spider, "hosts")  # noqa: B009 - PageSpider's
        if not any(host == own or host.endswith(f".{own}") for own in hosts):
            raise IgnoreRequest(OFFSITE)


class RobotsGate:
    """Lets nothing through once the run has stopped; stops it when robots.txt is unreachable."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RobotsGate":
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        if self._tally.stopped is not None:
            raise IgnoreRequest("stopped")

    def process_response(self, request: Request, response: Response) -> Response:
        if "page" not in request.meta and (response.status == 429 or response.status >= 500):
            limited = response.status == 429
            outcome = Outcome.RATE_LIMITED if limited else Outcome.NO_RESPONSE_SEEN
            self._tally.stop(outcome, f"robots.txt 读不到（{response.status}）", request.url)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if "page" not in request.meta and not isinstance(exception, IgnoreRequest):
            reason = no_answer(exception) or "读不到"
            self._tally.stop(Outcome.NO_RESPONSE_SEEN, f"robots.txt {reason}", request.url)

    @property
    def _tally(self) -> Tally:
        tally: Tally = getattr(self.crawler.spider, "tally")  # noqa: B009 - PageSpider's
        return tally


def slow_down(crawler: Crawler) -> Callable[..., None]:
    """robots.txt's Crawl-delay, where it is longer than the configured delay. Scrapy leaves it."""

    def heed(robotparser: Any, request: Request) -> None:
        asked = robotparser.rp.crawl_delay(AGENT)
        downloader = crawler.engine.downloader if crawler.engine else None
        slot = downloader.slots.get(downloader.get_slot_key(request)) if downloader else None
        if asked and slot is not None:
            slot.delay = max(slot.delay, float(asked))

    return heed
