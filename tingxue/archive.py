"""A backup as a file: a compressed tar whose first member says what the others must be.

``manifest.json`` names every file with size and sha256, and what the ledger holds. The order of the
rest is that of the manifest. Everything is read as a stream: no size needs memory.
"""

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from domain.errors import InputError
from ledger.snapshots import Contents
from tingxue import sealing

LEDGER = "ledger.db"
FOLDERS = ("config", "author-keys", "desk-keys", "reports", "attachments")
DRILL = "演练"
_FORMAT, _MANIFEST, _MOST = 1, "manifest.json", 64 << 20
_PIECE = 1 << 20

Sink = Callable[[str], IO[bytes]]
"""Where a file of this name is to be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file. path: below the home, with slashes; size in bytes; sha256 in hex."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The first member. program: the version that wrote it; server: the ledger stood on one."""

    made_at: datetime
    program: str
    server: bool
    ledger: Contents
    files: tuple[Entry, ...]


def entry(path: str, file: Path) -> Entry:
    """A file as it is now. Raises OSError."""
    size, digest = 0, hashlib.sha256()
    with file.open("rb") as handle:
        while piece := handle.read(_PIECE):
            size += len(piece)
            digest.update(piece)
    return Entry(path=path, size=size, sha256=digest.hexdigest())


def write(out: sealing.Envelope, manifest: Manifest, where: Mapping[str, Path]) -> None:
    """The whole archive. where: each path of the manifest -> the file to read. Raises InputError
    when one is no longer as the manifest says, OSError when it cannot be read."""
    with (
        gzip.GzipFile(fileobj=out, mode="wb", compresslevel=5, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        said = json.dumps({"format": _FORMAT, **asdict(manifest)}, ensure_ascii=False, default=str)
        _add(tar, _MANIFEST, len(said.encode()), manifest.made_at, io.BytesIO(said.encode()))
        for one in manifest.files:
            with where[one.path].open("rb") as file:
                hashed = _Hashed(file)
                try:
                    _add(tar, one.path, one.size, manifest.made_at, hashed)
                except OSError as error:
                    raise error if error.errno else _changed(one) from error  # now shorter
                if hashed.digest.hexdigest() != one.sha256 or file.read(1):
                    raise _changed(one)
    out.finish()


def _add(
    tar: tarfile.TarFile, name: str, size: int, at: datetime, file: "io.BytesIO | _Hashed"
) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(at.timestamp())
    tar.addfile(member, file)


def _changed(one: Entry) -> InputError:
    return InputError(f"{one.path} 在备份时被改动了；请再备份一次")


class _Hashed(io.RawIOBase):
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


def read(path: Path, passphrase: str | None, sink: Sink | None = None) -> Manifest:
    """Read an archive from its first byte to its last and hold everything against the manifest;
    what it says. ``sink``: and write each file there. Raises InputError for anything amiss."""
    with sealing.opened(path, passphrase) as stream, _damage(path):
        with gzip.GzipFile(fileobj=stream) as packed:
            with tarfile.open(fileobj=packed, mode="r|") as tar:
                members = iter(tar)
                manifest = _manifest(tar, next(members, None), path)
                for one in manifest.files:
                    _take(tar, next(members, None), one, sink)
                if next(members, None) is not None:
                    raise _damaged(path, "多出文件")
            while packed.read(_PIECE):
                pass
    return manifest


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise _damaged(path, "结构不完整") from error


def _damaged(path: Path, why: str) -> InputError:
    return InputError(f"{path.name} 已损坏或不是听雪的备份（{why}）；请换一份备份")


def _take(
    tar: tarfile.TarFile, member: tarfile.TarInfo | None, one: Entry, sink: Sink | None
) -> None:
    source = tar.extractfile(member) if member and member.isreg() else None
    if member is None or source is None or member.name != one.path or member.size != one.size:
        raise InputError(f"备份与清单不符：{one.path}；请换一份备份")
    digest = hashlib.sha256()
    with sink(one.path) if sink else io.BytesIO() as out:
        while piece := source.read(_PIECE):
            digest.update(piece)
            if sink:
                out.write(piece)
    if digest.hexdigest() != one.sha256:
        raise InputError(f"备份里的 {one.path} 与清单的校验值不符；请换一份备份")


def _manifest(tar: tarfile.TarFile, member: tarfile.TarInfo | None, path: Path) -> Manifest:
    source = tar.extractfile(member) if member and member.isreg() else None
    if member is None or source is None or member.name != _MANIFEST or member.size > _MOST:
        raise _damaged(path, "没有清单")
    try:
        said = json.loads(source.read())
        if said.pop("format") != _FORMAT:
            raise InputError(f"{path.name} 由更新版本的程序写成；请用新版本恢复")
        manifest = Manifest(
            made_at=datetime.fromisoformat(said.pop("made_at")),
            ledger=Contents(**said.pop("ledger")),
            files=tuple(Entry(**one) for one in said.pop("files")),
            **said,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(path, "清单读不懂") from error
    _check_names(one.path for one in manifest.files)
    return manifest


def _check_names(names: Iterable[str]) -> None:
    """Only what a backup of ours holds, and nothing that would be written outside the folder."""
    seen: set[str] = set()
    for name in names:
        path = PurePosixPath(name)
        known = name in (LEDGER, DRILL) or (len(path.parts) > 1 and path.parts[0] in FOLDERS)
        if not known or ".." in path.parts or str(path) != name or name in seen:
            raise InputError("备份的清单里有不该有的路径，没有恢复；请查明它的来历")
        seen.add(name)
    if LEDGER not in seen:
        raise InputError("备份的清单里没有台账；请换一份备份")
