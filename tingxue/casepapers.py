"""Papers on cases: 交办单, 督办单, 专报 and 督查室's list, made from the ledger when asked for.

How an edition is made and recorded stands in ``tingxue.drafts``.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import PaperError
from domain.times import shanghai, shanghai_day
from domain.types import Case, CaseEvent, Obligation
from ledger.books import Books
from tingxue.app import App
from tingxue.counting import period_of
from tingxue.drafts import Draft, make

if TYPE_CHECKING:
    from tingxue.reports.paper import Paper
    from tingxue.reports.wording import Material


def assign(
    app: App, case_id: str, department: str = "", *, folder: Path | None = None
) -> list[Path]:
    """交办单 of a case: for the department, or for each that has it. The Word and Excel files."""
    from tingxue.reports.assignment import assignment

    case, _ = _read(app, case_id)
    duties = _chosen(_owed(case), case_id, department, "承办部门")

    def draft(duty: Obligation) -> Draft:
        stem = f"交办单-{case_id}-{duty.department}"
        return _draft(app, stem, [case], lambda material: assignment(material, case, duty))

    return [path for duty in duties for path in make(app, draft(duty), folder)]


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
    draft = _draft(app, stem, [part], lambda m: urging(m, part, late))
    return make(app, draft, folder, now)


def special(app: App, case_id: str, *, folder: Path | None = None) -> list[Path]:
    """专报 of a case."""
    from tingxue.reports.special import special as composed

    case, events = _read(app, case_id)
    draft = _draft(app, f"专报-{case_id}", [case], lambda m: composed(m, case, events))
    return make(app, draft, folder)


def arrears(app: App, *, folder: Path | None = None) -> list[Path]:
    """督查室's list of everything that is overdue now."""
    from tingxue.reports.arrears import arrears as composed

    now = app.clock()
    with app.ledger.read() as books:
        cases = [books.cases.get(case_id) for case_id in books.cases.unfinished()]
    draft = _draft(app, f"逾期事项清单-{shanghai_day(now)}", cases, composed)
    return make(app, draft, folder, now)


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


def _draft(
    app: App, stem: str, cases: Sequence[Case], compose: "Callable[[Material], Paper]"
) -> Draft:
    return Draft(
        stem=stem, compose=compose,
        gather=lambda books, now, edition: _material(app, books, cases, now, edition),
    )  # fmt: skip


def _material(
    app: App, books: Books, cases: Sequence[Case], now: datetime, edition: int
) -> "Material":
    from tingxue.reports.figure import Facts
    from tingxue.reports.figures import case_figures_of
    from tingxue.reports.wording import Material

    ids = [i for case in cases for i in case.mention_ids]
    verdicts = books.mentions.verdicts(ids)
    rows = [
        (m, verdicts[m.mention_id]) for m in books.mentions.many(ids) if m.mention_id in verdicts
    ]
    rows.sort(key=lambda row: (row[0].first_seen_at, row[0].mention_id))
    facts = Facts(
        period=period_of("day", shanghai(now).date()), mentions=rows, previous=(),
        cases=cases, runs=(), spread=books.mentions.latest_counts(ids),
    )  # fmt: skip
    figures = case_figures_of(cases, rows, facts, as_of=now)
    return Material(
        facts=facts, rows=tuple(rows), figures=figures, plan=app.plan, made_at=now, late=False,
        drill=app.ledger.drill, edition=edition,
    )  # fmt: skip
