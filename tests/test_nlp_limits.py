"""From which probability on a verdict alone is enough for a department."""

import pytest

from nlp import learned, limits
from nlp.limits import Curve, precise

CURVE = Curve(version="x", rows=[(0.3, 0.9, 0.2), (0.6, 0.8, 0.05), (0.9, 0.5, 0.01)])


def test_the_limit_is_the_lowest_probability_that_is_precise_enough() -> None:
    assert precise(0.1, 0.5, 0.01) == pytest.approx(0.05 / 0.059)
    assert CURVE.limit(0.1, 0.84) == 0.9
    assert CURVE.limit(0.1, 0.60) == 0.6
    assert CURVE.limit(0.5, 0.80) == 0.3


def test_where_no_probability_is_precise_enough_only_a_persons_word_is() -> None:
    assert CURVE.limit(0.01, 0.95) == 1.0


def test_a_lucky_spot_below_an_imprecise_one_does_not_count() -> None:
    odd = Curve(version="x", rows=[(0.3, 0.9, 0.0), (0.6, 0.8, 0.5), (0.9, 0.5, 0.0)])
    assert odd.limit(0.1, 0.85) == 0.9


def test_the_shipped_curve_is_that_of_the_shipped_weights_and_usable() -> None:
    """``./run train`` writes both; one without the other would promise what was not measured."""
    curve = limits.shipped()
    assert curve.version == learned.shipped().version
    at = [row[0] for row in curve.rows]
    assert at == sorted(at)
    for before, after in zip(curve.rows, curve.rows[1:], strict=False):
        assert after[1] <= before[1] and after[2] <= before[2]
    rare, usual, many = (curve.limit(share, 0.85) for share in (0.05, 0.10, 0.55))
    assert many < usual <= rare < 1.0
    assert curve.found(usual) > 0.25
