"""Backups of a home: made while all runs, proven from first byte to last, restored elsewhere.

In: ledger, config, the keys behind pseudonyms and links, papers, attachments. Not in: browser
profiles (they hold log-ins), the index and caches (they are made again), what the file channel
wrote. A backup holds unmasked originals, as the ledger does.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import IO

from domain.errors import InputError, LedgerError
from domain.types import Actor
from ledger import snapshots
from ledger.chains import Break, Looked
from ledger.engine import open_ledger
from tingxue import archive, disk, sealing
from tingxue.app import App
from tingxue.archive import Manifest
from tingxue.home import Home

_STAMP = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"tingxue-(?P<made>\d{8}T\d{6}Z)\.tar\.gz(?:\.sealed)?")
_LEFT_OVER = timedelta(days=1)
_DRAFT = ".restoring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup as it lies in a folder."""

    path: Path
    made_at: datetime
    size: int
    sealed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back. looked: how much the chains' check has read."""

    manifest: Manifest
    looked: Looked


def create(app: App, folder: Path, passphrase: str | None, actor: Actor) -> tuple[Path, Manifest]:
    """Write a backup into the folder; its path, and what is in it. On record in the audit. Raises
    InputError or LedgerError; then there is no half a file."""
    now = app.clock()
    target = folder / f"tingxue-{now.astimezone(UTC):{_STAMP}}.tar.gz{'.sealed' * bool(passphrase)}"
    _refuse_own(app.home, folder)
    with _explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if target.exists():
            raise InputError(f"{target.name} 已经有了；请过一秒再备份")
        with _snapshot(app, now) as (copy, contents):
            where = {archive.LEDGER: copy, **_files(app.home)}
            files = tuple(archive.entry(name, path) for name, path in where.items())
            manifest = Manifest(made_at=now, program=version("tingxue"), server=app.ledger.shared,
                                ledger=contents, files=files)  # fmt: skip
            _write(target, passphrase, manifest, where)
        whole = archive.entry(target.name, target)
    with app.ledger.write() as books:
        books.audit.write(now, actor, "backup", target.name, f"备份，sha256 {whole.sha256}")
    return target, manifest


def found(folder: Path) -> list[Backup]:
    """The backups in a folder by their names, the oldest first."""
    names = [(path, _NAME.fullmatch(path.name)) for path in sorted(folder.glob("tingxue-*"))]
    return [
        Backup(path=path, size=path.stat().st_size, sealed=path.suffix == ".sealed",
               made_at=datetime.strptime(match["made"], _STAMP).replace(tzinfo=UTC))
        for path, match in names if match
    ]  # fmt: skip


def prune(folder: Path, before: datetime) -> list[Path]:
    """Delete the backups made before a moment, but never the newest one; which."""
    old = [one.path for one in found(folder)[:-1] if one.made_at < before]
    for path in old:
        path.unlink(missing_ok=True)
    return old


def verify(path: Path, passphrase: str | None) -> Manifest:
    """Read the whole backup and hold it against its own hashes. Raises InputError."""
    return archive.read(path, passphrase)


def restore(
    path: Path, into: Path, passphrase: str | None, now: datetime, actor: Actor
) -> Restored:
    """Bring a backup back into an empty folder: all of it is proven before anything is written,
    and the ledger opened and its chains checked before anything has its final name.

    Raises InputError or LedgerError; the folder is then as empty as it was."""
    _refuse_filled(into)
    verify(path, passphrase)
    draft = into / _DRAFT
    with _explained(into):
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        into.chmod(0o700)
        try:
            done = _bring(path, draft, passphrase, now, actor)
            for top in sorted(draft.iterdir(), key=lambda one: one.name == archive.LEDGER):
                top.rename(into / top.name)  # the ledger last: without it there is nothing yet
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        disk.sync_folder(into)
    return done


def drill(path: Path, passphrase: str | None, now: datetime, actor: Actor) -> Restored:
    """The same into a folder that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="tingxue-drill-") as folder:
        return restore(path, Path(folder) / "home", passphrase, now, actor)


def _bring(
    path: Path, draft: Path, passphrase: str | None, now: datetime, actor: Actor
) -> Restored:
    def sink(name: str) -> IO[bytes]:
        file = draft / name
        for folder in reversed(file.relative_to(draft).parents):
            (draft / folder).mkdir(mode=0o700, exist_ok=True)
        file.touch(mode=0o600)
        return file.open("wb")

    manifest = archive.read(path, passphrase, sink)
    file = draft / archive.LEDGER
    snapshots.check_pages(file)
    if snapshots.contents(file) != manifest.ledger:
        raise LedgerError("恢复出来的台账与备份清单所说的不符；请换一份备份")
    return Restored(manifest=manifest, looked=_opened(file, manifest, path.name, now, actor))


def _opened(file: Path, manifest: Manifest, name: str, now: datetime, actor: Actor) -> Looked:
    """As today's code opens it, every chain followed, and the restoring on record."""
    looked = Looked()
    url = f"sqlite:///{file}"
    with closing(open_ledger(url, drill=manifest.ledger.drill, now=now)) as ledger:
        with ledger.read() as books:
            broken = next(books.chains.breaks(looked), None)
        if broken is not None:
            raise LedgerError(f"备份里的台账，{_said(broken)}，没有恢复；请换一份更早的备份比对")
        with ledger.write() as books:
            books.audit.write(now, actor, "restore", name, f"恢复 {manifest.made_at:%F %T}Z 的备份")
    return looked


def _said(one: Break) -> str:
    where = f"案件 {one.case_id} 第 {one.no} 条" if one.case_id else f"审计第 {one.no} 行"
    return f"{where}与校验链不符（{one.why}）"


def _refuse_filled(into: Path) -> None:
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise InputError(f"{into} 不是空文件夹，不覆盖；请另指一个空的，或把原来的改名留存")


def _refuse_own(home: Home, folder: Path) -> None:
    """A backup that lies in what is backed up grows by itself each time."""
    inside = [name for name in archive.FOLDERS
              if folder.resolve().is_relative_to((home.path / name).resolve())]  # fmt: skip
    if inside:
        raise InputError(f"备份不能放在数据文件夹的 {inside[0]} 里；请另指一处，最好在另一块盘上")


@contextmanager
def _snapshot(app: App, now: datetime) -> Iterator[tuple[Path, snapshots.Contents]]:
    """The ledger as one file, in the home whatever the target is: it holds originals, unsealed."""
    folder = app.home.backups
    folder.mkdir(mode=0o700, exist_ok=True)
    for path in folder.glob("ledger-backup-*"):  # a killed one's
        if now.timestamp() - path.stat().st_mtime > _LEFT_OVER.total_seconds():
            path.unlink(missing_ok=True)
    copy = folder / f"ledger-backup-{now.astimezone(UTC):{_STAMP}}.db"  # so the purge knows it
    try:
        yield copy, snapshots.take(app.ledger, copy, now)
    finally:
        for path in folder.glob(f"{copy.name}*"):
            path.unlink(missing_ok=True)


def _files(home: Home) -> dict[str, Path]:
    """Path in the backup -> file. After the ledger: what it speaks of is there by then."""
    files = [
        path
        for folder in archive.FOLDERS
        for path in sorted((home.path / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]
    if home.drill:
        files.append(home.path / archive.DRILL)
    return {path.relative_to(home.path).as_posix(): path for path in files}


def _write(
    target: Path, passphrase: str | None, manifest: Manifest, where: dict[str, Path]
) -> None:
    draft = target.with_name(f".{target.name}.new")
    try:
        with draft.open("wb") as file:
            draft.chmod(0o600)
            archive.write(sealing.envelope(file, passphrase), manifest, where)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
        disk.sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise InputError(f"{folder} 写不进去或读不出来（{why}）；请检查磁盘空间和权限") from error
