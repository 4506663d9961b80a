"""What is measured on labelled texts and the verdicts on them; every figure of docs/quality.md.

Numpy only: the tests and `nlp.train.fold` measure as ``./run bench verdicts`` does. A figure of no
texts is nan.
"""

import math
from collections.abc import Sequence

import numpy as np

from domain.types import Urgency
from nlp.train.data import Example
from nlp.verdicts import Decision

HOT = {Urgency.RED, Urgency.ORANGE}
Pair = tuple[Example, Decision]
# Student's t for a two-sided 95 % interval, by degrees of freedom
_T = {
    1: 12.71,
    2: 4.30,
    3: 3.18,
    4: 2.78,
    5: 2.57,
    6: 2.45,
    7: 2.36,
    8: 2.31,
    9: 2.26,
    10: 2.23,
    11: 2.20,
}


def micro_f1(pairs: Sequence[Pair]) -> float:
    """Of the category tags."""
    both = sum(len(one.categories & found(verdict)) for one, verdict in pairs)
    size = sum(len(one.categories) + len(found(verdict)) for one, verdict in pairs)
    return 2 * both / size if size else math.nan


def category(pairs: Sequence[Pair], code: str) -> float:
    """F1 of one category."""
    both = sum(code in one.categories and code in found(verdict) for one, verdict in pairs)
    size = sum((code in one.categories) + (code in found(verdict)) for one, verdict in pairs)
    return 2 * both / size if size else math.nan


def recall(pairs: Sequence[Pair]) -> float:
    """Share of the complaints that got any tag."""
    return share([bool(verdict.complaints) for one, verdict in pairs if one.categories])


def alarms(pairs: Sequence[Pair]) -> float:
    """Share of the harmless texts that got any tag."""
    return share([bool(verdict.complaints) for one, verdict in pairs if not one.categories])


def relevance(pairs: Sequence[Pair]) -> float:
    return share([one.prepared.about.relevant == one.relevant for one, _ in pairs])


def places(pairs: Sequence[Pair]) -> float:
    """Share of texts whose set of places is exactly right."""
    return share([set(one.prepared.about.places) == one.places for one, _ in pairs])


def polarity(pairs: Sequence[Pair]) -> float:
    return share([one.polarity == verdict.polarity for one, verdict in pairs])


def stance(pairs: Sequence[Pair]) -> float:
    return share([one.stance == verdict.stance for one, verdict in pairs if one.stance])


def hot_recall(pairs: Sequence[Pair]) -> float:
    return share([verdict.urgency in HOT for one, verdict in pairs if one.hot])


def hot_alarms(pairs: Sequence[Pair]) -> float:
    return share([verdict.urgency in HOT for one, verdict in pairs if not one.hot])


def urgency(pairs: Sequence[Pair]) -> float:
    """Share of complaints with exactly the right urgency."""
    return share([one.urgency == verdict.urgency for one, verdict in pairs if one.categories])


def complaint_or_not(pairs: Sequence[Pair]) -> float:
    """Mean of the recall of complaints and of the share of harmless texts that are left alone: it
    does not change when one is traded for the other."""
    return (recall(pairs) + 1.0 - alarms(pairs)) / 2


def found(verdict: Decision) -> set[str]:
    """The categories that were tagged."""
    return {tag.category for tag in verdict.complaints}


def share(values: Sequence[bool]) -> float:
    """Of the true ones."""
    return sum(values) / len(values) if values else math.nan


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % interval over writers."""
    kept = [value for value in values if not math.isnan(value)]
    spread = float(np.std(kept, ddof=1)) / math.sqrt(len(kept))
    return float(np.mean(kept)), _T.get(len(kept) - 1, 1.96) * spread
