"""黑猫投诉, listened to."""

from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.heimao import LISTENED
from domain.types import Outcome

_HOST = "https://tousu.sina.com.cn"
_SEARCH = f"{_HOST}/api/index/s?ts=1&rs=x&signature=y&keywords=%E5%A4%A9%E5%AE%9A%E5%B1%B1&page=1"
_COMPANY = f"{_HOST}/api/company/received_complaints?couid=1&ts=1"


def _search(file: str, outcome: Outcome, *ids: str) -> Answer:
    return Answer(file=file, url=_SEARCH, what=What.SEARCH, outcome=outcome, ids=ids)


class TestHeimao(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/heimao/search.json", Outcome.OK, "17900000101", "17900000102"),
        Answer(file="ours/heimao/company.json", url=_COMPANY, what=What.DETAIL,
               outcome=Outcome.OK, ids=["17900000103"]),
        _search("ours/heimao/search_one_without_sn.json", Outcome.SCHEMA_CHANGED, "17900000104"),
        _search("heimao/api_index_s.json", Outcome.OK, "10000000001"),
    )  # fmt: skip

    def test_reads_what_happened_and_what_is_asked_for(self) -> None:
        first, second = heard(LISTENED, self.ANSWERS[0]).items
        assert first.title == "天定山雪票拒绝退款"
        assert first.text == "提前三天申请退票，客服说概不退改\n诉求：退款，赔偿"
        assert (second.title, second.text) == ("", "教练课临时取消")
        assert first.published_at is not None
        assert first.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert first.context.query == "天定山" and first.author_ref is None

    def test_the_one_complaint_that_cannot_be_read_is_named(self) -> None:
        (misread,) = heard(LISTENED, self.ANSWERS[2]).misread
        assert misread.reason == "缺少 result.data.lists[1].main.sn"

    def test_an_empty_list_is_not_confirmed(self) -> None:
        nothing = heard(LISTENED, self.ANSWERS[0], b'{"result": {"data": {"lists": []}}}')
        assert nothing.outcome is Outcome.EMPTY_AMBIGUOUS
