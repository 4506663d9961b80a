"""The command line on a temporary home: what a clerk types, and what he sees."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fakes import ScriptedChannel

from config.loader import SHIPPED
from domain.times import on_screen
from domain.types import Duty, SendResult
from tingxue import disk
from tingxue.app import opened
from tingxue.cli import main
from tingxue.doctor import try_channels
from tingxue.home import Home, home_at

SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
WORKSHEET = (
    "工单编号,工单标题,诉求内容,区交办时间,区交办办结期限,求助人员,求助号码,事件发生地\n"
    "CC202611220009,出租车拒载,市民反映在天定山滑雪场门口打车，出租车拒载，要求处理,"
    "2026-11-22 15:00:00,2026-11-25 15:00:00,王小明,13812345678,天定山滑雪场\n"
)
ACK = ("--by", "值班员甲", "--role", "handler", "--department", "住建局")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_at(tmp_path / "home")


def run(home: Home, *words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(
        main, list(words), env={"TINGXUE_HOME": str(home.path)}, input=stdin, catch_exceptions=False
    )


def worksheet(home: Home, text: str = WORKSHEET) -> Path:
    path = home.path / "工单.csv"
    path.write_text(text, "gb18030")
    return path


def only_case(home: Home) -> str:
    with opened(home=home) as app, app.ledger.read() as books:
        (case_id,) = books.cases.list_ids()
        return case_id


def test_a_worksheet_becomes_a_case_of_the_right_department_with_its_own_limit(home: Home) -> None:
    result = run(home, "import", str(worksheet(home)))
    assert result.exit_code == 0, result.output
    assert "收下 1 条" in result.stdout and "退件 0 行" in result.stdout
    assert "求助号码" in result.stdout  # said to be left unread
    with opened(home=home) as app, app.ledger.read() as books:
        case = books.cases.get(only_case(home))
    assert case.categories == ("taxi_refusal",)
    (lead,) = (o for o in case.obligations if o.duty is Duty.LEAD)
    assert lead.department == "住建局"
    assert lead.reply_due == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def test_importing_twice_adds_nothing_and_alerts_nobody_again(home: Home) -> None:
    path = str(worksheet(home))
    run(home, "import", path)
    with opened(home=home) as app:
        before = app.ledger.outbox.states()
    again = run(home, "import", path)
    assert "新增 0 条" in again.stdout
    with opened(home=home) as app:
        assert app.ledger.outbox.states() == before


@pytest.mark.skipif(not SAMPLES.exists(), reason="../shared/samples is not here")
def test_the_shared_samples_import_without_rejects(home: Home) -> None:
    files = [SAMPLES / "worksheet_12345" / "workorders.csv"]
    files += sorted((SAMPLES / "mediacrawler_export").iterdir())
    result = run(home, "import", *map(str, files))
    assert result.exit_code == 0, result.output
    assert result.stdout.count("退件 0 行") == len(files)
    with opened(home=home) as app, app.ledger.read() as books:
        cases = [books.cases.get(case_id) for case_id in books.cases.list_ids()]
    hotline = [c for c in cases if any(o.own_limit for o in c.obligations)]
    assert [c.categories for c in hotline] == [("taxi_refusal",)]
    assert hotline[0].obligations[0].department == "住建局"
    assert hotline[0].obligations[0].reply_due == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def test_signing_answering_and_closing_by_command(home: Home) -> None:
    run(home, "import", str(worksheet(home)))
    case_id = only_case(home)
    assert "已签收" in run(home, "case", "ack", case_id, *ACK).stdout
    assert run(home, "case", "ack", case_id, *ACK).exit_code == 2  # not twice
    assert "待审核" in run(home, "case", "reply", case_id, *ACK, "--note", "已处理").stdout
    done = run(home, "case", "accept", case_id, "--by", "审核员", "--role", "宣传部",
               "--department", "宣传部", "--for", "住建局")  # fmt: skip
    assert "已办结" in done.stdout
    shown = run(home, "case", "show", case_id).stdout
    assert "签收" in shown and "结案" in shown and "13812345678" not in shown


def test_both_clocks_are_shown_the_statutory_one_from_registration(home: Home) -> None:
    run(home, "import", str(worksheet(home)))
    case_id = only_case(home)
    shown = run(home, "case", "show", case_id).stdout
    assert "住建局：待签收，签收时限" in shown and "未登记为旅游投诉，不起算" in shown
    who = ["--by", "审核员", "--role", "reviewer", "--department", "宣传部"]
    run(home, "case", "register", case_id, *who)
    case = json.loads(run(home, "case", "show", case_id, "--json").stdout)
    accept, settle = (
        datetime.fromisoformat(case[name]) for name in ("acceptance_due", "settlement_due")
    )
    shown = run(home, "case", "show", case_id).stdout
    assert f"{on_screen(accept)} 前决定是否受理，{on_screen(settle)} 前办结" in shown
    assert "住建局：待签收，签收时限" in shown and "不起算" not in shown


def test_originals_open_only_with_a_reason_and_leave_an_audit_line(home: Home) -> None:
    text = WORKSHEET.replace("要求处理", "联系电话13911112222，要求处理")
    run(home, "import", str(worksheet(home, text)))
    case_id = only_case(home)
    assert "13911112222" not in run(home, "case", "show", case_id).stdout
    refused = run(
        home, "case", "original", case_id, "--reason", " ", "--by", "甲", "--role", "宣传部"
    )
    assert refused.exit_code == 2
    seen = run(
        home, "case", "original", case_id, "--reason", "回访", "--by", "甲", "--role", "宣传部"
    )
    assert "13911112222" in seen.stdout
    with opened(home=home) as app, app.ledger.read() as books:
        assert [line["action"] for line in books.audit.lines()] == ["original"]


def test_score_reads_lines_and_names_the_bad_one(home: Home) -> None:
    lines = '{"id": "1", "platform": "douyin", "text": "天定山滑雪场押金不退"}\nkaputt\n'
    result = run(home, "score", stdin=lines)
    assert result.exit_code == 1
    (scored,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert [c["code"] for c in scored["categories"]] == ["consumer_dispute"]
    assert "第 2 行" in result.stderr
    assert not (home.path / "ledger.db").exists()


def test_search_finds_what_was_imported(home: Home) -> None:
    run(home, "import", str(worksheet(home)))
    found = run(home, "search", "拒载 天定山", "--since", "7d", "--category", "taxi_refusal")
    assert "【拒载】" in found.stdout and "共 1 条" in found.stdout
    assert "没有找到" in run(home, "search", "雪崩").stdout
    assert "重建 1 条" in run(home, "index", "rebuild").stdout


def test_a_report_is_written_where_asked(home: Home, tmp_path: Path) -> None:
    run(home, "import", str(worksheet(home)))
    result = run(home, "report", "week", "--to", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert [Path(line).suffix for line in result.stdout.splitlines()] == [".docx", ".xlsx"]
    assert all(Path(line).exists() for line in result.stdout.splitlines())


def test_a_report_is_not_written_while_another_is_being_made(home: Home) -> None:
    run(home, "import", str(worksheet(home)))
    with disk.alone(home.path / ".papers.lock") as mine:
        assert mine
        result = run(home, "report", "day")
    assert result.exit_code != 0 and "另一份报告正在编制" in result.output
    assert not list(home.reports.glob("*")) and run(home, "report", "day").exit_code == 0


def test_doctor_says_what_to_do_next(home: Home) -> None:
    result = run(home, "doctor", "--json")
    findings = json.loads(result.stdout)
    assert {f["subject"] for f in findings} >= {"电话", "值班表", "来源", "待发"}
    troubled = any(f["state"] == "trouble" for f in findings)
    assert result.exit_code == (1 if troubled else 0)


def test_a_file_that_is_no_table_is_refused_in_chinese_and_the_next_is_taken(home: Home) -> None:
    picture = home.path / "照片.csv"
    picture.write_bytes(b"\xff\xd8\xff\xe0" + b"0" * 100)
    result = run(home, "import", str(picture), str(worksheet(home)))
    assert result.exit_code == 2
    assert "出错" in result.stderr and "收下 1 条" in result.stdout


def test_rejects_are_kept_and_listed(home: Home) -> None:
    bad = WORKSHEET + "CC202611220010,无时间,市民反映路灯不亮,不是时间,2026-11-25 15:00:00,,,\n"
    result = run(home, "import", str(worksheet(home, bad)))
    assert "收下 1 条" in result.stdout and "退件 1 行" in result.stdout
    assert "第 3 行" in run(home, "rejects", "list").stdout
    assert "仍退 1 行" in run(home, "rejects", "replay").stdout


def test_a_wrong_config_names_file_and_line(home: Home) -> None:
    home.config.mkdir()
    (home.config / "levels.yaml").write_text("nonsense: 1\n", "utf-8")
    result = run(home, "doctor")
    assert result.exit_code == 2
    assert "levels.yaml:1" in result.stderr


def test_a_wrong_option_of_a_channel_names_file_key_and_line(home: Home) -> None:
    home.config.mkdir()
    text = (SHIPPED / "settings.yaml").read_text("utf-8")
    text += "  own:\n    kind: webhook\n    options:\n      ulr: https://example.org\n"
    (home.config / "settings.yaml").write_text(text, "utf-8")
    result = run(home, "doctor")
    assert result.exit_code == 2
    line = len(text.splitlines())
    assert f"settings.yaml:{line} [channels.own.options.ulr]" in result.stderr


def test_a_test_message_says_when_some_receivers_are_unknown(home: Home) -> None:
    answers = {
        "all": SendResult(outcome="ok"),
        "some": SendResult(outcome="ok", error="已接收，但有 1 个接收人无效，请核对名单"),
        "none": SendResult(outcome="dead", error="机器人地址无效"),
    }
    channels = {name: ScriptedChannel([answer]) for name, answer in answers.items()}
    with opened(home=home, channels=channels) as app:
        found = {finding.text: finding.state for finding in try_channels(app)}
    assert found == {
        "all 已接收": "ok",
        "some 已接收，但有 1 个接收人无效，请核对名单": "trouble",
        "none 未成功：机器人地址无效": "trouble",
    }
