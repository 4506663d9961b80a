"""Brings the schema up to date with alembic, which is loaded only when there is something to do."""

import logging
from datetime import datetime
from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from domain.errors import LedgerError, SchemaTooNew
from ledger import copies
from ledger.transactions import writing

LOG = logging.getLogger(__name__)


def upgrade(engine: Engine, now: datetime, backups: Path | None, migrations: Path) -> None:
    """To the newest version of the alembic folder ``migrations``; an SQLite file is copied into
    ``backups`` before. Raises SchemaTooNew. Of several that start at once one does it."""
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
        if before is not None:
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


def _keep_copy(engine: Engine, backups: Path | None, revision: str, now: datetime) -> None:
    """Of a file; a server's ledger is copied by whoever runs the server, and the change of schema
    is one transaction there too."""
    path = engine.url.database
    if engine.dialect.name != "sqlite":
        LOG.warning(
            "台账结构自 %s 升级；PostgreSQL 的台账不自动留副本，请以 pg_dump 定期备份", revision
        )
    elif path and backups is not None:
        copies.keep(Path(path), backups, revision, now)
