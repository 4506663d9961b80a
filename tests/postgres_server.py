"""A PostgreSQL for the tests: a cluster of our own in a temporary folder, on a socket in it.

``TINGXUE_TEST_POSTGRES=postgresql://…`` names a server instead, and an account that may create
databases. Each test gets a database of its own. Where there is no server a test is skipped, loudly;
in CI it fails.
"""

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from ledger.engine import MIGRATIONS, engine_for
from ledger.upgrading import upgrade

NAMED = "TINGXUE_TEST_POSTGRES"
MISSING = (
    f"no PostgreSQL: put initdb and postgres on the PATH (Debian: apt-get install postgresql) "
    f"or name a server in {NAMED}; and install the extra postgres"
)


def programs() -> Path | None:
    """The folder with initdb and postgres; Debian keeps it off the PATH."""
    found = shutil.which("initdb")
    if found and shutil.which("postgres", path=str(Path(found).resolve().parent)):
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)


def _account() -> str | None:
    """Whom the server runs as: postgres refuses to be root."""
    if os.getuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


@cache
def server() -> str | None:
    """The URL of the server's own database, started when first asked for; None without one."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return None
    if named := os.environ.get(NAMED):
        return named.replace("postgresql://", "postgresql+psycopg://", 1)
    found = programs()
    return started(found, durable=False) if found else None


def started(programs: Path, *, durable: bool) -> str:
    """A new cluster that ends with this process. durable: whether commits reach the disk; nothing
    that a test kills takes the machine along."""
    folder = Path(tempfile.mkdtemp(prefix="tingxue-pg-"))
    account = _account()
    if account:
        shutil.chown(folder, account)
    data = folder / "data"
    options = ["-U", "tingxue", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions"]
    _run([programs / "initdb", "-D", data, *options, *([] if durable else ["-N"])], account, folder)
    sync = "on" if durable else "off"
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=",
             "-c", f"fsync={sync}", "-c", f"full_page_writes={sync}", "-c", "max_connections=200"],
            user=account, cwd=folder, stdout=subprocess.DEVNULL, stderr=log,
        )  # fmt: skip
    atexit.register(_ended, child, folder, os.getpid())
    url = f"postgresql+psycopg://tingxue@/postgres?host={folder}"
    _wait(url, child, folder)
    return url


def _run(command: list[object], account: str | None, folder: Path) -> None:
    subprocess.run([*map(str, command)], user=account, cwd=folder, check=True, capture_output=True)


def _wait(url: str, child: subprocess.Popen[bytes], folder: Path) -> None:
    engine, until = create_engine(url), time.monotonic() + 60
    while True:
        try:
            engine.connect().close()
            engine.dispose()
            return
        except OperationalError:
            if child.poll() is not None or time.monotonic() > until:
                raise RuntimeError((folder / "log").read_text()) from None
        time.sleep(0.05)


def _ended(child: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # not a fork of it
        child.kill()
        child.wait()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(url: str, *, like: str = "template0") -> Iterator[str]:
    """A new database on the server, empty or as another one, and gone afterwards whoever is still
    connected."""
    name = f"tingxue_test_{uuid.uuid4().hex[:12]}"
    _say(url, f"CREATE DATABASE {name} TEMPLATE {like} ENCODING 'UTF8' LOCALE 'C'")
    try:
        yield _at(url, name)
    finally:
        _say(url, f"DROP DATABASE {name} WITH (FORCE)")


def _at(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@cache
def _with_schema(url: str) -> str:
    """The name of a database with all tables and nothing in them: copied in a tenth of the time
    that making them takes."""
    kept = ExitStack()
    atexit.register(kept.close)
    made = kept.enter_context(database(url))
    engine = engine_for(made)
    upgrade(engine, datetime(2026, 11, 23, tzinfo=UTC), None, MIGRATIONS)
    engine.dispose()
    return str(make_url(made).database)


def _say(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _needed() -> str:
    found = server()
    if found is None:
        if "CI" in os.environ:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return found


@pytest.fixture
def empty_postgres_url() -> Iterator[str]:
    """A database of the test's own, with nothing in it."""
    with database(_needed()) as url:
        yield url


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A database of the test's own, with the tables of a ledger."""
    found = _needed()
    with database(found, like=_with_schema(found)) as url:
        yield url


@pytest.fixture
def other_postgres_url() -> Iterator[str]:
    """A second one."""
    found = _needed()
    with database(found, like=_with_schema(found)) as url:
        yield url
