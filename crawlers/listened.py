"""What is overheard of a page's own traffic: the shapes between a browser or HAR file and a parser.

A parser is pure: one request of the page and its answer in, mentions out. It never fetches, so one
parser serves a HAR file, a live window and a test alike (platforms.md §0.4).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qs, urlsplit

import crawlers.platforms
from crawlers.health import ShapeChanged, asks_to_verify, refusal
from domain import plugins
from domain.identity import Pseudonym
from domain.types import Incoming, Mode, Outcome


class What(StrEnum):
    """What a request of a page asks for."""

    SEARCH = "search"
    DETAIL = "detail"
    COMMENTS = "comments"
    LOGIN = "login"  # a probe of the page's own: who am I


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request of a page and its answer. ``headers``: of the answer, names in lower case;
    never cookies. ``received_at`` (UTC) anchors relative times. ``own``: on a channel of
    the resort's own, as ``hear`` finds."""

    url: str
    body: bytes
    received_at: datetime
    method: str = "GET"
    request_body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    own: bool = False

    def parameter(self, name: str) -> str:
        """A value of the address's query; "" for none."""
        return parse_qs(urlsplit(self.url).query).get(name, [""])[0]

    def leads_to(self) -> str:
        """Host and path of where the page is sent on to, else of where it is; words that somebody
        searched for are no part of it."""
        address = self.headers.get("location") or self.url
        return re.sub(r"^[a-z]*:?//|[?#].*$", "", address, flags=re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Misread:
    """One item of an answer that could not be read, while the others were. ``reason``: Chinese,
    without the value."""

    reason: str
    fragment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What one answer said. ``cursor``: where the page goes on; "" at the end. ``query``: the words
    that were searched. ``detail``: Chinese, nobody's words."""

    what: What
    outcome: Outcome
    items: tuple[Incoming, ...] = ()
    misread: tuple[Misread, ...] = ()
    cursor: str = ""
    query: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Where a page shows comments. opens: what is clicked where they do not come by themselves;
    scrolls: the box they stand in. CSS selectors, "" for none and for the window."""

    opens: str = ""
    scrolls: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Works:
    """How an account's own works are chosen on a page of its back-end. opens: the button that
    shows them, "" where they stand there; each: one of them, the newest first; scrolls: the box of
    the comments. CSS selectors, with playwright's ``:has-text``."""

    opens: str
    each: str
    scrolls: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listened:
    """One platform that is listened to. A plug-in file exports it as ``LISTENED``.

    hosts: of its pages and requests, subdomains included. paths: (pattern of a URL's path, what it
    asks for), the first that is found counts. parse: (exchange, what, pseudonym) -> Parsed, or None
    where only the answer shows that it is about something else; raises ShapeChanged. statuses: HTTP
    statuses with a meaning of their own here. The rest is for the
    browser: search_page makes the address for some words; login_page; own_pages are the back-end of
    the office's own account, and works how the works are chosen there; scrolls is the CSS selector
    of what scrolls ("" for the window); panel is where a single post shows its comments; a site on
    which a post opens only by the link in a list of results, which holds a token, has post_link,
    a pattern whose first group is the post's number;
    signs are words on a visible page, and the outcome they mean. back_ends: hosts where only the
    office's own account is at home. about: the site's own number of the sight or shop whose page
    asked, "" for none; ours: those of the resort, which the hall fills in. What is said in the one
    or about the other is said on a channel of our own.
    """

    code: str
    modes: frozenset[Mode]
    hosts: tuple[str, ...]
    paths: tuple[tuple[re.Pattern[str], What], ...]
    parse: Callable[[Exchange, What, Pseudonym], Parsed | None]
    statuses: Mapping[int, Outcome] = field(default_factory=dict)
    search_page: Callable[[str], str] | None = None
    login_page: str = ""
    own_pages: tuple[str, ...] = ()
    back_ends: tuple[str, ...] = ()
    works: Works | None = None
    scrolls: str = ""
    panel: Panel = Panel()
    post_link: re.Pattern[str] | None = None
    signs: tuple[tuple[str, Outcome], ...] = ()
    about: Callable[[Exchange], str] | None = None
    ours: frozenset[str] = frozenset()

    def asks(self, url: str) -> What | None:
        """What a request to this address asks for; None when it is none of ours. Pure string work:
        it is called for every request of a page and every entry of a 2 GB file."""
        if not self.at_home(url):
            return None
        path = urlsplit(url).path
        return next((what for pattern, what in self.paths if pattern.search(path)), None)

    def at_home(self, url: str) -> bool:
        """Whether the address is one of the platform's hosts."""
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            return False
        return any(host == own or host.endswith(f".{own}") for own in self.hosts)

    @property
    def front(self) -> str:
        """Where a person begins who has nothing to search for: the login, or the site's own first
        page."""
        return self.login_page or f"https://{self.hosts[0]}/"

    def is_ours(self, exchange: Exchange) -> bool:
        """Whether it was asked in a back-end, or about a sight or shop of the resort."""
        about = self.about(exchange) if self.about is not None else ""
        return urlsplit(exchange.url).hostname in self.back_ends or about in self.ours


def listened_platforms() -> tuple[Listened, ...]:
    """Every platform that is listened to: the plug-ins that export ``LISTENED``. Loads them all."""
    modules = (plugins.load(crawlers.platforms, n) for n in plugins.names(crawlers.platforms))
    return tuple(module.LISTENED for module in modules if hasattr(module, "LISTENED"))


def hear(platform: Listened, exchange: Exchange, pseudonym: Pseudonym) -> Parsed | None:
    """What the exchange says; None when it is not one the platform listens to.

    Raises ShapeChanged for an answer of unknown shape. Refusals by status are the same everywhere
    but for ``Listened.statuses``.
    """
    what = platform.asks(exchange.url)
    if what is None or exchange.method == "OPTIONS":
        return None
    outcome, why = _refused(platform, exchange)
    if outcome is not None:
        return Parsed(what=what, outcome=outcome, detail=why)
    if platform.is_ours(exchange):
        exchange = replace(exchange, own=True)
    try:
        return platform.parse(exchange, what, pseudonym)
    except ShapeChanged as changed:
        if asks_to_verify(changed.fragment):
            return Parsed(what=what, outcome=Outcome.VERIFY_REQUIRED, detail="网站要求验证")
        raise


def _refused(platform: Listened, exchange: Exchange) -> tuple[Outcome | None, str]:
    own = platform.statuses.get(exchange.status)
    if own is not None:
        return own, f"网站回应 {exchange.status}"
    if exchange.status >= 500 or exchange.status == 408:
        return Outcome.NO_RESPONSE_SEEN, f"网站出错（{exchange.status}）"
    return refusal(exchange.status, exchange.url) or (None, "")


def listed(
    what: What,
    read: tuple[tuple[Incoming, ...], tuple[Misread, ...]],
    *,
    empty: Outcome = Outcome.EMPTY_AMBIGUOUS,
    query: str = "",
    cursor: str = "",
) -> Parsed:
    """What an answer with a list said (see ``nodes.read_all``). ``empty``: the outcome of a list
    of nothing; confirmed only where the answer itself says that there is nothing."""
    items, misread = read
    outcome = Outcome.SCHEMA_CHANGED if misread else Outcome.OK if items else empty
    detail = "没有结果，也没有说为什么" if outcome is Outcome.EMPTY_AMBIGUOUS else ""
    return Parsed(
        what=what, outcome=outcome, items=items, misread=misread, query=query, cursor=cursor,
        detail=detail,
    )  # fmt: skip


_MOST_REASONS = 3


def why_misread(misread: Sequence[Misread]) -> str:
    """The reason for which an answer with unreadable items is kept; "" without any."""
    said = list(dict.fromkeys(one.reason for one in misread))
    more = f" 等 {len(misread)} 处" if len(said) > _MOST_REASONS else ""
    return "；".join(said[:_MOST_REASONS]) + more


_RANK = (
    Outcome.IP_OR_ACCOUNT_BLOCKED, Outcome.VERIFY_REQUIRED, Outcome.LOGIN_REQUIRED,
    Outcome.RATE_LIMITED, Outcome.SCHEMA_CHANGED, Outcome.OK, Outcome.EMPTY_CONFIRMED,
    Outcome.EMPTY_AMBIGUOUS, Outcome.ITEM_GONE, Outcome.NO_RESPONSE_SEEN,
)  # fmt: skip


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of a run from those of its answers: a refusal is never hidden by what came before
    it, one deleted post does not spoil a run, and no answer at all is not empty."""
    return min(outcomes, key=_RANK.index, default=Outcome.NO_RESPONSE_SEEN)
