"""The sentiment model read from SnowNLP's file gives SnowNLP's own numbers."""

import warnings

import pytest

from nlp.snowmodel import load

TEXTS = (
    ["雪", "道", "很", "好", "教练", "耐心"],
    ["排队", "两", "小时", "还", "不", "让", "进", "垃圾"],
    ["押金", "不", "退"],
    ["天定山", "拒载"],
)


@pytest.mark.parametrize("words", TEXTS)
def test_the_probability_is_snownlps_own(words: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from snownlp import normal, sentiment

        label, chance = sentiment.classifier.classifier.classify(normal.filter_stop(words))
    expected = chance if label == "pos" else 1 - chance
    assert load().positive(words) == pytest.approx(expected, abs=1e-9)


def test_nothing_to_go_by_is_none() -> None:
    assert load().positive([]) is None
