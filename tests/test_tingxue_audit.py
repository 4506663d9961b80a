"""``tingxue audit``: what somebody with the file and SQL did to the record, found and named."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from docx import Document
from world import World, opened_world

from config.loader import load
from domain.times import day_bounds
from domain.types import Actor, Role
from ledger.chains import Break, Looked
from tingxue import reporting
from tingxue.cli import main

SOMEBODY = Actor(name="甲", role=Role.PUBLICITY, department="宣传部")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Three cases; the first one signed and replied to, and two lines of audit."""
    with opened_world(tmp_path, load(environ={})) as made:
        first = made.say(1, ["taxi_refusal"])
        made.do(first, "ack", "住建局")
        made.do(first, "reply", "住建局")
        made.say(2, ["parking"])
        made.say(3, ["lodging"])
        with made.app.ledger.write() as books:
            for number in (1, 2):
                books.audit.write(made.clock(), SOMEBODY, "original", f"第{number}次", "回访")
        yield made


def tampered(world: World, *statements: str, case: str = "") -> None:
    """As by somebody who can write the file: past the program, its triggers taken off. ``:case`` in
    a statement is that case."""
    path = world.app.home.ledger_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as raw, raw:
        for table in ("events", "audit"):
            for what in ("update", "delete"):
                raw.execute(f"DROP TRIGGER IF EXISTS {table}_no_{what}")
        for statement in statements:
            raw.execute(statement, {"case": case})


def breaks(world: World) -> list[Break]:
    with world.app.ledger.read() as books:
        return list(books.chains.breaks(Looked()))


def where(world: World) -> list[tuple[int, int]]:
    """(which case, 0 for the audit; number of the link)."""
    cases = ["", *world.cases()]
    return [(cases.index(one.case_id), one.no) for one in breaks(world)]


def ids(world: World) -> list[str]:
    return world.cases()


def test_an_untouched_record_holds(world: World) -> None:
    with world.app.ledger.read() as books:
        looked = Looked()
        assert list(books.chains.breaks(looked)) == []
    assert (looked.cases, looked.events, looked.lines) == (3, 5, 2)


WORDS = [
    "note = '改'", "actor = '乙'", "at = '2026-11-23 02:00:01.000000'", "role = 'nobody'",
    "data = '{'", "at = 'nonsense'", "hash = 'x'", "prev_hash = 'x'", "department = '城管局'",
]  # fmt: skip


@pytest.mark.parametrize("change", WORDS)
def test_a_changed_event_is_named(world: World, change: str) -> None:
    case_id = ids(world)[0]
    words = f"UPDATE events SET {change} WHERE case_id = :case AND no = 2"  # noqa: S608 -- above
    tampered(world, words, case=case_id)
    assert where(world) == [(1, 2)]


def test_a_removed_event_is_named_by_its_number(world: World) -> None:
    case_id = ids(world)[0]
    tampered(world, "DELETE FROM events WHERE case_id = :case AND no = 2", case=case_id)
    [found] = breaks(world)
    assert (found.case_id, found.no, found.why) == (case_id, 2, "缺第 2 条，下一条是第 3 条")


def test_a_cut_tail_is_seen_by_the_case_beside_it(world: World) -> None:
    case_id = ids(world)[0]
    tampered(world, "DELETE FROM events WHERE case_id = :case AND no = 3", case=case_id)
    [found] = breaks(world)
    assert (found.case_id, found.no) == (case_id, 3) and "末尾被删" in found.why


def test_a_tail_that_is_cut_in_both_places_still_does_not_fit_the_obligations(world: World) -> None:
    case_id = ids(world)[0]
    tampered(
        world,
        "DELETE FROM events WHERE case_id = :case AND no = 3",
        "UPDATE cases SET version = 2 WHERE case_id = :case",
        case=case_id,
    )
    [found] = breaks(world)
    assert (found.case_id, found.no) == (case_id, 2) and "现状" in found.why


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE obligations SET status = '已办结' WHERE case_id = :case",
        "UPDATE obligations SET status = 'nonsense' WHERE case_id = :case",
        "UPDATE cases SET level = '红' WHERE case_id = :case",
        "UPDATE cases SET linked = '{' WHERE case_id = :case",
    ],
)
def test_a_case_changed_beside_its_events_is_seen(world: World, change: str) -> None:
    tampered(world, change, case=ids(world)[1])
    assert where(world) == [(2, 1)]


def test_a_case_without_events_and_events_without_a_case_are_seen(world: World) -> None:
    first, second, _ = ids(world)
    tampered(world, "DELETE FROM events WHERE case_id = :case", case=first)
    tampered(world, "DELETE FROM cases WHERE case_id = :case", case=second)
    found = {one.case_id: one.why for one in breaks(world)}
    assert "经过只有 0 条" in found[first] and found[second] == "有经过，没有这个案件"


def test_the_audit_names_its_line(world: World) -> None:
    tampered(world, "UPDATE audit SET reason = '改' WHERE no = 1")
    assert where(world) == [(0, 1)]
    tampered(world, "UPDATE audit SET at = 'nonsense' WHERE no = 1")
    assert where(world) == [(0, 0)]


# --- what no chain shows, and the seal does


def forged(world: World) -> None:
    """A reply that never was written: the last link taken out, everywhere."""
    case_id = ids(world)[0]
    tampered(
        world,
        "DELETE FROM events WHERE case_id = :case AND no = 3",
        "UPDATE cases SET version = 2, status = '已签收' WHERE case_id = :case",
        "UPDATE obligations SET status = '已签收', replied_at = NULL "
        "WHERE case_id = :case AND department = '住建局'",
        case=case_id,
    )


def without_a_case(world: World) -> None:
    case_id = ids(world)[2]
    tables = ("events", "obligations", "case_keys", "case_mentions", "cases")
    for table in tables:
        gone = f"DELETE FROM {table} WHERE case_id = :case"  # noqa: S608 -- a name from above
        tampered(world, gone, case=case_id)


def cut_audit(world: World) -> None:
    tampered(world, "DELETE FROM audit WHERE no = 2")


@pytest.mark.parametrize("forge", [forged, without_a_case, cut_audit])
def test_what_is_taken_out_without_a_trace_only_the_seal_of_the_day_shows(
    world: World, forge: Callable[[World], None]
) -> None:
    day = world.clock().date().isoformat()
    world.clock.move(24 * 3600)
    kept = sealed(world, day)
    forge(world)
    assert breaks(world) == []
    assert sealed(world, day) != kept


def sealed(world: World, day: str) -> str:
    with world.app.ledger.read() as books:
        return books.chains.seal(*day_bounds(date.fromisoformat(day)))[0]


def test_what_comes_later_leaves_the_seal_of_a_day_alone(world: World) -> None:
    day = world.clock().date().isoformat()
    world.clock.move(24 * 3600)
    kept = sealed(world, day)
    world.do(ids(world)[0], "accept", "住建局")
    world.say(9, ["parking"])
    assert sealed(world, day) == kept


def test_the_daily_paper_prints_the_seal_of_its_day(world: World) -> None:
    day = world.clock().date()
    world.clock.move(24 * 3600)
    made = reporting.make(world.app, "day", day)
    text = "\n".join(p.text for p in Document(str(made.docx)).paragraphs)
    assert f"校验值：{sealed(world, day.isoformat())[:16]}（" in text


# --- the command


def run(world: World, *words: str) -> Result:
    home = str(world.app.home.path)
    return CliRunner().invoke(main, ["audit", *words], env={"TINGXUE_HOME": home})


def test_the_command_ends_with_one_as_soon_as_a_link_is_broken(world: World) -> None:
    fine = run(world, "verify")
    assert (fine.exit_code, fine.stdout) == (
        0, "案件 3 件，经过 5 条，审计 2 行：全部相符\n"
    )  # fmt: skip
    case_id = ids(world)[0]
    tampered(world, "UPDATE events SET note = '改' WHERE case_id = :case AND no = 2", case=case_id)
    broken = run(world, "verify")
    assert broken.exit_code == 1
    assert f"案件 {case_id} 第 2 条：内容与校验值不符：这一条被改过" in broken.stdout
    found = run(world, "verify", "--json")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["broken"] == [
        {"case_id": case_id, "no": 2, "why": "内容与校验值不符：这一条被改过"}
    ]


def test_a_seal_that_was_kept_elsewhere_is_compared(world: World) -> None:
    day = ("--date", "2020-01-01")  # nothing was recorded then, which has a seal too
    kept = run(world, "seal", *day).stdout.split()[1]
    assert run(world, "verify", *day, "--seal", kept[:16]).exit_code == 0
    tampered(world, "UPDATE audit SET at = '2020-01-01 05:00:00.000000' WHERE no = 1")
    found = run(world, "verify", *day, "--seal", kept[:16])
    assert found.exit_code == 1 and "2020-01-01 的校验值与另存的不符" in found.stdout


def test_half_a_comparison_or_an_unfinished_day_is_refused(world: World) -> None:
    assert run(world, "verify", "--date", "2020-01-01").exit_code == 2
    assert run(world, "verify", "--date", "2020-01-01", "--seal", "abc").exit_code == 2
    unfinished = run(world, "seal", "--date", "2999-01-01")
    assert unfinished.exit_code == 2 and "还没有结束" in unfinished.stderr
