"""Opens, makes and closes the file of the embedded index.

No error of SQLite or of the disk leaves this module: a reader hears in Chinese what is wrong and
what to do. What the caller itself raises in between goes through untouched.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import SearchUnavailable

REBUILD = "请运行 tingxue index rebuild"


@contextmanager
def connected(path: Path, *, version: int, seconds: float) -> Iterator[sqlite3.Connection]:
    """The file, if it is of this version. Every sqlite3 error comes out as SearchUnavailable."""
    with _explained():
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=seconds,
                             isolation_level=None)  # fmt: skip
        try:
            if db.execute("PRAGMA user_version").fetchone()[0] != version:
                raise SearchUnavailable(f"检索库由另一版本写成；{REBUILD}")
            db.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten
            yield db
        finally:
            db.close()


@contextmanager
def drafted(draft: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A new file, on the disk when done. Nobody sees it before, so it needs no journal; one that
    is not finished is thrown away."""
    with _disk_explained():
        unlink(draft)
        draft.touch(0o600)
    try:
        with _filled(draft, schema) as db:
            yield db
        with _disk_explained():
            _sync(draft)
    except BaseException:
        unlink(draft)
        raise


@contextmanager
def _filled(draft: Path, schema: str) -> Iterator[sqlite3.Connection]:
    with _explained():
        db = sqlite3.connect(draft, isolation_level=None)
        try:
            db.execute("PRAGMA journal_mode = OFF")
            db.execute("PRAGMA synchronous = OFF")
            db.executescript(schema)
            yield db
            db.execute("PRAGMA journal_mode = WAL")
        finally:
            db.close()


def put_in_place(draft: Path, path: Path) -> None:
    """The finished draft becomes the index, also after a power cut. Nobody may have it open."""
    with _disk_explained():
        unlink(*_logs(path))
        draft.replace(path)
        _sync(path.parent)


@contextmanager
def _disk_explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SearchUnavailable(
            f"检索库写不了（{error.strerror}）；请检查磁盘空间和权限"
        ) from error


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise SearchUnavailable("检索库正忙；请稍后再试") from error
        raise SearchUnavailable(f"检索库不能使用（{error}）；{REBUILD}") from error


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of it, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if db.in_transaction:  # a full disk or a broken page has rolled back already
            db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _logs(path: Path) -> tuple[Path, Path]:
    """What SQLite keeps beside a file in WAL mode; never to be left to another file."""
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


def unlink(*paths: Path) -> None:
    """Remove what there is of them."""
    for path in paths:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """On the disk, file or folder, when this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
