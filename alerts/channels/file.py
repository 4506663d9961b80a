"""Channel ``file``: appends each message to a JSONL file, one line per message.

Option ``path`` (required): relative to TINGXUE_HOME, or absolute. A line that a crash tore is
left as it is and the next message starts on a new line, so a reader skips lines that are not JSON
and takes a repeated ``delivery_id`` for one message.
"""

import errno
import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alerts.options import only, wrong
from alerts.texts import wellformed
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Delivery, SendResult

OPTIONS = ("path",)
# Full, or busy: time may help. Anything else (no right, not a folder) needs a person.
_PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EAGAIN, errno.EINTR, errno.EMFILE,
                      errno.ENFILE, errno.ENOMEM, errno.EIO, errno.ESTALE})  # fmt: skip


def channel(spec: ChannelSpec, *, home: Path, clock: Clock) -> "JsonLines":
    """Raises ConfigError without ``path``."""
    only(spec, *OPTIONS)
    path = spec.options.get("path", "")
    if not path:
        raise wrong(spec, "path", "缺少文件路径")
    return JsonLines(path=home / path, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonLines:
    """Implements ``domain.ports.Channel``; several processes may write to one file.

    Not ``lasting``: a line waits for no disk, and a power cut may take it.
    """

    path: Path
    clock: Clock
    lasting: bool = True

    def send(self, delivery: Delivery) -> SendResult:
        """ "ok" when the line is on the disk (fsync); in the file, when it need not last."""
        try:
            handle = self._open()
        except OSError as error:
            return _failed(error)
        try:
            return self._append(handle, self._line(delivery))
        finally:
            with suppress(OSError):
                os.close(handle)

    def _open(self) -> int:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(handle, 0o600)
            if os.fstat(handle).st_size == 0:
                _sync_folder(self.path.parent)
        except OSError:
            os.close(handle)
            raise
        return handle

    def _append(self, handle: int, line: bytes) -> SendResult:
        """One write; the lock keeps another process from writing between look and write."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            data = b"\n" + line if _torn(handle) else line
            written = os.write(handle, data)
        except OSError as error:
            return _failed(error)
        if written < len(data):
            return SendResult(outcome="retry", error="文件只写入了一部分，磁盘可能已满")
        try:
            if self.lasting:
                os.fsync(handle)
        except OSError as error:
            return SendResult(outcome="unknown", error=f"文件落盘未确认：{error.strerror}")
        return SendResult(outcome="ok")

    def _line(self, delivery: Delivery) -> bytes:
        alert = delivery.alert
        entry = {
            "delivery_id": delivery.delivery_id,
            "case_id": alert.case_id,
            "purpose": alert.purpose,
            "receiver": delivery.receiver,
            "channel": delivery.channel,
            "level": alert.level.value if alert.level else None,
            "title": wellformed(alert.title),
            "body": wellformed(alert.body),
            "at": self.clock().isoformat(),
        }
        return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def _torn(handle: int) -> bool:
    """Whether the file ends in the middle of a line."""
    size = os.fstat(handle).st_size
    return size > 0 and os.pread(handle, 1, size - 1) != b"\n"


def _sync_folder(folder: Path) -> None:
    """A new file is only safe when its entry in the folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _failed(error: OSError) -> SendResult:
    outcome = "retry" if error.errno in _PASSING else "dead"
    return SendResult(outcome=outcome, error=f"文件不能写入：{error.strerror}")
