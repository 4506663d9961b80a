"""The desk: how long pages and actions take while twenty people work, and what each page costs.

Milliseconds as the browser waits them: a desk of its own process on loopback; each of twenty people
asks for something every three seconds, one in eight a form. ``cpu`` figures: processor time of one
request for each page there is, in this process, so that a busy machine does not blur them (``-``
stands for what an address holds). Baseline: the same on a ledger with a hundredth of the cases.
Sizes: 10,000 cases with 100,000 mentions; TINGXUE_BENCH_FULL=1 has a million of these,
TINGXUE_BENCH_SMALL=1 a hundredth of everything, for some seconds.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from random import Random
from statistics import median, quantiles

import httpx

from config.loader import load
from domain.types import Role

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from deskclient import PASSWORD, account, hidden, office
from deskserver import free_port, served
from world import opened_world

PEOPLE, EVERY = 20, 3.0
PATHS = ("/", "/now/fragment", "/cases", "/cases?level=红", "/cases?status=待签收&category=parking",
         "/cases?page=40", "CASE", "CASE")  # fmt: skip
CASE, MENTION = "LHS-20260101-00000", f"{3:024x}"
PAGES = (
    "/", "/now/fragment", "/cases", "/cases?status=待签收&category=parking", "/cases?page=300",
    f"/cases/{CASE}", "/reviews", "/leads", "/leads?read=complaint&stage=case",
    "/leads?platform=douyin", f"/leads/{MENTION}", "/trends", "/trends?days=30", "/sources",
    "/sources/links", "/audit", "/roster", "/handover", "/reports",
    "/reports/preview?kind=day&date=2026-11-22", "/settings", "/settings/users",
    "/settings/channels", "/password", "/api/now", "/api/cases", f"/api/cases/{CASE}",
)  # fmt: skip
ROUNDS = 9


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
    where = f"{cases} cases, {mentions} mentions"
    ours, base = _cpu(cases, mentions), _cpu(cases // 100, cases)
    for path in PAGES:
        page = path.replace(CASE, "-").replace(MENTION, "-")
        said = f"{where}; one request, median of {ROUNDS}"
        yield _figure(f"cpu {page}", ours[path], base[path], said)
    large, few = (_measured(c, m, seconds) for c, m in ((cases, mentions), (cases // 100, cases)))
    where += f", {PEOPLE} people, one request each {EVERY:g} s"
    for what in ("pages", "actions"):
        ours, base = getattr(large, what), getattr(few, what)
        for name, of in (("p50", median), ("p95", _p95)):
            said = f"{where}; {len(ours)} answers, {os.cpu_count()} cores"
            yield _figure(f"{what}_{name}", of(ours), of(base), said)


def _figure(name: str, seconds: float, base: float, said: str) -> dict[str, object]:
    value, baseline = seconds * 1000, base * 1000
    return {
        "bench": "desk", "name": name, "value": round(value, 1), "unit": "ms",
        "baseline": round(baseline, 1), "ratio": round(value / baseline, 2), "conditions": said,
    }  # fmt: skip


def _cpu(cases: int, mentions: int) -> Mapping[str, float]:
    """Seconds of processor time by page, the median of ``ROUNDS``; the first request of each warms
    up."""
    plan, found = load(environ={}), dict[str, float]()
    with tempfile.TemporaryDirectory() as name, office(Path(name), plan) as made:
        import_module("_office").fill(made.world, plan, cases, mentions)
        people = {
            role: made.person(f"人{role}", role, "宣传部") for role in (Role.PUBLICITY, Role.ADMIN)
        }
        for path in PAGES:
            web = people[Role.ADMIN if path == "/settings/users" else Role.PUBLICITY]
            times = []
            for _ in range(ROUNDS + 1):
                begun = time.process_time()
                page = web.get(path)
                times.append(time.process_time() - begun)
                assert page.status_code == 200, (path, page.status_code)
            found[path] = median(times[1:])
    return found


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20)[-1]


def _measured(cases: int, mentions: int, seconds: float) -> Times:
    plan, times, port = load(environ={}), Times(), free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with opened_world(folder, plan) as world:
            import_module("_office").fill(world, plan, cases, mentions)
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
            steers = number % 2 == 0 and chance.random() < 1 / 2
            path = chance.choice(PAGES if steers else PATHS)
            path = "/settings" if path == "/settings/users" else path
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
