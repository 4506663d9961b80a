"""百度贴吧: search results (JSON, and the cards of the page itself) and threads with their floors.

An author is known by the portrait, the one name that search and thread both carry; the cards show
a display name only, so there the author stays unknown. Facts: platforms.md §7.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs, quote, urlsplit

from crawlers.decoding import shown
from crawlers.fields import region, titled
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, listed
from crawlers.markup import boxes, page, title
from crawlers.nodes import Node, document, read_all
from domain.identity import Pseudonym, mention_id
from domain.types import Context, Incoming, Kind, Mode, Outcome

_CODE = "tieba"
_THREAD = re.compile(r"/p/([0-9]{4,20})")


def _search_page(words: str) -> str:
    """The newest first (sm 1)."""
    return (
        f"https://tieba.baidu.com/f/search/res?ie=utf-8&qw={quote(words, safe='')}"
        "&sm=1&rn=20&only_thread=0"
    )


def _parse(exchange: Exchange, what: What, pseudonym: Pseudonym) -> Parsed:
    if exchange.leads_to().startswith("wappass.baidu.com"):
        return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="百度要求安全验证")
    if what is What.SEARCH and urlsplit(exchange.url).path.startswith("/f/"):
        return _cards(exchange)
    answer = document(exchange.body)
    _check(answer)
    if what is What.SEARCH:
        return _results(exchange, answer, pseudonym)
    return _thread(exchange, answer, pseudonym)


def _check(answer: Node) -> None:
    """Which number means what is not known of any; 0 is success."""
    codes = [answer.may(key).value for key in ("error_code", "no")]
    if any(code not in (None, 0, "0") for code in codes):
        raise answer.wrong("贴吧回应了没有见过的错误号")
    if codes == [None, None]:
        raise answer.wrong("缺少 error_code 和 no")


def _address(tid: str) -> str:
    return f"https://tieba.baidu.com/p/{tid}"


def _author(pseudonym: Pseudonym, user: Node) -> str | None:
    return pseudonym(_CODE, user.ident("portrait").partition("?")[0])


# --- search -----------------------------------------------------------------------------------


def _results(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    words = exchange.parameter("word")
    cards = [
        card.at("data")
        for card in answer.each("data.card_list")
        if "thread" in (card.may("cardInfo").value, card.may("cardStyle").value)
    ]
    read = read_all(cards, lambda card: _found(exchange, card, words, pseudonym))
    return listed(What.SEARCH, read, query=words)


def _found(exchange: Exchange, card: Node, words: str, pseudonym: Pseudonym) -> Iterator[Incoming]:
    tid = card.must("tid")
    head, text = titled(card.text("title"), card.text("content"))
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=tid, title=head, text=text, url=_address(tid),
        author_ref=_author(pseudonym, card.may("user")),
        published_at=card.moment("time", exchange.received_at),
        context=Context(source_kind="search", query=words),
        counts=card.counts(comments="post_num"),
    )  # fmt: skip


def _cards(exchange: Exchange) -> Parsed:
    """Of the page of 2026. It may come empty and load its cards afterwards (unverified), so a
    贴吧 page without cards says nothing; the boxes of the old page (.s_post) are not known."""
    whole = page(exchange.body)
    if "安全验证" in title(whole):
        return Parsed(what=What.SEARCH, outcome=Outcome.VERIFY_REQUIRED, detail="百度要求安全验证")
    found = whole.css(".threadcardclass") or whole.css(".thread-content-box")
    if not found and ("贴吧" not in title(whole) or whole.css(".s_post")):
        raise ShapeChanged("没有见过的贴吧搜索页", shown(exchange.body))
    words = exchange.parameter("qw")
    cards = boxes(
        found, "帖子", title=".title-wrap span", text=".abstract-wrap span",
        href='a.action-link-bg[href*="/p/"]::attr(href)',
        time='.top-title span:not([class*="user"])', comments=".comment-link-zone .action-number",
    )  # fmt: skip
    return listed(
        What.SEARCH, read_all(cards, lambda card: _card(exchange, card, words)), query=words
    )


def _card(exchange: Exchange, card: Node, words: str) -> Iterator[Incoming]:
    link = _THREAD.search(card.must("href"))
    if link is None:
        raise card.wrong(f"{card.path}.href 不是帖子的地址")
    head, text = titled(card.text("title"), card.text("text"))
    if not text:
        raise card.wrong(f"{card.path} 没有标题也没有内容")
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=link[1], title=head, text=text,
        url=_address(link[1]), published_at=card.moment("time", exchange.received_at),
        context=Context(source_kind="search", query=words),
        counts=card.counts(comments="comments"),
    )  # fmt: skip


# --- threads ----------------------------------------------------------------------------------


def _thread(exchange: Exchange, answer: Node, pseudonym: Pseudonym) -> Parsed:
    """The first floor is the post, every other floor a comment. Replies within a floor are only
    counted here; the page asks for them elsewhere."""
    tid, first = answer.must("thread.id"), answer.may("first_floor")
    users = {user.ident("id"): user for user in answer.each("user_list")}
    floors = [one for one in answer.each("post_list") if one.ident("id") != first.ident("id")]

    def read(node: Node) -> Iterator[Incoming]:
        if node is answer:
            return _post(exchange, answer, users, pseudonym)
        return _floor(exchange, node, tid, users, pseudonym)

    nodes = [answer, *floors] if first else floors
    return listed(What.DETAIL, read_all(nodes, read), cursor=_next_page(exchange, answer))


def _next_page(exchange: Exchange, answer: Node) -> str:
    total = answer.ident("page.total_page")
    asked = parse_qs(exchange.request_body).get("pn", ["1"])[0]
    more = total.isdigit() and asked.isdigit() and int(asked) < int(total)
    return str(int(asked) + 1) if more else ""


def _post(
    exchange: Exchange, answer: Node, users: Mapping[str, Node], pseudonym: Pseudonym
) -> Iterator[Incoming]:
    thread, first = answer.at("thread"), answer.at("first_floor")
    user = users.get(first.ident("author_id"), Node(None))
    head, text = titled(thread.text("title"), _words(first))
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.POST, native_id=thread.must("id"), title=head, text=text,
        url=_address(thread.must("id")), author_ref=_author(pseudonym, user),
        published_at=first.moment("time", exchange.received_at)
        or thread.moment("create_time", exchange.received_at),
        ip_region=_region(user), counts=thread.counts(comments="reply_num"),
    )  # fmt: skip


def _floor(
    exchange: Exchange, floor: Node, tid: str, users: Mapping[str, Node], pseudonym: Pseudonym
) -> Iterator[Incoming]:
    """A floor that is only a picture has no words and is none for us."""
    number, text = floor.must("id"), _words(floor)
    user = users.get(floor.ident("author_id"), Node(None))
    if not text:
        return
    yield Incoming(
        platform=_CODE, kind=Kind.COMMENT, native_id=number, text=text, url=_address(tid),
        parent_id=mention_id(_CODE, Kind.POST, tid), author_ref=_author(pseudonym, user),
        published_at=floor.moment("time", exchange.received_at), ip_region=_region(user),
        context=Context(source_kind="comment"), counts=floor.counts(comments="sub_post_number"),
    )  # fmt: skip


def _words(floor: Node) -> str:
    """``c`` is the name of a drawn emotion."""
    return "".join(part.text("text") or part.text("c") for part in floor.each("content"))


def _region(user: Node) -> str:
    """A province stands under ip_address; should it ever be a real address, it is left there."""
    found = region(user.text("ip_address"))
    return "" if re.search(r"[0-9:]", found) else found


LISTENED = Listened(
    code=_CODE,
    modes=frozenset((Mode.IMPORT, Mode.ASSISTED)),
    hosts=("tieba.baidu.com", "wappass.baidu.com"),
    paths=(
        (re.compile(r"^/mo/q/search/multsearch/?$"), What.SEARCH),
        (re.compile(r"^/f/search/res/?$"), What.SEARCH),
        (re.compile(r"^/c/f/pb/page_pc/?$"), What.DETAIL),
        (re.compile(r"^/static/captcha/"), What.SEARCH),
    ),
    parse=_parse,
    search_page=_search_page,
    login_page="https://tieba.baidu.com/",
    signs=(("安全验证", Outcome.VERIFY_REQUIRED),),
)
