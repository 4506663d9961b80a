"""Where the roster in force stands, how a new one takes its place, and who reads it again.

Config is read once, but a roster changes while ``watch`` runs: its file is looked at when somebody
must be found, and read again when it has changed (``docs/decisions/0014-roster-in-a-file.md``).
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from config import rosterfile
from config.loader import SHIPPED, load
from config.models import RosterFile
from domain.errors import ConfigError, InputError
from domain.plan import Plan, Roster
from tingxue import disk

LOG = logging.getLogger(__name__)

NAME = "roster.yaml"
OLD = "roster.yaml.old"
"""The one before; no name that the loader reads."""

_Stamp = tuple[int, int, int]
_READ: dict[Path, tuple[_Stamp, Roster]] = {}


def in_force(folder: Path, plan: Plan, environ: Mapping[str, str]) -> Roster:
    """The office's own roster as its file now stands; without one, the plan's.

    A file that somebody has spoiled meanwhile changes nothing: the roster before stays in force,
    the log says why, and ``tingxue doctor`` refuses.
    """
    path = folder / NAME
    stamp = _stamp(path)
    if stamp is None:
        return Roster(shifts=plan.shifts, keeper=plan.keeper)
    known = _READ.get(path)
    if known is None or known[0] != stamp:
        before = known[1] if known else Roster(shifts=plan.shifts, keeper=plan.keeper)
        _READ[path] = (stamp, _again(folder, environ, before))
    return _READ[path][1]


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _again(folder: Path, environ: Mapping[str, str], before: Roster) -> Roster:
    try:
        plan = load(environ=environ, overrides=folder)
    except ConfigError as error:
        LOG.error("改动后的值班表用不了，原来的继续有效：%s", error)
        return before
    return Roster(shifts=plan.shifts, keeper=plan.keeper)


def present(folder: Path) -> RosterFile:
    """The entries of the roster in force, shipped or the office's own."""
    own = folder / NAME
    return rosterfile.read(own if own.exists() else SHIPPED / NAME)


def replace(folder: Path, roster: RosterFile, environ: Mapping[str, str]) -> None:
    """Put a roster in force, whole or not at all; the one before is kept beside it.

    Raises InputError, and changes nothing, when the loader would refuse it.
    """
    text = rosterfile.text(roster)
    folder.mkdir(mode=0o700, exist_ok=True)
    _try(folder, text, environ)
    draft, own = folder / f".{NAME}.{os.getpid()}", folder / NAME
    disk.write(draft, text.encode(), mode=0o600)
    if own.exists():
        spare = folder / f".{OLD}.{os.getpid()}"
        os.link(own, spare)
        spare.replace(folder / OLD)
    draft.replace(own)
    disk.sync_folder(folder)


def _try(folder: Path, text: str, environ: Mapping[str, str]) -> None:
    """Load the office's config with the new roster, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".roster-") as name:
        trial = Path(name)
        for path in folder.iterdir():
            if path.suffix in {".yaml", ".yml", ".txt"} and path.is_file():
                shutil.copy(path, trial)
        (trial / NAME).write_text(text, encoding="utf-8")
        try:
            load(environ=environ, overrides=trial)
        except ConfigError as error:
            raise InputError(f"新值班表与现有配置不合，没有采用：{error}") from error
