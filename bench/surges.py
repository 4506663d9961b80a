"""Bursts found, how late, and false alarms, beside other rules, on simulated streams.

First the simulation of nlp.md section 5.3, beside the rolling-mean rule: 90 days of hourly counts,
negative binomial (dispersion .25), by hour of the day and weekend, with 24 bursts of six hours, six
times in each cell, for by one series alone the rules trade places. Then the alarm as it rings (a
look every five minutes over the last 28 days, one ring a surge) beside elastalert2 2.19.0's
SpikeRule on the same moments: minutes to the first ring in surges of three hours by day, and rings
in seven flat days. SpikeRule needs the extra ``bench``; TINGXUE_BENCH_PYTHON names another Python
that has it. TINGXUE_BENCH_SMALL=1: two surges a cell.
"""

import json
import math
import os
import subprocess
import sys
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from random import Random
from statistics import fmean, median

from nlp.surges import HOUR, USUAL, bursts, latest

DAYS, BURSTS, LENGTH, SERIES = 90, 24, 6, 6
FIRST = datetime(2026, 12, 1, tzinfo=UTC)
DISPERSION = 0.25
CELLS = [(rate, size) for rate in (0.5, 2.0, 8.0) for size in (3, 6)]

Rule = Callable[[Sequence[int]], list[int]]

TICK, HISTORY, FLAT_DAYS, SURGE_HOURS = 300, 28 * 24, 7, 3
FLAT_RATES, TOLD_RATES, SIZES = (0.1, 0.5, 2.0, 8.0), (0.5, 2.0, 8.0), (3, 5)
_HOUR = 3600


def figures() -> Iterator[dict[str, object]]:
    """The hourly rule, then the alarm."""
    yield from _hourly()
    yield from _alarms()


def _hourly() -> Iterator[dict[str, object]]:
    """For each rate an hour and size of burst: share found, hours until then, false alarms a
    month; baseline and ratio are the rolling-mean rule's."""
    for rate, size in CELLS:
        streams = [_stream(rate, size, Random(f"{n} {rate} {size}")) for n in range(SERIES)]
        ours, theirs = (
            _mean([_score(rule(counts), starts) for counts, starts in streams])
            for rule in (_ours, _rolling)
        )
        said = (f"{rate:g} an hour, bursts x{size}, {SERIES} series of {DAYS} days with {BURSTS} "
                f"bursts of {LENGTH} h")  # fmt: skip
        for name, unit in (("found", "share"), ("latency", "h"), ("false alarms", "per 30 days")):
            mine, other = ours[name], theirs[name]
            yield {
                "bench": "surges", "name": f"{name} {rate:g}/h x{size}", "value": mine,
                "unit": unit, "baseline": other, "ratio": mine / other if other else None,
                "conditions": said,
            }  # fmt: skip


def _mean(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """Over the series; those that found nothing have no latency."""
    told = {name: [one[name] for one in scores if not math.isnan(one[name])] for name in scores[0]}
    return {name: fmean(values) if values else math.nan for name, values in told.items()}


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
        mean = _usual(rate, hour) * (size if hour in raised else 1)
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


# --- the alarm, minute by minute


def _alarms() -> Iterator[dict[str, object]]:
    """For each rate, and size of surge: baseline and ratio are SpikeRule's."""
    many = 2 if os.environ.get("TINGXUE_BENCH_SMALL") else 16
    python = os.environ.get("TINGXUE_BENCH_PYTHON", sys.executable)
    version = import_module("_beside").version(python, "elastalert")
    if not version:
        print("SKIPPED: elastalert2 is not installed; pip install '.[bench]', or name a Python "
              "that has it in TINGXUE_BENCH_PYTHON", file=sys.stderr)  # fmt: skip
    beside = f"beside elastalert2 {version} SpikeRule x3 in 30 min" if version else "alone"
    for rate in FLAT_RATES:
        flat = [_moments(rate, HISTORY + FLAT_DAYS * 24, Random(f"flat {rate} {n}"))
                for n in range(max(1, many // 5))]  # fmt: skip
        mine = [_rings(one, HISTORY * _HOUR, (HISTORY + FLAT_DAYS * 24) * _HOUR) for one in flat]
        other = _theirs(python, flat) if version else []
        fired = sum(at > HISTORY * _HOUR for one in other for at in one)
        yield _figure(
            f"rings in seven flat days {rate:g}/h", "rings",
            sum(map(len, mine)) / len(flat),
            fired / len(flat) if version else None,
            f"mean of {len(flat)} series, {beside}",
        )  # fmt: skip
    for rate in TOLD_RATES:
        for size in SIZES:
            yield from _first_rings(rate, size, many, python if version else "", beside)


def _first_rings(
    rate: float, size: int, many: int, python: str, beside: str
) -> Iterator[dict[str, object]]:
    streams, starts = [], []
    for number in range(many):
        rng = Random(f"surge {rate} {size} {number}")
        start = (HISTORY + 5 + rng.randrange(9)) * _HOUR + rng.randrange(_HOUR)  # by day
        hours = HISTORY + 24
        streams.append(_moments(rate, hours, rng, size, start))
        starts.append(start)
    ends = [start + SURGE_HOURS * _HOUR for start in starts]
    mine = [_rings(*one) for one in zip(streams, starts, ends, strict=True)]
    other = _theirs(python, streams) if python else []
    late, share = _told(mine, starts)
    their_late, their_share = _told(other, starts) if python else (None, None)
    said = f"{many} surges of {SURGE_HOURS} h, the found ones' median, {beside}"
    yield _figure(f"minutes to ring {rate:g}/h x{size}", "min", late, their_late, said)
    yield _figure(f"surges rung {rate:g}/h x{size}", "share", share, their_share, said)


def _told(
    rings: Sequence[Sequence[float]], starts: Sequence[int]
) -> tuple[float | None, float | None]:
    """Median minutes to the first ring within the surge, and the share that rang."""
    firsts = [
        min((at - start for at in one if 0 < at - start <= SURGE_HOURS * _HOUR), default=None)
        for one, start in zip(rings, starts, strict=True)
    ]
    found = [first / 60 for first in firsts if first is not None]
    return (median(found) if found else None), len(found) / len(firsts)


def _figure(
    name: str, unit: str, value: float | None, baseline: float | None, said: str
) -> dict[str, object]:
    ratio = value / baseline if value is not None and baseline else None
    return {"bench": "surges", "name": name, "value": value, "unit": unit, "baseline": baseline,
            "ratio": ratio, "conditions": said}  # fmt: skip


def _rings(moments: Sequence[float], since: float, until: float) -> list[float]:
    """When the alarm of one series rings for the first time in each of its surges, by the rules of
    ``tingxue.surging``: counts of whole hours up to the present, one ring until it is over."""
    found: list[float] = []
    quiet_from = -math.inf
    for now in range(int(since), int(until) + 1, TICK):
        near, end = (bisect_right(moments, now - ago) for ago in (USUAL.news_hours * _HOUR, 0))
        if end - near < USUAL.least_people:
            continue
        hours = min(now // _HOUR, HISTORY)
        first = now - hours * _HOUR
        counts = [0] * hours
        for at in moments[bisect_right(moments, first) : end]:
            counts[min(hours - 1, int(at - first) // _HOUR)] += 1
        surge = latest(counts, FIRST + timedelta(seconds=first))
        if surge is None or surge.seen < USUAL.least_people:
            continue
        if now >= quiet_from:
            found.append(now)
        last = (surge.last - FIRST).total_seconds() + _HOUR
        quiet_from = max(quiet_from, last + USUAL.quiet_hours * _HOUR)
    return found


def _theirs(python: str, streams: Sequence[Sequence[float]]) -> list[list[float]]:
    script = Path(__file__).with_name("_spikes.py")
    done = subprocess.run(
        [python, script, str(TICK)], input=json.dumps(streams), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:  # elastalert2 2.19.0 does not say that it needs pytz
        sys.exit(f"{python} {script.name}: {done.stderr.strip().splitlines()[-1]}")
    found: list[list[float]] = json.loads(done.stdout)
    return found


def _moments(
    rate: float, hours: int, rng: Random, size: int = 1, start: float = math.inf
) -> list[float]:
    """Seconds since ``FIRST`` at which somebody speaks; ``size`` times as many from ``start`` on,
    for three hours."""
    found = [
        hour * _HOUR + rng.random() * _HOUR
        for hour in range(hours)
        for _ in range(_negative_binomial(max(_usual(rate, hour), 0.01), rng))
    ]
    if start < math.inf:
        for minute in range(SURGE_HOURS * 60):
            at = start + minute * 60
            more = _usual(rate, int(at) // _HOUR) * (size - 1) / 60
            found += [at + rng.random() * 60 for _ in range(_poisson(more, rng))]
    return sorted(found)


def _usual(rate: float, hour: int) -> float:
    when = FIRST + hour * HOUR
    daily = 1.0 + 0.8 * math.sin((when.hour - 4) * math.pi / 12)
    return rate * daily * (1.5 if when.weekday() >= 5 else 1.0)
