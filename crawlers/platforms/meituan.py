"""美团: reviews in saved traffic of the office's own shop; never crawled.

The one shape that public code shows is an old one (confidence C); today's site answers such a
request with its verification page. 大众点评 is not read at all. Facts: platforms.md §12.
"""

import re
from collections.abc import Iterator

from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, read_all
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "meituan"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    if exchange.leads_to().startswith("verify.meituan.com"):
        return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="美团要求验证")
    answer = document(exchange.body)
    read = read_all(answer.each("comments"), lambda node: _review(exchange, node))
    none = answer.may("total").value == 0
    empty = Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS
    return listed(what, read, empty=empty)


def _review(exchange: Exchange, node: Node) -> Iterator[Incoming]:
    """The author is a display name only, so unknown. The shop's own answer is left out."""
    text = node.text("comment")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.REVIEW, native_id=node.must("reviewId"), text=text,
        published_at=node.moment("commentTime", exchange.received_at),
        context=Context(source_kind="review", own_channel=exchange.own),
        counts=node.counts(likes="zanCnt", comments="replyCnt"),
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT,)),
    hosts=("www.meituan.com",),
    paths=((re.compile(r"^/ptapi/poi/getcomment/?$"), What.COMMENTS),),
    parse=_parse,
    about=lambda exchange: exchange.parameter("id"),
)
