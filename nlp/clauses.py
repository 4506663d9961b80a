"""Cuts a normalised text into sentences and clauses; rules and vetoes work inside them.

A clause also ends where the writer turns (但、就是、不过…), so that praise before the turn does not
swallow the complaint after it. Short-video commenters put a blank where others put a comma.
"""

import itertools
import re
from typing import NamedTuple

_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;\n]*|[。!?;\n]+")
_PAUSE = re.compile(
    r"[,:。!?;\n.—~ ]"
    r"(?:(?<=[,:。!?;\n])[,:。!?;\n]*|(?<=\.)\.+|(?<=—)—*|(?<=~)~*|(?<= ) *(?=[^ ]))"
)
_TURN = re.compile(r"[但不可就只然偏唯](?:(?<=但)(?!凡|愿)|(?<=不)过|(?<=[可就只])是|(?<=然)而|"
                   r"(?<=偏)(?=偏)|(?<=唯)一)")  # fmt: skip
"""Both begin with one set of characters, by which re runs over the rest of a text quickly."""


class Span(NamedTuple):
    """Characters [start, end) of the normalised text."""

    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """Consecutive spans that cover the text, each with its closing punctuation."""
    return [Span(*hit.span()) for hit in _SENTENCE.finditer(text)]


def clauses(text: str) -> list[Span]:
    """Consecutive non-empty spans that cover the text, each with its closing punctuation."""
    cuts = {hit.end() for hit in _PAUSE.finditer(text)}
    cuts.update([hit.start() for hit in _TURN.finditer(text)], (0, len(text)))
    return list(map(Span._make, itertools.pairwise(sorted(cuts))))
