"""公众号 articles: the results of 搜狗, and the article's own page on mp.weixin.qq.com.

A result has no lasting address, only a link that 搜狗 signs for one reader; it is known by its
title and day, and is another mention than the article opened from it. Facts: platforms.md §4.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from crawlers.addresses import article_id
from crawlers.decoding import shown
from crawlers.extraction import plain
from crawlers.fields import titled
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.markup import boxes, page
from crawlers.nodes import Node, read_all
from domain.identity import Pseudonym, native_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "wechat_article"
_SHOWN_TIME = re.compile(r"timeConvert\(\s*['\"]([0-9]{9,13})['\"]")
_WRITTEN = re.compile(r"""\b(?:var\s+ct|createTime)\s*=\s*['"]([0-9][0-9:\s-]{7,18})['"]""")
_NAMING = ("__biz", "mid", "idx", "sn")


def _search_page(words: str) -> str:
    """Sorted by fitness, not by time: 搜狗 offers nothing else."""
    return f"https://weixin.sogou.com/weixin?type=2&query={quote(words, safe='')}"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    if "/antispider" in exchange.leads_to():
        return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="搜狗要求验证")
    if what is What.DETAIL:
        return _article(exchange, pseudonym)
    return _results(exchange, pseudonym)


# --- 搜狗 -------------------------------------------------------------------------------------


def _results(exchange: Exchange, pseudonym: Pseudonym) -> Parsed:
    whole, words = page(exchange.body), exchange.parameter("query")
    if not whole.css("ul.news-list"):
        raise ShapeChanged("没有见过的搜狗结果页", shown(exchange.body))
    results = boxes(
        whole.css('ul.news-list > li[id^="sogou_vr_"]'), "结果",
        title="h3 a", text="p.txt-info", account="span.all-time-y2", script=".s-p script",
    )  # fmt: skip
    read = read_all(results, lambda one: _result(exchange, one, words, pseudonym))
    return listed(What.SEARCH, read, query=words)


def _result(exchange: Exchange, one: Node, words: str, pseudonym: Pseudonym) -> Iterator[Incoming]:
    """The summary changes with the words searched, the title does not."""
    title, text = titled(one.must("title"), one.text("text"))
    time = _SHOWN_TIME.search(one.text("script"))
    published = Node({"time": time[1] if time else None}).moment("time", exchange.received_at)
    yield Incoming(
        platform=_CODE, kind=Kind.ARTICLE, title=title, text=text,
        native_id=native_id(None, "", title or text, published),
        author_ref=pseudonym(_CODE, one.text("account")), published_at=published,
        context=Context(source_kind="search", query=words),
    )  # fmt: skip


# --- the article ------------------------------------------------------------------------------


def _article(exchange: Exchange, pseudonym: Pseudonym) -> Parsed:
    whole = page(exchange.body)
    body = whole.css("#js_content")
    name = boxes([whole], "文章", title="#activity-name", account="#js_name")[0]  # both D
    text = plain(body.get("")) if body else ""
    if not text:
        raise ShapeChanged("没有见过的公众号文章页", shown(exchange.body))
    title, text = titled(name.text("title"), text)
    url = _address(exchange.url)
    item = Incoming(
        platform=_CODE, kind=Kind.ARTICLE, native_id=article_id(url), title=title, text=text,
        url=url, author_ref=pseudonym(_CODE, name.text("account")),
        published_at=_published(exchange), context=Context(own_channel=exchange.own),
    )  # fmt: skip
    return Parsed(what=What.DETAIL, outcome=Outcome.OK, items=(item,))


def _published(exchange: Exchange) -> datetime | None:
    """From the page's script: the visible date is written by it, and so is not in the page."""
    written = _WRITTEN.search(exchange.body.decode("utf-8", errors="replace"))
    return Node({"time": written[1] if written else None}).moment("time", exchange.received_at)


def _address(url: str) -> str:
    """The short address as it is; of the long one what opens the article, nothing of its reader
    (key, uin, pass_ticket …)."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] in _NAMING]
    query = f"?{urlencode(kept)}" if kept else ""
    return f"https://mp.weixin.qq.com{parts.path}{query}"


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("weixin.sogou.com", "mp.weixin.qq.com"),
    paths=(
        (re.compile(r"^/weixin/?$"), What.SEARCH),
        (re.compile(r"^/antispider/?"), What.SEARCH),
        (re.compile(r"^/s(?:/[^/]+)?/?$"), What.DETAIL),
    ),
    parse=_parse,
    search_page=_search_page,
)
