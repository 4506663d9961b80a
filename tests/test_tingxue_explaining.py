"""What ``tingxue explain`` says is what the analyser found, in words, with what did not count."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.loader import load
from domain.plan import Plan
from domain.ports import Analyser
from domain.types import Kind, Polarity, Stance, Urgency
from nlp.analyser import build
from nlp.score import mention_of
from tingxue import explaining, names
from tingxue.cli import main

NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module", name="plan")
def _plan() -> Plan:
    return load(environ={})


@pytest.fixture(scope="module")
def analyser(plan: Plan) -> Analyser:
    return build(plan)


def said(text: str, plan: Plan, analyser: Analyser, *, own: bool = True) -> list[str]:
    raw: dict[str, object] = {"id": "t", "platform": "weibo", "text": text}
    if not own:
        raw["context"] = {"source_kind": "search"}
    return explaining.explain(mention_of(raw, NOW)[0], analyser, plan)


def test_a_complaint_shows_its_category_its_lead_and_the_words(
    plan: Plan, analyser: Analyser
) -> None:
    lines = said("天定山门口打车，连着三个司机拒载，不打表不拉", plan, analyser)
    [taxi] = [line for line in lines if line.startswith("投诉：拒载")]
    assert "牵头：住建局" in taxi
    assert any("【拒载】" in line and "规则" in line for line in lines)
    assert lines[0].startswith("与本度假区有关：是")


def test_what_did_not_count_is_said_with_its_reason(plan: Plan, analyser: Analyser) -> None:
    lines = said("听说莲花山有黑车，是真的吗？", plan, analyser)
    assert "投诉：没有" in lines
    [left] = [line for line in lines if line.startswith("未计入：黑车")]
    assert "这一句不算投诉" in left


def test_another_place_is_named_as_the_reason(plan: Plan, analyser: Analyser) -> None:
    lines = said("哈尔滨冰雪大世界门口黑车太多", plan, analyser, own=False)
    assert lines[0] == "与本度假区有关：否（说的是哈尔滨冰雪大世界，不是本度假区）"
    assert any(line.endswith("——与本度假区无关") for line in lines)


def test_what_must_not_leave_is_masked(plan: Plan, analyser: Analyser) -> None:
    lines = said("天定山门口司机拒载，请回电 13912345678", plan, analyser)
    assert "13912345678" not in "".join(lines)


def test_every_value_has_its_name() -> None:
    assert set(names.STANCES) == set(Stance)
    assert set(names.POLARITIES) == set(Polarity)
    assert set(names.KINDS) == set(Kind)
    assert set(names.URGENCIES) == set(Urgency)
    assert set(explaining.URGENCIES) == set(Urgency)


def test_the_command_says_what_it_assumed_and_which_platforms_there_are(tmp_path: Path) -> None:
    home = {"TINGXUE_HOME": str(tmp_path)}
    done = CliRunner().invoke(main, ["explain", "太坑了"], env=home)
    assert done.exit_code == 0
    assert "按度假区自己账号下的评论判读" in done.output
    wrong = CliRunner().invoke(main, ["explain", "太坑了", "--platform", "tiktok"], env=home)
    assert wrong.exit_code == 2
    assert "douyin 抖音" in wrong.output
