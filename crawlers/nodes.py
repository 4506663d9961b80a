"""Reads JSON of a known shape, and says by path where it is of another one.

``Node`` carries its path, so that an error reads "data.items[3].id：不是文字" without quoting what
stands there. Optional things are asked for with ``may``; everything else must be there.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from crawlers import fields, moments
from crawlers.decoding import shown
from crawlers.fields import Unreadable
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Misread
from domain.types import Counts, Incoming

_T = TypeVar("_T")
_SHOWN = 4000


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value and where it stands. Every method that reads a value raises ShapeChanged when
    it is missing or of another kind; a key may be a path of keys ("user.uid")."""

    value: object
    path: str = ""

    def may(self, key: str) -> "Node":
        """What stands under a path of keys; a Node of None where a step is missing or null."""
        node = self
        for step in key.split("."):
            inner = node.value.get(step) if isinstance(node.value, dict) else None
            node = Node(inner, f"{node.path}.{step}".lstrip("."))
        return node

    def at(self, key: str) -> "Node":
        """The same, and it must be there and not null."""
        node = self.may(key)
        if node.value is None:
            raise self.wrong(f"缺少 {node.path}")
        return node

    def __bool__(self) -> bool:
        return bool(self.value)

    def each(self, key: str) -> list["Node"]:
        """The entries of a list; null counts as an empty list, a missing key does not."""
        holder, _, last = key.rpartition(".")
        inside = self.at(holder) if holder else self
        if not isinstance(inside.value, dict) or last not in inside.value:
            raise self.wrong(f"缺少 {inside.path}.{last}".replace(" .", " "))
        return inside.may(last).entries()

    def entries(self) -> list["Node"]:
        """Of a list, or of null."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.wrong(f"{self.path} 不是列表")
        return [Node(value, f"{self.path}[{no}]") for no, value in enumerate(self.value)]

    def text(self, key: str) -> str:
        """The words under a key, cleaned; "" where there are none."""
        return self._read(key, fields.words)

    def ident(self, key: str) -> str:
        """An id as text; "" where there is none."""
        return self._read(key, fields.identifier)

    def must(self, key: str) -> str:
        """An id that has to be there."""
        found = self.ident(key)
        if not found:
            raise self.wrong(f"缺少 {self.may(key).path}")
        return found

    def number(self, key: str) -> int | None:
        """A whole number that means something (a code, a total); None where there is none."""
        node = self.may(key)
        if node.value is not None and type(node.value) is not int:
            raise self.wrong(f"{node.path} 不是整数")
        return node.value

    def moment(self, key: str, anchor: datetime) -> datetime | None:
        """Aware UTC; None where there is none. Seconds or milliseconds are told by size."""
        return self._read(key, lambda raw: moments.moment(raw, anchor=anchor))

    def counts(self, **keys: str) -> Counts | None:
        """likes, comments, shares, views from these keys; None when the page shows none of them."""
        read = {name: self._read(key, fields.count) for name, key in keys.items()}
        if all(value is None for value, _ in read.values()):
            return None
        values = {name: value for name, (value, _) in read.items()}
        least = frozenset(name for name, (_, at_least) in read.items() if at_least)
        return Counts(**values, lower_bounds=least)

    def wrong(self, reason: str) -> ShapeChanged:
        """The error that says this of here."""
        return ShapeChanged(reason, json.dumps(self.value, ensure_ascii=False)[:_SHOWN])

    def _read(self, key: str, read: Callable[[object], _T]) -> _T:
        node = self.may(key)
        try:
            return read(node.value)
        except Unreadable as problem:
            raise self.wrong(f"{node.path} {problem}") from problem


def document(body: bytes) -> Node:
    """The JSON object in a body. Raises ShapeChanged when it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise ShapeChanged("不是 JSON", shown(body)) from None
    if not isinstance(value, dict):
        raise ShapeChanged("不是 JSON 对象", shown(body))
    return Node(value)


def posted(exchange: Exchange) -> Node:
    """The JSON object that the page sent; an empty one where it sent none, or a file kept none."""
    try:
        value = json.loads(exchange.request_body)
    except (ValueError, RecursionError):
        value = None
    return Node(value if isinstance(value, dict) else {}, "请求")


def with_nested(tops: Sequence[Node], key: str) -> list[Node]:
    """The entries, each followed by those below it (replies, cards of a group). What stands below
    but is no list becomes an entry itself: it will be misread, and the others are not lost."""
    found: list[Node] = []
    for top in tops:
        found.append(top)
        below = top.may(key)
        if below:
            found += below.entries() if isinstance(below.value, list) else [below]
    return found


_FRAME = re.compile(rb"([0-9a-fA-F]{1,8})\r\n")


def framed(body: bytes) -> list[bytes]:
    """The documents of a body, each after its length in hex; [] for a body that is not framed.
    Raises ShapeChanged for one that was cut off inside a frame."""
    found, at = list[bytes](), 0
    while (head := _FRAME.match(body, at)) is not None and (length := int(head[1], 16)) > 0:
        piece = body[head.end() : head.end() + length]
        if len(piece) < length:
            raise ShapeChanged("回应被截断", shown(body))
        found.append(piece)
        at = head.end() + length + len(b"\r\n")
    return found


def read_all(
    nodes: Sequence[Node], read: Callable[[Node], Iterator[Incoming]]
) -> tuple[tuple[Incoming, ...], tuple[Misread, ...]]:
    """What can be read of the items of a list, and the others each with its reason. Raises
    ShapeChanged when not one can be read: then the shape is another one."""
    items: list[Incoming] = []
    misread: list[Misread] = []
    for node in nodes:
        try:
            items += list(read(node))
        except ShapeChanged as changed:
            misread.append(Misread(reason=changed.reason, fragment=changed.fragment))
            last = changed
    if misread and not items:
        raise last
    return tuple(items), tuple(misread)
