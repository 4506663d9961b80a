"""Write one edition of a paper: both files, whole or not at all.

A finished paper never changes. Files are written under a temporary name, brought to disk and
renamed; where other content already stands under the name, nothing is written.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime
from pathlib import Path

from domain.errors import Conflict
from domain.plan import Plan
from domain.times import utc
from tingxue import disk
from tingxue.counting import Period
from tingxue.reports.daily import daily
from tingxue.reports.excel import excel_bytes
from tingxue.reports.figure import Facts, Figures
from tingxue.reports.figures import chosen, figures_over
from tingxue.reports.paper import Paper
from tingxue.reports.revision import Revision
from tingxue.reports.weekly import weekly
from tingxue.reports.word import word_bytes
from tingxue.reports.wording import Material

COMPOSE: dict[str, Callable[[Material], Paper]] = {"day": daily, "week": weekly}
"""Who writes which kind of paper."""
Revise = Callable[[Figures], Revision]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeReport:
    """Both files of one edition, their sha256 (hex), and every figure in them; the PDF where one
    was made."""

    docx: Path
    xlsx: Path
    docx_sha256: str
    xlsx_sha256: str
    figures: Figures
    pdf: Path | None = None


def make(
    kind: str, facts: Facts, plan: Plan, *, made_at: datetime, late: bool, drill: bool,
    edition: int, folder: Path, replace: bool = False, revise: Revise | None = None,
) -> MadeReport:  # fmt: skip
    """Make the daily ("day") or weekly ("week") paper of ``facts.period`` in ``folder``.

    made_at (aware UTC) is also the moment at which cases are read as overdue or not. ``replace``:
    for a caller who knows that this edition was never finished (a crash before it was recorded).
    ``revise``: says of the new figures what they change of the edition before.
    Raises ValueError when kind and period disagree, Conflict when both files stand there already
    with other content: corrections are a new edition.
    """
    if kind not in COMPOSE or kind != facts.period.kind:
        raise ValueError(f"no {kind!r} paper of a {facts.period.kind!r}")
    material = material_of(facts, plan, made_at=made_at, late=late, drill=drill, edition=edition,
                           revise=revise)  # fmt: skip
    paper = COMPOSE[kind](material)
    stem = file_stem(facts.period, drill=drill, edition=edition)
    files = {
        folder / f"{stem}.docx": word_bytes(paper, made_at=utc(made_at)),
        folder / f"{stem}.xlsx": excel_bytes(material, paper),
    }
    write_files(files, replace=replace)
    docx, xlsx = files
    sums = [hashlib.sha256(data).hexdigest() for data in files.values()]
    return MadeReport(docx=docx, xlsx=xlsx, docx_sha256=sums[0], xlsx_sha256=sums[1],
                      figures=material.figures)  # fmt: skip


def material_of(
    facts: Facts, plan: Plan, *, made_at: datetime, late: bool, drill: bool, edition: int,
    revise: Revise | None = None,
) -> Material:  # fmt: skip
    """Facts, figures and plan together, as the composers take them."""
    rows, before = chosen(facts, drill)
    figures = figures_over(rows, before, facts, plan, as_of=utc(made_at))
    made = Material(facts=facts, rows=tuple(rows), figures=figures, plan=plan,
                    made_at=utc(made_at), late=late, drill=drill, edition=edition)  # fmt: skip
    return revised(made, revise) if revise else made


def revised(material: Material, revise: Revise) -> Material:
    """The same, and what it changes of the edition before, each change a figure too."""
    revision = revise(material.figures)
    more = {figure.key: figure for figure in revision.figures()}
    figures = changed(material.figures, by_key={**material.figures.by_key, **more})
    return changed(material, figures=figures, revision=revision)


def file_stem(period: Period, *, drill: bool, edition: int) -> str:
    """``周报-2026年第47期``, ``日报-2026-11-23``; then ``-演练``, ``-第2版`` where so."""
    year, number = period.issue
    name = f"周报-{year}年第{number}期" if period.kind == "week" else f"日报-{period.first_day}"
    return name + ("-演练" if drill else "") + (f"-第{edition}版" if edition > 1 else "")


def write_files(files: dict[Path, bytes], *, replace: bool) -> None:
    """All of them or none. Raises Conflict when all stand there already with other content."""
    finished = all(path.exists() for path in files)
    if finished and not replace:
        changed = [path for path, data in files.items() if path.read_bytes() != data]
        if changed:
            raise Conflict(f"{changed[0].name} 已经编发，不再改动；如需更正，请出新一版")
        return
    temporary = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in files}
    for path, data in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        disk.write(temporary[path], data)
    for path in files:
        temporary[path].replace(path)
    for folder in {path.parent for path in files}:
        disk.sync_folder(folder)
