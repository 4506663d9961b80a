"""A later edition says what it changes of the finished one, and why; the finished one stays."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from paperlayout import faults
from report_facts import plan
from world import MONDAY, World, opened_world

from domain.types import Actor, Role
from tingxue import correcting, finals, pipeline, previewing, reporting, revising
from tingxue.reports import MadeReport
from tingxue.reports.kept import kept_bytes, kept_figures

CLERK = Actor(name="李文", role=Role.PUBLICITY, department="宣传部")
DAY = MONDAY.date()
HOUR = timedelta(hours=1)
TEXTS = (
    "从机场出来等了半小时，一听去莲花山就摆手开走了",
    "夜里到达的航班，司机问了目的地直接锁了车门",
    "带着雪具箱没有一辆愿意拉，只好在大厅坐到天亮",
    "候客区排到第一个，结果让我下车换后面那辆",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, plan()) as made:
        for n, text in enumerate(TEXTS):
            made.say(n, ("taxi_refusal",), places=("龙嘉机场",), text=text)
        made.say(8, (), relevant=True, polarity="positive")
        made.clock.now += timedelta(hours=24)
        yield made


def make(world: World, kind: str = "day") -> MadeReport:
    world.clock.now += HOUR
    return reporting.make(world.app, kind, DAY)  # type: ignore[arg-type]


def words(path: Path) -> str:
    body = Document(str(path)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p"))


def listed(made: MadeReport) -> dict[str, list[tuple[object, ...]]]:
    """Rows of the sheet 更正说明 by the figure's key: before, after, reason, id."""
    sheet = load_workbook(made.xlsx)["更正说明"]
    found: dict[str, list[tuple[object, ...]]] = {}
    for _, old, new, _, why, one, key in sheet.iter_rows(min_row=3, values_only=True):
        found.setdefault(str(key), []).append((old, new, why, one))
    return found


def read(world: World) -> dict[str, bool]:
    """The mentions of that morning, in order, and whether each is a complaint."""
    with world.app.ledger.read() as books:
        rows = books.mentions.seen_within(MONDAY - HOUR, MONDAY + HOUR)
    return {mention.mention_id: bool(verdict.complaints) for mention, verdict in rows}


def corrected(world: World) -> str:
    """A person says of the first complaint that it is none; its id."""
    world.clock.now += HOUR
    one = next(i for i, complaint in read(world).items() if complaint)
    correcting.correct(world.app, one, complaint=False, categories=(), actor=CLERK)
    pipeline.triage(world.app)
    return one


def test_a_corrected_mention_changes_the_next_edition_and_not_the_finished_one(
    world: World,
) -> None:
    first = make(world)
    before = {path: path.read_bytes() for path in (first.docx, first.xlsx)}
    one = corrected(world)
    second = make(world)
    assert {path: path.read_bytes() for path in before} == before
    assert (first.figures["complaints"].value, second.figures["complaints"].value) == (4, 3)
    assert listed(second)["complaints"] == [(4, 3, "人工更正", one)]
    assert listed(second)["category.taxi_refusal"] == [(4, 3, "人工更正", one)]
    said = words(second.docx)
    assert "更正说明：本版与第1版（2026年11月24日11时编制）相比" in said
    assert "当日投诉量由4改为3" in said
    assert "人工更正1条" in said
    assert "更正说明" not in words(first.docx)
    assert faults(second.docx.read_bytes()) == []


def test_what_came_late_and_what_was_judged_anew_are_told_apart(world: World) -> None:
    known = set(read(world))
    now, world.clock.now = world.clock.now, MONDAY + HOUR / 2
    late = world.said(20, ("parking",), text="停车场收了钱没有车位")
    world.clock.now = now
    first = make(world)
    assert first.figures["mentions"].value == len(known) == 5
    world.clock.now += HOUR
    world.analyser.said["3"] = {"categories": ("lodging",), "places": ("龙嘉机场",)}
    with world.app.ledger.write() as books:
        books.mentions.again()
    pipeline.analyse(world.app)
    second = make(world)
    assert listed(second)["mentions"] == [(5, 6, "补录", late)]
    [(_, _, why, one)] = listed(second)["category.lodging"]
    assert why == "重新研判"
    assert one in known


def test_every_change_is_the_difference_of_two_counts_of_ids(world: World) -> None:
    first, _ = make(world), corrected(world)
    second = make(world)
    found = listed(second)
    assert found
    for key, rows in found.items():
        were, are = first.figures.get(key), second.figures.get(key)
        old, new = (set(f.ids) if f else set() for f in (were, are))
        if (were or are).how == "count":  # type: ignore[union-attr]
            assert {row[3] for row in rows} == old ^ new, key
            assert rows[0][:2] == (len(old) if were else None, len(new) if are else None), key
    for key, figure in second.figures.by_key.items():
        if figure.how == "count" and key not in found and not key.startswith("changed"):
            before = first.figures.get(key)
            same = set(before.ids if before else ()) == set(figure.ids)
            assert same or key in ("complaints.listed", "duties.overdue_listed"), key


def test_nothing_changed_is_said_too(world: World) -> None:
    reporting.make(world.app, "day", DAY)
    second = reporting.make(world.app, "day", DAY)
    assert "相比，各项指标没有变化。" in words(second.docx)
    assert listed(second) == {}


def test_work_done_between_two_editions_is_no_correction(world: World) -> None:
    make(world)
    world.clock.now += HOUR
    case_id = world.cases()[0]
    world.do(case_id, "ack", "住建局")
    second = make(world)
    assert {row[2] for row in listed(second)["duties.signed"]} == {"办理进展"}
    assert "人工更正" not in words(second.docx)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda path: path.unlink(), "上一版的指标记录不在这台主机上"),
        (lambda path: path.write_bytes(b"{}"), "与编发时的校验值不符"),
    ],
)
def test_figures_that_are_lost_or_touched_are_not_compared_with(
    world: World, spoil: Callable[[Path], object], said: str
) -> None:
    first = make(world)
    spoil(world.app.home.reports / revising.FOLDER / f"{first.docx.stem}.json.gz")
    corrected(world)
    second = make(world)
    assert said in words(second.docx)
    assert second.figures["complaints"].value == 3


def test_a_final_stays_whatever_the_new_edition_says(world: World) -> None:
    first = make(world)
    filed = finals.file_final(world.app, first.docx, CLERK)
    corrected(world)
    second = make(world)
    assert second.docx.name == f"{first.docx.stem}-第2版.docx"
    assert hashlib.sha256(filed.path.read_bytes()).hexdigest() == filed.sha256
    assert finals.known(world.app)[0].files == (first.docx.name, first.xlsx.name)


def test_the_preview_says_what_a_new_edition_would_change(world: World) -> None:
    make(world)
    corrected(world)
    pieces = previewing.preview(world.app, "day", DAY).pieces
    assert [p for p in pieces if "当日投诉量由4改为3" in p.text]


def test_kept_figures_come_back_as_they_were(world: World) -> None:
    figures = make(world, "week").figures
    again = kept_figures(kept_bytes(figures), figures.period)
    assert dict(again.by_key) == dict(figures.by_key)
    assert again.as_of == figures.as_of
