"""快手: search results, single works, comments and replies, of today's site and of old HAR files.

An answer says little of itself: the words searched and the work that comments belong to stand only
in the request. The author's other works (/rest/v/profile/feed) are not listened to: they would be
taken for search results. Facts: platforms.md §2.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from crawlers.embedded import assigned
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, posted, read_all
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Counts, Incoming, Kind, Mode, Outcome

_CODE = "kuaishou"
_REFUSALS = {
    2: (Outcome.RATE_LIMITED, "快手说没有登录或太频繁；页面上若写着“登录即可享受”，请先登录"),
    109: (Outcome.LOGIN_REQUIRED, "快手登录已过期"),
}
_OLD = {  # graphql, before 2026-08: operation -> (key of the answer, what it asks for)
    "visionSearchPhoto": ("visionSearchPhoto", What.SEARCH),
    "commentListQuery": ("visionCommentList", What.COMMENTS),
    "visionSubCommentList": ("visionSubCommentList", What.COMMENTS),
}


def _search_page(words: str) -> str:
    """There is no sort and no time filter."""
    return f"https://www.kuaishou.com/search/{quote(words, safe='')}?source=NewReco"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed | None:
    path = urlsplit(exchange.url).path.rstrip("/")
    if what is What.DETAIL:
        return _page(exchange, path.rpartition("/")[2], pseudonym)
    answer = document(exchange.body)
    if path == "/graphql":
        return _old(exchange, answer, pseudonym)
    refused = _refusal(answer, what)
    if refused is not None:
        return refused
    if what is What.SEARCH:
        return _results(exchange, answer, pseudonym)
    key = "subCommentsV2" if path.endswith("sublist") else "rootCommentsV2"
    return _comments(exchange, answer, key, pseudonym)


def _refusal(answer: Node, what: What) -> Parsed | None:
    result = answer.number("result")
    if result == 1:
        return None
    if result == 50:
        raise answer.wrong("签名验证失败：这个请求不是网页自己发的")
    if result not in _REFUSALS:
        raise answer.wrong(f"没有见过的 result（{result}）")
    outcome, detail = _REFUSALS[result]
    return Parsed(what=what, outcome=outcome, detail=detail)


def _old(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed | None:
    """Which operation it was stands in the request, or, where a file kept none, in the answer."""
    named = posted(exchange).ident("operationName")
    if named and named not in _OLD:
        return None
    if answer.may("errors"):
        raise answer.wrong("快手报告出错")
    data = answer.at("data")
    if not isinstance(data.value, dict):
        raise answer.wrong("data 不是对象")
    kinds = [_OLD[named]] if named else _OLD.values()
    key, what = next((k for k in kinds if data.may(k[0]).value is not None), ("", What.SEARCH))
    if not key:
        if named:
            raise answer.wrong(f"缺少 data.{_OLD[named][0]}")
        return None
    inner = data.at(key)
    refused = _refusal(inner, what) if inner.may("result").value is not None else None
    if refused is not None:
        return refused
    if what is What.SEARCH:
        return _results(exchange, inner, pseudonym)
    sub = "subCommentsV2" if key == "visionSubCommentList" else "rootCommentsV2"
    return _comments(exchange, inner, sub, pseudonym)


def _asked(exchange: Exchange, name: str) -> str:
    """A value of the request's body, of either generation; "" where a file kept none."""
    sent = posted(exchange)
    return sent.ident(name) or sent.ident(f"variables.{name}")


def _cursor(answer: Node, *keys: str) -> str:
    found = next(filter(None, map(answer.ident, keys)), "")
    return "" if found == "no_more" else found


# --- works ------------------------------------------------------------------------------------


def _results(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    words = _asked(exchange, "keyword")
    context = Context(source_kind="search", query=words, own_channel=exchange.own)
    return listed(
        What.SEARCH,
        read_all(answer.each("feeds"), lambda feed: _feed(exchange, feed, context, pseudonym)),
        query=words, cursor=_cursor(answer, "pcursor"),
    )  # fmt: skip


def _feed(
    exchange: Exchange, feed: Node, context: Context, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    """Only type 1 is a video."""
    if feed.must("type") == "1":
        author = pseudonym(_CODE, feed.ident("author.id"))
        yield from _work(exchange, feed.at("photo"), author, context)


def _work(
    exchange: Exchange, photo: Node, author: str | None, context: Context
) -> Iterator[Incoming]:
    """A work without words is none for us."""
    number, text = photo.must("id"), photo.text("caption") or photo.text("originCaption")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, text=text,
        url=f"https://www.kuaishou.com/short-video/{number}", author_ref=author,
        published_at=photo.moment("timestamp", exchange.received_at),
        context=context, counts=_counts(photo),
    )  # fmt: skip


def _counts(photo: Node) -> Counts | None:
    """Today's search does not say how many comments there are (``comment.us_c`` is always 0); the
    old one does, and gives the exact likes beside the "1.2万" of its page."""
    exact = photo.may("realLikeCount").value is not None
    return photo.counts(
        likes="realLikeCount" if exact else "likeCount", comments="commentCount",
        views="viewCount",
    )  # fmt: skip


def _page(exchange: Exchange, number: str, pseudonym: Pseudonym) -> Parsed:
    """A work opened by its address has no request of its own: its data stands in the page. The
    author is not read: only the key of the photo is known (confidence B)."""
    cache = assigned(exchange.body, "window.__APOLLO_STATE__").at("defaultClient")
    photo = cache.may(f"VisionVideoDetailPhoto:{number}")
    works = [photo] if photo.value is not None else []
    context = Context(own_channel=exchange.own)
    return listed(
        What.DETAIL, read_all(works, lambda work: _work(exchange, work, None, context)),
    )  # fmt: skip


# --- comments ---------------------------------------------------------------------------------


def _comments(exchange: Exchange, answer: Node, key: str, pseudonym: Pseudonym) -> Parsed:
    photo = _asked(exchange, "photoId")
    parent = mention_id(_CODE, Kind.POST, photo) if photo else None
    none = answer.number("commentCountV2") == 0
    return listed(
        What.COMMENTS,
        read_all(answer.each(key), lambda node: _comment(exchange, node, parent, pseudonym)),
        empty=Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS,
        cursor=_cursor(answer, "pcursorV2", "pcursor"),
    )  # fmt: skip


def _comment(
    exchange: Exchange, node: Node, parent: str | None, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    """Old keys are in one word (commentId), today's are not (comment_id)."""
    text, new = node.text("content"), node.may("comment_id").value is not None
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, text=text, parent_id=parent,
        native_id=node.must("comment_id" if new else "commentId"),
        author_ref=pseudonym(_CODE, node.ident("author_id" if new else "authorId")),
        published_at=node.moment("timestamp", exchange.received_at),
        context=Context(source_kind="comment", own_channel=exchange.own),
        counts=node.counts(
            likes="likeCount" if new else "likedCount",
            comments="commentCount" if new else "subCommentCount",
        ),
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED, Mode.AUTOMATIC)),
    hosts=("kuaishou.com",),
    paths=(
        (re.compile(r"^/rest/v/search/feed/?$"), What.SEARCH),
        (re.compile(r"^/rest/v/photo/comment/(?:sub)?list/?$"), What.COMMENTS),
        (re.compile(r"^/graphql/?$"), What.SEARCH),  # or comments: the operation says
        (re.compile(r"^/short-video/[0-9A-Za-z_\-]+/?$"), What.DETAIL),
    ),
    parse=_parse,
    search_page=_search_page,
    login_page="https://www.kuaishou.com/",
    # scrolls: the results scroll in a box of their own, not the window (B); nobody wrote down its
    # selector, so a person has to scroll until somebody has looked.
    signs=(("登录即可享受", Outcome.LOGIN_REQUIRED),),
)
