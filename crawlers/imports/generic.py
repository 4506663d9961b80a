"""The documented generic table (docs/import-format.md): one row is one mention of any platform.

For whatever has no format of its own. Column names are English or Chinese; platform, kind and text
are required.
"""

from collections.abc import Callable, Mapping, Sequence

from crawlers import fields
from crawlers.rows import header_name
from domain.identity import Pseudonym

NAME = "通用格式"
REQUIRED = ("platform", "kind", "text")

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "platform": ("platform", "平台"),
    "kind": ("kind", "类型"),
    "text": ("text", "内容", "正文"),
    "native_id": ("id", "native_id", "编号"),
    "title": ("title", "标题"),
    "url": ("url", "链接", "网址"),
    "parent": ("parent", "所属帖子编号", "所属帖子"),
    "author": ("author", "作者", "作者账号"),
    "published_at": ("published_at", "发布时间"),
    "due_at": ("due_at", "办结期限"),
    "likes": ("likes", "点赞数", "点赞"),
    "comments": ("comments", "评论数"),
    "shares": ("shares", "转发数", "转发"),
    "views": ("views", "播放数", "阅读数"),
    "ip_region": ("ip_region", "IP属地"),
    "query": ("query", "关键词"),
    "own_channel": ("own_channel", "自有渠道"),
    "parent_text": ("parent_text", "原帖内容"),
    "source_kind": ("source_kind", "来源"),
}
"""Field -> the names its column may have; ``author`` is an account and leaves as a pseudonym."""

_FIELD_OF = {header_name(name): field for field, names in COLUMNS.items() for name in names}


def recognises(header: Sequence[str], file_name: str) -> bool:
    """True when the three required columns are there."""
    found = {_FIELD_OF.get(name) for name in header}
    return found.issuperset(REQUIRED)


def unmapped(header: Sequence[str]) -> tuple[str, ...]:
    """Columns of no known name."""
    return tuple(name for name in header if name not in _FIELD_OF)


def personal(header: Sequence[str]) -> tuple[str, ...]:
    """None: unknown columns are not read at all."""
    return ()


def slipped(values: Mapping[str, object], unreadable: int) -> bool:
    """Never: this format is written in one go."""
    return False


def picker(
    header: Sequence[str], pseudonym: Pseudonym
) -> Callable[[Mapping[str, object]], dict[str, object]]:
    """Reads the known columns; of two columns for one field the first stands."""
    columns = {_FIELD_OF[name]: name for name in reversed(header) if name in _FIELD_OF}
    author = columns.pop("author", "")
    pairs = tuple(columns.items())

    def pick(cells: Mapping[str, object]) -> dict[str, object]:
        values = {field: cells.get(name) for field, name in pairs}
        if author:
            values["author_ref"] = _author(values["platform"], cells.get(author), pseudonym)
        return values

    return pick


def _author(platform: object, account: object, pseudonym: Pseudonym) -> str | None:
    """None for an unknown platform or account, and for callers of the hotline: those are never
    told apart."""
    try:
        code, name = fields.platform(platform), fields.identifier(account)
    except fields.Unreadable:
        return None
    return pseudonym(code, name) if name and code != "hotline" else None
