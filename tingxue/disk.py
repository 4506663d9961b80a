"""Files that are on the disk when they say so, also after a power cut."""

import os
from pathlib import Path


def write(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """The whole file, brought to the disk. mode: its permissions, set before anything is in it."""
    with path.open("wb") as file:
        if mode is not None:
            path.chmod(mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """A rename is only safe once its folder is on disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
