"""What of a text can be searched: jieba's words, and single characters as a net under them.

Both sides, the text and the query, are cut here and in the same way. A query word becomes one FTS5
expression made of quoted phrases only, so nothing a person types is ever read as FTS5 syntax.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NewType

WORDS_LIMIT = 20_000
"""Characters of a text that jieba cuts; what comes after is still found by its characters."""
SNIPPET = 60
_PIECES = re.compile(r"[0-9A-Za-z]+|[^\W_]|[^\x00-\x7f\w]")
"""A run, a lone character, or a sign that may be a picture."""
_OUR_FREQUENCY = 1_000
"""High enough that the dictionary's shorter words never win against the office's own."""
CUTS_KEPT = 65_536

Plain = NewType("Plain", str)
"""What ``plain`` has made of a text: made once, cut in several ways."""


def plain(text: str) -> Plain:
    """NFKC, lower case: full-width letters and digits are found as plain ones."""
    return Plain(unicodedata.normalize("NFKC", text).lower())


def pieces(text: Plain) -> list[str]:
    """The characters of a text, with runs of Latin letters or digits kept whole.

    Signs and spaces are left out; pictures (emoji) stay, people search for them. Lone surrogates,
    which no file can hold, are left out too.
    """
    return [piece for piece in _PIECES.findall(text) if piece.isalnum() or _picture(piece)]


@lru_cache(maxsize=65536)
def _picture(char: str) -> bool:
    return unicodedata.category(char) == "So"


def searched(word: str) -> str:
    """A cut of jieba's as one word; two runs that a sign parts (3.5) do not grow together."""
    if word.isascii() and word.isalnum():  # numbers, of which there is no end
        return word.lower()
    kept = pieces(plain(word))
    return (" " if sum(map(str.isascii, kept)) > 1 else "").join(kept)


class Searched(dict[str, str]):
    """``searched`` of the cuts seen lately, read forty times a text: twice as fast as lru_cache."""

    def __missing__(self, word: str) -> str:
        if len(self) >= CUTS_KEPT:
            self.clear()
        made = self[word] = searched(word)
        return made


_SEARCHED = Searched()


@dataclass(frozen=True, slots=True)
class Cutter:
    """jieba's cuts with our own words; loads at the first use (a third of a second)."""

    user_words: tuple[str, ...]

    def words(self, text: Plain) -> str:
        """jieba's words and the words within them, spaces between; signs left out."""
        whole = text[:WORDS_LIMIT].encode("utf-8", "replace").decode("utf-8")
        cut = _tokenizer(self.user_words).cut_for_search(whole)
        return " ".join(filter(None, map(_SEARCHED.__getitem__, cut)))

    def expression(self, word: str) -> str:
        """The FTS5 expression for one query word; "" when nothing in it can be searched."""
        text = plain(word)
        chars = pieces(text)
        if not chars:
            return ""
        return f'(chars : "{" ".join(chars)}" OR words : "{self.words(text)}")'


@cache
def _tokenizer(user_words: tuple[str, ...]) -> Any:
    """jieba's dictionary and rules in Rust (docs/decisions/0011), with our words added."""
    import rjieba  # unpacks its dictionary: an eighth of a second

    tokenizer = rjieba.Jieba()
    for line in user_words:
        if line.strip():
            tokenizer.add_word(plain(line.split()[0]), _OUR_FREQUENCY, "n")  # may carry its own
    return tokenizer


def shown(title: str, text: str) -> str:
    """What a snippet is cut from: many platforms repeat the title at the head of the text."""
    return text if title in text else f"{title} {text}"


def snippet(text: str, words: Sequence[str]) -> str:
    """At most 60 characters of the text around the first hit, hits as 【…】."""
    line = " ".join(text.split())
    spans = list(_hits(line, words))
    start = _start(line, spans)
    end = start + SNIPPET
    line_up, at = ["…" if start else ""], start
    for first, last in spans:
        if at <= first and last <= end:
            line_up += [line[at:first], f"【{line[first:last]}】"]
            at = last
    return "".join([*line_up, line[at:end], "…" if end < len(line) else ""])


def _start(line: str, spans: list[tuple[int, int]]) -> int:
    """A third of the room goes before the first hit, and none is wasted after the end."""
    first = spans[0][0] if spans else 0
    return max(0, min(first - SNIPPET // 3, len(line) - SNIPPET))


def _hits(line: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the words stand, also full-width, in capitals, or with signs between."""
    spelled = [
        r"[\W_]{0,3}".join(map(re.escape, chars)) for w in words if (chars := pieces(plain(w)))
    ]
    if spelled:
        folded = "".join(map(_one, line))
        pattern = "|".join(sorted(spelled, key=len, reverse=True))
        yield from (match.span() for match in re.finditer(pattern, folded))


def _one(char: str) -> str:
    """``plain`` for one character, where that is one character again."""
    folded = plain(char)
    return folded if len(folded) == 1 else char
