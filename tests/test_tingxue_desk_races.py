"""Ten people sign one case at once, and a desk is killed in the middle: one signature, no halves.

``TINGXUE_RACES`` cases (100; the goal is shown with 1000) and ``TINGXUE_KILLS`` kills (4).
"""

import os
import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from deskclient import PASSWORD, account, hidden
from deskserver import free_port, served
from sqlalchemy import func, select
from world import World

from domain.commands import Command
from domain.errors import Conflict
from domain.types import Actor, Role, State
from ledger import schema
from ledger.chains import Looked
from tingxue.acting import act

pytestmark = pytest.mark.full
CASES = int(os.environ.get("TINGXUE_RACES", "100"))
KILLS = int(os.environ.get("TINGXUE_KILLS", "4"))
PEOPLE = [Actor(name=f"住建员{n}", role=Role.HANDLER, department="住建局") for n in range(10)]


def opened_cases(world: World, count: int) -> list[str]:
    for number in range(count):
        world.said(
            number, ["street_lighting"], text=f"第{number}盏路灯不亮", places=(f"地{number}",)
        )
    world.say(count, ["street_lighting"], text="还有一盏", places=("另一处",))
    return world.cases()[:count]


def test_of_ten_who_sign_at_once_one_does_and_nine_are_told(world: World) -> None:
    cases = opened_cases(world, CASES)
    seen = {case_id: world.case(case_id).version for case_id in cases}

    def sign(case_id: str, actor: Actor) -> str:
        command = Command(action="ack", actor=actor, at=world.clock(), department="住建局",
                          command_id=f"desk:{case_id}{actor.name}")  # fmt: skip
        try:
            act(world.app, case_id, command, seen=seen[case_id])
        except Conflict as error:
            assert "“签收”" in str(error)
            return "told"
        return "signed"

    with ThreadPoolExecutor(10) as pool:
        jobs = [(c, pool.submit(sign, c, actor)) for c in cases for actor in PEOPLE]
        came = Counter((case_id, job.result()) for case_id, job in jobs)
    assert came == Counter({(c, "signed"): 1 for c in cases} | {(c, "told"): 9 for c in cases})
    for case_id in cases:
        assert world.case(case_id).obligations[0].status is State.SIGNED
    with world.app.ledger.read() as books:
        assert not list(books.chains.breaks(Looked()))


def test_a_desk_that_is_killed_leaves_nothing_half_done(world: World, tmp_path: Path) -> None:
    """Each wish for more time is one event and one message to 宣传部. A form whose answer was lost
    is sent again to the next desk, under the same session, and counts once."""
    case_id, address = opened_cases(world, 1)[0], f"http://127.0.0.1:{(port := free_port())}"
    web, chance, sent = httpx.Client(base_url=address, trust_env=False), random.Random(8), 0
    account(world, "甲", Role.HANDLER, "住建局")
    form: dict[str, str] = {}
    for _ in range(KILLS):
        with served(tmp_path, port) as child:
            if not form:
                form = {"csrf": _signed_in(web, address, case_id), "department": "住建局",
                        "note": "要等配件", "version": "1"}  # fmt: skip
            killer = threading.Timer(chance.uniform(0.1, 0.6), child.kill)
            killer.start()
            with suppress(httpx.TransportError):
                while True:
                    data = form | {"token": f"token-number-{sent:05d}", "version": "999999"}
                    headers = {"origin": address}
                    answer = web.post(f"/cases/{case_id}/ask-extension", data=data, headers=headers)
                    assert answer.status_code == 303, answer.text
                    sent += 1
            killer.join()
    web.close()
    with world.app.ledger.read() as books:
        wishes = [e for e in books.cases.events(case_id) if e.action == "ask-extension"]
        of = (schema.alerts.c.case_id == case_id) & (schema.alerts.c.purpose == "ask-extension")
        told = books.connection.scalar(select(func.count()).where(of))
        assert not list(books.chains.breaks(Looked()))
    assert fold_holds(world, case_id)
    assert sent > KILLS and sent <= len(wishes) <= sent + 1
    assert told == len(wishes)


def fold_holds(world: World, case_id: str) -> bool:
    return world.case(case_id).case_id == case_id  # which compares it with the fold of its events


def _signed_in(web: httpx.Client, address: str, case_id: str) -> str:
    login = {"name": "甲", "password": PASSWORD}
    assert web.post("/login", data=login, headers={"origin": address}).status_code == 303
    page = web.get(f"/cases/{case_id}").text
    return hidden(page, f"/cases/{case_id}/ask-extension")["csrf"]
