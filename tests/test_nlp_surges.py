"""Bursts: found when they come, not before a rhythm is known, and not for what is usual."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.surges import HOUR, USUAL, Burst, bursts, latest, rhythm, tail, tone

FIRST = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # Tuesday midnight in Changchun


def busy_days(days: int, noon: int, seed: int = 7) -> list[int]:
    """Quiet nights, ``noon`` an hour from ten to four, half of that on either side."""
    rng = Random(seed)
    day = [0] * 8 + [noon // 2] * 2 + [noon] * 6 + [noon // 2] * 4 + [0] * 4
    return [max(0, usual + rng.choice((-1, 0, 0, 1))) for _ in range(days) for usual in day]


def at(counts: Sequence[int], hour: int) -> list[Burst]:
    return [burst for burst in bursts(counts, FIRST) if burst.at == FIRST + hour * HOUR]


def test_five_times_the_usual_pages_in_its_first_hour() -> None:
    counts = busy_days(14, 8)
    hour = 13 * 24 + 12
    counts[hour] *= 5
    [burst] = at(counts, hour)
    assert (burst.kind, burst.seen) == ("page", counts[hour])
    assert 6 < burst.expected < 11
    assert burst.chance < 3e-5


def test_what_is_usual_at_noon_is_a_burst_at_night() -> None:
    counts = busy_days(14, 8)
    night = 13 * 24 + 3
    counts[night] = 8
    assert [burst.kind for burst in at(counts, night)] == ["page"]


def test_days_without_a_burst_are_quiet() -> None:
    assert bursts(busy_days(21, 8), FIRST) == []
    assert bursts([0] * 500, FIRST) == []


def test_a_little_too_much_for_hours_warns_and_says_so_once_in_a_while() -> None:
    counts = busy_days(20, 4)
    start = 19 * 24 + 10
    for hour in range(start, start + 6):
        counts[hour] = 11
    found = [burst for burst in bursts(counts, FIRST) if burst.at >= FIRST + start * HOUR]
    assert found
    assert len(found) < 6


def test_nothing_is_judged_before_three_days_are_known() -> None:
    counts = [0] * USUAL.warm_up_hours
    counts[40] = 500
    assert bursts(counts, FIRST) == []
    assert bursts([], FIRST) == []
    assert bursts([500], FIRST) == []


def test_a_single_report_is_never_a_burst() -> None:
    counts = [0] * 400
    counts[350] = 1
    assert bursts(counts, FIRST) == []


def test_a_burst_does_not_teach_that_bursts_are_usual() -> None:
    counts = busy_days(16, 8)
    for day in (10, 12, 14):
        for hour in range(11, 14):
            counts[day * 24 + hour] *= 8
    found = [(burst.at - FIRST) // HOUR for burst in bursts(counts, FIRST)]
    assert {day * 24 + 11 for day in (10, 12, 14)} <= set(found)


def test_the_latest_burst_is_one_from_its_first_hour_to_its_last() -> None:
    counts = busy_days(14, 8)
    start = 13 * 24 + 10
    for hour in (start, start + 1, start + 3):
        counts[hour] *= 6
    surge = latest(counts[: start + 5], FIRST)
    assert surge is not None
    assert (surge.began, surge.last) == (FIRST + start * HOUR, FIRST + (start + 3) * HOUR)
    assert surge.seen == sum(counts[start : start + 5])
    assert 4 * surge.expected < surge.seen
    assert surge.kind == "page"


def test_a_burst_that_is_hours_old_is_no_news() -> None:
    counts = busy_days(14, 8)
    hour = 13 * 24 + 10
    counts[hour] *= 8
    assert latest(counts[: hour + USUAL.news_hours], FIRST) is not None
    assert latest(counts[: hour + USUAL.news_hours + 1], FIRST) is None


def test_a_share_of_negative_voices_stands_out_by_its_chance() -> None:
    voices, negative = [5] * 240, [1] * 240
    assert tone(voices, negative) is None
    assert tone(voices, negative[:-6] + [2] * 6) is None
    found = tone(voices, negative[:-6] + [4] * 6)
    assert found is not None
    assert (found.negative, found.voices) == (24, 30)
    assert 0.19 < found.usual < 0.21
    assert tone(voices[-70:], negative[-70:-6] + [4] * 6) is None  # before the warm-up


def test_few_voices_are_no_change_of_tone_however_bad() -> None:
    voices, negative = [1] * 240, [0] * 240
    assert tone(voices, negative[:-6] + [1] * 6) is None


def test_a_rhythm_needs_a_history() -> None:
    with pytest.raises(ValueError, match="no history"):
        rhythm([], FIRST)


@given(st.integers(1, 60), st.floats(0.05, 40), st.floats(0.02, 1.0))
def test_the_tail_is_a_chance_that_falls_with_the_count(
    count: int, mean: float, dispersion: float
) -> None:
    here, above = tail(count, mean, dispersion), tail(count + 1, mean, dispersion)
    assert 0.0 <= above <= here + 1e-12 <= 1.0 + 1e-12
    assert tail(0, mean, dispersion) == 1.0


def test_the_tail_is_that_of_a_poisson_when_nothing_clumps() -> None:
    poisson = 1.0 - sum(math.exp(-3.0) * 3.0**k / math.factorial(k) for k in range(6))
    assert tail(6, 3.0, 1e-9) == pytest.approx(poisson, rel=1e-3)
