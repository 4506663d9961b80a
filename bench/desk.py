"""The desk: how long a page and an action take while twenty people work, beside a small office.

A desk of its own process on loopback; each of twenty people asks for something every three seconds,
one in eight a form. Milliseconds as the browser waits them. Baseline: the same on a ledger with a
hundredth of the cases. Sizes: 10,000 cases with 100,000 mentions; TINGXUE_BENCH_FULL=1 has a
million of these, TINGXUE_BENCH_SMALL=1 a hundredth of everything, for some seconds.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Any

import httpx
from sqlalchemy import Table, insert, select

from config.loader import load
from domain.plan import Plan
from domain.types import Level, Role, State
from ledger import schema

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from deskclient import PASSWORD, account, hidden
from deskserver import free_port, served
from world import MONDAY, World, opened_world

PEOPLE, EVERY = 20, 3.0
OPEN_SHARE = 0.15
STATES = (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)
PATHS = ("/", "/now/fragment", "/cases", "/cases?level=红", "/cases?status=待签收&category=parking",
         "/cases?page=40", "CASE", "CASE")  # fmt: skip


@dataclass
class Times:
    """Seconds of each answer."""

    pages: list[float] = field(default_factory=list)
    actions: list[float] = field(default_factory=list)


def figures() -> Iterator[dict[str, object]]:
    """p50 and p95 of pages and actions."""
    small, full = (os.environ.get(f"TINGXUE_BENCH_{name}") for name in ("SMALL", "FULL"))
    cases = 100 if small else 10_000
    mentions = 1_000 if small else 1_000_000 if full else 100_000
    seconds = 6.0 if small else 60.0
    large, few = (_measured(c, m, seconds) for c, m in ((cases, mentions), (cases // 100, cases)))
    where = f"{cases} cases, {mentions} mentions, {PEOPLE} people, one request each {EVERY:g} s"
    for what in ("pages", "actions"):
        ours, base = getattr(large, what), getattr(few, what)
        for name, of in (("p50", median), ("p95", _p95)):
            value, baseline = of(ours) * 1000, of(base) * 1000
            yield {
                "bench": "desk", "name": f"{what}_{name}", "value": round(value, 1), "unit": "ms",
                "baseline": round(baseline, 1), "ratio": round(value / baseline, 2),
                "conditions": f"{where}; {len(ours)} answers, {os.cpu_count()} cores",
            }  # fmt: skip


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def _measured(cases: int, mentions: int, seconds: float) -> Times:
    plan, times, port = load(environ={}), Times(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with opened_world(folder, plan) as world:
            fill(world, plan, cases, mentions)
            for number in range(PEOPLE):
                role = Role.HANDLER if number % 2 else Role.PUBLICITY
                account(world, f"人{number}", role, "住建局" if number % 2 else "宣传部")
        with served(folder, port):
            address = f"http://127.0.0.1:{port}"
            ready = threading.Barrier(PEOPLE)
            threads = [
                threading.Thread(target=_work, args=(address, number, seconds, times, ready))
                for number in range(PEOPLE)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    return times


def _work(
    address: str, number: int, seconds: float, times: Times, ready: threading.Barrier
) -> None:
    """One person: a page every three seconds, and now and then a note on a case."""
    chance, headers = Random(number), {"origin": address}
    with httpx.Client(base_url=address, headers=headers, timeout=30, trust_env=False) as web:
        login = {"name": f"人{number}", "password": PASSWORD}
        assert web.post("/login", data=login).status_code == 303
        lines = web.get("/cases").text.split('href="/cases/')[1:]
        mine = [line.split('"')[0] for line in lines]
        ready.wait()  # that twenty sign in at once is another matter
        time.sleep(chance.uniform(0, EVERY))
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            path = chance.choice(PATHS)
            case_id = chance.choice(mine)
            begun = time.perf_counter()
            page = web.get(f"/cases/{case_id}" if path == "CASE" else path)
            times.pages.append(time.perf_counter() - begun)
            assert page.status_code == 200, page.text
            if chance.random() < 1 / 8:
                times.actions.append(_note(web, case_id))
            time.sleep(max(0.0, EVERY - (time.perf_counter() - begun)))


def _note(web: httpx.Client, case_id: str) -> float:
    path = f"/cases/{case_id}/note"
    form = hidden(web.get(f"/cases/{case_id}").text, path) | {"note": "看过"}
    begun = time.perf_counter()
    answer = web.post(path, data=form)
    assert answer.status_code in (303, 409), answer.text  # 409: somebody was faster
    return time.perf_counter() - begun


def fill(world: World, plan: Plan, cases: int, mentions: int) -> None:
    """So many cases, three departments and three reports each; a part of them is open."""
    world.say(1, ["taxi_refusal"], text="第一条")
    with world.app.ledger.write() as books:
        db = books.connection
        mention, case, owed, event = (
            dict(db.execute(select(table)).mappings().first() or {})
            for table in (schema.mentions, schema.cases, schema.obligations, schema.events)
        )
        rows: list[tuple[Table, list[dict[str, Any]]]] = [
            (schema.mentions, [_mention(mention, n) for n in range(max(mentions, 3 * cases))]),
            *_cases(plan, case, owed, event, cases),
        ]
        for table, some in rows:
            for start in range(0, len(some), 5_000):
                db.execute(insert(table), some[start : start + 5_000])


def _mention(like: dict[str, Any], n: int) -> dict[str, Any]:
    seen = MONDAY - timedelta(minutes=n)
    return like | {"mention_id": f"{n:024x}", "native_id": f"n{n}", "first_seen_at": seen}


def _cases(
    plan: Plan, case: dict[str, Any], owed: dict[str, Any], event: dict[str, Any], count: int
) -> list[tuple[Table, list[dict[str, Any]]]]:
    chance, names, codes = Random(1), list(plan.departments), list(plan.categories)
    rows: dict[str, list[dict[str, Any]]] = {"cases": [], "owed": [], "members": [], "events": []}
    for n in range(count):
        opened = MONDAY - timedelta(minutes=15 * n)
        state = str(chance.choice(STATES) if n < count * OPEN_SHARE else State.CLOSED)
        about = {"case_id": f"LHS-20260101-{n:05d}"}
        rows["cases"].append(case | about | {
            "categories": [chance.choice(codes)], "place": chance.choice(plan.places).name,
            "level": str(chance.choice(list(Level))), "status": state, "opened_at": opened,
            "version": 1,
        })  # fmt: skip
        for position, name in enumerate(chance.sample(names, 3)):
            rows["owed"].append(owed | about | {
                "department": name, "position": position, "status": state,
                "duty": "support" if position else "lead",
                "ack_due": opened + timedelta(minutes=30), "acknowledged_at": opened,
                "replied_at": opened if state in (State.IN_REVIEW, State.CLOSED) else None,
                "reply_due": opened + timedelta(hours=48),
            })  # fmt: skip
        rows["members"] += [
            about | {"mention_id": f"{3 * n + k:024x}", "position": k} for k in range(3)
        ]
        rows["events"].append(event | about)
    tables = (schema.cases, schema.obligations, schema.case_mentions, schema.events)
    return list(zip(tables, rows.values(), strict=True))
