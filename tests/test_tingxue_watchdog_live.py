"""The watchdog as a process of its own, beside a program that is killed, hangs or has no ledger.

Its mail goes to a real SMTP server, with TLS and a login.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from loopback import self_signed
from smtpserver import SECRET, Inbox, check_login, free_port, server, server_side

from alerts.routing import deliveries_for
from config.loader import SHIPPED
from config.reading import read_yaml
from domain.times import system_clock
from domain.types import Alert
from ledger.engine import open_ledger
from tingxue.home import Home, home_at

pytestmark = pytest.mark.full

TINGXUE = str(Path(sys.executable).with_name("tingxue"))
HUNG = Path(__file__).with_name("hungwatch.py")
LIMIT = 3
"""Seconds without a heartbeat; 60 as shipped."""


@dataclass
class Post:
    """The watchdog's home, its environment, and what has come by mail."""

    home: Home
    inbox: Inbox
    environ: dict[str, str]
    serve: Callable[[], object]
    """Begins to take mail; before that nobody listens."""

    @property
    def subjects(self) -> list[str]:
        return [str(one["Subject"]).removeprefix("【看门狗】") for one in self.inbox.mails]

    def comes(self, words: str, seconds: float = 60) -> str:
        """The first mail with these words in its subject."""
        assert until(lambda: any(words in one for one in self.subjects), seconds), self.subjects
        return next(one.get_content() for one in self.inbox.mails if words in str(one["Subject"]))

    def once(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [TINGXUE, "watchdog", "--once"], env=self.environ, capture_output=True, text=True,
            check=False,
        )  # fmt: skip

    @contextmanager
    def runs(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        log = (self.home.path / f"{command[-1].split('/')[-1]}.log").open("wb")
        process = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log)
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            log.close()


def until(true: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it comes true in time. A generous limit: nothing here is timed."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.05)
    return False


def _settings(port: int, certificate: Path) -> str:
    """The shipped file with the watchdog's part as an office would fill it in."""
    mail = {
        "host": "127.0.0.1", "port": str(port), "security": "starttls", "user": "dog",
        "password": "${TINGXUE_WATCHDOG_PASSWORD}", "from": "dog@example.org",
        "to": "duty@example.org", "ca_file": str(certificate), "timeout": "5",
    }  # fmt: skip
    rules = {"heartbeat_seconds": LIMIT, "sources_by": "23:59", "mail": mail}
    settings = read_yaml(SHIPPED / "settings.yaml").data
    assert isinstance(settings, dict)
    return yaml.safe_dump({**settings, "watchdog": rules}, allow_unicode=True)


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    certificate, port, inbox = self_signed(tmp_path / "server.pem"), free_port(), Inbox()
    home = home_at(tmp_path / "home")
    home.config.mkdir()
    (home.config / "settings.yaml").write_text(_settings(port, certificate), "utf-8")
    sources = (SHIPPED / "sources.yaml").read_text("utf-8")
    off = sources.replace("enabled: true", "enabled: false")
    (home.config / "sources.yaml").write_text(off, "utf-8")
    environ = {**os.environ, "TINGXUE_HOME": str(home.path), "TINGXUE_WATCHDOG_PASSWORD": SECRET}
    listening = server(
        inbox, port, tls_context=server_side(certificate), require_starttls=True,
        authenticator=check_login, auth_required=True,
    )  # fmt: skip
    with ExitStack() as stack:
        yield Post(home, inbox, environ, lambda: stack.enter_context(listening))


def overdue(home: Home, minutes: int) -> None:
    """A message in the ledger that should have gone so long ago."""
    now = system_clock() - timedelta(minutes=minutes)
    with closing(open_ledger(home.ledger_url, drill=False, now=now)) as ledger:
        alert = Alert(
            alert_id="a1", case_id=None, purpose="test", level=None, title="x", body="x",
            created_at=now, drill=False,
        )  # fmt: skip
        with ledger.write() as books:
            books.queue(alert, deliveries_for(alert, "宣传部", ["console"]))


def test_a_killed_program_is_told_by_mail_once_and_that_it_is_back(post: Post) -> None:
    post.serve()
    with post.runs(TINGXUE, "watch") as watch, post.runs(TINGXUE, "watchdog"):
        assert until(post.home.heartbeat.exists)
        time.sleep(LIMIT + 1)
        assert [one for one in post.subjects if "没有心跳" in one] == []
        watch.send_signal(signal.SIGKILL)
        assert "请到值守电脑上启动 tingxue watch" in post.comes("没有心跳，最后一次")
        before = len(post.subjects)
        time.sleep(LIMIT)
        assert len(post.subjects) == before
        with post.runs(TINGXUE, "watch"):
            post.comes("已恢复：值守程序没有心跳，最后一次")


def test_a_hung_tick_is_told_although_the_loop_beats(post: Post) -> None:
    post.serve()
    overdue(post.home, 0)
    with post.runs(sys.executable, str(HUNG)), post.runs(TINGXUE, "watchdog"):
        assert "请重新启动 tingxue watch" in post.comes("“通知”停住了")
        assert until(lambda: not any(s.startswith("值守程序没有心跳") for s in post.subjects[-1:]))


def test_an_old_message_and_a_broken_ledger_are_told_by_a_timer_too(post: Post) -> None:
    post.serve()
    overdue(post.home, 20)
    first = post.once()
    assert first.returncode == 1, first.stderr
    assert "有消息发不出去" in post.inbox.mails[0].get_content()
    assert "已晚 20 分钟" in post.inbox.mails[0].get_content()
    with closing(sqlite3.connect(post.home.ledger)) as db:  # nothing but the file itself is left
        db.execute("PRAGMA journal_mode=DELETE")
    size = post.home.ledger.stat().st_size
    with post.home.ledger.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (size - 100))
    assert post.once().returncode == 1
    assert "台账读不出来" in post.subjects[1]
    post.home.ledger.unlink()
    assert post.once().returncode == 1
    assert len(post.subjects) == 2  # the same trouble, and it lasts


def test_a_ledger_that_somebody_holds_is_told(post: Post) -> None:
    post.serve()
    overdue(post.home, 0)
    with closing(sqlite3.connect(post.home.ledger, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode=EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("INSERT INTO meta VALUES ('held', '1')")
        assert post.once().returncode == 1
        assert "台账被其他程序占用" in post.inbox.mails[0].get_content()


def test_an_alarm_that_no_server_took_stays_due(post: Post) -> None:
    failed = post.once()
    assert failed.returncode == 1
    assert "报警信没有发出去（连不上邮件服务器" in failed.stderr
    assert SECRET not in failed.stderr + failed.stdout
    post.serve()
    assert post.once().returncode == 1
    assert len(post.subjects) == 1
    assert post.once().returncode == 1  # the trouble lasts, and has been told
    assert len(post.subjects) == 1


def test_the_watchdog_starts_whatever_else_is_wrong_in_the_config(post: Post) -> None:
    post.serve()
    path = post.home.config / "settings.yaml"
    path.write_text(path.read_text("utf-8").replace("case_prefix: LHS", "case_prefix: x"), "utf-8")
    (post.home.config / "departments.yaml").write_text("nonsense: [", "utf-8")
    assert post.once().returncode == 1
    assert "没有值守程序的心跳" in post.subjects[0]
    del post.environ["TINGXUE_WATCHDOG_PASSWORD"]
    refused = post.once()
    assert refused.returncode == 2
    assert "watchdog.mail.password" in refused.stderr
    assert "环境变量 TINGXUE_WATCHDOG_PASSWORD 没有设置" in refused.stderr
