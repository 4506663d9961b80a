"""Papers on cases: 交办单, 督办单, 专报 and 督查室's list, made from the ledger when asked for.

Every one is a new edition beside the old ones, and its hashes go into the audit.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import Conflict, PaperError
from domain.times import shanghai, shanghai_day
from domain.types import Actor, Case, CaseEvent, Obligation, Role
from ledger.books import Books
from tingxue import reporting
from tingxue.app import App
from tingxue.counting import period_of

if TYPE_CHECKING:
    from tingxue.reports.paper import Paper
    from tingxue.reports.wording import Material

PAPER = "paper"
"""Action of the audit line that records a paper on cases."""
_PROGRAM = Actor(name="听雪", role=Role.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A paper before it has an edition: its name, and how it is written from the material."""

    stem: str
    cases: Sequence[Case]
    compose: "Callable[[Material], Paper]"


def assign(
    app: App, case_id: str, department: str = "", *, folder: Path | None = None
) -> list[Path]:
    """交办单 of a case: for the department, or for each that has it. The Word and Excel files."""
    from tingxue.reports.assignment import assignment

    case, _ = _read(app, case_id)
    duties = _chosen(_owed(case), case_id, department, "承办部门")

    def draft(duty: Obligation) -> Draft:
        return Draft(
            stem=f"交办单-{case_id}-{duty.department}",
            cases=[case],
            compose=lambda material: assignment(material, case, duty),
        )

    return [path for duty in duties for path in _make(app, draft(duty), folder)]


def urge(app: App, case_id: str, department: str = "", *, folder: Path | None = None) -> list[Path]:
    """督办单 of what is overdue in a case, or of one department's part of it. Raises PaperError
    when nothing is."""
    from tingxue.reports.casework import overdue_list
    from tingxue.reports.urging import urging

    case, _ = _read(app, case_id)
    now = app.clock()
    late = _chosen(overdue_list(_owed(case), now), case_id, department, "逾期事项")
    stem = f"督办单-{case_id}" + (f"-{department}" if department else "")
    part = _only(case, late)
    draft = Draft(stem=stem, cases=[part], compose=lambda m: urging(m, part, late))
    return _make(app, draft, folder, now)


def special(app: App, case_id: str, *, folder: Path | None = None) -> list[Path]:
    """专报 of a case."""
    from tingxue.reports.special import special as composed

    case, events = _read(app, case_id)
    draft = Draft(stem=f"专报-{case_id}", cases=[case], compose=lambda m: composed(m, case, events))
    return _make(app, draft, folder)


def arrears(app: App, *, folder: Path | None = None) -> list[Path]:
    """督查室's list of everything that is overdue now."""
    from tingxue.reports.arrears import arrears as composed

    now = app.clock()
    with app.ledger.read() as books:
        cases = [books.cases.get(case_id) for case_id in books.cases.unfinished()]
    draft = Draft(stem=f"逾期事项清单-{shanghai_day(now)}", cases=cases, compose=composed)
    return _make(app, draft, folder, now)


def _read(app: App, case_id: str) -> tuple[Case, list[CaseEvent]]:
    with app.ledger.read() as books:
        return books.cases.get(case_id), list(books.cases.events(case_id))


def _owed(case: Case) -> list[Obligation]:
    from tingxue.reports.casework import live_obligations

    return live_obligations([case])


def _chosen(
    there: Sequence[Obligation], case_id: str, department: str, what: str
) -> Sequence[Obligation]:
    found = [o for o in there if department in ("", o.department)]
    if found:
        return found
    of = department or "各部门"
    raise PaperError(f"{case_id} 没有{of}的{what}：请用 tingxue case show {case_id} 查看")


def _only(case: Case, duties: Sequence[Obligation]) -> Case:
    """The case as if these were its only duties: what the figures of a 督办单 count."""
    return replace(case, obligations=tuple(duties))


def _make(app: App, draft: Draft, folder: Path | None, now: datetime | None = None) -> list[Path]:
    """Nobody else makes papers meanwhile: two would take one edition's name."""
    with reporting.alone(app) as mine:
        if not mine:
            raise Conflict("另一份报告正在编制，请一分钟后再试")
        return _make_alone(app, draft, folder or app.home.reports, now or app.clock())


def _make_alone(app: App, draft: Draft, folder: Path, now: datetime) -> list[Path]:
    from tingxue.reports.edition import write_files
    from tingxue.reports.excel import excel_bytes
    from tingxue.reports.word import word_bytes

    with app.ledger.read() as books:
        edition = len(books.audit.about(PAPER, draft.stem)) + 1
        material = _material(app, books, draft, now, edition)
    paper = draft.compose(material)
    mark = "-演练" if app.ledger.drill else ""
    name = f"{draft.stem}{mark}" + (f"-第{edition}版" if edition > 1 else "")
    files = {
        folder / f"{name}.docx": word_bytes(paper, made_at=now),
        folder / f"{name}.xlsx": excel_bytes(material, paper, of_period=False),
    }
    write_files(files, replace=True)  # of an edition that a crash left unrecorded
    sums = [
        f"{path.name} sha256={hashlib.sha256(data).hexdigest()}" for path, data in files.items()
    ]
    with app.ledger.write() as books:
        books.audit.write(now, _PROGRAM, PAPER, draft.stem, "；".join(sums))
    return list(files)


def _material(app: App, books: Books, draft: Draft, now: datetime, edition: int) -> "Material":
    from tingxue.reports.figure import Facts
    from tingxue.reports.figures import case_figures_of
    from tingxue.reports.wording import Material

    ids = [i for case in draft.cases for i in case.mention_ids]
    verdicts = books.mentions.verdicts(ids)
    rows = [
        (m, verdicts[m.mention_id]) for m in books.mentions.many(ids) if m.mention_id in verdicts
    ]
    rows.sort(key=lambda row: (row[0].first_seen_at, row[0].mention_id))
    facts = Facts(
        period=period_of("day", shanghai(now).date()), mentions=rows, previous=(),
        cases=draft.cases, runs=(), spread=books.mentions.latest_counts(ids),
    )  # fmt: skip
    figures = case_figures_of(draft.cases, rows, facts, as_of=now)
    return Material(
        facts=facts, rows=tuple(rows), figures=figures, plan=app.plan, made_at=now, late=False,
        drill=app.ledger.drill, edition=edition,
    )  # fmt: skip
