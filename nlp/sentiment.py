"""How much the author likes it: the named scorers, and signs of liking that rules read.

The polarity is decided by the learned models (nlp/learned.py); a named scorer only gives the number
kept beside it. SnowNLP alone calls two thirds of the harmless texts negative.
"""

import functools
import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from domain.errors import PluginError
from domain.types import Polarity
from nlp.rulebook import Rule
from nlp.snowmodel import SnowModel
from nlp.snowmodel import load as load_snow_model
from nlp.words import loaded

Scorer = Callable[[str], float]
"""A text to -1 (dislikes) … 1 (likes). Takes any text, also empty."""

SNOWNLP_LIMIT = 500
"""Characters that SnowNLP reads: its time grows with length, and its sum saturates long before."""

_NEGATIVE_BELOW, _POSITIVE_ABOVE = -0.6, 0.6  # 0.2 and 0.8 on SnowNLP's scale (nlp.md §2.4)


LEARNED = "learned"
"""The project's own models give the number; no scorer is asked."""


def scorer(name: str) -> Scorer | None:
    """The scorer of that name, None for LEARNED. Raises PluginError naming what there is."""
    if name == LEARNED:
        return None
    if name not in _SCORERS:
        raise PluginError(
            f"没有名为 {name} 的情感模型；现有：{'、'.join(sorted([*_SCORERS, LEARNED]))}"
        )
    return _SCORERS[name]


def snownlp(text: str) -> float:
    """SnowNLP's probability of "positive", stretched to -1 … 1; 0 where it knows nothing."""
    cut = text[:SNOWNLP_LIMIT].encode("utf-8", "ignore").decode("utf-8").strip()
    if not cut:
        return 0.0
    try:
        value = 2.0 * float(_snow()(cut).sentiments) - 1.0
    except (ZeroDivisionError, OverflowError):  # no word of the text was ever seen
        return 0.0
    return value if math.isfinite(value) else 0.0


def snownlp_words(text: str) -> float:
    """SnowNLP's sentiment model over jieba's words instead of its own segmentation: 25 times as
    fast with the same hits (docs/decisions/0008); 0 where it knows nothing."""
    cut = text[:SNOWNLP_LIMIT].encode("utf-8", "ignore").decode("utf-8")
    chance = _snow_model().positive(loaded().lcut(cut))
    return 0.0 if chance is None else 2.0 * chance - 1.0


def by_number(score: float) -> Polarity:
    """Polarity by the scorer's number alone: the baseline of bench/verdicts.py."""
    if score < _NEGATIVE_BELOW:
        return Polarity.NEGATIVE
    return Polarity.POSITIVE if score > _POSITIVE_ABOVE else Polarity.NEUTRAL


def strength(text: str, rules: Sequence[Rule]) -> float:
    """Sum over the rules of weight times finds, three at most."""
    held = [rule for rule in rules if rule.anywhere.search(text)]
    return sum([rule.weight * min(3, len(rule.when.findall(text))) for rule in held])


def banded(score: float, of: Polarity) -> float:
    """The number kept on the side that the polarity says, so that averages never contradict it:
    negative -1 … -0.2, neutral -0.2 … 0.2, positive 0.2 … 1. Rounded to 4 places."""
    low, high = {
        Polarity.NEGATIVE: (-1.0, -0.2),
        Polarity.NEUTRAL: (-0.2, 0.2),
        Polarity.POSITIVE: (0.2, 1.0),
    }[of]
    return round(min(high, max(low, score)), 4)


@functools.cache
def _snow() -> Any:
    with warnings.catch_warnings():  # snownlp 0.12.3 has invalid escapes and open files
        warnings.simplefilter("ignore")
        from snownlp import SnowNLP

    return SnowNLP


@functools.cache
def _snow_model() -> SnowModel:
    return load_snow_model()


_SCORERS: dict[str, Scorer] = {"snownlp": snownlp, "snownlp_words": snownlp_words}
