"""视频号: the comments under the office's own videos, in 视频号助手.

There is no public search outside the app: other people's videos are entered by hand. The names of
fields are from public code, no answer was recorded (confidence B). Facts: platforms.md §4.
"""

import re
from collections.abc import Iterator

from crawlers.listened import Exchange, Listened, Parsed, What, Works, listed
from crawlers.nodes import Node, document, read_all, with_nested
from domain.identity import Pseudonym
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "channels"
# comment_list, list, get_comment_list, get_reply_list; also below /micro/interaction/cgi-bin/
_LIST = re.compile(r"/comment/(?:\w+_)?list/?$")


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed | None:
    """Public code knows several names of the request, so it is told by its shape; under a name
    that is surely a list's, another shape is a changed one."""
    answer = document(exchange.body)
    if answer.may("data.comment").value is None and not _LIST.search(exchange.leads_to()):
        return None
    if answer.may("errCode").value != 0:
        raise answer.wrong("没有见过的 errCode")
    nodes = with_nested(answer.each("data.comment"), "levelTwoComment")
    none = answer.may("data.commentCount").value == 0
    more = answer.may("data.downContinueFlag").value in (1, True)
    return listed(
        what, read_all(nodes, lambda node: _comment(exchange, node)),
        empty=Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS,
        cursor=answer.text("data.lastBuff") if more else "",
    )  # fmt: skip


def _comment(exchange: Exchange, node: Node) -> Iterator[Incoming]:
    """Of the author only a display name is shown, which many people share: unknown, not guessed.
    Nor does the answer say which video it is about. ``replyContent`` is another one's comment."""
    text = node.text("commentContent")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("commentId"), text=text,
        published_at=node.moment("commentCreatetime", exchange.received_at),
        context=Context(source_kind="comment", own_channel=exchange.own),
        counts=node.counts(likes="commentLikeCount"),
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.OWN)),
    hosts=("channels.weixin.qq.com",),
    paths=((re.compile(r"/mmfinderassistant-bin/comment/\w+/?$"), What.COMMENTS),),
    parse=_parse,
    login_page="https://channels.weixin.qq.com/platform",
    own_pages=("https://channels.weixin.qq.com/platform/interaction/comment",),
    back_ends=("channels.weixin.qq.com",),
    works=Works(
        opens="", each=".comment-feed-wrap", scrolls=".feed-comment__wrp"
    ),  # one source (C)
)
