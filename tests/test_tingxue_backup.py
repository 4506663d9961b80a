"""Backups: what is in one, that no byte can change unseen, and that it comes back elsewhere."""

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from random import Random

import planted
import pytest
from click.testing import CliRunner
from contracts.desk_contract import SESSION, USER
from contracts.ledger_contract import everything
from world import MONDAY, World, opened_world

from domain.errors import InputError, LedgerError
from domain.plan import Plan
from domain.types import Actor, Incoming, Kind, Role
from domain.upkeep import BackupRule
from ledger import schema
from ledger.engine import open_ledger
from tingxue import archive, backing, metrics, sealing, upkeep
from tingxue.cli import main
from tingxue.intake import LedgerIntake

WORD = "雪场 与 缆车 与 温泉"
CLERK = Actor(name="甲", role=Role.ADMIN)
LATER = MONDAY + timedelta(days=1)
KEPT = {
    "config/settings.yaml": "zone: 试",
    "author-keys/2026.json": "{}",
    "desk-keys/links.json": "{}",
    "reports/日报/2026-11-22.docx": "稿",
    "attachments/a.jpg": "图",
}
LEFT = ("profiles/douyin/Cookies", "cache/page", "index.db", "heartbeat.json", "config/.half")


@dataclass(frozen=True)
class Office:
    """A home with something of everything, and its two backups."""

    rows: dict[str, list[object]]
    plain: Path
    sealed: Path

    def path(self, word: str | None) -> Path:
        return self.sealed if word else self.plain


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Office:
    folder = tmp_path_factory.mktemp("office")
    with opened_world(folder, plan) as world:
        case_id = world.say(1, ["taxi_refusal"], text="缆车排队两小时，电话13812345678")
        world.close(case_id)
        world.said(2, text="没有人看过")
        with world.app.ledger.write() as books:
            books.users.add(USER)
            books.signins.begin(SESSION)
        for name, text in [*KEPT.items(), *((name, "x") for name in LEFT)]:
            file = world.app.home.path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        rows = everything(world.app.ledger)
        plain, _ = backing.create(world.app, folder / "disk", None, CLERK)
        sealed, _ = backing.create(world.app, folder / "disk", WORD, CLERK)
        assert list(world.app.home.backups.iterdir()) == []
        with world.app.ledger.read() as books:
            assert [line["subject"] for line in books.audit.lines() if line["action"] == "backup"] \
                == [plain.name, sealed.name]  # fmt: skip
    return Office(rows, plain, sealed)


each_kind = pytest.mark.parametrize("word", [None, pytest.param(WORD, marks=pytest.mark.full)])
"""Plain in the fast lane; sealed takes scrypt's time, which is meant to be long."""


def files(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*")
            if path.is_file() and path.suffix != ".db"}  # fmt: skip


@each_kind
def test_everything_that_counts_comes_back_and_no_log_in_does(
    office: Office, tmp_path: Path, word: str | None
) -> None:
    into = tmp_path / "new"
    done = backing.restore(office.path(word), into, word, LATER, CLERK)
    assert files(into) == KEPT
    assert {one.stat().st_mode & 0o777 for one in into.rglob("*") if one.is_file()} == {0o600}
    assert {one.stat().st_mode & 0o777 for one in into.rglob("*") if one.is_dir()} == {0o700}
    with closing(open_ledger(f"sqlite:///{into / 'ledger.db'}", drill=False, now=LATER)) as new:
        rows = everything(new)
    *audit, last = rows.pop("audit")
    assert "restore" in repr(last)
    before = dict(office.rows) | {"sessions": [], "signin_failures": []}
    assert len(before.pop("audit")) + (word is not None) == len(audit)  # the first backup's line
    assert rows == before
    assert (done.looked.cases, done.manifest.ledger.mentions) == (1, 2)
    assert WORD.encode() not in office.sealed.read_bytes()
    assert office.path(word).stat().st_mode & 0o777 == 0o600


@each_kind
def test_a_flipped_byte_anywhere_is_found(office: Office, tmp_path: Path, word: str | None) -> None:
    path, file, dice = office.path(word), tmp_path / "file", Random(7)
    good, size = path.read_bytes(), path.stat().st_size
    edges = [0, 17, 39, 40, size - 1] if word else [0, 3, 9, size - 1, size - 99]
    for at in [*edges, *(dice.randrange(size) for _ in range(3 if word else 60))]:
        spoiled = bytearray(good)
        spoiled[at] ^= 1 << dice.randrange(8)
        file.write_bytes(spoiled)
        with pytest.raises(InputError):
            backing.verify(file, word)


@each_kind
def test_what_is_cut_off_or_put_on_is_found(
    office: Office, tmp_path: Path, word: str | None
) -> None:
    good, file = office.path(word).read_bytes(), tmp_path / "file"
    for data in (good[:-1], good + b"x", good[:60], good[:30], b""):
        file.write_bytes(data)
        with pytest.raises(InputError):
            backing.restore(file, tmp_path / "new", word, LATER, CLERK)
        assert not (tmp_path / "new").exists()


@pytest.mark.full
@pytest.mark.parametrize("order", [[1, 0, 2, 3], [0, 2, 3], [0, 1, 2], [0, 1, 2, 3, 3]])
def test_pieces_of_a_sealed_file_can_not_be_left_out_or_change_places(
    many_pieces: bytes, tmp_path: Path, order: list[int]
) -> None:
    head, body, piece = many_pieces[:40], many_pieces[40:], 2**20 + 16
    parts = [body[at : at + piece] for at in range(0, len(body), piece)]
    assert len(parts) == 4
    for data, holds in [(many_pieces, True), (head + b"".join(parts[n] for n in order), False)]:
        (tmp_path / "file").write_bytes(data)
        with nullcontext() if holds else pytest.raises(InputError):  # type: ignore[attr-defined]
            with sealing.opened(tmp_path / "file", WORD) as stream:
                assert stream.read() == bytes(3_500_000)


@pytest.fixture(scope="module")
def many_pieces() -> bytes:
    out = BytesIO()
    envelope = sealing.envelope(out, WORD)
    for _ in range(5):
        envelope.write(bytes(700_000))
    envelope.finish()
    return out.getvalue()


def test_what_is_refused_says_why_and_leaves_the_folder_as_it_was(
    office: Office, tmp_path: Path
) -> None:
    new, filled = tmp_path / "new", tmp_path / "filled"
    filled.mkdir()
    (filled / "mine").write_text("x")
    for path, into, word, says in [
        (office.plain, filled, None, "不是空文件夹"),
        (office.plain, filled / "mine", None, "不是空文件夹"),
        (office.sealed, new, None, "加密"),
        (office.sealed, new, WORD + "x", "口令不对"),
        (tmp_path / "no such", new, None, "读不出来"),
        (filled / "mine", new, None, "不是听雪的备份"),
    ]:
        with pytest.raises(InputError, match=says):
            backing.restore(path, into, word, LATER, CLERK)
    assert (list(filled.iterdir()), new.exists()) == ([filled / "mine"], False)
    with pytest.raises(InputError, match="至少 12"):
        sealing.envelope(BytesIO(), "kurz")


def made(target: Path, office: Office, **changed: object) -> Path:
    """A backup whose hashes are right and whose content is not."""
    with target.with_suffix(".db").open("wb") as copy:
        manifest = archive.read(office.plain, None, lambda name: (
            copy if name == "ledger.db" else BytesIO()))  # fmt: skip
    spoil = changed.pop("sql", None)
    with closing(sqlite3.connect(target.with_suffix(".db"))) as db, db:
        db.executescript(str(spoil or ""))
    name = str(changed.pop("name", "ledger.db"))
    entries = (archive.entry("ledger.db", target.with_suffix(".db")),)
    entries += (replace(entries[0], path=name),) if name != "ledger.db" else ()
    where = {one.path: target.with_suffix(".db") for one in entries}
    with target.open("wb") as out:
        told = replace(manifest, files=entries, **changed)  # type: ignore[arg-type]
        archive.write(sealing.envelope(out, None), told, where)
    return target


_TAMPERED = "DROP TRIGGER events_no_update; UPDATE events SET note = 'x' WHERE no = 2"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"sql": _TAMPERED}, "第 2 条与校验链不符"),
        ({"sql": "DELETE FROM originals; DELETE FROM sightings; DELETE FROM verdicts;"
                 "DELETE FROM case_keys; DELETE FROM case_mentions; DELETE FROM mentions"}, "清单"),
        ({"name": "../ledger"}, "不该有的路径"),
        ({"name": "profiles/x"}, "不该有的路径"),
        ({"name": "config/../../x"}, "不该有的路径"),
        ({"name": "/etc/x"}, "不该有的路径"),
    ],
)  # fmt: skip
def test_a_backup_that_was_made_up_is_not_restored(
    office: Office, tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    path = made(tmp_path / "a", office, **changed)
    with pytest.raises((InputError, LedgerError), match=says):
        backing.restore(path, tmp_path / "new", None, LATER, CLERK)
    assert not (tmp_path / "new").exists() or list((tmp_path / "new").iterdir()) == []


def test_a_file_that_changes_meanwhile_leaves_no_backup(world: World, tmp_path: Path) -> None:
    file, entry = tmp_path / "x", archive.Entry(path="config/x", size=3, sha256="0" * 64)
    file.write_text("abcd")
    manifest = archive.Manifest(made_at=MONDAY, program="1", server=False, files=(entry,),
                                ledger=backing.snapshots.Contents(
                                    revision="1", drill=False, mentions=0, cases=0, events=0,
                                    audit=0, head=""))  # fmt: skip
    for size in (3, 4, 5):
        told = replace(manifest, files=(replace(entry, size=size),))
        with pytest.raises(InputError, match="再备份一次"):
            archive.write(sealing.envelope(BytesIO(), None), told, {"config/x": file})
    with pytest.raises(InputError, match="不能放在"):
        backing.create(world.app, world.app.home.reports / "old", None, CLERK)


@pytest.mark.full
def test_the_commands_back_up_list_verify_and_drill_and_keep_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TINGXUE_HOME", str(tmp_path / "home"))
    disk, word = str(tmp_path / "disk"), tmp_path / "word"
    word.write_text(WORD + "\n")

    def said(*words: str, code: int = 0, given: str | None = None) -> str:
        done = CliRunner().invoke(main, ["backup", *words], input=given)
        assert done.exit_code == code, done.output
        return done.output

    said("create", "--to", disk, "--passphrase-file", str(word), "--by", "乙")
    [file] = (tmp_path / "disk").iterdir()
    old = [file.with_name(f"tingxue-2025010{n}T000000Z.tar.gz") for n in (1, 2)]
    for path in old:
        path.write_bytes(b"x")
    assert said("list", disk).count("未加密") == 2
    assert "完好" in said("verify", str(file), given=f"{WORD}\n")
    assert "口令不对" in said("verify", str(file), given="another one here\n", code=2)
    drilled = said("restore", str(file), "--drill", "--passphrase-file", str(word))
    assert ("恢复演练通过" in drilled, "全部相符" in drilled) == (True, True)
    assert backing.prune(tmp_path / "disk", MONDAY) == old
    assert backing.prune(tmp_path / "disk", datetime.max.replace(tzinfo=MONDAY.tzinfo)) == []
    with closing(sqlite3.connect(tmp_path / "home" / "ledger.db")) as db:
        audit = db.execute("SELECT action, actor FROM audit ORDER BY no").fetchall()
    assert audit == [("backup", "乙"), ("restore-drill", "命令行")]
    restored = said("restore", str(file), "--into", str(tmp_path / "new"), given=f"{WORD}\n")
    assert ("1. " in restored, "index rebuild" in restored) == (True, True)
    assert "不是空文件夹" in said("restore", str(file), code=2, given=f"{WORD}\n")


def test_the_doctor_says_when_the_last_backup_is_too_old(world: World, tmp_path: Path) -> None:
    def state() -> str:
        return {one.subject: one.state for one in upkeep.findings(world.app)}["备份"]

    assert state() == "note"
    world.said(1, ["taxi_refusal"])
    world.clock.move(3 * 86400)
    assert state() == "trouble"
    backing.create(world.app, tmp_path / "disk", None, CLERK)
    assert state() == "ok"
    world.clock.move(2 * 86400 + 1)
    assert state() == "trouble"
    plan = replace(world.app.plan, backup=BackupRule(warn_days=0))
    silent = replace(world.app, plan=plan)
    assert "备份" not in {one.subject for one in upkeep.findings(silent)}


# --- beside a ledger that is written


_WRITER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from domain.times import system_clock
from domain.types import Incoming, Kind
from ledger.engine import open_ledger
from tingxue.intake import LedgerIntake

ledger = open_ledger(sys.argv[1], drill=False, now=system_clock())
take = LedgerIntake(ledger, "test", system_clock)
for number in range(100_000):
    native = str(number)
    take([Incoming(platform="weibo", kind=Kind.POST, text=f"第{number}条", native_id=native)])
    print(number, flush=True)  # stored, and on the disk
    time.sleep(0.2)
"""


@pytest.mark.full
def test_beside_a_process_that_stores_five_a_second_nothing_older_is_lost(
    world: World, tmp_path: Path
) -> None:
    url = world.app.home.ledger_url
    with world.app.ledger.write() as books:  # so that a backup takes a while
        filler = schema.meta.insert().values(
            key="filler", value=Random(1).randbytes(2 * 10**6).hex()
        )
        books.connection.execute(filler)
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, url], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        try:
            for _round in range(3):
                stored = [int(writer.stdout.readline()) for _ in range(4)][-1]
                path, _ = backing.create(world.app, tmp_path / "disk", WORD, CLERK)
                world.clock.move(1)
            last = int(writer.stdout.readline())
        finally:
            writer.kill()
    done = backing.restore(path, tmp_path / "new", WORD, LATER, CLERK)
    with closing(sqlite3.connect(tmp_path / "new" / "ledger.db")) as db:
        numbers = {int(n) for (n,) in db.execute("SELECT native_id FROM mentions")}
    assert set(range(stored + 1)) <= numbers == set(range(len(numbers)))
    assert done.manifest.ledger.mentions == len(numbers)
    assert last > stored  # the writer went on


@pytest.mark.full
def test_a_backup_that_is_killed_leaves_no_half_one(world: World, tmp_path: Path) -> None:
    for number in range(50):
        world.said(number, text="长" * 2000)
    code = "from tingxue.cli import main; main()"
    environ = {"TINGXUE_HOME": str(world.app.home.path), "PYTHONPATH": ":".join(sys.path)}
    disk, own = tmp_path / "disk", world.app.home.backups
    for folder, draft in [(own, "ledger-backup-*"), (disk, ".*.new"), (disk, ".*.new")]:
        command = [sys.executable, "-c", code, "backup", "create", "--to", str(disk)]
        with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as child:
            while child.poll() is None and not list(folder.glob(draft)):
                time.sleep(0.001)
            child.kill()
        assert child.returncode == -signal.SIGKILL
    for one in backing.found(disk):
        backing.verify(one.path, None)
    world.clock.move(10 * 365 * 86400)
    path, _ = backing.create(world.app, disk, None, CLERK)
    backing.verify(path, None)
    assert list(own.iterdir()) == []


@pytest.mark.full
def test_a_ledger_on_a_server_comes_back_as_a_file(
    postgres_url: str, world: World, tmp_path: Path
) -> None:
    with closing(open_ledger(postgres_url, drill=False, now=MONDAY)) as ledger:
        app = replace(world.app, ledger=ledger)
        there = World(app, world.clock, world.analyser)
        case_id = there.say(1, ["taxi_refusal"])
        there.close(case_id)
        before = everything(ledger)
        path, manifest = backing.create(app, tmp_path / "disk", None, CLERK)
    assert manifest.server
    backing.restore(path, tmp_path / "new", None, LATER, CLERK)
    with closing(
        open_ledger(f"sqlite:///{tmp_path / 'new/ledger.db'}", drill=False, now=LATER)
    ) as new:
        rows = everything(new)
    assert len(rows.pop("audit")) == len(before.pop("audit")) + 1
    assert {k: sorted(map(repr, v)) for k, v in rows.items()} == \
        {k: sorted(map(repr, v)) for k, v in before.items()}  # fmt: skip


@pytest.mark.full
def test_no_planted_word_is_in_a_listing_or_a_figure(world: World, tmp_path: Path) -> None:
    texts = planted.planted(5_000, 11)
    take = LedgerIntake(world.app.ledger, "test", world.clock)
    take([Incoming(platform="weibo", kind=Kind.POST, text=one.text, native_id=str(n),
                   author_ref="s1:abc") for n, one in enumerate(texts)])  # fmt: skip
    path, manifest = backing.create(world.app, tmp_path / "disk", None, CLERK)
    listed = CliRunner().invoke(main, ["backup", "list", str(tmp_path / "disk")]).output
    verified = CliRunner().invoke(main, ["backup", "verify", str(path)]).output
    assert ("反映 5000 条" in verified, path.name in listed) == (True, True)
    shown = "\n".join((listed, verified, metrics.text(world.app), repr(manifest)))
    shown += "\n".join(one.text for one in upkeep.findings(world.app))
    assert [one for one in texts if one.value in shown] == []
