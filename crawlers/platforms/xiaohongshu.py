"""小红书: search results, single notes, comments and replies, what was said to the own account.

A search shows titles only, and "昨天" for a time; the first 8 digits of a note's id are the second
of its making, which is used where the time shown agrees. Without login nothing is answered.
Facts: platforms.md §3.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit

from crawlers.embedded import assigned
from crawlers.fields import region
from crawlers.listened import Exchange, Listened, Panel, Parsed, What, listed
from crawlers.nodes import Node, document, posted, read_all, with_nested
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Counts, Incoming, Kind, Mode, Outcome

_CODE = "xiaohongshu"
_REFUSALS = {
    -100: (Outcome.LOGIN_REQUIRED, "小红书登录已过期"),
    300011: (Outcome.IP_OR_ACCOUNT_BLOCKED, "小红书限制了这个账号"),
    300012: (Outcome.IP_OR_ACCOUNT_BLOCKED, "小红书限制了这个网络"),
    300015: (Outcome.IP_OR_ACCOUNT_BLOCKED, "小红书说浏览器异常"),
    -510000: (Outcome.ITEM_GONE, "笔记已经不在了"),
    -510001: (Outcome.ITEM_GONE, "笔记状态异常"),
}
_EARLIEST = datetime(2013, 1, 1, tzinfo=UTC)  # the site is not older
_DAY = timedelta(days=1)
# Names of a note's values: of an answer, and of the same note in a page.
_IN_ANSWERS = {
    "id": "note_id", "account": "user.user_id", "region": "ip_location",
    "likes": "interact_info.liked_count", "comments": "interact_info.comment_count",
    "shares": "interact_info.share_count",
}  # fmt: skip
_IN_PAGES = {
    "id": "noteId", "account": "user.userId", "region": "ipLocation",
    "likes": "interactInfo.likedCount", "comments": "interactInfo.commentCount",
    "shares": "interactInfo.shareCount",
}  # fmt: skip


def _search_page(words: str) -> str:
    """The newest first is a button of the page, no part of the address."""
    query = quote(words, safe="")
    return f"https://www.xiaohongshu.com/search_result?keyword={query}&source=web_explore_feed"


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed | None:
    path = urlsplit(exchange.url).path.rstrip("/")
    if not path.startswith("/api/"):
        return _page(exchange, path.rpartition("/")[2], pseudonym)
    answer = document(exchange.body)
    refused = _refusal(answer, what)
    if refused is not None:
        return refused
    if what is What.SEARCH:
        return _results(exchange, answer.at("data"), pseudonym)
    if what is What.DETAIL:
        return _details(exchange, answer.at("data"), pseudonym)
    if path.endswith("/you/mentions"):
        return _said_to_us(exchange, answer.at("data"), pseudonym)
    return _comments(exchange, answer.at("data"), pseudonym)


def _refusal(answer: Node, what: What) -> Parsed | None:
    """Success without data: a search needs a login only, so that has ended; a note needs a token
    beside it, and nobody can tell which of the two (the project's own mapping)."""
    code = answer.number("code")
    if code in _REFUSALS:
        outcome, detail = _REFUSALS[code]
        return Parsed(what=what, outcome=outcome, detail=detail)
    if code != 0 or answer.may("success").value is not True:
        raise answer.wrong(f"没有见过的 code（{code}）")
    if answer.may("data").value not in (None, {}):
        return None
    stale = Outcome.LOGIN_REQUIRED if what is What.SEARCH else Outcome.EMPTY_AMBIGUOUS
    return Parsed(what=what, outcome=stale, detail="小红书没有给数据：登录或链接可能过期")


# --- search -----------------------------------------------------------------------------------


def _results(exchange: Exchange, data: Node, pseudonym: Pseudonym) -> Parsed:
    words = posted(exchange).text("keyword")
    more = data.may("has_more").value is True
    if data.may("items").value is None and data.may("has_more").value is False:
        sure = data.may("request_dqa_instant").value is True
        nothing = Outcome.EMPTY_CONFIRMED if sure else Outcome.EMPTY_AMBIGUOUS
        return Parsed(what=What.SEARCH, outcome=nothing, query=words)
    odd: list[str] = []
    context = Context(source_kind="search", query=words, own_channel=exchange.own)
    parsed = listed(
        What.SEARCH,
        read_all(data.each("items"), lambda item: _result(exchange, item, context, pseudonym, odd)),
        query=words, cursor=str((posted(exchange).number("page") or 1) + 1) if more else "",
    )  # fmt: skip
    if odd:
        return replace(parsed, detail=f"{len(odd)} 篇笔记的编号与显示的时间不符，按显示的时间")
    return parsed


def _result(
    exchange: Exchange, item: Node, context: Context, pseudonym: Pseudonym, odd: list[str]
) -> Iterator[Incoming]:
    """A note on a page of results, by its title; one without a title shows no words here. Other
    things on the page (searches of others, advertisements) are none."""
    if item.must("model_type") != "note":
        return
    number, card = item.must("id"), item.at("note_card")
    title = card.text("display_title")
    if not title:
        return
    shown, made = _shown_time(exchange, card), _made(exchange, number)
    agrees = made is not None and (shown is None or abs(shown - made) <= _DAY)
    if made is not None and not agrees:
        odd.append(number)
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, text=title, url=_address(number),
        author_ref=pseudonym(_CODE, card.ident("user.user_id")),
        published_at=made if agrees else shown, context=context,
        counts=_counts(card, _IN_ANSWERS | {"shares": "interact_info.shared_count"}),
    )  # fmt: skip


def _shown_time(exchange: Exchange, card: Node) -> datetime | None:
    """ "昨天 14:00" in a corner of the card."""
    for corner in card.may("corner_tag_info").entries():
        if corner.may("type").value == "publish_time":
            return corner.moment("text", exchange.received_at)
    return None


def _made(exchange: Exchange, number: str) -> datetime | None:
    """When a note was made, by its id; None for an id of another kind."""
    if not re.fullmatch("[0-9a-f]{24}", number):
        return None
    made = datetime.fromtimestamp(int(number[:8], 16), UTC)
    return made if _EARLIEST <= made <= exchange.received_at + _DAY else None


def _address(number: str) -> str:
    return f"https://www.xiaohongshu.com/explore/{number}"


def _counts(card: Node, names: dict[str, str]) -> Counts | None:
    return card.counts(**{key: names[key] for key in ("likes", "comments", "shares")})


# --- single notes -----------------------------------------------------------------------------


def _details(exchange: Exchange, data: Node, pseudonym: Pseudonym) -> Parsed:
    return listed(What.DETAIL, read_all(
        data.each("items"),
        lambda item: _note(exchange, item.at("note_card"), _IN_ANSWERS, pseudonym),
    ))  # fmt: skip


def _page(exchange: Exchange, number: str, pseudonym: Pseudonym) -> Parsed | None:
    """A note opened by its address has no request of its own: its data stands in the page."""
    if 300 <= exchange.status < 400:  # where to, is a page of its own
        return None
    notes = assigned(exchange.body, "window.__INITIAL_STATE__").at("note.noteDetailMap")
    note = notes.may(f"{number}.note")
    return listed(
        What.DETAIL,
        read_all([note] if note else [], lambda one: _note(exchange, one, _IN_PAGES, pseudonym)),
    )  # fmt: skip


def _note(
    exchange: Exchange, card: Node, names: dict[str, str], pseudonym: Pseudonym
) -> Iterator[Incoming]:
    number, title, text = card.must(names["id"]), card.text("title"), card.text("desc")
    if not (title or text):
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=number, url=_address(number),
        title=title if text else "", text=text or title,
        author_ref=pseudonym(_CODE, card.ident(names["account"])),
        published_at=card.moment("time", exchange.received_at),
        ip_region=region(card.text(names["region"])),
        context=Context(own_channel=exchange.own), counts=_counts(card, names),
    )  # fmt: skip


# --- comments ---------------------------------------------------------------------------------


def _comments(exchange: Exchange, data: Node, pseudonym: Pseudonym) -> Parsed:
    nodes = with_nested(data.each("comments"), "sub_comments")
    return listed(
        What.COMMENTS, read_all(nodes, lambda node: _comment(exchange, node, pseudonym)),
        cursor=data.ident("cursor") if data.may("has_more").value is True else "",
    )  # fmt: skip


def _comment(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    """A comment that is only a picture has no words and is none for us."""
    text = node.text("content")
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=node.must("id"), text=text,
        parent_id=mention_id(_CODE, Kind.POST, node.must("note_id")),
        author_ref=pseudonym(_CODE, node.ident("user_info.user_id")),
        published_at=node.moment("create_time", exchange.received_at),
        ip_region=region(node.text("ip_location")),
        context=Context(source_kind="comment", own_channel=exchange.own),
        counts=node.counts(likes="like_count", comments="sub_comment_count"),
    )  # fmt: skip


# --- what was said to the own account ---------------------------------------------------------


def _said_to_us(exchange: Exchange, data: Node, pseudonym: Pseudonym) -> Parsed:
    """The page "评论和@", the newest first (public code ×6, one of them recorded 2026-10; B)."""
    read = read_all(data.each("message_list"), lambda node: _notice(exchange, node, pseudonym))
    more = data.may("has_more").value is True
    return listed(
        What.COMMENTS,
        read,
        cursor=(data.ident("strCursor") or data.ident("cursor")) if more else "",
    )


def _notice(exchange: Exchange, node: Node, pseudonym: Pseudonym) -> Iterator[Incoming]:
    """A comment below a note of ours, or a reply to us: our own channel. A note of somebody else's
    that names us is not; without a comment (likes, notes) there are no words."""
    said, note = node.may("comment_info"), node.ident("item_info.id")
    text = said.text("content")
    if not text:
        return
    account = node.ident("user_info.userid") or node.ident("user_info.user_id")
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=said.must("id"), text=text,
        parent_id=mention_id(_CODE, Kind.POST, note) if note else None,
        author_ref=pseudonym(_CODE, account),
        published_at=node.moment("time", exchange.received_at),
        context=Context(
            source_kind="comment", own_channel=node.ident("type").startswith("comment/"),
            parent_text=node.text("item_info.content"),
        ),
    )  # fmt: skip


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.OWN, Mode.ASSISTED, Mode.AUTOMATIC)),
    hosts=("xiaohongshu.com",),
    paths=(
        (re.compile(r"^/api/sns/web/v[12]/search/notes/?$"), What.SEARCH),
        (re.compile(r"^/api/sns/web/v1/feed/?$"), What.DETAIL),
        (re.compile(r"^/api/sns/web/v2/comment/(?:sub/)?page/?$"), What.COMMENTS),
        (re.compile(r"^/api/sns/web/v1/you/mentions/?$"), What.COMMENTS),
        (re.compile(r"^/(?:explore|discovery/item|search_result)/[0-9a-f]{24}/?$"), What.DETAIL),
    ),
    parse=_parse,
    statuses={461: Outcome.VERIFY_REQUIRED, 471: Outcome.VERIFY_REQUIRED},
    search_page=_search_page,
    login_page="https://www.xiaohongshu.com/explore",
    own_pages=("https://www.xiaohongshu.com/notification",),
    panel=Panel(scrolls=".note-scroller"),  # public code ×9 (B)
    post_link=re.compile(r"^/(?:explore|search_result)/([0-9a-f]{24})/?$"),
)
