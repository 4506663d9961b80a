"""Bursts found, how late, and false alarms, beside the rolling-mean rule, on one simulated stream.

The simulation of nlp.md section 5.3: 90 days of hourly counts, negative binomial (dispersion .25),
by hour of the day and weekend, with 24 bursts of six hours in each cell.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from random import Random

from nlp.surges import HOUR, bursts

DAYS, BURSTS, LENGTH = 90, 24, 6
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
DISPERSION = 0.25
CELLS = [(rate, size) for rate in (0.5, 2.0, 8.0) for size in (3, 6)]

Rule = Callable[[Sequence[int]], list[int]]


def figures() -> Iterator[dict[str, object]]:
    """For each rate an hour and size of burst: share found, hours until then, false alarms a
    month; baseline and ratio are the rolling-mean rule's."""
    for rate, size in CELLS:
        counts, starts = _stream(rate, size, Random(f"{rate} {size}"))
        ours, theirs = (_score(rule(counts), starts) for rule in (_ours, _rolling))
        said = f"{rate:g} an hour, bursts x{size}, {DAYS} days, {BURSTS} bursts of {LENGTH} h"
        for name, unit in (("found", "share"), ("latency", "h"), ("false alarms", "per 30 days")):
            mine, other = ours[name], theirs[name]
            yield {
                "bench": "surges", "name": f"{name} {rate:g}/h x{size}", "value": mine,
                "unit": unit, "baseline": other, "ratio": mine / other if other else None,
                "conditions": said,
            }  # fmt: skip


def _ours(counts: Sequence[int]) -> list[int]:
    return [round((burst.at - FIRST) / HOUR) for burst in bursts(counts, FIRST)]


def _rolling(counts: Sequence[int]) -> list[int]:
    """Above the mean of the last 72 hours by three and a half standard deviations."""
    found = []
    for hour in range(72, len(counts)):
        window = counts[hour - 72 : hour]
        mean = sum(window) / 72
        deviation = math.sqrt(sum((count - mean) ** 2 for count in window) / 72)
        if counts[hour] >= 2 and counts[hour] > mean + 3.5 * deviation:
            found.append(hour)
    return found


def _stream(rate: float, size: int, rng: Random) -> tuple[list[int], list[int]]:
    """Hourly counts, and the hours at which bursts begin."""
    spread = range(10 * 24, DAYS * 24 - LENGTH, (DAYS - 11) * 24 // BURSTS)
    starts = [hour + rng.randrange(48) for hour in list(spread)[:BURSTS]]
    raised = {start + n for start in starts for n in range(LENGTH)}
    counts = []
    for hour in range(DAYS * 24):
        local = (FIRST + hour * HOUR).hour
        weekend = (FIRST + hour * HOUR).weekday() >= 5
        daily = 1.0 + 0.8 * math.sin((local - 4) * math.pi / 12)
        mean = rate * daily * (1.5 if weekend else 1.0) * (size if hour in raised else 1)
        counts.append(_negative_binomial(max(mean, 0.01), rng))
    return counts, starts


def _negative_binomial(mean: float, rng: Random) -> int:
    """A Poisson count whose mean is itself gamma distributed."""
    shape = 1.0 / DISPERSION
    return _poisson(rng.gammavariate(shape, mean / shape), rng)


def _poisson(mean: float, rng: Random) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count


def _score(alarms: Sequence[int], starts: Sequence[int]) -> dict[str, float]:
    late = []
    for start in starts:
        hits = [alarm - start for alarm in alarms if start <= alarm < start + LENGTH + 1]
        if hits:
            late.append(min(hits))
    inside = {start + n for start in starts for n in range(LENGTH + 2)}
    false = [alarm for alarm in alarms if alarm not in inside]
    return {
        "found": len(late) / len(starts),
        "latency": sum(late) / len(late) if late else math.nan,
        "false alarms": len(false) * 30 / DAYS,
    }
