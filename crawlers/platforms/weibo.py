"""微博: searches of the mobile site (JSON) and of the desktop site (``crawlers.weibocards``),
single posts, comments of both sites, the own account's list of comments it received.

Anonymous searches are always sent to the login. The mobile search cuts long posts off ("…全文");
the desktop search and a post's own page have them whole. Facts: platforms.md §5; the desktop's
posts and comments, and replies that were unfolded, by many public readers of them (confidence B).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from crawlers import weibocards
from crawlers.embedded import assigned
from crawlers.fields import post_id, region, weibo_url
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, read_all, with_nested
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "weibo"
_MESSAGES = {
    "请先登录": (Outcome.LOGIN_REQUIRED, "微博要求登录"),
    "访问频次过高": (Outcome.RATE_LIMITED, "微博说访问太频繁"),
    "该微博不存在": (Outcome.ITEM_GONE, "微博已删除"),
    "暂无查看权限": (Outcome.ITEM_GONE, "微博不再公开"),
    # The wording is not confirmed by a recorded answer, so it does not make an empty list certain.
    "这里还没有内容": (Outcome.EMPTY_AMBIGUOUS, "微博说没有内容"),
}
_BUTTON = re.compile(r"\s*(?:全文|展开)$")
_LOGIN = re.compile(r"passport\.weibo\.(?:com|cn)|/login\.php|/sso/signin")


def _search_page(query: str) -> str:
    """Type 61 is 实时, the newest first."""
    return f"https://m.weibo.cn/search?containerid=100103type%3D61%26q%3D{quote(query, safe='')}"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed | None:
    parts = urlsplit(exchange.url)
    if 300 <= exchange.status < 400:
        return _redirected(exchange, what)
    if what is What.DETAIL and not parts.path.startswith("/ajax/"):
        return _page(exchange, pseudonym)
    if parts.path.rstrip("/") == "/weibo":
        return weibocards.results(exchange, pseudonym) if parts.hostname == "s.weibo.com" else None
    if exchange.body.lstrip().startswith(b"<"):
        why = "微博没有给数据：访问太频繁，或登录已过期"
        return Parsed(what=what, outcome=Outcome.RATE_LIMITED, detail=why)
    answer = document(exchange.body)
    if what is What.LOGIN:
        return _login(answer)
    if what is What.SEARCH:
        return _results(exchange, answer, pseudonym)
    refused = _refusal(answer, what)
    if refused is not None:
        return refused
    if what is What.DETAIL:
        return _single(exchange, [answer], pseudonym)
    inbox = parts.path.startswith("/ajax/message/")
    return (_inbox if inbox else _comments)(exchange, answer, pseudonym)


def _redirected(exchange: Exchange, what: What) -> Parsed | None:
    if _LOGIN.search(exchange.headers.get("location", "")):
        return Parsed(what=what, outcome=Outcome.LOGIN_REQUIRED, detail="微博转到了登录页")
    return None


def _refusal(answer: Node, what: What) -> Parsed | None:
    ok = answer.number("ok")
    if ok == 1:
        return None
    if ok == -100:
        return Parsed(what=what, outcome=Outcome.LOGIN_REQUIRED, detail="微博要求登录")
    if ok == 0:
        said = answer.text("msg") or answer.text("message")
        for message, (outcome, detail) in _MESSAGES.items():
            if message in said:
                return Parsed(what=what, outcome=outcome, detail=detail)
    raise answer.wrong(f"没有见过的 ok（{ok}）")


def _login(answer: Node) -> Parsed:
    known = answer.at("data.login").value
    if not isinstance(known, bool):
        raise answer.wrong("data.login 不是 true 或 false")
    outcome = Outcome.OK if known else Outcome.LOGIN_REQUIRED
    return Parsed(what=What.LOGIN, outcome=outcome, detail="" if known else "微博没有登录")


# --- the mobile site --------------------------------------------------------------------------


def _results(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed | None:
    """None for the site's other lists (an account's posts, hot words), which share the address."""
    container = exchange.parameter("containerid")
    if not container.startswith("100103"):
        return None
    refused = _refusal(answer, What.SEARCH)
    if refused is not None:
        return refused
    query = parse_qs(container).get("q", [""])[0]
    cards = with_nested(answer.each("data.cards"), "card_group")
    posts, page = _posts(cards), exchange.parameter("page")
    # A hint card in place of results; with a time span in the address it says nothing (§5).
    hint = (
        any(card.may("card_type").value == 4 for card in cards) and "timescope" not in exchange.url
    )
    context = Context(source_kind="search", query=query, own_channel=exchange.own)
    return listed(
        What.SEARCH, read_all(posts, lambda node: _post(exchange, node, context, pseudonym)),
        empty=Outcome.EMPTY_CONFIRMED if hint else Outcome.EMPTY_AMBIGUOUS,
        query=query, cursor=str(int(page) + 1 if page.isdecimal() else 2) if posts else "",
    )  # fmt: skip


def _posts(cards: list[Node]) -> list[Node]:
    """The posts on the cards and those they repeat, each once; of a repeated one that is gone the
    author is missing."""
    own = [card.may("mblog") for card in cards if card.may("card_type").value == 9]
    again = [post.may("retweeted_status") for post in own]
    posts = [*own, *(post for post in again if post.may("user"))]
    once: dict[str, Node] = {}
    for post in posts:
        once.setdefault(str(post.may("mid").value or post.may("id").value or post.path), post)
    return list(once.values())


def _post(
    exchange: Exchange, node: Node, context: Context, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    """One that repeats another belongs to its thread, and is read with its words in mind."""
    number = node.ident("mid") or node.must("id")
    text = node.text("text")
    if node.may("isLongText").value is True:
        text = _BUTTON.sub("", text)
    first = node.may("retweeted_status")
    source = (first.ident("mid") or first.ident("id")) if first else ""
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, text=text, url=weibo_url(number),
        parent_id=mention_id(_CODE, Kind.POST, source) if source else None,
        author_ref=pseudonym(_CODE, node.ident("user.id")),
        published_at=node.moment("created_at", exchange.received_at),
        ip_region=region(node.text("region_name")),
        context=Context(
            source_kind=context.source_kind, query=context.query,
            own_channel=context.own_channel, parent_text=first.text("text"),
        ),
        counts=node.counts(
            likes="attitudes_count", comments="comments_count", shares="reposts_count",
            views="page_info.play_count",
        ),
    )  # fmt: skip


def _page(exchange: Exchange, pseudonym: Pseudonym) -> Parsed:
    """A post's own page, its data in a script: the whole text."""
    found = assigned(exchange.body, "$render_data").entries()
    return _single(exchange, [one.at("status") for one in found[:1]], pseudonym)


def _single(exchange: Exchange, posts: list[Node], pseudonym: Pseudonym) -> Parsed:
    context = Context(own_channel=exchange.own)
    read = read_all(posts, lambda node: _post(exchange, node, context, pseudonym))
    return listed(What.DETAIL, read)


def _comments(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    """Those of a post on the mobile site stand one step deeper than all others. ``comments`` below
    a comment may be false."""
    page = answer.at("data") if isinstance(answer.may("data").value, dict) else answer
    nodes, parent = with_nested(page.each("data"), "comments"), _below(exchange)
    none = page.number("total_number") == 0
    max_id, kind = page.ident("max_id"), page.ident("max_id_type")
    return listed(
        What.COMMENTS, read_all(nodes, lambda node: _comment(exchange, node, parent, pseudonym)),
        empty=Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS,
        cursor="" if max_id in ("", "0") else f"max_id={max_id}&max_id_type={kind}",
    )  # fmt: skip


def _below(exchange: Exchange) -> str | None:
    """What they stand below, which the address alone says: the post, or the comment whose replies
    were unfolded."""
    number = exchange.parameter("mid") or exchange.parameter("id")
    comment = number if exchange.parameter("fetch_level") == "1" else exchange.parameter("cid")
    if comment:
        return mention_id(_CODE, Kind.COMMENT, comment)
    return mention_id(_CODE, Kind.POST, post_id(_CODE, number)) if number else None


def _comment(
    exchange: Exchange, node: Node, parent: str | None, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    text, desktop = node.text("text"), node.may("like_counts").value is not None
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("id"), text=text, parent_id=parent,
        author_ref=pseudonym(_CODE, node.ident("user.id")),
        published_at=node.moment("created_at", exchange.received_at),
        ip_region=region(node.text("source")),
        context=Context(source_kind="comment", own_channel=exchange.own),
        counts=node.counts(
            likes="like_counts" if desktop else "like_count", comments="total_number"
        ),
    )  # fmt: skip


def _inbox(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    """Comments that the account received, the newest first. Public code alone tells its names
    (confidence C); no answer says that there is no more."""
    nodes, page = answer.each("data.comments"), exchange.parameter("page")
    return listed(
        What.COMMENTS, read_all(nodes, lambda node: _received(exchange, node, pseudonym)),
        cursor=str(int(page) + 1 if page.isdecimal() else 2) if nodes else "",
    )  # fmt: skip


def _received(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    """One of them, said to us. Of a post that is gone nothing is known."""
    post = next(filter(None, (node.ident(f"status.{key}") for key in ("mid", "idstr", "id"))), "")
    parent = mention_id(_CODE, Kind.POST, post_id(_CODE, post)) if post else None
    for said in _comment(exchange, node, parent, pseudonym):
        words = node.text("status.text")
        yield replace(said, context=replace(said.context, own_channel=True, parent_text=words))


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.OWN, Mode.ASSISTED, Mode.AUTOMATIC)),
    hosts=("weibo.cn", "weibo.com"),
    paths=(
        (re.compile(r"^/api/container/getIndex/?$"), What.SEARCH),
        (re.compile(r"^/weibo/?$"), What.SEARCH),
        (re.compile(r"^/comments/hotflow/?$"), What.COMMENTS),
        (re.compile(r"^/comments/hotFlowChild/?$"), What.COMMENTS),
        (re.compile(r"^/ajax/statuses/buildComments/?$"), What.COMMENTS),
        (re.compile(r"^/ajax/message/cmt/?$"), What.COMMENTS),
        (re.compile(r"^/detail/\d+/?$"), What.DETAIL),
        (re.compile(r"^/ajax/statuses/show/?$"), What.DETAIL),
        (re.compile(r"^/api/config/?$"), What.LOGIN),
    ),
    parse=_parse,
    statuses={432: Outcome.RATE_LIMITED},
    search_page=_search_page,
    login_page="https://m.weibo.cn/",
    own_pages=("https://weibo.com/comment/inbox",),
    signs=(("抱歉，未找到", Outcome.EMPTY_CONFIRMED),),
)
