"""The loader's own promises: overrides, secrets, line numbers, all mistakes, duty shifts."""

import traceback
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from alerts.workdays import OfficeCalendar
from config.loader import NAMES, SHIPPED, load, load_watchdog, placeholders, problems
from config.reading import read_yaml
from domain.casework import due
from domain.errors import ConfigError
from domain.plan import Limit, Plan, Shift
from domain.times import at_shanghai, shanghai, utc
from domain.types import Level

SECRET = "made-up-4f1c"


def shipped(name: str) -> str:
    return (SHIPPED / name).read_text(encoding="utf-8")


def office(folder: Path, **files: str) -> Path:
    """A folder of the office's own files; ``settings=...`` writes settings.yaml."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def with_channel(options: str) -> str:
    return shipped("settings.yaml") + f"  extra:\n    kind: wecom\n    options:\n{options}"


def on_duty(plan: Plan, department: str, moment: datetime) -> Shift:
    """As the plan documents it: the first shift in order that covers the moment."""
    return next(
        shift
        for shift in plan.shifts
        if shift.department == department and shift.start <= moment < shift.end
    )


def test_a_channel_knows_the_lines_of_its_options(tmp_path: Path) -> None:
    text = with_channel("      key: ${WECOM_KEY}\n      parts: 3\n")
    plan = load(environ={"WECOM_KEY": SECRET}, overrides=office(tmp_path, settings=text))
    lines = plan.channels["extra"].lines
    found = {name: text.splitlines()[line - 1].strip() for name, line in lines.items()}
    assert found == {"": "extra:", "key": "key: ${WECOM_KEY}", "parts": "parts: 3"}


def test_a_pace_knows_how_many_posts_a_message_may_become(tmp_path: Path) -> None:
    text = with_channel("      parts: 3\n").replace("kind: wecom\n    options", "kind: wecom\n    "
                                                   "per_minute: 4\n    options")  # fmt: skip
    pace = load(environ={}, overrides=office(tmp_path, settings=text)).channels["extra"].pace
    assert (pace.per_minute, pace.posts) == (4, 3)
    assert pace.reserve == 1  # as usual two, but one message of three must fit beside it


def test_the_program_needs_no_secret_of_the_watchdogs_and_the_other_way_round(
    tmp_path: Path,
) -> None:
    text = with_channel("      key: ${WECOM_KEY}\n").replace(
        "  # mail:\n", "  mail:\n    password: ${DOG_PASSWORD}\n    host: h\n"
    )
    folder = office(tmp_path, settings=text)
    assert load(environ={"WECOM_KEY": SECRET}, overrides=folder).channels["extra"]
    dog = load_watchdog(environ={"DOG_PASSWORD": SECRET}, overrides=folder)
    assert dog.mail is not None and dog.mail.options == {"password": SECRET, "host": "h"}
    assert (dog.heartbeat_seconds, dog.due_minutes, dog.sources_by) == (60, 5, time(10, 0))
    assert SECRET not in repr(dog)
    with pytest.raises(ConfigError, match="DOG_PASSWORD"):
        load_watchdog(environ={"WECOM_KEY": SECRET}, overrides=folder)


def test_a_fresh_clone_loads_without_any_environment() -> None:
    plan = load(environ={})
    assert set(plan.channels) == {"console", "file"}
    assert problems(environ={}) == []


def test_a_missing_office_folder_changes_nothing(tmp_path: Path) -> None:
    assert load(environ={}, overrides=tmp_path / "config") == load(environ={})


def test_a_file_of_the_office_replaces_the_shipped_one(tmp_path: Path) -> None:
    own = office(tmp_path, settings=shipped("settings.yaml").replace("LHS", "XUE"))
    (tmp_path / "settings.yaml.bak").write_text("old", encoding="utf-8")
    plan = load(environ={}, overrides=own)
    assert plan.case_prefix == "XUE"
    assert plan.categories == load(environ={}).categories


def test_copies_of_the_ledger_are_kept_as_long_as_originals_unless_said(tmp_path: Path) -> None:
    """An office's settings from before this key go on working."""
    lines = shipped("settings.yaml").replace("originals: 180", "originals: 90").splitlines()
    kept = [line for line in lines if not line.startswith("  backups:")]
    assert len(kept) == len(lines) - 1
    plan = load(environ={}, overrides=office(tmp_path, settings="\n".join(kept)))
    assert (plan.retention.backups, plan.retention.originals) == (90, 90)
    plan = load(environ={}, overrides=office(tmp_path, settings="\n".join(lines)))
    assert (plan.retention.backups, plan.retention.originals) == (180, 90)


def test_a_whole_folder_can_stand_for_the_shipped_one(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text(shipped(name), encoding="utf-8")
    assert load(tmp_path, environ={}) == load(environ={})


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    found = problems(tmp_path, environ={})
    assert [error.file for error in found] == list(NAMES)
    assert all("找不到" in error.reason for error in found)


def test_a_secret_comes_from_the_environment_and_is_never_shown(tmp_path: Path) -> None:
    own = office(tmp_path, settings=with_channel("      key: ${WECOM_KEY}\n"))
    plan = load(environ={"WECOM_KEY": SECRET}, overrides=own)
    assert plan.channels["extra"].options == {"key": SECRET}
    assert SECRET not in repr(plan)


def test_a_variable_may_stand_inside_a_longer_value(tmp_path: Path) -> None:
    own = office(tmp_path, settings=with_channel("      url: https://127.0.0.1/${PART}?key=${K}\n"))
    plan = load(environ={"PART": "send", "K": SECRET}, overrides=own)
    assert plan.channels["extra"].options["url"] == f"https://127.0.0.1/send?key={SECRET}"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    own = office(tmp_path, settings=with_channel("      key: ${WECOM_KEY}\n"))
    (error,) = problems(environ={"WECOM_KEY": ""}, overrides=own)
    assert error.key == "channels.extra.options.key"
    assert "WECOM_KEY" in error.reason


@pytest.mark.parametrize(
    "options",
    [
        f"      password: {SECRET}\n",
        f"      url: http://127.0.0.1/?access_token={SECRET}\n",
        f"      key: [{SECRET}]\n",
        f"      key: {SECRET}: {SECRET}\n",
        f'      key: "{SECRET}\n',
        f"      key: *{SECRET}\n",
    ],
    ids=["plain", "in an address", "in a list", "bad yaml", "open quote", "alias"],
)
def test_a_secret_in_the_wrong_place_is_in_no_error(tmp_path: Path, options: str) -> None:
    own = office(tmp_path, settings=with_channel(options))
    with pytest.raises(ConfigError) as caught:
        load(environ={}, overrides=own)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_all_mistakes_are_told_at_once_and_in_order(tmp_path: Path) -> None:
    taxonomy = shipped("taxonomy.yaml").replace("lead: 交警大队", "lead: 交警队")
    own = office(tmp_path, taxonomy=taxonomy)
    found = problems(environ={}, overrides=own)
    lines = [n for n, text in enumerate(taxonomy.splitlines(), 1) if "lead: 交警队" in text]
    assert [error.line for error in found] == lines
    assert len(lines) == 2
    with pytest.raises(ConfigError) as caught:
        load(environ={}, overrides=own)
    assert caught.value.line == lines[0]
    assert caught.value.__notes__ == [str(found[1])]


def test_a_broken_file_does_not_hide_the_mistakes_of_another(tmp_path: Path) -> None:
    own = office(tmp_path, levels="levels: [", taxonomy="categories: []\nextra: 1\n")
    assert [(error.file, error.key) for error in problems(environ={}, overrides=own)] == [
        ("taxonomy.yaml", "categories"),
        ("taxonomy.yaml", "extra"),
        ("levels.yaml", "*"),
    ]


def test_every_line_number_is_the_line_an_editor_shows(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    text = "# first\n\na:\n  b: 1\n  c: [x,\n    y]\nd:\n  - e: 2\n    f: >\n      long\n  - 3\n"
    path.write_text(text, encoding="utf-8")
    assert read_yaml(path).lines == {
        (): 3, ("a",): 3, ("a", "b"): 4, ("a", "c"): 5, ("a", "c", 0): 5, ("a", "c", 1): 6,
        ("d",): 7, ("d", 0): 8, ("d", 0, "e"): 8, ("d", 0, "f"): 9, ("d", 1): 11,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a: 1\nb: "open\nc: 3\nd: 4\n', 2),
        ("a: 1\nb: [open\nc: 3\n", 3),
        ("a: 1\nb: [1, 2\n", 2),
        ("a: 1\n\tb: 2\n", 2),
        ("a: 1\nb\nc: 3\n", 3),
        ("a: 1\nb: \x00\n", 2),
        ("a: 1\n--- \nb: 2\n", 2),
    ],
    ids=["quote", "bracket", "bracket at the end", "tab", "no colon", "control", "two documents"],
)
def test_a_syntax_error_points_to_the_line_to_mend(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "some.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    assert (caught.value.file, caught.value.line) == ("some.yaml", line)


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_saved_by_notepad_reads_the_same(tmp_path: Path, ending: str) -> None:
    text = shipped("roster.yaml").replace("\n", ending)
    (tmp_path / "roster.yaml").write_bytes(text.encode("utf-8-sig"))
    assert load(environ={}, overrides=tmp_path) == load(environ={})


def test_scalars_are_not_guessed_by_yaml(tmp_path: Path) -> None:
    path = tmp_path / "some.yaml"
    path.write_text("a: 0431\nb: 17:00\nc: yes\nd: 2026-11-28\ne:\n", encoding="utf-8")
    data = read_yaml(path).data
    assert data == {"a": "0431", "b": "17:00", "c": "yes", "d": "2026-11-28", "e": ""}


ROSTER = """
shifts:
  - department: 住建局
    person: 值班员丙
    phone: 0431-0000-0302
    from: 2026-12-06 08:30
    to: 2026-12-06 17:00
  - department: 住建局
    person: 值班员乙
    phone: 0431-0000-0301
    from: 2026-12-05 17:00
    to: 2026-12-06 08:30
standing:
  - {department: 住建局, person: 值班员甲, phone: 0431-0000-0300}
"""


@pytest.mark.parametrize(
    ("day", "hour", "minute", "person"),
    [
        (5, 16, 59, "值班员甲"),
        (5, 17, 0, "值班员乙"),
        (6, 0, 0, "值班员乙"),
        (6, 8, 29, "值班员乙"),
        (6, 8, 30, "值班员丙"),
        (6, 17, 0, "值班员甲"),
    ],
)
def test_dated_shifts_win_over_standing_ones_in_changchun_time(
    tmp_path: Path, day: int, hour: int, minute: int, person: str
) -> None:
    plan = load(environ={}, overrides=office(tmp_path, roster=ROSTER))
    moment = at_shanghai(datetime(2026, 12, day, tzinfo=UTC).date(), hour, minute)
    assert on_duty(plan, "住建局", moment).person == person


def test_shifts_are_aware_utc_that_a_clock_in_changchun_can_show() -> None:
    for shift in load(environ={}).shifts:
        assert shift.start.tzinfo is UTC
        assert shift.end.tzinfo is UTC
        assert utc(shanghai(shift.end)) == shift.end


def test_touching_shifts_do_not_overlap_and_covered_ones_do(tmp_path: Path) -> None:
    head = "standing: []\nshifts:\n"
    line = "  - {{department: 住建局, person: 某, phone: 0431-0000-0301, from: {}, to: {}}}\n"
    spans = [
        ("2026-12-01 00:00", "2026-12-09 00:00"),
        ("2026-12-02 00:00", "2026-12-03 00:00"),
        ("2026-12-04 00:00", "2026-12-05 00:00"),  # inside the first, behind the second
        ("2026-12-09 00:00", "2026-12-10 00:00"),  # touches the first
    ]
    own = office(tmp_path, roster=head + "".join(line.format(*span) for span in spans))
    assert [error.line for error in problems(environ={}, overrides=own)] == [4, 5]


def test_a_receiver_has_its_own_channels_or_the_usual_ones(tmp_path: Path) -> None:
    text = shipped("departments.yaml").replace(
        "    head: 财政局负责人\n", "    head: 财政局负责人\n    channels: [file]\n"
    )
    text = text.replace("head: 应急局负责人", "head: 管委会领导")
    text = text.replace(
        "- name: 管委会领导\n", "- name: 管委会领导\n    channels: [file, console]\n"
    )
    plan = load(environ={}, overrides=office(tmp_path, departments=text))
    assert plan.receivers["财政局"] == plan.receivers["财政局负责人"] == ("file",)
    assert plan.receivers["住建局"] == plan.receivers["值班手机"] == ("console", "file")
    assert plan.receivers["管委会领导"] == ("file", "console")  # a head listed by itself


def test_office_hours_are_times_and_days() -> None:
    hours = load(environ={}).hours
    assert hours.spans == ((time(8, 30), time(11, 30)), (time(13, 0), time(17, 0)))
    october = {day.day for day in hours.holidays if (day.year, day.month) == (2026, 10)}
    assert october == {1, 2, 3, 4, 5, 6, 7}
    assert {day.isoformat() for day in hours.makeup_days} >= {"2026-09-20", "2026-10-10"}


def test_what_the_office_entered_wins_over_the_notices_that_ship(tmp_path: Path) -> None:
    own = (
        shipped("settings.yaml")
        .replace(
            "    - 2027-01-01  # 元旦\n",
            """    - 2026-10-10
    - 2027-02-05..2027-02-11
    - 2027-10-01..2027-10-07
""",
        )
        .replace("makeup_days: []", "makeup_days: [2026-10-04]")
    )
    own = own.replace("entered_years: []", "entered_years: [2027]")
    hours = load(environ={}, overrides=office(tmp_path, settings=own)).hours
    assert date(2026, 10, 10) in hours.holidays - hours.makeup_days
    assert date(2026, 10, 4) in hours.makeup_days - hours.holidays
    assert date(2027, 2, 6) in hours.holidays
    assert {2026, 2027} <= hours.known_years and 2028 not in hours.known_years


def test_a_reply_may_be_due_after_working_days(tmp_path: Path) -> None:
    own = shipped("levels.yaml").replace(
        "reply: {minutes: 2880}  # 48 小时：国办发〔2016〕61号\n    urgencies: [yellow, blue]",
        "reply: {workdays: 5}\n    urgencies: [yellow, blue]",
    )
    plan = load(environ={}, overrides=office(tmp_path, levels=own))
    assert plan.levels.rules[Level.BLUE].reply == Limit(minutes=0, working=True, workdays=5)
    opened = at_shanghai(date(2026, 9, 24), 16)  # a Thursday; 中秋 25–27, then 国庆 1–7 October
    reply = due(plan.levels.rules[Level.BLUE].reply, opened, OfficeCalendar(plan.hours))
    assert reply == at_shanghai(date(2026, 10, 9), 17)


def test_phones_nobody_has_changed_are_listed(tmp_path: Path) -> None:
    plan = load(environ={})
    assert len(placeholders(plan)) == len(plan.departments) + len(plan.shifts) + 1
    text = shipped("departments.yaml").replace("0431-0000-0104", "0431-8000-0104")
    changed = load(environ={}, overrides=office(tmp_path, departments=text))
    gone = set(placeholders(plan)) - set(placeholders(changed))
    assert gone == {"departments.yaml 住建局 0431-0000-0104"}
