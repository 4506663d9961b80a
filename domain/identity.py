"""Names for things: mention ids, canonical addresses, author pseudonyms.

Every id follows from the content, so the same post seen by an export, a crawl, a HAR file or
typed in by hand gets one id, and writing twice is writing once.

native_id by platform (what makes a post itself, as the platform names it):

    douyin          aweme_id · comment cid         kuaishou     photo id · comment_id
    xiaohongshu     note_id · comment id           weibo        mid (numeric) · comment id
    bilibili        bvid · rpid                    tieba        tid · post id
    zhihu           object id · comment id         channels     feed id · commentId
    ctrip, meituan  commentId / reviewId           heimao       sn
    liuyan          tid                            hotline      工单编号
    news, rss, toutiao, baidu, wechat_article      none: the canonical URL stands for it
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit, urlunsplit

from domain.times import shanghai, shanghai_day
from domain.types import Incoming, Kind

_GROUP = {Kind.POST: "post", Kind.ARTICLE: "post", Kind.COMMENT: "comment",
          Kind.REVIEW: "review", Kind.CALL: "call"}  # fmt: skip

Pseudonym = Callable[[str, str], str | None]
"""(platform, account) -> author_ref, or None for an unknown account. Given to every parser, so
that an account never gets further than the line that reads it."""


def digest(*parts: str, length: int = 24) -> str:
    r"""First ``length`` hex digits of sha256 over the parts joined by ``\x1f``."""
    joined = "\x1f".join(parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:length]


def mention_id(platform: str, kind: Kind, native_id: str) -> str:
    """24 hex digits. A post and an article share one group: sources disagree on which it is."""
    return digest(platform, _GROUP[kind], native_id)


def canonical_url(url: str) -> str:
    """Scheme and host in lower case, without user, query, fragment or a trailing slash; what no
    program can read as an address ("http://[", "http:///") stays as it is."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return url.strip()
    if not parts.hostname:
        return url.strip()
    return urlunsplit((parts.scheme.lower(), host.lower(), parts.path.rstrip("/"), "", ""))


def native_id(given: str | None, url: str, text: str, published_at: datetime | None) -> str:
    """What makes the post itself: the platform's id, else its address, else text and day."""
    if given:
        return given
    if url:
        return canonical_url(url)
    day = shanghai_day(published_at).isoformat() if published_at else ""
    return digest(unicodedata.normalize("NFKC", text), day, length=64)


def native_of(item: Incoming) -> str:
    """The same for what a source hands over."""
    return native_id(item.native_id, item.url, f"{item.title}\n{item.text}", item.published_at)


def id_of(item: Incoming) -> str:
    """The mention id that the ledger will know it by."""
    return mention_id(item.platform, item.kind, native_of(item))


def season_of(moment: datetime) -> str:
    """``2026`` for 1 July 2026 to 30 June 2027: author keys are renewed on 1 July, after the
    snow and never in mid-season."""
    day: date = shanghai(moment).date()
    return str(day.year if day.month >= 7 else day.year - 1)


@dataclass(frozen=True, slots=True)
class AuthorKey:
    """A secret with a name; ``repr`` shows the name only."""

    key_id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"AuthorKey({self.key_id})"

    def pseudonym(self, platform: str, account: str) -> str | None:
        """``2026:<20 hex>``, an HMAC-SHA256 of platform and account; None for an empty account."""
        if not account:
            return None
        message = f"{platform}\x1f{account}".encode("utf-8", "surrogatepass")
        return f"{self.key_id}:{hmac.new(self.secret, message, hashlib.sha256).hexdigest()[:20]}"


def foreign_author(export_hash: str) -> str | None:
    """A hash that some export made itself: kept apart, it can never equal one of ours."""
    return f"foreign:{export_hash}" if export_hash else None
