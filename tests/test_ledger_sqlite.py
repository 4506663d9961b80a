"""The ledger on SQLite: the contract, and what only SQLite has."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from blankledger import open_blank
from contracts.desk_contract import DeskContract
from contracts.ledger_contract import (
    DAY,
    KEEP,
    NOW,
    PUBLICITY,
    LedgerContract,
    OpenHere,
    a_pair,
    opened,
)
from contracts.lookouts_contract import LookoutsContract
from contracts.outbox_contract import OutboxContract
from contracts.papers_contract import PapersContract
from contracts.projection_contract import ProjectionContract
from contracts.reach_contract import ReachContract
from contracts.review_contract import ReviewContract
from contracts.revision_contract import RevisionContract
from contracts.sharing_contract import SharingContract
from contracts.sources_contract import SourcesContract
from sqlalchemy.exc import IntegrityError, StatementError

from domain.errors import LedgerError
from domain.types import Alert, Delivery
from ledger import sqlite
from ledger.engine import Ledger, open_ledger
from ledger.outbox import Outbox


def file_of(ledger: Ledger) -> Path:
    return Path(str(ledger.engine.url.database))


def here(tmp_path: Path) -> OpenHere:
    def open_here(drill: bool = False) -> Ledger:
        return open_blank(tmp_path / "ledger.db", NOW, drill=drill)

    return open_here


@pytest.fixture
def open_ledger_here(tmp_path: Path) -> OpenHere:
    """Where the contracts' ledgers are."""
    return here(tmp_path)


class TestSqliteProjection(ProjectionContract):
    pass


class TestSqliteDesk(DeskContract):
    pass


class TestSqliteLookouts(LookoutsContract):
    pass


class TestSqliteReviews(ReviewContract):
    pass


class TestSqlitePapers(PapersContract):
    pass


class TestSqliteRevisions(RevisionContract):
    pass


class TestSqliteReach(ReachContract):
    pass


class TestSqliteSharing(SharingContract):
    pass


class TestSqliteSources(SourcesContract):
    pass


class TestSqliteLedger(LedgerContract):
    def check_sound(self, ledger: Ledger) -> None:
        with closing(sqlite3.connect(file_of(ledger))) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert raw.execute("PRAGMA foreign_key_check").fetchall() == []

    def test_it_survives_a_power_cut_and_keeps_its_references(self, ledger: Ledger) -> None:
        with ledger.read() as books:
            found = {
                name: books.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
        assert found == {
            "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1
        }  # fmt: skip

    @pytest.mark.parametrize("table", ["events", "audit"])
    def test_nobody_changes_history(self, ledger: Ledger, table: str) -> None:
        opened(ledger, "LHS-1", [1])
        with ledger.write() as books:
            books.audit.write(NOW, PUBLICITY, "original", "LHS-1", "复核")
        for sql in (f"UPDATE {table} SET hash = 'x'", f"DELETE FROM {table}"):  # noqa: S608
            with pytest.raises(IntegrityError, match="append-only"), ledger.write() as books:
                books.connection.exec_driver_sql(sql)

    def test_the_purge_leaves_the_guard_up_behind_it(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1])
        with ledger.write() as books:
            books.purge.run(NOW, KEEP)
        with pytest.raises(IntegrityError, match="append-only"), ledger.write() as books:
            books.connection.exec_driver_sql("DELETE FROM events")
        with pytest.raises(ZeroDivisionError), ledger.write() as books:
            books.purge.run(NOW, KEEP)
            raise ZeroDivisionError
        with pytest.raises(IntegrityError, match="append-only"), ledger.write() as books:
            books.connection.exec_driver_sql("DELETE FROM events")

    def test_a_forged_line_of_the_audit_is_found(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            for n in range(3):
                books.audit.write(NOW, PUBLICITY, "original", f"LHS-{n}", "复核")
            books.connection.exec_driver_sql("DROP TRIGGER audit_no_update")
            books.connection.exec_driver_sql("UPDATE audit SET reason = '无' WHERE no = 2")
            assert books.audit.broken_at() == 2

    def test_purged_words_are_gone_from_the_file(self, ledger: Ledger) -> None:
        words = "这几个字不该还在文件里" * 200
        with ledger.write() as books:
            books.mentions.store([a_pair(1, text=words, at=NOW - 181 * DAY)])
            books.connection.exec_driver_sql("UPDATE mentions SET text = ''")
        for purged in (False, True):
            if purged:
                with ledger.write() as books:
                    assert books.purge.run(NOW, KEEP)["originals"] == 1
            with ledger.engine.connect() as db:
                db.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
            found = "这几个字不该还在文件里".encode() in file_of(ledger).read_bytes()
            assert found is not purged

    def test_a_naive_moment_is_refused(self, ledger: Ledger) -> None:
        naive = datetime(2026, 11, 23)  # noqa: DTZ001
        with pytest.raises(StatementError, match="naive"), ledger.write() as books:
            books.mentions.store([a_pair(1, published_at=naive)])

    def test_a_file_that_is_no_ledger_is_refused_in_chinese(self, tmp_path: Path) -> None:
        (tmp_path / "ledger.db").write_text("这不是数据库" * 99)
        with pytest.raises(LedgerError, match="台账打不开"):
            here(tmp_path)()
        (tmp_path / "ledger.db").unlink()
        (tmp_path / "ledger.db").mkdir()
        with pytest.raises(LedgerError, match="台账打不开"):
            here(tmp_path)()

    def test_a_copy_is_whole_while_the_original_is_written_and_its_owners_only(
        self, ledger: Ledger, tmp_path: Path
    ) -> None:
        opened(ledger, "LHS-1", [1])
        with ledger.write() as books:
            books.mentions.store([a_pair(2)])
            sqlite.backup(file_of(ledger), tmp_path / "copy.db")
        assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600
        copy = open_ledger(f"sqlite:///{tmp_path / 'copy.db'}", drill=False, now=NOW)
        with copy.read() as books:
            assert books.cases.list_ids() == ["LHS-1"]
            assert books.mentions.waiting() == {"analyse": 1}
        copy.close()


class TestSqliteOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, tmp_path: Path) -> Outbox:  # type: ignore[override]
        self.ledger = here(tmp_path)()
        return self.ledger.outbox

    def enqueue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        with self.ledger.write() as books:
            return books.queue(alert, deliveries)
