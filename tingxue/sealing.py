"""The envelope of a backup: plain with a hash over all of it, or sealed with a passphrase.

Sealed is AES-256-GCM over pieces of 1 MiB (the STREAM construction of Hoang, Reyhanitabar, Rogaway
and Vizár, 2015, as Tink and age use it): the nonce is a random prefix, the piece's number and
whether it is the last, so that no piece can be changed, moved, left out or cut off. The key comes
from the passphrase by scrypt (N = 2^17, r = 8, p = 1: OWASP's figures) with a salt per file.
"""

import hashlib
import io
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from domain.errors import InputError

_MAGIC = b"tingxue sealed 1\n"
_HEADER = len(_MAGIC) + 16 + 7
_PIECE, _TAG = 1 << 20, 16
_MARK = b"\x1f\x8b\x08\x10" + bytes(4) + b"\x00\xff" + b"sha256 "  # an empty gzip member, whose
_END = b"\x00" + b"\x03\x00" + bytes(8)  # comment is the hash: gzip and tar pass over it
_TRAILER = len(_MARK) + 64 + len(_END)
SHORTEST = 12


class Envelope(Protocol):
    """What a backup is written into; ``finish`` once, at the end."""

    def write(self, data: bytes) -> int: ...

    def flush(self) -> None: ...

    def finish(self) -> None: ...


class _Plain:
    """As it is, and its hash behind it: ``tar -xzf`` reads it too."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def finish(self) -> None:
        self._file.write(_trailer(self._digest.hexdigest()))


class _Sealed:
    """Piece by piece under the passphrase's key."""

    def __init__(self, file: BinaryIO, passphrase: str) -> None:
        self._header = _MAGIC + secrets.token_bytes(16 + 7)
        self._key = _key(passphrase, self._header)
        self._file, self._rest, self._number = file, bytearray(), 0
        file.write(self._header)

    def write(self, data: bytes) -> int:
        self._rest += data
        while len(self._rest) > _PIECE:  # the last piece is sealed as such, so one is kept back
            self._put(bytes(self._rest[:_PIECE]), last=False)
            del self._rest[:_PIECE]
        return len(data)

    def flush(self) -> None:
        self._file.flush()

    def finish(self) -> None:
        self._put(bytes(self._rest), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._header, self._number, last=last)
        self._file.write(self._key.encrypt(nonce, piece, self._header))
        self._number += 1


def envelope(file: BinaryIO, passphrase: str | None) -> Envelope:
    """What to write a backup into; sealed where there is a passphrase."""
    if passphrase is None:
        return _Plain(file)
    if len(passphrase) < SHORTEST:
        raise InputError(f"备份口令至少 {SHORTEST} 个字符；请换一个长的，并另外妥善保管")
    return _Sealed(file, passphrase)


def is_sealed(path: Path) -> bool:
    """Whether it takes a passphrase to read this file. Raises InputError."""
    with _reading(path) as file:
        return file.read(len(_MAGIC)) == _MAGIC


@contextmanager
def opened(path: Path, passphrase: str | None) -> Iterator[BinaryIO]:
    """What is in the envelope. Nothing unproven is ever given: a plain file is hashed first, of a
    sealed one each piece is proven by itself. Raises InputError, while reading too."""
    with _reading(path) as file:
        sealed = file.read(_HEADER)
        if sealed.startswith(_MAGIC):
            pieces = _unsealed(file, sealed, passphrase, path)
        else:
            pieces = _proven(file, path)
        stream = io.BufferedReader(_Pieces(pieces))
        yield stream
        while stream.read(_PIECE):  # to the end: that nothing was cut off there is proven last
            pass


@contextmanager
def _reading(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise InputError(f"备份 {path} 读不出来（{error.strerror}）；请检查路径和权限") from error


def _proven(file: BinaryIO, path: Path) -> Iterator[bytes]:
    file.seek(0)
    left = path.stat().st_size - _TRAILER
    digest = hashlib.sha256()
    for piece in _taken(file, left):
        digest.update(piece)
    if left <= 0 or file.read() != _trailer(digest.hexdigest()):
        raise InputError(f"{path.name} 不是听雪的备份，或者已损坏（校验值不符）；请换一份备份")
    file.seek(0)
    yield from _taken(file, left)


def _trailer(digest: str) -> bytes:
    return _MARK + digest.encode() + _END


def _taken(file: BinaryIO, left: int) -> Iterator[bytes]:
    while left > 0 and (piece := file.read(min(left, _PIECE))):
        left -= len(piece)
        yield piece


def _unsealed(file: BinaryIO, header: bytes, passphrase: str | None, path: Path) -> Iterator[bytes]:
    if passphrase is None:
        raise InputError(f"{path.name} 是加密的；请用 --passphrase-file 给出口令")
    key, number = _key(passphrase, header), 0
    piece = file.read(_PIECE + _TAG)
    while True:
        after = file.read(_PIECE + _TAG)
        try:
            yield key.decrypt(_nonce(header, number, last=not after), piece, header)
        except (InvalidTag, ValueError):  # the second: shorter than a tag
            where = f"第 {number + 1} 兆处" if number else "口令不对，或者文件"
            raise InputError(f"{path.name} {where}已损坏；请核对口令，或换一份备份") from None
        if not after:
            return
        piece, number = after, number + 1


def _key(passphrase: str, header: bytes) -> AESGCM:
    salt = header[len(_MAGIC) :][:16]
    return AESGCM(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase.encode()))


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    return header[-7:] + number.to_bytes(4) + bytes([last])


class _Pieces(io.RawIOBase):
    """An iterator of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
