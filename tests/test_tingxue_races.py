"""Ten people sign at once: one of them signs, nine are told, and the history proves it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
from world import World, opened_world

from config.loader import load
from domain.casefold import broken_at
from domain.commands import Command
from domain.errors import CaseworkError, LedgerError
from domain.types import Actor, Role
from tingxue.acting import act

PEOPLE = 10


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, load(environ={})) as found:
        yield found


def raced(world: World, cases: int) -> tuple[Counter[str], list[str]]:
    """What came of ``PEOPLE`` simultaneous signatures on each of so many cases."""
    ids = []
    for number in range(cases):
        world.clock.move(7 * 3600)  # too late to be the same event
        ids.append(world.say(number, ["parking"], places=(f"{number}号",)))
    assert len(set(ids)) == cases
    came: Counter[str] = Counter()
    start = Barrier(PEOPLE)

    def person(number: int) -> Counter[str]:
        mine: Counter[str] = Counter()
        actor = Actor(name=f"第{number}人", role=Role.HANDLER, department="住建局")
        for case_id in ids:
            start.wait(60)
            mine[_sign(world, case_id, actor)] += 1
        return mine

    with ThreadPoolExecutor(PEOPLE) as pool:
        for mine in pool.map(person, range(PEOPLE)):
            came += mine
    return came, ids


def _sign(world: World, case_id: str, actor: Actor) -> str:
    command = Command(action="ack", actor=actor, at=world.clock(), department="住建局")
    try:
        act(world.app, case_id, command)
    except (CaseworkError, LedgerError):
        return "refused"
    return "signed"


def proven(world: World, ids: list[str]) -> None:
    """One signature each, and a chain that holds."""
    with world.app.ledger.read() as books:
        for case_id in ids:
            events = books.cases.events(case_id)
            assert [event.action for event in events].count("ack") == 1
            assert broken_at(events) is None


@pytest.mark.parametrize(
    "cases", [20, pytest.param(200, marks=[pytest.mark.full, pytest.mark.timeout(600)])]
)
def test_of_ten_who_sign_at_once_one_has_signed(world: World, cases: int) -> None:
    came, ids = raced(world, cases)
    assert came == {"signed": cases, "refused": cases * (PEOPLE - 1)}
    proven(world, ids)


def test_a_changed_event_would_be_seen(world: World) -> None:
    """That the chain verifies says something only if it can fail."""
    _, [case_id] = raced(world, 1)
    with world.app.ledger.read() as books:
        events = books.cases.events(case_id)
    events[0] = replace(events[0], note="改过")
    assert broken_at(events) is not None
