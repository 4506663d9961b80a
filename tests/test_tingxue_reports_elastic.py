"""Every figure of every paper of the demo week, counted again from the ids that the paper prints:
by a real Elasticsearch, which must find each id there and true to what the figure says of it.

``test_tingxue_reports_figures.py`` does the same in the ledger's own facts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from elasticfigures import Claims, asked, printed
from elasticsearch import Elasticsearch

from domain.errors import PaperError
from domain.types import Polarity
from tingxue import casepapers, indexing, pipeline, reporting
from tingxue.app import App, opened
from tingxue.counting import Period, period_of
from tingxue.demo import runner, week
from tingxue.home import home_at

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
NOW = week.moment(runner.START, runner.END)
PREFIX = f"test-{uuid4().hex[:12]}-"
A_CASE_IN = 5
"""专报 and 交办单 of one case in so many: some sixty cases would be two hundred papers."""
ON_A_CASE = {"专报": casepapers.special, "交办单": casepapers.assign, "督办单": casepapers.urge}


@dataclass(frozen=True)
class Papers:
    """The week's papers, made at ``NOW`` from the ledger that the server shows."""

    app: App
    client: Elasticsearch
    made: dict[str, list[tuple[Path, Period | None]]]


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
        indexing.rebuild(app)
        client.indices.refresh(index=f"{PREFIX}*")
        yield Papers(app, client, _made(app, tmp_path_factory.mktemp("made")))
        for name in client.indices.get(index=f"{PREFIX}*").body:
            client.indices.delete(index=name)


def _made(app: App, folder: Path) -> dict[str, list[tuple[Path, Period | None]]]:
    first = runner.START + timedelta(hours=12)
    days = [(first + timedelta(days=n)).date() for n in range(7)]
    made: dict[str, list[tuple[Path, Period | None]]] = {
        "日报": [(reporting.make(app, "day", day, folder=folder).xlsx, period_of("day", day))
                 for day in days],
        "周报": [(reporting.make(app, "week", days[0], folder=folder).xlsx,
                  period_of("week", days[0]))],
        "逾期事项清单": [(_excel(casepapers.arrears(app, folder=folder))[0], None)],
        "专报": [], "交办单": [], "督办单": [],
    }  # fmt: skip
    with app.ledger.read() as books:
        ids = books.cases.list_ids()
    for number, case_id in enumerate(ids):
        for name, make in ON_A_CASE.items():
            if number % A_CASE_IN and name != "督办单":
                continue
            try:
                made[name] += [(path, None) for path in _excel(make(app, case_id, folder=folder))]
            except PaperError:  # nothing of that kind is owed in this case
                continue
    return made


def _excel(paths: list[Path]) -> list[Path]:
    return [path for path in paths if path.suffix == ".xlsx"]


@pytest.mark.parametrize(
    "name", ["日报", "周报", "专报", "交办单", "督办单", "逾期事项清单"]
)  # fmt: skip
def test_the_server_counts_every_figure_as_the_paper_prints_it(papers: Papers, name: str) -> None:
    assert papers.made[name]
    wrong, right = [], 0
    for path, period in papers.made[name]:
        figures = printed(path)
        claims = Claims(period=period, as_of=NOW)
        for figure, value in asked(papers.client, PREFIX, claims, figures):
            right += 1
            if figure.value != pytest.approx(value, abs=0.051):
                wrong.append(f"{path.name} {figure.key}: {figure.value}, server {value}")
    assert wrong == []
    assert right > 5 * len(papers.made[name])


def test_a_corrected_mention_no_longer_bears_out_the_paper(papers: Papers) -> None:
    """Or the test above could not fail."""
    path, period = papers.made["周报"][0]
    figures = printed(path)
    app = papers.app
    with app.ledger.write() as books:
        one = figures["polarity.negative"].ids[0]
        verdict = books.mentions.verdicts([one])[one]
        books.mentions.put_verdicts([replace(verdict, polarity=Polarity.POSITIVE)])
    pipeline.index(app)
    papers.client.indices.refresh(index=f"{PREFIX}*")
    claims = Claims(period=period, as_of=NOW)
    off = [f.key for f, value in asked(papers.client, PREFIX, claims, figures)
           if f.value != pytest.approx(value, abs=0.051)]  # fmt: skip
    assert off == ["polarity.negative"]
