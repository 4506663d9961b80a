"""What is read from a page: the shapes between a spider and a reader, and text out of HTML.

A reader is pure: bytes of one page in, further pages and mentions out. It never fetches, so the
same reader serves a crawl, a saved page and a test.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from urllib.parse import urljoin

from readability import Document
from readability.readability import Unparseable
from scrapy.selector import Selector

from crawlers.decoding import decode, shown
from crawlers.health import ShapeChanged
from domain.types import Incoming, Outcome

_CJK = "[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]"
# All three take time in proportion to the text, also where a page is made to hurt.
_WRAPPED = re.compile(rf"(?<={_CJK})[^\S\n]*\n\s*(?={_CJK})")
_SPACE = re.compile(r"\s+")
_BLOCK = re.compile(r"<(?:br|/?(?:p|div|li|tr|h[1-6]|section|article|blockquote)\b)[^<>]*>", re.I)
_SEEN = "//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]"


class Cache(Enum):
    """How a page may come from the cache: never; after asking the site (ETag); without asking."""

    NEVER = "never"
    ASK = "ask"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to be fetched. ``entry``: it leads to others (a layout, a feed), so a run without it
    cannot be called complete. ``form``: fields of a form to be posted; none means GET."""

    url: str
    entry: bool
    cache: Cache
    form: tuple[tuple[str, str], ...] = ()
    referer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer: status 200, 404 or 410. ``url`` is where redirects ended."""

    page: Page
    url: str
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What one page gave. ``seen`` counts texts read, handed over or not. ``strange``: this page
    (or a part of it) has an unknown shape, but the run goes on; the reader counts it for its
    ending. A page that ends the run is raised as ShapeChanged instead."""

    pages: tuple[Page, ...] = ()
    items: tuple[Incoming, ...] = ()
    seen: int = 0
    strange: ShapeChanged | None = None


class Reader(Protocol):
    """Knows one site shape. ``read`` raises ShapeChanged for a page it does not understand."""

    def first(self) -> Sequence[Page]: ...

    def read(self, got: Fetched) -> Finds: ...

    def ending(self) -> tuple[Outcome, str]:
        """Outcome and short Chinese detail, supposing that every page came."""
        ...


def text_of(got: Fetched) -> str:
    """A page's text. Raises ShapeChanged where it has no encoding we know."""
    text = decode(got.body)
    if text is None:
        raise ShapeChanged("页面编码既不是 UTF-8 也不是 GB18030", shown(got.body))
    return text


def links(html: str, url: str) -> list[str]:
    """Absolute links in page order, each once, without fragment."""
    found: dict[str, None] = {}
    for link in Selector(text=html, type="html").xpath("//a/@href | //area/@href").getall():
        try:
            found[urljoin(url, link.strip()).partition("#")[0]] = None
        except ValueError:  # "http://[": not an address at all
            continue
    return list(found)


def plain(html: str) -> str:
    """The visible text of a piece of HTML, one line per paragraph, without empty lines."""
    joined = _SPACE.sub(" ", _WRAPPED.sub("", html))
    page = Selector(text=_BLOCK.sub("\n", joined), type="html")
    lines = (
        _SPACE.sub(" ", line).strip() for line in "".join(page.xpath(_SEEN).getall()).split("\n")
    )
    return "\n".join(filter(None, lines))


MOST_HTML = 1_000_000
"""Characters of a page that readability is given at most: it needs 1.3 s for the worst such page
we made, and no longer time in proportion beyond."""


def main_text(html: str) -> str:
    """The article of a page of unknown layout, by readability-lxml; "" where it finds none, and
    for pages above ``MOST_HTML``. Why this library: docs/decisions/0002-article-extraction.md."""
    if len(html) > MOST_HTML:
        return ""
    try:
        return plain(Document(html).summary(html_partial=True))
    except Unparseable:
        return ""


def words_of(option: str) -> tuple[str, ...]:
    """The words of a comma-separated option, folded as ``mentions_any`` folds texts."""
    return tuple(filter(None, (_folded(word.strip()) for word in re.split("[,，]", option))))


def mentions_any(words: Sequence[str], *texts: str) -> bool:
    """Whether a text holds one of the words (see ``words_of``); no words means yes."""
    return not words or any(word in text for text in map(_folded, texts) for word in words)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
