"""What 微博's desktop search shows: a page of HTML, a card for each post (platforms.md §5).

Unlike the mobile search it has long posts whole. Confidence A for the cards, B for the login page.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, urlsplit

from scrapy.selector import Selector

from crawlers.decoding import decode, shown
from crawlers.fields import weibo_url, words
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Parsed, What, listed
from crawlers.nodes import Node, read_all
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Outcome

_LOGIN_TITLE = re.compile(r"Sina Visitor System|登录")  # confidence B: seen by others, no sample
_TEXT = "./p[contains(concat(' ', @class, ' '), ' txt ')]"
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" *\n *")
_ASIDE = re.compile(r"\s*(?:转赞|点赞|评论)人数超过.*$")
_FOLDS = re.compile(r"(?:\s*(?:展开c|收起d))+$")  # c and d are arrows of the page's icon font


def results(exchange: Exchange, pseudonym: Pseudonym) -> Parsed:
    """A page of results. Below "nothing found" the site shows what it recommends: no results."""
    query = exchange.parameter("q")
    page = Selector(text=decode(exchange.body) or "", type="html")
    if page.css("div.card-no-result"):
        return Parsed(what=What.SEARCH, outcome=Outcome.EMPTY_CONFIRMED, query=query)
    cards = [_as_node(card) for card in page.xpath("//div[@class='card-wrap'][@mid]")]
    if not cards and not page.css("#pl_feedlist_index"):
        return _not_results(exchange, page)
    if cards and not any(card.may("info") for card in cards):
        raise ShapeChanged("搜索页上的微博没有作者一栏", shown(exchange.body))
    following = page.css("a.next::attr(href)").get("")
    context = Context(source_kind="search", query=query, own_channel=exchange.own)
    return listed(
        What.SEARCH, read_all(cards, lambda node: _card(exchange, node, context, pseudonym)),
        query=query, cursor=parse_qs(urlsplit(following).query).get("page", [""])[0],
    )  # fmt: skip


def _not_results(exchange: Exchange, page: Selector) -> Parsed:
    if _LOGIN_TITLE.search(page.css("title::text").get("")):
        why = "微博给的是登录页"
        return Parsed(what=What.SEARCH, outcome=Outcome.LOGIN_REQUIRED, detail=why)
    raise ShapeChanged("搜索页上没有结果列表", shown(exchange.body))


def _as_node(card: Selector) -> Node:
    """The words of a card under names, so that what is wrong with one is said as everywhere."""
    content = card.xpath("./div[@class='card']/div[@class='card-feed']/div[@class='content']")
    where = content.xpath("./div[@class='from']/a[1]")
    acts = card.xpath(".//div[@class='card-act']")
    whole = content.xpath("./p[@node-type='feed_list_content_full']")
    return Node({
        "mid": card.attrib["mid"], "info": bool(content.xpath("./div[@class='info']")),
        "href": where.xpath("@href").get(), "time": _ASIDE.sub("", _seen(where)),
        "text": _FOLDS.sub("", _seen(whole or content.xpath(_TEXT))),
        "shares": _shown_in(acts.xpath(".//a[@action-type='feed_list_forward']")),
        "comments": _shown_in(acts.xpath(".//a[@action-type='feed_list_comment']")),
        "likes": _shown_in(acts.xpath(".//a[@action-type='feed_list_like']/button/span[2]")),
    })  # fmt: skip


def _seen(selected: Sequence[Selector]) -> str:
    """The words of the first of them. The page's own line ends are no line ends of the text."""
    return _AROUND.sub("\n", words(_SPACE.sub(" ", selected[0].get()))) if selected else ""


def _shown_in(selected: Sequence[Selector]) -> str | None:
    return _seen(selected) if selected else None


def _card(
    exchange: Exchange, node: Node, context: Context, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    """A card without a head is an advertisement."""
    if not node.may("info"):
        return
    number, text = node.must("mid"), node.text("text")
    if not text:
        raise node.wrong("缺少正文")
    account = re.search(r"weibo\.com/(?:u/)?(\d+)/", node.must("href"))
    yield Incoming(
        platform="weibo", kind=Kind.POST, native_id=number, text=text, url=weibo_url(number),
        author_ref=pseudonym("weibo", account[1]) if account else None,
        published_at=node.moment("time", exchange.received_at), context=context,
        counts=node.counts(likes="likes", comments="comments", shares="shares"),
    )  # fmt: skip
