"""JSON bytes from outside, made fit for a streaming parser.

A string longer than the limit becomes ``CUT``, so that nobody has to hold it; all others come in
one piece, for ijson's parser reads a string again from its start with every piece of it. Broken
UTF-8 and lone halves of signs become U+FFFD. The work is done on large pieces with
``bytes.replace`` and ``find``, not sign by sign: 2 GB cost seconds.
"""

import codecs
import re
from typing import Protocol

CUT = "\x00too long\x00"
"""What stands for a string that was longer than the limit."""

_CUT = b'"\\u0000too long\\u0000"'
_CHUNK = 1 << 17
_ESCAPE = 6  # bytes of \uXXXX
_HIGH = re.compile(rb"\\u[dD][89abAB][\da-fA-F]{2}")
_LONE_LOW = re.compile(rb"(?<!\\u[dD][89abAB][\da-fA-F]{2})\\u[dD][c-fC-F][\da-fA-F]{2}")


class Bytes(Protocol):
    """What is read from."""

    def read(self, size: int, /) -> bytes: ...


class Shortened:
    """Just enough of a binary file for ijson: ``read``. ``longest``: bytes of a string as it stands
    in the file."""

    def __init__(self, file: Bytes, longest: int) -> None:
        self._file, self._longest = file, longest
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
        self._rest = b""
        self._string: list[bytes] | None = None  # the beginning of one that goes on
        self._length = 0  # of that string so far
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        """The next piece, of any length; b"" at the end."""
        while size != 0 and not self._ended:
            piece = self._whole_strings(self._next())
            if self._ended and self._string is not None:  # cut off in it
                piece += b"".join(self._string)
            if piece:
                return piece
        return b""

    def _next(self) -> bytes:
        """A piece in which no sign and no escape is cut in two."""
        raw = self._file.read(_CHUNK)
        self._ended = not raw
        piece = self._rest + self._decoder.decode(raw, final=self._ended).encode()
        keep = 0 if self._ended else _open_escape(piece)
        self._rest = piece[len(piece) - keep :]
        return piece[: len(piece) - keep]

    def _whole_strings(self, piece: bytes) -> bytes:
        """The piece from where the last one left off to the start of a string that goes on."""
        bare = _bare(piece)
        if b"\\u" in bare:
            piece = _mended(piece, bare)
        before, at = b"", 0
        if self._string is not None:
            at = bare.find(b'"') + 1
            self._hold(piece[:at] if at else piece)
            if not at:
                return b""
            before, self._string = b"".join(self._string), None
        if bare.count(b'"', at) % 2 == 0:
            return before + piece[at:]
        start = bare.rfind(b'"')
        self._string, self._length = [], 0
        self._hold(piece[start:])
        return before + piece[at:start]

    def _hold(self, part: bytes) -> None:
        """Put it to the string that goes on, unless that is too long."""
        self._length += len(part)
        fits = self._length - 2 <= self._longest
        self._string = [*(self._string or ()), part] if fits else [_CUT]


def _bare(piece: bytes) -> bytes:
    """The same, as long, with escaped backslashes and quotes out of sight: a quote that is left
    begins or ends a string, a backslash that is left begins another escape."""
    return piece.replace(b"\\\\", b"--").replace(b'\\"', b"--")


def _open_escape(piece: bytes) -> int:
    """How many bytes at the end may belong to an escape, or a pair of them, that goes on."""
    odd = (len(piece) - len(piece.rstrip(b"\\"))) % 2
    bare = _bare(piece[: len(piece) - odd])
    at = bare.find(b"\\", max(0, len(bare) - _ESCAPE))
    at = len(bare) if at < 0 else at
    before = max(0, at - _ESCAPE)
    return len(piece) - (before if _HIGH.fullmatch(bare, before, at) else at)


def _mended(piece: bytes, bare: bytes) -> bytes:
    parts, at = [], 0
    for half in _LONE_LOW.finditer(bare):
        parts += [piece[at : half.start()], b"\\ufffd"]
        at = half.end()
    return b"".join([*parts, piece[at:]])
