"""How far an event has spread, as every ledger counts it (``domain.ports.Reach``); inherit as
``LedgerContract``.
"""

from datetime import timedelta

from contracts.ledger_contract import (
    DAY,
    NOW,
    TERMS,
    OnALedger,
    a_pair,
    command,
    opened,
    written,
)

from domain.casefold import apply
from domain.casework import add_report
from domain.commands import decide
from domain.joining import Group
from domain.types import Counts
from ledger.engine import Ledger

FAR = 3_000_000_000
"""Views that 32 bits do not hold."""


class ReachContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_reports_views_reactions_and_authors_of_a_case_are_counted(
        self, ledger: Ledger
    ) -> None:
        opened(ledger, "LHS-1", [1, 2])
        lone = a_pair(3, at=NOW - 2 * DAY, author_ref=None, counts=Counts(views=FAR, likes=1))
        with ledger.write() as books:
            books.mentions.store([a_pair(1, at=NOW + DAY, counts=Counts(views=1))])
            later = Counts(views=FAR, likes=2, comments=3, shares=4)
            books.mentions.store([a_pair(1, at=NOW + 2 * DAY, counts=later), lone])
            group = Group(case_id="LHS-1", also=lone[0].mention_id)
            since = [NOW - 3 * DAY, NOW, NOW + DAY]
            assert books.reach.count(group, NOW - DAY, since) == (2, 2 * FAR, 10, [2, 1, 0])
            fresh = Group(case_id="LHS-1", also=lone[0].mention_id, after=NOW - DAY)
            assert books.reach.count(fresh, NOW - 9 * DAY, []) == (2, FAR, 9, [])
            nobody = Group(case_id="", also="")
            assert books.reach.count(nobody, NOW - DAY, [NOW]) == (0, 0, 0, [0])

    def test_a_report_that_joins_in_the_same_transaction_counts_once_and_for_ever(
        self, ledger: Ledger
    ) -> None:
        opened(ledger, "LHS-1", [1])
        new = a_pair(2, author_ref="a:2", counts=Counts(views=5))
        other = a_pair(3, author_ref="a:3", counts=Counts(views=7))
        with ledger.write() as books:
            books.mentions.store([new, other])
            group = Group(case_id="LHS-1", also=new[0].mention_id)
            assert books.reach.count(group, NOW, [NOW]) == (2, 5, 0, [2])
            lone = Group(case_id="LHS-1", also=other[0].mention_id)
            assert books.reach.count(lone, NOW, [NOW]) == (2, 7, 0, [2])
            case = books.cases.get("LHS-1")
            joins = add_report(
                case, at=NOW, mention_ids=[new[0].mention_id], categories=(), charges=(),
                terms=TERMS,
            )  # fmt: skip
            books.cases.append(apply(case, joins), [joins])
            assert books.reach.count(group, NOW, [NOW]) == (2, 5, 0, [2])
            assert books.reach.count(lone, NOW, [NOW]) == (3, 12, 0, [3])

    def test_what_is_merged_into_a_case_counts_with_it(self, ledger: Ledger) -> None:
        for n in (1, 2):
            opened(ledger, f"LHS-{n}", [n])
        with ledger.read() as books:
            merged = decide(books.cases.get("LHS-2"), command("merge", to="LHS-1"), TERMS)
        written(ledger, "LHS-2", *merged)
        with ledger.read() as books:
            group = Group(case_id="LHS-1", also="")
            assert books.reach.count(group, NOW, [])[0] == 2

    def test_reports_nearby_are_those_under_a_key_and_the_groups_own_each_once(
        self, ledger: Ledger
    ) -> None:
        opened(ledger, "LHS-1", [1])
        opened(ledger, "LHS-2", [2])
        with ledger.read() as books:
            group = Group(case_id="LHS-1", also="")
            assert books.reach.nearby(group, ["thread:x", "thread:y"], NOW) == 2
            assert books.reach.nearby(group, ["thread:x"], NOW + timedelta(seconds=1)) == 1
            assert books.reach.nearby(group, ["thread:y"], NOW) == 1
