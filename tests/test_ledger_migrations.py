"""The schema's versions: what they make, what is copied before, and what a kill leaves behind."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from contracts.ledger_contract import opened, together
from migrating import KILLED, SHIPPED, described
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from domain.errors import LedgerError, SchemaTooNew
from ledger import schema
from ledger.engine import open_ledger

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
HEAD, NEXT = "0017", "0018"
FURTHER = f'''"""One version more, for this test."""
import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"


def upgrade() -> None:
    op.create_table("second", sa.Column("a", sa.Integer, primary_key=True))
    op.add_column("meta", sa.Column("extra", sa.Text))
    op.create_table("third", sa.Column("a", sa.Integer, primary_key=True))
'''


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def version(path: Path) -> str | None:
    with closing(sqlite3.connect(path)) as raw:
        if "alembic_version" not in tables(path):
            return None
        found = raw.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else None


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as raw:
        return {name for (name,) in raw.execute("SELECT name FROM sqlite_master")}


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """The shipped versions and one more."""
    folder = tmp_path / "next"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / f"{NEXT}_further.py").write_text(FURTHER)
    return folder


# --- what they make


def test_the_versions_together_make_the_schema_of_the_code(tmp_path: Path) -> None:
    opened_here = open_ledger(url(tmp_path / "a.db"), drill=False, now=NOW)
    with opened_here.engine.connect() as db:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(db, opts=options)
        assert compare_metadata(context, schema.metadata) == []
    made = described(opened_here.engine)
    opened_here.close()
    plain = create_engine(url(tmp_path / "b.db"))
    schema.metadata.create_all(plain)
    expected = described(plain)
    plain.dispose()
    made.pop("alembic_version")
    assert made == expected


def test_the_versions_are_written_out_and_read_no_schema_of_today() -> None:
    texts = [path.read_text() for path in (SHIPPED / "versions").glob("*.py")]
    assert [text for text in texts if "schema.metadata" in text or "import schema" in text] == []
    made = sum(text.count("op.create_table(") for text in texts)
    assert made == len(schema.metadata.tables)


def test_a_ledger_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    first, file, backups = tmp_path / "first", tmp_path / "ledger.db", tmp_path / "backups"
    later = shutil.ignore_patterns("__pycache__", "000[2-9]_*", "001*")
    shutil.copytree(SHIPPED, first, ignore=later)
    open_ledger(url(file), drill=False, now=NOW, migrations=first).close()
    with closing(sqlite3.connect(file)) as raw, raw:
        raw.execute(_OLD_CASE)
    assert (version(file), {"forgotten", "reviews"} & tables(file)) == ("0001", set())
    new = open_ledger(url(file), drill=False, now=NOW, backups=backups)
    with new.write() as books:
        assert books.cases.get("LHS-1").unverified_since is None
        assert (books.forgotten.pending(9), books.reviews.waiting()) == ([], [])
    new.close()
    assert version(file) == HEAD
    assert [copy.name for copy in backups.iterdir()] == ["ledger-0001-20261123T060000Z.db"]


_OLD_CASE = """INSERT INTO cases (case_id, categories, level, status, opened_at, last_report_at,
version, linked, held) VALUES ('LHS-1', '[]', '蓝', '待签收', '2026-11-23 06:00:00.000000',
'2026-11-23 06:00:00.000000', 1, '[]', 0)"""


# --- going up


def test_an_old_ledger_is_copied_before_it_is_brought_up_to_date(
    tmp_path: Path, next_version: Path
) -> None:
    file, backups = tmp_path / "ledger.db", tmp_path / "backups"
    old = open_ledger(url(file), drill=False, now=NOW, backups=backups)
    opened(old, "LHS-1", [1])
    old.close()
    assert not backups.exists()
    for _ in range(2):
        new = open_ledger(url(file), drill=False, now=NOW, backups=backups, migrations=next_version)
        with new.read() as books:
            assert books.cases.list_ids() == ["LHS-1"]
        new.close()
    assert version(file) == NEXT
    [copy] = backups.iterdir()
    assert copy.name == f"ledger-{HEAD}-20261123T060000Z.db"
    assert (version(copy), "second" in tables(copy)) == (HEAD, False)
    assert copy.stat().st_mode & 0o777 == 0o600
    kept = open_ledger(url(copy), drill=False, now=NOW)
    with kept.read() as books:
        assert books.cases.list_ids() == ["LHS-1"]
    kept.close()


def test_when_no_copy_can_be_made_nothing_is_changed(tmp_path: Path, next_version: Path) -> None:
    file = tmp_path / "ledger.db"
    open_ledger(url(file), drill=False, now=NOW).close()
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises((OSError, LedgerError)):
        open_ledger(
            url(file), drill=False, now=NOW, backups=tmp_path / "backups", migrations=next_version
        )
    assert version(file) == HEAD


def test_a_newer_ledger_is_refused_without_being_touched(
    tmp_path: Path, next_version: Path
) -> None:
    file = tmp_path / "ledger.db"
    open_ledger(url(file), drill=False, now=NOW, migrations=next_version).close()
    with pytest.raises(SchemaTooNew, match=NEXT):
        open_ledger(url(file), drill=False, now=NOW, backups=tmp_path / "backups")
    assert version(file) == NEXT
    assert not (tmp_path / "backups").exists()


def test_a_version_that_fails_leaves_the_old_schema(tmp_path: Path, next_version: Path) -> None:
    file = tmp_path / "ledger.db"
    open_ledger(url(file), drill=False, now=NOW).close()
    before = tables(file)
    further = next_version / "versions" / f"{NEXT}_further.py"
    further.write_text(FURTHER + '    op.execute("SELECT no_such_function()")\n')
    with pytest.raises((LedgerError, OperationalError)):
        open_ledger(url(file), drill=False, now=NOW, migrations=next_version)
    assert (version(file), tables(file)) == (HEAD, before)


def test_what_waits_in_an_outbox_is_sent_after_the_upgrade(tmp_path: Path) -> None:
    """0004: a lease becomes the due time, what is over has none, red goes first."""
    old, file = tmp_path / "old", tmp_path / "ledger.db"
    shutil.copytree(
        SHIPPED, old, ignore=shutil.ignore_patterns("__pycache__", "000[4-9]_*", "001*")
    )
    open_ledger(url(file), drill=False, now=NOW, migrations=old).close()
    with closing(sqlite3.connect(file)) as raw, raw:
        for name, level, state, due, lease in _OLD_DELIVERIES:
            raw.execute(
                "INSERT INTO alerts VALUES (?, 'LHS-1', 'new', ?, '题', '文', ?, 0)",
                (name, level, "2026-11-23 05:00:00.000000"),
            )
            raw.execute(
                "INSERT INTO deliveries (delivery_id, alert_id, receiver, channel, fallback, state,"
                " attempts, unconfirmed, next_at, lease_until, provider_id, error)"
                " VALUES (?, ?, '住建局', 'first', '[]', ?, 1, 0, ?, ?, '', '')",
                (name, name, state, due, lease),
            )
    new = open_ledger(url(file), drill=False, now=NOW, backups=tmp_path / "backups")
    claimed = new.outbox.claim(NOW, 45, 10)
    assert [one.delivery_id for one in claimed] == ["red", "blue", "died"]
    assert [one.unconfirmed for one in claimed] == [0, 0, 1]
    assert new.outbox.states() == {"sending": 4, "sent": 1}
    new.close()


_LATER_THAN_3 = shutil.ignore_patterns("__pycache__", "000[4-9]_*", "00[1-9]?_*")
_OLD_DELIVERIES = [
    ("blue", "蓝", "retry", "2026-11-23 05:00:00.000000", None),
    ("red", "红", "pending", "2026-11-23 05:30:00.000000", None),
    ("died", "蓝", "sending", "2026-11-23 05:00:00.000000", "2026-11-23 05:59:00.000000"),
    ("busy", "蓝", "sending", "2026-11-23 05:00:00.000000", "2026-11-23 06:00:30.000000"),
    ("done", "蓝", "sent", "2026-11-23 05:00:00.000000", None),
]


def test_what_was_scored_before_the_upgrade_has_its_moment(tmp_path: Path) -> None:
    """``first_scored_at``: of old mentions the present verdict's; of one that has none, nothing."""
    old, file = tmp_path / "old", tmp_path / "ledger.db"
    later = ("__pycache__", *(f"{n:04d}_*" for n in range(5, 100)))
    shutil.copytree(SHIPPED, old, ignore=shutil.ignore_patterns(*later))
    open_ledger(url(file), drill=False, now=NOW, migrations=old).close()
    with closing(sqlite3.connect(file)) as raw, raw:
        for name in ("read", "unread"):
            raw.execute(_OLD_MENTION, {"name": name})
        raw.execute(_OLD_VERDICT)
    new = open_ledger(url(file), drill=False, now=NOW, backups=tmp_path / "backups")
    table = schema.mentions.c
    with new.read() as books:
        found = books.connection.execute(select(table.mention_id, table.first_scored_at)).all()
    new.close()
    assert dict(map(tuple, found)) == {"read": NOW, "unread": None}


_OLD_MENTION = """INSERT INTO mentions (mention_id, platform, native_id, kind, title, text, url,
first_seen_at, ip_region, queries, source, own_channel, parent_text, query, source_kind, drill,
revision, stage, change_no, indexed_no, held) VALUES (:name, 'weibo', :name, 'post', '', '', '',
'2026-11-23 05:00:00.000000', '', '[]', '', 0, '', '', '', 0, 1, 'done', 1, 1, 0)"""
_OLD_VERDICT = """INSERT INTO verdicts VALUES ('read', 1, '', '[]', 'neutral', 0, 'neutral', '[]',
'none', '1', '2026-11-23 06:00:00.000000')"""


# --- kills and races


def killed(file: Path, after: int, folder: Path) -> int:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, url(file), str(after), str(folder)],
        timeout=60,
        check=False,
    )
    return done.returncode


@pytest.mark.full
@pytest.mark.parametrize("after", [1, 20])
def test_a_first_start_that_is_killed_leaves_an_empty_ledger(tmp_path: Path, after: int) -> None:
    file = tmp_path / "ledger.db"
    assert killed(file, after, SHIPPED) == -signal.SIGKILL
    assert tables(file) == set()
    ledger_after = open_ledger(url(file), drill=False, now=NOW)
    opened(ledger_after, "LHS-1", [1])
    ledger_after.close()


@pytest.mark.full
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_killed_migration_leaves_the_old_schema(
    tmp_path: Path, next_version: Path, after: int
) -> None:
    file = tmp_path / "ledger.db"
    open_ledger(url(file), drill=False, now=NOW).close()
    before = tables(file)
    assert killed(file, after, next_version) == -signal.SIGKILL
    assert (version(file), tables(file)) == (HEAD, before)
    open_ledger(url(file), drill=False, now=NOW, migrations=next_version).close()
    assert version(file) == NEXT


@pytest.mark.full
def test_processes_that_start_at_once_on_nothing_make_one_ledger(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    together(_opens, (str(file), 1), (str(file), 2), (str(file), 3))
    found = open_ledger(url(file), drill=False, now=NOW)
    with found.read() as books:
        assert books.cases.list_ids() == ["LHS-1", "LHS-2", "LHS-3"]
    found.close()
    assert version(file) == HEAD


def _opens(start, file: str, number: int) -> None:  # type: ignore[no-untyped-def]
    start.wait(60)
    mine = open_ledger(url(Path(file)), drill=False, now=NOW)
    opened(mine, f"LHS-{number}", [number])
    mine.close()
