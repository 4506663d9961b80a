"""The evidence pack: it proves itself with a bare python3, and holds nothing that it must not."""

import json
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import planted
import pytest
from world import World, opened_world

from domain.errors import LedgerError, NotPermitted
from domain.plan import Plan
from domain.types import Actor, Counts, Incoming, Kind, Role
from ledger.folds import Folds
from tingxue import evidence
from tingxue.intake import LedgerIntake

CLERK = Actor(name="甲", role=Role.PUBLICITY)
PHONE = "15400001234"
Made = tuple[Path, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Made:
    """A pack, unpacked, and the audit line about it."""
    folder = tmp_path_factory.mktemp("evidence")
    with opened_world(folder, plan) as world:
        case_id = world.say(1, ["taxi_refusal"], text=f"拒载<script>，电话{PHONE}",
                            counts=Counts(likes=7), author="s1:0123456789abcdef")  # fmt: skip
        world.close(case_id)
        path = evidence.pack(world.app, case_id, folder, CLERK)
        with world.app.ledger.read() as books:
            line = books.audit.lines()[-1]
    with zipfile.ZipFile(path) as bundle:
        bundle.extractall(folder / "out")
    assert (line["action"], sha256(path.read_bytes()).hexdigest() in str(line["reason"])) == (
        "case-pack", True)  # fmt: skip
    return folder / "out", str(line["reason"])


def verified(folder: Path) -> tuple[int, str]:
    """As its README says, in a Python that sees neither our code nor any package."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"], cwd=folder, env={"PYTHONUTF8": "1"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_pack_proves_itself_and_says_what_the_audit_says(made: Made) -> None:
    folder, reason = made
    assert "python3 verify.py" in (folder / "README.txt").read_text("utf-8")
    code, said = verified(folder)
    case = json.loads((folder / "case.json").read_text("utf-8"))
    assert (code, case["chain_head"] in said, case["chain_head"] in reason) == (0, True, True)
    [mention] = json.loads((folder / "mentions.json").read_text("utf-8"))
    assert (mention["sightings"][0]["likes"], mention["verdict"]["urgency"]) == (7, "yellow")
    sent = json.loads((folder / "deliveries.json").read_text("utf-8"))
    assert {(one["state"], one["state_name"]) for one in sent} == {("pending", "待发")}
    page = (folder / "index.html").read_text("utf-8")
    assert ("<td>待发</td>" in page, "pending" in page) == (True, False)
    assert ("拒载&lt;script&gt;" in page, "http" in page, "<script" in page) == (True, False, False)
    everything = "".join(path.read_text("utf-8") for path in folder.iterdir())
    assert (PHONE in everything, "0123456789abcdef" in everything) == (False, False)


def resealed(folder: Path) -> None:
    """As a forger would: the list of sums made anew."""
    files = [one for one in sorted(folder.iterdir()) if one.name != "SHA256SUMS"]
    sums = (f"{sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in files)
    (folder / "SHA256SUMS").write_text("".join(sums))


@pytest.mark.parametrize(
    ("spoil", "sealed_again", "says"),
    [
        (lambda f: (f / "mentions.json").write_bytes(b"[]"), False, "被改动：mentions.json"),
        (lambda f: (f / "index.html").unlink(), False, "缺少文件：index.html"),
        (lambda f: (f / "more.txt").write_text("x"), False, "多出文件：more.txt"),
        (lambda f: _edit(f, lambda case: case["events"][1].update(note="别的")), True, "第 2 条"),
        (lambda f: _edit(f, lambda case: case["events"].pop(1)), True, "第 2 条"),
        (lambda f: _edit(f, lambda case: case["events"].pop()), True, "末尾被删"),
        (lambda f: (f / "case.json").write_bytes(b"{"), True, "读不出来"),
    ],
)  # fmt: skip
def test_what_was_done_to_a_pack_is_found(  # type: ignore[no-untyped-def]
    made: Made, tmp_path: Path, spoil, sealed_again: bool, says: str
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(made[0], folder)
    spoil(folder)
    if sealed_again:
        resealed(folder)
    code, said = verified(folder)
    assert (code, says in said) == (1, True), said


def _edit(folder: Path, change) -> None:  # type: ignore[no-untyped-def]
    case = json.loads((folder / "case.json").read_text("utf-8"))
    change(case)
    (folder / "case.json").write_text(json.dumps(case, ensure_ascii=False), "utf-8")


def test_originals_are_in_it_only_through_the_door(world: World, tmp_path: Path) -> None:
    case_id = world.say(1, ["taxi_refusal"], text=f"电话{PHONE}")
    with pytest.raises(NotPermitted):
        stranger = Actor(name="乙", role=Role.HANDLER, department="气象局")
        evidence.pack(world.app, case_id, tmp_path, stranger, "想看")
    assert list(tmp_path.glob("*.zip")) == []
    path = evidence.pack(world.app, case_id, tmp_path, CLERK, f"法院调取{PHONE}")
    with zipfile.ZipFile(path) as bundle:
        assert PHONE in bundle.read("originals.json").decode()
        assert PHONE not in "".join(
            bundle.read(n).decode() for n in bundle.namelist() if n != "originals.json"
        )
    with world.app.ledger.read() as books:
        lines = books.audit.lines()
    assert [line["action"] for line in lines] == ["original", "case-pack"]
    assert PHONE not in repr(lines)


def test_a_case_whose_chain_does_not_hold_is_no_evidence(world: World, tmp_path: Path) -> None:
    case_id = world.say(1, ["taxi_refusal"])
    world.close(case_id)
    with world.app.ledger.write() as books:
        books.connection.exec_driver_sql("DROP TRIGGER events_no_update")
        books.connection.exec_driver_sql("UPDATE events SET note = 'x' WHERE no = 2")
    with pytest.raises(LedgerError, match="第 2 条"):
        evidence.pack(world.app, case_id, tmp_path, CLERK)


@pytest.mark.full
def test_no_planted_word_is_in_a_pack(world: World, tmp_path: Path) -> None:
    texts = planted.planted(5_000, 5)
    case_id = world.say(99_999, ["taxi_refusal"])
    raws = [Incoming(platform="weibo", kind=Kind.POST, text=one.text, native_id=str(number))
            for number, one in enumerate(texts)]  # fmt: skip
    LedgerIntake(world.app.ledger, "test", world.clock)(raws)
    with world.app.ledger.write() as books:  # past triage, which would take minutes
        books.connection.exec_driver_sql(
            "INSERT INTO case_mentions SELECT mention_id, ?, 1000 + rowid FROM mentions"
            " WHERE mention_id NOT IN (SELECT mention_id FROM case_mentions)", (case_id,),
        )  # fmt: skip
    app = replace(world.app, ledger=replace(world.app.ledger, folds=Folds()))
    with zipfile.ZipFile(evidence.pack(app, case_id, tmp_path, CLERK)) as bundle:
        shown = "".join(bundle.read(name).decode() for name in bundle.namelist())
    assert len(shown) > 1_000_000
    assert [one for one in texts if one.value in shown] == []
