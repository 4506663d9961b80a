"""The demo as a stranger runs it: one command, no network, ten lines whose numbers are true.

It runs in a process of its own under a ``sitecustomize`` that forbids, and writes down, every
connection and name look-up that leaves this machine and every file opened for writing elsewhere,
in its crawls' child processes too.
"""

import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tingxue.demo import files, runner, script, week, window

pytestmark = [pytest.mark.full, pytest.mark.timeout(400)]  # a whole week, on a busy machine too
TINGXUE = Path(sys.executable).with_name("tingxue")

_GUARD = """
import os, sys

_HOME, _LOG = os.environ["TINGXUE_HOME"] + os.sep, os.environ["GUARD_LOG"]
_LOCAL = ("127.0.0.1", "::1", "localhost")


def _note(text):
    handle = os.open(_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, (text + "\\n").encode())
    os.close(handle)


def _guard(name, args):
    if name == "socket.connect" and isinstance(args[1], tuple) and args[1][0] not in _LOCAL:
        where = args[1][0]
    elif name in ("socket.getaddrinfo", "socket.gethostbyname") and args[0] not in _LOCAL:
        where = args[0]
    elif name == "socket.bind" and isinstance(args[1], tuple) and args[1][0] not in _LOCAL:
        where = args[1][0]
    else:
        where = None
    if where is not None:
        _note(f"network {name} {where}")
        raise PermissionError(f"no network in this test: {name} {where}")
    if name == "open" and "jieba" in str(args[0]) and str(args[0]).endswith(".cache"):
        if not str(args[0]).startswith(_HOME):
            _note(f"file {args[0]}")  # read or written: jieba would trust a stranger's
    if name == "open" and isinstance(args[0], (str, bytes)) and args[2] & (os.O_WRONLY | os.O_RDWR):
        path = os.path.abspath(os.fsdecode(args[0]))
        if not path.startswith((_HOME, "/dev/")) and path != _LOG:
            _note(f"file {path}")
    if name in ("os.mkdir", "os.rename", "os.symlink", "os.link") and args[0] is not None:
        path = os.path.abspath(os.fsdecode(args[0]))
        if not path.startswith(_HOME) and path + os.sep != _HOME:
            _note(f"{name} {path}")


_note(f"watching {sys.argv[0] if hasattr(sys, 'argv') else ''}")
sys.addaudithook(_guard)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One finished run; ``home`` is the demo's own, ``noted`` what the guard wrote down."""

    folder: Path
    home: Path
    code: int
    lines: list[str]
    errors: str
    noted: list[str]


def _run(folder: Path, *arguments: str) -> Demo:
    """``tingxue …`` with HOME, working and temporary directory in folders that stay empty."""
    for name in ("guard", "HOME", "tmp", "cwd"):
        (folder / name).mkdir(exist_ok=True)
    (folder / "guard" / "sitecustomize.py").write_text(_GUARD)
    log = folder / "guard.log"
    done = subprocess.run(
        [TINGXUE, *arguments],
        cwd=folder / "cwd",
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder / "HOME"),
            "TMPDIR": str(folder / "tmp"),
            "TINGXUE_HOME": str(folder / "var"),
            "PYTHONPATH": str(folder / "guard"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GUARD_LOG": str(log),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    noted = log.read_text().splitlines()
    return Demo(folder=folder, home=folder / "var" / "demo", code=done.returncode,
                lines=done.stdout.splitlines(), errors=done.stderr, noted=noted)  # fmt: skip


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo, run once."""
    return _run(tmp_path_factory.mktemp("demo"), "demo", "--no-desk")


@pytest.fixture
def db(demo: Demo) -> Iterator[sqlite3.Connection]:
    """Its ledger, read without any code of ours."""
    with closing(sqlite3.connect(f"file:{demo.home / 'ledger.db'}?mode=ro", uri=True)) as opened:
        yield opened


def _numbers(line: str) -> list[int]:
    """The numbers of a line, but not those inside case numbers and file names."""
    return [int(n) for n in re.findall(r"(?<![\w\-.])\d+(?= [条个行件次案]|，|；|$)", line)]


def _count(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {query}").fetchone()[0])  # noqa: S608 -- ours


def _messages(demo: Demo) -> list[dict[str, str]]:
    paths = sorted(demo.home.glob("*.jsonl"))
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


# --- ten lines, true numbers ----------------------------------------------------------------------


def test_it_ends_well_and_says_ten_lines(demo: Demo) -> None:
    assert (demo.code, len(demo.lines)) == (0, 10), demo.errors[-3000:]
    assert demo.lines[0].startswith("【演练】")
    assert all(line == line.strip() and line for line in demo.lines)


def test_what_came_in_is_what_the_week_holds(demo: Demo) -> None:
    lines = week.lines()
    assert _numbers(demo.lines[0]) == [
        len(lines), len({one.platform for one in lines}), len(files.broken())
    ]  # fmt: skip
    assert _numbers(demo.lines[2])[-1] == sum(one.kind == "call" for one in lines)


def test_verdicts_and_cases_are_those_of_the_ledger(demo: Demo, db: sqlite3.Connection) -> None:
    assert _numbers(demo.lines[1]) == [
        _count(db, "verdicts WHERE relevant"), _count(db, "verdicts WHERE complaints != '[]'")
    ]  # fmt: skip
    assert [int(n) for n in re.findall(r"(\d+) 项", demo.lines[1])] == [
        _count(db, "reviews"), _count(db, "reviews WHERE state = '已立案'")
    ]  # fmt: skip
    assert _count(db, "reviews WHERE state = '待研判'") == 0
    assert 0 < _count(db, "reviews WHERE state = '非投诉'") < _count(db, "reviews")
    levels = [_count(db, f"cases WHERE level = '{level}'") for level in "红橙黄蓝"]
    counted = re.findall(r"[红橙黄蓝] (\d+)", demo.lines[2])
    assert _numbers(demo.lines[2])[0] == sum(levels) == _count(db, "cases")
    assert [int(n) for n in counted] == levels
    members = "case_mentions GROUP BY case_id ORDER BY count(*) DESC LIMIT 1"
    case_id, many = db.execute(f"SELECT case_id, count(*) FROM {members}").fetchone()  # noqa: S608
    assert case_id in demo.lines[3] and f"{many} 条反映并为 1 案" in demo.lines[3]
    red = [c for (c,) in db.execute("SELECT case_id FROM cases WHERE level = '红'")]
    assert sorted(re.findall(r"LHS-\d{8}-\d{4}", demo.lines[4])) == sorted(red)


def test_work_done_is_that_of_the_script_and_the_events(demo: Demo, db: sqlite3.Connection) -> None:
    played = Counter(step.action for step in script.steps() if step.do == "act")
    actions = {
        name: _count(db, f"events WHERE action = '{name}'")
        for name in ("remind", "escalate", "transfer", "rework")
    }
    assert _numbers(demo.lines[5]) == list(actions.values())
    assert (actions["transfer"], actions["rework"]) == (played["transfer"], played["rework"])
    assert _numbers(demo.lines[6]) == [
        _count(db, "cases WHERE status = '已办结'"), _count(db, "cases WHERE recurs IS NOT NULL")
    ]  # fmt: skip


def test_every_step_in_which_a_person_acts_left_its_event(db: sqlite3.Connection) -> None:
    """A step about a mention that is in no case would otherwise pass in silence."""
    done = {row for (row,) in db.execute("SELECT command_id FROM events WHERE command_id != ''")}
    acts = [step for step in script.steps() if step.do == "act"]
    marks = {f"-{step.at}-{step.action}-{step.department}" for step in acts}
    missing = [mark for mark in sorted(marks) if not any(one.endswith(mark) for one in done)]
    assert missing == []


def test_what_was_sent_lies_in_the_channels(demo: Demo, db: sqlite3.Connection) -> None:
    sent, fell_back, undelivered = _numbers(demo.lines[7])
    messages = _messages(demo)
    assert len({one["delivery_id"] for one in messages}) == sent
    dead = "SELECT alert_id, receiver FROM deliveries WHERE state = 'dead'"
    again = f"deliveries WHERE state = 'sent' AND (alert_id, receiver) IN ({dead})"
    assert (fell_back, undelivered) == (_count(db, again), 0) and fell_back > 0
    assert _count(db, f"({dead})") == fell_back


def test_every_message_and_paper_says_that_it_is_a_drill(demo: Demo) -> None:
    messages = _messages(demo)
    assert [m["title"] for m in messages if not m["title"].startswith("【演练】")] == []
    names = sorted(path.name for path in (demo.home / "reports").iterdir() if path.is_file())
    assert demo.lines[8] == f"报告：{'、'.join(names)}"
    assert len(names) == 4 and all("演练" in name for name in names)


def test_a_browser_brings_its_part_or_the_export_does_and_it_says_which(
    demo: Demo, db: sqlite3.Connection
) -> None:
    by_browser = _count(db, f"mentions WHERE source = '{window.SOURCE}'")
    if shutil.which("chromium"):
        assert by_browser == 3 and "由浏览器" in demo.errors
    else:
        assert by_browser == 0 and "改由导出文件导入" in demo.errors


def test_it_writes_no_log_but_of_trouble(demo: Demo) -> None:
    assert not re.search(r"\b(DEBUG|INFO|ERROR)\b|Traceback", demo.errors)


# --- inside its own walls -------------------------------------------------------------------------


def test_nothing_leaves_this_machine(demo: Demo) -> None:
    crawls = sum(step.do == "crawl" for step in script.steps())
    windows = bool(shutil.which("chromium"))  # what it may reach: test_crawlers_rounds.py
    assert sum(line.startswith("watching") for line in demo.noted) == 1 + crawls + windows
    assert [line for line in demo.noted if line.startswith("network")] == []


def test_nothing_is_kept_outside_its_home(demo: Demo) -> None:
    """Scratch files may come and go where the system wants them; jieba's is none."""
    scratch = str(demo.folder / "tmp")
    outside = [n for n in demo.noted if n.startswith(("file", "os."))
               and (scratch not in n or n.endswith(".cache"))]  # fmt: skip
    left = [path for name in ("HOME", "tmp", "cwd") for path in (demo.folder / name).rglob("*")]
    assert (outside, left) == ([], [])


def test_only_the_owner_can_read_what_it_keeps(demo: Demo) -> None:
    kept = [demo.home.parent, *demo.home.parent.rglob("*")]
    open_to_others = [str(path) for path in kept if path.stat().st_mode & 0o077]
    assert open_to_others == [] and demo.home.stat().st_mode & 0o777 == 0o700


# --- again, and beside real data ------------------------------------------------------------------


@pytest.mark.full
def test_a_second_run_says_the_same(demo: Demo) -> None:
    again = _run(demo.folder, "demo", "--no-desk")
    assert (again.code, again.lines) == (0, demo.lines)


def test_a_drill_ledger_is_never_opened_as_a_real_one(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ledger.db").write_bytes((demo.home / "ledger.db").read_bytes())
    refused = _run(tmp_path, "case", "list")
    assert (refused.code, refused.lines) == (2, [])
    assert "演练" in refused.errors and "Traceback" not in refused.errors


def test_a_real_ledger_in_the_demos_place_is_left_alone(tmp_path: Path) -> None:
    real = tmp_path / "var" / "demo"
    real.mkdir(parents=True)
    with runner.opened(home=runner.home_at(real), environ={}, channels={}):
        pass
    before = (real / "ledger.db").read_bytes()
    refused = _run(tmp_path, "demo", "--no-desk")
    assert (refused.code, refused.lines) == (2, []), refused.errors
    assert "正式台账" in refused.errors
    assert (real / "ledger.db").read_bytes() == before


_DESK = """
import os, sys
from pathlib import Path
from tingxue.demo.visiting import receive
from tingxue.home import Home
receive(Home(Path(sys.argv[1])), lambda line: print(line, flush=True), port=int(sys.argv[2]))
"""


def test_the_demo_ends_at_the_desk_with_one_login_that_works(demo: Demo) -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    child = subprocess.Popen(
        [sys.executable, "-c", _DESK, str(demo.home), str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        code = re.search(r"一次性口令 ([2-9A-Z-]{19})", line)
        assert code and f"http://127.0.0.1:{port}" in line
        address = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=address, trust_env=False, headers={"origin": address}) as web:
            for _ in range(100):
                with suppress(httpx.TransportError):
                    assert "演练数据" in web.get("/login").text
                    break
                time.sleep(0.1)
            login = {"name": "演练值班员", "password": code[1]}
            assert web.post("/login", data=login).headers["location"] == "/"
            assert web.get("/").headers["location"] == "/password"
    finally:
        child.kill()
        child.wait()
        child.stdout.close() if child.stdout else None
