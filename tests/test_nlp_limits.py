"""From which probability on a verdict alone is enough for a department."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from domain.types import ComplaintTag, Polarity, Stance, Urgency
from nlp import learned, limits
from nlp.limits import Curve, precise
from nlp.train import limits as training
from nlp.verdicts import Decision

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


def test_the_curve_counts_what_reaches_each_probability_and_never_says_never(
    tmp_path: Path,
) -> None:
    """Three complaints and three other texts; one text that is not about the resort is left out."""
    said = [(True, 0.9), (True, 0.5), (True, None), (False, 0.6), (False, None), (False, None)]
    rows = [_text(complains) for complains, _ in said] + [_text(False, ours=False)]
    decisions = [_decision(sure) for _, sure in [*said, (False, 0.99)]]
    curve = training.curve(rows, decisions, "x")
    by_limit = {at: (complaints, others) for at, complaints, others in curve.rows}
    assert by_limit[0.5] == pytest.approx((2 / 3, 2 / 4), abs=1e-4)
    assert by_limit[0.9] == pytest.approx((1 / 3, 1 / 4), abs=1e-4)
    assert by_limit[0.95] == pytest.approx((0.0, 1 / 4), abs=1e-4)
    training.write(tmp_path, curve)
    stored = json.loads((tmp_path / limits.FILE).read_text("utf-8"))
    assert [tuple(row) for row in stored["rows"]] == list(curve.rows)


def _text(complains: bool, *, ours: bool = True) -> Any:
    about = SimpleNamespace(relevant=ours)
    return SimpleNamespace(
        prepared=SimpleNamespace(about=about), categories={"parking"} if complains else set()
    )


def _decision(sure: float | None) -> Decision:
    tags = () if sure is None else (ComplaintTag(category="x", confidence=sure, evidence=()),)
    return Decision(
        stance=Stance.OTHER, sentiment=0.0, polarity=Polarity.NEUTRAL, complaints=tags,
        urgency=Urgency.NONE,
    )  # fmt: skip


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
