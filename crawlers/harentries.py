"""One entry of a HAR file becomes an exchange: what is read of it, and what never is.

Of the headers only those in ``_HEADERS`` are kept, of the rest of an entry only ``_WANTED``, in
whatever order a program wrote them; a body is dropped as soon as it is known to be nobody's.
"""

import binascii
import zlib
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import cast

import ijson

from crawlers.jsonbytes import CUT
from crawlers.listened import Exchange

MOST_BODY = 20 << 20
"""Bytes of a body as it stands in the file; a longer one is passed over and counted."""
GZIP = b"\x1f\x8b"
WITH_BODIES = "保存时请用“网络”里的 Export HAR，或右键选 Save all as HAR with content"
_HEADERS = frozenset(("verifytype",))  # 小红书 names its captcha so (§3)
_DEEPEST = 10_000  # a parser's stack grows with it
_LATEST = timedelta(minutes=10)  # how long an answer may take


@dataclass(slots=True)
class Seen:
    """What was met in a file so far. entries: all requests; ours: those to a platform's address, of
    them unsaved without body, too_long, damaged, unanswered. ``ended``: Chinese, why the rest of
    the file was not read; "" when it was."""

    log: bool = False
    entries: int = 0
    ours: int = 0
    unsaved: int = 0
    too_long: int = 0
    damaged: int = 0
    unanswered: int = 0
    ended: str = ""
    hosts: Counter[str] = field(default_factory=Counter)

    def notices(self) -> tuple[str, ...]:
        """Chinese, one line each: what of the file was not taken, and what to do."""
        said = (
            (self.unsaved, f"{self.unsaved} 次请求没有保存内容，未读。{WITH_BODIES}"),
            (self.too_long, f"{self.too_long} 次请求的内容超过 {MOST_BODY >> 20} MB，未读"),
            (self.damaged, f"{self.damaged} 次请求缺少时间或内容损坏，未读；请重新保存"),
            (self.unanswered, f"{self.unanswered} 次请求没有回应，未读"),
            (self.ended, f"{self.ended}前面 {self.entries} 次完整的请求已读，后面的没有读到"),
        )
        return tuple(text for met, text in said if met)


_ENTRY = "log.entries.item"
_WANTED = {
    f"{_ENTRY}.{path}": path
    for path in (
        "startedDateTime", "time", "request.url", "request.method", "request.postData.text",
        "response.status", "response.content.text", "response.content.encoding",
        "response.content.size", "response.redirectURL",
        "response.headers.item.name", "response.headers.item.value",
    )
}  # fmt: skip
_BODIES = frozenset(("request.postData.text", "response.content.text"))
_INSIDE = frozenset(
    path[:at] for path in _WANTED for at, sign in enumerate(path) if sign == "."
) | {""}
_HEADER = f"{_ENTRY}.response.headers.item"

Entry = dict[str, object]
_Events = Iterator[tuple[str, object]]


def entries(events: _Events, seen: Seen, ours: Callable[[str], bool]) -> Iterator[Entry]:
    """What is wanted of each entry, by path, in whatever order it stands there. A body is dropped
    at once where the address that came before it is nobody's."""
    entry: Entry = {}
    stack: list[tuple[str, str]] = []
    where, key = "", ""
    for event, value in events:
        if event == "map_key":
            key = cast(str, value)
        elif event in ("end_map", "end_array"):
            if where == _ENTRY:
                yield entry
            elif where == _HEADER:
                _keep_header(entry)
            where, key = stack.pop()
        else:
            path = f"{where}.{key}".lstrip(".") if stack else ""
            if event in ("start_map", "start_array"):
                if path not in _INSIDE:
                    _pass_over(events)
                    continue
                stack.append((where, key))
                where, key = path, "item" if event == "start_array" else ""
                entry = {} if path == _ENTRY else entry
                seen.log = seen.log or path == "log.entries"
            elif path in _WANTED:
                _note(entry, _WANTED[path], value, ours)


def _pass_over(events: _Events) -> None:
    """To the end of what has just begun."""
    depth = 1
    for event, _ in events:
        if event in ("start_map", "start_array"):
            depth += 1
            if depth > _DEEPEST:
                raise ijson.JSONError("too deep")
        elif event in ("end_map", "end_array"):
            depth -= 1
            if not depth:
                return


def _note(entry: Entry, name: str, value: object, ours: Callable[[str], bool]) -> None:
    url = entry.get("request.url")
    if name in _BODIES and isinstance(url, str) and not ours(url):
        return
    entry[name] = value


def _keep_header(entry: Entry) -> None:
    name = str(entry.pop("response.headers.item.name", "")).lower()
    value = entry.pop("response.headers.item.value", "")
    if name in _HEADERS:
        entry[name] = value


def exchange_of(entry: Entry, seen: Seen) -> Exchange | None:
    """None, and ``seen`` counts why, for one that cannot be read. Sent elsewhere, an answer is
    empty and its header ``location`` says where."""
    url, status = str(entry["request.url"]), entry.get("response.status")
    elsewhere = str(entry.get("response.redirectURL") or "")
    if not isinstance(status, int) or status < 200 or (300 <= status < 400 and not elsewhere):
        seen.unanswered += 1
        return None
    received, body = _received(entry), b"" if status < 400 and elsewhere else _body(entry, seen)
    if received is None and body is not None:
        seen.damaged += 1
    if received is None or body is None:
        return None
    text = entry.get("request.postData.text")
    headers = {name: str(entry[name]) for name in _HEADERS if name in entry}
    return Exchange(
        url=url, body=body, received_at=received, method=str(entry.get("request.method") or "GET"),
        request_body=text if isinstance(text, str) else "", status=status,
        headers=headers | ({"location": elsewhere} if elsewhere else {}),
    )  # fmt: skip


def _received(entry: Entry) -> datetime | None:
    """When the answer was there; None without a zone: relative times need it exactly."""
    took = entry.get("time")
    known = isinstance(took, int | Decimal) and 0 < took < _LATEST // timedelta(milliseconds=1)
    try:
        started = datetime.fromisoformat(str(entry.get("startedDateTime")))
        ended = started + timedelta(milliseconds=float(cast(Decimal, took)) if known else 0)
        return ended.astimezone(UTC) if started.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _body(entry: Entry, seen: Seen) -> bytes | None:
    text = entry.get("response.content.text")
    if not isinstance(text, str) or not text:
        return _absent(entry, seen)
    if text.endswith(CUT):
        seen.too_long += 1
        return None
    body = _decoded(text, entry.get("response.content.encoding"))
    if body is None:
        seen.damaged += 1
    return body


def _absent(entry: Entry, seen: Seen) -> bytes | None:
    """An answer without content: empty where the program says so (some refusals are), or where the
    status says all; else it was not saved."""
    if entry.get("response.content.size") == 0 or cast(int, entry["response.status"]) >= 400:
        return b""
    seen.unsaved += 1
    return None


def _decoded(text: str, encoding: object) -> bytes | None:
    if encoding != "base64":
        return text.encode("utf-8", "replace")
    try:
        body = b64decode(text)
    except (binascii.Error, ValueError):
        return None
    return _unpacked(body) if body.startswith(GZIP) else body


def _unpacked(body: bytes) -> bytes | None:
    """Some programs save what came over the wire."""
    unpacking = zlib.decompressobj(31)
    try:
        plain = unpacking.decompress(body, MOST_BODY)
    except zlib.error:
        return None
    return plain if unpacking.eof else None
