"""A ledger of every version of the schema there ever was, written by the program of its day, opened
by today's: nothing is lost, every chain holds, and work goes on.

How the stored ones were made, and how one for a new version is made: ``ledgermaking.py``.
"""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from ledgermaking import STORED
from migrating import SHIPPED

from domain.types import State
from ledger.chains import Looked
from ledger.engine import open_ledger
from tingxue.cli import main

VERSIONS = sorted(path.name[:4] for path in (SHIPPED / "versions").glob("[0-9]*.py"))
WRITTEN_ANEW = {
    ("deliveries", "next_at"): "0004: the end of a lease is the due time, what is over has none",
    ("alembic_version", "version_num"): "each",
}
"""What a migration puts in the place of something else."""

Rows = dict[str, list[dict[str, object]]]


def rows(file: Path) -> Rows:
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: [dict(row) for row in db.execute(f"SELECT * FROM {name}")]  # noqa: S608
            for name in names
        }


def stored(version: str, file: Path) -> Rows:
    with closing(sqlite3.connect(file)) as db:
        db.executescript((STORED / f"{version}.sql").read_text("utf-8"))
    return rows(file)


def kept(before: Rows, after: Rows) -> dict[str, list[dict[str, object]]]:
    """The old tables and columns as they are now."""
    return {
        table: [
            {column: row.get(column) for column in (old[0] if old else ())} for row in after[table]
        ]
        for table, old in before.items()
    }


def comparable(found: Rows) -> dict[str, list[str]]:
    return {
        table: sorted(
            repr({c: v for c, v in row.items() if (table, c) not in WRITTEN_ANEW}) for row in lines
        )
        for table, lines in found.items()
    }


def test_every_version_has_a_ledger_of_its_day() -> None:
    """The newest one may still be in the making."""
    there = sorted(path.stem for path in STORED.iterdir())
    assert there in (VERSIONS, VERSIONS[:-1])


@pytest.mark.parametrize(
    "version",
    [pytest.param(one, marks=() if one == "0001" else pytest.mark.full) for one in VERSIONS
     if (STORED / f"{one}.sql").exists()],
)  # fmt: skip
def test_a_ledger_of_that_day_loses_nothing_and_goes_on(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    before = stored(version, home / "ledger.db")
    assert before["alembic_version"] == [{"version_num": version}]
    assert all(before[table] for table in ("events", "audit", "originals", "deliveries"))
    looked = Looked()
    now = datetime(2026, 11, 30, tzinfo=UTC)
    url = f"sqlite:///{home / 'ledger.db'}"
    with closing(open_ledger(url, drill=False, now=now, backups=home / "backups")) as ledger:
        with ledger.read() as books:
            assert list(books.chains.breaks(looked)) == []
            cases = [books.cases.get(case_id) for case_id in books.cases.list_ids()]
    assert (looked.events, looked.lines) == (len(before["events"]), len(before["audit"]))
    after = rows(home / "ledger.db")
    assert comparable(kept(before, after)) == comparable(before)
    monkeypatch.setenv("TINGXUE_HOME", str(home))
    owed = [row for case in cases for row in case.obligations if row.status is State.TO_SIGN]
    case_id, department = owed[0].case_id, owed[0].department
    words = ["case", "ack", case_id, "--by", "戊", "--role", "handler", "--department", department]
    for command in (words, ["audit", "verify"]):
        done = CliRunner().invoke(main, command)
        assert done.exit_code == 0, done.output


def test_the_stored_ledgers_show_no_number_outside_the_originals(tmp_path: Path) -> None:
    for path in sorted(STORED.iterdir()):
        found = stored(path.stem, tmp_path / path.stem)
        originals = repr(found.pop("originals"))
        assert ("15400001234" in originals, "15400001234" in repr(found)) == (True, False)
        assert re.search(r"\bu[12]\b", repr(found)) is None  # no account either
