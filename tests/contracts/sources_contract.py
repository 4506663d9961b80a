"""What every ledger keeps of its sources: marks, pauses, what was heard; inherit as
``LedgerContract``.
"""

from dataclasses import replace

from contracts.ledger_contract import DAY, KEEP, NOW, OnALedger, a_pair, a_verdict, opened

from domain.collection import Pause
from domain.types import Counts, Outcome
from ledger.engine import Ledger


class SourcesContract(OnALedger):
    """Inherit as ``OnALedger`` says."""

    def test_a_sources_marks_are_its_own_and_the_last_word_counts(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.marks.put("a", {"search:天定山": "17", "newest": "x" * 5000}, NOW)
            books.marks.put("b", {"newest": "3"}, NOW)
        with ledger.write() as books:
            books.marks.put("a", {"newest": "18"}, NOW + DAY)
        with ledger.read() as books:
            assert books.marks.of("a") == {"search:天定山": "17", "newest": "18"}
            assert (books.marks.of("b"), books.marks.of("c")) == ({"newest": "3"}, {})

    def test_a_site_that_stopped_us_is_left_alone_until_its_time_or_a_persons_word(
        self, ledger: Ledger
    ) -> None:
        stop = Pause(site="douyin", began_at=NOW, until=NOW + DAY, source="dy",
                     outcome=Outcome.VERIFY_REQUIRED)  # fmt: skip
        with ledger.write() as books:
            books.pauses.begin(stop)
            books.pauses.begin(replace(stop, site="weibo", until=NOW + DAY / 2))
        with ledger.write() as books:
            assert books.pauses.at(NOW) == {
                "douyin": stop, "weibo": replace(stop, site="weibo", until=NOW + DAY / 2)
            }  # fmt: skip
            assert books.pauses.at(NOW + DAY / 2) == {"douyin": stop}
            assert books.pauses.at(NOW + DAY) == {}
            assert books.pauses.lift("douyin", NOW) and not books.pauses.lift("douyin", NOW)
            assert books.pauses.at(NOW).keys() == {"weibo"}
            assert books.pauses.last(["douyin", "tieba"]) == replace(stop, lifted_at=NOW)

    def test_old_marks_and_pauses_are_forgotten(self, ledger: Ledger) -> None:
        with ledger.write() as books:
            books.marks.put("a", {"old": "1"}, NOW - 731 * DAY)
            books.marks.put("a", {"new": "2"}, NOW)
            books.pauses.begin(Pause(site="x", began_at=NOW - 800 * DAY, until=NOW - 731 * DAY,
                                     source="a", outcome=Outcome.RATE_LIMITED))  # fmt: skip
            counts = books.purge.run(NOW, KEEP)
            assert (counts["marks"], counts["pauses"]) == (1, 1)
            assert books.marks.of("a") == {"new": "2"}

    def test_what_is_known_of_a_platform_and_which_posts_may_be_opened(
        self, ledger: Ledger
    ) -> None:
        opened(ledger, "LHS-1", [1])
        pairs = [a_pair(1), a_pair(2, at=NOW - 9 * DAY, counts=Counts(likes=3))]
        mine = pairs[0][0].platform
        with ledger.write() as books:
            books.mentions.store(pairs)
            heard = books.looks.heard(NOW - DAY)
            posts = books.looks.posts(NOW - 30 * DAY, [mine])
            newest = books.looks.posts(NOW - DAY, [mine])
            hot = [books.looks.posts(NOW - 30 * DAY, [mine], n) for n in (3, 4)]
            others = books.looks.posts(NOW - 30 * DAY, ["tieba"])
        assert {name: (one.newest, one.lately) for name, one in heard.items()} == {mine: (NOW, 1)}
        one, two = (mention.mention_id for mention, _ in pairs)
        assert {(p.mention_id, p.in_open_case, p.counts) for p in posts} == {
            (one, True, None), (two, False, Counts(likes=3)),
        }  # fmt: skip
        assert ([p.mention_id for p in newest], others) == ([one], [])
        assert [{p.mention_id for p in some} for some in hot] == [{one, two}, {one}]

    def test_posts_matter_that_are_relevant_or_said_on_a_channel_of_our_own(
        self, ledger: Ledger
    ) -> None:
        plain, relevant, other, ours, old = (a_pair(number) for number in range(1, 6))
        own = replace(ours[0], context=replace(ours[0].context, own_channel=True))
        long_ago = replace(old[0], first_seen_at=NOW - 9 * DAY, published_at=NOW - 9 * DAY)
        pairs = [plain, relevant, other, (own, ours[1]), (long_ago, old[1])]
        ids = [mention.mention_id for mention, _ in pairs]
        verdicts = [a_verdict(ids[1]), replace(a_verdict(ids[2]), relevant=False),
                    a_verdict(ids[4])]  # fmt: skip
        with ledger.write() as books:
            books.mentions.store(pairs)
            books.mentions.put_verdicts(verdicts)
            found = books.looks.heeded(NOW - 7 * DAY, [own.platform])
            elsewhere = books.looks.heeded(NOW - 7 * DAY, ["tieba"])
        assert {one.mention_id for one in found} == {ids[1], ids[3]} and not elsewhere
