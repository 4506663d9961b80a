"""What every ledger lists and counts for 线索, 态势 and 审计; inherit as ``LedgerContract``."""

from dataclasses import replace
from datetime import timedelta

from contracts.ledger_contract import DAY, NOW, OnALedger, a_pair, a_verdict, opened

from domain.times import shanghai_day
from domain.types import Actor, Polarity, Role
from ledger.audit import AuditQuery
from ledger.dailies import Total
from ledger.engine import Ledger
from ledger.leads import LeadQuery, Read, Stage


def filled(ledger: Ledger) -> list[str]:
    """Four mentions, a minute apart: a complaint in a case, a complaint, a foreign text, an unread
    one."""
    opened(ledger, "LHS-1", [1])
    pairs = [a_pair(n, at=NOW + timedelta(minutes=n)) for n in (2, 3, 4)]
    ids = [f"{n:024x}" for n in (1, 2, 3, 4)]
    other = replace(
        a_verdict(ids[2]), relevant=False, complaints=(), places=(), polarity=Polarity.POSITIVE
    )
    with ledger.write() as books:
        books.mentions.store(pairs)
        books.mentions.put_verdicts([a_verdict(ids[0]), a_verdict(ids[1]), other])
    return ids


class LookoutsContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_mentions_are_found_by_what_was_made_of_them(self, ledger: Ledger) -> None:
        a, b, c, d = filled(ledger)
        wanted = {
            LeadQuery(): [d, c, b, a], LeadQuery(read=Read.COMPLAINT): [b, a],
            LeadQuery(read=Read.FOREIGN): [c], LeadQuery(read=Read.UNREAD): [d],
            LeadQuery(read=Read.NONE): [], LeadQuery(category="parking"): [b, a],
            LeadQuery(category="park_ng"): [], LeadQuery(place="国信"): [b, a],
            LeadQuery(place="国"): [], LeadQuery(polarity="positive"): [c],
            LeadQuery(stage=Stage.CASE): [a], LeadQuery(stage=Stage.WAITING): [],
            LeadQuery(stage=Stage.NOWHERE): [d, c, b], LeadQuery(ids=(b, c)): [c, b],
            LeadQuery(platform="weibo", since=NOW + timedelta(minutes=3)): [d, c],
            LeadQuery(until=NOW + timedelta(minutes=2)): [a],
        }  # fmt: skip
        with ledger.read() as books:
            for query, ids in wanted.items():
                for most in (1, 3, 99):
                    page = books.leads.page(query, limit=9, most=most)
                    found = list(page.ids)
                    while page.end is not None:
                        page = books.leads.page(replace(query, after=page.end), limit=9, most=most)
                        found += page.ids
                    assert found == ids, query

    def test_a_days_totals_are_kept_until_a_verdict_of_the_day_changes(
        self, ledger: Ledger
    ) -> None:
        ids, day = filled(ledger), shanghai_day(NOW)
        one = Total(kind="all", name="", mentions=2, complaints=2)
        with ledger.write() as books:
            heard = list(books.dailies.heard(NOW, NOW + DAY, drill=False))
            assert [(h.polarity, h.categories, h.places) for h in heard] == [
                ("negative", ("parking",), ("天定山", "国信"))
            ] * 2  # fmt: skip
            assert list(books.dailies.heard(NOW, NOW + DAY, drill=True)) == []
            assert books.dailies.kept([day]) == {}
            books.dailies.put(day, books.dailies.begin(day), [one])
        for _ in range(2):
            with ledger.write() as books:
                assert books.dailies.kept([day, day + DAY]) == {day: True}
                books.mentions.put_verdicts([a_verdict(ids[2])])
                assert books.dailies.kept([day]) == {day: False}
                assert books.dailies.totals([day]) == {day: [one]}
                books.dailies.put(day, books.dailies.begin(day), [one])

    def test_the_audit_is_read_by_action_person_and_time(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            for number in range(6):
                actor = Actor(name=f"人{number % 2}", role=Role.ADMIN)
                action = "original" if number % 3 else "signin"
                books.audit.write(NOW + number * DAY, actor, action, "x", "y")
            asked = {
                AuditQuery(): [6, 5, 4, 3, 2, 1], AuditQuery(action="signin"): [4, 1],
                AuditQuery(actor="人1"): [6, 4, 2], AuditQuery(before=3): [2, 1],
                AuditQuery(since=NOW + DAY, until=NOW + 3 * DAY): [3, 2],
                AuditQuery(actor="人1", action="original", before=6): [2],
            }  # fmt: skip
            for query, numbers in asked.items():
                assert [line.no for line in books.audit.page(query, 9)] == numbers
            assert [line.no for line in books.audit.page(AuditQuery(), 2)] == [6, 5]
