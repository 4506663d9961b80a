"""黑猫投诉: complaints found by a search, and those a merchant's page lists.

The site signs its requests, so it is only listened to; without a login a complaint's summary is
all it shows. Derived from public code (confidence B). Facts: platforms.md §14.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from crawlers.fields import titled
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, read_all
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Mode

_CODE = "heimao"


def _search_page(words: str) -> str:
    return f"https://tousu.sina.com.cn/index/search/?keywords={quote(words, safe='')}&t=1"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    """A merchant's list is not a search: what stands there was complained of to that merchant."""
    data, words = document(exchange.body).at("result.data"), exchange.parameter("keywords")
    found = data.each("lists" if what is What.SEARCH else "complaints")
    kind = "search" if what is What.SEARCH else ""
    context = Context(source_kind=kind, query=words, own_channel=exchange.own)
    return listed(
        what, read_all(found, lambda one: _complaint(exchange, one.at("main"), context)),
        query=words,
    )  # fmt: skip


def _complaint(exchange: Exchange, node: Node, context: Context) -> Iterator[Incoming]:
    """What the visitor asks for (诉求) belongs to the words; the site asks for it in a field of
    its own. The address is general knowledge (D)."""
    number, appeal = node.must("sn"), node.text("appeal")
    asked = f"诉求：{appeal}" if appeal else ""
    words = "\n".join(filter(None, (node.text("summary"), asked)))
    title, text = titled(node.text("title"), words)
    if not text:
        raise node.wrong(f"{node.path} 没有标题也没有内容")
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, title=title, text=text,
        url=f"https://tousu.sina.com.cn/complaint/view/{number}/",
        published_at=node.moment("timestamp", exchange.received_at), context=context,
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("tousu.sina.com.cn",),
    paths=(
        (re.compile(r"^/api/index/s/?$"), What.SEARCH),
        (re.compile(r"^/api/company/received_complaints/?$"), What.DETAIL),
    ),
    parse=_parse,
    search_page=_search_page,
)
