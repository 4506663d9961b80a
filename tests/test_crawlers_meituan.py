"""美团, read from saved traffic."""

import dataclasses

import pytest
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.meituan import LISTENED
from domain.types import Kind, Mode, Outcome

_URL = "https://www.meituan.com/ptapi/poi/getcomment?id=1&offset=0&pageSize=10&mode=0&sortType=1"


def _reviews(file: str, *ids: str) -> Answer:
    return Answer(file=file, url=_URL, what=What.COMMENTS, outcome=Outcome.OK, ids=ids)


class TestMeituan(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _reviews("ours/meituan/reviews.json", "4100000101"),
        _reviews("meituan/ptapi_getcomment_legacy.json", "1"),
    )

    def test_a_review_is_the_visitors_words_without_the_shops_answer(self) -> None:
        (review,) = heard(LISTENED, self.ANSWERS[0]).items
        assert review.kind is Kind.REVIEW and review.text == "雪圈充气不足，\n摔了一跤没人管"
        assert review.published_at is not None
        assert review.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert review.counts is not None and review.counts.likes == 2
        assert review.author_ref is None, "a display name is nobody"

    @pytest.mark.parametrize(
        ("body", "location", "outcome"),
        [
            (b'{"comments": [], "total": 0}', "", Outcome.EMPTY_CONFIRMED),
            (b'{"comments": null, "total": 9}', "", Outcome.EMPTY_AMBIGUOUS),
            (b"", "https://verify.meituan.com/v2/web/general_page", Outcome.VERIFY_REQUIRED),
        ],
    )
    def test_what_is_no_review_is_told_apart(
        self, body: bytes, location: str, outcome: Outcome
    ) -> None:
        headers = {"location": location} if location else {}
        answer = dataclasses.replace(self.ANSWERS[0], headers=headers)
        assert heard(LISTENED, answer, body).outcome is outcome

    def test_no_window_is_ever_opened_for_it(self) -> None:
        assert LISTENED.modes == {Mode.IMPORT}
        assert LISTENED.search_page is None and not LISTENED.own_pages
