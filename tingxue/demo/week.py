"""The demo week as data: every mention with its times, counts and place in the story.

All moments are minutes after the demo's start (Monday 00:00 Shanghai); the data holds no dates.
Whatever a platform would have given (ids, addresses) follows from the ref alone, so that every
rendering of the week brings the same mentions.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from crawlers.fields import post_id
from domain import identity
from domain.times import shanghai
from domain.types import Kind

DATA = files("tingxue.demo") / "data"

SITE = "site"
"""The ``file`` of what the bundled newspaper brings: it is crawled, not imported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What an export showed at ``seen`` (minutes); None = not shown there. ``file`` brings it."""

    seen: int
    likes: int | None
    comments: int | None
    shares: int | None
    views: int | None
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mention of the week. ``parent`` is a ref; ``due`` in minutes (worksheets only);
    ``author`` an invented account; ``story`` names the strand it belongs to."""

    ref: str
    seen: int
    published: int
    platform: str
    kind: Kind
    title: str
    text: str
    parent: str | None
    author: str | None
    own_channel: bool
    query: str
    file: str
    counts: tuple[Count, ...]
    due: int | None
    story: str | None

    def in_file(self, name: str) -> Count | None:
        """The counts that the file shows; None where it shows none."""
        return next((count for count in self.counts if count.file == name), None)

    @property
    def files(self) -> frozenset[str]:
        """The files that hold this mention: for the first time, or again with new counts."""
        return frozenset((self.file, *(count.file for count in self.counts)))


@cache
def lines() -> tuple[Line, ...]:
    """All mentions, in the order in which they are first seen."""
    return tuple(_line(row) for row in rows(DATA / "week.jsonl"))


def of_file(name: str) -> tuple[Line, ...]:
    """The mentions that the file holds, in that order; none for another name."""
    return _by_file().get(name, ())


def line(ref: str) -> Line:
    """The mention of that ref. Raises KeyError."""
    return _by_ref()[ref]


@cache
def complaints() -> frozenset[str]:
    """Refs of what a careful reader calls a complaint; worksheets, which nobody has to review, are
    left out."""
    return frozenset(json.loads((DATA / "complaints.json").read_text("utf-8")))


@cache
def _by_file() -> dict[str, tuple[Line, ...]]:
    found: dict[str, list[Line]] = {}
    for one in lines():
        for name in one.files:
            found.setdefault(name, []).append(one)
    return {name: tuple(those) for name, those in found.items()}


@cache
def _by_ref() -> dict[str, Line]:
    return {one.ref: one for one in lines()}


def rows(file: Traversable) -> list[dict[str, Any]]:
    """The objects of a JSONL file."""
    return [json.loads(text) for text in file.read_text("utf-8").splitlines()]


def _line(row: dict[str, Any]) -> Line:
    counts = tuple(Count(**{"file": row["file"], **count}) for count in row["counts"])
    return Line(**{**row, "kind": Kind(row["kind"]), "counts": counts})


def moment(start: datetime, minutes: int) -> datetime:
    """The moment so many minutes after the demo's start; seconds are always 0."""
    return start + timedelta(minutes=minutes)


# --- what the platform would have given -----------------------------------------------------------

_SHAPES = {  # (first digits, all digits) of ids that are numbers: post, comment
    "douyin": (("75", 19), ("75", 19)),
    "kuaishou": (("17", 14), ("98", 12)),
    "weibo": (("51", 16), ("51", 16)),
    "bilibili": (("1150", 12), ("27", 12)),
    "tieba": (("91", 10), ("15", 12)),
    "zhihu": (("19", 19), ("112", 11)),
    "channels": (("144", 20), ("144", 20)),
    "ctrip": (("7", 9), ("7", 9)),
    "meituan": (("38", 11), ("38", 11)),
    "heimao": (("1738", 11), ("1738", 11)),
    "liuyan": (("2", 8), ("2", 8)),
}

_ADDRESSES = {
    "douyin": "https://www.douyin.com/video/{}",
    "kuaishou": "https://www.kuaishou.com/short-video/{}",
    "xiaohongshu": "https://www.xiaohongshu.com/explore/{}",
    "weibo": "https://m.weibo.cn/detail/{}",
    "bilibili": "https://www.bilibili.com/video/{}",
    "tieba": "https://tieba.baidu.com/p/{}",
    "zhihu": "https://www.zhihu.com/question/19550001/answer/{}",
    "heimao": "https://tousu.sina.com.cn/complaint/view/{}/",
    "liuyan": "https://liuyan.people.com.cn/threads/content?tid={}",
    "toutiao": "https://www.toutiao.com/article/{}/",
    "baidu": "https://demo.invalid/baidu/{}.html",
    "wechat_article": "https://mp.weixin.qq.com/s/{}",
    "rss": "https://demo.invalid/feed/{}.html",
}
"""Where an article stands. ``.invalid`` can belong to nobody (RFC 2606)."""

_BY_ADDRESS = frozenset(("toutiao", "baidu", "wechat_article", "rss"))


def native_id(one: Line, start: datetime) -> str | None:
    """What domain.identity knows it by; None for articles: their address stands for them."""
    if one.platform == "hotline":
        return worksheet_number(one.ref, moment(start, one.published))
    if one.platform in _BY_ADDRESS or one.platform == "news":
        return None
    given = id_for(one.platform, one.kind, one.ref)
    return given if one.kind is Kind.COMMENT else post_id(one.platform, given)


def mention_id(one: Line, start: datetime, address: str = "") -> str:
    """The mention's id in the ledger. ``address``: where the local paper serves an article."""
    native = identity.native_id(
        native_id(one, start), address or url(one, start), one.text, moment(start, one.published)
    )
    return identity.mention_id(one.platform, one.kind, native)


def id_for(platform: str, kind: Kind, ref: str) -> str:
    """An id as an export of the platform writes it (B站: the av number), the same for one ref."""
    seed = identity.digest("demo", platform, ref, length=64)
    if platform == "xiaohongshu":
        return "6" + seed[:23]
    first, length = _SHAPES[platform][kind is Kind.COMMENT]
    return first + str(int(seed, 16))[-(length - len(first)) :]


def worksheet_number(ref: str, published: datetime) -> str:
    """``CC202612210017``: as the hotline numbers its sheets, day first."""
    return f"CC{shanghai(published):%Y%m%d}{int(ref.lstrip('db')) % 10000:04d}"


def url(one: Line, start: datetime) -> str:
    """The address of a post or article; "" where a platform shows none."""
    if one.kind is Kind.COMMENT or one.platform not in _ADDRESSES:
        return ""
    if one.platform in _BY_ADDRESS:
        return _ADDRESSES[one.platform].format(identity.digest("demo", one.ref, length=16))
    return _ADDRESSES[one.platform].format(native_id(one, start))


def export_hash(account: str) -> str:
    """The unsalted hash that MediaCrawler makes of an account (tools/user_hash.py)."""
    return hashlib.sha256(account.encode()).hexdigest()[:16]
