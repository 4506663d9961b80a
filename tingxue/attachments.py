"""The files of replies in the home: written under a random name, kept when the ledger knows them.

A file is ``<id>.new`` until its reply is committed, so a kill leaves either a whole reply or a file
that ``sweep`` deletes. Only ``.new`` files are ever swept: a ledger that knows nothing, such as an
old backup, costs no file.
"""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from domain.attachments import MOST_BYTES, Attachment, shown_name
from domain.errors import InputError
from tingxue.app import App
from tingxue.filekinds import kind_of
from tingxue.home import Home

_NEW = ".new"
_LOCK = ".lock"


def path_of(home: Home, attachment_id: str) -> Path:
    """Where the file is. It may have kept its first name when the program was killed."""
    path = home.attachments / attachment_id
    return path if path.exists() else path.with_name(attachment_id + _NEW)


@dataclass(slots=True)
class Writing:
    """One file as it comes. Raises InputError in ``add`` and ``done``, in Chinese."""

    name: str
    path: Path
    _out: BinaryIO
    _size: int = 0
    _hash: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        self._size += len(piece)
        if self._size > MOST_BYTES:
            raise InputError(f"附件“{self.shown}”超过 {MOST_BYTES >> 20} MB，请缩小后再传")
        self._hash.update(piece)
        try:
            self._out.write(piece)
        except OSError as error:
            raise InputError("磁盘写不下，附件没有保存；请告诉管理员") from error

    def done(self) -> Attachment:
        """All of it is on the disk."""
        try:
            self._out.flush()
            os.fsync(self._out.fileno())
            _sync_folder(self.path.parent)
        except OSError as error:
            raise InputError("磁盘写不下，附件没有保存；请告诉管理员") from error
        self._out.close()
        kind = kind_of(self.path)
        if kind is None:
            raise InputError(
                f"附件“{self.shown}”不是能收的文件：只收 jpg、png、pdf、docx、xlsx"
                "（按内容认，改后缀没有用；带宏的、加密的也不收）"
            )
        return Attachment(
            attachment_id=self.path.stem, name=shown_name(self.name, kind), kind=kind,
            size=self._size, sha256=self._hash.hexdigest(),
        )  # fmt: skip

    @property
    def shown(self) -> str:
        """The name as an error may show it."""
        return shown_name(self.name, "").rstrip(".")

    def close(self) -> None:
        """No more of it."""
        self._out.close()


class Batch:
    """The files of one form; while it is open no ``sweep`` takes them for leftovers."""

    __slots__ = ("_ids", "_lock", "_open", "home")

    def __init__(self, home: Home) -> None:
        home.attachments.mkdir(mode=0o700, exist_ok=True)
        self.home = home
        self._ids: list[str] = []
        self._open: list[Writing] = []
        self._lock = os.open(home.attachments / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_SH)

    def begin(self, name: str) -> Writing:
        """A new file. name: as its sender calls it."""
        path = self.home.attachments / (secrets.token_hex(16) + _NEW)
        out = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        self._ids.append(path.stem)
        writing = Writing(name, path, os.fdopen(out, "wb"))
        self._open.append(writing)
        return writing

    def settle(self, app: App) -> None:
        """Keep what the ledger knows by now, delete the rest."""
        try:
            for one in self._open:
                one.close()
            _settle(app, self._ids)
        finally:
            os.close(self._lock)


def sweep(app: App) -> int:
    """Settle what a kill has left behind, unless somebody is sending files now; how many files.
    When the desk starts, and every night."""
    folder = app.home.attachments
    if not folder.is_dir():
        return 0
    lock = os.open(folder / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        left = [path.stem for path in folder.glob("*" + _NEW)]
        _settle(app, left)
        return len(left)
    except BlockingIOError:
        return 0
    finally:
        os.close(lock)


def forget_purged(app: App) -> int:
    """Delete the files of cases that were purged, then what is known of them; how many."""
    with app.ledger.read() as books:
        ids = books.attachments.released()
    for one in ids:
        path_of(app.home, one).unlink(missing_ok=True)
    if ids:
        with app.ledger.write() as books:
            books.attachments.forget(ids)
    return len(ids)


def _sync_folder(folder: Path) -> None:
    """A file is only there after a power cut when its folder says so."""
    known = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(known)
    finally:
        os.close(known)


def _settle(app: App, ids: Iterable[str]) -> None:
    ids = list(ids)
    with app.ledger.read() as books:
        known = books.attachments.known(ids)
    for one in ids:
        new = app.home.attachments / (one + _NEW)
        if one in known:
            new.replace(new.with_suffix(""))
        else:
            new.unlink(missing_ok=True)
