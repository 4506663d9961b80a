"""Reads a HAR file, which a browser saved of a page's own traffic, request by request.

Only entries to whose address a platform listens are taken (``crawlers.harentries`` says what of
them), whole ones before a cut too. Memory is bounded by ``MOST_BODY`` whatever the file holds.
Format: platforms.md §17.1.
"""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import ijson

from crawlers.harentries import GZIP, MOST_BODY, WITH_BODIES, Entry, Seen, entries, exchange_of
from crawlers.jsonbytes import Shortened
from crawlers.listened import Exchange, Listened
from domain.errors import InputError
from domain.privacy import mask
from domain.types import Mode

MOST_FILE = 2 << 30
"""Bytes of a file, unpacked."""

_HEAD = 4096
_HAR = re.compile(r"\ufeff?\s*\{\s*\"log\"\s*:")
_MOST_HOSTS = 200
_LONGEST_URL = 1 << 15  # pictures stand as "data:" addresses of any length in a HAR


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHar:
    """A file being read. ``exchanges``: (number of the request, whose it is, the exchange); at the
    end of a file without a single one it raises InputError. The file is closed when they are used
    up or dropped."""

    exchanges: Iterator[tuple[int, Listened, Exchange]]
    seen: Seen


_HOW = "请看 docs/import-har.md，重新保存后再导入。"


def is_har(path: Path) -> bool:
    """Whether the content begins as a HAR file does, packed with gzip or not, in any encoding."""
    try:
        with path.open("rb") as file:
            head = _head(file)
    except OSError:
        return False
    return _HAR.match(_words(head)) is not None


def not_har(name: str) -> InputError:
    """The error that says so."""
    return InputError(f"{name} 不是 HAR 文件（里面没有请求的记录）。{_HOW}")


def open_har(
    path: Path, platforms: Sequence[Listened], progress: Callable[[int, int], None] | None = None
) -> OpenHar:
    """Open what ``is_har`` knows. ``progress`` gets (bytes read, bytes in all) as it goes on.
    Raises InputError when it is too large or no UTF-8."""
    file = path.open("rb")
    try:
        total = file.seek(0, io.SEEK_END)
        file.seek(0)
        packed = file.read(2) == GZIP
        file.seek(0)
        head = _head(file)
        file.seek(0)
        _refuse(path.name, head, total)
    except BaseException:
        file.close()
        raise
    seen = Seen()

    def tell() -> None:
        if progress is not None:
            progress(file.tell(), total)

    source = _Source(gzip.GzipFile(fileobj=file) if packed else file, seen, tell)
    exchanges = _read(file, source, seen, _accepting(platforms), path.name)
    next(exchanges)  # now the generator holds the file, and closes it even if nobody reads on
    return OpenHar(exchanges=(one for one in exchanges if one is not None), seen=seen)


def _accepting(platforms: Sequence[Listened]) -> tuple[Listened, ...]:
    return tuple(one for one in platforms if Mode.IMPORT in one.modes)


def _head(file: BinaryIO) -> bytes:
    head = file.read(_HEAD)
    try:
        return zlib.decompressobj(31).decompress(head, _HEAD) if head.startswith(GZIP) else head
    except zlib.error:
        return b""


def _words(head: bytes) -> str:
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    return head.decode(encoding, "replace")


def _refuse(name: str, head: bytes, total: int) -> None:
    if total > MOST_FILE:
        raise InputError(f"{name} 超过 2 GB。请清空网络记录后分几次保存，再分别导入。")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            f"{name} 的编码是 UTF-16，读不了。请不要用记事本另存，直接导入浏览器保存的文件。"
        )


# --- reading ----------------------------------------------------------------------------------


class _Source:
    """The bytes of the file, unpacked; they end early, and ``seen`` says so, where the packing is
    broken or where there are too many."""

    def __init__(
        self, file: BinaryIO | gzip.GzipFile, seen: Seen, tell: Callable[[], None]
    ) -> None:
        self._file, self._seen, self._tell, self._given = file, seen, tell, 0

    def read(self, size: int, /) -> bytes:
        try:
            piece = self._file.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self._seen.ended = "压缩的文件不完整。"
            return b""
        self._given += len(piece)
        self._tell()
        if self._given > MOST_FILE:
            self._seen.ended = "解压后超过 2 GB。"
            return b""
        return piece


def _read(
    file: BinaryIO, source: _Source, seen: Seen, platforms: Sequence[Listened], name: str
) -> Iterator[tuple[int, Listened, Exchange] | None]:
    """None once, so that the caller can start it; then the exchanges."""
    found = False
    with file:
        yield None
        for entry in _whole_entries(source, seen, platforms):
            seen.entries += 1
            platform = _whose(entry, seen, platforms)
            exchange = exchange_of(entry, seen) if platform is not None else None
            if platform is not None and exchange is not None:
                found = True
                yield seen.entries, platform, exchange
    if not found:
        raise _nothing(name, seen)


def _whole_entries(source: _Source, seen: Seen, platforms: Sequence[Listened]) -> Iterator[Entry]:
    """Up to where the file ends or is broken, which ``seen`` then says."""
    events = ijson.basic_parse(Shortened(source, MOST_BODY), buf_size=1 << 16)
    try:
        yield from entries(events, seen, lambda url: _listener(url, platforms) is not None)
    except (ijson.JSONError, UnicodeError):
        seen.ended = seen.ended or "文件被截断或中间损坏。"


def _listener(url: str, platforms: Sequence[Listened]) -> Listened | None:
    if len(url) > _LONGEST_URL:
        return None
    return next((one for one in platforms if one.asks(url) is not None), None)


def _nothing(name: str, seen: Seen) -> InputError:
    """Why a file gave not one exchange."""
    if seen.ended and not seen.entries:
        return InputError(f"{name}：{seen.ended}里面没有一次完整的请求。{_HOW}")
    if not seen.log:
        return not_har(name)
    if not seen.entries:
        return InputError(f"{name} 里没有请求。请先打开开发者工具的“网络”，再刷新页面，然后保存。")
    if not seen.ours:
        hosts = "、".join(mask(host) for host, _ in seen.hosts.most_common(3))
        return InputError(f"{name} 里没有认得的搜索或评论（见到的网站：{hosts or '无'}）。{_HOW}")
    if seen.unsaved == seen.ours:
        return InputError(f"{name} 只有请求，没有保存内容。{WITH_BODIES}，再导入。")
    return InputError(f"{name} 里没有能读的内容：{'；'.join(seen.notices())}。{_HOW}")


def _whose(entry: Entry, seen: Seen, platforms: Sequence[Listened]) -> Listened | None:
    """The platform that listens to it; the hosts of the others are counted, for the message."""
    url = entry.get("request.url")
    if not isinstance(url, str):
        return None
    platform = _listener(url, platforms)
    if platform is None:
        _count_host(url, seen)
        return None
    if entry.get("request.method") == "OPTIONS":
        return None
    seen.ours += 1
    return platform


def _count_host(url: str, seen: Seen) -> None:
    try:
        host = (urlsplit(url).hostname or "") if len(url) <= _LONGEST_URL else ""
    except ValueError:
        return
    if host and (host in seen.hosts or len(seen.hosts) < _MOST_HOSTS):
        seen.hosts[host] += 1
