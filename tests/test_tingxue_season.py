"""The change of seasons: an archive that proves itself and takes no word more, and a new ledger
that knows whom and what it must; killed anywhere, it ends the same."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result
from contracts.desk_contract import SESSION, USER
from contracts.ledger_contract import everything
from ledgermaking import STORED
from sqlalchemy import text
from world import MONDAY, World, opened_world

from config.loader import SHIPPED
from domain.errors import InputError, LedgerError
from domain.plan import Plan
from domain.types import Actor, Case, Role
from index.embedded import EmbeddedIndex
from ledger import sealed, snapshots
from ledger.engine import open_ledger
from tingxue import correcting, home, pipeline
from tingxue.app import opened
from tingxue.cli import main
from tingxue.searching import Search
from tingxue.season import card as cards
from tingxue.season import closing as closings
from tingxue.season import opening

CLERK = Actor(name="管理员", role=Role.ADMIN)
PHONE = "13812345678"
DAY = timedelta(days=1)
FILES = {
    "config/userdict.txt": (SHIPPED / "userdict.txt").read_text("utf-8"),
    "reports/日报.docx": "稿", "attachments/a": "图", "author-keys/2026.json": "{}",
}  # fmt: skip


@dataclass(frozen=True)
class Season:
    """A home as the season left it: one case closed, one on hold, one open."""

    path: Path
    open_case: Case
    held: str


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Season:
    with opened_world(tmp_path_factory.mktemp("season"), plan) as world:
        world.close(world.say(1, ["taxi_refusal"], text=f"打车被拒载，电话{PHONE}"))
        held = world.say(2, ["parking"], text=f"停车场收了两遍钱，找{PHONE}", places=("天定山",))
        world.close(held)
        left = world.say(3, ["lodging"], text=f"民宿没有热水也不退钱，{PHONE}", places=("雪场",))
        wrong = world.said(4, ["bus_service"], text="小说里写的公交车")
        pipeline.analyse(world.app)
        correcting.correct(world.app, wrong, actor=replace(CLERK, role=Role.PUBLICITY),
                           complaint=False, categories=())  # fmt: skip
        pipeline.triage(world.app)
        with world.app.ledger.write() as books:
            books.purge.hold(held, True)
            books.users.add(USER)
            books.signins.begin(SESSION)
            books.marks.put("jlrb", {"day": "2026-11-23"}, MONDAY)
        pipeline.notify(world.app)
        delivered(world)
        for name, words in FILES.items():
            file = world.app.home.path / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(words)
        return Season(world.app.home.path, world.case(left), held)


def delivered(world: World) -> None:
    """Nothing waits to be sent any more."""
    with world.app.ledger.write() as books:
        books.connection.execute(text("UPDATE deliveries SET state='sent', next_at=NULL"))


@pytest.fixture
def there(ended: Season, tmp_path: Path) -> Season:
    """A copy of it, to be changed."""
    path = tmp_path / "office"
    copytree(ended.path, path)
    return replace(ended, path=path)


def run(season: Season, *words: str, path: Path | None = None) -> Result:
    return CliRunner().invoke(main, list(words), env={"TINGXUE_HOME": str(path or season.path)})


def closed(season: Season) -> Path:
    """Sealed through the command, for what happens afterwards; the archive."""
    done = run(season, "season", "close", "--name", "2026-2027", "--carry", "--by", "管理员")
    assert done.exit_code == 0, done.output
    return season.path / "seasons" / "2026-2027"


def turn(season: Season, *, days: int = 1) -> opening.Turn:
    """What ``season open`` begins with, on a later day."""
    with opened(home=home.home_at(season.path), environ={}, channels={}) as app:
        found = opening.due(app, CLERK, carry=True)
    assert found is not None
    return replace(found, clock=lambda: MONDAY + days * DAY)


def rows(season: Season) -> dict[str, list[dict[str, object]]]:
    with closing(open_ledger(f"sqlite:///{season.path / 'ledger.db'}", drill=False,
                             now=MONDAY)) as ledger:  # fmt: skip
        return everything(ledger)


# --- closing


def test_an_archive_holds_the_season_and_none_of_its_keys_or_unmasked_words(there: Season) -> None:
    folder = closed(there)
    card, looked = cards.verify(folder, MONDAY)
    assert (card.ledger.cases, card.ledger.mentions, looked.cases) == (3, 4, 3)
    assert card.open_cases == (there.open_case.case_id,)
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {"ledger.db", "config/userdict.txt", "reports/日报.docx", "attachments/a",
                     "season.json", "SHA256SUMS"}  # fmt: skip
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        kept = {row[0] for row in db.execute("SELECT text FROM originals")}
        assert db.execute("SELECT count(*) FROM sessions").fetchone() == (0,)
    assert kept == {f"停车场收了两遍钱，找{PHONE}"} and card.dropped == 3  # only what is on hold
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o400}


def test_closing_twice_is_once_and_never_overwrites(there: Season) -> None:
    folder = closed(there)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert closed(there) == folder
    assert {path: path.read_bytes() for path in before} == before
    run(there, "audit", "verify")  # leaves a line
    again = run(there, "season", "close", "--name", "2026-2027", "--carry", "--by", "甲")
    assert again.exit_code == 2 and "用 --name 另起一个名字" in again.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_nothing_is_closed_that_somebody_still_owes(world: World) -> None:
    with pytest.raises(InputError, match="有 1 条等待分析"):
        world.said(1, ["parking"], sure=0.3)
        closings.close(world.app, CLERK)
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    with pytest.raises(InputError, match=r"还有通知没有发完.*|待研判 1 项没有判定"):
        closings.close(world.app, CLERK)
    with world.app.ledger.write() as books:
        books.connection.execute(text("DELETE FROM review_keys"))
        books.connection.execute(text("DELETE FROM review_mentions"))
        books.connection.execute(text("DELETE FROM reviews"))
    case_id = world.say(2, ["taxi_refusal"])
    with pytest.raises(InputError, match="还有通知没有发完"):
        closings.close(world.app, CLERK)
    delivered(world)
    with pytest.raises(InputError, match=rf"还有 1 件案件没有办结（{case_id}）；.*--carry"):
        closings.close(world.app, CLERK)
    assert not world.app.home.seasons.exists()
    card, folder = closings.close(world.app, CLERK, with_open=True)
    assert (card.season, folder.name) == ("2026-2027", "2026-2027")


@pytest.mark.parametrize(
    "name", ["ledger.db", "reports/日报.docx", "config/userdict.txt", "season.json"]
)
def test_a_changed_byte_in_an_archive_is_found(there: Season, name: str) -> None:
    file = closed(there) / name
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.chmod(0o600)
    file.write_bytes(data)
    done = run(there, "season", "verify", "2026-2027")
    assert done.exit_code == 2, done.output
    assert "不符" in done.stderr or "已损坏" in done.stderr


def test_what_was_put_into_an_archive_or_taken_out_is_found(there: Season) -> None:
    folder = closed(there)
    (folder / "reports" / "添的.docx").write_text("x")
    with pytest.raises(InputError, match=r"添的\.docx 多出或缺少"):
        cards.verify(folder, MONDAY)
    (folder / "reports" / "添的.docx").unlink()
    (folder / "attachments" / "a").unlink()
    with pytest.raises(InputError, match="attachments/a 多出或缺少"):
        cards.verify(folder, MONDAY)


# --- reading an archive


@pytest.mark.full
def test_an_archive_is_searched_and_read_and_takes_nothing_more(there: Season) -> None:
    folder = closed(there)
    data = (folder / "ledger.db").read_bytes()
    found = run(there, "search", "民宿", "--all", path=folder)
    assert found.exit_code == 0 and "没有热水也不退钱" in found.stdout, found.output
    assert there.open_case.case_id in run(there, "case", "list", path=folder).stdout
    assert run(there, "audit", "verify", path=folder).exit_code == 0
    case_id, who = there.open_case.case_id, ("x", "--by", "甲", "--role", "宣传部")
    file = folder / "new.jsonl"
    file.write_text('{"platform": "weibo", "kind": "post", "id": "9", "text": "新的话"}\n')
    for words in (
        ["import", str(file)], ["once"], ["watch"], ["purge"], ["season", "close", "--by", "甲"],
        ["desk", "serve", "--allow-http"], ["index", "retry"], ["report", "overdue"],
        ["report", "day"], ["case", "pack", case_id, *who[1:]],
        ["case", "note", case_id, "--note", *who],
    ):  # fmt: skip
        done = run(there, *words, path=folder)
        assert done.exit_code == 2, (words, done.output)
        assert "是归档的雪季，只能查看，不能改动；请把 TINGXUE_HOME 改指" in done.stderr, words
    file.unlink()
    assert (folder / "ledger.db").read_bytes() == data
    assert cards.verify(folder, MONDAY)


def test_an_archive_asks_no_search_server_for_it_shows_the_season_that_goes_on(
    plan: Plan, tmp_path: Path
) -> None:
    served = replace(plan, search=replace(plan.search, kind="elastic"))
    (tmp_path / home.SEASON_CARD).touch()
    archive = home.Home(tmp_path)
    assert isinstance(Search().index(served, archive, lambda: MONDAY), EmbeddedIndex)
    assert Search().records(served, archive, lambda: MONDAY) is None


def test_a_later_program_reads_an_old_archive_in_a_copy_beside_it(tmp_path: Path) -> None:
    file, reading = tmp_path / "ledger.db", tmp_path / "reading"
    with closing(sqlite3.connect(file)) as db:
        db.executescript((STORED / "0013.sql").read_text("utf-8"))
    data, old = file.read_bytes(), snapshots.contents(file)
    for _ in range(2):
        ledger = sealed.open_sealed(file, why="归档", reading=reading, now=MONDAY)
        with closing(ledger), ledger.read() as books:
            assert len(books.cases.list_ids()) == old.cases > 0
            assert books.attachments.count() == 0  # a table that 0013 did not have
        with pytest.raises(LedgerError, match="归档"), ledger.write():
            pass
    assert file.read_bytes() == data
    assert [path.name for path in reading.iterdir()] == ["ledger.db"]


# --- opening


def test_a_new_season_knows_its_people_and_what_they_taught_and_nothing_else(
    there: Season,
) -> None:
    folder, before = closed(there), rows(there)
    opening.open_season(turn(there))
    after = rows(there)
    for table in ("users", "corrections", "correction_keys", "marks", "pauses", "reports"):
        assert after[table] == before[table], table
    assert after["sessions"] == [] and before["sessions"] != []
    assert [row["case_id"] for row in after["cases"]] == [there.open_case.case_id]
    assert len(after["mentions"]) == 1 and len(before["mentions"]) == 4
    assert f"民宿没有热水也不退钱，{PHONE}" in {row["text"] for row in after["originals"]}
    events = [row for row in before["events"] if row["case_id"] == there.open_case.case_id]
    assert after["events"] == events
    assert after["obligations"] == [
        row for row in before["obligations"] if row["case_id"] == there.open_case.case_id
    ]
    [line] = after["audit"]
    assert line["action"] == "season-open"
    assert cards.read(folder).ledger.head in str(line["reason"])
    kept = list((there.path / "backups").glob("ledger-season-*.db"))
    assert len(kept) == 1
    with closing(sqlite3.connect(kept[0])) as db:  # the old one, complete
        assert db.execute("SELECT count(*) FROM originals").fetchone() == (4,)


def test_what_began_on_the_day_of_the_change_goes_over_so_that_no_number_is_given_twice(
    there: Season,
) -> None:
    closed(there)
    before = rows(there)
    opening.open_season(turn(there, days=0))
    after = rows(there)
    assert [row["case_id"] for row in after["cases"]] == [row["case_id"] for row in before["cases"]]
    assert len(after["mentions"]) == 4


@pytest.mark.parametrize("taken", range(len(opening.STEPS) + 1))
def test_killed_between_two_steps_it_ends_as_undisturbed(there: Season, taken: int) -> None:
    closed(there)
    begun = turn(there)
    for step in opening.STEPS[:taken]:
        step(begun)
    with opened(home=home.home_at(there.path), environ={}, channels={}) as app:
        again = opening.due(app, CLERK, carry=True)
    assert (again is None) == (taken == len(opening.STEPS))
    if again is not None:
        opening.open_season(replace(again, clock=begun.clock))
    after = rows(there)
    assert [line["action"] for line in after["audit"]] == ["season-open"]
    assert [row["case_id"] for row in after["cases"]] == [there.open_case.case_id]
    assert len(list((there.path / "backups").glob("ledger-season-*.db"))) == 1
    assert not (there.path / ".opening").exists() and not (there.path / "index.db").exists()


@pytest.mark.full
def test_killed_by_the_system_again_and_again_it_ends_as_undisturbed(there: Season) -> None:
    env = {**os.environ, "TINGXUE_HOME": str(there.path)}
    for command in (["close", "--name", "2026-2027"], ["open"]):
        for tenths in (*range(4, 16), None):
            process = subprocess.Popen(
                [sys.executable, "-c", "from tingxue.cli import main; main()", "season", *command,
                 "--carry", "--by", "管理员"],
                env=env, stdout=subprocess.DEVNULL,
            )  # fmt: skip
            with suppress(subprocess.TimeoutExpired):
                process.wait(None if tenths is None else tenths / 10)
            process.kill()
            code = process.wait()
        assert code == 0, command
    after = rows(there)
    assert [row["case_id"] for row in after["cases"]] == [there.open_case.case_id]
    assert [line["action"] for line in after["audit"]] == ["season-open"]
    [folder] = (path for path in (there.path / "seasons").iterdir() if path.name[0] != ".")
    assert cards.verify(folder, MONDAY)[0].ledger.cases == 3
    [kept] = (there.path / "backups").glob("ledger-season-*.db")
    assert snapshots.contents(kept) == cards.read(folder).ledger


def half_made(there: Season) -> None:
    (there.path / ".opening").mkdir()
    (there.path / ".opening" / "part.db").write_bytes(b"half a ledger")


def half_closed(there: Season) -> None:
    draft = there.path / "seasons" / ".closing"
    draft.mkdir(parents=True)
    (draft / "ledger.db").write_bytes(b"half a ledger")


@pytest.mark.parametrize("leftover", [half_made, half_closed])
def test_what_a_kill_in_the_middle_of_a_step_left_is_thrown_away(
    there: Season, leftover: Callable[[Season], None]
) -> None:
    leftover(there)
    closed(there)
    opening.open_season(turn(there))
    assert [line["action"] for line in rows(there)["audit"]] == ["season-open"]
    assert not (there.path / "seasons" / ".closing").exists()


def test_no_season_is_opened_over_what_was_not_archived(there: Season) -> None:
    early = run(there, "season", "open", "--by", "甲")
    assert early.exit_code == 2 and "先运行 tingxue season close" in early.stderr
    closed(there)
    without = run(there, "season", "open", "--by", "甲")
    assert without.exit_code == 2 and "有 1 件未结案件" in without.stderr
    run(there, "audit", "verify")
    late = run(there, "season", "open", "--carry", "--by", "甲")
    assert late.exit_code == 2 and "又有新的记录" in late.stderr
    assert len(rows(there)["cases"]) == 3


@pytest.mark.full
def test_no_ledger_is_replaced_under_a_running_program(there: Season) -> None:
    closed(there)
    begun = turn(there)
    with closing(open_ledger(f"sqlite:///{there.path / 'ledger.db'}", drill=False,
                             now=MONDAY)) as ledger:  # fmt: skip
        with ledger.read() as books:
            books.cases.list_ids()
            with pytest.raises(LedgerError, match="台账正在使用，没有换新：请停掉 tingxue watch"):
                opening.open_season(begun)
    assert len(rows(there)["cases"]) == 3
    opening.open_season(begun)
    assert len(rows(there)["cases"]) == 1


def test_whoever_opens_a_season_is_told_what_to_check_in_the_new_plan(there: Season) -> None:
    closed(there)
    done = run(there, "season", "open", "--carry", "--by", "管理员")
    assert done.exit_code == 0, done.output
    for said in ("新雪季已开启，接归档 2026-2027", there.open_case.case_id, "23 个：宣传部",
                 "20 类", "2027 年没有录入", "体检 电话："):  # fmt: skip
        assert said in done.stdout, said
    again = run(there, "season", "open", "--carry", "--by", "管理员")
    assert again.exit_code == 0 and "已经开启" in again.stdout
    listed = run(there, "season", "list").stdout
    assert "2026-2027" in listed and "案件 3 件（未结 1）" in listed


def test_a_drill_has_no_seasons(tmp_path: Path) -> None:
    folder = tmp_path / "drill"
    home.home_at(folder).mark_drill()
    env = {"TINGXUE_HOME": str(folder)}
    done = CliRunner().invoke(main, ["season", "close", "--by", "甲"], env=env)
    assert done.exit_code == 2 and "没有雪季可封存" in done.stderr


@pytest.mark.full
def test_a_ledger_on_a_server_is_archived_and_changed_for_a_new_one_as_a_file(
    postgres_url: str, world: World
) -> None:
    with closing(open_ledger(postgres_url, drill=False, now=MONDAY)) as ledger:
        there = World(replace(world.app, ledger=ledger), world.clock, world.analyser)
        there.close(there.say(1, ["taxi_refusal"]))
        delivered(there)
        card, folder = closings.close(there.app, CLERK)
        assert cards.verify(folder, MONDAY)[1].cases == 1
        assert closings.same(there.app, card)
        with pytest.raises(LedgerError, match=r"PostgreSQL.*tingxue ledger copy --to sqlite"):
            opening.due(there.app, CLERK, carry=False)
