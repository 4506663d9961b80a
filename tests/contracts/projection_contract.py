"""What a ledger must remember for the search server (``ledger.projection``, ``ledger.refusals``); a
module with a fixture ``open_ledger_here`` inherits it, as the ledger's own contract."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from contracts.ledger_contract import (
    DAY,
    KEEP,
    NOW,
    OnALedger,
    a_pair,
    an_alert,
    carried_out,
    command,
    opened,
)

from domain.reviews import Review, ReviewState
from domain.search import Refused
from domain.types import Counts, Outcome, RunReport, SendResult, SourceRun
from ledger.engine import Ledger


class ProjectionContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_a_case_waits_until_it_is_shown_as_it_is(self, ledger: Ledger) -> None:
        first = opened(ledger, "LHS-1", [1])
        with ledger.read() as books:
            assert books.projection.cases(9) == [first]
        carried_out(ledger, "LHS-1", command("ack", "住建局"))  # between reading and showing
        with ledger.write() as books:
            books.projection.shown([first])
            (now,) = books.projection.cases(9)
            assert now.version > first.version
            books.projection.shown([now])
            books.projection.shown([first])  # a slower process's answer changes nothing
            assert books.projection.cases(9) == []
            assert list(books.projection.every()["cases"]) == [now]

    def test_a_delivery_waits_again_with_every_try(self, ledger: Ledger) -> None:
        alert, delivery = an_alert("a1")
        with ledger.write() as books:
            books.queue(alert, [delivery])
        states = []
        acts: tuple[Callable[[Ledger], None], ...] = (
            lambda _ledger: None, self._claim, self._fail, self._claim_again, self._send,
        )  # fmt: skip
        for act in acts:
            act(ledger)
            with ledger.write() as books:
                (waits,) = books.projection.deliveries(9)
                states.append((waits.state, waits.attempts))
                books.projection.shown([waits])
                assert books.projection.deliveries(9) == []
        assert states == [
            ("pending", 0), ("sending", 1), ("retry", 1), ("sending", 2), ("sent", 2),
        ]  # fmt: skip

    def _claim(self, ledger: Ledger) -> None:
        (self.claimed,) = ledger.outbox.claim(NOW, 45, 9)

    def _claim_again(self, ledger: Ledger) -> None:
        (self.claimed,) = ledger.outbox.claim(NOW + timedelta(minutes=5), 45, 9)

    def _fail(self, ledger: Ledger) -> None:
        later = NOW + timedelta(minutes=1)
        ledger.outbox.finish(self.claimed, SendResult(outcome="retry"), NOW, later)

    def _send(self, ledger: Ledger) -> None:
        ledger.outbox.finish(self.claimed, SendResult(outcome="ok"), NOW, None)

    def test_a_run_waits_when_it_begins_and_when_it_ends(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.runs.begin(SourceRun(run_id="r1", source="ccrb", started_at=NOW))
            (going_on,) = books.projection.runs(9)
            books.projection.shown([going_on])
            assert books.projection.runs(9) == []
            books.runs.end("r1", NOW, RunReport(outcome=Outcome.OK, seen=3, new=1))
            books.projection.shown([going_on])  # read before it ended
            (ended,) = books.projection.runs(9)
            assert (ended.outcome, ended.new) == (Outcome.OK, 1)
            books.projection.shown([ended])
            assert books.projection.runs(9) == []
            assert list(books.projection.every()["runs"]) == [ended]

    def test_a_case_goes_with_the_steps_it_has_taken_since_it_was_shown(
        self, ledger: Ledger
    ) -> None:
        first = opened(ledger, "LHS-1", [1])
        with ledger.write() as books:
            begun = books.cases.events("LHS-1")
            assert books.projection.waiting(9) == [first, *begun]
            books.projection.shown([first, *begun])
            assert books.projection.waiting(9) == []
        carried_out(ledger, "LHS-1", command("ack", "住建局"))
        with ledger.write() as books:
            every = books.cases.events("LHS-1")
            now = books.cases.get("LHS-1")
            assert books.projection.waiting(9) == [now, *every[len(begun) :]]
            assert list(books.projection.every()["steps"]) == every

    def test_counts_wait_until_they_are_shown_and_never_again(self, ledger: Ledger) -> None:
        seen = [(NOW + n * DAY, Counts(likes=n, views=10**10)) for n in (1, 2)]
        with ledger.write() as books:
            for at, counts in seen:
                books.mentions.store([a_pair(1, at=at, counts=counts)])
            first, second = waiting = books.projection.sightings(9)
            assert [(one.seen_at, one.counts) for one in waiting] == seen
            books.projection.shown([first])
            assert books.projection.waiting(9) == [second]
            books.projection.shown([second])
            books.mentions.store([a_pair(1, at=NOW + 3 * DAY, counts=seen[1][1])])  # no other
            assert books.projection.waiting(9) == []
            assert list(books.projection.every()["sightings"]) == waiting

    def test_an_item_of_the_review_list_waits_again_with_every_change(self, ledger: Ledger) -> None:
        pairs = [a_pair(n) for n in (1, 2)]
        ids = [mention.mention_id for mention, _ in pairs]
        item = Review(
            review_id="YP-20261123-0001", state=ReviewState.WAITING, mention_ids=(ids[0],),
            opened_at=NOW, due_at=NOW + DAY, next_at=NOW + DAY,
        )  # fmt: skip
        with ledger.write() as books:
            books.mentions.store(pairs)
            books.reviews.put(item)
            assert books.projection.waiting(9) == [item]
            books.reviews.join(item.review_id, ids[1])  # between reading and showing
            books.projection.shown([item])
            (joined,) = books.projection.waiting(9)
            assert joined == replace(item, mention_ids=tuple(ids), version=2)
            books.projection.shown([joined])
            books.projection.shown([item])  # a slower process's answer changes nothing
            assert books.projection.waiting(9) == []
            assert list(books.projection.every()["reviews"]) == [joined]

    def test_after_a_loss_everything_waits_again(self, ledger: Ledger) -> None:
        opened(ledger, "LHS-1", [1])
        alert, delivery = an_alert("a1", "LHS-1")
        run = SourceRun(run_id="r1", source="ccrb", started_at=NOW)
        pair = a_pair(2, counts=Counts(likes=1))
        item = Review(
            review_id="YP-20261123-0001", state=ReviewState.WAITING, opened_at=NOW, due_at=NOW,
            mention_ids=(pair[0].mention_id,), next_at=NOW,
        )  # fmt: skip
        with ledger.write() as books:
            books.queue(alert, [delivery])
            books.runs.begin(run)
            books.mentions.store([pair])
            books.reviews.put(item)
            every = books.projection.waiting(9)
            assert {type(one).__name__ for one in every} == {
                "Case", "CaseEvent", "Delivery", "SourceRun", "Sighting", "Review",
            }  # fmt: skip
            books.projection.shown(every)
            assert books.projection.waiting(9) == []
            books.projection.again()
            assert books.projection.waiting(9) == every

    def test_every_delivery_comes_once_however_many(self, ledger: Ledger) -> None:
        alert, delivery = an_alert("a1")
        many = [replace(delivery, delivery_id=f"d{n:04}") for n in range(1203)]
        with ledger.write() as books:
            books.queue(alert, many)
            found = [one.delivery_id for one in books.projection.every()["deliveries"]]
        assert found == [one.delivery_id for one in many]

    def test_what_is_purged_is_remembered_until_it_is_shown_no_more(self, ledger: Ledger) -> None:
        old = NOW - 731 * DAY
        case = opened(ledger, "LHS-1", [1], old)
        carried_out(ledger, "LHS-1", command("false-alarm", at=old))
        pair = a_pair(2, at=old, counts=Counts(likes=1))
        item = Review(
            review_id="YP-20241122-0001", state=ReviewState.WAITING, opened_at=old, due_at=old,
            mention_ids=(pair[0].mention_id,), next_at=old,
        )  # fmt: skip
        with ledger.write() as books:
            books.mentions.store([pair, a_pair(3, counts=Counts(likes=1))])
            books.reviews.put(item)
            steps = books.cases.events("LHS-1")
        alert, delivery = an_alert("a1", "LHS-1")
        with ledger.write() as books:
            books.queue(alert, [delivery])
            books.purge.run(NOW, KEEP)
            gone = books.projection.forgotten(99)
            assert set(gone) == {
                ("cases", "LHS-1"), ("deliveries", delivery.delivery_id),
                *(("obligations", f"LHS-1|{owed.department}") for owed in case.obligations),
                *(("steps", f"LHS-1|{one.no}") for one in steps),
                ("sightings", f"{pair[0].mention_id}|{old.isoformat()}"),
                ("reviews", "YP-20241122-0001"),
            }  # fmt: skip
            assert len(steps) > 1
            books.projection.dropped(gone[:1])
            assert set(books.projection.forgotten(99)) == set(gone[1:])

    def test_a_refusal_stays_until_the_document_is_taken_or_gone(self, ledger: Ledger) -> None:
        long, odd = (Refused(kind="mentions", doc_id=name, reason=name) for name in ("长", "怪"))
        with ledger.write() as books:
            books.refusals.note([long, odd], NOW)
            books.refusals.note([replace(long, reason="更长")], NOW + DAY)
            (first, second) = books.refusals.pending()
            assert (first.doc_id, first.reason, first.times) == ("长", "更长", 2)
            assert (first.first_at, first.last_at, second.times) == (NOW, NOW + DAY, 1)
            books.refusals.settled("cases", ["长"])
            assert books.refusals.count() == 2
            books.refusals.settled_but("mentions", [odd])
            assert [one.doc_id for one in books.refusals.pending("mentions")] == ["怪"]
            books.forgotten.confirmed(["怪"])
            assert books.refusals.count() == 0
