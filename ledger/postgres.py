"""Everything that only PostgreSQL needs; the rest of the room is SQL that SQLite takes too.

Who may write when, over all processes and hosts of one ledger (docs/decisions/0017): a write
transaction holds one advisory lock of the database, as SQLite's writer holds its file; senders and
analysers take rows instead (FOR UPDATE SKIP LOCKED). All locks end with their connection, so a
killed process leaves none behind.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    NullPool,
    bindparam,
    create_engine,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from domain.errors import LedgerError

NO_DRIVER = "缺少 PostgreSQL 的驱动，请安装：pip install '.[postgres]'"
WHOLE, HAND_OVER = "ledger", "hand over"

OPTIONS: Mapping[str, Any] = {
    "pool_pre_ping": True,  # a server may be restarted while we run
    "connect_args": {"client_encoding": "utf8", "connect_timeout": 10},
}
"""For ``create_engine``."""

# A host that is cut off in the middle of a transaction would hold its locks for the two hours in
# which TCP notices nothing; one that is stopped would hold them for ever.
_SESSION = """
SET TIME ZONE 'UTC';
SET lock_timeout = '120s';
SET idle_in_transaction_session_timeout = '300s';
SET tcp_keepalives_idle = 30;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 3;
SELECT set_config('synchronous_commit', 'on', false)
 WHERE current_setting('synchronous_commit') = 'off'
"""
_KEY = bindparam("key", type_=BigInteger)
_WAIT = select(func.pg_advisory_xact_lock(_KEY))
_TRY = select(func.pg_try_advisory_xact_lock(_KEY))
_TRY_SESSION = select(func.pg_try_advisory_lock(_KEY))
_PURGING = "EXISTS (SELECT 1 FROM meta WHERE key = 'purging')"


def is_it(connection: Connection | Engine) -> bool:
    """Whether this is PostgreSQL."""
    return connection.dialect.name == "postgresql"


def prepare(engine: Engine) -> None:
    """Moments in UTC, commits on the disk, no lock held by the dead; the ledger's lock for whoever
    writes."""

    @event.listens_for(engine, "connect")
    def _connect(raw: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        raw.cursor().execute(_SESSION)
        raw.commit()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("tingxue_write") == WHOLE:
            wait_for(connection, WHOLE)


def glancing(url: str, seconds: float) -> Engine:
    """For one short look, which waits so long for the server and for an answer. Raises
    LedgerError."""
    options = f"-c statement_timeout={seconds:.0f}s -c default_transaction_read_only=on"
    arguments = {"connect_timeout": round(seconds), "options": options}
    try:
        return create_engine(url, connect_args=arguments, poolclass=NullPool)
    except ImportError as error:
        raise LedgerError(NO_DRIVER) from error


def wait_for(connection: Connection, name: str) -> None:
    """Hold the lock of this name until the transaction ends; waits for whoever holds it."""
    connection.execute(_WAIT, {"key": _number(name)})


def try_for(connection: Connection, name: str) -> bool:
    """The same without waiting; whether it is held now."""
    return bool(connection.scalar(_TRY, {"key": _number(name)}))


@contextmanager
def alone(engine: Engine, name: str) -> Iterator[bool]:
    """Whether nobody else, on any host, is inside with this name; on a connection of its own, so
    that no transaction stays open for as long as the work takes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            yield bool(connection.scalar(_TRY_SESSION, {"key": _number(name)}))
        finally:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))


def _number(name: str) -> int:
    """Advisory locks have numbers, 64 bits with a sign; a database has its own."""
    return int.from_bytes(sha256(f"tingxue {name}".encode()).digest()[:8], signed=True)


def check(connection: Connection) -> None:
    """Raises LedgerError where a text or a moment could not be kept as it is."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise LedgerError(
            f"数据库的编码是 {encoding}，须为 UTF8；请按 docs/operating.md 另建数据库"
        )


def ahead(engine: Engine, now: datetime) -> float:
    """Seconds by which this moment is ahead of the server's clock."""
    with engine.connect() as connection:
        server: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return (now - server).total_seconds()


def stand_still(connection: Connection, tables: Sequence[str]) -> None:
    """Nobody changes a row of these until the transaction ends, senders neither; all may read."""
    connection.execute(text(f"LOCK TABLE {', '.join(tables)} IN SHARE MODE"))


def count_on(connection: Connection, column: Column[int]) -> None:
    """Have the numbers that the server gives go on behind those that are there."""
    table = column.table.name
    highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
    sequence = func.pg_get_serial_sequence(table, column.name)
    connection.execute(select(func.setval(sequence, highest, False)))


def guard_append_only(connection: Connection, tables: Sequence[str]) -> None:
    """As ``sqlite.guard_append_only``: only the purge deletes, and nothing changes, also not by
    TRUNCATE."""
    connection.exec_driver_sql(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' AND {_PURGING} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only', "
        "ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in tables:
        for name, deed, each in (
            ("no_change", "UPDATE OR DELETE", "ROW"),
            ("no_truncate", "TRUNCATE", "STATEMENT"),
        ):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{name} BEFORE {deed} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION append_only()"
            )
