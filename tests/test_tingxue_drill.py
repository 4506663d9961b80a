"""Drills: scripts, the home of each, the real chain under a given clock, and the score sheet."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from paperlayout import faults
from sqlalchemy import select
from world import MONDAY

from alerts.marking import Marked
from alerts.messages import DRILL
from domain.commands import Command
from domain.errors import InputError, LedgerError
from domain.types import Actor, Alert, Delivery, Role, SendResult
from ledger import schema
from ledger.engine import open_ledger
from ledger.users import User
from tingxue import acting, playing
from tingxue.app import App
from tingxue.cli import main
from tingxue.demo import week
from tingxue.drill import homes, running, scoring, sheet
from tingxue.drill.homes import Card, Drill
from tingxue.drill.score import REFUTE, REPLY, SIGN, TRANSFER, Score, Step, as_json
from tingxue.drill.script import named, scripts
from tingxue.home import home_at
from tingxue.reports.word import word_bytes

MINUTE = timedelta(minutes=1)


def step(what: str, department: str, limit: int, done: int | None, about: str = "LHS-1") -> Step:
    return Step(
        what=what, department=department, about=about, from_at=MONDAY,
        limit=MONDAY + limit * MINUTE, done_at=None if done is None else MONDAY + done * MINUTE,
    )  # fmt: skip


def scored(*steps: Step, script: str = "谣言") -> Score:
    return Score(script=script, started_at=MONDAY, end=MONDAY + 60 * MINUTE, steps=steps,
                 mentions=9, cases=("LHS-1",))  # fmt: skip


GOOD = scored(step(SIGN, "住建局", 20, 8), step(REPLY, "住建局", 40, 30))
POOR = scored(
    step(SIGN, "住建局", 20, 25), step(REPLY, "住建局", 40, None),
    step(SIGN, "城管局", 20, None), step(SIGN, "交警大队", 90, None),
    step(REFUTE, "宣传部", 30, None, "谣言"), step(TRANSFER, "宣传部", 20, 22),
)  # fmt: skip


def test_there_are_three_scripts_of_an_hour_and_no_mention_is_in_two() -> None:
    assert set(scripts()) == {"拒载发酵", "缆车停运滞留", "谣言"}
    refs = [
        line.ref
        for script in scripts().values()
        for beat in script.beats
        for line in beat.lines
        if line.seen == beat.at
    ]
    assert len(refs) == len(set(refs)) >= 28
    assert {script.minutes for script in scripts().values()} == {60}
    assert not {line.ref for line in week.lines()} & set(refs)
    assert named("谣言").rumors == {"d7301", "d7302", "d7306"}
    with pytest.raises(InputError, match=r"没有“火灾”这个演练脚本；现有：.*谣言"):
        named("火灾")


def test_what_was_missed_is_told_from_what_was_late_and_from_what_is_not_due_yet() -> None:
    assert [(one.department, one.missed(POOR.end)) for one in POOR.missed()] == [
        ("住建局", "签收超时"), ("住建局", "未答复"), ("城管局", "未签收"),
        ("宣传部", "未澄清"), ("宣传部", "转办超时"),
    ]  # fmt: skip
    assert GOOD.missed() == []
    assert POOR.mean("住建局", SIGN) == 25.0
    assert POOR.mean("城管局", SIGN) == 60.0  # nobody signed: as long as it was waited for
    assert POOR.mean("宣传部", SIGN) is None


def test_a_score_is_compared_with_the_one_before() -> None:
    said = "\n".join(sheet.lines(POOR, GOOD))
    assert "漏项 5 个（上次 0 个）" in said
    assert "住建局：签收 1/1，平均 25.0 分钟（上次 8.0 分钟）；答复 0/1，平均 60.0 分钟以上" in said
    assert "没有上次可比" in next(sheet.lines(GOOD, None))
    values = json.loads(json.dumps(as_json(POOR, GOOD)))
    assert values["missed_before"] == 0
    assert [d["before"]["sign_minutes"] for d in values["departments"]] == [8.0, None, None, None]


@pytest.mark.parametrize(("score", "before"), [(POOR, GOOD), (GOOD, None), (GOOD, POOR)])
def test_the_score_sheet_is_laid_out_as_the_other_papers(
    score: Score, before: Score | None
) -> None:
    made = sheet.Sheet(score=score, before=before, base="某度假区网络舆情", mark="内部资料",
                       made_at=score.end, edition=2)  # fmt: skip
    data = word_bytes(sheet.paper(made), made_at=score.end)
    assert faults(data) == []
    document = Document(io.BytesIO(data))
    text = "\n".join(p.text for p in document.paragraphs)
    assert text.startswith(f"内部资料\n{DRILL}")
    assert f"漏项{len(score.missed())}个" in text
    assert ("没有漏项" in text) == (score is GOOD)


@dataclass
class Heard:
    """A channel that keeps what it was given."""

    got: list[Alert] = field(default_factory=list)

    def send(self, delivery: Delivery) -> SendResult:
        self.got.append(delivery.alert)
        return SendResult(outcome="ok")


def test_no_text_leaves_a_drill_without_its_mark_and_none_has_it_twice() -> None:
    alert = Alert(alert_id="a", case_id=None, purpose="new", level=None, title="新投诉",
                  body="请办", created_at=MONDAY, drill=True)  # fmt: skip
    delivery = Delivery(
        delivery_id="d", alert=alert, receiver="住建局", channel="x", fallback=(), state="sending",
        attempts=1, unconfirmed=0, next_at=None,
    )  # fmt: skip
    heard = Heard()
    channel = Marked(heard)
    channel.send(delivery)
    channel.send(replace(delivery, alert=heard.got[0]))
    assert [(one.title, one.body) for one in heard.got] == [(f"{DRILL}新投诉", f"{DRILL}请办")] * 2


@pytest.fixture
def environ(tmp_path: Path) -> Mapping[str, str]:
    """An office with a robot of its own for 住建局, and an account."""
    home = home_at(tmp_path / "office")
    settings = playing.read_config("settings")
    settings["channels"]["robot"] = {"kind": "wecom", "options": {"key": "${TINGXUE_WECOM_KEY}"}}
    settings["desk"]["base_url"] = "https://zs.example.org"
    departments = playing.read_config("departments")
    for one in departments["departments"]:
        one["channels"] = ["robot", "file"]
    playing.write_config(home, {"settings": settings, "departments": departments})
    ledger = open_ledger(home.ledger_url, drill=False, now=MONDAY)
    with ledger.write() as books:
        for name, password in (("住建局甲", "argon"), ("没有口令", "")):
            books.users.add(User(name=name, role=Role.HANDLER, department="住建局",
                                 created_at=MONDAY, password=password))  # fmt: skip
    ledger.close()
    return {"TINGXUE_HOME": str(home.path), "TINGXUE_WECOM_KEY": "secret"}


def test_a_drill_has_a_home_of_its_own_with_the_office_s_people_and_none_of_its_ways_out(
    environ: Mapping[str, str],
) -> None:
    there = environ | {"TINGXUE_LEDGER": "postgresql://nobody@127.0.0.1:1/none"}
    drill = homes.made(environ, Card(script="谣言", started_at=MONDAY, speed=1.0, dry=False,
                                     real=False))  # fmt: skip
    with homes.entered(drill, there) as app:
        assert app.ledger.drill and not app.ledger.shared
        assert set(app.channels) == {"console", "file"}
        assert all(isinstance(one, Marked) for one in app.channels.values())
        assert {d.channels for d in app.plan.departments.values()} == {("console", "file")}
        assert app.plan.sources == () and app.plan.desk.base_url == ""
    assert [user.name for user in homes.office_users(environ)] == ["住建局甲"]
    with pytest.raises(LedgerError, match="是演练的数据文件夹"):
        homes.folder({"TINGXUE_HOME": str(drill.home.path)})


def test_only_on_demand_does_a_drill_use_the_office_s_own_channels(
    environ: Mapping[str, str],
) -> None:
    drill = homes.made(environ, Card(script="谣言", started_at=MONDAY, speed=1.0, dry=False,
                                     real=True))  # fmt: skip
    with homes.entered(drill, environ) as app:
        assert isinstance(app.channels["robot"], Marked)
        assert app.plan.departments["住建局"].channels == ("robot", "file")


def test_neither_a_dry_run_nor_a_fast_clock_rings_at_anybody_s(environ: Mapping[str, str]) -> None:
    for words in (["--dry"], ["--speed", "60"]):
        done = CliRunner().invoke(
            main, ["drill", "start", "谣言", "--channels", "real", *words], env=dict(environ)
        )
        assert done.exit_code == 2 and "不能真的发给各部门" in done.stderr
    assert homes.every(environ) == []
    done = CliRunner().invoke(main, ["drill", "score"], env=dict(environ))
    assert done.exit_code == 2 and "没有演练的记录；用 tingxue drill start 开始" in done.stderr


# --- the real chain (seconds each)


class Killed(Exception):
    """Stands for SIGKILL."""


def begun(environ: Mapping[str, str], minutes: int, script: str = "拒载发酵") -> Drill:
    return running.begin(environ, script, MONDAY + minutes * MINUTE, dry=True)


def take(app: App, action: str, case_id: str, role: Role, department: str, **more: str) -> None:
    actor = Actor(name="某人", role=role, department=department)
    acting.act(app, case_id, Command(action=action, actor=actor, at=app.clock(),
                                     department=department, **more))  # fmt: skip


def signs_first(started: int) -> Callable[[App], None]:
    """住建局 signs its first case after five minutes and answers it after twenty."""

    def people(app: App) -> None:
        minute = (app.clock() - MONDAY) // MINUTE - started
        with app.ledger.read() as books:
            case_id = books.cases.list_ids()[0] if minute in (5, 20) else ""
        if minute == 5:
            take(app, "ack", case_id, Role.HANDLER, "住建局")
        if minute == 20:
            take(app, "reply", case_id, Role.HANDLER, "住建局", note="已派人到场")

    return people


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    yield {"TINGXUE_HOME": str(tmp_path_factory.mktemp("office"))}


@pytest.fixture(scope="module")
def twice(office: Mapping[str, str]) -> tuple[Drill, Drill]:
    """Played without people, and then with one department that works."""
    idle = running.rehearse(begun(office, 0), office)
    return idle, running.rehearse(begun(office, 90), office, people=signs_first(90))


def obligations(drill: Drill, environ: Mapping[str, str]) -> list[tuple[str, str]]:
    with homes.entered(drill, environ, channels={}) as app, app.ledger.read() as books:
        cases = [books.cases.get(case_id) for case_id in books.cases.list_ids()]
    return [(case.case_id, o.department) for case in cases for o in case.obligations]


@pytest.mark.full
def test_a_drill_is_scored_by_what_its_departments_did(
    office: Mapping[str, str], twice: tuple[Drill, Drill]
) -> None:
    idle, worked = twice
    mine, before = scoring.scores(worked, office)
    assert before is not None and before.started_at == idle.card.started_at
    signs, replies = mine.of("住建局", SIGN), mine.of("住建局", REPLY)
    assert [one.minutes(mine.end) for one in signs if one.done_at] == [5.0]
    assert [one.minutes(mine.end) for one in replies if one.done_at] == [20.0]
    assert len(before.missed("住建局")) == len(mine.missed("住建局")) + 2
    assert len(signs) == len(before.of("住建局", SIGN)) >= 3
    said = "\n".join(sheet.lines(mine, before))
    assert f"签收 1/{len(signs)}" in said and "（上次 " in said
    path = scoring.sheet(worked, office, mine, before)
    assert path.is_relative_to(worked.home.reports) and "演练" in path.name
    again = scoring.sheet(worked, office, mine, before)
    assert again.name == path.name.replace(".docx", "-第2版.docx")


@pytest.mark.full
def test_every_message_of_a_drill_says_so_and_the_office_s_own_home_holds_nothing_of_it(
    office: Mapping[str, str], twice: tuple[Drill, Drill]
) -> None:
    for drill in twice:
        lines = (drill.home.path / "alerts.jsonl").read_text("utf-8").splitlines()
        told = [json.loads(line) for line in lines]
        assert len(told) > 30
        with homes.entered(drill, office, channels={}) as app, app.ledger.read() as books:
            worded = books.connection.execute(select(schema.alerts)).mappings().all()
        told += [dict(row) for row in worded]  # before any channel's mark
        assert all(one[part].startswith(DRILL) for one in told for part in ("title", "body"))
    assert [path.name for path in Path(office["TINGXUE_HOME"]).iterdir()] == ["drill"]


@pytest.mark.full
def test_a_drill_killed_twice_ends_as_one_that_was_not(
    office: Mapping[str, str], twice: tuple[Drill, Drill]
) -> None:
    drill = begun(office, 300)
    for at in (9, 30):

        def dies(app: App, at: int = at) -> None:
            if app.clock() >= MONDAY + (300 + at) * MINUTE:
                raise Killed

        with pytest.raises(Killed):
            running.rehearse(drill, office, people=dies)
        assert homes.unfinished(office, drill.name).card.ended_at is None
    ended = running.rehearse(homes.unfinished(office, drill.name), office)
    assert obligations(ended, office) == obligations(twice[0], office)
    with pytest.raises(InputError, match="已经走完"):
        homes.unfinished(office, drill.name)


@pytest.mark.full
def test_a_rumour_is_answered_by_a_note_that_says_so_and_a_wrong_charge_is_handed_on(
    office: Mapping[str, str],
) -> None:
    started = 500

    def people(app: App) -> None:
        minute = (app.clock() - MONDAY) // MINUTE - started
        with app.ledger.read() as books:
            ids = books.cases.list_ids()
        if minute == 6:
            take(app, "note", ids[0], Role.PUBLICITY, "宣传部", note="疑似谣言，正在了解")
            take(app, "decline", ids[0], Role.HANDLER, "应急局", note="不归我们")
        if minute == 18:
            take(app, "note", ids[0], Role.PUBLICITY, "宣传部", note="经核，网传不实，已发澄清")
            command = Command(
                action="transfer", actor=Actor(name="某人", role=Role.PUBLICITY),
                at=app.clock(), department="应急局", to="公安分局", note="请办",
            )  # fmt: skip
            acting.act(app, ids[0], command)

    drill = running.rehearse(begun(office, started, "谣言"), office, people=people)
    mine, before = scoring.scores(drill, office)
    assert before is None
    [refuted], [handed] = mine.of("宣传部", REFUTE), mine.of("宣传部", TRANSFER)
    assert (refuted.minutes(mine.end), refuted.missed(mine.end)) == (18.0, "")
    assert (handed.minutes(mine.end), handed.missed(mine.end)) == (12.0, "转办超时")
    assert "应急局" not in {s.department for s in mine.steps if s.about == handed.about[:17]}
