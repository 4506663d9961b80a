"""Every figure of every paper there is, over the demo week and what else goes wrong in a week,
counted again from the ids that the paper prints: by a real Elasticsearch, which must find each id
there and true to what the figure says of it.

``test_tingxue_reports_figures.py`` does the same in the ledger's own facts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from contracts.ledger_contract import an_alert
from contracts.review_contract import an_item
from elasticfigures import CLAIMS, Claims, asked
from elasticsearch import Elasticsearch
from elasticways import Printed, printed

from domain.commands import Command
from domain.errors import PaperError
from domain.types import (
    Actor,
    Counts,
    Incoming,
    Outcome,
    Polarity,
    Role,
    RunReport,
    SourceRun,
)
from tingxue import casepapers, indexing, periodpapers, pipeline, reporting
from tingxue.acting import act
from tingxue.app import App, opened
from tingxue.counting import Period, PeriodKind, period_of, span_of
from tingxue.demo import runner, week
from tingxue.home import home_at
from tingxue.reports.casework import live_obligations

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]
NOW = week.moment(runner.START, runner.END)
PREFIX = f"test-{uuid4().hex[:12]}-"
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
CLERK = Actor(name="李文", role=Role.PUBLICITY)


def assigned(app: App, case_id: str, *, folder: Path) -> list[Path]:
    """Of one department: the figures of the others' are the same, those of the case."""
    with app.ledger.read() as books:
        owed = live_obligations([books.cases.get(case_id)])
    return casepapers.assign(app, case_id, owed[0].department, folder=folder) if owed else []


ON_A_CASE = {"专报": casepapers.special, "交办单": assigned, "督办单": casepapers.urge}
NAMES = ("日报", "周报", "雪季总结", "值班交接单", "逾期事项清单", *ON_A_CASE)


@dataclass(frozen=True)
class Figures:
    """Of one paper."""

    file: str
    claims: Claims
    by_key: dict[str, Printed]


@dataclass(frozen=True)
class Papers:
    """The week's papers, made at ``NOW`` from the ledger that the server shows, as they are
    printed."""

    app: App
    client: Elasticsearch
    made: dict[str, list[Figures]]

    def wrong(self, paper: Figures) -> list[str]:
        """The figures that the server does not bear out."""
        asked_again = asked(self.client, PREFIX, paper.claims, paper.by_key)
        return [f"{paper.file} {figure.key}: {figure.value}, server {value}"
                for figure, value in asked_again
                if figure.value != pytest.approx(value, abs=0.051)]  # fmt: skip


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory, elasticsearch_url: str) -> Iterator[Papers]:
    home = home_at(tmp_path_factory.mktemp("papers") / "demo")
    with runner.stage(home) as stage:
        runner.play(stage)
    settings = home.config / "settings.yaml"
    said = settings.read_text("utf-8").replace("\nsearch:\n  kind: embedded\n", "\n")
    server = f"\nsearch:\n  kind: elastic\n  url: {elasticsearch_url}\n  prefix: {PREFIX}\n"
    settings.write_text(said + server, "utf-8")
    with opened(home=home, clock=lambda: NOW) as app, Elasticsearch(elasticsearch_url) as client:
        _trouble(app)
        indexing.rebuild(app)
        client.indices.refresh(index=f"{PREFIX}*")
        made = _made(app, tmp_path_factory.mktemp("made"))
        figures = {
            name: [Figures(path.name, claims, printed(path)) for path, claims in some]
            for name, some in made.items()
        }
        yield Papers(app, client, figures)
        for name in client.indices.get(index=f"{PREFIX}*").body:
            client.indices.delete(index=name)


def _trouble(app: App) -> None:
    """What the demo week has none of: a source that fails, a false alarm, a report that waits to be
    judged, a message that reached nobody."""
    with app.ledger.read() as books:
        case = books.cases.get(books.cases.unfinished()[-1])
    act(app, case.case_id, Command(action="false-alarm", actor=CLERK, at=NOW - HOUR, note="玩笑"))
    alert, sent = an_alert("a1")
    with app.ledger.write() as books:
        books.reviews.put(an_item(9001, case.mention_ids[:1], NOW - HOUR))
        dead = replace(sent, state="dead", receiver="住建局")
        books.queue(replace(alert, created_at=NOW - HOUR), [dead])
        for hours, outcome in ((40, Outcome.RATE_LIMITED), (30, Outcome.OK)):
            run = SourceRun(run_id=f"{hours}", source="ccrb", started_at=NOW - hours * HOUR)
            books.runs.begin(run)
            report = RunReport(outcome=outcome, seen=0, new=0)
            books.runs.end(run.run_id, run.started_at, report)


def _made(app: App, folder: Path) -> dict[str, list[tuple[Path, Claims]]]:
    first = runner.START + timedelta(hours=12)
    days = [(first + timedelta(days=n)).date() for n in range(7)]
    on_cases = Claims(period=None, as_of=NOW)
    made = {
        "日报": [_of_period(app, "day", day, folder) for day in days],
        "周报": [_of_period(app, "week", days[0], folder)],
        "雪季总结": [_of_span(periodpapers.season(app, days[n], days[-1], folder=folder),
                      span_of(days[n], days[-1])) for n in (0, 4)],
        "值班交接单": _shifts(app, folder),
        "逾期事项清单": [(_excel(casepapers.arrears(app, folder=folder))[0], on_cases)],
    }  # fmt: skip
    with app.ledger.read() as books:
        ids = books.cases.list_ids()
    for name, make in ON_A_CASE.items():
        made[name] = []
        for case_id in ids:
            try:
                paths = _excel(make(app, case_id, folder=folder))
            except PaperError:  # nothing of that kind is owed in this case
                continue
            made[name] += [(path, on_cases) for path in paths]
    return made


def _of_period(app: App, kind: PeriodKind, day: date, folder: Path) -> tuple[Path, Claims]:
    made = reporting.make(app, kind, day, folder=folder)
    return made.xlsx, Claims(period=period_of(kind, day), as_of=NOW)


def _of_span(paths: list[Path], period: Period, department: str = "") -> tuple[Path, Claims]:
    return _excel(paths)[0], Claims(period=period, as_of=NOW, department=department)


def _shifts(app: App, folder: Path) -> list[tuple[Path, Claims]]:
    """Of a night and of the week, of all and of a department."""
    return [
        _of_span(
            periodpapers.handover(app, NOW - long, department=department, folder=folder),
            Period(kind="span", start=NOW - long, end=NOW), department,
        )
        for long, department in ((WEEK / 14, ""), (WEEK, ""), (WEEK, "住建局"))
    ]  # fmt: skip


def _excel(paths: list[Path]) -> list[Path]:
    return [path for path in paths if path.suffix == ".xlsx"]


@pytest.mark.parametrize("name", NAMES)
def test_the_server_counts_every_figure_as_the_paper_prints_it(papers: Papers, name: str) -> None:
    assert papers.made[name]
    assert [line for paper in papers.made[name] for line in papers.wrong(paper)] == []


def test_every_claim_is_borne_out_by_something(papers: Papers) -> None:
    """A figure without ids is 0 whatever is asked."""
    keys = {one.key for some in papers.made.values() for paper in some
            for one in paper.by_key.values() if one.ids}  # fmt: skip
    assert [claim for claim in CLAIMS if not any(re.fullmatch(claim, key) for key in keys)] == []


def test_counts_that_grow_later_leave_the_sums_of_a_paper_as_they_are(papers: Papers) -> None:
    sums = [(paper, one) for paper in papers.made["专报"] for one in paper.by_key.values()
            if one.key.endswith(".views")]  # fmt: skip
    paper, views = max(sums, key=lambda found: found[1].value)
    later, app = NOW + HOUR, papers.app
    with app.ledger.write() as books:
        mention = replace(books.mentions.many(views.ids[:1])[0], first_seen_at=later)
        counts = Counts(likes=1, views=10**10)
        raw = Incoming(platform=mention.platform, kind=mention.kind, text=mention.text,
                       title=mention.title, native_id=mention.native_id, counts=counts)  # fmt: skip
        assert books.mentions.store([(mention, raw)]) == []
    pipeline.index(app)
    papers.client.indices.refresh(index=f"{PREFIX}*")
    assert papers.wrong(paper) == []
    now = replace(paper, claims=replace(paper.claims, as_of=later))
    assert any(f" {views.key}: " in line for line in papers.wrong(now))


def test_a_corrected_mention_no_longer_bears_out_the_paper(papers: Papers) -> None:
    """Or the test above could not fail."""
    [paper] = papers.made["周报"]
    app = papers.app
    with app.ledger.write() as books:
        one = paper.by_key["polarity.negative"].ids[0]
        verdict = books.mentions.verdicts([one])[one]
        books.mentions.put_verdicts([replace(verdict, polarity=Polarity.POSITIVE)])
    pipeline.index(app)
    papers.client.indices.refresh(index=f"{PREFIX}*")
    assert [line.split()[1] for line in papers.wrong(paper)] == ["polarity.negative:"]
