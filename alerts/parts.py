"""One message in as many parts as a provider's byte limit asks for, and what their fates add up to.

Cut between lines; a line that is longer than a part is cut between characters, outside masks and
web addresses. Only plain lines are ever cut: a channel puts its own markup around them afterwards.
Each part costs one of a robot's few messages a minute, so one part that ends with "详见…" is the
usual; more only when an office asks for them.
"""

import json
import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from alerts.messages import RESENT
from alerts.texts import clusters, cut_bytes, inert, masks, plain_lines
from domain.types import Alert, Level, SendResult

MOST = 5
TITLE_BYTES = 512
_ADDRESS = re.compile(r"https?://[!-~]+")
_LONGEST_MARK = "（9/9）"
# A part that begins later might end after the lease.
_BEGIN_WITHIN_SECONDS = 20.0

Size = Callable[[str], int]
_Part = TypeVar("_Part")


def utf8(text: str) -> int:
    """Bytes of the text in UTF-8."""
    return len(text.encode())


def in_json(text: str) -> int:
    """Bytes of the text inside a JSON string that keeps Chinese as it is."""
    return len(json.dumps(text, ensure_ascii=False).encode()) - 2


def split(
    lines: Iterable[str], room: int, *, most: int, ending: str, size: Size = utf8
) -> list[str]:
    """At least one and at most ``most`` texts, each of at most ``room`` bytes by ``size``; where
    lines had to be left out the last text ends with ``ending`` on a line of its own.

    ``size`` must add up over the characters. Raises ValueError when ``ending`` does not fit.
    """
    packed = _packed(lines, room, size)
    texts = list(islice(packed, most)) or [[""]]
    if next(packed, None) is not None:
        left = room - size("\n" + ending)
        if left < 0:
            raise ValueError(f"room of {room} bytes is below the ending")
        kept = next(_packed(texts[-1], left, size), [])
        texts[-1] = [*kept, ending]
    return ["\n".join(text) for text in texts]


def titled(
    alert: Alert, *, limit: int, most: int, head: Callable[[str], str] = str, tail: str = "",
    size: Size = utf8,
) -> list[str]:  # fmt: skip
    """Title and body as plain text in parts of at most ``limit`` bytes, each under the title.
    ``head`` puts a channel's markup around the title; ``tail`` ends the first part."""
    title = short_title(alert.title)
    room = limit - size(head(title) + "\n" + tail) - _mark_room(most, size)
    texts = split(plain_lines(alert.body), room, most=most, ending=ending_for(alert), size=size)
    whole = [
        "\n".join(piece for piece in (head(title + mark(number, len(texts))), text) if piece)
        for number, text in enumerate(texts, start=1)
    ]
    return [whole[0] + tail, *whole[1:]]


def short_title(title: str, limit: int = TITLE_BYTES) -> str:
    """The title as one inert line of at most ``limit`` bytes; the mark of a second copy stays."""
    line = inert(title)
    kept = RESENT if line.endswith(RESENT) else ""
    return cut_bytes(line.removesuffix(kept), limit - utf8(kept)) + kept


def coloured(level: Level | None) -> Callable[[str], str]:
    """What stands around a title in 企业微信's markdown; it knows three colours."""
    if level in (Level.RED, Level.ORANGE):
        return lambda title: f'<font color="warning">**{title}**</font>'
    return lambda title: f"**{title}**"


def mark(number: int, count: int) -> str:
    """``（1/3）``; "" for the only part."""
    return f"（{number}/{count}）" if count > 1 else ""


def _mark_room(most: int, size: Size) -> int:
    return size(_LONGEST_MARK) if most > 1 else 0


def ending_for(alert: Alert) -> str:
    """The last line of a text that was cut."""
    return f"…详见编号 {alert.case_id}" if alert.case_id else "…后文从略"


def send_parts(parts: Sequence[_Part], send: Callable[[_Part], SendResult]) -> SendResult:
    """Send in order, stopping at the first part that is not accepted: "ok" only when all are.
    The result says how many were sent.

    After an accepted part nothing is "surely not accepted" any more, so "retry" becomes "unknown"
    and the next copy says that it is one.
    """
    begun, result = time.monotonic(), SendResult(outcome="dead", error="没有可发的内容")
    for number, part in enumerate(parts):
        if number and time.monotonic() - begun > _BEGIN_WITHIN_SECONDS:
            late = SendResult(outcome="retry", error="太慢，这次没有全部发出", posts=number)
            return _broken(late, number, len(parts))
        result = replace(send(part), posts=number + 1)
        if result.outcome != "ok":
            return _broken(result, number, len(parts))
    return result


def _broken(result: SendResult, accepted: int, count: int) -> SendResult:
    if not accepted:
        return result
    outcome = "unknown" if result.outcome == "retry" else result.outcome
    error = f"{count} 条中已发出 {accepted} 条；{result.error}"
    return replace(result, outcome=outcome, error=error)


def _packed(lines: Iterable[str], room: int, size: Size) -> Iterator[list[str]]:
    """Runs of lines of at most ``room`` bytes each, as full as they can be."""
    text: list[str] = []
    used, between = 0, size("\n")
    for line in _short(lines, room, size):
        more = size(line) + (between if text else 0)
        if text and used + more > room:
            yield text
            text, used, more = [], 0, size(line)
        text.append(line)
        used += more
    if text:
        yield text


def _short(lines: Iterable[str], room: int, size: Size) -> Iterator[str]:
    """The lines, the ones above ``room`` bytes in pieces."""
    for line in lines:
        if size(line) <= room:
            yield line
        else:
            yield from _pieces(line, room, size)


def _pieces(line: str, room: int, size: Size) -> Iterator[str]:
    whole = [*masks(line), *(found.span() for found in _ADDRESS.finditer(line))]
    ends = _ends(line)
    start = 0
    while start < len(line):
        end = _reach(line, start, ends, room, size)
        if end == start:  # one character that is longer than a part: no screen shows it anyway
            start = min(one for one in ends if one > start)
            continue
        inside = [a for a, b in whole if start < a < end < b]
        end = min([end, *inside])
        yield line[start:end]
        start = end


def _ends(line: str) -> list[int]:
    """Where the characters end, as positions in the line."""
    ends, at = [], 0
    for cluster in clusters(line):
        at += len(cluster)
        ends.append(at)
    return ends


def _reach(line: str, start: int, ends: Sequence[int], room: int, size: Size) -> int:
    """The last end of a character that still fits into a part begun at ``start``."""
    fitting = bisect_right(
        ends, room, lo=bisect_right(ends, start), key=lambda end: size(line[start:end])
    )
    return max(start, ends[fitting - 1]) if fitting else start
