"""Notices when more people than usual speak of a thing: bursts in a series of hourly counts.

Two rules on one expectation. ``page``: so many in one hour have a chance below three in a hundred
thousand (negative-binomial tail: complaints come in clumps, so Poisson would cry wolf). ``warn``:
several hours in a row stand a little too high (CUSUM). The expectation knows the hour of the day
and the weekend, learns from the last four weeks, and is not taught by earlier bursts.
Count distinct authors after removing near-duplicates, never posts. Source: nlp.md section 5.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.times import shanghai

HOUR = timedelta(hours=1)
WARM_UP = 3 * 24
"""Hours of history before anything is judged: a new source is not a burst."""
HISTORY = 28 * 24
_RECENT = 7 * 24
_TAIL = 3e-5
_SLACK, _LIMIT, _CAP = 0.75, 5.0, 4.0
"""CUSUM in standard deviations: what an hour may stand too high, the sum that warns, and the most
that one hour adds, so that one busy hour alone is the tail's business."""
_SMOOTH = 6.0
_LEAST_MEAN = 0.02
_DISPERSION = (0.02, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """An hour (UTC, its beginning) that stands out. kind: "page" or "warn". chance: of so many or
    more in that hour, 0…1."""

    at: datetime
    kind: str
    seen: int
    expected: float
    chance: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is usual. level: mean an hour, lately. factors: hour of the week, folded to weekday and
    weekend, 24 each. dispersion: variance = mean + dispersion · mean²."""

    level: float
    factors: tuple[float, ...]
    dispersion: float

    def mean(self, hour: datetime) -> float:
        """Expected count in that hour."""
        return max(_LEAST_MEAN, self.level * self.factors[_slot(hour)])

    def deviation(self, mean: float) -> float:
        """Standard deviation at that mean."""
        return math.sqrt(mean + self.dispersion * mean * mean)


def rhythm(counts: Sequence[float], first: datetime) -> Rhythm:
    """Learned from hourly counts, the first of which began at ``first``. Raises ValueError for
    none."""
    if not counts:
        raise ValueError("no history to learn a rhythm from")
    overall = max(_LEAST_MEAN, sum(counts) / len(counts))
    sums, hours = [0.0] * 48, [0] * 48
    for number, count in enumerate(counts):
        slot = _slot(first + number * HOUR)
        sums[slot] += count / overall
        hours[slot] += 1
    daily = [
        _towards(1.0, sums[h] + sums[h + 24], hours[h] + hours[h + 24], 1.0) for h in range(24)
    ]
    factors = tuple(
        _towards(daily[slot % 24], sums[slot], hours[slot], _SMOOTH) for slot in range(48)
    )
    recent = counts[-_RECENT:]
    level = max(_LEAST_MEAN, sum(recent) / len(recent))
    return Rhythm(level, factors, _dispersion(counts, first, overall, factors))


def _towards(prior: float, total: float, many: int, weight: float) -> float:
    """The mean of ``many`` values, drawn to ``prior`` as by ``weight`` values more."""
    return (total + weight * prior) / (many + weight)


def _dispersion(
    counts: Sequence[float], first: datetime, level: float, factors: Sequence[float]
) -> float:
    """By moments: how much the squared distance exceeds what chance alone would give."""
    excess = square = 0.0
    for number, count in enumerate(counts):
        mean = level * factors[_slot(first + number * HOUR)]
        excess += (count - mean) ** 2 - mean
        square += mean * mean
    low, high = _DISPERSION
    return min(high, max(low, excess / square)) if square else low


def bursts(counts: Sequence[int], first: datetime) -> list[Burst]:
    """Every hour that stands out, oldest first. The rhythm is learned anew each day; an hour that
    stands out teaches only what was expected."""
    found: list[Burst] = []
    taught = [float(count) for count in counts[:WARM_UP]]
    usual, drift = None, 0.0
    for number in range(WARM_UP, len(counts)):
        hour = first + number * HOUR
        if usual is None or not (number - WARM_UP) % 24:
            start = max(0, number - HISTORY)
            usual = rhythm(taught[start:number], first + start * HOUR)
        burst, drift = _judged(usual, counts[number], hour, drift)
        mean = usual.mean(hour)
        taught.append(
            min(counts[number], mean + usual.deviation(mean)) if burst else counts[number]
        )
        if burst:
            found.append(burst)
    return found


def _judged(usual: Rhythm, count: int, hour: datetime, drift: float) -> tuple[Burst | None, float]:
    """The burst, if the hour is one, and the CUSUM after it."""
    mean = usual.mean(hour)
    above = min(_CAP, (count - mean) / usual.deviation(mean))
    drift = max(0.0, drift + above - _SLACK)
    if count <= mean or (count < 2 and drift <= _LIMIT):
        return None, drift
    chance = tail(count, mean, usual.dispersion)
    kind = "page" if chance < _TAIL else "warn" if drift > _LIMIT else ""
    if not kind:
        return None, drift
    return Burst(at=hour, kind=kind, seen=count, expected=mean, chance=chance), 0.0


def tail(count: int, mean: float, dispersion: float) -> float:
    """P(X >= count) of a negative binomial with that mean, variance mean + dispersion · mean²."""
    if count <= 0:
        return 1.0
    size = 1.0 / dispersion
    log_p, log_q = math.log(size / (size + mean)), math.log(mean / (size + mean))
    below = sum(
        math.exp(math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1)
                 + size * log_p + k * log_q)
        for k in range(count)
    )  # fmt: skip
    return min(1.0, max(0.0, 1.0 - below))


def _slot(hour: datetime) -> int:
    local = shanghai(hour)
    return local.hour + (24 if local.weekday() >= 5 else 0)
