"""One MediaCrawler row for one mention: the real column names of both generations.

Columns are those of platforms.md §17.2. New (since 2026-07-01) exports carry ``creator_hash`` and a
masked nickname; old ones carry accounts, which is why the demo has some: none may survive import.
A column this file gives no value stays empty, as it often does in real exports.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.times import shanghai
from domain.types import Kind
from tingxue.demo import week
from tingxue.demo.week import Count, Line

CONTENTS: Mapping[str, str] = {
    "douyin": "aweme_id aweme_type title desc create_time creator_hash nickname liked_count"
    " collected_count comment_count share_count last_modify_ts aweme_url cover_url"
    " video_download_url music_download_url note_download_url source_keyword",
    "kuaishou": "video_id video_type title desc create_time creator_hash nickname liked_count"
    " viewd_count last_modify_ts video_url video_cover_url video_play_url source_keyword",
    "xhs": "note_id type title desc video_url time last_update_time creator_hash nickname"
    " liked_count collected_count comment_count share_count image_list tag_list last_modify_ts"
    " note_url source_keyword xsec_token",
    "weibo": "note_id content create_time create_date_time liked_count comments_count shared_count"
    " last_modify_ts note_url creator_hash nickname source_keyword",
    "bili": "video_id video_type title desc create_time creator_hash nickname liked_count"
    " disliked_count video_play_count video_favorite_count video_share_count video_coin_count"
    " video_danmaku video_comment last_modify_ts video_url video_cover_url source_keyword",
    "tieba": "note_id title desc note_url publish_time creator_hash user_nickname tieba_name"
    " tieba_link total_replay_num total_replay_page source_keyword last_modify_ts",
    "zhihu": "content_id content_type content_text content_url question_id title desc created_time"
    " updated_time voteup_count comment_count source_keyword creator_hash user_nickname",
}

COMMENTS: Mapping[str, str] = {
    "douyin": "comment_id create_time aweme_id content creator_hash nickname sub_comment_count"
    " like_count last_modify_ts parent_comment_id pictures",
    "kuaishou": "comment_id create_time video_id content creator_hash nickname sub_comment_count"
    " last_modify_ts",
    "xhs": "comment_id create_time note_id content creator_hash nickname sub_comment_count pictures"
    " parent_comment_id last_modify_ts like_count",
    "weibo": "comment_id create_time create_date_time note_id content sub_comment_count"
    " comment_like_count last_modify_ts parent_comment_id creator_hash nickname",
    "bili": "comment_id parent_comment_id create_time video_id content creator_hash nickname"
    " sub_comment_count like_count last_modify_ts",
    "tieba": "comment_id parent_comment_id content creator_hash user_nickname publish_time"
    " sub_comment_count note_id note_url tieba_id tieba_name tieba_link",
    "zhihu": "comment_id parent_comment_id content publish_time sub_comment_count like_count"
    " dislike_count content_id content_type creator_hash user_nickname",
}

OLD_ACCOUNT: Mapping[str, str] = {
    "douyin": "user_id sec_uid short_user_id user_unique_id user_signature nickname avatar"
    " ip_location",
    "xhs": "user_id nickname avatar ip_location",
    "weibo": "user_id nickname gender profile_url avatar ip_location",
}
"""What older exports had instead of ``creator_hash nickname``."""

PLATFORMS: Mapping[str, str] = {
    "douyin": "douyin",
    "kuaishou": "kuaishou",
    "xhs": "xiaohongshu",
    "weibo": "weibo",
    "bili": "bilibili",
    "tieba": "tieba",
    "zhihu": "zhihu",
}
"""MediaCrawler's word for a platform -> ours."""

_MILLISECONDS = frozenset(("kuaishou", "xhs"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One row in the making. ``crawler``: MediaCrawler's word for the platform."""

    line: Line
    count: Count | None
    start: datetime
    exported: int
    crawler: str
    old: bool

    @property
    def comment(self) -> bool:
        """A comment, not a post."""
        return self.line.kind is Kind.COMMENT

    @property
    def account(self) -> str:
        """The invented account; every row of these platforms has one."""
        return self.line.author or ""


def header(crawler: str, *, comments: bool, old: bool) -> list[str]:
    """The columns of an export, in their real order."""
    names = (COMMENTS if comments else CONTENTS)[crawler].split()
    if not old:
        return names
    at = names.index("creator_hash")
    return [*names[:at], *OLD_ACCOUNT[crawler].split(), *names[at + 2 :]]


def row(item: Item) -> dict[str, Any]:
    """The cells of one mention, under the names of its header."""
    names = header(item.crawler, comments=item.comment, old=item.old)
    return {name: _CELLS.get(name, _empty)(item) for name in names}


def _empty(item: Item) -> object:
    return ""


def _epoch(item: Item, minutes: int) -> int:
    seconds = int(week.moment(item.start, minutes).timestamp())
    return seconds * 1000 if item.crawler in _MILLISECONDS else seconds


def _published(item: Item) -> object:
    return _epoch(item, item.line.published)


def _written_out(item: Item) -> object:
    if item.crawler == "zhihu":
        return _published(item)
    return f"{shanghai(week.moment(item.start, item.line.published)):%Y-%m-%d %H:%M}"


def _exported(item: Item) -> object:
    return int(week.moment(item.start, item.exported).timestamp()) * 1000


def _own_id(item: Item) -> object:
    return week.id_for(item.line.platform, item.line.kind, item.line.ref)


def _post_id(item: Item) -> object:
    """The post's own id, or, in a comment, that of the post it stands under. The post of a
    comment without a parent was never exported."""
    if not item.comment:
        return _own_id(item)
    return week.id_for(item.line.platform, Kind.POST, item.line.parent or f"gone-{item.line.ref}")


def _shown(name: str) -> Callable[[Item], object]:
    def cell(item: Item) -> object:
        value = getattr(item.count, name) if item.count else None
        return "" if value is None else str(value)

    return cell


def _nickname(item: Item) -> object:
    return item.account if item.old else f"{item.account[0]}***{item.account[-1]}"


_CELLS: Mapping[str, Callable[[Item], object]] = {
    **dict.fromkeys(("aweme_id", "video_id", "note_id", "content_id"), _post_id),
    **dict.fromkeys(("desc", "content", "content_text"), lambda item: item.line.text),
    **dict.fromkeys(("create_time", "time", "created_time"), _published),
    **dict.fromkeys(("last_update_time", "updated_time"), _published),
    **dict.fromkeys(("publish_time", "create_date_time"), _written_out),
    **dict.fromkeys(
        ("aweme_url", "video_url", "note_url", "content_url"),
        lambda item: week.url(item.line, item.start),
    ),
    **dict.fromkeys(
        ("liked_count", "like_count", "comment_like_count", "voteup_count"), _shown("likes")
    ),
    **dict.fromkeys(
        ("comment_count", "comments_count", "video_comment", "total_replay_num",
         "sub_comment_count"),
        _shown("comments"),
    ),
    **dict.fromkeys(("share_count", "shared_count", "video_share_count"), _shown("shares")),
    **dict.fromkeys(("viewd_count", "video_play_count"), _shown("views")),
    **dict.fromkeys(("nickname", "user_nickname"), _nickname),
    "comment_id": _own_id,
    "title": lambda item: item.line.title or item.line.text,
    "creator_hash": lambda item: week.export_hash(item.account),
    "user_id": lambda item: item.account,
    "last_modify_ts": _exported,
    "source_keyword": lambda item: item.line.query,
    "parent_comment_id": lambda item: 0 if item.old and item.crawler == "xhs" else "0",
    "ip_location": lambda item: "吉林",
    "aweme_type": lambda item: "0",
    "video_type": lambda item: "video",
    "type": lambda item: "normal",
    "content_type": lambda item: "answer",
    "question_id": lambda item: "19550001",
    "tieba_name": lambda item: "长春吧",
    "xsec_token": lambda item: "AB",
}  # fmt: skip
