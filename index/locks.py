"""Who may touch the index file: many may use it, one may replace it, and does not wait for ever.

SQLite's own locks belong to a file; when a rebuilt file takes the place of the old one, only a
lock beside it keeps a reader or a writer from being left on the wrong one. The locks are the
kernel's (flock): a process that dies leaves none behind.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import SearchUnavailable

_POLL_SECONDS = 0.02


@contextmanager
def held(path: Path, *, alone: bool, seconds: float) -> Iterator[None]:
    """The lock file ``path``, shared or ``alone``. Raises SearchUnavailable when another process
    has not let go of it after ``seconds``, or when it cannot be made.

    One comes in through a door (a second lock) and leaves it open. Who wants to be alone shuts it
    while he waits, so that those inside cannot relieve each other and keep him out for ever.
    """
    how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    with _file(path.with_name(f"{path.name}.door")) as door, _file(path) as room:
        deadline = time.monotonic() + seconds
        _lock(door, how, deadline)
        _lock(room, how, deadline)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


@contextmanager
def _file(path: Path) -> Iterator[int]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SearchUnavailable(
            f"检索库打不开（{error.strerror}）；请检查文件夹是否存在、有没有权限"
        ) from error
    try:
        yield handle
    finally:
        os.close(handle)


def _lock(handle: int, how: int, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise SearchUnavailable("检索库正在重建或正忙；请稍后再试") from error
            time.sleep(_POLL_SECONDS)
        except OSError as error:  # a file system without locks
            raise SearchUnavailable(f"检索库锁不住（{error.strerror}）；请换一个磁盘") from error
        else:
            return
