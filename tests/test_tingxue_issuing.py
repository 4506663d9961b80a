"""Finished papers to their readers: at the hour, once, with the files, and each followed."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from itertools import repeat
from pathlib import Path

import pytest
from fakes import ScriptedChannel
from papermaking import PHONE
from report_facts import plan
from smtpserver import Inbox, free_port, server
from sqlalchemy import select
from world import MONDAY, World, opened_world

from alerts.channels import mail
from alerts.messages import RESENT
from domain.plan import ChannelSpec, Plan
from domain.times import at_shanghai, shanghai_day
from domain.types import Actor, Role, SendResult
from domain.upkeep import PaperSpec
from ledger import schema
from tingxue import finals, issuing, pipeline, reporting, upkeep
from tingxue.app import App
from tingxue.unheard import ABOUT_NO_CASE, still_unheard

OFFICE, GROUP = "办公室", "工作群"
DEAD = SendResult(outcome="dead", error="93000")
TUESDAY = shanghai_day(MONDAY) + timedelta(days=1)


def sent_to(*names: str, attach_mb: int = 5) -> Plan:
    """An office with a mail box and a robot of its own, and a group with a robot."""
    shipped = plan()
    spec = ChannelSpec(name="office_mail", kind="mail", options={})
    robot = replace(shipped.channels["console"], name="robot", kind="wecom")
    return replace(
        shipped,
        channels={**shipped.channels, "office_mail": spec, "robot": robot},
        receivers={OFFICE: ("office_mail", "robot"), GROUP: ("robot",)},
        papers=PaperSpec(to=names or (OFFICE, GROUP), attach_mb=attach_mb),
    )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, sent_to()) as made:
        issuing.issue_due(made.app)
        made.say(1, ("taxi_refusal",), places=("龙嘉机场",), text=f"打车被拒，电话{PHONE}")
        made.say(2, ("price_gouging",), places=("天定山滑雪场",), text="一碗面四十五没有标价")
        at(made, 8, 30)
        yield made


def at(world: World, hour: int, minute: int, days: int = 1) -> None:
    world.clock.now = at_shanghai(shanghai_day(MONDAY) + timedelta(days=days), hour, minute)


def issue(world: World) -> int:
    reporting.make_missing(world.app)
    return issuing.issue_due(world.app)


def queued(world: World) -> list[tuple[str, str, str, list[list[str]]]]:
    """Receiver, channel, title and files of every paper in the outbox."""
    a, d = schema.alerts.c, schema.deliveries.c
    query = (
        select(d.receiver, d.channel, a.title, a.files)
        .join(schema.alerts, a.alert_id == d.alert_id)
        .where(a.purpose == "paper")
        .order_by(d.receiver, d.channel)
    )
    with world.app.ledger.read() as books:
        return [tuple(row) for row in books.connection.execute(query)]  # type: ignore[misc]


def body(world: World) -> str:
    with world.app.ledger.read() as books:
        query = select(schema.alerts.c.body).where(schema.alerts.c.purpose == "paper").limit(1)
        return str(books.connection.scalar(query))


def test_at_the_hour_each_gets_the_paper_its_own_way_and_once(world: World) -> None:
    assert issue(world) == 0
    at(world, 8, 40)
    assert issue(world) == 1
    found = queued(world)
    assert [row[:2] for row in found] == [
        (OFFICE, "office_mail"), (OFFICE, "robot"), (GROUP, "robot"),
    ]  # fmt: skip
    assert {row[2] for row in found} == {
        "【舆情日报】11月23日：信息 2 条，投诉 2 条，新立案件 2 件"
    }
    assert [bool(row[3]) for row in found] == [True, False, False]
    assert issue(world) == issue(world) == 0
    assert queued(world) == found


def test_the_words_are_the_figures_the_paper_was_printed_with(world: World) -> None:
    at(world, 8, 40)
    reporting.make_missing(world.app)
    world.say(3, ("parking",), text="停车收了两次钱")
    issuing.issue_due(world.app)
    assert "信息：2 条（前一日 0 条），其中投诉 2 条（前一日 0 条）" in body(world)
    assert "案件：新立 2 件，办结 0 件；截至 11月24日 08:40 在办 2 件，逾期 " in body(world)
    assert "（网民反映，未核实）" in body(world)
    assert PHONE not in body(world)


def test_a_missed_paper_goes_at_the_next_start_and_says_so(world: World) -> None:
    at(world, 15, 0, days=3)
    assert issue(world) == 3
    titles = {row[2] for row in queued(world)}
    assert {title.partition("】")[2].partition("：")[0] for title in titles} == {
        "11月23日（补发）", "11月24日（补发）", "11月25日（补发）",
    }  # fmt: skip


def test_a_week_goes_on_monday_as_well_as_the_day(world: World) -> None:
    at(world, 9, 0, days=7)
    issue(world)
    titles = sorted({row[2] for row in queued(world)})
    assert [t for t in titles if t.startswith("【舆情周报】2026年第48期（11月23日至11月29日）：")]
    assert [t for t in titles if t.startswith("【舆情日报】11月29日：")]


def test_an_address_that_is_new_gets_no_old_papers(tmp_path: Path) -> None:
    with opened_world(tmp_path, sent_to()) as made:
        made.say(1, ("taxi_refusal",), text="打车被拒")
        at(made, 9, 0, days=3)
        assert issue(made) == 0
        assert queued(made) == []
        at(made, 8, 41, days=4)
        assert issue(made) == 1


def test_nobody_named_gets_nothing_and_the_doctor_says_so(tmp_path: Path) -> None:
    with opened_world(tmp_path, replace(sent_to(), papers=PaperSpec())) as made:
        made.say(1, ("taxi_refusal",), text="打车被拒")
        at(made, 9, 0)
        assert issue(made) == 0
        assert queued(made) == []
        said = [one.text for one in upkeep.findings(made.app) if one.subject == "报告"]
        assert said == ["没有写 settings.yaml 的 papers.to，日报和周报不自动送给任何人"]


def test_the_doctor_names_a_paper_that_did_not_go_out(world: World) -> None:
    at(world, 9, 11)
    assert issuing.unsent(world.app) == ["日报 11月23日"]
    [said] = [one for one in upkeep.findings(world.app) if one.subject == "报告"]
    assert "到点没有送出：日报 11月23日" in said.text
    issue(world)
    assert issuing.unsent(world.app) == []


def test_what_is_too_large_is_left_out_and_named(world: World, tmp_path: Path) -> None:
    at(world, 8, 40)
    reporting.make_missing(world.app)
    path = next(world.app.home.reports.glob("*.xlsx"))
    with path.open("ab") as file:
        file.write(bytes(2 << 20))
    app = replace(world.app, plan=sent_to(attach_mb=1))
    assert issuing.issue_due(app) == 1
    [files] = [row[3] for row in queued(world) if row[3]]
    assert [name for name, _ in files] == ["日报-2026-11-23.docx"]
    assert "日报-2026-11-23.xlsx 太大，没有附上（邮件附件上限 1 MB）" in body(world)


def test_a_final_is_never_what_goes_out(world: World) -> None:
    at(world, 8, 40)
    [made] = reporting.make_missing(world.app)
    finals.file_final(world.app, made.docx, Actor(name="李文", role=Role.PUBLICITY))
    issuing.issue_due(world.app)
    [files] = [row[3] for row in queued(world) if row[3]]
    assert [name for name, _ in files] == [made.docx.name, made.xlsx.name]
    assert files[0][1] == made.docx_sha256


def connected(world: World, port: int, robot: ScriptedChannel) -> App:
    options = {
        "host": "127.0.0.1", "port": str(port), "security": "none", "timeout": "5",
        "from": "tingxue@example.org", "to": "office@example.org",
    }  # fmt: skip
    spec = ChannelSpec(name="office_mail", kind="mail", options=options)
    box = mail.channel(spec, home=world.app.home.path, clock=world.clock)
    return replace(world.app, channels={"office_mail": box, "robot": robot, "console": robot})


def test_the_mail_brings_the_very_files_and_the_robot_the_figures(world: World) -> None:
    inbox, robot = Inbox(), ScriptedChannel()
    at(world, 8, 40)
    issue(world)
    with server(inbox) as port:
        pipeline.notify(connected(world, port, robot))
    [brought] = inbox.mails
    assert "舆情日报" in str(brought["Subject"])
    attached = {part.get_filename(): part.get_content() for part in brought.iter_attachments()}
    assert set(attached) == {"日报-2026-11-23.docx", "日报-2026-11-23.xlsx"}
    for name, data in attached.items():
        assert data == (world.app.home.reports / str(name)).read_bytes()
        assert PHONE.encode() not in data
    papers = [one for one in robot.given if one.alert.purpose == "paper"]
    assert sorted(one.receiver for one in papers) == sorted([OFFICE, GROUP])
    assert all("信息：2 条" in one.alert.body for one in papers)


@pytest.mark.parametrize("spoiled", [True, False])
def test_a_file_that_is_touched_or_gone_is_not_sent(world: World, spoiled: bool) -> None:
    inbox, robot = Inbox(), ScriptedChannel()
    at(world, 8, 40)
    issue(world)
    path = next(world.app.home.reports.glob("*.docx"))
    path.write_bytes(b"other") if spoiled else path.unlink()
    with server(inbox) as port:
        pipeline.notify(connected(world, port, robot))
    assert inbox.mails == []
    query = select(schema.deliveries.c.state, schema.deliveries.c.error).where(
        schema.deliveries.c.channel == "office_mail"
    )
    with world.app.ledger.read() as books:
        [(state, error)] = books.connection.execute(query)
    assert (state, "校验值不符" in error) == (("dead", True) if spoiled else ("retry", False))


def test_a_paper_nobody_could_get_is_seen_as_not_delivered(world: World) -> None:
    robot = ScriptedChannel(answers=repeat(DEAD))
    at(world, 8, 40)
    issue(world)
    app = connected(world, free_port(), robot)
    for _ in range(40):
        pipeline.notify(app)
        world.clock.move(600)
    missed = [one for one in still_unheard(app) if one.title.startswith("【舆情日报】")]
    assert {one.receiver for one in missed} == {OFFICE, GROUP}
    made = missed[0].created_at
    for ago, listed in ((ABOUT_NO_CASE, True), (ABOUT_NO_CASE + timedelta(seconds=1), False)):
        world.clock.now = made + ago
        assert any(one.title.startswith("【舆情日报】") for one in still_unheard(app)) is listed


def test_killed_between_accept_and_record_it_comes_twice_and_says_so(world: World) -> None:
    at(world, 8, 40)
    issue(world)
    robot = ScriptedChannel()
    app = connected(world, free_port(), robot)
    claimed = app.ledger.outbox.claim(world.clock(), 45, 20)
    assert {one.alert.purpose for one in claimed} >= {"paper"}
    world.clock.move(46)
    pipeline.notify(app)
    papers = [one for one in robot.given if one.alert.purpose == "paper"]
    assert papers
    assert all(one.alert.title.endswith(RESENT) for one in papers)
    assert issue(world) == 0


def test_hours_are_the_offices_own(tmp_path: Path) -> None:
    spec = PaperSpec(to=(GROUP,), day_at=time(17, 0))
    with opened_world(tmp_path, replace(sent_to(), papers=spec)) as made:
        issuing.issue_due(made.app)
        made.say(1, ("taxi_refusal",), text="打车被拒")
        at(made, 16, 59)
        assert issue(made) == 0
        at(made, 17, 0)
        assert issue(made) == 1


def test_the_files_that_go_out_are_those_on_record(world: World) -> None:
    at(world, 8, 40)
    issue(world)
    with world.app.ledger.read() as books:
        [edition] = books.reports.all()
    [files] = [row[3] for row in queued(world) if row[3]]
    assert [tuple(pair) for pair in files] == list(edition.files)
    for name, digest in edition.files:
        data = (world.app.home.reports / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() == digest
