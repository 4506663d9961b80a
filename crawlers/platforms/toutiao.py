"""今日头条: the cards of a search page, which stand in it as JSON.

A page with nothing but the empty frame is how 头条 turns a reader away without saying so; it is
ambiguous, never empty. Facts: platforms.md §9 (confidence A).
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from crawlers.addresses import article_id
from crawlers.decoding import shown
from crawlers.fields import bare_url, titled
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.markup import page
from crawlers.nodes import Node, document, read_all
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Mode

_CODE = "toutiao"
_FRAME = re.compile(rb"\bvar\s+druid\s*=\s*\{")


def _search_page(words: str) -> str:
    keyword = quote(words, safe="")
    return f"https://so.toutiao.com/search?dvpf=pc&source=input&keyword={keyword}&pd=information"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    found = page(exchange.body).css('script[data-druid-card-data-id][type="application/json"]')
    if not found and not _FRAME.search(exchange.body):
        raise ShapeChanged("没有见过的头条搜索页", shown(exchange.body))
    words = exchange.parameter("keyword")
    cards = [
        Node(script.xpath("string()").get(""), f"卡片[{no}]") for no, script in enumerate(found)
    ]
    return listed(
        what, read_all(cards, lambda card: _article(exchange, card, words, pseudonym)), query=words
    )


def _article(
    exchange: Exchange, card: Node, words: str, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    """Cards without a title show something else (hot words, pictures)."""
    inside = Node(document(str(card.value).encode()).value, card.path)
    data = inside.may("data")
    name = data.text("title")
    if not name:
        return
    title, text = titled(name, data.text("summary.text"))
    url = _address(data)
    yield Incoming(
        platform=_CODE, kind=Kind.ARTICLE, native_id=article_id(url), title=title, text=text,
        url=url, author_ref=pseudonym(_CODE, data.text("source")),
        published_at=data.moment("datetime", exchange.received_at),
        context=Context(source_kind="search", query=words),
        counts=data.counts(likes="digg_count", comments="comment_count", views="read_count"),
    )  # fmt: skip


def _address(data: Node) -> str:
    """On 头条 itself by number, also where the article first stood elsewhere."""
    number = data.ident("group_id")
    url = f"https://www.toutiao.com/group/{number}/" if number else ""
    url = url or bare_url(data.text("info.url")) or bare_url(data.text("article_url"))
    if not url:
        raise data.wrong(f"{data.path} 没有 group_id 也没有地址")
    return url


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("so.toutiao.com",),
    paths=((re.compile(r"^/search/?$"), What.SEARCH),),
    parse=_parse,
    search_page=_search_page,
)
