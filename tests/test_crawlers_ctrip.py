"""携程, listened to."""

import dataclasses

import pytest
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.ctrip import LISTENED
from domain.types import Kind, Outcome

_URL = (
    "https://m.ctrip.com/restapi/soa2/13444/json/getCommentCollapseList?_fxpcqlniredt=x&x-traceID=y"
)


def _reviews(file: str, outcome: Outcome, *ids: str) -> Answer:
    return Answer(
        file=file, url=_URL, what=What.COMMENTS, outcome=outcome, ids=ids, method="POST",
        request_body='{"arg": {"pageIndex": 1, "poiId": 900001}}',
    )  # fmt: skip


class TestCtrip(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _reviews("ours/ctrip/reviews.json", Outcome.OK, "181000101"),
        _reviews("ours/ctrip/reviews_end.json", Outcome.EMPTY_AMBIGUOUS),
        _reviews("ctrip/getCommentCollapseList.json", Outcome.OK, "180000001"),
    )

    def test_a_review_is_read_with_its_words_time_and_region(self) -> None:
        (review,) = heard(LISTENED, self.ANSWERS[0]).items
        assert review.kind is Kind.REVIEW and review.text == "雪票当天不能退，'系统不支持'"
        assert review.published_at is not None
        assert review.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert review.ip_region == "黑龙江" and review.author_ref
        assert review.counts is not None
        assert (review.counts.likes, review.counts.comments) == (4, 1)
        assert not review.context.own_channel

    @pytest.mark.parametrize(
        "asked", ['{"arg": {"poiId": 76901}}', '{"arg": {"resourceId": "76901"}}']
    )
    def test_reviews_of_our_own_sight_are_our_own_channel(self, asked: str) -> None:
        """They name no place: the number of the sight that the office has entered says whose."""
        answer = dataclasses.replace(self.ANSWERS[0], request_body=asked)
        (elsewhere,) = heard(LISTENED, answer).items
        (ours,) = heard(dataclasses.replace(LISTENED, ours=frozenset({"76901"})), answer).items
        assert (elsewhere.context.own_channel, ours.context.own_channel) == (False, True)

    def test_a_list_that_is_missing_is_not_one_that_ended(self) -> None:
        gone = heard(LISTENED, self.ANSWERS[0], b'{"result": {"totalCount": 0}}')
        assert gone.outcome is Outcome.SCHEMA_CHANGED
