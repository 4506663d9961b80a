"""Pages kept between runs, so that a rerun asks a site only for what may have changed.

Holds public pages with their words masked, under the cache folder it is given: one file per page,
written whole or not at all, deleted after ``KEEP_DAYS``. A page says itself how it may be used
again (``crawlers.extraction.Cache``); refusals and errors are never kept. Since a kept page lacks
what was masked, it is written only when the page after it is asked for: by then its own words have
been handed over, and the originals are safe in the ledger.
"""

import json
import os
import tempfile
from functools import partial
from pathlib import Path
from time import time
from typing import Any

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcache import HttpCacheMiddleware
from scrapy.http import Headers, Request, Response
from scrapy.responsetypes import responsetypes
from scrapy.settings import BaseSettings

from crawlers.extraction import Cache
from crawlers.masking import masked_page

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
