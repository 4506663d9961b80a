"""The nightly purge on a real home: what it deletes is gone from the search and the copies too."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from contracts.ledger_contract import a_pair
from fakes import FakeClock

from domain.ports import SearchIndex
from domain.search import Facets, Rebuilt, Refused, SearchDoc, SearchHit, SearchPage, SearchQuery
from domain.times import Clock
from ledger.engine import Ledger
from tingxue import indexing, pipeline, schedule
from tingxue.app import App, opened
from tingxue.cli import main
from tingxue.home import Home, home_at

NIGHT = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)  # 03:30 in Changchun
DAY = timedelta(days=1)
ALL = SearchQuery(relevant=None)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NIGHT)


@pytest.fixture
def app(tmp_path: Path, clock: FakeClock) -> Iterator[App]:
    with opened(home=home_at(tmp_path / "home"), clock=clock, environ={}, channels={}) as app:
        yield app


def came(app: App, number: int, days: float) -> str:
    """A mention first seen so many days ago."""
    pair = a_pair(number, text=f"第{number}条", at=NIGHT - days * DAY)
    with app.ledger.write() as books:
        books.mentions.store([pair])
    return pair[0].mention_id


def found(app: App) -> list[str]:
    return sorted(hit.doc.mention.text for hit in app.index().search(ALL).hits)


def remembered(app: App) -> list[str]:
    with app.ledger.read() as books:
        return books.forgotten.pending(99)


def test_what_is_purged_at_night_is_not_found_any_more(app: App) -> None:
    came(app, 1, 731)
    came(app, 2, 729)
    pipeline.index(app)
    assert found(app) == ["第1条", "第2条"]
    assert schedule.purge_nightly(app)
    assert (found(app), remembered(app)) == (["第2条"], [])
    assert not schedule.purge_nightly(app)


def test_a_purge_that_is_killed_before_the_index_heard_of_it_is_made_good(app: App) -> None:
    came(app, 1, 731)
    pipeline.index(app)
    with app.ledger.write() as books:
        books.purge.run(NIGHT, app.plan.retention)
    assert found(app) == ["第1条"]
    for _ in range(2):  # also killed before the index's answer was written down
        pipeline.index(app)
        assert (found(app), remembered(app)) == ([], [])


def test_an_index_that_is_down_delays_no_purge_and_forgets_later(app: App) -> None:
    gone, _ = came(app, 1, 731), came(app, 2, 1)
    pipeline.index(app)
    whole = app.home.index.read_bytes()
    app.home.index.write_bytes(b"no database" * 99)
    assert schedule.purge(app)["mentions"] == 1
    assert remembered(app) == [gone]
    app.home.index.write_bytes(whole)  # as from a backup of the home, the purged text in it
    assert found(app) == ["第1条", "第2条"]
    pipeline.index(app)
    assert (found(app), remembered(app)) == (["第2条"], [])


@dataclass
class SlowIndex:
    """An index whose writer is overtaken: by the purge, and by another process's index stage."""

    app: App

    def present(self) -> bool:
        return self.app.index().present()

    def upsert(self, docs: Sequence[SearchDoc]) -> Sequence[Refused]:
        schedule.purge(self.app)
        return self.app.index().upsert(docs)

    def remove(self, mention_ids: Sequence[str]) -> None:
        self.app.index().remove(mention_ids)

    def search(self, query: SearchQuery) -> SearchPage:
        return self.app.index().search(query)

    def each(self, query: SearchQuery) -> Generator[SearchHit, None, None]:
        return self.app.index().each(query)

    def facets(self, query: SearchQuery) -> Facets:
        return self.app.index().facets(query)

    def rebuild(self, docs: Iterator[SearchDoc]) -> Rebuilt:
        return self.app.index().rebuild(docs)


@dataclass
class OvertakenApp:
    """As much of an app as the index stage needs."""

    app: App

    @property
    def home(self) -> Home:
        return self.app.home

    @property
    def ledger(self) -> Ledger:
        return self.app.ledger

    @property
    def clock(self) -> Clock:
        return self.app.clock

    def index(self) -> SearchIndex:
        return SlowIndex(self.app)

    def records(self) -> None:
        return None


def test_a_purge_in_the_middle_of_indexing_is_not_undone_by_it(app: App) -> None:
    gone = came(app, 1, 731)
    assert indexing.index_batch(OvertakenApp(app)) == 1  # type: ignore[arg-type]
    assert (found(app), remembered(app)) == (["第1条"], [gone])
    pipeline.index(app)
    assert (found(app), remembered(app)) == ([], [])


def test_what_comes_in_again_after_its_purge_is_found_again(app: App) -> None:
    came(app, 1, 731)
    pipeline.index(app)
    with app.ledger.write() as books:
        books.purge.run(NIGHT, app.plan.retention)
        books.mentions.store([a_pair(1, text="第1条", at=NIGHT)])
    pipeline.index(app)
    assert (found(app), remembered(app)) == (["第1条"], [])


def test_a_lost_index_is_made_again_as_a_whole(app: App) -> None:
    came(app, 1, 2)
    pipeline.index(app)
    app.home.index.unlink()
    came(app, 2, 1)
    pipeline.index(app)
    assert found(app) == ["第1条", "第2条"]


def test_copies_of_the_ledger_go_after_their_time(app: App, clock: FakeClock) -> None:
    folder = app.home.backups
    folder.mkdir(exist_ok=True)
    days = app.plan.retention.backups
    names = [f"ledger-0001-{NIGHT - n * DAY:%Y%m%dT%H%M%SZ}.db" for n in (days + 1, days, 0)]
    for name in (*names, f"{names[0]}-wal", "ours.db", "ledger-0001-yesterday.db"):
        (folder / name).write_text("a copy")
    assert schedule.purge(app)["backups"] == 2
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == sorted([*names[1:], "ours.db", "ledger-0001-yesterday.db"])
    clock.move(DAY.total_seconds())
    assert schedule.purge(app)["backups"] == 1
    with app.ledger.read() as books:
        assert ["backups" in str(line["reason"]) for line in books.audit.lines()] == [True, True]


def test_without_copies_there_is_nothing_to_prune(app: App) -> None:
    assert not app.home.backups.exists()
    assert schedule.purge(app)["backups"] == 0


def test_the_command_says_in_chinese_what_went_of_every_kind(app: App) -> None:
    asked = CliRunner().invoke(main, ["purge"], env={"TINGXUE_HOME": str(app.home.path)})
    assert asked.exit_code == 0, asked.output
    said = dict(line.split() for line in asked.stdout.splitlines())
    assert len(said) == len(schedule.purge(app))
    assert set(said.values()) == {"0"}
    assert all(name.isalpha() and not name.isascii() for name in said)
