"""Silent sources: one alarm, one message when they speak again, and blocked is not empty."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from world import Told, World, opened_world

from config.loader import load
from domain.plan import ImportSpec, Plan, SilenceRule
from domain.types import Incoming, Kind, Outcome, RunReport, SourceRun
from tingxue import doctor, silence
from tingxue.intake import LedgerIntake

DAY = 86_400


@pytest.fixture(scope="module", name="plan")
def _plan() -> Plan:
    plan = load(environ={})
    paper = replace(plan.sources[0], expected_per_day=20.0)
    sheets = ImportSpec(
        name="worksheets", title="12345工单", platform="hotline", expected_per_day=5
    )
    return replace(plan, sources=(paper,), imports=(sheets,))


class Press(World):
    """A world with one source, 吉林日报, that brings 20 articles a day in four runs."""

    def run(self, new: int = 5, outcome: Outcome = Outcome.OK, *, hours: float = 6) -> list[Told]:
        """One run, then ``hours`` pass; what it made the alarm say."""
        now = self.clock()
        with self.app.ledger.write() as books:
            run = SourceRun(run_id=now.isoformat(), source="jlrb", started_at=now)
            books.runs.begin(run)
            report = RunReport(outcome=outcome, seen=new, new=new)
            books.runs.end(run.run_id, now + timedelta(seconds=9), report)
        self.clock.move(hours * 3600)
        return self.heard()

    def heard(self) -> list[Told]:
        return self.news(lambda: silence.ring(self.app))

    def said_by_doctor(self) -> list[tuple[str, str]]:
        found = doctor.examine(self.app)
        return [(f.state, f.text) for f in found if f.subject == "来源沉默"]


@pytest.fixture
def press(tmp_path: Path, plan: Plan) -> Iterator[Press]:
    with opened_world(tmp_path, plan) as world:
        yield Press(world.app, world.clock, world.analyser)


def test_the_window_is_the_shortest_in_which_nothing_would_be_surprising() -> None:
    rule = SilenceRule()
    assert [silence.window(rate, rule) for rate in (20, 5, 0.5, 0.1)] == [1, 2, 20, 0]


def test_a_source_that_does_as_usual_is_never_heard_of(press: Press) -> None:
    assert [press.run() for _ in range(40)] == [[]] * 40
    assert press.said_by_doctor() == [
        ("ok", "没有；1 个来源的内容多少已可判断，共 1 个有记录"),
    ]


def test_a_source_that_is_blocked_rings_once_and_once_more_when_it_speaks(press: Press) -> None:
    for _ in range(8):
        assert press.run() == []
    blocked = [press.run(0, Outcome.IP_OR_ACCOUNT_BLOCKED) for _ in range(12)]
    told = [one for news in blocked for one in news]
    assert [bool(news) for news in blocked].index(True) == 3  # after 24 hours
    [first] = told
    assert first.receiver == "宣传部"
    assert first.title == "【来源沉默】吉林日报已 1天0小时 没有采集成功"
    assert "最近一次：被拒绝访问。这不等于没有人说话" in first.body
    assert "请办：请先在 sources.yaml 调大" in first.body
    [back] = press.run(5, hours=1)
    assert back.title == "【来源恢复】吉林日报已恢复"
    assert [press.run(0) for _ in range(3)] == [[]] * 3  # what was missed is not held against it
    assert [press.run() for _ in range(8)] == [[]] * 8


def test_an_empty_page_that_says_so_is_quiet_and_not_blocked(press: Press) -> None:
    for _ in range(8):
        press.run()
    told = [one for _ in range(12) for one in press.run(0, Outcome.EMPTY_CONFIRMED)]
    [first] = told
    assert first.title == "【来源沉默】吉林日报近 1 天只有 0 条"
    assert "平常约 20 条" in first.body
    assert "start_urls" in first.body


def test_one_late_find_does_not_end_a_silence_and_a_usual_day_does(press: Press) -> None:
    for _ in range(8):
        press.run()
    assert [one for _ in range(6) for one in press.run(0)]
    assert [press.run(1), press.run(0), press.run(0)] == [[], [], []]
    told = [one.title for _ in range(4) for one in press.run()]
    assert told == ["【来源恢复】吉林日报已恢复"]


def test_nearly_nothing_is_silence_too(press: Press) -> None:
    for _ in range(8):
        press.run()
    told = [one.title for n in range(8) for one in press.run(n % 2)]
    assert told == ["【来源沉默】吉林日报近 1 天只有 2 条"]


def test_a_source_is_not_judged_before_its_window_has_passed(press: Press) -> None:
    assert [press.run(0) for _ in range(4)] == [[]] * 4
    assert press.run(0)


def test_hours_in_which_nobody_collected_are_not_held_against_a_source(press: Press) -> None:
    for _ in range(8):
        press.run()
    press.clock.move(10 * DAY)  # the machine was off
    assert press.heard() == []
    assert press.run(0, Outcome.NO_RESPONSE_SEEN, hours=1) == []
    assert press.run(5, hours=1) == []


def test_a_source_that_never_once_succeeded_rings(press: Press) -> None:
    told = [one.title for _ in range(6) for one in press.run(0, Outcome.SCHEMA_CHANGED)]
    assert told == ["【来源沉默】吉林日报已 1天0小时 没有采集成功"]
    [(_, text)] = [one for one in press.said_by_doctor() if one[0] == "trouble"]
    assert "页面改版，无法识别" in text and "请用浏览器核对" in text


def test_a_source_that_is_switched_off_leaves_in_silence(press: Press) -> None:
    assert [one for _ in range(6) for one in press.run(0, Outcome.NO_RESPONSE_SEEN)]
    off = replace(press.app.plan.sources[0], enabled=False)
    press.app = replace(press.app, plan=replace(press.app.plan, sources=(off,)))
    assert press.heard() == []
    with press.app.ledger.read() as books:
        assert books.alarms.silences() == {}


def test_two_processes_ring_once(press: Press) -> None:
    for _ in range(4):
        press.run(0, Outcome.LOGIN_REQUIRED, hours=0)
        press.clock.move(6 * 3600)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: silence.ring(press.app), range(2))) == 1
    assert len(press.told()) == 1


def test_worksheets_that_nobody_imports_any_more_are_missed(press: Press) -> None:
    def imported(many: int) -> None:
        rows = [Incoming(platform="hotline", kind=Kind.CALL, native_id=f"{press.clock()} {n}",
                         text="停车收费不合理") for n in range(many)]  # fmt: skip
        LedgerIntake(press.app.ledger, "import:工单.xlsx", press.clock)(rows)

    assert press.heard() == []  # nothing is expected before the first import
    for _ in range(4):
        imported(5)
        press.clock.move(DAY)
        assert press.heard() == []
    press.clock.move(DAY + 60)
    [told] = press.heard()
    assert told.title == "【来源沉默】12345工单近 2 天只有 0 条"
    assert "tingxue import" in told.body
    assert press.heard() == []
    imported(6)
    [back] = press.heard()
    assert back.title == "【来源恢复】12345工单已恢复"


def test_the_doctor_names_a_source_too_quiet_to_be_missed(press: Press) -> None:
    rare = replace(press.app.plan.sources[0], expected_per_day=0.01)
    press.app = replace(press.app, plan=replace(press.app.plan, sources=(rare,)))
    assert ("note", "吉林日报 平常内容太少，没有新内容也看不出是否中断") in press.said_by_doctor()
