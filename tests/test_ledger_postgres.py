"""The ledger on PostgreSQL: the contract, and what only PostgreSQL has."""

import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from contracts.desk_contract import DeskContract
from contracts.ledger_contract import (
    KEEP,
    NOW,
    PUBLICITY,
    LedgerContract,
    OpenHere,
    Pair,
    a_pair,
    a_verdict,
    opened,
    together,
    url_of,
)
from contracts.lookouts_contract import LookoutsContract
from contracts.outbox_contract import DEAD, RETRY, OutboxContract, an_alert
from contracts.papers_contract import PapersContract
from contracts.projection_contract import ProjectionContract
from contracts.reach_contract import ReachContract
from contracts.review_contract import ReviewContract
from contracts.revision_contract import RevisionContract
from contracts.sharing_contract import SharingContract
from contracts.sources_contract import SourcesContract
from migrating import KILLED, SHIPPED, described
from sqlalchemy import create_engine, inspect, make_url, text
from sqlalchemy.exc import IntegrityError

from alerts.routing import deliveries_for
from domain.errors import LedgerError
from domain.plan import Pace
from domain.types import Alert, Delivery, Level
from ledger import schema
from ledger.engine import Ledger, open_ledger
from ledger.outbox import Outbox

pytestmark = pytest.mark.full


def here(url: str) -> OpenHere:
    def open_here(drill: bool = False) -> Ledger:
        return open_ledger(url, drill=drill, now=NOW)

    return open_here


@pytest.fixture
def open_ledger_here(postgres_url: str) -> OpenHere:
    """Where the contracts' ledgers are."""
    return here(postgres_url)


class TestPostgresDesk(DeskContract):
    pass


class TestPostgresLookouts(LookoutsContract):
    pass


class TestPostgresReviews(ReviewContract):
    pass


class TestPostgresPapers(PapersContract):
    pass


class TestPostgresRevisions(RevisionContract):
    pass


class TestPostgresReach(ReachContract):
    pass


class TestPostgresProjection(ProjectionContract):
    pass


class TestPostgresSharing(SharingContract):
    pass


class TestPostgresSources(SourcesContract):
    pass


class TestPostgresLedger(LedgerContract):
    pass


class TestPostgresOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, postgres_url: str) -> Outbox:  # type: ignore[override]
        self.ledger = here(postgres_url)()
        return self.ledger.outbox

    def enqueue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        with self.ledger.write() as books:
            return books.queue(alert, deliveries)


# --- what only PostgreSQL has


@pytest.fixture
def ledger(postgres_url: str) -> Iterator[Ledger]:
    with closing(here(postgres_url)()) as found:
        yield found


@pytest.mark.parametrize("table", ["events", "audit"])
def test_nobody_changes_history(ledger: Ledger, table: str) -> None:
    opened(ledger, "LHS-1", [1])
    with ledger.write() as books:
        books.audit.write(NOW, PUBLICITY, "original", "LHS-1", "复核")
        books.purge.run(NOW, KEEP)  # leaves the guard up behind it
    for sql in (f"UPDATE {table} SET hash = 'x'", f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608
        with pytest.raises(IntegrityError, match="append-only"), ledger.write() as books:
            books.connection.exec_driver_sql(sql)


def test_a_session_keeps_what_it_commits_and_no_lock_for_ever(ledger: Ledger) -> None:
    names = ("TimeZone", "synchronous_commit", "lock_timeout")
    with ledger.write() as books:
        found = [books.connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
    assert found == ["UTC", "on", "2min"]


def test_a_database_that_cannot_keep_every_text_is_refused(empty_postgres_url: str) -> None:
    name = "tingxue_test_ascii"
    server = create_engine(empty_postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as db:
        db.execute(
            text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'")
        )
        try:
            other = make_url(empty_postgres_url).set(database=name)
            with pytest.raises(LedgerError, match="SQL_ASCII，须为 UTF8"):
                here(other.render_as_string(hide_password=False))()
        finally:
            db.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def test_no_answer_is_said_in_chinese_and_without_the_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://tingxue:geheim@/tingxue?host={tmp_path}"
    with pytest.raises(LedgerError, match="台账打不开") as caught:
        here(url)()
    assert "geheim" not in str(caught.value)
    with pytest.raises(LedgerError, match="看不懂") as caught:
        here("postgresql+psycopg:tingxue:geheim@x/y")()
    assert "geheim" not in str(caught.value)


def test_a_server_that_was_restarted_is_asked_again(ledger: Ledger, postgres_url: str) -> None:
    opened(ledger, "LHS-1", [1])
    other = create_engine(postgres_url)
    with other.connect() as db:
        db.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()
    with ledger.read() as books:
        assert books.cases.list_ids() == ["LHS-1"]


# --- the schema


def test_the_versions_together_make_the_schema_of_the_code(
    ledger: Ledger, empty_postgres_url: str
) -> None:
    with ledger.engine.connect() as db:
        options = {"compare_type": True}  # a JSON default cannot be compared there, but described
        context = MigrationContext.configure(db, opts=options)
        assert compare_metadata(context, schema.metadata) == []
    made = described(ledger.engine)
    plain = create_engine(empty_postgres_url)
    schema.metadata.create_all(plain)
    expected = described(plain)
    plain.dispose()
    made.pop("alembic_version")
    assert made == expected


def test_processes_that_start_at_once_on_nothing_make_one_ledger(empty_postgres_url: str) -> None:
    together(_opens, *[(empty_postgres_url, number) for number in (1, 2, 3)])
    with closing(here(empty_postgres_url)()) as found, found.read() as books:
        assert books.cases.list_ids() == ["LHS-1", "LHS-2", "LHS-3"]


def _opens(start: Barrier, url: str, number: int) -> None:
    start.wait(60)
    with closing(here(url)()) as mine:
        opened(mine, f"LHS-{number}", [number])


@pytest.mark.parametrize("after", [1, 20])
def test_a_first_start_that_is_killed_leaves_an_empty_database(
    empty_postgres_url: str, after: int
) -> None:
    orders = [empty_postgres_url, str(after), str(SHIPPED)]
    done = subprocess.run([sys.executable, "-c", KILLED, *orders], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    engine = create_engine(empty_postgres_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    here(empty_postgres_url)().close()


def test_an_upgrade_says_that_nobody_made_a_copy(
    empty_postgres_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, backups = tmp_path / "first", tmp_path / "backups"
    later = shutil.ignore_patterns("__pycache__", "000[2-9]_*", "00[1-9]?_*")
    shutil.copytree(SHIPPED, first, ignore=later)
    open_ledger(empty_postgres_url, drill=False, now=NOW, migrations=first).close()
    assert "pg_dump" not in caplog.text
    for _ in range(2):
        open_ledger(empty_postgres_url, drill=False, now=NOW, backups=backups).close()
    assert caplog.text.count("pg_dump") == 1
    assert not backups.exists()


# --- side by side


def test_two_workers_have_different_mentions_in_hand_and_the_dead_let_go(ledger: Ledger) -> None:
    with ledger.write() as books:
        books.mentions.store([a_pair(n) for n in range(10)])
    with ledger.to_analyse(6) as one, ledger.to_analyse(6) as two:
        assert [len(one.mentions), len(two.mentions)] == [6, 4]
        assert not {m.mention_id for m in one.mentions} & {m.mention_id for m in two.mentions}
        with ledger.to_analyse(6) as three:
            assert three.mentions == []
        with one.write() as books:
            books.mentions.put_verdicts([a_verdict(m.mention_id) for m in one.mentions])
    child = _killed_with(ledger, "with ledger.to_analyse(9):")
    assert child == -signal.SIGKILL
    with ledger.to_analyse(9) as after, after.write() as books:
        assert len(after.mentions) == len(books.mentions.unchanged(after.mentions)) == 4


def test_a_writer_that_was_killed_holds_up_nobody(ledger: Ledger) -> None:
    assert _killed_with(ledger, "with ledger.write():") == -signal.SIGKILL
    opened(ledger, "LHS-1", [1])


def test_one_at_a_time_is_alone_with_a_work(ledger: Ledger) -> None:
    with ledger.alone("index") as first, ledger.alone("index") as second:
        with ledger.alone("papers") as other:
            assert (first, second, other) == (True, False, True)
    assert _killed_with(ledger, "with ledger.alone('index') as mine:\n assert mine") < 0
    with ledger.alone("index") as again:
        assert again


def _killed_with(ledger: Ledger, line: str) -> int:
    """Have another process do this, and kill itself inside."""
    code = f"""
import os, signal, sys
from datetime import UTC, datetime
from ledger.engine import open_ledger

ledger = open_ledger(sys.argv[1], drill=False, now=datetime(2026, 11, 23, tzinfo=UTC))
{line}
 os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", code, url_of(ledger)], timeout=60, check=False)
    return done.returncode


def test_words_that_come_while_they_are_being_read_wait_and_are_read_again(ledger: Ledger) -> None:
    with ledger.write() as books:
        books.mentions.store([a_pair(1)])
    with ThreadPoolExecutor(1) as pool:
        with ledger.to_analyse(9) as batch, batch.write() as books:
            crawl = pool.submit(_store, ledger, a_pair(1, text="改了"))
            _until_somebody_waits(ledger)
            books.mentions.put_verdicts([a_verdict(batch.mentions[0].mention_id)])
        crawl.result(30)
    with ledger.read() as books:
        assert [m.text for m in books.mentions.to_analyse(9)] == ["改了"]
        assert books.mentions.waiting() == {"analyse": 1}


def _store(ledger: Ledger, pair: Pair) -> None:
    with ledger.write() as books:
        books.mentions.store([pair])


def _until_somebody_waits(ledger: Ledger) -> None:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'"
    )
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with ledger.engine.connect() as db:
            if db.scalar(query):
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_of_two_channels_that_die_at_once_the_last_calls_the_stand_in(ledger: Ledger) -> None:
    """Each must not take the other for one that may still succeed."""
    outbox = ledger.paced({}, _head)
    for number in range(20):
        alert = replace(an_alert(number), level=Level.RED)
        with ledger.write() as books:
            books.queue(alert, deliveries_for(alert, "住建局", ["first", "second"]))
        both = outbox.claim(NOW, 45, 2)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: outbox.finish(one, DEAD, NOW, None), both))
        [heir] = outbox.claim(NOW, 45, 9)
        assert (heir.receiver, heir.stands_for) == ("住建局负责人", "住建局")


def _head(alert: Alert, receiver: str) -> Sequence[Delivery]:
    return deliveries_for(alert, f"{receiver}负责人", ["third"])


def test_pauses_asked_for_at_once_are_all_kept(ledger: Ledger) -> None:
    for number in range(8):
        with ledger.write() as books:
            books.queue(an_alert(number), deliveries_for(an_alert(number), "住建局", ["first"]))
    taken = ledger.outbox.claim(NOW, 45, 8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: _asked_to_wait(ledger, taken[n], 60 + n), range(8)))
    assert ledger.outbox.claim(NOW + timedelta(seconds=66), 45, 9) == []
    assert len(ledger.outbox.claim(NOW + timedelta(seconds=68), 45, 9)) == 8


def _asked_to_wait(ledger: Ledger, delivery: Delivery, seconds: int) -> None:
    until = NOW + timedelta(seconds=seconds)
    ledger.outbox.finish(delivery, RETRY, NOW, NOW + timedelta(seconds=1), cool_until=until)


def test_claims_over_many_counted_channels_neither_hang_nor_pass_a_limit(ledger: Ledger) -> None:
    names = [f"robot{n}" for n in range(4)]
    for number in range(120):
        level = Level.ORANGE if number % 3 else Level.BLUE
        alert = replace(an_alert(number), level=level, case_id=f"LHS-{number}")
        with ledger.write() as books:
            books.queue(alert, deliveries_for(alert, f"部门{number % 5}", [names[number % 4]]))
    outbox = ledger.paced({name: Pace(per_minute=12, digest_seconds=60) for name in names}, _head)
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda _: list(_claimed(outbox)), range(4)))
    taken = [one for part in parts for one in part]
    assert len({one.delivery_id for one in taken}) == len(taken)
    assert max(Counter(one.channel for one in taken).values()) == 12
    digests = Counter((one.channel, one.receiver) for one in taken if one.digest)
    assert not digests or max(digests.values()) == 1


def _claimed(outbox: Outbox) -> Iterator[Delivery]:
    empty = 0
    while empty < 3:  # another may be claiming over the only channel left
        batch = outbox.claim(NOW, 45, 5)
        empty = 0 if batch else empty + 1
        yield from batch
