"""Ten people sign one case at once, and a desk is killed in the middle: one signature, no halves.

``TINGXUE_RACES`` cases (100; the goal is shown with 1000) and ``TINGXUE_KILLS`` kills (4).
"""

import os
import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
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

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]
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


@contextmanager
def killed_soon(
    child: subprocess.Popen[bytes], chance: random.Random
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """After the first answer, at any moment of the next four: so a busy machine, too, is struck in
    the middle of an action. What is then lost on the line is no error."""
    killers: list[threading.Timer] = []

    @contextmanager
    def timed() -> Iterator[None]:
        begun = time.monotonic()
        yield
        if not killers:
            took = time.monotonic() - begun
            killers.append(threading.Timer(chance.uniform(0, 4 * took), child.kill))
            killers[0].start()

    with suppress(httpx.TransportError):
        yield timed
    for killer in killers:
        killer.join()


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
            with killed_soon(child, chance) as timed:
                while True:
                    data = form | {"token": f"token-number-{sent:05d}", "version": "999999"}
                    headers = {"origin": address}
                    with timed():
                        answer = web.post(
                            f"/cases/{case_id}/ask-extension", data=data, headers=headers
                        )
                    assert answer.status_code == 303, answer.text
                    sent += 1
    web.close()
    with world.app.ledger.read() as books:
        wishes = [e for e in books.cases.events(case_id) if e.action == "ask-extension"]
        of = (schema.alerts.c.case_id == case_id) & (schema.alerts.c.purpose == "ask-extension")
        told = books.connection.scalar(select(func.count()).where(of))
        assert not list(books.chains.breaks(Looked()))
    assert fold_holds(world, case_id)
    assert sent >= KILLS and sent <= len(wishes) <= sent + 1
    assert told == len(wishes)


def test_a_desk_that_is_killed_while_files_arrive_keeps_whole_replies_and_no_other_file(
    world: World, tmp_path: Path
) -> None:
    """Replies with three files each, on one case after the other; what got no answer is sent again.
    In the end every file belongs to one event, and the next start has deleted the rest."""
    cases = opened_cases(world, 10 * KILLS)
    for case_id in cases:
        world.do(case_id, "ack", "住建局")
    address = f"http://127.0.0.1:{(port := free_port())}"
    web, chance = httpx.Client(base_url=address, trust_env=False), random.Random(9)
    account(world, "甲", Role.HANDLER, "住建局")
    waiting, csrf = list(reversed(cases)), ""
    for _ in range(KILLS):
        with served(tmp_path, port) as child:
            csrf = csrf or _signed_in(web, address, cases[-1])
            with killed_soon(child, chance) as timed:
                while waiting:
                    version = world.case(waiting[-1]).version
                    with timed():
                        _reply(web, address, waiting[-1], csrf, version)
                    waiting.pop()
    with served(tmp_path, port):
        pass
    web.close()
    done = cases[: len(cases) - len(waiting)]
    assert len(done) >= KILLS
    said = list[str]()
    for case_id in done:
        with world.app.ledger.read() as books:
            replies = [e for e in books.cases.events(case_id) if e.action == "reply"]
            kept = {one.attachment.attachment_id for one in books.attachments.of(case_id)}
        assert len(replies) == 1 and len({e.data["command_id"] for e in replies}) == 1
        ids = [one["id"] for one in replies[0].data["attachments"]]  # type: ignore[attr-defined]
        assert set(ids) == kept and len(ids) == 3
        assert world.case(case_id).obligations[0].status is State.IN_REVIEW
        said += ids
    said += _ids_of(world, waiting[-1:])  # it may have been kept though its answer was lost
    assert sorted(path.name for path in _files(world)) == sorted(said)
    assert all(path.stat().st_size == len(PICTURE) for path in _files(world))


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(300_000)


def _reply(web: httpx.Client, address: str, case_id: str, csrf: str, version: int) -> None:
    form = {"csrf": csrf, "token": f"token-{case_id}", "version": str(version),
            "department": "住建局", "note": "已修"}  # fmt: skip
    files = [("files", (f"{n}.png", PICTURE)) for n in range(3)]
    answer = web.post(
        f"/cases/{case_id}/reply", data=form, files=files, headers={"origin": address}
    )
    assert answer.status_code == 303, answer.text


def _files(world: World) -> list[Path]:
    return list(world.app.home.attachments.glob("[!.]*"))


def _ids_of(world: World, cases: list[str]) -> list[str]:
    with world.app.ledger.read() as books:
        return [f.attachment.attachment_id for c in cases for f in books.attachments.of(c)]


def fold_holds(world: World, case_id: str) -> bool:
    return world.case(case_id).case_id == case_id  # which compares it with the fold of its events


def _signed_in(web: httpx.Client, address: str, case_id: str) -> str:
    login = {"name": "甲", "password": PASSWORD}
    assert web.post("/login", data=login, headers={"origin": address}).status_code == 303
    page = web.get(f"/cases/{case_id}").text
    return hidden(page, f"/cases/{case_id}/ask-extension")["csrf"]
