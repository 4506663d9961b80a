"""CSV results of weibo-search: one row is one 微博.

Its header is Chinese but for the ids, and has grown over the years (platform reference, §17.3);
rows of another length than the header are refused as in any table.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from crawlers.fields import Unreadable, identifier
from domain.identity import Pseudonym

NAME = "weibo-search 导出"
REQUIRED = ("native_id", "text")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "native_id": ("id",),
    "text": ("微博正文", "text"),
    "published_at": ("发布时间", "created_at"),
    "likes": ("点赞数", "attitudes_count"),
    "comments": ("评论数", "comments_count"),
    "shares": ("转发数", "reposts_count"),
    "ip_region": ("ip",),
    "query": ("关键词", "keyword"),
}
_ASIDE = frozenset(
    "bid 头条文章url article_url 发布位置 location 话题 topics 发布工具 source 微博图片url pics"
    " 微博视频url video_url retweet_id 会员类型 vip_type 会员等级 vip_level".split()
)
_PERSONAL = frozenset("user_id 用户昵称 screen_name 艾特用户 at_users user_authentication".split())


def recognises(header: Sequence[str], file_name: str) -> bool:
    """True with id, bid, user_id and the text under one of its two names."""
    here = set(header)
    return {"id", "bid", "user_id"} <= here and bool(here & set(COLUMNS["text"]))


def unmapped(header: Sequence[str]) -> tuple[str, ...]:
    """Columns that no version of the program wrote."""
    read = {name for names in COLUMNS.values() for name in names}
    return tuple(name for name in header if name not in read | _ASIDE | _PERSONAL)


def personal(header: Sequence[str]) -> tuple[str, ...]:
    """Columns about authors and the people they name; only the account is used, as a pseudonym."""
    return tuple(name for name in header if name in _PERSONAL)


def slipped(values: Mapping[str, object], unreadable: int) -> bool:
    """Appended rows of another version: the id is no number, or several values look wrong."""
    try:
        found = identifier(values.get("native_id"))
    except Unreadable:  # rounded by Excel, which is another matter
        return False
    return unreadable > 1 or bool(found and not re.fullmatch(r"\d{6,20}", found))


def picker(
    header: Sequence[str], pseudonym: Pseudonym
) -> Callable[[Mapping[str, object]], dict[str, object]]:
    """Reads the known columns; the address follows from the id."""
    here = set(header)
    pairs = tuple(
        (field, next(name for name in names if name in here))
        for field, names in COLUMNS.items()
        if here.intersection(names)
    )

    def pick(cells: Mapping[str, object]) -> dict[str, object]:
        values = {field: cells.get(name) for field, name in pairs}
        values["url"] = f"https://m.weibo.cn/detail/{str(values['native_id']).strip()}"
        values |= {
            "platform": "weibo", "kind": "post", "source_kind": "search",
             "author_ref": _author(cells.get("user_id"), pseudonym),
        }  # fmt: skip
        return values

    return pick


def _author(account: object, pseudonym: Pseudonym) -> str | None:
    try:
        name = identifier(account)
    except Unreadable:
        return None
    return pseudonym("weibo", name) if name else None
