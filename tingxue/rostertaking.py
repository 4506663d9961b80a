"""A new roster from the office's table: read, checked and put in force, whole or not at all.

The command line and the desk both take it here, so both say the same of a wrong row.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Conflict, InputError
from domain.times import on_screen
from domain.types import Actor
from tingxue import disk, rostering, rosters, rostertable
from tingxue.app import App, check_open
from tingxue.rostertable import Refused, Taken

ACTION = "roster"
"""As the audit calls it."""
_LARGEST = 64 * 1024 * 1024
"""Bytes that a workbook may unpack to: a roster of a year has some two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What became of a table. refused: rows that are wrong, in the order of the table; any, and
    nothing was taken. summary: of what was read. dropped: shipped examples that went."""

    refused: tuple[Refused, ...]
    summary: str
    dropped: int = 0

    @property
    def good(self) -> bool:
        """Whether there was something to take and nothing wrong."""
        return bool(self.summary) and not self.refused


def take(app: App, path: Path, by: Actor, *, check: bool) -> Import:
    """Read the table and, unless it is only to be checked, put it in force; audited. Raises
    InputError for what is no table of a roster, Conflict while somebody else takes one."""
    check_open(app)
    _check_unpacked(path)
    with alone(app):
        old = rosters.present(app.home.config)
        taken, refused = rostertable.read(
            path, now=app.clock(), departments=rostering.on_rosters(app.plan), hours=app.plan.hours,
            old=old,
        )  # fmt: skip
        ordered = tuple(sorted(refused, key=lambda each: (each.sheet, each.row)))
        done = Import(refused=ordered, summary=_summary(taken))
        if check or not done.good:
            return done
        new = rostertable.joined(old, taken, app.clock())
        rosters.replace(app.home.config, new, app.environ)
        with app.ledger.write() as books:
            books.audit.write(app.clock(), by, ACTION, "值班表", done.summary)
    dropped = len(old.standing) - len(new.standing)
    return Import(refused=(), summary=done.summary, dropped=dropped)


@contextmanager
def alone(app: App) -> Iterator[None]:
    """Nobody else on this machine changes the roster inside. Raises Conflict."""
    with disk.alone(app.home.path / ".roster.lock") as mine:
        if not mine:
            raise Conflict("另一人正在改值班表，请稍后再试")
        yield


def _check_unpacked(path: Path) -> None:
    """A small workbook that unpacks to something huge would keep the machine busy."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        return  # no workbook: the reader says what it is
    if size > _LARGEST:
        raise InputError(f"{path.name} 解开后大得不正常，没有打开。请只留值班表一张表再导入。")


def _summary(taken: Sequence[Taken]) -> str:
    if not taken:
        return ""
    shifts = [one.shift for one in taken]
    first, last = min(s.start for s in shifts), max(s.end for s in shifts)
    departments = len({s.department for s in shifts})
    return f"{len(shifts)} 班，{departments} 个部门，{on_screen(first)} 至 {on_screen(last)}"
