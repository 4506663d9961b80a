"""What every ledger keeps for the duty desk, and how it lists; inherit as ``LedgerContract``."""

from dataclasses import replace
from datetime import timedelta

import pytest
from contracts.ledger_contract import NOW, OnALedger, an_alert, carried_out, command, opened
from sqlalchemy import false, true

from domain.errors import InputError
from domain.types import Role
from ledger.engine import Ledger
from ledger.signins import Session
from ledger.users import User
from ledger.worklists import CaseQuery, of_department

USER = User(name="张三", role=Role.HANDLER, department="住建局", created_at=NOW)
SESSION = Session(sid="a" * 64, user=USER, csrf="c", created_at=NOW, seen_at=NOW,
                  idle_minutes=30, ends_at=NOW + timedelta(hours=24))  # fmt: skip
MINUTE = timedelta(minutes=1)


class DeskContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_an_account_is_invited_opened_and_closed(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.users.add(USER)
            books.users.invite("张三", "s" * 64, NOW + MINUTE)
        with ledger.write() as books:
            invited = books.users.get("张三")
            assert invited == replace(USER, setup="s" * 64, setup_until=NOW + MINUTE)
            books.users.set_password("张三", "argon")
            assert books.users.find("张三") == replace(USER, password="argon")
            books.users.disable("张三")
            assert books.users.all() == [replace(USER, password="argon", disabled=True)]
            assert books.users.find("李四") is None
        with pytest.raises(InputError, match="没有“李四”"), ledger.read() as books:
            books.users.get("李四")
        with pytest.raises(InputError, match="已有账号"), ledger.write() as books:
            books.users.add(replace(USER, department="城管局"))

    def test_a_session_lasts_while_it_is_used_and_its_account_is_open(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.users.add(USER)
            books.signins.begin(SESSION)
        with ledger.write() as books:
            assert books.signins.find(SESSION.sid, NOW + 29 * MINUTE) == SESSION
            assert books.signins.find(SESSION.sid, NOW + 30 * MINUTE) is None
            assert books.signins.find("b" * 64, NOW) is None
            books.signins.touch(SESSION, NOW + 29 * MINUTE)
            assert books.signins.find(SESSION.sid, NOW + 58 * MINUTE)
            books.users.disable("张三")
            assert books.signins.find(SESSION.sid, NOW + 58 * MINUTE) is None
            assert (books.signins.end_all("张三"), books.signins.end_all("张三")) == (1, 0)

    def test_an_attempt_counts_until_it_succeeds_and_only_for_a_while(self, ledger: Ledger) -> None:
        keys = {"account": "k" * 64, "address": "h" * 64}
        with ledger.write() as books:
            for number in range(3):
                books.signins.attempt(f"{number}", keys, NOW + number * MINUTE)
            assert books.signins.failed_since(keys, NOW) == {"account": 2, "address": 2}
            books.signins.succeeded("2", keys["account"])
            left = books.signins.failed_since(keys, NOW - MINUTE)
            assert left == {"account": 0, "address": 2}
            books.signins.forget(NOW, NOW + MINUTE)
            assert books.signins.failed_since(keys, NOW - MINUTE) == {"account": 0, "address": 0}

    def test_a_link_is_used_once_and_forgotten_when_it_is_too_old(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            assert not books.signins.used("n")
            assert books.signins.use("n", NOW, NOW + MINUTE)
            assert not books.signins.use("n", NOW, NOW + MINUTE)
            assert books.signins.used("n")
            books.signins.forget(NOW + MINUTE, NOW)
            assert not books.signins.used("n")

    def test_cases_are_listed_by_whatever_is_asked(self, ledger: Ledger) -> None:
        for number in (1, 2, 3):
            opened(ledger, f"LHS-20261123-000{number}", [number])
        carried_out(ledger, "LHS-20261123-0002", command("ack", "住建局"))
        with ledger.read() as books:
            everything, total = books.worklists.cases(CaseQuery(), true(), limit=2)
            assert ([one.case_id[-1] for one in everything], total) == (["3", "2"], 3)
            first = everything[0]
            assert first.reports == 1 and ("住建局", "待签收") in first.parts
            for query, count in (
                (CaseQuery(status="待签收"), 2), (CaseQuery(level=str(first.level)), 3),
                (CaseQuery(category=first.categories[0]), 3), (CaseQuery(category="%"), 0),
                (CaseQuery(department="住建局"), 3), (CaseQuery(department="没有"), 0),
                (CaseQuery(place=first.place or ""), 3), (CaseQuery(ids=[]), 0),
                (CaseQuery(ids=["LHS-20261123-0001"]), 1), (CaseQuery(but=first.case_id), 2),
                (CaseQuery(since=first.opened_at), 3), (CaseQuery(until=first.opened_at), 0),
            ):  # fmt: skip
                lines, total = books.worklists.cases(query, true(), limit=9)
                assert len(lines) == total == count, query
            assert books.worklists.cases(CaseQuery(), false(), limit=9) == ([], 0)
            assert books.worklists.cases(CaseQuery(), of_department("住建局"), limit=9)[1] == 3

    def test_what_is_owed_is_listed_by_its_limit(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-20261123-0001", [1])
        with ledger.read() as books:
            case = books.cases.get("LHS-20261123-0001")
            row, lists = case.obligations[0], books.worklists
            before, after = row.ack_due - MINUTE, row.ack_due + MINUTE
            late = lists.overdue(true(), after, mine=None, limit=9)[1]
            assert lists.overdue(true(), before, mine=None, limit=9)[1] < late
            assert lists.unsigned(true(), before, mine=row.department, limit=9)[1] == 1
            assert lists.unsigned(true(), before, mine="没有", limit=9) == ([], 0)
            assert lists.unsigned(false(), before, mine=None, limit=9) == ([], 0)
            assert lists.to_judge(true(), limit=9) == ([], 0)
        carried_out(ledger, case.case_id, command("ack", row.department))
        with ledger.read() as books:
            lists, soon = books.worklists, timedelta(hours=2)
            at = row.reply_due - timedelta(hours=1)
            [line] = lists.soon(true(), at, soon, mine=row.department, limit=9)[0]
            assert (line.due, line.status, line.level) == (row.reply_due, "已签收", case.level)
            assert lists.soon(true(), at - soon, soon, mine=row.department, limit=9) == ([], 0)
        carried_out(ledger, case.case_id, command("reply", row.department))
        with ledger.read() as books:
            assert books.worklists.to_judge(true(), limit=9)[1] == 1
            assert books.worklists.reviews(NOW) == (0, 0)
            assert len(books.worklists.seen_at(case.case_id)) == 1

    def test_who_was_told_of_a_case_is_listed(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-20261123-0001", [1])
        alert, delivery = an_alert("a1", "LHS-20261123-0001")
        with ledger.write() as books:
            books.queue(alert, [delivery])
        with ledger.read() as books:
            [told] = books.worklists.told("LHS-20261123-0001")
        assert (told.receiver, told.state, told.title) == ("住建局", "pending", "题")
