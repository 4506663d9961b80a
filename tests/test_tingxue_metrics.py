"""The figures for a monitor, and the same ones with the doctor; and a log that does not grow."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from loopback import self_signed
from world import World

from domain.casework import SYSTEM as _SYSTEM
from domain.errors import InputError
from domain.plan import DeskSpec
from domain.times import Steady
from tingxue import backing, doctor, logfile, metrics, upkeep
from tingxue.heartbeat import Heart

_LINE = re.compile(
    r'(?P<name>[a-z_]+)(?:\{(?P<labels>[a-z]+="(?:[^"\\\n]|\\.)*"(?:,[a-z]+="(?:[^"\\\n]|\\.)*")*)\})?'
    r" (?P<value>-?\d+(?:\.\d+)?(?:e[+-]\d+)?)"
)


def figures(text: str) -> Mapping[str, float]:
    """As Prometheus reads it: each family has its two lines and stands together, no name twice."""
    found: dict[str, float] = {}
    family = ""
    for line in text.splitlines():
        if line.startswith("# HELP "):
            assert line.split()[2] not in {name.partition("{")[0] for name in found}
            family = line.split()[2]
        elif line.startswith("# TYPE "):
            assert line == f"# TYPE {family} gauge"
        else:
            match = _LINE.fullmatch(line)
            assert match and match["name"] == family, line
            assert line.rpartition(" ")[0] not in found
            found[line.rpartition(" ")[0]] = float(match["value"])
    assert text.endswith("\n")
    return found


def test_the_figures_follow_the_work_and_the_doctor_says_the_same(
    world: World, tmp_path: Path
) -> None:
    assert figures(metrics.text(world.app))['tingxue_stage_waiting{stage="analyse"}'] == 0
    world.said(1, ["taxi_refusal"])
    world.say(2, ["taxi_refusal"])
    world.said(3, ["taxi_refusal"])
    world.clock.move(400)
    heart = Heart(world.app.home.heartbeat, world.clock, Steady(lambda: 1.0, "m"), 3)
    heart.ended('通知"\\', 1, ValueError())
    heart.write()
    world.clock.move(10)
    seen = figures(metrics.text(world.app))
    assert seen['tingxue_stage_waiting{stage="analyse"}'] == 1
    assert seen['tingxue_stage_oldest_seconds{stage="analyse"}'] == 410
    assert seen['tingxue_stage_waiting{stage="notify"}'] > 0
    assert seen['tingxue_deliveries{state="pending"}'] > 0
    assert seen["tingxue_watch_heartbeat_age_seconds"] == 10
    assert seen['tingxue_work_failures{work="通知\\"\\\\"}'] == 1
    assert seen['tingxue_cases_open{level="红"}'] == 0
    assert sum(n for name, n in seen.items() if name.startswith("tingxue_cases_open")) == 2
    assert 0 < seen["tingxue_disk_free_bytes"] <= seen["tingxue_disk_size_bytes"]
    assert seen["tingxue_ledger_bytes"] > 0
    assert "tingxue_backup_last_seconds" not in seen  # never: left out, not 0
    said = {one.subject: one for one in doctor.examine(world.app)}
    assert (said["积压"].state, "分析 1（最久 410 秒）" in said["积压"].text) == ("trouble", True)
    assert "内存" in said
    backing.create(world.app, tmp_path / "disk", None, _SYSTEM)
    after = figures(metrics.text(world.app))
    assert after["tingxue_backup_last_seconds"] == world.clock().timestamp()


def test_texts_that_are_read_again_count_but_nobody_waits_for_them(world: World) -> None:
    world.say(1, ["taxi_refusal"])
    world.clock.move(86400)
    with world.app.ledger.write() as books:
        books.mentions.again()
    seen = figures(metrics.text(world.app))
    assert seen['tingxue_stage_waiting{stage="analyse"}'] == 1
    assert seen['tingxue_stage_oldest_seconds{stage="analyse"}'] == 0


def test_a_drill_is_not_asked_for_backups(world: World) -> None:
    drill = replace(world.app, ledger=replace(world.app.ledger, drill=True))
    assert "备份" not in {one.subject for one in upkeep.findings(drill)}


@pytest.mark.parametrize(
    ("days", "state", "said"),
    [(-40, "ok", "为止"), (-20, "trouble", "还有 2"), (3, "trouble", "已经过期")],
)
def test_the_doctor_watches_until_when_the_desks_certificate_holds(
    world: World, tmp_path: Path, days: int, state: str, said: str
) -> None:
    """``self_signed`` ends a day from now."""
    file = self_signed(tmp_path / "desk.pem")
    now = datetime.now(UTC) + timedelta(days=days)
    plan = replace(world.app.plan, desk=DeskSpec(certificate=str(file), key=str(file)))
    found = upkeep.findings(replace(world.app, plan=plan, clock=lambda: now))
    one = next(one for one in found if one.subject == "证书")
    assert one.state == state and said in one.text


def test_a_certificate_that_cannot_be_read_is_trouble(world: World, tmp_path: Path) -> None:
    plan = replace(world.app.plan, desk=DeskSpec(certificate=str(tmp_path / "none"), key="k"))
    found = upkeep.findings(replace(world.app, plan=plan))
    assert next(one for one in found if one.subject == "证书").state == "trouble"


def test_a_log_file_begins_anew_keeps_some_and_is_for_its_owner_only(tmp_path: Path) -> None:
    handler = logfile.rotating(tmp_path / "log" / "watch.log", size=200, kept=2)
    for number in range(80):
        handler.emit(logging.LogRecord("a", logging.INFO, "", 0, f"第{number}行", None, None))
    handler.close()
    files = sorted((tmp_path / "log").iterdir())
    assert [file.name for file in files] == ["watch.log", "watch.log.1", "watch.log.2"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert all(file.stat().st_size <= 220 for file in files)
    assert "第79行" in files[0].read_text("utf-8")
    with pytest.raises(InputError, match="写不进去"):
        logfile.rotating(files[0] / "no")
