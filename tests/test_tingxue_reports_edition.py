"""Writing an edition: names, whole files or none, and a finished paper never changes."""

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from report_facts import DAY, MONDAY_0830, TUESDAY_0830, WEEK, empty_day, plan, rows, season_week

from domain.errors import Conflict
from tingxue.reports import Facts, MadeReport, file_stem, make

PLAN = plan()


def made(facts: Facts, folder: Path, edition: int = 1, *, drill: bool = False, minutes: int = 0,
         replace_: bool = False) -> MadeReport:  # fmt: skip
    made_at = TUESDAY_0830 + timedelta(minutes=minutes)
    return make(facts.period.kind, facts, PLAN, made_at=made_at, late=False, drill=drill,
                edition=edition, folder=folder, replace=replace_)  # fmt: skip


def test_files_are_named_after_the_period() -> None:
    assert file_stem(WEEK, drill=False, edition=1) == "周报-2026年第47期"
    assert file_stem(DAY, drill=False, edition=1) == "日报-2026-11-23"
    assert file_stem(DAY, drill=True, edition=2) == "日报-2026-11-23-演练-第2版"


def test_both_files_are_written_and_nothing_else(tmp_path: Path) -> None:
    report = made(season_week(), tmp_path / "reports")
    names = sorted(path.name for path in (tmp_path / "reports").iterdir())
    assert names == ["周报-2026年第47期.docx", "周报-2026年第47期.xlsx"]
    assert hashlib.sha256(report.docx.read_bytes()).hexdigest() == report.docx_sha256
    assert hashlib.sha256(report.xlsx.read_bytes()).hexdigest() == report.xlsx_sha256
    assert report.figures["mentions"].value == 128


def test_the_same_facts_give_the_same_files(tmp_path: Path) -> None:
    first, second = made(season_week(), tmp_path / "a"), made(season_week(), tmp_path / "b")
    assert (first.docx_sha256, first.xlsx_sha256) == (second.docx_sha256, second.xlsx_sha256)


def test_making_the_same_paper_twice_changes_nothing(tmp_path: Path) -> None:
    first = made(empty_day(), tmp_path)
    before = first.docx.stat().st_mtime_ns
    assert made(empty_day(), tmp_path) == first
    assert first.docx.stat().st_mtime_ns == before


def test_a_finished_paper_is_not_overwritten(tmp_path: Path) -> None:
    first = made(empty_day(), tmp_path)
    content = first.docx.read_bytes()
    with pytest.raises(Conflict, match="新一版"):
        made(empty_day(), tmp_path, minutes=5)
    assert first.docx.read_bytes() == content


def test_a_correction_is_a_new_edition_beside_the_old_one(tmp_path: Path) -> None:
    first = made(empty_day(), tmp_path)
    content = first.docx.read_bytes()
    corrected = replace(empty_day(), mentions=rows(DAY, 2, 9))
    second = made(corrected, tmp_path, edition=2, minutes=5)
    assert second.docx.name == "日报-2026-11-23-第2版.docx"
    assert first.docx.read_bytes() == content


def test_half_a_paper_left_by_a_crash_is_made_again(tmp_path: Path) -> None:
    first = made(empty_day(), tmp_path)
    first.xlsx.unlink()
    again = made(empty_day(), tmp_path, minutes=5)
    assert again.xlsx.exists()
    assert hashlib.sha256(again.docx.read_bytes()).hexdigest() == again.docx_sha256


def test_a_paper_that_was_never_recorded_may_be_replaced(tmp_path: Path) -> None:
    first = made(empty_day(), tmp_path)
    again = made(empty_day(), tmp_path, minutes=5, replace_=True)
    assert again.docx == first.docx
    assert again.docx_sha256 != first.docx_sha256


def test_the_kind_must_be_that_of_the_period(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no 'day' paper"):
        make("day", season_week(), PLAN, made_at=MONDAY_0830, late=False, drill=False, edition=1,
             folder=tmp_path)  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_the_hour_of_making_must_know_its_zone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="naive"):
        make("day", empty_day(), PLAN, made_at=TUESDAY_0830.replace(tzinfo=None), late=False,
             drill=False, edition=1, folder=tmp_path)  # fmt: skip
