"""Digital newspapers of the Founder (方正) layout: 吉林日报, 长春日报, 长春晚报 and others.

Layout, selectors and addresses: platforms.md §15. A start URL is the paper's base, the part
before ``/pc/paper``. A first layout page that answers 404 is the paper's own word for "no edition
that day", so a run in which every day says so is empty_confirmed.

Options: ``words`` (comma-separated; only articles holding one are handed over, since storing the
whole of a daily paper serves nobody; none = all), ``days_back`` (1 = today and yesterday),
``first_node`` (``node_01.html``), and those of ``crawlers.manners.limits``.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from scrapy.selector import Selector

from crawlers.extraction import (
    Cache,
    Fetched,
    Finds,
    Page,
    links,
    main_text,
    mentions_any,
    plain,
    text_of,
    words_of,
)
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.manners import bases, whole_number
from crawlers.spider import SpiderSource
from domain.plan import SourceSpec
from domain.ports import Source
from domain.times import at_shanghai, shanghai_day
from domain.types import Context, Incoming, Kind, Outcome

MOST_DAYS = 31
"""A longer absence is caught up with no further back than this."""

LEAST_TEXT = 60
"""Characters that readability must find before a body without the layout's marks is believed."""

_NODE = re.compile(r"layout/(\d{6})/(\d{2})/node_\w+\.html?$")
_ARTICLE = re.compile(r"c/(\d{6})/(\d{2})/content_\w+\.html?$")
_BODY_START, _BODY_END = "<!--enpcontent-->", "<!--/enpcontent-->"


def source(spec: SourceSpec, given: Given) -> Source:
    """A paper. ``given.since`` only widens the days read (to catch up), never narrows them. Raises
    NotConfigured for a wrong address or option."""
    days = days_to_read(
        shanghai_day(given.clock()), whole_number(spec, "days_back", 1), given.since
    )
    reader = FounderReader(
        platform=spec.platform,
        own_channel=spec.own_channel,
        words=words_of(spec.options.get("words", "")),
        bases=tuple(url.rstrip("/") for url in bases(spec)),
        first_node=spec.options.get("first_node", "node_01.html"),
        days=days,
    )
    return SpiderSource(spec=spec, reader=reader, given=given)


def days_to_read(today: date, days_back: int, since: datetime | None) -> tuple[date, ...]:
    """Shanghai days, newest first: today and ``days_back`` more, or back to the day of ``since``
    where that is longer, but ``MOST_DAYS`` at most."""
    missed = (today - shanghai_day(since)).days if since else 0
    count = min(max(days_back, missed) + 1, MOST_DAYS)
    return tuple(today - timedelta(days=back) for back in range(count))


@dataclass(slots=True, kw_only=True)
class FounderReader:
    """Reads layouts and articles of one paper, and counts what its ending needs."""

    platform: str
    own_channel: bool
    words: tuple[str, ...]
    bases: tuple[str, ...]
    first_node: str
    days: tuple[date, ...]
    editions: int = 0
    absent: int = 0
    linked: set[str] = field(default_factory=set)
    read_articles: int = 0
    blank: int = 0
    gone: int = 0
    unmarked: int = 0

    def first(self) -> Sequence[Page]:
        return [self._layout(f"{base}/pc/paper/layout/{day:%Y%m/%d}/{self.first_node}")
                for day in self.days for base in self.bases]  # fmt: skip

    def read(self, got: Fetched) -> Finds:
        if got.page.entry:
            return self._read_layout(got)
        return self._read_article(got)

    def ending(self) -> tuple[Outcome, str]:
        notes = "；".join(self._notes())
        if not self.editions:
            return Outcome.EMPTY_CONFIRMED, notes
        if not self.linked:
            return Outcome.EMPTY_AMBIGUOUS, f"版面打得开，却没有一篇文章的链接；{notes}"
        if not self.read_articles:
            return Outcome.SCHEMA_CHANGED, f"版面上的文章都打不开（404）；{notes}"
        if self.blank == self.read_articles:
            return Outcome.SCHEMA_CHANGED, f"所有文章都没有正文；{notes}"
        if self.unmarked * 2 > self.read_articles:
            return Outcome.SCHEMA_CHANGED, f"多数文章没有方正正文标记；{notes}"
        return Outcome.OK, notes

    def _notes(self) -> Iterator[str]:
        yield f"{self.editions} 期有报，{self.absent} 期无报，读文章 {self.read_articles} 篇"
        if self.gone:
            yield f"{self.gone} 篇已撤（404）"
        if self.blank:
            yield f"{self.blank} 篇只有图没有字"
        if self.unmarked:
            yield f"{self.unmarked} 篇用通用方法取正文，版式可能改了"

    def _read_layout(self, got: Fetched) -> Finds:
        asked, came = _day(_NODE, got.page.url), _day(_NODE, got.url)
        first = got.page.url.endswith(f"/{self.first_node}")
        # Some papers answer a missing day with the newest edition instead of 404.
        if got.status != 200 or (came is not None and came != asked):
            self.absent += first
            return Finds()
        html = text_of(got)
        near = [link for link in links(html, got.url) if self._same_paper(got.page.url, link)]
        nodes, articles = _matching(near, _NODE, asked), _matching(near, _ARTICLE, asked)
        if first and not nodes and not articles:
            raise ShapeChanged("版面页上没有版面和文章的链接", html)
        self.editions += first
        self.linked.update(articles)
        return Finds(pages=(*map(self._layout, nodes), *map(self._article, articles)))

    def _same_paper(self, layout: str, link: str) -> bool:
        """Whether a link stays under the base its layout belongs to: several papers of one house
        share a host. http and https are one."""
        base = next(base for base in self.bases if layout.startswith(f"{base}/"))
        return link.partition("://")[2].startswith(f"{base.partition('://')[2]}/")

    def _read_article(self, got: Fetched) -> Finds:
        if got.status != 200:
            self.gone += 1
            return Finds()
        html = text_of(got)
        title, body = _title(html), self._body(html)
        self.read_articles += 1
        self.blank += not body
        if not (title or body) or not mentions_any(self.words, title, body):
            return Finds(seen=1)
        return Finds(seen=1, items=(self._incoming(got, title, body),))

    def _body(self, html: str) -> str:
        marked = _marked_body(html)
        if marked is not None:
            return plain(marked)
        text = main_text(html)
        if len(text) < LEAST_TEXT:
            raise ShapeChanged("文章页没有正文标记，通用方法也取不到正文", html)
        self.unmarked += 1
        return text

    def _incoming(self, got: Fetched, title: str, body: str) -> Incoming:
        day = _day(_ARTICLE, got.page.url)
        return Incoming(
            platform=self.platform,
            kind=Kind.ARTICLE,
            title=title,
            text=body or title,
            url=got.page.url,
            published_at=at_shanghai(day) if day else None,
            context=Context(source_kind="news", own_channel=self.own_channel),
        )

    def _layout(self, url: str) -> Page:
        return Page(url=url, entry=True, cache=Cache.NEVER)

    def _article(self, url: str) -> Page:
        return Page(url=url, entry=False, cache=Cache.KEEP)


def _matching(links: Sequence[str], shape: re.Pattern[str], day: date | None) -> list[str]:
    """The links of that shape and day, each once, in page order."""
    return list(dict.fromkeys(link for link in links if day and _day(shape, link) == day))


def _day(shape: re.Pattern[str], url: str) -> date | None:
    found = shape.search(urlsplit(url).path)
    if found is None:
        return None
    try:
        return date.fromisoformat(f"{found[1][:4]}-{found[1][4:]}-{found[2]}")
    except ValueError:
        return None


def _title(html: str) -> str:
    """PreTitle, Title and SubTitle joined. Raises ShapeChanged without any of the three."""
    page = Selector(text=html, type="html")
    heads = page.xpath("//*[@id='PreTitle' or @id='Title' or @id='SubTitle']")
    if not heads:
        raise ShapeChanged("文章页没有方正标题（PreTitle、Title、SubTitle）", html)
    parts = (plain(head.get()).replace("\n", " ") for head in heads)
    return " ".join(filter(None, parts))


def _marked_body(html: str) -> str | None:
    """The HTML between the layout's own marks: "" for a page of pictures, None without marks."""
    tags = Selector(text=html, type="html").xpath("//founder-content").getall()
    marked = tags or list(_between_comments(html))
    return "\n".join(marked) if marked else None


def _between_comments(html: str) -> Iterator[str]:
    for piece in html.split(_BODY_START)[1:]:
        body, end, _ = piece.partition(_BODY_END)
        if end:
            yield body
