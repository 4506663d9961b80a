"""Notices when more people than usual speak of a thing: bursts in a series of hourly counts.

Two rules on one expectation. ``page``: so many in one hour have a chance below three in a hundred
thousand (negative-binomial tail: complaints come in clumps, so Poisson would cry wolf). ``warn``:
several hours in a row stand a little too high (CUSUM). The expectation knows the hour of the day
and the weekend, learns from the last four weeks, and is not taught by earlier bursts. Beside them
``tone``: not more voices, but more of them negative. The numbers are ``domain.plan.SurgeRule``.
Count distinct authors after removing near-duplicates, never posts. Source: nlp.md section 5.3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from domain.plan import SurgeRule
from domain.times import shanghai

Row = NDArray[np.float64]
HOUR = timedelta(hours=1)
USUAL = SurgeRule()
_RECENT = 7 * 24
_SLACK, _CAP = 0.75, 4.0
"""CUSUM in standard deviations: what an hour may stand too high, and the most that one hour adds,
so that one busy hour alone is the tail's business."""
_ALIKE = 0.02
"""How much voices of one time and place resemble each other (correlation within a beta-binomial):
comments below one film are not so many opinions."""
_SMOOTH = 6.0
_LEAST_MEAN = 0.02
_DISPERSION = (0.02, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """An hour (UTC, its beginning) as judged. kind: "page" or "warn"; "" when it does not stand
    out. chance: of so many or more in that hour, 0…1 (1 where none was reckoned). dispersion: as in
    its rhythm."""

    at: datetime
    kind: str
    seen: int
    expected: float
    chance: float
    dispersion: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is usual. level: mean an hour, lately. factors: hour of the week, folded to weekday and
    weekend, 24 each. dispersion: variance = mean + dispersion · mean²."""

    level: float
    factors: tuple[float, ...]
    dispersion: float

    def mean(self, hour: datetime) -> float:
        """Expected count in that hour."""
        return self.at(_slot(hour))

    def at(self, slot: int) -> float:
        """Expected count in an hour of that slot."""
        return max(_LEAST_MEAN, self.level * self.factors[slot])

    def deviation(self, mean: float) -> float:
        """Standard deviation at that mean."""
        return math.sqrt(mean + self.dispersion * mean * mean)


def rhythm(counts: Sequence[float], first: datetime) -> Rhythm:
    """Learned from hourly counts, the first of which began at ``first``. Raises ValueError for
    none."""
    return _learned(counts, [_slot(first + number * HOUR) for number in range(len(counts))])


def _learned(counts: Sequence[float] | Row, slots: Sequence[int] | Row) -> Rhythm:
    """The same, by the slots of the hours, which are reckoned once for many rhythms."""
    if not len(counts):
        raise ValueError("no history to learn a rhythm from")
    values, where = np.asarray(counts, dtype=float), np.asarray(slots)
    overall = max(_LEAST_MEAN, float(values.mean()))
    sums = np.bincount(where, values, minlength=48) / overall
    hours = np.bincount(where, minlength=48).astype(float)
    daily = _towards(np.ones(24), sums[:24] + sums[24:], hours[:24] + hours[24:], 1.0)
    factors = _towards(np.tile(daily, 2), sums, hours, _SMOOTH)
    level = max(_LEAST_MEAN, float(values[-_RECENT:].mean()))
    return Rhythm(level, tuple(factors.tolist()), _dispersion(values, overall * factors[where]))


def _towards(prior: Row, total: Row, many: Row, weight: float) -> Row:
    """The mean of ``many`` values, drawn to ``prior`` as by ``weight`` values more."""
    drawn: Row = (total + weight * prior) / (many + weight)
    return drawn


def _dispersion(values: Row, means: Row) -> float:
    """By moments: how much the squared distance exceeds what chance alone would give."""
    excess, square = float(((values - means) ** 2 - means).sum()), float((means * means).sum())
    low, high = _DISPERSION
    return min(high, max(low, excess / square)) if square else low


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """A burst that is still news. began: its first hour that stands out (UTC); last: the newest
    one. kind: its strongest hour's. seen, expected: summed from ``began`` to the end of the counts.
    top: its most unlikely hour."""

    began: datetime
    last: datetime
    kind: str
    seen: int
    expected: float
    top: Burst


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """``negative`` of ``voices`` in the last hours; usually that share (0…1). chance: of so many or
    more, 0…1."""

    negative: int
    voices: int
    usual: float
    chance: float


def bursts(counts: Sequence[int], first: datetime, rule: SurgeRule = USUAL) -> list[Burst]:
    """Every hour that stands out, oldest first."""
    return [hour for hour in judged(counts, first, rule) if hour.kind]


def judged(counts: Sequence[int], first: datetime, rule: SurgeRule = USUAL) -> list[Burst]:
    """Every hour after the warm-up, oldest first. The rhythm is learned anew each day; an hour that
    stands out teaches only what was expected."""
    found: list[Burst] = []
    slots = [_slot(first + number * HOUR) for number in range(len(counts))]
    where = np.asarray(slots, dtype=int)
    taught = np.array(counts, dtype=float)  # a copy, in which what stands out is cut
    usual, drift = None, 0.0
    for number in range(rule.warm_up_hours, len(counts)):
        hour = first + number * HOUR
        if usual is None or not (number - rule.warm_up_hours) % 24:
            start = max(0, number - rule.history_days * 24)
            usual = _learned(taught[start:number], where[start:number])
        mean = usual.at(slots[number])
        burst, drift = _judged(usual, mean, counts[number], hour, drift, rule)
        if burst.kind:
            taught[number] = min(counts[number], mean + usual.deviation(mean))
        found.append(burst)
    return found


def latest(counts: Sequence[int], first: datetime, rule: SurgeRule = USUAL) -> Surge | None:
    """The burst that reaches into the last ``news_hours``, if there is one: hours that stand out
    with no more than ``quiet_hours`` between them. One that only warns must as a whole be unlikely
    (``warn_chance``): of many series, in which a voice a day is usual, some always drift."""
    hours = judged(counts, first, rule)
    out = [number for number, hour in enumerate(hours) if hour.kind]
    if not out or len(hours) - out[-1] > rule.news_hours:
        return None
    start = out[-1]
    for number in reversed(out):
        if start - number > rule.quiet_hours:
            break
        start = number
    run = hours[start:]
    surge = Surge(
        began=run[0].at,
        last=hours[out[-1]].at,
        kind="page" if any(hour.kind == "page" for hour in run) else "warn",
        seen=sum(hour.seen for hour in run),
        expected=sum(hour.expected for hour in run),
        top=min((hour for hour in run if hour.kind), key=lambda hour: hour.chance),
    )
    whole = tail(surge.seen, surge.expected, run[-1].dispersion)
    return surge if surge.kind == "page" or whole < rule.warn_chance else None


def _judged(
    usual: Rhythm, mean: float, count: int, hour: datetime, drift: float, rule: SurgeRule
) -> tuple[Burst, float]:
    """The hour, and the CUSUM after it."""
    above = min(_CAP, (count - mean) / usual.deviation(mean))
    drift = max(0.0, drift + above - _SLACK)
    if count <= mean or (count < 2 and drift <= rule.drift):
        quiet = Burst(at=hour, kind="", seen=count, expected=mean, chance=1.0,
                      dispersion=usual.dispersion)  # fmt: skip
        return quiet, drift
    chance = tail(count, mean, usual.dispersion)
    kind = "page" if chance < rule.chance else "warn" if drift > rule.drift else ""
    burst = Burst(at=hour, kind=kind, seen=count, expected=mean, chance=chance,
                  dispersion=usual.dispersion)  # fmt: skip
    return burst, 0.0 if kind else drift


def tone(voices: Sequence[int], negative: Sequence[int], rule: SurgeRule = USUAL) -> Tone | None:
    """Whether the last ``tone_hours`` of hourly counts hold an unlikely share of negative voices;
    None if not, or while there is too little to compare with. Shares are drawn to one half, as by
    two voices more, so that a short history claims nothing."""
    split = len(voices) - rule.tone_hours
    many, bad = sum(voices[split:]), sum(negative[split:])
    if split < rule.warm_up_hours or bad < rule.tone_people:
        return None
    usual = (sum(negative[:split]) + 1) / (sum(voices[:split]) + 2)
    chance = _share_tail(bad, many, usual)
    if bad <= usual * many or chance >= rule.tone_chance:
        return None
    return Tone(negative=bad, voices=many, usual=usual, chance=chance)


def _share_tail(bad: int, many: int, share: float) -> float:
    """P(X >= bad) of a beta-binomial over ``many`` with that mean share."""
    together = 1.0 / _ALIKE - 1.0
    a, b = share * together, (1.0 - share) * together
    known = math.lgamma(many + 1) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    return min(1.0, sum(
        math.exp(known - math.lgamma(k + 1) - math.lgamma(many - k + 1) + math.lgamma(k + a)
                 + math.lgamma(many - k + b) - math.lgamma(many + a + b))
        for k in range(bad, many + 1)
    ))  # fmt: skip


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
