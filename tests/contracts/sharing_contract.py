"""How every ledger shares out work (``domain.ports.Ledger``); inherit as ``LedgerContract``."""

import pytest
from contracts.ledger_contract import NOW, OnALedger, a_pair, a_verdict

from ledger.engine import Ledger


class SharingContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_what_is_in_hand_gets_its_verdicts(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.mentions.store([a_pair(n) for n in range(3)])
        for left in (2, 1, 0):
            with ledger.to_analyse(1) as batch, batch.write() as books:
                [mention] = batch.mentions
                assert books.mentions.unchanged(batch.mentions) == {mention.mention_id}
                books.mentions.put_verdicts([a_verdict(mention.mention_id)])
            with ledger.read() as books:
                assert books.mentions.waiting().get("analyse", 0) == left
        with ledger.to_analyse(9) as batch:
            assert list(batch.mentions) == []

    def test_what_a_worker_drops_is_as_it_was(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.mentions.store([a_pair(1)])
        with pytest.raises(ZeroDivisionError):
            with ledger.to_analyse(9) as batch, batch.write() as books:
                books.mentions.put_verdicts([a_verdict(batch.mentions[0].mention_id)])
                raise ZeroDivisionError
        with ledger.to_analyse(9) as batch, batch.write() as books:
            assert books.mentions.verdicts([batch.mentions[0].mention_id]) == {}

    def test_who_asks_alone_is_alone_with_a_work(self, ledger: Ledger) -> None:
        for _ in range(2):
            with ledger.alone("index") as mine, ledger.alone("papers") as other:
                assert mine and other
        with pytest.raises(ZeroDivisionError), ledger.alone("index"):
            raise ZeroDivisionError
        with ledger.alone("index") as mine:
            assert mine

    def test_a_clock_is_compared_with_the_servers_where_there_is_one(self, ledger: Ledger) -> None:
        ahead = ledger.ahead(NOW)
        assert (ahead != 0.0) is ledger.shared
