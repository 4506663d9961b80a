"""What every ledger must do with the review list and the corrections (``domain.ports.Reviews``,
``domain.ports.Corrections``); inherit as ``LedgerContract``.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from contracts.ledger_contract import (
    DAY,
    KEEP,
    NOW,
    PUBLICITY,
    OnALedger,
    a_pair,
    a_verdict,
    everything,
    together,
    url_of,
)
from sqlalchemy import update

from domain.errors import Conflict, NoSuchReview
from domain.reviews import Correction, Origin, Review, ReviewState
from domain.types import ComplaintTag, Context, Kind, Polarity, Urgency
from ledger import schema
from ledger.engine import Ledger, open_ledger


def an_item(number: int, members: Sequence[str], at: datetime = NOW) -> Review:
    return Review(
        review_id=f"YP-20261123-{number:04d}", state=ReviewState.WAITING,
        mention_ids=tuple(members), opened_at=at, due_at=at + timedelta(hours=2),
        next_at=at + timedelta(hours=1),
    )  # fmt: skip


def a_word(mention_id: str, at: datetime = NOW, **more: object) -> Correction:
    word = Correction(
        mention_id=mention_id, at=at, actor=PUBLICITY, origin=Origin.REVIEW, complaint=True,
        categories=("parking", "lodging"), platform="weibo", kind=Kind.POST, text="打 *** 找我",
        context=Context(own_channel=True, query="天定山"),
        said=(ComplaintTag(category="parking", confidence=0.5, evidence=()),),
        polarity=Polarity.NEGATIVE, urgency=Urgency.YELLOW, version="1",
    )  # fmt: skip
    return replace(word, **more)  # type: ignore[arg-type]


def stored(ledger: Ledger, *numbers: int, at: datetime = NOW) -> list[str]:
    """New mentions of these numbers; their ids."""
    pairs = [a_pair(n, at=at) for n in numbers]
    with ledger.write() as books:
        books.mentions.store(pairs)
    return [mention.mention_id for mention, _ in pairs]


def decide(start: object, url: str, mention_id: str) -> None:
    """In a process of its own: read the item, wait for the other, and try to decide it."""
    ledger = open_ledger(url, drill=False, now=NOW)
    with ledger.read() as books:
        item = books.reviews.get("YP-20261123-0001")
    start.wait(60)  # type: ignore[attr-defined]
    try:
        with ledger.write() as books:
            books.reviews.put(replace(item, state=ReviewState.CONFIRMED, version=2))
            books.corrections.add(a_word(mention_id), ["x"])
    except Conflict:
        pass
    ledger.close()


class ReviewContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_an_item_comes_back_whole_and_waits_until_it_is_decided(self, ledger: Ledger) -> None:
        one, two = stored(ledger, 1, 2)
        with ledger.write() as books:
            assert not books.reviews.any_waiting()
            books.reviews.put(an_item(1, [one]))
        grown = replace(an_item(1, [one, two]), version=2)
        done = replace(
            grown, version=3, state=ReviewState.DISMISSED, decided_at=NOW + DAY, decided_by="甲",
            reason="不是", case_id=None,
        )  # fmt: skip
        with ledger.write() as books:
            books.reviews.join(grown.review_id, two)
            assert books.reviews.waiting() == [grown]
            assert books.reviews.by_mention([one, two]) == dict.fromkeys(
                (one, two), grown.review_id
            )
        with ledger.write() as books:
            books.reviews.put(done)
        with ledger.read() as books:
            assert books.reviews.get(done.review_id) == done
            assert (books.reviews.waiting(), books.reviews.any_waiting()) == ([], False)
            assert books.reviews.by_mention([one, two]) == {}
            with pytest.raises(NoSuchReview):
                books.reviews.get("YP-1")
        with pytest.raises(Conflict), ledger.write() as books:
            books.reviews.join(done.review_id, two)
        with ledger.read() as books:
            assert books.reviews.get(done.review_id) == done

    def test_an_item_is_due_from_its_next_step_on_while_it_waits(self, ledger: Ledger) -> None:
        one, two = stored(ledger, 1, 2)
        hour = timedelta(hours=1)
        with ledger.write() as books:
            for number, mention_id in enumerate((one, two), 1):
                books.reviews.put(an_item(number, [mention_id]))
            assert books.reviews.due(NOW + hour - timedelta(seconds=1)) == []
            first, second = books.reviews.due(NOW + hour)
            books.reviews.put(replace(first, next_at=NOW + 2 * hour, version=2))
            books.reviews.put(replace(second, state=ReviewState.DISMISSED, version=2))
            assert books.reviews.due(NOW + hour) == []
            assert books.reviews.counts() == {ReviewState.WAITING: 1, ReviewState.DISMISSED: 1}
            assert [item.review_id for item in books.reviews.due(NOW + 2 * hour)] == [
                first.review_id
            ]

    def test_who_decided_on_an_older_item_is_refused_and_writes_nothing(
        self, ledger: Ledger
    ) -> None:
        (one,) = stored(ledger, 1)
        with ledger.write() as books:
            books.reviews.put(an_item(1, [one]))
            books.reviews.put(replace(an_item(1, [one]), version=2))
        before = everything(ledger)
        with pytest.raises(Conflict), ledger.write() as books:
            books.corrections.add(a_word(one), ["x"])
            books.reviews.put(replace(an_item(1, [one]), version=2, state=ReviewState.CONFIRMED))
        assert everything(ledger) == before

    @pytest.mark.full
    def test_of_two_processes_that_decide_one_item_one_does(self, ledger: Ledger) -> None:
        (one,) = stored(ledger, 1)
        with ledger.write() as books:
            books.reviews.put(an_item(1, [one]))
        together(decide, [url_of(ledger), one], [url_of(ledger), one])
        with ledger.read() as books:
            assert len(books.corrections.all()) == 1
            assert books.reviews.get("YP-20261123-0001").version == 2

    def test_items_that_wait_are_found_by_key_and_time_newest_first(self, ledger: Ledger) -> None:
        one, two = stored(ledger, 1, 2)
        with ledger.write() as books:
            for number, mention_id in enumerate((one, two), 1):
                at = NOW + number * timedelta(hours=1)
                books.reviews.put(an_item(number, [mention_id]))
                books.reviews.add_keys(f"YP-20261123-{number:04d}", mention_id, ["a", "b"], at)
                books.reviews.add_keys(f"YP-20261123-{number:04d}", mention_id, ["a"], at)
            ways = (books.reviews.newest_by_keys, partial(books.reviews.last_by_keys, most=9))
            for found in ways:
                assert [hit.mention_id for hit in found({"a": NOW, "c": NOW})] == [two, one]
                late = found({"a": NOW + timedelta(hours=2)})
                assert [hit.case_id for hit in late] == ["YP-20261123-0002"]
                assert found({}) == []
            newest = books.reviews.last_by_keys({"a": NOW, "b": NOW}, 1)
            assert {hit.mention_id for hit in newest} == {two}
            books.reviews.put(replace(an_item(2, [two]), version=2, state=ReviewState.DISMISSED))
            for found in ways:
                assert [hit.mention_id for hit in found({"a": NOW})] == [one]

    def test_items_are_numbered_within_a_day_in_changchun(self, ledger: Ledger) -> None:
        (one,) = stored(ledger, 1)
        with ledger.write() as books:
            assert books.reviews.next_id(NOW) == "YP-20261123-0001"
            books.reviews.put(an_item(1, [one]))
            assert books.reviews.next_id(NOW) == "YP-20261123-0002"
            assert books.reviews.next_id(NOW + 10 * timedelta(hours=1)) == "YP-20261124-0001"

    def test_words_come_back_whole_and_the_newest_on_a_mention_counts(self, ledger: Ledger) -> None:
        first, second = a_word("a" * 24), a_word("a" * 24, complaint=False, categories=())
        with ledger.write() as books:
            assert not books.corrections.any()
            numbers = [books.corrections.add(one, ["x", "y"]) for one in (first, second)]
            assert numbers == [1, 2] and books.corrections.any()
            kept = [replace(first, number=1), replace(second, number=2)]
            assert books.corrections.all() == kept
            assert books.corrections.of(["a" * 24, "b" * 24]) == {"a" * 24: kept[1]}
            assert books.corrections.all(NOW + DAY) == []

    def test_words_are_found_by_fingerprint_the_nearest_first(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.corrections.add(a_word("a" * 24), ["x", "y", "z"])
            books.corrections.add(a_word("b" * 24), ["x"])
            books.corrections.add(a_word("c" * 24), ["x"])
            found = books.corrections.near([["x", "y"], ["w"], [], ["y"]], 9)
            assert [[one.number for one in some] for some in found] == [[1, 3, 2], [], [], [1]]
            (few,) = books.corrections.near([["x", "y"]], 2)
            assert [one.number for one in few] == [1, 3]

    def test_a_mention_whose_words_wait_to_be_read_is_unread(self, ledger: Ledger) -> None:
        one, two = stored(ledger, 1, 2)
        with ledger.write() as books:
            books.mentions.put_verdicts([a_verdict(two)])
            assert books.mentions.unread([one, two, "f" * 24]) == {one}

    def test_what_is_old_goes_with_its_keys_and_what_is_held_stays(self, ledger: Ledger) -> None:
        old = NOW - 731 * DAY
        one, two = stored(ledger, 1, 2, at=old)
        with ledger.write() as books:
            for number, mention_id in enumerate((one, two), 1):
                books.reviews.put(an_item(number, [mention_id], old))
                books.reviews.add_keys(f"YP-20261123-{number:04d}", mention_id, ["a"], old)
                books.corrections.add(a_word(mention_id, old), ["a"])
            books.corrections.add(a_word(one, NOW), ["b"])
            mentions = schema.mentions
            hold = update(mentions).where(mentions.c.mention_id == two).values(held=True)
            books.connection.execute(hold)
            counts = books.purge.run(NOW, KEEP)
            assert (counts["mentions"], counts["corrections"]) == (1, 1)
            assert [item.mention_ids for item in books.reviews.waiting()] == [(two,)]
            assert [word.number for word in books.corrections.all()] == [2, 3]
