"""A ledger that moves: from a file to a server and back, row by row; and who finds it there."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from contracts.desk_contract import SESSION, USER
from contracts.ledger_contract import (
    NOW,
    PUBLICITY,
    a_pair,
    a_verdict,
    an_alert,
    carried_out,
    command,
    everything,
    opened,
)
from sqlalchemy import text

from domain.errors import LedgerError, NotConfigured
from domain.types import Counts, Reject, SendResult
from ledger import copying
from ledger.engine import Ledger, open_ledger
from ledger.glance import Glance, glance
from tingxue.cli import main
from tingxue.home import LEDGER, home_at, ledger_url, server_url


def file(path: Path) -> Ledger:
    return open_ledger(f"sqlite:///{path}", drill=False, now=NOW)


@pytest.fixture
def full_one(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with something in nearly every table."""
    with closing(file(tmp_path / "ledger.db")) as ledger:
        opened(ledger, "LHS-20261123-0001", [1, 2])
        carried_out(ledger, "LHS-20261123-0001", command("ack", "住建局"), command("note"))
        alert, delivery = an_alert("a1", "LHS-20261123-0001")
        reject = Reject(file="工单.csv", row=3, format="x", reason="坏", fields={"甲": "😡"})
        with ledger.write() as books:
            books.mentions.store([a_pair(n, counts=Counts(likes=n)) for n in range(3, 1203)])
            books.mentions.put_verdicts([a_verdict(a_pair(n)[0].mention_id) for n in (1, 3)])
            books.queue(alert, [delivery])
            books.rejects.add([reject], NOW)
            books.audit.write(NOW, PUBLICITY, "original", "LHS-1", "复核")
            books.users.add(USER)
            books.signins.begin(SESSION)
            books.signins.attempt("1", {"account": "k"}, NOW)
            books.signins.use("n", NOW, NOW)
            books.marks.put("jlrb", {"search:天定山": "17"}, NOW)
        [claimed] = ledger.outbox.claim(NOW, 45, 9)
        ledger.outbox.finish(claimed, SendResult(outcome="ok"), NOW, None)
        yield ledger


LEFT_BEHIND: dict[str, list[object]] = {"sessions": [], "signin_failures": []}
"""Everybody signs in anew on the other ledger."""


def copied(source: Ledger, target: Ledger) -> list[copying.Copied]:
    return copying.copy(source.engine, target.engine, lambda _table, _rows: None)


def by_key(ledger: Ledger) -> dict[str, list[str]]:
    return {table: sorted(map(repr, rows)) for table, rows in everything(ledger).items()}


def test_every_row_comes_along_and_what_is_full_is_refused(
    full_one: Ledger, tmp_path: Path
) -> None:
    with closing(file(tmp_path / "other.db")) as other:
        seen: list[int] = []
        done = copying.copy(full_one.engine, other.engine, lambda _table, rows: seen.append(rows))
        assert everything(other) == everything(full_one) | LEFT_BEHIND
        assert sum(seen) == 2 * copying.rows_of(full_one.engine)
        assert {one.table: one.rows for one in done}["mentions"] == 1202
        before = everything(other)
        with pytest.raises(LedgerError, match=r"不是空的（.*mentions"):
            copied(full_one, other)
        assert everything(other) == before


def test_a_broken_chain_is_not_carried_on(full_one: Ledger, tmp_path: Path) -> None:
    with full_one.write() as books:
        books.connection.execute(text("DROP TRIGGER events_no_update"))
        books.connection.execute(text("UPDATE events SET note = '改过' WHERE no = 2"))
    with closing(file(tmp_path / "other.db")) as other:
        empty = everything(other)
        with pytest.raises(LedgerError, match="LHS-20261123-0001 的记录与链不符"):
            copied(full_one, other)
        assert everything(other) == empty


def test_a_row_that_changed_on_the_way_is_seen(full_one: Ledger, tmp_path: Path) -> None:
    with closing(file(tmp_path / "other.db")) as other:
        with other.write() as books:
            books.connection.execute(
                text(
                    "CREATE TRIGGER spoils AFTER INSERT ON rejects BEGIN"
                    " UPDATE rejects SET reason = '好' WHERE reject_id = new.reject_id; END"
                )
            )
        with pytest.raises(LedgerError, match="表 rejects 抄写前后不一致（1 行与 1 行）"):
            copied(full_one, other)
        assert copying.rows_of(other.engine) == 1  # what opening it put into meta


@pytest.mark.full
def test_to_a_server_and_back_nothing_is_lost(
    full_one: Ledger, postgres_url: str, tmp_path: Path
) -> None:
    with (
        closing(open_ledger(postgres_url, drill=False, now=NOW)) as server,
        closing(file(tmp_path / "back.db")) as back,
    ):
        there = copied(full_one, server)
        assert by_key(server) == by_key(full_one) | LEFT_BEHIND
        assert copied(server, back) == there
        assert everything(back) == everything(full_one) | LEFT_BEHIND
        more = Reject(file="工单.csv", row=4, format="x", reason="坏", fields={})
        with server.write() as books:  # the numbers go on behind those that came along
            assert books.rejects.add([more], NOW) == 1
            assert [number for number, _ in books.rejects.pending()] == [1, 2]


@pytest.mark.full
def test_the_command_moves_an_office_and_says_what_to_do_next(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = home_at(tmp_path / "home")
    monkeypatch.setenv("TINGXUE_HOME", str(home.path))
    with closing(file(home.ledger)) as ledger:
        opened(ledger, "LHS-20261123-0001", [1])
    for variable, said in (("TINGXUE_TEST_NOWHERE", "没有设置"), ("TINGXUE_TEST_TARGET", "一致")):
        monkeypatch.setenv("TINGXUE_TEST_TARGET", postgres_url)
        done = CliRunner().invoke(main, ["ledger", "copy", "--to", f"${{{variable}}}"])
        assert said in done.output
    again = CliRunner().invoke(main, ["ledger", "copy", "--to", postgres_url])
    assert (again.exit_code, "不是空的" in again.output) == (2, True)
    home.ledger.rename(home.ledger.with_suffix(".old"))
    monkeypatch.setenv(LEDGER, postgres_url.replace("+psycopg", ""))
    listed = CliRunner().invoke(main, ["case", "list"])
    assert "LHS-20261123-0001" in listed.output
    assert not home.ledger.exists()
    examined = CliRunner().invoke(main, ["doctor"])
    assert "与台账服务器一致" in examined.output


def test_the_environment_goes_before_the_config_and_the_config_before_the_home(
    tmp_path: Path,
) -> None:
    from config.loader import SHIPPED, load

    home = home_at(tmp_path / "home")
    home.config.mkdir()
    shipped = (SHIPPED / "settings.yaml").read_text("utf-8")
    line = "ledger: postgresql://tingxue:${TINGXUE_TEST_WORD}@10.0.0.5/tingxue\n"
    (home.config / "settings.yaml").write_text(shipped + line, "utf-8")
    environ = {"TINGXUE_TEST_WORD": "a@b/c"}
    plan = load(environ=environ, overrides=home.config)
    ours = "postgresql+psycopg://tingxue:a%40b%2Fc@10.0.0.5/tingxue"
    assert ledger_url(home, plan.ledger, {}) == ours
    assert "a%40b" not in repr(plan)
    assert ledger_url(home, plan.ledger, {LEDGER: "postgresql://x/y"}) == "postgresql+psycopg://x/y"
    assert ledger_url(home, load(environ={}).ledger, {}) == home.ledger_url


@pytest.mark.parametrize("url", ["mysql://x/y", "postgres", "postgresql://", "/var/ledger.db"])
def test_what_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(NotConfigured, match="postgresql://"):
        server_url(url)


@pytest.mark.full
def test_the_watchdog_looks_at_a_server_too(postgres_url: str, tmp_path: Path) -> None:
    with closing(open_ledger(postgres_url, drill=False, now=NOW)) as server:
        alert, delivery = an_alert("a1")
        with server.write() as books:
            books.queue(alert, [delivery])
    assert glance(postgres_url, NOW, NOW) == Glance(soonest=NOW, ran=0, went_well=0)
    nowhere = f"postgresql+psycopg://tingxue:geheim@/tingxue?host={tmp_path}"
    with pytest.raises(LedgerError, match="台账读不出来") as caught:
        glance(nowhere, NOW, NOW)
    assert "geheim" not in str(caught.value)
