"""Numbers that the rules read off a text, as the second layer of the models takes them.

Their order is part of the trained weights: after a change run ``./run train``.
"""

import numpy as np

from domain.types import Kind
from nlp import sentiment, urgency
from nlp.clauses import Span
from nlp.complaints import Hit, strength
from nlp.learned import RULE_COLUMNS
from nlp.linear import Floats
from nlp.relevance import Relevance
from nlp.rulebook import sentiment_rules, urgency_rules
from nlp.stance import Reading

_NEWSY = {"news", "wechat_article"}


def rule_rows(found: dict[str, list[Hit]], reading: Reading, categories: tuple[str, ...],
              relevant: bool) -> Floats:  # fmt: skip
    """Categories by RULE_COLUMNS."""
    rows = np.zeros((len(categories), len(RULE_COLUMNS)), dtype=np.float32)
    for number, code in enumerate(categories):
        hits = found.get(code)
        if hits:
            counts = strength(hits, reading) if relevant else 0.0
            rows[number] = counts, any(not hit.muted for hit in hits), 1.0
    return rows


def signs(text: str, parts: list[Span], reading: Reading, platform: str, kind: Kind,
          about: Relevance, opened: set[int]) -> list[float]:  # fmt: skip
    """Stance cues, liking, danger, and where the text was found. ``opened``: of nlp.gate."""
    liking = sentiment_rules()
    loud = {name: sentiment.strength(text, rules, opened) for name, rules in liking.items()}
    danger = urgency_rules()
    return [
        *(min(4.0, points) for points in reading.cues),
        min(3, len(reading.muted)) / max(1, len(parts)),
        min(4.0, loud["praise"]),
        min(4.0, loud["blame"]),
        min(3, text.count("?")),
        min(3, text.count("!")),
        float(bool(urgency.found(text, danger["red"], reading, opened))),
        float(bool(urgency.found(text, danger["orange"], reading, opened))),
        float(about.relevant),
        float(min(2, len(about.places))),
        float(kind is Kind.CALL or platform == "hotline"),
        float(platform in _NEWSY),
    ]
