"""The quality of alarms by week, and the season's corrections as a training file."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from world import MONDAY, World

from domain.plan import Plan
from domain.types import Actor, Role
from nlp.train.data import corrections as training_rows
from tingxue import alertquality, correcting, pipeline, replaying, reviewing
from tingxue.cli import main

JUDGE = Actor(name="研判员", role=Role.PUBLICITY, department="宣传部")
WEEK = timedelta(weeks=1)
PHONE = "13812345678"


def waiting(world: World, number: int, **more: object) -> str:
    """A doubtful text on 待研判; the item."""
    world.said(number, ["parking"], sure=0.3, **more)  # type: ignore[arg-type]
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    with world.app.ledger.read() as books:
        return books.reviews.waiting()[-1].review_id


def judged(world: World) -> None:
    """Two right, one wrong; one confirmed, one dismissed; one found by hand; one nobody judged."""
    texts = ("打车被拒载，司机嫌路近", "民宿没有热水也不退钱", "停车场收了两遍钱", "一碗面卖八十")
    cases = [world.say(n, ["taxi_refusal"], text=text, places=(str(n),))
             for n, text in enumerate(texts)]  # fmt: skip
    for case_id in cases[:2]:
        world.close(case_id)
    world.do(cases[2], "false-alarm")
    confirmed = waiting(world, 10, text=f"路口堵了三个小时没人管，电话{PHONE}")
    reviewing.confirm(world.app, confirmed, JUDGE)
    reviewing.dismiss(world.app, waiting(world, 11, text="小说里写的雪场"), JUDGE, "在写小说")
    unseen = world.said(12, [], text="厕所一直锁着不开")
    pipeline.analyse(world.app)
    correcting.correct(world.app, unseen, actor=JUDGE, complaint=True, categories=["facilities"])


def test_alarms_are_counted_by_the_week_of_their_case(world: World) -> None:
    judged(world)
    world.clock.now = MONDAY + WEEK
    then, now = alertquality.weekly(world.app, 2)
    assert (then.alerts, then.judged, then.right, then.missed) == (4, 3, 2, 2)
    assert then.reasons == (("在写小说", 1), ("说明", 1))
    assert (now.alerts, now.judged, now.missed, now.reasons) == (0, 0, 0, ())
    said = "\n".join(then.lines())
    assert "直接派出 4 件，已有结论的 3 条中 2 条确是投诉；应派的 4 条中 2 条直接派出" in said
    assert "说明（1）" in said
    assert then.as_json()["alert_precision"] is None  # three judgements carry no share


def test_from_twenty_judgements_on_there_is_a_share() -> None:
    week = alertquality.Alarms(monday=MONDAY.date(), alerts=30, judged=20, right=15, missed=5,
                               reasons=())  # fmt: skip
    assert (week.as_json()["alert_precision"], week.as_json()["alert_recall"]) == (0.75, 0.75)


def test_a_category_that_was_left_out_is_named_beside_one_given_wrongly(world: World) -> None:
    judged(world)
    said = list(replaying.worst_lines(world.app, 1))
    assert any(line.startswith("漏得最多的类别：景区配套，1 条中 1 条没有判出") for line in said)
    assert any(line.startswith("错得最多的类别：") for line in said)


def test_the_trainer_reads_what_an_office_exports_as_it_reads_its_home(
    world: World, plan: Plan, tmp_path: Path
) -> None:
    judged(world)
    home, out = world.app.home.path, tmp_path / "season.jsonl"
    done = CliRunner().invoke(
        main, ["quality", "export", str(out)], env={"TINGXUE_HOME": str(home)}
    )
    assert done.exit_code == 0 and done.stdout == f"4 条更正写入 {out}\n", done.output
    assert PHONE not in out.read_text("utf-8") and "电话***********" in out.read_text("utf-8")
    assert out.stat().st_mode & 0o777 == 0o600
    read, from_home = (
        [(r.prepared.inputs.text, r.platform, r.categories, r.polarity, r.urgency)
         for r in training_rows(plan, path)]
        for path in (out, home)
    )  # fmt: skip
    assert read == from_home and len(read) == 4
    rows = {row.prepared.inputs.text: row for row in training_rows(plan, out)}
    assert rows["厕所一直锁着不开"].categories == {"facilities"}
    assert rows["小说里写的雪场"].urgency == "none"


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a", "text": "没有判定"}'])
def test_a_file_that_no_office_exported_is_refused_by_its_line(
    plan: Plan, tmp_path: Path, line: str
) -> None:
    file = tmp_path / "some.jsonl"
    file.write_text(f"{line}\n", "utf-8")
    with pytest.raises(ValueError, match=r"some\.jsonl line 1 is no"):
        training_rows(plan, file)
