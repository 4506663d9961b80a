"""One news article out of one page, and the count of how that went over a run.

Order of belief: the site's own XPaths; for the body readability only where the site has none; for
title and time what the page says of itself (meta, <h1>, the line below it, its address). A site's
XPath that finds nothing is a page of unknown shape: it is kept as a fragment, never guessed at.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from scrapy.selector import Selector

from crawlers.addresses import article_id
from crawlers.articlescope import OVERLAP, day_of
from crawlers.extraction import (
    Cache,
    Fetched,
    Finds,
    Page,
    main_text,
    mentions_any,
    plain,
    text_of,
    words_of,
)
from crawlers.fields import Unreadable
from crawlers.health import ShapeChanged
from crawlers.moments import moment
from domain.errors import NotConfigured
from domain.identity import Pseudonym
from domain.plan import SourceSpec
from domain.times import at_shanghai
from domain.types import Context, Incoming, Kind, Outcome

LEAST_TEXT = 60
"""Characters that readability must find before it is believed (decision 0002)."""

MOST_TITLE = 150
"""Characters; a longer one has swallowed the text of a heading that nobody closed."""

_TIME = re.compile(
    r"(?:19|20)\d\d(?:年|[-/.])\d{1,2}(?:月|[-/.])\d{1,2}日?"
    r"(?:[T\s]*\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?"
)
_ORIGIN = re.compile(r"(?:来源|稿源)\s*[:：]?\s*([^\s|:：]{1,40})")
_META_TITLE = ("og:title", "ArticleTitle", "twitter:title")
_META_TIME = ("article:published_time", "og:published_time", "PubDate", "publishdate",
              "datePublished", "og:release_date")  # fmt: skip
_NEAR = 400
"""Characters after the heading in which an article's time stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A site's own marks. XPaths may be empty: then the page itself is asked."""

    title: str = ""
    body: str = ""
    time: str = ""
    origin: str = ""


def rules_of(spec: SourceSpec) -> Rules:
    """From the options ``title``, ``body``, ``time``, ``origin``. Raises NotConfigured and names
    the option."""
    return Rules(**{key: _xpath_of(spec, key) for key in ("title", "body", "time", "origin")})


def _xpath_of(spec: SourceSpec, key: str) -> str:
    path = spec.options.get(key, "")
    try:
        Selector(text="<a/>").xpath(path or "a")
    except ValueError:
        raise NotConfigured(f"来源 {spec.name} 的选项 {key} 不是 XPath") from None
    return path


# --- reading one ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """``body`` is "" for a page of pictures; ``general``: taken by readability."""

    title: str
    body: str
    published_at: datetime | None
    origin: str
    general: bool


def article_of(html: str, url: str, rules: Rules, now: datetime) -> Article:
    """Raises ShapeChanged for a page without title, or without the body that the site's own XPath
    names, or on which readability finds too little."""
    page = Selector(text=html or " ", type="html")
    title = _title(page, rules.title)
    if not title:
        raise ShapeChanged("文章页没有标题", html)
    if len(title) > MOST_TITLE:
        raise ShapeChanged("标题太长，网页的标签可能没有写完", html)
    return Article(
        title=title,
        body=_body(page, html, rules.body),
        published_at=_published(page, url, rules.time, now),
        origin=_origin(page, rules.origin),
        general=not rules.body,
    )


def _title(page: Selector, path: str) -> str:
    """The site's own; else the one heading that the page's title begins with, else meta, else the
    only heading. <title> alone is never taken: it carries the site's name."""
    if path:
        return next(filter(None, map(_line, page.xpath(path))), "")
    heads = [head for head in map(_line, page.xpath("//h1")) if head]
    named = _squeezed(page.xpath("string(//title)").get(""))
    agreed = [head for head in heads if named.startswith(_squeezed(head))]
    only = heads if len(heads) == 1 else []
    return next(iter((*agreed, *_meta(page, _META_TITLE), *only)), "")


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _line(found: Selector) -> str:
    return plain(found.get()).replace("\n", " ")


def _meta(page: Selector, names: Sequence[str]) -> list[str]:
    values = (
        page.xpath(f"//*[@property=$n or @name=$n or @itemprop=$n]/@{where}", n=name).get("")
        for name in names
        for where in ("content", "datetime")
    )
    return [value.strip() for value in values if value.strip()]


def _body(page: Selector, html: str, path: str) -> str:
    if not path:
        text = _read(main_text(html))
        if len(text) < LEAST_TEXT:
            raise ShapeChanged("没有配置正文的 XPath，通用方法也取不到正文", html)
        return text
    found = page.xpath(path)
    if not found:
        raise ShapeChanged("正文的 XPath 什么也没有取到，版式可能改了", html)
    return _read(plain("\n".join(one.get() for one in _outermost(found))))


def _read(text: str) -> str:
    """The words where a page shows the text's own markup as words, for a script to turn into a page
    (长春电视台, by one public copy of 2025-10)."""
    return plain(text) if "</p>" in text else text


def _outermost(found: Sequence[Selector]) -> list[Selector]:
    """Without those that stand inside another one: their words would come twice."""
    roots = {one.root for one in found}
    return [
        one
        for one in found
        if isinstance(one.root, str) or roots.isdisjoint(one.root.iterancestors())
    ]


def _published(page: Selector, url: str, path: str, now: datetime) -> datetime | None:
    """Aware UTC; None where the page does not say, or says something of the future."""
    for text in _where_times_stand(page, path):
        written = _TIME.search(text)
        if written is None:
            continue
        try:
            found = moment(written[0], anchor=now)
        except Unreadable:
            continue
        if found is not None and found <= now + OVERLAP:
            return found
    day = day_of(url)
    return at_shanghai(day) if day else None


def _where_times_stand(page: Selector, path: str) -> Iterator[str]:
    if path:
        yield from map(_line, page.xpath(path))
    yield from _meta(page, _META_TIME)
    yield from page.xpath("//h1/following::time/@datetime").getall()[:1]
    seen = "following::text()[not(ancestor::script or ancestor::style)][position() <= 60]"
    yield " ".join(page.xpath(f"(//h1)[1]/{seen}").getall())[:_NEAR]


def _origin(page: Selector, path: str) -> str:
    """Whom the site names as the paper it was taken from: an organisation, kept as a pseudonym."""
    text = " ".join(map(_line, page.xpath(path))) if path else ""
    named = _ORIGIN.search(text)
    return named[1] if named else text[:40]


# --- a run of them --------------------------------------------------------------------------------


@dataclass(slots=True, kw_only=True)
class Articles:
    """Reads article pages for a reader, and counts what its ending needs."""

    spec: SourceSpec
    rules: Rules
    now: datetime
    pseudonym: Pseudonym
    words: tuple[str, ...] = field(init=False)
    read: int = 0
    blank: int = 0
    gone: int = 0
    timeless: int = 0
    strange: int = 0

    def __post_init__(self) -> None:
        self.words = words_of(self.spec.options.get("words", ""))

    def page(self, url: str) -> Page:
        """An article's page: known ones are not asked for again."""
        return Page(url=url, entry=False, cache=Cache.KEEP)

    def take(self, got: Fetched) -> Finds:
        """What one article page gave; a page of unknown shape is counted and kept."""
        if got.status != 200:
            self.gone += 1
            return Finds()
        try:
            article = article_of(text_of(got), got.page.url, self.rules, self.now)
        except ShapeChanged as changed:
            self.strange += 1
            return Finds(strange=changed)
        self.read += 1
        self.blank += not article.body
        self.timeless += article.published_at is None
        if not mentions_any(self.words, article.title, article.body):
            return Finds(seen=1)
        return Finds(seen=1, items=(self._incoming(got.page.url, article),))

    def _incoming(self, url: str, article: Article) -> Incoming:
        return Incoming(
            platform=self.spec.platform,
            kind=Kind.ARTICLE,
            title=article.title,
            text=article.body or article.title,
            native_id=article_id(url),
            url=url,
            author_ref=self.pseudonym(self.spec.platform, article.origin),
            published_at=article.published_at,
            context=Context(source_kind="news", own_channel=self.spec.own_channel),
        )

    def trouble(self) -> tuple[Outcome, str] | None:
        """What ends a run badly although every page came; None when the articles were read."""
        if not (self.read or self.strange):
            return Outcome.SCHEMA_CHANGED, "文章都打不开（404）"
        if self.strange * 2 > self.read + self.strange:
            return Outcome.SCHEMA_CHANGED, "多数文章页不是认识的样子"
        if self.blank == self.read:
            return Outcome.SCHEMA_CHANGED, "所有文章都没有正文"
        return None

    def notes(self) -> Iterator[str]:
        """For the run's detail."""
        yield f"读文章 {self.read} 篇"
        if self.strange:
            yield f"{self.strange} 篇的页面不认识，已留片段"
        if self.gone:
            yield f"{self.gone} 篇已撤（404）"
        if self.blank:
            yield f"{self.blank} 篇只有图没有字"
        if self.timeless:
            yield f"{self.timeless} 篇没有写时间"
