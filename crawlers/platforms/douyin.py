"""抖音: search results, single works, comments and replies; of the creator centre the account's own
works and their comments.

A search that answers an empty list without an explicit reason is ambiguous, never empty: the same
account has been seen to get empty lists for hours. Facts: platforms.md §1.
"""

import re
from collections.abc import Iterator
from urllib.parse import quote

from crawlers.fields import region
from crawlers.listened import Exchange, Listened, Panel, Parsed, What, Works
from crawlers.nodes import Node, document, framed, read_all
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "douyin"
_LOGGED_OUT = (8, 2483)


def _search_page(words: str) -> str:
    """The newest first (sort_type 2), within a week."""
    return (
        f"https://www.douyin.com/search/{quote(words, safe='')}"
        "?type=general&publish_time=7&sort_type=2&source=tab_search"
    )


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    if exchange.body.strip() in (b"", b"blocked"):
        why = "回应是空的：账号或网络被限制"
        return Parsed(what=what, outcome=Outcome.IP_OR_ACCOUNT_BLOCKED, detail=why)
    if what is What.SEARCH:
        return _results(exchange, _documents(exchange.body), pseudonym)
    answer = document(exchange.body)
    refused = _refusal(answer, what)
    if refused is not None:
        return refused
    if what is What.LOGIN:
        answer.at("user")
        return Parsed(what=what, outcome=Outcome.OK)
    if what is What.DETAIL:
        own = "/creator/item/" in exchange.url
        return _own_works(answer, exchange) if own else _work(exchange, answer, pseudonym)
    return _comments(exchange, answer, pseudonym)


def _refusal(answer: Node, what: What) -> Parsed | None:
    status = answer.may("status_code").value
    if status in _LOGGED_OUT:
        return Parsed(what=what, outcome=Outcome.LOGIN_REQUIRED, detail="抖音要求登录")
    if status != 0:
        raise answer.wrong(f"没有见过的 status_code（{status}）")
    nil = answer.may("search_nil_info.search_nil_type").value
    if nil == "verify_check" or answer.may("result_status").value == 5:
        return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="抖音要求验证")
    return None


# --- search -----------------------------------------------------------------------------------


def _documents(body: bytes) -> list[Node]:
    """One, or several each after its length. Raises ShapeChanged, for a cut body too."""
    return [document(piece) for piece in framed(body) or [body]]


def _results(exchange: Exchange, answers: list[Node], pseudonym: Pseudonym) -> Parsed:
    for answer in answers:
        refused = _refusal(answer, What.SEARCH)
        if refused is not None:
            return refused
    words = exchange.parameter("keyword")
    cards = [card for answer in answers for card in answer.each("data")]
    works = [work for card in cards for work in _works_of(card)]
    context = Context(source_kind="search", query=words, own_channel=exchange.own)
    items, misread = read_all(works, lambda work: _post(exchange, work, context, pseudonym))
    last = answers[-1]
    more = last.may("has_more").value in (1, True)
    outcome = Outcome.OK if items else Outcome.EMPTY_AMBIGUOUS
    return Parsed(
        what=What.SEARCH, outcome=Outcome.SCHEMA_CHANGED if misread else outcome, items=items,
        misread=misread, query=words, cursor=last.ident("cursor") if more else "",
        detail="" if items else "没有结果，也没有说为什么",
    )  # fmt: skip


def _works_of(card: Node) -> list[Node]:
    """The works on a card; none on one that shows something else (users, hot words, shops)."""
    if card.may("aweme_info").value is not None:
        return [card.at("aweme_info")]
    if card.may("aweme_mix_info").value is not None:
        return card.at("aweme_mix_info").each("mix_items")
    return [card] if card.may("aweme_id").value is not None else []


def _work(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    if "aweme_detail" not in (answer.value if isinstance(answer.value, dict) else {}):
        raise answer.wrong("缺少 aweme_detail")
    work = answer.may("aweme_detail")
    if work.value is None:
        return Parsed(what=What.DETAIL, outcome=Outcome.ITEM_GONE, detail="作品已经不在了")
    items = tuple(_post(exchange, work, Context(own_channel=exchange.own), pseudonym))
    return Parsed(what=What.DETAIL, outcome=Outcome.OK, items=items)


def _post(
    exchange: Exchange, work: Node, context: Context, pseudonym: Pseudonym
) -> Iterator[Incoming]:
    if work.may("status.is_delete").value or work.may("status.private_status").value:
        return
    number, text = work.must("aweme_id"), work.text("desc") or work.text("caption")
    if not text:
        return
    page = "note" if work.may("images") else "video"
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number,
        text=text, url=f"https://www.douyin.com/{page}/{number}",
        author_ref=pseudonym(_CODE, work.ident("author.uid") or work.ident("author.sec_uid")),
        published_at=work.moment("create_time", exchange.received_at),
        ip_region=region(work.text("ip_label")), context=context,
        counts=work.counts(
            likes="statistics.digg_count", comments="statistics.comment_count",
            shares="statistics.share_count",
        ),
    )  # fmt: skip


def _own_works(answer: Node, exchange: Exchange) -> Parsed:
    """The list of the creator centre (public code, recorded 2025-10; B). Who made them is us."""
    nodes = answer.each("item_info_list")
    items, misread = read_all(nodes, lambda node: _own_work(exchange, node))
    none = answer.number("total_count") == 0
    empty = Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS
    outcome = Outcome.OK if items else empty
    more = answer.may("has_more").value in (1, True)
    return Parsed(
        what=What.DETAIL, outcome=Outcome.SCHEMA_CHANGED if misread else outcome, items=items,
        misread=misread, cursor=answer.ident("cursor") if more else "",
    )  # fmt: skip


def _own_work(exchange: Exchange, node: Node) -> Iterator[Incoming]:
    """Its title stands for its words; ``item_id`` is a number that only this list uses."""
    number, text = node.must("item_id_plain"), node.text("title")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, text=text,
        url=f"https://www.douyin.com/video/{number}",
        published_at=node.moment("create_time", exchange.received_at),
        context=Context(own_channel=True), counts=node.counts(comments="comment_count"),
    )  # fmt: skip


# --- comments ---------------------------------------------------------------------------------


def _comments(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    """Both generations: ``comments`` of the site, ``comment_info_list`` of the creator centre,
    whose comments are known by an id of their own and belong to the work in the address."""
    own = answer.may("comment_info_list").value is not None
    nodes = answer.each("comment_info_list" if own else "comments")
    read = _own_comment if own else _comment
    items, misread = read_all(nodes, lambda node: read(exchange, node, pseudonym))
    more = answer.may("has_more").value in (1, True)
    none = 0 in (answer.number("total"), answer.number("total_count"))
    empty = Outcome.EMPTY_CONFIRMED if none else Outcome.EMPTY_AMBIGUOUS
    outcome = Outcome.SCHEMA_CHANGED if misread else Outcome.OK if items else empty
    cursor = answer.ident("cursor") if more else ""
    return Parsed(what=What.COMMENTS, outcome=outcome, items=items, misread=misread, cursor=cursor)


def _comment(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    """A comment that is only a sticker has no words and is none for us."""
    text = node.text("text")
    if not text:
        return
    work = node.ident("aweme_id") or (_asked_work(exchange) if exchange.own else "")
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("cid"), text=text,
        parent_id=mention_id(_CODE, Kind.POST, work or node.must("aweme_id")),
        author_ref=pseudonym(_CODE, node.ident("user.uid") or node.ident("user.sec_uid")),
        published_at=node.moment("create_time", exchange.received_at),
        ip_region=region(node.text("ip_label")),
        context=Context(source_kind="comment", own_channel=exchange.own),
        counts=node.counts(likes="digg_count", comments="reply_comment_total"),
    )  # fmt: skip


def _own_comment(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    text, work = node.text("text"), _asked_work(exchange)
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("comment_id"), text=text,
        parent_id=mention_id(_CODE, Kind.POST, work) if work else None,
        author_ref=pseudonym(_CODE, node.ident("user_info.user_id")),
        published_at=node.moment("create_time", exchange.received_at),
        context=Context(source_kind="comment", own_channel=True),
        counts=node.counts(likes="digg_count", comments="reply_count"),
    )  # fmt: skip


def _asked_work(exchange: Exchange) -> str:
    """The work that the address names; "" where it is the centre's own number for it ("@…")."""
    named = exchange.parameter("item_id") or exchange.parameter("aweme_id")
    return named if named.isdecimal() else ""


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.OWN, Mode.ASSISTED, Mode.AUTOMATIC)),
    hosts=("douyin.com",),
    paths=(
        (re.compile(r"^/aweme/v1/web/general/search/(?:stream|single)/?$"), What.SEARCH),
        (re.compile(r"^/aweme/v1/web/search/item/?$"), What.SEARCH),
        (re.compile(r"^/aweme/v1/web/aweme/detail/?$"), What.DETAIL),
        (re.compile(r"^/aweme/v1/creator/item/list/?$"), What.DETAIL),
        (re.compile(r"/comment/(?:reply/)?list(?:/reply|/select)?/?$"), What.COMMENTS),
        (re.compile(r"^/aweme/v1/web/user/profile/self/?$"), What.LOGIN),
    ),
    parse=_parse,
    search_page=_search_page,
    login_page="https://www.douyin.com/",
    own_pages=("https://creator.douyin.com/creator-micro/interactive/comment",),
    back_ends=("creator.douyin.com",),
    works=Works(  # public code ×4 (B)
        opens="button:has-text('选择作品'), span:text-is('选择作品')",
        each=".douyin-creator-interactive-list-items > *",
    ),
    panel=Panel(opens="[data-e2e='feed-comment-icon']", scrolls="[data-e2e='comment-list']"),  # B
    signs=(
        ("验证码中间页", Outcome.VERIFY_REQUIRED),
        ("暂无搜索结果", Outcome.EMPTY_CONFIRMED),
        ("没有找到相关结果", Outcome.EMPTY_CONFIRMED),
        ("换个关键词试试", Outcome.EMPTY_CONFIRMED),
    ),
)
