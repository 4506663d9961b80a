"""Opens the ledger: connects, brings the schema up to date by itself, refuses a newer one."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, select
from sqlalchemy.exc import DatabaseError

from domain.errors import DrillMixed, LedgerError, SchemaTooNew
from ledger import copies, schema, sqlite
from ledger.books import Books
from ledger.outbox import Outbox
from ledger.transactions import writing

_MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Ledger:
    """domain.ports.Ledger on SQLAlchemy. Made by ``open_ledger``."""

    engine: Engine
    drill: bool

    @property
    def outbox(self) -> Outbox:
        """The same deliveries as ``Books.queue`` writes, for the dispatcher."""
        return Outbox(self.engine)

    @contextmanager
    def write(self) -> Iterator[Books]:
        """One transaction: committed on leaving, rolled back by an error."""
        with writing(self.engine) as connection:
            yield Books(connection)

    @contextmanager
    def read(self) -> Iterator[Books]:
        """One consistent view."""
        with self.engine.connect() as connection, connection.begin():
            yield Books(connection)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_ledger(
    url: str,
    *,
    drill: bool,
    now: datetime,
    backups: Path | None = None,
    migrations: Path = _MIGRATIONS,
) -> Ledger:
    """Open (and if need be create or upgrade) the ledger at a SQLAlchemy URL.

    An SQLite file is copied into ``backups`` before its schema changes. Raises SchemaTooNew,
    DrillMixed, or LedgerError when the file is not a ledger. ``migrations`` is an alembic folder.
    """
    engine = create_engine(url, json_serializer=_dump, pool_pre_ping=False)
    if engine.dialect.name == "sqlite":
        sqlite.prepare(engine)
    try:
        _upgrade(engine, now, backups, migrations)
        _check_drill(engine, drill)
    except DatabaseError as error:
        engine.dispose()
        raise LedgerError(
            f"台账打不开：{error.orig}；请确认文件是听雪的台账、可以写入、没有损坏"
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine, drill)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _upgrade(engine: Engine, now: datetime, backups: Path | None, migrations: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection, connection.begin():
        if _newest(connection, script) == script.get_current_head():
            return
    with writing(engine) as connection:
        before = _newest(connection, script)  # another process may have been faster
        if before == script.get_current_head():
            return
        if before is not None and backups is not None:
            _keep_copy(engine, backups, before, now)
        _run(connection, config, script)


def _newest(connection: Connection, script: ScriptDirectory) -> str | None:
    """The schema's revision; None for an empty database. Raises SchemaTooNew."""
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is not None and revision not in {r.revision for r in script.walk_revisions()}:
        raise SchemaTooNew(
            f"台账由更新版本的程序写成（结构 {revision}），本程序不能打开；请升级程序，或用备份恢复"
        )
    return revision


def _run(connection: Connection, config: Config, script: ScriptDirectory) -> None:
    config.attributes["connection"] = connection
    head = script.get_current_head()
    if head is None:
        raise LedgerError("程序安装不完整：缺少台账结构文件，请重新安装")
    with EnvironmentContext(
        config, script, fn=lambda rev, _context: script._upgrade_revs(head, rev)
    ):
        script.run_env()


def _keep_copy(engine: Engine, backups: Path, revision: str, now: datetime) -> None:
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path:
        return
    copies.keep(Path(path), backups, revision, now)


def _check_drill(engine: Engine, drill: bool) -> None:
    """A ledger is born real or drill and stays so."""
    with writing(engine) as connection:
        row = schema.meta.c
        found = connection.scalar(select(row.value).where(row.key == "drill"))
        if found is None:
            connection.execute(schema.meta.insert().values(key="drill", value=str(int(drill))))
        elif bool(int(found)) != drill:
            kind = "演练" if found == "1" else "正式"
            raise DrillMixed(f"这是{kind}台账，演练与正式数据不能混用；请换一个 TINGXUE_HOME")
