"""The log as a file that does not grow for ever; for where neither systemd nor docker keeps it.

One file belongs to one process: two that rotate the same one would lose lines of each other.
"""

import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

from domain.errors import InputError

_BYTES, _KEPT = 10 * 2**20, 5


class _Private(RotatingFileHandler):
    """Each new file is for its owner only, whatever the umask of whoever started us."""

    def _open(self):  # type: ignore[no-untyped-def]
        return open(
            self.baseFilename, self.mode, encoding=self.encoding, errors=self.errors,
            opener=lambda path, flags: os.open(path, flags, 0o600),
        )  # fmt: skip


def rotating(path: Path, size: int = _BYTES, kept: int = _KEPT) -> RotatingFileHandler:
    """A new file every ``size`` bytes, and so many old ones beside it. Raises InputError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Private(path, maxBytes=size, backupCount=kept, encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(
            f"日志文件 {path} 写不进去（{error.strerror}）；请检查路径和权限"
        ) from error
