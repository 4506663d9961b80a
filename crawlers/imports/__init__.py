"""Files from outside become mentions to take in: one module of this folder is one file format.

A format module only says which of the file's columns is which field; everything else is here, so
that all formats read times, counts, ids and addresses alike. A module has

    NAME        its Chinese name, for people
    REQUIRED    the fields without which a row is no mention
    recognises(header, file_name) -> bool            is this table mine?
    unmapped(header) -> tuple[str, ...]              columns it does not know
    personal(header) -> tuple[str, ...]              columns it knows and refuses to read
    picker(header, pseudonym) -> Picker              (cells of a row) -> field values
    slipped(values, unreadable) -> bool              do the values stand in the wrong columns?

Field names are those of ``Incoming``, with ``parent`` (native id of the post a comment stands
under), likes, comments, shares, views, and the parts of ``Context``. Accounts never come out of a
picker, only pseudonyms.
"""

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from crawlers import fields, moments
from crawlers.addresses import address_id
from crawlers.fields import Unreadable
from crawlers.rows import Row, Table, header_name
from crawlers.tables import OpenFile, open_tables
from domain import plugins
from domain.identity import Pseudonym, canonical_url, mention_id
from domain.privacy import mask
from domain.types import Context, Counts, Incoming, Kind, Reject

Picker = Callable[[Mapping[str, object]], dict[str, object]]
_T = TypeVar("_T")

_LABELS = {
    "platform": "平台", "kind": "类型", "native_id": "编号", "title": "标题", "text": "内容",
    "url": "链接", "parent": "所属帖子编号", "published_at": "发布时间", "due_at": "办结期限",
    "likes": "点赞数", "comments": "评论数", "shares": "转发数", "views": "播放数",
    "ip_region": "IP属地", "query": "关键词", "own_channel": "自有渠道", "parent_text": "原帖内容",
    "source_kind": "来源", "author_ref": "作者",
}  # fmt: skip
_COUNTS = ("likes", "comments", "shares", "views")
_TYPED = (*_COUNTS, "published_at", "due_at", "own_channel")
_HIDDEN = "被遮挡（像是电话或证件号码），请改正原文件后重新导入"
_SLIPPED = "这一行的内容和列名对不上（导出程序中途换过列），没有导入；请重新导出这一部分"


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """A file being read. ``rows`` streams; the file is closed when it is used up or dropped.

    format: the module's name; title: its Chinese name; shape: csv, xlsx, json or jsonl. unmapped:
    columns nobody knows. personal: columns with personal data, not read. skipped: sheets of an
    unknown format. ``position()`` of ``total_bytes`` is what has been read so far.
    """

    file: str
    format: str
    title: str
    shape: str
    encoding: str
    unmapped: tuple[str, ...]
    personal: tuple[str, ...]
    skipped: tuple[str, ...]
    total_bytes: int
    position: Callable[[], int]
    rows: Iterator[Incoming | Reject]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A table and the format that reads it. ``place``: what a reason begins with."""

    table: Table
    header: tuple[str, ...]
    format: str
    module: ModuleType
    place: str


def open_import(
    path: Path, *, pseudonym: Pseudonym, now: datetime, aliases: Mapping[str, str] | None = None
) -> Import:
    """Open a file and recognise it by content. ``now`` anchors relative times.

    ``aliases``: an operator's own column names -> names a format knows ("反映问题" -> "诉求内容").
    Raises InputError when the file is no table or of no known format.
    """
    names = {header_name(own): header_name(known) for own, known in (aliases or {}).items()}
    opened = open_tables(
        path, is_header=lambda header: _format_of(_renamed(header, names), path.name) != ""
    )
    several = len(opened.tables) > 1
    sheets = tuple(_sheet(table, names, path.name, several) for table in opened.tables)
    rows = _read(opened, sheets, names, mask(path.name), pseudonym, now)
    next(rows)  # now the generator holds the file, and closes it even if nobody reads on
    return Import(
        file=path.name, format=sheets[0].format, title=sheets[0].module.NAME,
        shape=opened.shape, encoding=opened.encoding, skipped=opened.skipped,
        unmapped=_columns(sheet.module.unmapped(sheet.header) for sheet in sheets),
        personal=_columns(sheet.module.personal(sheet.header) for sheet in sheets),
        total_bytes=opened.total_bytes, position=opened.position,
        rows=(row for row in rows if row is not None),
    )  # fmt: skip


def replay(reject: Reject, *, pseudonym: Pseudonym, now: datetime) -> Incoming | Reject:
    """Try a kept row again: after its fields were corrected, or by newer code. Rows whose columns
    had slipped kept no fields and stay rejects: their file must be corrected. Authors became
    pseudonyms when the row was first read. Raises PluginError for a format that is gone."""
    if not reject.fields:
        return reject
    result = assemble(reject.fields, required=_load(reject.format).REQUIRED, now=now)
    if isinstance(result, Incoming):
        return result
    return replace(reject, reason="；".join(result))


def title(format_name: str) -> str:
    """The Chinese name of a format. Raises PluginError."""
    name: str = _load(format_name).NAME
    return name


def _load(name: str) -> ModuleType:
    return plugins.load(sys.modules[__name__], name)


def _format_of(header: Sequence[str], file_name: str) -> str:
    """The format that knows this header; "" for none."""
    for name in plugins.names(sys.modules[__name__]):
        if _load(name).recognises(header, file_name):
            return name
    return ""


def _renamed(header: Sequence[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(name, name) for name in header)


def _sheet(table: Table, names: Mapping[str, str], file_name: str, several: bool) -> _Sheet:
    header = _renamed(table.header, names)
    name = _format_of(header, file_name)
    place = f"工作表「{mask(table.name)}」：" if several else ""
    return _Sheet(table=table, header=header, format=name, module=_load(name), place=place)


def _columns(found: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in found for name in names))


# --- rows -------------------------------------------------------------------------------------


def _read(
    opened: OpenFile, sheets: Sequence[_Sheet], names: Mapping[str, str], file: str,
    pseudonym: Pseudonym, now: datetime,
) -> Iterator[Incoming | Reject | None]:  # fmt: skip
    """None once, so that the caller can start it; then the rows."""
    try:
        yield None
        for sheet in sheets:
            pick: Picker = sheet.module.picker(sheet.header, pseudonym)
            for row in sheet.table.rows:
                cells = row.cells
                if names:
                    cells = {names.get(key, key): value for key, value in cells.items()}
                yield _take(row, pick(cells) if not row.problem else {}, sheet, file, now)
    finally:
        opened.close()


def _take(
    row: Row, values: dict[str, object], sheet: _Sheet, file: str, now: datetime
) -> Incoming | Reject:
    if row.problem:
        return _reject(row, sheet, file, row.problem, {})
    result = assemble(values, required=sheet.module.REQUIRED, now=now)
    reasons = () if isinstance(result, Incoming) else result
    if sheet.module.slipped(values, len(reasons)):
        return _reject(row, sheet, file, _SLIPPED, {})
    if isinstance(result, Incoming):
        return result
    return _reject(row, sheet, file, "；".join(reasons), _kept(values))


def _reject(row: Row, sheet: _Sheet, file: str, reason: str, kept: dict[str, str]) -> Reject:
    return Reject(
        file=file, row=row.number, format=sheet.format, reason=sheet.place + reason, fields=kept
    )


# What may stand in a time or a count: in a wrong column there may be a name.
_HARMLESS = re.compile(
    r"[\d\s:/.,+TZ\-年月日时分秒点前刚今昨天周个小半千万亿kKwW上中下午晚早一二三四五六七八九十多]*"
)
_LONGEST_KEPT = 4000


def _kept(values: Mapping[str, object]) -> dict[str, str]:
    """What a reject keeps: masked, and of times and counts only what looks like one; anything
    else there becomes "？", so that a replay refuses it again instead of losing it."""
    kept = {}
    for name, value in values.items():
        text = fields.clean(str(value)) if value is not None else ""
        if text:
            shown = name not in _TYPED or _HARMLESS.fullmatch(text)
            kept[name] = mask(text)[:_LONGEST_KEPT] if shown else "？"
    return kept


def assemble(
    values: Mapping[str, object], *, required: Sequence[str], now: datetime
) -> Incoming | tuple[str, ...]:
    """The mention these field values make, or every reason why they make none (Chinese, without
    the values)."""
    reading = _Reading(values, now)
    platform, kind, url = reading.platform(), reading.kind(), reading.url()
    native, parent = reading.identifier("native_id"), reading.identifier("parent")
    if kind in (Kind.POST, Kind.ARTICLE):
        native = fields.post_id(platform, native) or address_id(platform, url)
    incoming = Incoming(
        platform=platform, kind=kind, text=reading.words("text"), title=reading.words("title"),
        native_id=native or None, url=url, parent_id=_parent_id(platform, parent),
        author_ref=reading.words("author_ref") or None,
        published_at=reading.moment("published_at"), due_at=reading.moment("due_at", ahead=True),
        ip_region=fields.region(reading.words("ip_region")), counts=reading.counts(),
        context=Context(
            own_channel=reading.yes("own_channel"), parent_text=reading.words("parent_text"),
            query=reading.words("query"), source_kind=reading.words("source_kind"),
        ),
    )  # fmt: skip
    missing = [f"缺少「{_LABELS[name]}」" for name in required if not reading.given(name)]
    return tuple(missing + reading.problems) or incoming


def _parent_id(platform: str, parent: str) -> str | None:
    if not parent:
        return None
    if parent.startswith(("http://", "https://")):
        bare = fields.bare_url(parent)
        parent = address_id(platform, bare) or canonical_url(bare)
    return mention_id(platform, Kind.POST, fields.post_id(platform, parent))


class _Reading:
    """Reads the values of one row and notes what cannot be read, instead of stopping there."""

    def __init__(self, values: Mapping[str, object], now: datetime) -> None:
        self._values, self._now = values, now
        self.problems: list[str] = []

    def given(self, name: str) -> bool:
        value = self._values.get(name)
        return value is not None and (not isinstance(value, str) or bool(value.strip()))

    def words(self, name: str) -> str:
        return self._try(name, fields.words, "")

    def identifier(self, name: str) -> str:
        found = self._try(name, fields.identifier, "")
        return self._unless_hidden(name, found)

    def url(self) -> str:
        return self._unless_hidden("url", fields.bare_url(self.words("url")))

    def platform(self) -> str:
        return self._try("platform", fields.platform, "")

    def kind(self) -> Kind:
        return self._try("kind", fields.kind, Kind.POST)

    def yes(self, name: str) -> bool:
        return self._try(name, fields.yes, False)

    def moment(self, name: str, *, ahead: bool = False) -> datetime | None:
        return self._try(name, lambda raw: moments.moment(raw, anchor=self._now, ahead=ahead), None)

    def counts(self) -> Counts | None:
        """An empty cell is "not shown", though an empty button on a page is 0."""
        found = {name: self._count(name) for name in _COUNTS if self.given(name)}
        if not found:
            return None
        values = {name: value for name, (value, _) in found.items()}
        least = frozenset(name for name, (_, at_least) in found.items() if at_least)
        return Counts(
            likes=values.get("likes"), comments=values.get("comments"),
            shares=values.get("shares"), views=values.get("views"), lower_bounds=least,
        )  # fmt: skip

    def _count(self, name: str) -> tuple[int | None, bool]:
        not_shown: tuple[int | None, bool] = (None, False)
        return self._try(name, fields.count, not_shown)

    def _unless_hidden(self, name: str, found: str) -> str:
        """A reject keeps ids masked; one that was changed by that is no id any more."""
        if "*" in found:
            self.problems.append(f"「{_LABELS[name]}」{_HIDDEN}")
        return found

    def _try(self, name: str, read: Callable[[object], _T], otherwise: _T) -> _T:
        value = self._values.get(name)
        if value is None or value == "":
            return otherwise
        try:
            return read(value)
        except Unreadable as problem:
            self.problems.append(f"「{_LABELS[name]}」{problem}")
            return otherwise
