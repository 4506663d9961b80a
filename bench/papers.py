"""The weekly paper: how long it takes and how much memory, beside a week of a hundredth.

Each in a process of its own, so that the memory is that paper's alone: from an opened ledger to two
recorded files. A tenth of the mentions are complaints, three to a case, and half have counts that a
page showed. Once nothing is known of the week before, which the paper compares with, and once it
has as many mentions. Sizes: 100,000 mentions, which is the goal (10 s, 500 MB) of issue 9 of the
project; TINGXUE_BENCH_SMALL=1 a hundredth of everything.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from config.loader import load
from domain.plan import Plan
from domain.types import Counts, Level, State
from ledger import schema
from tingxue import reporting
from tingxue.counting import last_finished

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from world import MONDAY, World, opened_world

STATES = (State.CLOSED, State.CLOSED, State.CLOSED, State.TO_SIGN, State.SIGNED, State.IN_HAND)
COMPLAINTS = 10
"""One mention in so many."""
_TEXT = "第{0}条：从{1}出来排了很久的队，天冷，孩子一直在哭，希望有人管一管，也谢谢帮忙的工作人员"


def figures() -> Iterator[dict[str, object]]:
    """Seconds and memory."""
    many = 1_000 if os.environ.get("TINGXUE_BENCH_SMALL") else 100_000
    for before, known in ((0, "nothing"), (1, "as many")):
        large, small = (_measured(count, count * before) for count in (many, many // 100))
        for name, unit in (("seconds", "s"), ("memory", "MB")):
            value, baseline = large[name], small[name]
            yield {
                "bench": "papers", "name": f"week_{name}, {known} before", "value": round(value, 1),
                "unit": unit, "baseline": round(baseline, 1), "ratio": round(value / baseline, 2),
                "conditions": f"{many} mentions, {many // COMPLAINTS // 3} cases; "
                f"{large['cpu']:.1f} s of processor; baseline {many // 100} mentions; "
                f"docx {large['docx']:.1f}, xlsx {large['xlsx']:.1f} MB; "
                f"{os.cpu_count()} cores",
            }  # fmt: skip


def _measured(count: int, before: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        plan = load(environ={})
        with opened_world(Path(folder), plan) as world:
            fill(world, plan, count, before)
        command = [sys.executable, __file__, folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def fill(world: World, plan: Plan, count: int, before: int) -> None:
    """A week of so many mentions, spread evenly, and the cases of its complaints; ``before``: how
    many of the week before it."""
    world.say(1, ["taxi_refusal"], places=("龙嘉机场",), text="第一条", counts=Counts(likes=1))
    with world.app.ledger.write() as books:
        db = books.connection
        kept = (schema.mentions, schema.verdicts, schema.sightings, schema.cases,
                schema.obligations, schema.events)  # fmt: skip
        like = {table: _first(db, table) for table in kept}
        cases = _cases(plan, like, count // COMPLAINTS // 3)
        rows = [(schema.mentions, _mentions(plan, like[schema.mentions], count, before)),
                (schema.verdicts, _verdicts(plan, like[schema.verdicts], count + before)),
                (schema.sightings, _sightings(like[schema.sightings], count)), *cases]  # fmt: skip
        for table, some in rows:
            for start in range(0, len(some), 5_000):
                db.execute(insert(table), some[start : start + 5_000])


def _first(db: Connection, table: Table) -> dict[str, Any]:
    return dict(db.execute(select(table)).mappings().first() or {})


def _mentions(plan: Plan, like: dict[str, Any], count: int, before: int) -> list[dict[str, Any]]:
    period, chance = last_finished("week", MONDAY), Random(1)
    length = period.end - period.start
    platforms, places = list(plan.platform_names), list(plan.places)
    return [
        like | {
            "mention_id": f"{n:024x}", "native_id": f"n{n}",
            "first_seen_at": period.start + n % count * length / count - n // count * length,
            "stage": "done",
            "platform": chance.choice(platforms),
            "text": _TEXT.format(n, chance.choice(places).name),
        }
        for n in range(count + before)
    ]  # fmt: skip


def _verdicts(plan: Plan, like: dict[str, Any], count: int) -> list[dict[str, Any]]:
    chance, codes = Random(2), list(plan.categories)
    tones, places = ("negative", "neutral", "positive"), list(plan.places)
    return [
        like | {
            "mention_id": f"{n:024x}", "places": [chance.choice(places).name],
            "complaints": [[chance.choice(codes), 0.9, []]] if n % COMPLAINTS == 0 else [],
            "polarity": tones[0] if n % COMPLAINTS == 0 else chance.choice(tones),
        }
        for n in range(count)
    ]  # fmt: skip


def _sightings(like: dict[str, Any], count: int) -> list[dict[str, Any]]:
    return [like | {"mention_id": f"{n:024x}", "likes": n % 500} for n in range(0, count, 2)]


def _cases(
    plan: Plan, like: dict[Table, dict[str, Any]], count: int
) -> list[tuple[Table, list[dict[str, Any]]]]:
    """Three reports and two departments each."""
    chance, period = Random(3), last_finished("week", MONDAY)
    names, codes = list(plan.departments), list(plan.categories)
    rows: dict[Table, list[dict[str, Any]]] = {
        table: []
        for table in (schema.cases, schema.obligations, schema.case_mentions, schema.events)
    }
    for n in range(count):
        first = 3 * COMPLAINTS * n
        opened = period.start + (period.end - period.start) * n / count
        state, about = str(chance.choice(STATES)), {"case_id": f"LHS-20261116-{n:05d}"}
        done = opened + timedelta(hours=5)
        rows[schema.cases].append(like[schema.cases] | about | {
            "categories": [chance.choice(codes)], "level": str(chance.choice(list(Level))),
            "status": state, "opened_at": opened, "last_report_at": opened, "version": 1,
            "place": chance.choice(list(plan.places)).name,
        })  # fmt: skip
        for position, name in enumerate(chance.sample(names, 2)):
            rows[schema.obligations].append(like[schema.obligations] | about | {
                "department": name, "position": position, "status": state,
                "duty": "support" if position else "lead", "opened_at": opened,
                "ack_due": opened + timedelta(minutes=30), "reply_due": done,
                "acknowledged_at": None if state == State.TO_SIGN else opened,
                "replied_at": done if state == State.CLOSED else None,
                "accepted_at": done if state == State.CLOSED else None,
            })  # fmt: skip
        rows[schema.case_mentions] += [
            about | {"mention_id": f"{first + k * COMPLAINTS:024x}", "position": k}
            for k in range(3)
        ]
        rows[schema.events].append(like[schema.events] | about | {"at": opened})
    return list(rows.items())


def child(folder: Path) -> None:
    """Make the paper of the ledger there, and say what it took."""
    with opened_world(folder, load(environ={})) as world:
        begun, used = time.perf_counter(), time.process_time()
        made = reporting.make(world.app, "week", last_finished("week", MONDAY).first_day)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    status = Path("/proc/self/status").read_text()  # getrusage would count who started us, too
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1000
    sizes = {path.suffix[1:]: path.stat().st_size / 1e6 for path in (made.docx, made.xlsx)}
    print(json.dumps({"seconds": seconds, "cpu": cpu, "memory": peak, **sizes}))


if __name__ == "__main__":
    child(Path(sys.argv[1]))
