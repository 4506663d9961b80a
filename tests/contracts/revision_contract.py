"""What a ledger does with a post whose words are seen again and are other words; inherit as
``LedgerContract``.
"""

from dataclasses import replace

import pytest
from contracts.ledger_contract import DAY, NOW, RAW, OnALedger, a_pair, a_verdict

from domain.types import Context, Kind
from ledger.engine import Ledger


class RevisionContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    @pytest.mark.parametrize(
        ("title", "text"),
        [("", "出租车拒载"), ("", "出租车拒载，要两百，司机…全文"), ("", "天定山门口")],
        ids=["its beginning", "cut off by the page", "its title alone"],
    )
    def test_a_page_that_shows_less_of_a_post_changes_nothing(
        self, ledger: Ledger, title: str, text: str
    ) -> None:
        """Results of a search show the beginning or the title; the post itself shows all."""
        whole, raw = a_pair(1, title="天定山门口", text="出租车拒载，要两百，司机还骂人")
        with ledger.write() as books:
            books.mentions.store([(whole, raw)])
            books.mentions.store([a_pair(1, title=title, text=text)])
            assert books.mentions.get(whole.mention_id) == whole
            books.mentions.store([a_pair(1, title=title, text=text + "，后来道歉了")])
            found = books.mentions.get(whole.mention_id)
        assert found is not None and found.revision == 2

    def test_a_changed_text_is_a_revision_and_is_analysed_again(self, ledger: Ledger) -> None:
        later = a_pair(text="改了", at=NOW + DAY)
        with ledger.write() as books:
            books.mentions.store([a_pair()])
            books.mentions.put_verdicts([a_verdict(a_pair()[0].mention_id)])
            books.mentions.triaged([a_pair()[0].mention_id])
            assert books.mentions.store([later]) == []
        with ledger.read() as books:
            [found] = books.mentions.to_analyse(9)
            assert books.mentions.originals(found.mention_id) == [("", RAW), ("", "改了")]
        assert found == replace(a_pair()[0], text="改了", revision=2)

    def test_what_a_search_shows_of_an_article_is_no_revision_of_it(self, ledger: Ledger) -> None:
        """Each search shows the sentences around its own words; the article opened is the text."""
        found, read = Context(source_kind="search"), Context(source_kind="news")

        def seen(text: str, context: Context) -> tuple[str, int]:
            with ledger.write() as books:
                books.mentions.store([a_pair(text=text, kind=Kind.ARTICLE, context=context)])
                mention = books.mentions.get(a_pair()[0].mention_id)
            assert mention is not None
            return mention.text, mention.revision

        assert seen("……出租车拒载……", found) == ("……出租车拒载……", 1)
        assert seen("……押金不退……", found) == ("……出租车拒载……", 1)
        assert seen("全文", read) == ("全文", 2)
        assert seen("……押金不退……", found) == ("全文", 2)
