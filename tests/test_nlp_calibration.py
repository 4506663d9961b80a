"""Calibration errors: nothing for what is right, the gap for what is not, and chance as a floor."""

import numpy as np
import pytest

from nlp.train.calibration import error, errors, floor


def test_a_probability_that_holds_has_no_error():
    said = np.repeat([0.25, 0.75], 400)
    right = np.concatenate([np.arange(400) < 100, np.arange(400) < 300])
    assert error(said, right) == pytest.approx(0.0)


def test_a_boast_costs_its_gap():
    assert error(np.full(10, 0.9), np.arange(10) < 5) == pytest.approx(0.4)


def test_a_boast_in_one_bin_is_not_paid_back_by_modesty_in_another():
    said, right = np.array([0.9, 0.9, 0.1, 0.1]), np.array([True, False, True, False])
    assert error(said, right) == pytest.approx(0.4)


def test_nothing_said_is_no_error():
    assert error(np.empty(0), np.empty(0, dtype=np.bool_)) == 0.0


def test_pairs_below_the_least_do_not_count():
    said, right = np.array([[0.04, 0.5], [0.9, 0.5]]), np.array([[True, True], [True, False]])
    assert errors(said, right) == pytest.approx([0.1, 0.0])


def test_the_floor_falls_with_the_number_of_pairs():
    few, many = np.full((50, 1), 0.3), np.full((5000, 1), 0.3)
    assert floor(few).mean() > 3 * floor(many).mean() > 0
