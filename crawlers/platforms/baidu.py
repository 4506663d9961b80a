"""百度: results of 资讯 and of the search for pages.

Only what does not rot is relied on (``mu``, ``h3``, beginnings of class names). A captcha page may
hold what looks like results, so it is asked about first. Facts: platforms.md §10.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from scrapy.selector import Selector

from crawlers.addresses import article_id
from crawlers.decoding import shown
from crawlers.fields import bare_url, titled
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.markup import boxes, page, title
from crawlers.nodes import Node, read_all
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "baidu"
_BLOCKED = re.compile("百度安全验证|网络不给力，请稍后重试")


def _search_page(words: str) -> str:
    """资讯, the newest first (rtt 4)."""
    return f"https://www.baidu.com/s?tn=news&rtt=4&bsst=1&cl=2&medium=0&wd={quote(words, safe='')}"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    if exchange.leads_to().startswith("wappass.baidu.com"):
        return _blocked(what)
    whole = page(exchange.body)
    if _BLOCKED.search(title(whole)) or whole.css('a[href*="wappass.baidu.com/static/captcha"]'):
        return _blocked(what)
    news = exchange.parameter("tn") == "news"
    results = _news(whole) if news else _pages(whole)
    if not results and not _nothing_but_known(whole):
        raise ShapeChanged("没有见过的百度结果页", shown(exchange.body))
    words = exchange.parameter("wd") or exchange.parameter("word")
    read = read_all(results, lambda one: _article(exchange, one, words, pseudonym))
    return listed(what, read, query=words)


def _blocked(what: What) -> Parsed:
    return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="百度要求安全验证")


def _news(whole: Selector) -> list[Node]:
    """Class names of 2021-2024 (confidence B)."""
    return boxes(
        whole.css("div.result-op.c-container.xpath-log.new-pmd[mu]"), "结果",
        url="::attr(mu)", title="h3 a", text="span.c-font-normal.c-color-text",
        source="span.c-color-gray", time="span.c-color-gray2",
    )  # fmt: skip


def _pages(whole: Selector) -> list[Node]:
    """Without what somebody paid for and without 百度's own cards (confidence A, 2026-10)."""
    return boxes(
        whole.css(
            ".result.c-container[mu][tpl]:not([data-tuiguang])"
            ':not([tpl^="sg_kg_"]):not([tpl^="ai_"])'
        ), "结果",
        url="::attr(mu)", title="h3 a", text='[class^="summary-text_"]',
        source=".cosc-source-text", time='[class*="prefix-time"]',
    )  # fmt: skip


def _nothing_but_known(whole: Selector) -> bool:
    """Whether this is a list of results in which every headline belongs to a card that is left
    out: a list of headlines that nobody knows is a changed page."""
    headlines = whole.css("#content_left h3")
    aside = whole.css(
        '#content_left [data-tuiguang] h3, #content_left [tpl^="sg_kg_"] h3,'
        '#content_left [tpl^="ai_"] h3'
    )
    return bool(whole.css("#content_left")) and len(headlines) == len(aside)


def _article(exchange: Exchange, one: Node, words: str, pseudonym: Pseudonym) -> Iterator[Incoming]:
    url = bare_url(one.must("url"))
    if not url:
        raise one.wrong(f"{one.path}.mu 不是网址")
    head, text = titled(one.text("title"), one.text("text"))
    if not text:
        raise one.wrong(f"{one.path} 没有标题也没有摘要")
    yield Incoming(
        platform=_CODE, kind=Kind.ARTICLE, native_id=article_id(url), title=head, text=text,
        url=url, author_ref=pseudonym(_CODE, one.text("source")),
        published_at=one.moment("time", exchange.received_at),
        context=Context(source_kind="search", query=words),
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("www.baidu.com", "wappass.baidu.com"),
    paths=(
        (re.compile(r"^/s/?$"), What.SEARCH),
        (re.compile(r"^/static/captcha/"), What.SEARCH),
    ),
    parse=_parse,
    search_page=_search_page,
    signs=(
        ("百度安全验证", Outcome.VERIFY_REQUIRED),
        ("网络不给力，请稍后重试", Outcome.VERIFY_REQUIRED),
    ),
)
