"""A roster from the office's table: forms of rows, what is refused, and what stays in force."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from config import rosterfile
from config.loader import load
from config.models import RosterFile, ShiftEntry
from domain.plan import Shift
from domain.times import at_shanghai, shanghai
from tingxue.cli import main
from tingxue.home import Home, home_at

HEADER = ["部门", "值班人", "电话", "开始", "结束", "备班人", "备班电话", "替班"]
DAY = datetime(2026, 12, 5)  # noqa: DTZ001 -- as Excel keeps a date
GOOD = [
    ["住建局", "某甲", 4318000001, DAY + timedelta(hours=17), "2026-12-06 08:30", "某丁",
     "0431-8000-0004", None],
    ["住建局", "某乙", "0431-8000-0002", "2026-12-06 08:30", "2026年12月6日 17:00", None, None,
     None],
    ["住建局", "某丙", "0431-8000-0003", "2026-12-05 22:00", "2026-12-06 02:00", None, None,
     "某甲"],
    ["城管局", "某戊", "0431-8000-0005", "2026-12-05 17:00", "2026-12-06 08:30", None, None, None],
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = home_at(tmp_path / "home")
    monkeypatch.setenv("TINGXUE_HOME", str(made.path))
    return made


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["roster", *words])


def table(folder: Path, rows: Sequence[Sequence[object]], header: Sequence[str] = HEADER) -> str:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["莲花山度假区值班表"], header, *rows):  # a title above the header, as usual
        sheet.append(list(row))
    path = folder / "值班表.xlsx"
    book.save(path)
    return str(path)


def shifts(home: Home, department: str = "住建局") -> list[Shift]:
    plan = load(environ={}, overrides=home.config)
    return [s for s in plan.shifts if s.department == department]


def spans(home: Home, department: str = "住建局") -> list[tuple[str, str, str]]:
    return [
        (s.person, f"{shanghai(s.start):%m-%d %H:%M}", f"{shanghai(s.end):%m-%d %H:%M}")
        for s in shifts(home, department)
    ]


def test_a_good_table_is_in_force_at_once_with_substitutes_and_deputies(
    home: Home, tmp_path: Path
) -> None:
    done = run("import", table(tmp_path, GOOD))
    assert done.exit_code == 0, done.output
    assert "已采用：4 班，2 个部门，12月5日 17:00 至 12月6日 17:00" in done.stdout
    assert spans(home) == [
        ("某丙", "12-05 22:00", "12-06 02:00"), ("某甲", "12-05 17:00", "12-06 08:30"),
        ("某乙", "12-06 08:30", "12-06 17:00"),
    ]  # fmt: skip
    assert [s.phone for s in shifts(home) if s.person == "某甲"] == ["4318000001"]
    at = run("now", "--at", "2026-12-05 23:00")
    assert "住建局  某丙（替某甲） 0431-8000-0003，备班 某丁 0431-8000-0004" in at.stdout
    assert "🔴财政局  无人值班，值班电话 0431-0000-0111" in at.stdout and at.exit_code == 1
    assert "住建局  某甲 4318000001" in run("now", "--at", "2026-12-06 02:00").stdout
    assert (home.config / "roster.yaml").stat().st_mode & 0o077 == 0


def test_shipped_placeholders_hide_no_gap_once_a_roster_was_imported(
    home: Home, tmp_path: Path
) -> None:
    assert run("gaps").exit_code == 0  # as shipped, with placeholders for everybody
    assert "去掉 24 条示例常设" in run("import", table(tmp_path, GOOD)).stdout
    found = run("gaps", "--days", "30")
    assert found.exit_code == 1 and "财政局" in found.stdout


BAD = [
    ({1: None}, "缺少值班人"),
    ({1: "  "}, "缺少值班人"),
    ({2: None}, "缺少电话"),
    ({2: "找不到"}, "电话：电话只能由数字和短横线组成"),
    ({0: "财务局"}, "没有「财务局」"),
    ({0: "住建局负责人"}, "没有「住建局负责人」"),
    ({0: None}, "缺少部门"),
    ({3: None}, "缺少开始"),
    ({4: "晚上"}, "结束看不懂"),
    ({4: "2026-12-05 16:00"}, "结束时间必须晚于开始时间"),
    ({3: "2026-12-06 06:00", 4: "2026-12-06 07:00"}, "与第 3 行重叠（住建局）"),
    ({7: "某己"}, "没有「某己」，不知道替谁的班"),
    ({6: "无"}, "备班电话：电话只能由数字和短横线组成"),
]  # fmt: skip


@pytest.mark.parametrize(("spoiled", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_a_bad_row_is_named_with_its_reason_and_the_old_roster_stays_whole(
    home: Home, tmp_path: Path, spoiled: dict[int, object], reason: str
) -> None:
    assert run("import", table(tmp_path, GOOD)).exit_code == 0
    before = (home.config / "roster.yaml").read_bytes()
    third = ["住建局", "某庚", "0431-8000-0009", "2026-12-07 08:30", "2026-12-07 17:00", None,
             None, None]  # fmt: skip
    for place, value in spoiled.items():
        third[place] = value  # type: ignore[call-overload]
    refused = run("import", table(tmp_path, [GOOD[0], GOOD[1], third]))
    assert refused.exit_code == 1
    [line] = refused.stdout.splitlines()
    assert line.startswith("「Sheet」第 5 行：") and reason in line.replace("「Sheet」", "")
    assert "旧值班表继续有效" in refused.stderr
    assert (home.config / "roster.yaml").read_bytes() == before
    assert [path.name for path in home.config.iterdir()] == ["roster.yaml"]


def test_a_new_table_counts_for_its_own_time_and_departments_only(
    home: Home, tmp_path: Path
) -> None:
    ten_days = ["2026-12-01 00:00", "2026-12-11 00:00"]
    rows = [["住建局", "某甲", "0431-8000-0001", *ten_days],
            ["城管局", "某戊", "0431-8000-0005", *ten_days]]  # fmt: skip
    assert run("import", table(tmp_path, rows, HEADER[:5])).exit_code == 0
    later = [["住建局", "某乙", "0431-8000-0002", "2026-12-04 00:00", "2026-12-05 00:00"]]
    first = (home.config / "roster.yaml").read_bytes()
    assert run("import", table(tmp_path, later, HEADER[:5])).exit_code == 0
    assert spans(home) == [
        ("某甲", "12-01 00:00", "12-04 00:00"), ("某乙", "12-04 00:00", "12-05 00:00"),
        ("某甲", "12-05 00:00", "12-11 00:00"),
    ]  # fmt: skip
    assert spans(home, "城管局") == [("某戊", "12-01 00:00", "12-11 00:00")]
    assert (home.config / "roster.yaml.old").read_bytes() == first
    again = (home.config / "roster.yaml").read_bytes()
    assert run("import", table(tmp_path, later, HEADER[:5])).exit_code == 0
    assert (home.config / "roster.yaml").read_bytes() == again  # twice is once


def test_one_swap_alone_takes_nobody_else_off_the_roster(home: Home, tmp_path: Path) -> None:
    assert run("import", table(tmp_path, GOOD[:2])).exit_code == 0
    swap = [["住建局", "某庚", "0431-8000-0009", "2026-12-05 17:00", "2026-12-06 08:30", None, None,
             "某甲"]]  # fmt: skip
    for _ in range(2):  # twice is once
        done = run("import", table(tmp_path, swap))
        assert done.exit_code == 0, done.output
        assert [person for person, _, _ in spans(home)] == ["某庚", "某甲", "某乙"]


def _entries(spans: list[tuple[int, int]]) -> list[ShiftEntry]:
    """One after the other: (hours of pause, hours of duty) each."""
    made, at = [], at_shanghai(date(2026, 12, 1))
    for pause, length in spans:
        start = at + timedelta(hours=pause)
        at = start + timedelta(hours=length)
        shift, _ = rosterfile.checked({
            "department": "住建局", "person": f"{len(made)}", "phone": "0431-8000-0001",
            "from": f"{shanghai(start):%Y-%m-%d %H:%M}", "to": f"{shanghai(at):%Y-%m-%d %H:%M}",
        })  # fmt: skip
        assert shift is not None
        made.append(shift)
    return made


_SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 30)), min_size=1, max_size=8)


@given(_SPANS, _SPANS)
def test_of_old_and_new_each_hour_has_one_truth(
    before: list[tuple[int, int]], after: list[tuple[int, int]]
) -> None:
    old, new = _entries(before), _entries(after)
    long_ago = at_shanghai(date(2026, 11, 1))
    both = rosterfile.joined(RosterFile(shifts=tuple(old), standing=()), new, since=long_ago)
    first, last = new[0].start, new[-1].end

    def serving(shifts: Sequence[ShiftEntry], at: datetime) -> list[str]:
        return [one.person for one in shifts if one.start <= at < one.end]

    for hour in range(24 * 14):
        at = at_shanghai(date(2026, 12, 1)) + timedelta(hours=hour)
        assert serving(both.shifts, at) == serving(new if first <= at < last else old, at)
    assert rosterfile.joined(both, new, since=long_ago) == both


def test_shifts_long_past_are_not_kept() -> None:
    old, new = _entries([(0, 5), (0, 5)]), _entries([(20, 5)])
    roster = RosterFile(shifts=tuple(old), standing=())
    left = rosterfile.joined(roster, new, since=old[0].end).shifts
    assert list(left) == [old[1], *new]


@pytest.mark.parametrize(
    ("turn", "begins", "ends"),
    [("白班", "12-05 08:30", "12-05 17:00"), ("夜班", "12-05 17:00", "12-06 08:30"),
     ("全天", "12-05 00:00", "12-06 00:00"), ("17:00-次日8:30", "12-05 17:00", "12-06 08:30"),
     ("8：30 至 17：00", "12-05 08:30", "12-05 17:00"),
     ("0:00—24:00", "12-05 00:00", "12-06 00:00")],
)  # fmt: skip
def test_a_day_and_a_turn_are_a_shift_also_across_midnight(
    home: Home, tmp_path: Path, turn: str, begins: str, ends: str
) -> None:
    rows = [[DAY, turn, "住建局", "某甲", "0431-8000-0001"]]
    header = ["日期", "班次", "单位", "值班人员", "联系电话"]
    done = run("import", table(tmp_path, rows, header))
    assert done.exit_code == 0, done.output
    assert spans(home) == [("某甲", begins, ends)]


@pytest.mark.parametrize("turn", ["小夜", "", "25:00-8:30"])
def test_a_turn_that_nobody_defined_is_refused(home: Home, tmp_path: Path, turn: str) -> None:
    rows = [[DAY, turn, "住建局", "某甲", "0431-8000-0001"]]
    done = run("import", table(tmp_path, rows, ["日期", "班次", "部门", "值班人", "电话"]))
    assert done.exit_code == 1
    assert "班次看不懂" in done.stdout or "没有 25:00 这个钟点" in done.stdout


def test_checking_changes_nothing_and_another_table_is_no_roster(
    home: Home, tmp_path: Path
) -> None:
    assert "没有采用" in run("import", "--check", table(tmp_path, GOOD)).stdout
    assert not home.config.exists()
    other = run("import", table(tmp_path, [["a", "b"]], ["标题", "内容"]))
    assert other.exit_code == 2 and "部门、值班人、电话、开始、结束" in other.stderr
    empty = run("import", table(tmp_path, []))
    assert empty.exit_code == 1 and "旧值班表继续有效" in empty.stderr


def test_a_table_that_does_not_fit_the_offices_config_changes_nothing(
    home: Home, tmp_path: Path
) -> None:
    """A substitute of the old roster would stand in for nobody."""
    home.config.mkdir()
    old = """shifts:
  - {department: 住建局, person: 某甲, phone: 0431-8000-0001, from: 2026-12-01 00:00,
     to: 2026-12-02 00:00}
  - {department: 住建局, person: 某丙, phone: 0431-8000-0003, from: 2026-12-03 00:00,
     to: 2026-12-04 00:00, instead_of: 某甲}
standing: []
"""
    (home.config / "roster.yaml").write_text(old, "utf-8")
    rows = [["住建局", "某乙", "0431-8000-0002", "2026-12-01 00:00", "2026-12-02 00:00"]]
    refused = run("import", table(tmp_path, rows, HEADER[:5]))
    assert refused.exit_code == 2 and "没有「某甲」" in refused.stderr
    assert (home.config / "roster.yaml").read_text("utf-8") == old
