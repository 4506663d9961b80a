"""Cuts a normalised text into sentences and clauses; rules and vetoes work inside them.

A clause also ends where the writer turns (但、就是、不过…), so that praise before the turn does not
swallow the complaint after it. Short-video commenters put a blank where others put a comma.
"""

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^。!?;\n]+[。!?;\n]*|[。!?;\n]+")
_CLAUSE_END = re.compile(
    r"[,:。!?;\n]+|\.{2,}|—+|~+| +(?=[^ ])|(?=但是|但(?!凡|愿)|不过|可是|就是|只是|然而|偏偏|唯一)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Characters [start, end) of the normalised text."""

    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """Consecutive spans that cover the text, each with its closing punctuation."""
    return [Span(start=hit.start(), end=hit.end()) for hit in _SENTENCE.finditer(text)]


def clauses(text: str) -> list[Span]:
    """Consecutive non-empty spans that cover the text, each with its closing punctuation."""
    cuts = sorted({hit.end() for hit in _CLAUSE_END.finditer(text)} | {len(text)})
    spans, start = [], 0
    for cut in cuts:
        if cut > start:
            spans.append(Span(start=start, end=cut))
            start = cut
    return spans
