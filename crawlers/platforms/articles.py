"""A news site of lists and articles: broadcasters, city portals, news centres.

A new site of the usual kind is one entry in ``config/sources.yaml`` and no code. The start URLs are
its section pages; sites, XPaths and what is known of them: platforms.md §16.

Options: ``article`` (regular expression, looked for in path and query of a link; needed),
``sections`` (the same for further sections and paging, up to ``most_sections``, 10), the XPaths
``title``, ``body``, ``time``, ``origin`` (``crawlers.articlepages``), ``days_back`` (3: older ones,
by their address, are left), ``most_articles`` (200), ``words`` (comma-separated; only articles
holding one are handed over; none = all), and those of ``crawlers.manners.limits``. ``since`` only
widens the days.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from scrapy.selector import Selector

from crawlers.articlepages import Articles, rules_of
from crawlers.articlescope import Scope, path_of, regex_of, scope_of
from crawlers.extraction import Cache, Fetched, Finds, Page, links, text_of
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.manners import bases, whole_number
from crawlers.spider import SpiderSource
from domain.plan import SourceSpec
from domain.ports import Source
from domain.types import Outcome

_FEEDS = (
    "//link[contains(concat(' ', @rel, ' '), ' alternate ')]"
    "[@type='application/rss+xml' or @type='application/atom+xml']/@href"
)
_MOST_FEEDS = 3


def source(spec: SourceSpec, given: Given) -> Source:
    """A site. Raises NotConfigured for a wrong address or option."""
    now = given.clock()
    reader = ListReader(
        urls=tuple(bases(spec)),
        scope=scope_of(spec, now, given.since),
        sections=regex_of(spec, "sections") if spec.options.get("sections") else None,
        most_sections=whole_number(spec, "most_sections", 10),
        articles=Articles(spec=spec, rules=rules_of(spec), now=now, pseudonym=given.pseudonym),
    )
    return SpiderSource(spec=spec, reader=reader, given=given)


@dataclass(slots=True, kw_only=True)
class ListReader:
    """Reads sections into articles, and counts what its ending needs."""

    urls: tuple[str, ...]
    scope: Scope
    sections: re.Pattern[str] | None
    most_sections: int
    articles: Articles
    listed: set[str] = field(default_factory=set)
    followed: set[str] = field(default_factory=set)
    wanted: set[str] = field(default_factory=set)
    feeds: dict[str, None] = field(default_factory=dict)
    bare: int = 0
    gone: int = 0
    left: int = 0

    def first(self) -> Sequence[Page]:
        return [_section(url) for url in self.urls]

    def read(self, got: Fetched) -> Finds:
        return self._read_section(got) if got.page.entry else self.articles.take(got)

    def ending(self) -> tuple[Outcome, str]:
        notes = "；".join(self._notes())
        if self.gone:
            return Outcome.ITEM_GONE, f"{self.gone} 个栏目已经不在了（404）；{notes}"
        if self.bare:
            return Outcome.SCHEMA_CHANGED, f"{self.bare} 个栏目里没有文章的链接；{notes}"
        if not self.wanted:
            return Outcome.EMPTY_CONFIRMED, f"栏目里的文章都是以前的；{notes}"
        outcome, why = self.articles.trouble() or (Outcome.OK, "")
        return outcome, "；".join(filter(None, (why, notes)))

    def _notes(self) -> Iterator[str]:
        yield from self.articles.notes()
        if self.left:
            yield f"{self.left} 篇超过一次的上限，没有读"
        if self.feeds:
            yield "网站有订阅：" + " ".join(list(self.feeds)[:_MOST_FEEDS])

    def _read_section(self, got: Fetched) -> Finds:
        start = got.page.url in self.urls
        if got.status != 200:
            self.gone += start  # a page of paging that has gone is the end of the paging
            return Finds()
        html = text_of(got)
        self._note_feeds(html, got.url)
        found = links(html, got.url)
        articles = [link for link in found if self.scope.is_article(link)]
        further = tuple(map(_section, self._further(found)))
        if start and not articles:
            self.bare += 1
            strange = ShapeChanged("栏目页上没有文章的链接", html)
            return Finds(pages=further, strange=strange)
        return Finds(pages=(*further, *map(self.articles.page, self._wanted(articles))))

    def _note_feeds(self, html: str, url: str) -> None:
        for link in Selector(text=html or " ", type="html").xpath(_FEEDS).getall():
            try:
                self.feeds[urljoin(url, link.strip())] = None
            except ValueError:  # "http://[": not an address at all
                continue

    def _further(self, found: Sequence[str]) -> Iterator[str]:
        """Further sections, each once, up to the limit."""
        for link in found:
            full = self.sections is None or len(self.followed) >= self.most_sections
            if full or link in self.followed or link in self.urls:
                continue
            fits = self.sections is not None and self.sections.search(path_of(link)) is not None
            if fits and self.scope.ours(link) and not self.scope.is_article(link):
                self.followed.add(link)
                yield link

    def _wanted(self, articles: Sequence[str]) -> Iterator[str]:
        """New articles, each once, up to the limit."""
        for link in articles:
            if link in self.listed:
                continue
            self.listed.add(link)
            if self.scope.is_new(link) and len(self.wanted) >= self.scope.most:
                self.left += 1
            elif self.scope.is_new(link):
                self.wanted.add(link)
                yield link


def _section(url: str) -> Page:
    return Page(url=url, entry=True, cache=Cache.NEVER)
