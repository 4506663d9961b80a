"""A form with files, piece by piece as it arrives: at most one piece of it is ever in memory.

``multipart/form-data`` as browsers send it (WHATWG HTML, RFC 7578): quoted names in UTF-8, ``"``
written as ``%22``. Whatever is not so is refused.
"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

from domain.errors import BadForm

_MOST_HEAD = 4 * 1024
_BOUNDARY = re.compile(r'multipart/form-data\s*;\s*boundary="?([0-9A-Za-z\'()+_,./:=?-]{1,70})"?')
_SAID = re.compile(r'content-disposition:\s*form-data;\s*name="([^"]*)"(?:;\s*filename="([^"]*)")?',
                   re.IGNORECASE)  # fmt: skip
CUT = "表单没有传完整，请返回重试"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands before a part. filename: None for a plain field, "" where no file was chosen."""

    name: str
    filename: str | None


def is_multipart(content_type: str) -> bool:
    """Whether the body should be read here."""
    return content_type.lower().startswith("multipart/")


class Parts:
    """Read ``head``, then all ``pieces`` of that part, and so on until there is no head any more.
    Raises BadForm, ``too_much`` when more than ``most`` bytes come."""

    def __init__(
        self, content_type: str, stream: AsyncIterator[bytes], most: int,
        too_much: str = "内容太多，请减少附件后再提交",
    ) -> None:  # fmt: skip
        found = _BOUNDARY.match(content_type)
        if found is None:
            raise BadForm(CUT)
        self._stream, self._left, self._too_much = stream, most, too_much
        self._line = b"\r\n--" + found[1].encode()
        self._held = b"\r\n"  # the first line of the body is a boundary too
        self._begun = False

    async def head(self) -> Head | None:
        """Of the next part; None after the last."""
        if not self._begun:
            self._begun = True
            async for _ in self.pieces():  # no browser writes anything before the first part
                raise BadForm(CUT)
        after = await self._take(2)
        if after == b"--":
            return None
        if after != b"\r\n":
            raise BadForm(CUT)
        text = (await self._until(b"\r\n\r\n")).decode("utf-8", "replace")
        found = next(filter(None, map(_SAID.match, text.split("\r\n"))), None)
        if found is None:
            raise BadForm(CUT)
        name, filename = (g if g is None else g.replace("%22", '"') for g in found.groups())
        return Head(name=name or "", filename=filename)

    async def pieces(self) -> AsyncIterator[bytes]:
        """What stands in the part, up to the next boundary."""
        while (at := self._held.find(self._line)) < 0:
            safe = max(0, len(self._held) - len(self._line) + 1)  # the rest may begin a boundary
            if safe:
                yield self._held[:safe]
                self._held = self._held[safe:]
            await self._more()
        if at:
            yield self._held[:at]
        self._held = self._held[at + len(self._line) :]

    async def rest(self) -> None:
        """Let the sender finish, so that a browser reads the answer."""
        self._held = b""
        async for piece in self._stream:
            self._left -= len(piece)
            if self._left < 0:
                return

    async def _take(self, count: int) -> bytes:
        while len(self._held) < count:
            await self._more()
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    async def _until(self, end: bytes) -> bytes:
        while (at := self._held.find(end)) < 0:
            if len(self._held) > _MOST_HEAD:
                raise BadForm(CUT)
            await self._more()
        taken, self._held = self._held[:at], self._held[at + len(end) :]
        return taken

    async def _more(self) -> None:
        async for piece in self._stream:
            if piece:
                self._left -= len(piece)
                if self._left < 0:
                    raise BadForm(self._too_much)
                self._held += piece
                return
        raise BadForm(CUT)
