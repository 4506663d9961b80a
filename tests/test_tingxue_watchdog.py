"""The watchdog's judgement, by given clocks: trouble is said once, again, and when it is over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from fakes import ScriptedChannel
from world import World

from alerts.routing import deliveries_for
from domain.plan import Watchdog
from domain.times import Steady
from domain.types import Alert, Outcome, RunReport, SendResult, SourceRun
from ledger import schema
from tingxue.cli_watchdog import Dog
from tingxue.heartbeat import Heart
from tingxue.home import Home

RULES = Watchdog(
    heartbeat_seconds=60, due_minutes=5, sources_by=time(10, 30), repeat_minutes=60, mail=None
)
OTHER_STEPS = (60, -60, -3600, 86400, -86400)
REFUSED = SendResult(outcome="retry", error="连不上邮件服务器")


@dataclass
class Kennel:
    """A watchdog, the program it watches, and both clocks: ``steady`` runs on, the other is set."""

    world: World
    answers: Sequence[SendResult] = ()
    sources: int = 0
    seconds: float = 1_000_000.0
    machine: str = "one start"
    failing: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.post = ScriptedChannel(self.answers)
        self.steady = Steady(lambda: self.seconds, self.machine)
        home, clock = self.world.app.home, self.world.clock
        self.heart = Heart(home.heartbeat, clock, self.steady, self.sources)
        self.restart()
        self.lives()

    def restart(self) -> None:
        """The watchdog begins anew, as with --once: what it knows is in its file."""
        self.dog = Dog(
            home=self.world.app.home, rules=RULES, post=self.post, clock=self.world.clock,
            steady=self.steady,
        )  # fmt: skip

    def lives(self) -> None:
        self.heart.ended("通知", idle=0.5)
        self.heart.write()

    def passes(self, seconds: float, each: Callable[[], object] | None = None) -> bool:
        """Time goes by, a look every 15 s; the last one's result."""
        well = True
        for _ in range(int(seconds // 15)):
            self.seconds += 15
            self.world.clock.move(15)
            if each:
                each()
            well = self.dog.round()
        return well

    def set_clock(self, step: float) -> None:
        self.world.clock.move(step)

    @property
    def subjects(self) -> list[str]:
        return [one.alert.title.removeprefix("【看门狗】") for one in self.post.given]


def queue(world: World) -> None:
    alert = Alert(
        alert_id="a1", case_id=None, purpose="test", level=None, title="x", body="x",
        created_at=world.clock(), drill=False,
    )  # fmt: skip
    with world.app.ledger.write() as books:
        books.queue(alert, deliveries_for(alert, "宣传部", ["console"]))


def ran(world: World, outcome: Outcome) -> None:
    with world.app.ledger.write() as books:
        run = SourceRun(run_id=f"r{world.clock()}", source="jlrb", started_at=world.clock())
        books.runs.begin(run)
        books.runs.end(run.run_id, world.clock(), RunReport(outcome=outcome, seen=0, new=0))


def test_nothing_is_said_while_all_is_well(world: World) -> None:
    kennel = Kennel(world)
    assert kennel.passes(7_200, kennel.lives)
    assert kennel.subjects == []


def test_a_dead_program_is_said_once_again_each_hour_and_when_it_is_back(world: World) -> None:
    kennel = Kennel(world)
    kennel.passes(60)
    assert kennel.subjects == []
    assert not kennel.passes(15)
    assert [s[:11] for s in kennel.subjects] == ["值守程序没有心跳，最后"]
    kennel.passes(3_585)
    assert len(kennel.subjects) == 1
    kennel.passes(15)
    assert len(kennel.subjects) == 2
    assert "第 2 次提醒" in kennel.post.given[1].alert.body
    assert kennel.passes(60, kennel.lives)
    assert kennel.subjects[2].startswith("已恢复：值守程序没有心跳")
    assert kennel.passes(7_200, kennel.lives)
    assert len(kennel.subjects) == 3


def test_what_was_said_is_known_after_a_new_start_of_the_watchdog(world: World) -> None:
    kennel = Kennel(world)
    for _ in range(40):
        kennel.restart()
        kennel.passes(15)
    assert len(kennel.subjects) == 1


def test_a_mail_that_is_refused_stays_due(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    kennel = Kennel(world, answers=[REFUSED] * 3)
    kennel.passes(75 + 30)
    assert len(kennel.subjects) == 3
    assert capsys.readouterr().err.count("报警信没有发出去（连不上邮件服务器）") == 3
    kennel.passes(600)
    assert len(kennel.subjects) == 4
    ids = {one.delivery_id for one in kennel.post.given}
    assert len(ids) == 1  # one mail, tried four times: its Message-ID follows from this


def test_trouble_that_passed_before_it_could_be_said_is_said_as_over(world: World) -> None:
    kennel = Kennel(world, answers=[REFUSED])
    kennel.passes(75)
    kennel.passes(15, kennel.lives)
    assert kennel.subjects[1].startswith("已恢复：值守程序没有心跳")
    assert kennel.passes(600, kennel.lives)
    assert len(kennel.subjects) == 2


def test_a_tick_that_hangs_shows_although_the_loop_goes_on(world: World) -> None:
    kennel = Kennel(world)
    kennel.heart.moves("采集", 900)
    kennel.passes(945, kennel.lives)
    assert kennel.subjects == []
    kennel.passes(30, kennel.lives)
    assert kennel.subjects == ["值守程序的“采集”停住了，16 分钟没有动静"]


def test_a_stage_that_only_fails_is_trouble_and_one_failure_is_not(world: World) -> None:
    kennel = Kennel(world)

    def fails() -> None:
        kennel.heart.ended("立案", 0.5, RuntimeError("x"))
        kennel.lives()

    fails()
    kennel.passes(15, kennel.lives)
    kennel.heart.ended("立案", 0.5)
    kennel.passes(300, fails)
    assert kennel.subjects == []
    kennel.passes(30, fails)
    assert kennel.subjects == ["值守程序的“立案”连续出错 5 分钟（RuntimeError）"]


def test_a_message_overdue_by_more_than_five_minutes_is_trouble(world: World) -> None:
    kennel = Kennel(world)
    queue(world)
    kennel.passes(300, kennel.lives)
    assert kennel.subjects == []
    kennel.passes(15, kennel.lives)
    assert kennel.subjects[0].startswith("有消息发不出去")
    with world.app.ledger.write() as books:
        books.connection.execute(schema.deliveries.update().values(next_at=None, state="sent"))
    assert kennel.passes(15, kennel.lives)
    assert kennel.subjects[1].startswith("已恢复：有消息发不出去")


@pytest.mark.parametrize(
    ("sources", "outcome", "said"),
    [
        (3, None, ["今天没有一个来源运行过"]),
        (3, Outcome.NO_RESPONSE_SEEN, ["今天采集了 1 次，没有一次成功"]),
        (3, Outcome.OK, []),
        (0, None, []),
    ],
)
def test_a_day_without_a_source_is_trouble_from_the_hour_on(
    world: World, sources: int, outcome: Outcome | None, said: list[str]
) -> None:
    kennel = Kennel(world, sources=sources)  # 10:00 in Changchun
    if outcome:
        ran(world, outcome)
    kennel.passes(1_785, kennel.lives)
    assert kennel.subjects == []
    kennel.passes(15, kennel.lives)
    assert kennel.subjects == said


def test_a_ledger_that_is_gone_or_no_ledger_is_said_and_hides_nothing_else(world: World) -> None:
    kennel = Kennel(world)
    queue(world)
    kennel.passes(315, kennel.lives)
    path = world.app.home.ledger
    whole = path.read_bytes()
    path.unlink()
    kennel.passes(15, kennel.lives)
    path.write_bytes(b"no ledger" * 1_000)
    kennel.passes(15, kennel.lives)
    heads = [subject[:7] for subject in kennel.subjects]
    assert heads == ["有消息发不出去", "台账文件不见了"]  # and the message is not said to be sent
    _, lasting = kennel.dog._remembered().lasting
    assert lasting.text == "台账文件已损坏，不再是数据库"  # the same trouble, by another reason
    path.write_bytes(whole)
    kennel.passes(15, kennel.lives)
    assert kennel.subjects[2].startswith("已恢复：台账文件")


@pytest.mark.parametrize(
    "step", [3600, *(pytest.param(step, marks=pytest.mark.full) for step in OTHER_STEPS)]
)
def test_a_clock_that_is_set_is_said_once_and_raises_no_false_alarm(
    world: World, step: int
) -> None:
    kennel = Kennel(world, sources=1)
    ran(world, Outcome.OK)
    queue(world)
    kennel.passes(60, kennel.lives)
    kennel.set_clock(step)
    kennel.passes(30, kennel.lives)  # the program follows within a second, and collects
    with world.app.ledger.write() as books:
        books.connection.execute(schema.deliveries.update().values(next_at=None, state="sent"))
    ran(world, Outcome.OK)
    assert kennel.passes(7_200, kennel.lives)
    assert kennel.subjects == [f"系统时钟被调整了 {step:+.0f} 秒"]


def test_a_clock_that_is_set_does_not_hide_a_death(world: World) -> None:
    for step in (86400, -86400):
        kennel = Kennel(world)
        kennel.passes(15, kennel.lives)
        kennel.set_clock(step)
        kennel.passes(75)
        assert any(s.startswith("值守程序没有心跳") for s in kennel.subjects)


def test_after_a_restart_of_the_machine_the_program_gets_a_moment(world: World) -> None:
    kennel = Kennel(world)
    kennel.passes(15, kennel.lives)
    kennel.machine, kennel.seconds = "another start", 20.0
    kennel.steady = Steady(lambda: kennel.seconds, kennel.machine)
    world.clock.move(8 * 3_600)
    kennel.restart()
    kennel.passes(30)
    assert kennel.subjects == []
    kennel.passes(30)
    assert kennel.subjects[0].startswith("值守程序没有心跳")


def test_a_program_that_was_ended_on_purpose_is_said_so(world: World) -> None:
    kennel = Kennel(world)
    kennel.heart.write(stopped=True)
    kennel.passes(75)
    assert "正常退出" in kennel.subjects[0]


def test_a_file_that_is_no_heartbeat_or_no_memory_is_said_and_not_fatal(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    kennel = Kennel(world)
    for broken in ("", "[]", '{"at": 1}', "\x00"):
        world.app.home.heartbeat.write_text(broken)
        world.app.home.watchdog.write_text(broken)
        kennel.restart()
        assert not kennel.dog.round()
    assert all("心跳文件读不出来" in subject for subject in kennel.subjects)
    assert capsys.readouterr().err.count("从头记起") == 4


def test_a_home_that_is_gone_is_an_alarm(world: World, tmp_path: Path) -> None:
    kennel = Kennel(world)
    kennel.dog = replace(kennel.dog, home=Home(tmp_path / "nowhere"))
    assert not kennel.dog.round()
    assert "另有 1 项" in kennel.subjects[0]


def test_the_mail_says_since_when_and_what_to_do(world: World) -> None:
    world.clock.now = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    kennel = Kennel(world)
    kennel.passes(75)
    body = kennel.post.given[0].alert.body
    assert "发现于：11月23日 10:01" in body
    assert "请到值守电脑上启动 tingxue watch" in body
