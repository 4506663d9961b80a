"""Exports of MediaCrawler: seven platforms, contents and comments, both generations.

The header alone says which of the fourteen tables it is; since 2026-07-01 exports carry a hash in
place of the account (platform reference, §17.2). Its csv files grow by appended rows whose columns
may differ from the header: such rows are refused, for their cells cannot be trusted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crawlers.fields import Unreadable, identifier
from domain.identity import Pseudonym, foreign_author

NAME = "MediaCrawler 导出"
REQUIRED = ("native_id",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One table. ``marks``: columns that only it has together; ``columns``: field -> columns in
    order of preference."""

    platform: str
    kind: str
    marks: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]


def _layout(platform: str, kind: str, marks: str, columns: str) -> Layout:
    """``columns``: "field=column|column field=column …"."""
    pairs = (pair.split("=") for pair in columns.split())
    return Layout(
        platform=platform, kind=kind, marks=frozenset(marks.split()),
        columns={field: tuple(names.split("|")) for field, names in pairs},
    )  # fmt: skip


# The first layout whose marks are all there is the one: what has more marks stands above.
LAYOUTS = (
    _layout("douyin", "comment", "comment_id aweme_id content",
            "native_id=comment_id parent=aweme_id text=content published_at=create_time"
            " likes=like_count comments=sub_comment_count"),
    _layout("zhihu", "comment", "comment_id content_id content",
            "native_id=comment_id parent=content_id text=content published_at=publish_time"
            " likes=like_count comments=sub_comment_count"),
    _layout("tieba", "comment", "comment_id note_id content tieba_name",
            "native_id=comment_id parent=note_id text=content published_at=publish_time"
            " comments=sub_comment_count"),
    _layout("weibo", "comment", "comment_id note_id content create_date_time",
            "native_id=comment_id parent=note_id text=content"
            " published_at=create_time|create_date_time likes=comment_like_count"
            " comments=sub_comment_count"),
    _layout("xiaohongshu", "comment", "comment_id note_id content create_time",
            "native_id=comment_id parent=note_id text=content published_at=create_time"
            " likes=like_count comments=sub_comment_count"),
    _layout("bilibili", "comment", "comment_id video_id content parent_comment_id",
            "native_id=comment_id parent=video_id text=content published_at=create_time"
            " likes=like_count comments=sub_comment_count"),
    _layout("kuaishou", "comment", "comment_id video_id content sub_comment_count",
            "native_id=comment_id parent=video_id text=content published_at=create_time"
            " comments=sub_comment_count"),
    _layout("douyin", "post", "aweme_id desc aweme_url",
            "native_id=aweme_id title=title text=desc url=aweme_url published_at=create_time"
            " likes=liked_count comments=comment_count shares=share_count"),
    _layout("zhihu", "post", "content_id content_text content_url",
            "native_id=content_id title=title text=content_text|desc url=content_url"
            " published_at=created_time likes=voteup_count comments=comment_count"),
    _layout("tieba", "post", "note_id desc tieba_name total_replay_num",
            "native_id=note_id title=title text=desc url=note_url published_at=publish_time"
            " comments=total_replay_num"),
    _layout("weibo", "post", "note_id content create_date_time liked_count",
            "native_id=note_id text=content url=note_url"
            " published_at=create_time|create_date_time"
            " likes=liked_count comments=comments_count shares=shared_count"),
    _layout("xiaohongshu", "post", "note_id desc time liked_count note_url",
            "native_id=note_id title=title text=desc url=note_url published_at=time"
            " likes=liked_count comments=comment_count shares=share_count"),
    _layout("bilibili", "post", "video_id desc video_play_count",
            "native_id=video_id title=title text=desc url=video_url published_at=create_time"
            " likes=liked_count comments=video_comment shares=video_share_count"
            " views=video_play_count"),
    _layout("kuaishou", "post", "video_id desc viewd_count",
            "native_id=video_id title=title text=desc url=video_url published_at=create_time"
            " likes=liked_count views=viewd_count"),
)  # fmt: skip

# What else these tables hold, by design not read: media files, sizes, states, and accounts.
_ASIDE = frozenset(
    "aweme_type cover_url video_download_url music_download_url note_download_url collected_count"
    " last_modify_ts pictures parent_comment_id video_type video_cover_url video_play_url type"
    " video_url last_update_time image_list tag_list xsec_token create_date_time disliked_count"
    " video_favorite_count video_coin_count video_danmaku tieba_link tieba_id tieba_name"
    " total_replay_page note_url content_type question_id updated_time desc dislike_count"
    " id add_ts".split()
)
_PERSONAL = frozenset(
    "nickname user_nickname user_id sec_uid short_user_id user_unique_id user_signature avatar"
    " gender profile_url user_link user_avatar user_url_token".split()
)
_READ = frozenset(("ip_location", "source_keyword", "creator_hash"))


def _of(header: Sequence[str]) -> Layout | None:
    here = frozenset(header)
    if not here & {"creator_hash", "user_id", "nickname", "user_nickname"}:
        return None
    return next((layout for layout in LAYOUTS if layout.marks <= here), None)


def _certain(header: Sequence[str]) -> Layout:
    layout = _of(header)
    if layout is None:
        raise ValueError("not a header of this format")
    return layout


def recognises(header: Sequence[str], file_name: str) -> bool:
    """True for contents and comments; lists of creators are not for reading."""
    return _of(header) is not None


def unmapped(header: Sequence[str]) -> tuple[str, ...]:
    """Columns that no generation of the table had."""
    used = {name for names in _certain(header).columns.values() for name in names}
    known = used | _ASIDE | _PERSONAL | _READ
    return tuple(name for name in header if name not in known)


def personal(header: Sequence[str]) -> tuple[str, ...]:
    """Columns about the author; of them only the account or its hash is used, as a pseudonym."""
    return tuple(name for name in header if name in _PERSONAL)


_ID_SHAPES = {"douyin": r"\d{6,20}", "weibo": r"\d{6,20}|[0-9A-Za-z]{9}", "tieba": r"\d{4,20}"}
_HASH = re.compile("foreign:[0-9a-f]{8,64}")
_ANY_ID = r"[0-9A-Za-z_\-]{1,64}"


def slipped(values: Mapping[str, object], unreadable: int) -> bool:
    """Appended rows of another key set: ids, addresses or several typed values look wrong."""
    if unreadable > 1:
        return True
    url, author = values.get("url"), str(values.get("author_ref") or "")
    if isinstance(url, str) and url and not url.startswith(("http", "//")):
        return True
    if author.startswith("foreign:") and not _HASH.fullmatch(author):
        return True  # what stands in the column of the hash may be a name
    try:
        found = identifier(values.get("native_id"))
    except Unreadable:  # rounded by Excel, which is another matter
        return False
    shape = _ID_SHAPES.get(str(values.get("platform")), _ANY_ID)
    return bool(found) and not re.fullmatch(shape, found)


def picker(
    header: Sequence[str], pseudonym: Pseudonym
) -> Callable[[Mapping[str, object]], dict[str, object]]:
    """Reads a row of the table that the header shows."""
    layout, here = _certain(header), frozenset(header)
    pairs = tuple(
        (field, tuple(name for name in names if name in here))
        for field, names in layout.columns.items()
    )

    def pick(cells: Mapping[str, object]) -> dict[str, object]:
        values = {field: _first(cells, names) for field, names in pairs}
        _settle_words(values)
        keyword = cells.get("source_keyword")
        values |= {
            "platform": layout.platform, "kind": layout.kind, "query": keyword,
            "ip_region": cells.get("ip_location"),
            "author_ref": _author(cells, layout.platform, pseudonym),
            "source_kind": _found_in(layout, keyword),
        }  # fmt: skip
        return values

    return pick


def _first(cells: Mapping[str, object], names: Sequence[str]) -> object:
    return next((cells[name] for name in names if cells.get(name) not in (None, "")), None)


def _settle_words(values: dict[str, object]) -> None:
    """抖音 repeats the text as its title; B站 and others often have a title only."""
    if values.get("title") == values["text"] or values["text"] is None:
        values["text"] = values["text"] or values.get("title")
        values["title"] = None


def _found_in(layout: Layout, keyword: object) -> str:
    if layout.kind == "comment":
        return "comment"
    return "search" if keyword else "import"


def _author(cells: Mapping[str, object], platform: str, pseudonym: Pseudonym) -> str | None:
    """New exports hash the account themselves; old ones name it, and it ends here."""
    try:
        known, account = identifier(cells.get("creator_hash")), identifier(cells.get("user_id"))
    except Unreadable:  # rounded by Excel: nobody knows any more who it was
        return None
    if known:
        return foreign_author(known)
    return pseudonym(platform, account) if account else None
