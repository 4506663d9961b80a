"""知乎: search results (answers, articles, videos), comments and their replies.

Derived from public code, not from a recorded answer (confidence B): the first real HAR decides.
Without a login 知乎 shows "nothing found" too, so an empty list is never confirmed. Facts: §8.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, quote, urlsplit

from crawlers.fields import region, titled
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, read_all, with_nested
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "zhihu"
_OF_POST = re.compile(r"/comment_v5/(?:answers|articles|zvideos)/([0-9A-Za-z]+)/")
_ACCOUNT_LIMITED = re.compile("请求存在异常|限制本次访问")


def _search_page(words: str) -> str:
    """The newest of a week first; that the address takes ``sort`` is unverified (D)."""
    return (
        f"https://www.zhihu.com/search?type=content&q={quote(words, safe='')}"
        "&sort=created_time&time_interval=a_week"
    )


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    if "/account/unhuman" in exchange.leads_to():
        return _sent_away(exchange, what)
    if what is What.COMMENTS and exchange.status == 404:
        why = "知乎说没有评论（404）"
        return Parsed(what=what, outcome=Outcome.EMPTY_CONFIRMED, detail=why)
    answer = document(exchange.body)
    if answer.may("error").value is not None:
        return _error(answer, what)
    if what is What.SEARCH:
        return _results(exchange, answer, pseudonym)
    return _comments(exchange, answer, pseudonym)


def _sent_away(exchange: Exchange, what: What) -> Parsed:
    if "need_login=true" in (exchange.headers.get("location") or exchange.url):
        return Parsed(what=what, outcome=Outcome.LOGIN_REQUIRED, detail="知乎要求登录")
    return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="知乎要求安全验证")


def _error(answer: Node, what: What) -> Parsed:
    """The one message that is known comes with status 403 as well, and means the same."""
    if _ACCOUNT_LIMITED.search(answer.text("error.message")):
        why = "知乎限制了这个账号或网络的访问"
        return Parsed(what=what, outcome=Outcome.IP_OR_ACCOUNT_BLOCKED, detail=why)
    raise answer.wrong("知乎回应了没有见过的错误")


def _cursor(answer: Node) -> str:
    """The offset of the next page; its whole address may carry more than that."""
    if answer.may("paging.is_end").value is not False:
        return ""
    _, _, query = answer.text("paging.next").partition("?")
    return parse_qs(query).get("offset", [""])[0]


def _author(pseudonym: Pseudonym, node: Node) -> str | None:
    """Everybody who writes without a name has the id 0."""
    account = node.ident("author.id") or node.ident("author.member.id")
    return pseudonym(_CODE, account) if account != "0" else None


# --- search -----------------------------------------------------------------------------------


def _results(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    words = exchange.parameter("q")
    found = [
        one.at("object")
        for one in answer.each("data")
        if one.may("type").value in ("search_result", "zvideo")
    ]
    read = read_all(found, lambda one: _post(exchange, one, words, pseudonym))
    return listed(What.SEARCH, read, query=words, cursor=_cursor(answer))


def _post(exchange: Exchange, node: Node, words: str, pseudonym: Pseudonym) -> Iterator[Incoming]:
    name = node.text("title") or node.text("question.name")
    title, text = titled(name, node.text("content") or node.text("excerpt"))
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=node.must("id"), title=title, text=text,
        url=_address(node), author_ref=_author(pseudonym, node),
        published_at=_time(exchange, node),
        context=Context(source_kind="search", query=words),
        counts=node.counts(likes="voteup_count", comments="comment_count"),
    )  # fmt: skip


def _time(exchange: Exchange, node: Node) -> datetime | None:
    keys = ("created_time", "created", "created_at", "published_at")
    return next(filter(None, (node.moment(key, exchange.received_at) for key in keys)), None)


def _address(node: Node) -> str:
    kind, number = node.may("type").value, node.must("id")
    if kind == "answer":
        return f"https://www.zhihu.com/question/{node.must('question.id')}/answer/{number}"
    if kind == "article":
        return f"https://zhuanlan.zhihu.com/p/{number}"
    if kind == "zvideo":
        return f"https://www.zhihu.com/zvideo/{number}"
    raise node.wrong(f"没有见过的 {node.path}.type")


# --- comments ---------------------------------------------------------------------------------


def _comments(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    """Replies are asked for by the comment's id: which post they are under is not said there."""
    of_post = _OF_POST.search(urlsplit(exchange.url).path)
    parent = mention_id(_CODE, Kind.POST, of_post[1]) if of_post else None
    nodes = with_nested(answer.each("data"), "child_comments")  # replies shown at once: D
    read = read_all(nodes, lambda node: _comment(exchange, node, parent, pseudonym))
    none = answer.may("counts.total_counts").value == 0
    empty = Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS
    return listed(What.COMMENTS, read, empty=empty, cursor=_cursor(answer))


def _comment(
    exchange: Exchange, node: Node, parent: str | None, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    if node.may("type").value != "comment":
        raise node.wrong(f"没有见过的 {node.path}.type")
    text = node.text("content")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("id"), text=text, parent_id=parent,
        author_ref=_author(pseudonym, node),
        published_at=node.moment("created_time", exchange.received_at), ip_region=_region(node),
        context=Context(source_kind="comment"),
        counts=node.counts(likes="like_count", comments="child_comment_count"),
    )  # fmt: skip


def _region(node: Node) -> str:
    tags = node.may("comment_tag").entries()
    named = (tag.text("text") for tag in tags if tag.may("type").value == "ip_info")
    return region(next(named, ""))


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("zhihu.com",),
    paths=(
        (re.compile(r"^/api/v4/search_v3/?$"), What.SEARCH),
        (re.compile(r"^/api/v4/comment_v5/.+/(?:root|child)_comment/?$"), What.COMMENTS),
        (re.compile(r"^/account/unhuman/?$"), What.LOGIN),
    ),
    parse=_parse,
    search_page=_search_page,
    login_page="https://www.zhihu.com/signin",  # D
    signs=(
        ("安全验证", Outcome.VERIFY_REQUIRED),
        ("未搜索到相关内容", Outcome.EMPTY_AMBIGUOUS),
    ),
)
