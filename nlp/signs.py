"""Numbers that the rules read off a text, as the second layer of the models takes them.

Their order is part of the trained weights: after a change run ``./run train``.
"""

import numpy as np

from domain.types import Kind
from nlp import sentiment, urgency
from nlp.clauses import Span
from nlp.complaints import Hit, strength
from nlp.gate import Opened
from nlp.learned import RULE_COLUMNS
from nlp.linear import Floats
from nlp.relevance import Relevance
from nlp.stance import Reading

_NEWSY = {"news", "wechat_article"}


def rule_rows(found: dict[str, list[Hit]], reading: Reading, categories: tuple[str, ...],
              relevant: bool) -> Floats:  # fmt: skip
    """Categories by RULE_COLUMNS."""
    rows = np.zeros((len(categories), len(RULE_COLUMNS)), dtype=np.float32)
    for code, hits in found.items():
        counts = strength(hits, reading) if relevant else 0.0
        rows[categories.index(code)] = counts, any([not hit.muted for hit in hits]), 1.0
    return rows


def signs(text: str, parts: list[Span], reading: Reading, platform: str, kind: Kind,
          about: Relevance, opened: Opened) -> list[float]:  # fmt: skip
    """Stance cues, liking, danger, and where the text was found."""
    liking, danger = opened["sentiment"], opened["urgency"]
    return [
        *[min(4.0, points) for points in reading.cues],
        min(3, len(reading.muted)) / max(1, len(parts)),
        min(4.0, sentiment.strength(text, liking.get("praise", ()))),
        min(4.0, sentiment.strength(text, liking.get("blame", ()))),
        min(3, text.count("?")),
        min(3, text.count("!")),
        float(bool(urgency.found(text, danger.get("red", ()), reading))),
        float(bool(urgency.found(text, danger.get("orange", ()), reading))),
        float(about.relevant),
        float(min(2, len(about.places))),
        float(kind is Kind.CALL or platform == "hotline"),
        float(platform in _NEWSY),
    ]
