"""Papers that are made when asked for: one edition, beside the old ones, its hashes in the audit.

A draft says how its material is gathered and how it is written; everything else is the same for
all of them.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import Conflict
from domain.types import Actor, Role
from ledger.audit import AuditLine
from ledger.books import Books
from ledger.reports import Edition
from tingxue import reporting, revising
from tingxue.app import App

if TYPE_CHECKING:
    from tingxue.reports.paper import Paper
    from tingxue.reports.wording import Material

PAPER = "paper"
"""Action of the audit line that records such a paper."""
_PROGRAM = Actor(name="听雪", role=Role.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A paper before it has an edition: its name, how its material is gathered (inside one
    transaction, at a moment, for an edition), and how it is written. of_period: whether it is on a
    period, so that it has 采集情况. compared: whether a later edition says what it changes."""

    stem: str
    gather: "Callable[[Books, datetime, int], Material]"
    compose: "Callable[[Material], Paper]"
    of_period: bool = False
    compared: bool = False


def make(app: App, draft: Draft, folder: Path | None, now: datetime | None = None) -> list[Path]:
    """Its Word and its Excel file. Nobody else makes papers meanwhile: two would take one edition's
    name. Raises Conflict while somebody does."""
    with reporting.alone(app) as mine:
        if not mine:
            raise Conflict("另一份报告正在编制，请一分钟后再试")
        return _make_alone(app, draft, folder or app.home.reports, now or app.clock())


def _make_alone(app: App, draft: Draft, folder: Path, now: datetime) -> list[Path]:
    from tingxue.reports.edition import revised, write_files
    from tingxue.reports.excel import excel_bytes
    from tingxue.reports.word import word_bytes

    with app.ledger.read() as books:
        before = books.audit.about(PAPER, draft.stem)
        edition = len(before) + 1
        material = draft.gather(books, now, edition)
    if before and draft.compared:
        last = _edition(before[-1], edition - 1)
        material = revised(material, lambda figures: revising.revision(app, last, figures))
    paper = draft.compose(material)
    mark = "-演练" if app.ledger.drill else ""
    name = f"{draft.stem}{mark}" + (f"-第{edition}版" if edition > 1 else "")
    files = {
        folder / f"{name}.docx": word_bytes(paper, made_at=now),
        folder / f"{name}.xlsx": excel_bytes(material, paper, of_period=draft.of_period),
    }
    write_files(files, replace=True)  # of an edition that a crash left unrecorded
    sums = [(path.name, hashlib.sha256(data).hexdigest()) for path, data in files.items()]
    if draft.compared:
        sums.append(revising.keep(app, name, material.figures))
    with app.ledger.write() as books:
        said = "；".join(f"{file} sha256={digest}" for file, digest in sums)
        books.audit.write(now, _PROGRAM, PAPER, draft.stem, said)
    return list(files)


def _edition(line: AuditLine, number: int) -> Edition:
    """What the audit knows of an edition, as the ledger of papers would have it."""
    pairs = [part.partition(" sha256=") for part in line.reason.split("；")]
    files = [(name, digest) for name, _, digest in pairs]
    kept = next((pair for pair in files if pair[0].startswith(revising.FOLDER)), None)
    return Edition(
        kind="span", period_start=line.at, edition=number, made_at=line.at, late=False,
        files=tuple(pair for pair in files if pair != kept), kept=kept,
    )  # fmt: skip
