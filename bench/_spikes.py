"""Plays streams to elastalert2's SpikeRule, for ``bench/surges.py``.

    python bench/_spikes.py TICK < [[seconds, …], …]

Imports nothing of ours, so it runs under any Python that has the extra ``bench``. The rule is the
one that its documents show for a rise: three times as many in 30 minutes as in the 30 before, and
at least three, as many as we ask for. It looks at each event and, as elastalert2 does between
them, every TICK seconds. Prints, as JSON, the seconds at which it fired, stream by stream.
"""

import json
import sys
from datetime import UTC, datetime, timedelta

OPTIONS = {
    "timeframe": timedelta(minutes=30), "spike_height": 3, "spike_type": "up",
    "threshold_cur": 3, "timestamp_field": "@timestamp", "name": "bench",
}  # fmt: skip


def fires(seconds: list[float], tick: float) -> list[float]:
    """When the rule fired on one stream."""
    from elastalert.ruletypes import SpikeRule

    rule, found = SpikeRule(dict(OPTIONS)), []
    looks = [n * tick for n in range(1, int(seconds[-1] // tick) + 1)]
    for moment, event in sorted([(s, True) for s in seconds] + [(s, False) for s in looks]):
        at = datetime.fromtimestamp(moment, UTC)
        before = len(rule.matches)
        if event:
            rule.add_data([{"@timestamp": at}])
        elif rule.cur_windows:
            rule.garbage_collect(at)
        found += [moment] if len(rule.matches) > before else []
    return found


if __name__ == "__main__":
    json.dump([fires(one, float(sys.argv[1])) for one in json.load(sys.stdin)], sys.stdout)
