"""Cutting and cleaning texts for messages: never inside a character, a mask, or a byte limit.

A character is what a reader takes for one: a letter with its accents, an emoji with its joiners,
a flag. A mask is a run such as ``138****5678``: cut in two it would look like a different number.
"""

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

MASK_SIGNS = "*＊█■●×"
_RUN = re.compile(rf"[0-9A-Za-z@._+{MASK_SIGNS}-]+")
_MASK_SIGN = re.compile(rf"[{MASK_SIGNS}]")
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Signs that markdown or a chat robot would obey ("<@all>" rings every phone in the group).
_INERT = str.maketrans("<>[]`*", "＜＞［］｀＊")
_IN_ADDRESS = str.maketrans({sign: quote(sign, safe="") for sign in "<>[]`*"})
_ADDRESS = re.compile(r"(https?://[!-~]+)")
_HEADING = re.compile(r"^(\s*)(#+)")
_JOINER = "\u200d"


def wellformed(text: str) -> str:
    """The text as valid Unicode: surrogate pairs joined, lone halves as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def printable(text: str) -> str:
    """Without control characters (a terminal would obey them) but with its line breaks."""
    plain = wellformed(text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in plain if c in "\n\t" or (unicodedata.category(c) != "Cc" and c not in _BIDI)
    )


def one_line(text: str) -> str:
    """Printable, with every run of white space as one blank."""
    return " ".join(printable(text).split())


def inert(text: str) -> str:
    """One line in which a visitor's words cannot act as markup or as a mention."""
    return one_line(text).translate(_INERT)


def plain_lines(text: str) -> list[str]:
    """The lines of a text, printable, in which nothing acts as markup or as a mention; a web
    address stays one, its own signs of markup percent-encoded."""
    return [_plain(line) for line in printable(text).splitlines()]


def _plain(line: str) -> str:
    line = _HEADING.sub(lambda found: found[1] + "＃" * len(found[2]), line)
    pieces = _ADDRESS.split(line)  # every second one is an address
    tables = (_INERT, _IN_ADDRESS)
    return "".join(piece.translate(tables[number % 2]) for number, piece in enumerate(pieces))


def clusters(text: str) -> Iterator[str]:
    """The characters as a reader sees them; joined they are the text again."""
    start = 0
    for index in range(1, len(text)):
        if not _belongs(text, start, index):
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def masks(line: str) -> Iterator[tuple[int, int]]:
    """Where masks stand, as (start, end); in one pass, however long a run without a mask is."""
    return (run.span() for run in _RUN.finditer(line) if _MASK_SIGN.search(run[0]))


def excerpt(text: str, limit: int = 60) -> str:
    """At most ``limit`` code points on one inert line, ending with "…" where something was left
    out; a mask or a character that does not fit is left out whole."""
    line = inert(text)
    if len(line) <= limit:
        return line
    cut = sum(map(len, _head(line, limit - 1)))
    for start, end in masks(line):
        if start < cut < end:
            cut = start
    return line[:cut].rstrip() + "…"


def cut_bytes(text: str, limit: int) -> str:
    """The longest head of whole characters in at most ``limit`` bytes of UTF-8."""
    kept: list[str] = []
    used = 0
    for cluster in clusters(text):
        used += _size(cluster)
        if used > limit:
            break
        kept.append(cluster)
    return "".join(kept)


def _head(text: str, limit: int) -> Iterator[str]:
    used = 0
    for cluster in clusters(text):
        used += len(cluster)
        if used > limit:
            return
        yield cluster


def _size(text: str) -> int:
    return len(text.encode())


def _belongs(text: str, start: int, index: int) -> bool:
    """Whether the code point at ``index`` continues the character that begins at ``start``."""
    this, before = text[index], text[index - 1]
    if this == _JOINER or before == _JOINER:
        return True
    if unicodedata.category(this) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= this <= "\U0001f3ff":
        return True
    return _regional(this) and _regional(before) and (index - start) == 1


def _regional(char: str) -> bool:
    """Half of a flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
