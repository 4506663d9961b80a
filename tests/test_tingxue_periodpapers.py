"""The summary of a season and the sheet of a shift, over a real ledger."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from report_facts import plan
from sqlalchemy import true
from world import MONDAY, World, opened_world

from domain.alarms import SilenceRecord
from domain.errors import InputError
from domain.times import shanghai_day
from domain.types import Actor, Outcome, Role, RunReport, SourceRun, State
from tingxue import correcting, periodpapers, pipeline, shifts
from tingxue.counting import counted, previous, span_of

CLERK = Actor(name="李文", role=Role.PUBLICITY, department="宣传部")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A case that was closed and came back, one in hand, and praise."""
    with opened_world(tmp_path, plan()) as made:
        first = made.say(1, ("taxi_refusal",), places=("龙嘉机场",), text="从机场打车被拒")
        made.clock.now += HOUR
        made.close(first)
        made.clock.now += HOUR
        made.say(2, ("taxi_refusal",), places=("龙嘉机场",), text="夜里出租车一听远就不走")
        made.clock.now += 3 * DAY
        made.say(3, ("price_gouging",), places=("天定山滑雪场",), text="一碗面四十五没有标价")
        made.say(4, (), polarity="positive", text="雪质很好")
        made.clock.now += DAY
        yield made


def words(path: Path) -> str:
    body = Document(str(path)).element.body
    return "\n".join("".join(t.text or "" for t in p.iter("{*}t")) for p in body.iter("{*}p"))


def figures(xlsx: Path) -> dict[str, tuple[float, set[str]]]:
    """Value and ids of each, as the file has them."""
    book, ids = load_workbook(xlsx), dict[str, set[str]]()
    for key, _, one in book["指标来源"].iter_rows(min_row=3, values_only=True):
        ids.setdefault(str(key), set()).update([str(one)] if one else [])
    rows = book["汇总"].iter_rows(min_row=3, values_only=True)
    return {str(row[4]): (float(str(row[1])), ids[str(row[4])]) for row in rows}


def test_a_season_says_what_came_what_was_closed_and_what_came_back(world: World) -> None:
    docx, xlsx = periodpapers.season(world.app)
    assert docx.name == "雪季总结-2026-09-28至2026-11-26.docx"
    found = figures(xlsx)
    closed = {i for i in world.cases() if world.case(i).status is State.CLOSED}
    again = {i for i in world.cases() if world.case(i).recurs}
    assert len(closed) == len(again) == 1
    assert found["season.opened"] == (3, set(world.cases()))
    assert found["season.mended"] == (1, closed)
    assert found["season.again"] == (1, again)
    assert found["season.again_of"] == (1, closed)
    assert found["mended.taxi_refusal.opened"] == (2, closed | again)
    said = words(docx)
    assert "新立案件3件" in said and "已办结1件（办结率1/3）" in said
    assert "办结后再次发生1件，涉及原案件1件，其中龙嘉机场1件" in said


def cells(path: Path, caption: str) -> list[list[str]]:
    """The rows of the first table that has such a word in its head."""
    for table in Document(str(path)).tables:
        rows = [[cell.text for cell in row.cells] for row in table.rows]
        if caption in rows[0]:
            return rows
    raise AssertionError(f"no table with {caption}")


def test_a_first_season_is_not_compared_with_one_that_never_was(world: World) -> None:
    docx, _ = periodpapers.season(world.app)
    assert "4条，没有上一季数据；其中投诉类3条，没有上一季数据。" in words(docx)
    assert "前期0" not in words(docx) and "新增（" not in words(docx)
    for caption in ("前期信息量", "前期"):
        rows = cells(docx, caption)
        place = rows[0].index(caption)
        assert {tuple(row[place : place + 2]) for row in rows[1:]} == {("—", "没有上一季")}
    for days in (1, 3):  # with something in the days before, and with nothing just before
        begin = shanghai_day(MONDAY) + days * DAY
        docx, _ = periodpapers.season(world.app, begin, shanghai_day(MONDAY) + 3 * DAY)
        assert "没有上一季" not in words(docx)


def test_a_season_counts_by_the_rule_that_all_count_by(world: World) -> None:
    _, xlsx = periodpapers.season(world.app)
    period = span_of(datetime(2026, 9, 28).date(), datetime(2026, 11, 26).date())  # noqa: DTZ001
    assert previous(period).end == period.start
    with world.app.ledger.read() as books:
        rows = books.mentions.seen_within(period.start, period.end)
    ids = {m.mention_id for m, v in rows if counted(m, v, period, drill=False)}
    found = figures(xlsx)
    assert found["mentions"] == (4, ids)
    weeks = [v for k, v in found.items() if k.startswith("week.") and k.count(".") == 1]
    assert set().union(*(i for _, i in weeks)) == ids
    assert sum(n for n, _ in weeks) == 4
    duties = {f"{c}/{o.department}" for c in world.cases() for o in world.case(c).obligations}
    assert found["duties.new"][1] <= duties


def test_a_season_made_again_says_what_was_corrected(world: World) -> None:
    first, _ = periodpapers.season(world.app)
    before = first.read_bytes()
    world.clock.now += HOUR
    one = world.case(world.cases()[0]).mention_ids[0]
    correcting.correct(world.app, one, complaint=False, categories=(), actor=CLERK)
    pipeline.triage(world.app)
    world.clock.now += HOUR
    docx, xlsx = periodpapers.season(world.app)
    assert docx.name == f"{first.stem}-第2版.docx"
    assert first.read_bytes() == before
    sheet = load_workbook(xlsx)["更正说明"]
    rows = [row for row in sheet.iter_rows(min_row=3, values_only=True) if row[6] == "complaints"]
    assert [(row[1], row[2], row[4], row[5]) for row in rows] == [(3, 2, "人工更正", one)]
    assert "本期投诉量由3改为2" in words(docx)


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [("2026-11-27", "2026-11-20", "调换"), ("2026-11-01", "2026-11-27", "昨天"),
     ("2024-11-01", "2026-11-20", "366")],
)  # fmt: skip
def test_days_that_make_no_season_are_refused(
    world: World, first: str, last: str, why: str
) -> None:
    days = [datetime.fromisoformat(day).date() for day in (first, last)]
    with pytest.raises(InputError, match=why):
        periodpapers.season(world.app, *days)


def test_a_sheet_of_a_shift_counts_what_the_desk_counts(world: World) -> None:
    since = MONDAY - HOUR
    docx, xlsx = periodpapers.handover(world.app, since)
    found = figures(xlsx)
    with world.app.ledger.read() as books:
        lists = books.handovers
        levels = lists.levels(true(), mine=None)
        acts, _ = lists.done(true(), since, world.clock(), mine=None, limit=1)
        opened = lists.opened(true(), since, world.clock())
        _, waiting = lists.pending(true(), mine=None, limit=1)
    assert found["pending"][0] == waiting == 2
    assert {k: found[f"pending.{k}"][0] for k in levels} == levels
    assert {k: found[f"done.{k}"][0] for k in acts} == acts
    assert sum(acts.values()) == 3
    assert found["opened"][0] == opened == 3
    for key, (value, ids) in found.items():
        assert value == len(ids), key
    said = words(docx)
    assert f"在办案件{waiting}件" in said
    assert all(case in said for case in found["pending"][1])


def test_a_department_gets_its_own_sheet(world: World) -> None:
    docx, xlsx = periodpapers.handover(world.app, MONDAY, department="市场监管分局")
    [case_id] = [c for c in world.cases() if "price_gouging" in world.case(c).categories]
    found = figures(xlsx)
    assert found["pending"] == (1, {case_id})
    assert found["done.ack"] == (0, set())
    assert docx.stem.endswith("-市场监管分局")
    assert "市场监管分局" in words(docx)


def test_a_shift_begins_with_the_last_change_of_the_roster_or_half_a_day_ago(world: World) -> None:
    docx, _ = periodpapers.handover(world.app)
    begun = words(docx).splitlines()[1]
    assert begun.startswith("班次：2026年11月2")
    with pytest.raises(InputError, match="最长 7 天"):
        periodpapers.handover(world.app, datetime(2026, 11, 1, tzinfo=UTC))
    with pytest.raises(InputError, match=r"departments\.yaml"):
        periodpapers.handover(world.app, department="不存在局")


def test_a_shift_is_told_what_failed_in_it_and_what_is_silent_now(world: World) -> None:
    """One list, of the desk's page and of the paper: runs that failed, and silences."""
    until, (failed, quiet) = world.clock.now, [one.name for one in world.app.plan.sources[:2]]
    with world.app.ledger.write() as books:
        for hours, outcome in ((3, Outcome.RATE_LIMITED), (2, Outcome.OK)):
            begun = until - hours * HOUR
            run = SourceRun(run_id=f"{hours}", source=failed, started_at=begun)
            books.runs.begin(run)
            books.runs.end(run.run_id, begun, RunReport(outcome=outcome, seen=0, new=0))
        books.alarms.begin_silence(
            SilenceRecord(source=quiet, began_at=until - DAY, reason="quiet", told_at=until)
        )
    with world.app.ledger.read() as books:
        found = shifts.unwell(world.app, books, until - 4 * HOUR, until)
    assert [(one.source, one.why, one.since, one.until) for one in (*found.gaps, *found.now)] == [
        (failed, "访问受限", until - 3 * HOUR, until - 2 * HOUR),
        (quiet, "来得太少", until - DAY, None),
    ]
    others = [s for s in world.app.plan.sources if s.enabled and s.name != failed]
    due = [source.title for source in others if source.every_minutes <= 4 * 60]
    assert 0 < len(due) < len(others)  # some have their turn every six hours
    assert [(one.title, one.since, one.until) for one in found.idle] == [
        (title, until - 4 * HOUR, until) for title in due
    ]
    assert {one.why for one in found.idle} == {"未运行"}
    docx, _ = periodpapers.handover(world.app, until - 4 * HOUR)
    said = words(docx)
    assert f"目前不正常的来源：{found.now[0].title}来得太少（11月26日12时起）" in said
    assert f"个来源采集不完整：{found.gaps[0].title}" in said
    assert f"有{len(due)}个来源监测期内未运行：{due[0]}" in said
    docx, _ = periodpapers.handover(world.app, until - HOUR)
    assert "采集不完整" not in words(docx)
