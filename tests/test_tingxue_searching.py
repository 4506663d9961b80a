"""`tingxue search` and `tingxue index` on a home: counts, reasons, tables that run no formula."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from contracts.search_contract import a_doc
from openpyxl import load_workbook

from domain.search import Refused
from domain.types import Level
from index.embedded import EmbeddedIndex
from ledger.engine import open_ledger
from tingxue.cli import main
from tingxue.exporting import COLUMNS
from tingxue.home import Home, home_at

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HOSTILE = ("=cmd|'/c calc'!A1", "+1", "-2+3", "@SUM(1)", "\t=1", "＝9")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = home_at(tmp_path / "home")
    EmbeddedIndex.open(home.index, user_words=()).upsert([
        a_doc("天定山拒载", "taxi_refusal", level=Level.RED, departments=("住建局",),
              case_id="LHS-20261123-0001", places=("天定山滑雪场",)),
        a_doc("莲花山公墓扫墓", relevant=False, reason="lookalike:莲花山公墓"),
        a_doc("太坑了", relevant=False, reason="undetermined"),
    ])  # fmt: skip
    return home


def run(home: Home, *words: str) -> Result:
    return CliRunner().invoke(main, list(words), env={"TINGXUE_HOME": str(home.path)})


def test_what_was_left_out_is_shown_with_its_reason(home: Home) -> None:
    shown = run(home, "search", "--why-not").output
    assert "说的是莲花山公墓，不是本度假区" in shown and "没有写地点" in shown
    assert "天定山拒载" not in shown and "共 2 条" in shown
    assert "共 1 条" in run(home, "search", "--why-not", "--reason", "lookalike").output


def test_hits_are_counted_with_chinese_names(home: Home) -> None:
    shown = run(home, "search", "--count").output
    assert {"平台：微博 1", "类别：拒载 1", "级别：红 1", "部门：住建局 1", "态度：负面 1"} <= set(
        shown.splitlines()
    )
    assert json.loads(run(home, "search", "--count", "--json").output)["category"] == {
        "taxi_refusal": 1
    }


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_of_hits_runs_no_formula(home: Home, tmp_path: Path, ending: str) -> None:
    docs = [a_doc(text, hours=n + 1) for n, text in enumerate(HOSTILE)]
    titled = replace(docs[0], mention=replace(docs[0].mention, title="=1+1", url="=2"))
    EmbeddedIndex.open(home.index, user_words=()).upsert([titled, *docs[1:]])
    file = tmp_path / f"结果.{ending}"
    done = run(home, "search", "--export", str(file), "--limit", "1")
    assert (done.exit_code, done.output) == (0, f"写入 7 条：{file}\n")
    rows = _read(file)
    assert rows[0] == [name for name, _ in COLUMNS]
    said = [row[5] for row in rows[1:]]
    assert said == [f"'{text.strip()}" for text in reversed(HOSTILE)] + ["天定山拒载"]
    assert rows[-1][0] == "2026-11-23 14:00"
    assert rows[-2][4] == "'=1+1" and rows[-2][6] == "'=2"
    assert rows[-1][11:16] == ["拒载", "天定山滑雪场", "LHS-20261123-0001", "红", "住建局"]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [file.name]


def _read(file: Path) -> list[list[str]]:
    if file.suffix == ".csv":
        raw = file.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")  # else Excel takes it for GBK
        return list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    (sheet,) = load_workbook(file)
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}  # no formula
    return [[cell.value or "" for cell in row] for row in sheet]


@pytest.mark.parametrize("name", ["结果.txt", "结果", "no/folder/结果.csv"])
def test_a_name_that_no_table_can_have_is_refused_at_once(
    home: Home, tmp_path: Path, name: str
) -> None:
    done = run(home, "search", "--export", str(tmp_path / name))
    assert done.exit_code == 2 and ("结尾" in done.output or "没有这个文件夹" in done.output)


def test_an_export_that_fails_leaves_no_file(home: Home, tmp_path: Path) -> None:
    home.index.write_bytes(b"no database" * 99)
    done = run(home, "search", "--export", str(tmp_path / "结果.csv"))
    assert done.exit_code == 2 and "检索库" in done.output
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_what_the_index_refused_is_listed(home: Home) -> None:
    assert run(home, "index", "refused").output == "没有\n"
    ledger = open_ledger(home.ledger_url, drill=False, now=NOW)
    with ledger.write() as books:
        for _ in range(2):
            books.refusals.note([Refused(kind="mentions", doc_id="abc", reason="太长")], NOW)
    ledger.close()
    assert run(home, "index", "refused").output == "11月23日 14:00  mentions abc（2 次）：太长\n"
    assert json.loads(run(home, "index", "refused", "--json").output)["times"] == 2
