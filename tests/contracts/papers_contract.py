"""What every ledger must do for papers: the light rows and the cases read together are what the
whole mentions and the cases one by one are."""

from dataclasses import replace

import pytest
from contracts.ledger_contract import DAY, NOW, OnALedger, OpenHere, a_pair, a_verdict, opened

from domain.errors import NoSuchCase
from domain.types import Counts, Mention, Verdict
from ledger.engine import Ledger


def _counted(mention: Mention, verdict: Verdict) -> tuple[tuple[object, ...], tuple[object, ...]]:
    tags = tuple((tag.category,) for tag in verdict.complaints)
    one = mention.mention_id, mention.platform, mention.first_seen_at, mention.drill
    return one, (verdict.relevant, verdict.places, verdict.polarity, tags)


class PapersContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_a_paper_reads_the_same_mentions_in_light_rows(self, ledger: Ledger) -> None:
        pairs = [
            a_pair(
                n, at=NOW + n % 3 * DAY, counts=Counts(likes=n, lower_bounds=frozenset({"likes"}))
            )
            for n in range(1, 8)
        ]
        with ledger.write() as books:
            books.mentions.store(pairs)
            verdicts = [a_verdict(m.mention_id) for m, _ in pairs[1:]]
            verdicts[0] = replace(verdicts[0], complaints=(), places=(), relevant=False)
            books.mentions.put_verdicts(verdicts)
            books.mentions.store([a_pair(3, at=NOW + 5 * DAY, counts=Counts(views=9))])
        with ledger.read() as books:
            for since, until in (
                (NOW, NOW + 9 * DAY),
                (NOW + DAY, NOW + 2 * DAY),
                (NOW - DAY, NOW),
            ):
                whole = books.mentions.seen_within(since, until)
                assert books.papers.counted(since, until) == [_counted(m, v) for m, v in whole]
                assert books.papers.listed(since, until) == [
                    (
                        (*_counted(m, v)[0], m.published_at, m.url, m.title, m.text),
                        _counted(m, v)[1],
                    )
                    for m, v in whole
                ]
                ids = [m.mention_id for m, _ in whole]
                shown = books.mentions.latest_counts(ids)
                assert books.papers.latest_counts(since, until) == shown
                assert len(shown) == len(whole)
            assert len(books.papers.counted(NOW, NOW + 9 * DAY)) == 6

    def test_many_cases_are_those_that_are_got_one_by_one(self, ledger: Ledger) -> None:
        made = [opened(ledger, f"LHS-{n}", [10 * n, 10 * n + 1]) for n in range(1, 4)]
        known, _, fresh = (case.case_id for case in made)
        with ledger.read() as books:
            alone = [books.cases.get(case.case_id) for case in made]
        with ledger.read() as books:
            books.cases.get(known)
            assert books.cases.many([fresh, known, "LHS-2", known]) == [
                alone[2], alone[0], alone[1], alone[0],
            ]  # fmt: skip
            assert books.cases.many([]) == []
            with pytest.raises(NoSuchCase):
                books.cases.many([known, "LHS-9"])

    def test_many_cases_are_read_as_they_stand_in_a_ledger_just_opened(
        self, open_ledger_here: OpenHere, ledger: Ledger
    ) -> None:
        made = [opened(ledger, f"LHS-{n}", [10 * n, 10 * n + 1]) for n in (1, 2)]
        other = open_ledger_here()
        with other.read() as books:
            assert books.cases.many(["LHS-2", "LHS-1"]) == made[::-1]
        other.close()
