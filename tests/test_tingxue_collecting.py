"""Stage 1 as the parent sees it: children that do their work, fall, hang, or are not needed."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.types import Outcome, SourceRun
from tingxue import collecting
from tingxue.demo import runner
from tingxue.home import home_at


@pytest.fixture
def played(tmp_path: Path) -> Iterator[runner.Stage]:
    """The demo's home with its local newspaper, on the day that has articles."""
    with runner.stage(home_at(tmp_path / "demo")) as stage:
        stage.moment.now = runner.week.moment(runner.START, 6 * 24 * 60)
        yield stage


def _latest(stage: runner.Stage) -> dict[str, SourceRun]:
    with stage.app.ledger.read() as books:
        return books.runs.latest()


@pytest.mark.full
def test_what_is_played_waits_for_no_disk(played: runner.Stage) -> None:
    with played.app.ledger.read() as books:
        assert books.connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1  # NORMAL


def test_a_child_that_stood_by_collects_as_one_started_at_once(played: runner.Stage) -> None:
    app = played.app
    [spec] = app.plan.sources
    with collecting.standing_by(app, spec) as child:
        found = collecting.collect(app, [spec], {spec.name: child})
    assert found > 0
    run = _latest(played)[spec.name]
    assert (run.outcome, run.new, run.started_at) == (Outcome.OK, found, played.moment.now)
    assert child.returncode == 0


def test_a_child_that_stood_by_in_vain_has_done_nothing(played: runner.Stage) -> None:
    [spec] = played.app.plan.sources
    with collecting.standing_by(played.app, spec) as child:
        pass
    assert child.returncode is not None
    assert _latest(played) == {}


@pytest.mark.full
def test_a_child_whose_parent_has_gone_leaves_by_itself(played: runner.Stage) -> None:
    [spec] = played.app.plan.sources
    with collecting.standing_by(played.app, spec) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(60) == 0
        child.stdin = None
    assert _latest(played) == {}


def test_a_child_that_falls_before_it_began_is_on_record(played: runner.Stage) -> None:
    [spec] = played.app.plan.sources
    with collecting.standing_by(played.app, spec) as child:
        child.kill()
        child.wait()
        assert collecting.collect(played.app, [spec], {spec.name: child}) == 0
    run = _latest(played)[spec.name]
    assert run.outcome is Outcome.NO_RESPONSE_SEEN
    assert run.detail == "采集进程异常结束（-9）"
    assert run.started_at == run.finished_at == played.moment.now


def test_a_child_that_hangs_is_stopped_and_on_record(
    played: runner.Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    [spec] = played.app.plan.sources
    hanging = subprocess.Popen(["sleep", "600"], stdin=subprocess.PIPE, text=True)
    monkeypatch.setattr(collecting, "CHILD_SECONDS", 1)
    collecting.collect(played.app, [spec], {spec.name: hanging})
    assert hanging.returncode == -9
    run = _latest(played)[spec.name]
    assert (run.outcome, run.detail) == (Outcome.NO_RESPONSE_SEEN, "采集超过 0 分钟，已停止")
