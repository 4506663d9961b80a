"""The review list, corrections and their figures from the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from config.loader import SHIPPED
from tingxue.cli import main
from tingxue.home import Home, home_at

WHO = ("--by", "研判员", "--role", "宣传部")
TAXI = "我们在天定山滑雪场门口打车，出租车司机拒载，一听去市里就开走了，等了一个小时"
WATER = "天定山滑雪场旁边的民宿没有热水，暖气也不热，退房老板还扣了我们三百押金"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An office where complaints are so rare that no verdict alone is enough."""
    home = home_at(tmp_path / "home")
    home.config.mkdir()
    text = (SHIPPED / "settings.yaml").read_text("utf-8")
    rare = text.replace("complaint_share: 0.10", "complaint_share: 0.00001")
    assert rare != text
    (home.config / "settings.yaml").write_text(rare, "utf-8")
    lines = [
        {
            "platform": "weibo",
            "kind": "post",
            "id": str(n),
            "text": words,
            "published_at": "2026-11-22 10:00:00",
        }
        for n, words in enumerate((TAXI, WATER), 1)
    ]
    path = home.path / "in.jsonl"
    path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in lines), "utf-8")
    done = run(home, "import", str(path))
    assert "案件 0 件" in done.stdout and "待研判 2 项" in done.stdout, done.output
    return home


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(
        main, list(words), env={"TINGXUE_HOME": str(home.path)}, catch_exceptions=False
    )


def items(home: Home) -> dict[str, dict[str, object]]:
    """First word of its text -> the item."""
    lines = run(home, "review", "list", "--json").stdout.splitlines()
    return {one["mentions"][0]["text"][:2]: one for one in map(json.loads, lines)}


def test_what_waits_is_listed_judged_and_remembered(home: Home, tmp_path: Path) -> None:
    shown = run(home, "review", "list").stdout
    assert "拒载" in shown and TAXI in shown and "把握" in shown
    taxi, water = items(home)["我们"], items(home)["天定"]

    done = run(home, "review", "confirm", str(taxi["review_id"]), *WHO)
    assert done.exit_code == 0 and "tingxue case show LHS-" in done.stdout
    assert "住建局 待签收" in run(home, "case", "list").stdout
    again = run(home, "review", "confirm", str(taxi["review_id"]), *WHO)
    assert again.exit_code == 2 and "已由研判员处理" in again.stderr

    words = ("--reason", "在写小说")
    assert run(home, "review", "dismiss", str(water["review_id"]), *words, *WHO).exit_code == 0
    assert run(home, "review", "list").stdout == "没有待研判的反映\n"

    told = run(home, "explain", f"{WATER}！", "--platform", "weibo").stdout
    assert "的更正" in told and "投诉：没有" in told
    assert "的更正" not in run(home, "explain", "厕所没有水，也没有人管").stdout

    checked = run(home, "corrections", "check")
    assert checked.exit_code == 1 and "2 条更正，判错 1 条" in checked.stderr
    assert "应为不是投诉，判为" in checked.stdout
    out = tmp_path / "corrections.jsonl"
    assert run(home, "quality", "export", str(out)).exit_code == 0
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    said = [(bool(row["categories"]), row["text"]) for row in rows]
    assert said == [(True, TAXI), (False, WATER)]

    figures = json.loads(run(home, "quality", "--weeks", "1", "--json").stdout)
    assert [(w["flagged"], w["right"], w["precision"]) for w in figures] == [(2, 1, None)]
    assert "2 条中 1 条确是投诉" in run(home, "quality").stdout


def test_a_correction_by_hand_is_taken_up_by_the_next_stage(home: Home) -> None:
    water = items(home)["天定"]
    mention_id = str(water["mentions"][0]["mention_id"])  # type: ignore[index]
    refused = run(home, "correct", mention_id, "--no-complaint", *WHO)
    assert refused.exit_code == 2 and str(water["review_id"]) in refused.stderr
    run(home, "review", "dismiss", str(water["review_id"]), "--reason", "看错", *WHO)
    done = run(home, "correct", mention_id, "--complaint", "--category", "lodging", *WHO)
    assert done.exit_code == 0, done.output
    run(home, "triage")
    assert "住宿问题" in run(home, "case", "list").stdout
    handler = ("--by", "甲", "--role", "handler", "--department", "住建局")
    assert run(home, "correct", mention_id, "--no-complaint", *handler).exit_code == 2


def test_explaining_a_sentence_makes_no_ledger(tmp_path: Path) -> None:
    home = home_at(tmp_path / "new")
    assert run(home, "explain", TAXI).exit_code == 0
    assert not home.ledger.exists()
