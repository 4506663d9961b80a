"""Opens the ledger: connects, brings the schema up to date by itself, refuses a newer one."""

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError

from domain.errors import DrillMixed, LedgerError
from domain.plan import Pace
from domain.ports import StandIns
from ledger import postgres, schema, sqlite
from ledger.batches import Batch, in_hand
from ledger.books import Books
from ledger.folds import Folds
from ledger.outbox import Outbox
from ledger.transactions import SEALED, reading, writing

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, slots=True)
class Ledger:
    """domain.ports.Ledger on SQLAlchemy. Made by ``open_ledger``."""

    engine: Engine
    drill: bool
    folds: Folds = field(default_factory=Folds, compare=False)

    @property
    def outbox(self) -> Outbox:
        """The same deliveries as ``Books.queue`` writes, sent at any pace."""
        return Outbox(self.engine)

    def paced(self, paces: Mapping[str, Pace], stand_ins: StandIns) -> Outbox:
        """The same, for a dispatcher: keeps these paces by channel, and knows who stands in."""
        return Outbox(self.engine, paces, stand_ins)

    @contextmanager
    def write(self) -> Iterator[Books]:
        """One transaction: committed on leaving, rolled back by an error."""
        with writing(self.engine) as connection:
            books = Books(connection, self.folds)
            yield books
        books.cases.committed()

    @contextmanager
    def read(self) -> Iterator[Books]:
        """One consistent view."""
        with reading(self.engine) as connection:
            books = Books(connection, self.folds)
            yield books
        books.cases.committed()

    def to_analyse(self, limit: int) -> AbstractContextManager[Batch]:
        """See domain.ports.Ledger."""
        return in_hand(self.engine, self.folds, limit)

    def alone(self, work: str) -> AbstractContextManager[bool]:
        """See domain.ports.Ledger."""
        return postgres.alone(self.engine, work) if self.shared else nullcontext(True)

    @property
    def shared(self) -> bool:
        """Whether other hosts may work on this ledger too."""
        return postgres.is_it(self.engine)

    @property
    def sealed(self) -> str:
        """Why nobody may write into it, in Chinese; "" for a ledger in use."""
        return str(self.engine.get_execution_options().get(SEALED, ""))

    def ahead(self, now: datetime) -> float:
        """Seconds by which ``now`` is ahead of the server's clock; 0.0 without a server."""
        return postgres.ahead(self.engine, now) if self.shared else 0.0

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_ledger(
    url: str,
    *,
    drill: bool,
    now: datetime,
    backups: Path | None = None,
    migrations: Path = MIGRATIONS,
    lasting: bool = True,
) -> Ledger:
    """Open (and if need be create or upgrade) the ledger at a SQLAlchemy URL.

    An SQLite file is copied into ``backups`` before its schema changes. Raises SchemaTooNew,
    DrillMixed, or LedgerError when the file is not a ledger, the server does not answer or its
    driver is missing. ``migrations`` is an alembic folder. ``lasting``: False only for a file that
    is played and thrown away, see ``sqlite.prepare``.
    """
    engine = engine_for(url, lasting=lasting)
    try:
        if postgres.is_it(engine):
            with engine.connect() as connection:
                postgres.check(connection)
        if not up_to_date(engine, migrations):
            from ledger.upgrading import upgrade  # alembic: a third of a second at every start

            upgrade(engine, now, backups, migrations)
        _check_drill(engine, drill)
    except DatabaseError as error:
        engine.dispose()
        what = "数据库可以连接、账号可以建表" if postgres.is_it(engine) else _FILE
        raise LedgerError(f"台账打不开：{error.orig}；请确认{what}") from error
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine, drill)


_FILE = "磁盘没有写满，文件是听雪的台账、可以写入、没有损坏"


def engine_for(url: str, *, lasting: bool = True) -> Engine:
    """Connections to the store at a URL, made as this room needs them. Raises LedgerError."""
    try:
        more = postgres.OPTIONS if url.startswith("postgresql") else {}
        engine = create_engine(url, json_serializer=json_text, **more)
    except ImportError as error:
        raise LedgerError(postgres.NO_DRIVER) from error
    except ArgumentError:  # its text shows the URL, with the password
        raise LedgerError("台账的地址看不懂；应为 postgresql://账号:口令@主机/数据库") from None
    if postgres.is_it(engine):
        postgres.prepare(engine)
    else:
        sqlite.prepare(engine, lasting=lasting)
    return engine


def json_text(value: object) -> str:
    """JSON as the ledger stores it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def up_to_date(engine: Engine, migrations: Path) -> bool:
    """Whether the schema is that of the newest file in ``versions``, whose name begins with its
    revision: so at nearly every start."""
    newest = max((path.stem for path in (migrations / "versions").glob("[0-9]*.py")), default="")
    with engine.connect() as db, db.begin():
        if not inspect(db).has_table("alembic_version"):
            return False
        found = list(db.scalars(text("SELECT version_num FROM alembic_version")))
    return found == [newest.partition("_")[0]]


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
