"""Makes the small ledger that is stored for the newest version of the schema, by its day's code.

    python tests/ledgermaking.py        writes tests/data/ledgers/0012.sql (or whichever is newest)

Run once, when a version of the schema is new; never again for an old one: what lies there was
written by the program as it was, which is what ``test_ledger_upgrades.py`` opens with today's.
"""

import csv
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

STORED = Path(__file__).parent / "data" / "ledgers"
_PROGRAM = "from tingxue.cli import main; main()"
_CALLS = (
    ("工单编号", "工单标题", "诉求内容", "受理时间"),
    ("GD-0001", "出租车拒载", "11月26日晚在天定山滑雪场门口，出租车拒载，司机不打表，要价一百元，"
     "我的电话15400001234。", "2026-11-26 20:15:00"),
    ("GD-0002", "房间没有暖气", "在天定山附近的民宿住宿，房间没有暖气也没有热水，老板不给退款。",
     "2026-11-26 21:40:00"),
    ("", "没有编号", "这一行没有编号，收不了。", "2026-11-26 22:00:00"),
)  # fmt: skip
_POSTS = (
    ("平台", "类型", "编号", "内容", "作者", "发布时间", "点赞数"),
    ("微博", "帖子", "5000000000000001", "天定山滑雪场今天雪质真好，下次还来", "u1",
     "2026-11-26 12:00:00", "12"),
    ("小红书", "帖子", "6123456789abcdef01234567", "天定山缆车停了半小时，人被困在半空，没人管",
     "u2", "2026-11-26 13:00:00", "340"),
)  # fmt: skip


def make(folder: Path) -> Path:
    """Play a short day in a home below the folder; its ledger."""
    home = folder / "home"

    def run(*words: str, fine: Sequence[int] = (0,)) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *words], capture_output=True, text=True, check=False,
            env={**os.environ, "TINGXUE_HOME": str(home)},
        )  # fmt: skip
        if done.returncode not in fine:
            raise RuntimeError(f"{words}: {done.stderr}")
        return done.stdout

    run("import", str(_table(folder / "工单.csv", _CALLS)), fine=(0, 2))
    run("import", str(_table(folder / "导出.csv", _POSTS)))
    first, *_rest, last = sorted(set(re.findall(r"LHS-\d{8}-\d{4}", run("case", "list"))))
    with closing(sqlite3.connect(home / "ledger.db")) as db:
        query = "SELECT case_id, department FROM obligations WHERE duty = 'lead' ORDER BY position"
        leads = dict(reversed(db.execute(query).fetchall()))
    handler = ("--by", "甲", "--role", "handler", "--department", leads[first])
    publicity = ("--by", "乙", "--role", "宣传部")
    run("case", "ack", first, *handler)
    run("case", "reply", first, *handler, "--note", "已约谈并退款")
    run("case", "accept", first, *publicity, "--for", leads[first])
    run("case", "original", first, *publicity, "--reason", "复核")
    run("purge", "hold", first, "--reason", "复议期间", "--by", "乙")
    run("case", "ack", last, "--by", "丙", "--role", "handler", "--department", leads[last])
    run("desk", "user", "add", "丁", "--role", "督查室")
    return home / "ledger.db"


def _table(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


def main() -> None:
    """Store it, as SQL that a person can read."""
    with tempfile.TemporaryDirectory() as folder:
        with closing(sqlite3.connect(make(Path(folder)))) as db:
            [version] = db.execute("SELECT version_num FROM alembic_version").fetchone()
            db.execute("DELETE FROM meta WHERE key = 'clock'")  # it names this machine
            text = "\n".join(db.iterdump()) + "\n"
    STORED.mkdir(exist_ok=True)
    (STORED / f"{version}.sql").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
