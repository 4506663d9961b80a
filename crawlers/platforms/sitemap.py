"""A news site by its sitemap: sitemap.xml, an index of them, news sitemaps, packed or not.

A start URL that is a site's root ("https://news.example/") is asked for robots.txt, whose Sitemap
lines lead on; without such a line for /sitemap.xml. Articles are read as ``articles`` reads them.

Options: those of ``articles`` without the sections, and ``most_sitemaps`` (20). Newest first by
lastmod; what is older than ``days_back`` or ``since`` is left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from urllib.parse import urljoin, urlsplit

from crawlers.articlepages import Articles, rules_of
from crawlers.articlescope import Scope, scope_of
from crawlers.decoding import decode
from crawlers.extraction import Cache, Fetched, Finds, Page
from crawlers.fields import Unreadable
from crawlers.given import Given
from crawlers.manners import bases, whole_number
from crawlers.moments import moment
from crawlers.sitemaps import Listed, sitemap
from crawlers.spider import SpiderSource
from domain.plan import SourceSpec
from domain.ports import Source
from domain.times import shanghai_day
from domain.types import Outcome

MOST_DEPTH = 2
"""Indexes above a sitemap. The protocol knows one; some sites have one more."""


def source(spec: SourceSpec, given: Given) -> Source:
    """A site. Raises NotConfigured for a wrong address or option."""
    now = given.clock()
    reader = SitemapReader(
        urls=tuple(bases(spec)),
        scope=scope_of(spec, now, given.since),
        most_sitemaps=whole_number(spec, "most_sitemaps", 20),
        now=now,
        articles=Articles(spec=spec, rules=rules_of(spec), now=now, pseudonym=given.pseudonym),
    )
    return SpiderSource(spec=spec, reader=reader, given=given)


@dataclass(slots=True, kw_only=True)
class SitemapReader:
    """Reads sitemaps into articles. ``depth`` of each sitemap: how many indexes led to it."""

    urls: tuple[str, ...]
    scope: Scope
    most_sitemaps: int
    now: datetime
    articles: Articles
    depth: dict[str, int] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)
    maps: int = 0
    entries: int = 0
    fitting: int = 0
    gone: int = 0
    left: int = 0
    left_maps: int = 0

    def first(self) -> Sequence[Page]:
        return [_entry(urljoin(url, "/robots.txt") if _is_root(url) else url) for url in self.urls]

    def read(self, got: Fetched) -> Finds:
        if not got.page.entry:
            return self.articles.take(got)
        if urlsplit(got.page.url).path == "/robots.txt":
            return Finds(pages=tuple(self._named_in_robots(got)))
        if got.status != 200:
            self.gone += 1
            return Finds()
        found = sitemap(got.body)
        self.maps += 1
        if found.is_index:
            return Finds(pages=tuple(self._deeper(got.page.url, found.listed)))
        return Finds(pages=tuple(map(self.articles.page, self._wanted(found.listed))))

    def ending(self) -> tuple[Outcome, str]:
        notes = "；".join(self._notes())
        if self.gone:
            return Outcome.ITEM_GONE, f"{self.gone} 个站点地图已经不在了（404）；{notes}"
        if not self.maps or (self.left_maps and not self.entries):
            return Outcome.SCHEMA_CHANGED, f"没有可读的站点地图；{notes}"
        if not self.entries:
            return Outcome.EMPTY_CONFIRMED, f"站点地图有效，没有条目；{notes}"
        if not self.fitting:
            return Outcome.SCHEMA_CHANGED, f"站点地图里没有一个地址符合 article；{notes}"
        if not self.wanted:
            return Outcome.EMPTY_CONFIRMED, f"站点地图里的文章都是以前的；{notes}"
        outcome, why = self.articles.trouble() or (Outcome.OK, "")
        return outcome, "；".join(filter(None, (why, notes)))

    def _notes(self) -> Iterator[str]:
        yield from self.articles.notes()
        if self.left:
            yield f"{self.left} 篇超过一次的上限，没有读"
        if self.left_maps:
            yield f"{self.left_maps} 个站点地图超过上限或在别的域名，没有读"

    def _named_in_robots(self, got: Fetched) -> Iterator[Page]:
        text = (decode(got.body) or "") if got.status == 200 else ""
        named = [
            urljoin(got.page.url, value.strip())
            for line in text.splitlines()
            for name, colon, value in [line.partition(":")]
            if colon and name.strip().lower() == "sitemap"
        ]
        for url in named or [urljoin(got.page.url, "/sitemap.xml")]:
            yield from self._follow(url, 0)

    def _deeper(self, url: str, listed: Sequence[Listed]) -> Iterator[Page]:
        """Sitemaps of an index, newest first. An old one holds nothing new."""
        below = self.depth.get(url, 0) + 1
        for one in self._newest_first(listed):
            if self._is_new(one, by_address=False):
                yield from self._follow(one.url, below)

    def _follow(self, url: str, depth: int) -> Iterator[Page]:
        if url in self.depth or url in self.urls:
            return
        full = depth > MOST_DEPTH or len(self.depth) >= self.most_sitemaps
        if full or not self.scope.ours(url):
            self.left_maps += 1
            return
        self.depth[url] = depth
        yield _entry(url)

    def _wanted(self, listed: Sequence[Listed]) -> Iterator[str]:
        self.entries += len(listed)
        fitting = [one for one in listed if self.scope.is_article(one.url)]
        self.fitting += len(fitting)
        for one in self._newest_first(fitting):
            if one.url in self.wanted or not self._is_new(one, by_address=True):
                continue
            if len(self.wanted) >= self.scope.most:
                self.left += 1
                continue
            self.wanted.add(one.url)
            yield one.url

    def _newest_first(self, listed: Sequence[Listed]) -> list[Listed]:
        dated = [(self._day(one) or date.min, one) for one in listed]
        return [one for _, one in sorted(dated, key=lambda pair: pair[0], reverse=True)]

    def _is_new(self, one: Listed, *, by_address: bool) -> bool:
        told = self._day(one)
        return (told is None and not by_address) or self.scope.is_new(one.url, told)

    def _day(self, one: Listed) -> date | None:
        try:
            changed = moment(one.changed, anchor=self.now)
        except Unreadable:
            return None
        return shanghai_day(changed) if changed else None


def _is_root(url: str) -> bool:
    return urlsplit(url).path in ("", "/") and not urlsplit(url).query


def _entry(url: str) -> Page:
    return Page(url=url, entry=True, cache=Cache.NEVER)
