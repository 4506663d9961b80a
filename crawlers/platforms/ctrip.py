"""携程: visitors' reviews of a sight.

The page names the sight by a number of its own (poiId), which no address holds; a review has no
address either. Derived from public code (confidence B, 2026-05). Facts: platforms.md §11.
"""

import re
from collections.abc import Iterator

from crawlers.fields import region
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, posted, read_all
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Mode

_CODE = "ctrip"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    """``items`` null is what stands behind the last page, and may be a refusal as well."""
    nodes = document(exchange.body).each("result.items")
    return listed(what, read_all(nodes, lambda node: _review(exchange, node, pseudonym)))


def _review(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    """Stars without words are none for us."""
    text = node.text("content")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.REVIEW, native_id=node.must("commentId"), text=text,
        author_ref=pseudonym(_CODE, node.ident("userInfo.userId")),
        published_at=node.moment("publishTime", exchange.received_at),
        ip_region=region(node.text("ipLocatedName")),
        context=Context(source_kind="review", own_channel=exchange.own),
        counts=node.counts(likes="usefulCount", comments="replyCount"),
    )  # fmt: skip


def _sight(exchange: Exchange) -> str:
    """The poiId of the page; one variant of the request calls it resourceId (confidence B)."""
    asked = posted(exchange)
    return asked.ident("arg.poiId") or asked.ident("arg.resourceId")


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("ctrip.com",),
    paths=((re.compile(r"/json/getCommentCollapseList/?$"), What.COMMENTS),),
    parse=_parse,
    about=_sight,
)
