"""Pages kept between runs, so that a rerun asks a site only for what may have changed.

Holds public pages with their words masked, under the cache folder it is given: one file per page,
written whole or not at all, deleted after ``KEEP_DAYS``. A page says itself how it may be used
again (``crawlers.extraction.Cache``); refusals and errors are never kept. Since a kept page lacks
what was masked, it is written only when the page after it is asked for: by then its own words have
been handed over, and the originals are safe in the ledger.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator
from functools import partial
from html import unescape
from pathlib import Path
from time import time
from typing import Any

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings

from crawlers.decoding import decode
from crawlers.extraction import Cache
from domain.privacy import mask, spans

KEEP_DAYS = 3
"""Longer than the two days a paper is read, and no longer: these are texts about people."""


class PageCache(HttpCacheMiddleware):
    """Scrapy's cache, without its habit of answering from the cache when the site is down: that
    would report an outage as ok."""

    DOWNLOAD_EXCEPTIONS = ()  # type: ignore[assignment]  # Scrapy types its own tuple's length


class AsThePageSays:
    """Scrapy's cache policy: fresh, to be asked again, or not kept, as ``Page.cache`` says."""

    def __init__(self, settings: BaseSettings) -> None:
        pass

    def should_cache_request(self, request: Request) -> bool:
        return request.meta.get("cache", Cache.NEVER) is not Cache.NEVER

    def should_cache_response(self, response: Response, request: Request) -> bool:
        return response.status == 200

    def is_cached_response_fresh(self, cachedresponse: Response, request: Request) -> bool:
        if request.meta["cache"] is Cache.KEEP:
            return True
        for mark, question in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
            if mark in cachedresponse.headers:
                request.headers[question] = cachedresponse.headers[mark]
        return False

    def is_cached_response_valid(
        self, cachedresponse: Response, response: Response, request: Request
    ) -> bool:
        return response.status == 304


class PageStore:
    """Scrapy's cache storage. Its own kept pickles, and a kill in mid-write left half a page that
    was then served as a whole one. ``unwritten`` is the newest page, not handed over yet."""

    def __init__(self, settings: BaseSettings) -> None:
        self.root = Path(settings["HTTPCACHE_DIR"])
        self.folder = self.root
        self.crawler: Crawler | None = None
        self.unwritten: tuple[Path, bytes] | None = None

    def open_spider(self, spider: Any) -> None:
        self.crawler = spider.crawler
        self.folder = self.root / spider.name
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in self.folder.iterdir():
            if path.stat().st_mtime < time() - KEEP_DAYS * 86400:
                path.unlink(missing_ok=True)

    def close_spider(self, spider: Any) -> None:
        stats = self.crawler.stats if self.crawler else None
        if stats is None or not stats.get_value("spider_exceptions/count"):
            self._write()

    def retrieve_response(self, spider: Any, request: Request) -> Response | None:
        self._write()
        path = self._path(request)
        request.meta["forget"] = partial(self._forget, path)
        try:
            head, _, body = path.read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        kept = json.loads(head)
        headers = Headers({name: [v.encode("latin-1") for v in values]
                           for name, values in kept["headers"].items()})  # fmt: skip
        kind = responsetypes.from_args(headers=headers, url=kept["url"], body=body)
        return kind(url=kept["url"], status=kept["status"], headers=headers, body=body)

    def store_response(self, spider: Any, request: Request, response: Response) -> None:
        headers = {name.decode("latin-1"): [v.decode("latin-1") for v in values]
                   for name, values in response.headers.items()}  # fmt: skip
        self._write()
        body = masked_page(response.body)
        if body is not None:
            head = {"url": response.url, "status": response.status, "headers": headers}
            self.unwritten = (self._path(request), json.dumps(head).encode() + b"\n" + body)

    def _write(self) -> None:
        """Write the page whose words have been handed over by now."""
        if self.unwritten is None:
            return
        (path, content), self.unwritten = self.unwritten, None
        handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")  # mode 0600
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(name, path)

    def _forget(self, path: Path) -> None:
        self.unwritten = None
        path.unlink(missing_ok=True)

    def _path(self, request: Request) -> Path:
        fingerprinter = self.crawler.request_fingerprinter if self.crawler else None
        if fingerprinter is None:
            raise RuntimeError("PageStore used outside a run")
        return self.folder / fingerprinter.fingerprint(request).hex()


# --- masking a page -------------------------------------------------------------------------------

MOST_KEPT = 1_000_000
"""Characters; a longer page is not kept. The worst such page we made takes 5 s to mask."""

_CJK = "[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]"
_PIECE = re.compile(
    # An address is what an article is known by, also in a feed; it is masked with the mention.
    r"(?P<break><(?:link|guid|id)\b[^<>]*>(?:<!\[CDATA\[)?[^<]*|<!--|-->|<!\[CDATA\[|\]\]>"
    r"|</?(?:br|p|div|li|tr|h[1-6]|section|article|blockquote|script|style|noscript)\b[^<>]*>)"
    r"|(?P<tag><[^<>]*>)"
    rf"|(?P<wrapped>(?<={_CJK})[^\S\n]*\n\s*(?={_CJK}))|(?P<space>\s+)"
    r"|(?P<entity>&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,30});)|(?P<words>[^<&\s\-\]]+|.)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"""\s(?!class\b|id\b|style\b)[\w:\-]+\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE
)

Edit = tuple[int, int, str]
"""Characters [start, end) of a page, and what stands there instead."""


def masked_page(body: bytes) -> bytes | None:
    """The page (HTML or a feed) with each character of a personal identifier replaced by ``*``, so
    that what is read from it is what ``mask`` makes of the page as it came; None for a page that
    cannot be read or is too long, which is not to be kept."""
    html = decode(body)
    if html is None or len(html) > MOST_KEPT:
        return None
    starred = {*_words_starred(html), *_attributes_starred(html)}
    if not starred:
        return body
    parts, at = [], 0
    for start, end, new in sorted(starred.union(_line_ends_removed(html))):
        parts += [html[at:start], new]
        at = end
    in_utf8 = html == body.decode("utf-8-sig", errors="replace")
    return "".join([*parts, html[at:]]).encode("utf-8" if in_utf8 else "gb18030")


def _words_starred(html: str) -> Iterator[Edit]:
    """Looked for in the words as a reader sees them: identifiers may run on over tags, entities
    and line ends (compare ``crawlers.extraction.plain``)."""
    seen = list(_seen(html))
    for span in spans("".join(char for char, _, _ in seen)):
        for _, start, end in seen[span.start : span.end]:
            if start < end:
                yield start, end, "*"


def _seen(html: str) -> Iterator[tuple[str, int, int]]:
    """(character, where it stands: start, end); scripts and comments count as words too."""
    for piece in _PIECE.finditer(html):
        start, end = piece.span()
        if piece["words"]:
            yield from ((char, start + n, start + n + 1) for n, char in enumerate(piece[0]))
        elif piece["entity"]:
            yield from ((char, start, end) for char in unescape(piece[0]))
        elif piece["space"]:
            yield " ", start, end
        elif piece["break"]:
            yield "\n", start, start


def _line_ends_removed(html: str) -> Iterator[Edit]:
    """Those between two Chinese characters, which no reader sees; beside a star one would."""
    for piece in _PIECE.finditer(html):
        if piece["wrapped"]:
            yield *piece.span(), ""


def _attributes_starred(html: str) -> Iterator[Edit]:
    """Descriptions, alternative texts, tel: links; not what gives a page its shape."""
    for piece in _PIECE.finditer(html):
        if piece["tag"] or (piece["break"] and not piece[0].lower().startswith(("<link", "<guid"))):
            for value in _ATTRIBUTE.finditer(piece[0]):
                masked = mask(value[1])
                if masked != value[1]:
                    yield piece.start() + value.start(1), piece.start() + value.end(1), masked
