"""Brings a text into one plain form and remembers where every character came from.

The rules read the plain form; evidence is cut from the original. `Normal.span` leads back, so
`original[start:end]` is exactly what the visitor wrote. Per character: NFKC, lower case, controls
become spaces, invisible marks vanish. Then known dodged spellings ("宰ke") become the plain word.
Traditional characters are not converted.
"""

import functools
import re
import unicodedata
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from nlp.rulebook import any_spelling, spellings

READ_LIMIT = 4_000
"""Characters of a document that are read at all. A longer text (a whole magazine, a pasted log)
is judged by its beginning: answers stay within bounded time and no complaint starts on page 9."""

_INVISIBLE = {"Cf", "Mn", "Me"}
_ODD = re.compile(r"[^\u4e00-\u9fff a-z0-9]")
"""Of all other characters it is not known beforehand that they are plain already."""


class Normal(NamedTuple):
    """The plain ``text``; character i of it was made from original[starts[i]:ends[i]]."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of the original for a non-empty [start, end) of the plain text."""
        return self.starts[start], self.ends[end - 1]


def normalise(original: str) -> Normal:
    """Plain form of the first READ_LIMIT characters. Takes any text, also lone surrogates."""
    cut = plain = original[:READ_LIMIT]
    for char in set(_ODD.findall(cut)).difference(_SAME):
        own = _plain(char)
        if own == char:
            _SAME.add(char)
        elif len(own) == 1 and _plain(own) == own:  # so that no turn undoes another
            plain = plain.replace(char, own)
        else:
            return _respell(_one_by_one(cut))
    return _respell(Normal(text=plain, starts=range(len(cut)), ends=range(1, len(cut) + 1)))


_SAME: set[str] = set()
"""Odd characters that were seen to be plain already."""


def _one_by_one(original: str) -> Normal:
    letters: list[str] = []
    starts, ends = array("L"), array("L")
    for at, char in enumerate(original):
        for plain in _plain(char):
            letters.append(plain)
            starts.append(at)
            ends.append(at + 1)
        if len(letters) >= READ_LIMIT:  # one character may stand for many: ﷺ
            break
    return Normal(text="".join(letters), starts=starts, ends=ends)


@functools.lru_cache(maxsize=16_384)
def _plain(char: str) -> str:
    if char == "\n":
        return char
    kind = unicodedata.category(char)
    if kind in _INVISIBLE:
        return ""
    if kind in {"Cc", "Zs", "Zl", "Zp"}:
        return " "
    return "".join(c for c in unicodedata.normalize("NFKC", char).lower() if c != "\u0307")


def _respell(normal: Normal) -> Normal:
    """Dodged spellings to plain words; each letter of a new word stands for the whole old one."""
    if not any_spelling().search(normal.text):
        return normal
    for pattern, word in spellings():
        if pattern.search(normal.text):
            normal = _replaced(normal, pattern, word)
    return normal


def _replaced(normal: Normal, pattern: re.Pattern[str], word: str) -> Normal:
    letters: list[str] = []
    starts, ends = array("L"), array("L")
    done = 0
    for hit in pattern.finditer(normal.text):
        if hit.start() == hit.end() or hit.group() == word:
            continue
        letters.append(normal.text[done : hit.start()])
        starts.extend(normal.starts[done : hit.start()])
        ends.extend(normal.ends[done : hit.start()])
        first, last = normal.span(hit.start(), hit.end())
        letters.append(word)
        starts.extend([first] * len(word))
        ends.extend([last] * len(word))
        done = hit.end()
    letters.append(normal.text[done:])
    starts.extend(normal.starts[done:])
    ends.extend(normal.ends[done:])
    return Normal(text="".join(letters), starts=starts, ends=ends)
