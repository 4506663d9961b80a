"""B站: search results and comments.

"No results" without a total of 0 is never believed: a risk control answers code 0 with a voucher
and nothing else. Replies that were unfolded come by a request of their own, by pages (confidence B,
public code). Comments name the video by its av number, which becomes the BV id that posts are
known by. Facts: platforms.md §6; import and assisted only, for the reason in §0.1.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from crawlers.fields import post_id, region
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, read_all, with_nested
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "bilibili"
_REFUSALS = {
    -412: (Outcome.IP_OR_ACCOUNT_BLOCKED, "B站拒绝访问（-412）"),
    -352: (Outcome.VERIFY_REQUIRED, "B站要求验证（-352）"),
    -799: (Outcome.RATE_LIMITED, "B站说访问太频繁（-799）"),
    -509: (Outcome.RATE_LIMITED, "B站说访问太频繁（-509）"),
}
_NO_WORDS = ("", "-")  # "-" is what the site shows for an empty description (general knowledge)


def _search_page(words: str) -> str:
    """Videos, the newest first."""
    return f"https://search.bilibili.com/video?keyword={quote(words, safe='')}&order=pubdate"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    answer = document(exchange.body)
    code = answer.number("code")
    if code in _REFUSALS:
        outcome, detail = _REFUSALS[code]
        return Parsed(what=what, outcome=outcome, detail=detail)
    if code != 0:
        raise answer.wrong(f"没有见过的 code（{code}）")
    data = answer.at("data")
    if isinstance(data.value, dict) and set(data.value) == {"v_voucher"}:
        return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="B站要求验证")
    if what is What.SEARCH:
        return _results(exchange, data, pseudonym)
    return _comments(exchange, data, pseudonym)


# --- search -----------------------------------------------------------------------------------


def _results(exchange: Exchange, data: Node, pseudonym: Pseudonym) -> Parsed:
    words = exchange.parameter("keyword")
    if data.number("numResults") == 0 and not data.may("result"):
        return Parsed(what=What.SEARCH, outcome=Outcome.EMPTY_CONFIRMED, query=words)
    context = Context(source_kind="search", query=words)
    results = [one for entry in data.each("result") for one in _ungrouped(entry)]
    page, pages = data.number("page") or 1, data.number("numPages") or 1
    return listed(
        What.SEARCH,
        read_all(results, lambda node: _video(exchange, node, context, pseudonym)),
        query=words, cursor=str(page + 1) if page < pages else "",
    )  # fmt: skip


def _ungrouped(entry: Node) -> list[Node]:
    """The first page of "all" groups its results by kind; only its videos count."""
    kind = entry.ident("result_type")
    if not kind:
        return [entry]
    return entry.each("data") if kind == "video" else []


def _video(
    exchange: Exchange, node: Node, context: Context, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    if node.must("type") != "video":
        return
    number = node.ident("bvid") or post_id(_CODE, node.must("aid"))
    title, text = node.text("title"), node.text("description")
    described = text not in _NO_WORDS
    if not (title or described):
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number,
        title=title if described else "", text=text if described else title,
        url=f"https://www.bilibili.com/video/{number}",
        author_ref=pseudonym(_CODE, node.ident("mid")),
        published_at=node.moment("pubdate", exchange.received_at), context=context,
        counts=node.counts(likes="like", comments="review", views="play"),
    )  # fmt: skip


# --- comments ---------------------------------------------------------------------------------


def _comments(exchange: Exchange, data: Node, pseudonym: Pseudonym) -> Parsed:
    ended = data.may("cursor.is_end").value is True
    none = 0 in (data.number("cursor.all_count"), data.number("page.count"))
    return listed(
        What.COMMENTS, read_all(_each_once(data), lambda node: _comment(exchange, node, pseudonym)),
        empty=Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS,
        cursor="" if ended else data.ident("cursor.next"),
    )  # fmt: skip


def _each_once(data: Node) -> list[Node]:
    """Comments, those pinned above them and the replies below them, each once."""
    pinned = [data.may(f"top.{who}") for who in ("admin", "upper", "vote")]
    tops = [*filter(None, pinned), *data.may("top_replies").entries(), *data.each("replies")]
    nodes = with_nested(tops, "replies")
    return list({str(node.may("rpid").value or node.path): node for node in nodes}.values())


def _comment(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    text = node.text("content.message")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("rpid"), text=text,
        parent_id=_parent(exchange, node),
        author_ref=pseudonym(_CODE, node.ident("member.mid")),
        published_at=node.moment("ctime", exchange.received_at),
        ip_region=region(node.text("reply_control.location")),
        context=Context(source_kind="comment"),
        counts=node.counts(likes="like", comments="rcount"),
    )  # fmt: skip


def _parent(exchange: Exchange, node: Node) -> str | None:
    """The video. Below anything else (type is not 1) the number is no video's, and the parent is
    not known."""
    video = exchange.parameter("oid") or node.ident("oid")
    kind = exchange.parameter("type") or node.ident("type")
    return mention_id(_CODE, Kind.POST, post_id(_CODE, video)) if video and kind == "1" else None


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("bilibili.com",),
    paths=(
        (re.compile(r"^/x/web-interface/wbi/search/(?:type|all/v2)/?$"), What.SEARCH),
        (re.compile(r"^/x/v2/reply/(?:(?:wbi/)?main|reply)/?$"), What.COMMENTS),
    ),
    parse=_parse,
    search_page=_search_page,
    login_page="https://www.bilibili.com/",
)
