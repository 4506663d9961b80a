"""微博: searches of the mobile site (JSON) and of the desktop site (HTML), single posts, comments,
the own account's list of comments it received.

Anonymous searches are always sent to the login. The mobile search cuts long posts off ("…全文");
the desktop search and a post's own page have them whole. Facts: platforms.md §5.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import parse_qs, quote, urlsplit

from scrapy.selector import Selector

from crawlers.decoding import decode, shown
from crawlers.embedded import assigned
from crawlers.fields import post_id, region, words
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.nodes import Node, document, read_all, with_nested
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "weibo"
_MESSAGES = {
    "请先登录": (Outcome.LOGIN_REQUIRED, "微博要求登录"),
    "访问频次过高": (Outcome.RATE_LIMITED, "微博说访问太频繁"),
    # The wording is not confirmed by a recorded answer, so it does not make an empty list certain.
    "这里还没有内容": (Outcome.EMPTY_AMBIGUOUS, "微博说没有内容"),
}
_LOGIN = re.compile(r"passport\.weibo\.(?:com|cn)|/login\.php|/sso/signin")
_LOGIN_TITLE = re.compile(r"Sina Visitor System|登录")  # confidence B: seen by others, no sample
_TEXT = "./p[contains(concat(' ', @class, ' '), ' txt ')]"
_SPACE = re.compile(r"\s+")
_AROUND = re.compile(r" *\n *")
_ASIDE = re.compile(r"\s*(?:转赞|点赞|评论)人数超过.*$")
_FOLDS = re.compile(r"(?:\s*(?:展开c|收起d))+$")  # c and d are arrows of the page's icon font


def _search_page(query: str) -> str:
    """Type 61 is 实时, the newest first."""
    return f"https://m.weibo.cn/search?containerid=100103type%3D61%26q%3D{quote(query, safe='')}"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed | None:
    parts = urlsplit(exchange.url)
    if 300 <= exchange.status < 400:
        return _redirected(exchange, what)
    if what is What.DETAIL:
        return _page(exchange, pseudonym)
    if parts.path.rstrip("/") == "/weibo":
        return _desktop(exchange, pseudonym) if parts.hostname == "s.weibo.com" else None
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
        said = answer.text("msg")
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
        text = text.removesuffix("全文").rstrip()
    first = node.may("retweeted_status")
    source = (first.ident("mid") or first.ident("id")) if first else ""
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, text=text, url=_address(number),
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


def _address(number: str) -> str:
    return f"https://m.weibo.cn/detail/{number}"


def _page(exchange: Exchange, pseudonym: Pseudonym) -> Parsed:
    """A post's own page, its data in a script: the whole text."""
    found = assigned(exchange.body, "$render_data").entries()
    status = found[0].at("status") if found else Node(None)
    context = Context(own_channel=exchange.own)
    return listed(
        What.DETAIL,
        read_all([status] if found else [], lambda node: _post(exchange, node, context, pseudonym)),
    )  # fmt: skip


def _comments(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    """Which post it is stands in the address only. ``comments`` below a comment may be false."""
    post = exchange.parameter("mid") or exchange.parameter("id")
    parent = mention_id(_CODE, Kind.POST, post_id(_CODE, post)) if post else None
    data = answer.at("data")
    nodes = with_nested(data.each("data"), "comments")
    none = data.number("total_number") == 0
    max_id, kind = data.ident("max_id"), data.ident("max_id_type")
    return listed(
        What.COMMENTS, read_all(nodes, lambda node: _comment(exchange, node, parent, pseudonym)),
        empty=Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS,
        cursor="" if max_id in ("", "0") else f"max_id={max_id}&max_id_type={kind}",
    )  # fmt: skip


def _comment(
    exchange: Exchange, node: Node, parent: str | None, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    text = node.text("text")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("id"), text=text, parent_id=parent,
        author_ref=pseudonym(_CODE, node.ident("user.id")),
        published_at=node.moment("created_at", exchange.received_at),
        ip_region=region(node.text("source")),
        context=Context(source_kind="comment", own_channel=exchange.own),
        counts=node.counts(likes="like_count", comments="total_number"),
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


# --- the desktop site -------------------------------------------------------------------------


def _desktop(exchange: Exchange, pseudonym: Pseudonym) -> Parsed:
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
        platform=_CODE, kind=Kind.POST, native_id=number, text=text, url=_address(number),
        author_ref=pseudonym(_CODE, account[1]) if account else None,
        published_at=node.moment("time", exchange.received_at), context=context,
        counts=node.counts(likes="likes", comments="comments", shares="shares"),
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.OWN, Mode.ASSISTED, Mode.AUTOMATIC)),
    hosts=("weibo.cn", "weibo.com"),
    paths=(
        (re.compile(r"^/api/container/getIndex/?$"), What.SEARCH),
        (re.compile(r"^/weibo/?$"), What.SEARCH),
        (re.compile(r"^/comments/hotflow/?$"), What.COMMENTS),
        (re.compile(r"^/ajax/message/cmt/?$"), What.COMMENTS),
        (re.compile(r"^/detail/\d+/?$"), What.DETAIL),
        (re.compile(r"^/api/config/?$"), What.LOGIN),
    ),
    parse=_parse,
    statuses={432: Outcome.RATE_LIMITED},
    search_page=_search_page,
    login_page="https://m.weibo.cn/",
    own_pages=("https://weibo.com/comment/inbox",),
    signs=(("抱歉，未找到", Outcome.EMPTY_CONFIRMED),),
)
