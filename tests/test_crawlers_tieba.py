"""百度贴吧, listened to."""

import dataclasses
from pathlib import Path

import pytest
from contracts.exported import exported
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.tieba import LISTENED
from domain.identity import mention_id
from domain.types import Kind, Outcome

_SEARCH = "https://tieba.baidu.com/mo/q/search/multsearch?word=%E5%A4%A9%E5%AE%9A%E5%B1%B1&st=1&pn=1&sign=x"
_PAGE = "https://tieba.baidu.com/f/search/res?ie=utf-8&qw=%E5%A4%A9%E5%AE%9A%E5%B1%B1&sm=1"
_THREAD = "https://tieba.baidu.com/c/f/pb/page_pc"


def _search(file: str, outcome: Outcome, *ids: str, url: str = _SEARCH) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids)


def _thread(file: str, *ids: str) -> Answer:
    return Answer(
        file=file, url=_THREAD, what=What.DETAIL, outcome=Outcome.OK, ids=ids, method="POST",
        request_body="kz=10611000001&pn=1",
    )  # fmt: skip


class TestTieba(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/tieba/multsearch.json", Outcome.OK, "10611000001", "10611000002"),
        _search("ours/tieba/search_cards.html", Outcome.OK,
                "10611000001", "10611000004", url=_PAGE),
        _thread("ours/tieba/page_pc.json", "10611000001", "154200000002"),
        _search("ours/tieba/multsearch_one_without_tid.json", Outcome.SCHEMA_CHANGED,
                "10611000003"),
        _search("tieba/multsearch.json", Outcome.OK, "10500000001"),
        _search("tieba/search_card_2026.html", Outcome.OK, "10500000001", url=_PAGE),
        _thread("tieba/page_pc.json", "10400000001", "153100000002"),
    )  # fmt: skip

    def test_reads_threads_found_as_json_and_as_cards_alike(self) -> None:
        first, second = heard(LISTENED, self.ANSWERS[0]).items
        card, other = heard(LISTENED, self.ANSWERS[1]).items
        assert (card.native_id, card.title, card.url) == (first.native_id, first.title, first.url)
        assert first.url == "https://tieba.baidu.com/p/10611000001"
        assert first.context.query == card.context.query == "天定山"
        assert first.counts == card.counts
        assert first.counts is not None and first.counts.comments == 11_000
        assert first.counts.lower_bounds == {"comments"}
        assert (second.title, second.text) == ("", "莲花山今天开几条道")
        assert first.published_at is not None and other.published_at is not None
        assert first.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert other.published_at.isoformat() == "2026-11-22T04:30:00+00:00", "昨天 12:30"
        assert card.author_ref is None, "a card shows a display name only"

    def test_a_thread_is_its_first_floor_and_its_other_floors_are_comments(self) -> None:
        answer = self.ANSWERS[2]
        parsed = heard(LISTENED, answer)
        post, floor = parsed.items
        assert post.text == "换了三次才给一副好的愤怒" and post.ip_region == "吉林"
        assert floor.parent_id == mention_id("tieba", Kind.POST, "10611000001")
        assert floor.ip_region == "", "an address of a machine is no region"
        assert floor.counts is not None and floor.counts.comments == 2
        assert parsed.cursor == "2"
        last = dataclasses.replace(answer, request_body="kz=10611000001&pn=2")
        assert heard(LISTENED, last).cursor == ""

    def test_search_and_thread_know_an_author_by_the_same_name(self) -> None:
        (found, _), (post, _) = (heard(LISTENED, self.ANSWERS[no]).items for no in (0, 2))
        assert found.author_ref == post.author_ref is not None

    def test_the_one_thread_that_cannot_be_read_is_named(self) -> None:
        (misread,) = heard(LISTENED, self.ANSWERS[3]).misread
        assert misread.reason == "缺少 data.card_list[1].data.tid"

    def test_an_export_knows_the_same_thread_and_floor(self, tmp_path: Path) -> None:
        post, floor = heard(LISTENED, self.ANSWERS[2]).items
        thread = exported(tmp_path, "tieba", "post", note_id="10611000001")
        below = exported(
            tmp_path, "tieba", "comment", note_id="10611000001", comment_id="154200000002"
        )
        assert thread.native_id == post.native_id
        assert (below.native_id, below.parent_id) == (floor.native_id, floor.parent_id)

    @pytest.mark.parametrize(
        ("url", "body", "location", "outcome"),
        [
            (_SEARCH, b'{"no": 0, "data": {"card_list": []}}', "", Outcome.EMPTY_AMBIGUOUS),
            (_SEARCH, b'{"no": 110003, "error": "x"}', "", Outcome.SCHEMA_CHANGED),
            (_THREAD, b'{"error_code": "4", "error_msg": "x"}', "", Outcome.SCHEMA_CHANGED),
            (_SEARCH, "<title>百度安全验证</title>".encode(), "", Outcome.VERIFY_REQUIRED),
            (_PAGE, "<title>百度安全验证</title><div class='threadcardclass'>".encode(), "",
             Outcome.VERIFY_REQUIRED),
            (_PAGE, b"", "https://wappass.baidu.com/static/captcha/tuxing.html?backurl=x",
             Outcome.VERIFY_REQUIRED),
            (_PAGE, "<title>百度贴吧</title><div id='app'></div>".encode(), "",
             Outcome.EMPTY_AMBIGUOUS),
            (_PAGE, "<title>百度贴吧</title><div class='s_post'>x</div>".encode(), "",
             Outcome.SCHEMA_CHANGED),
        ],
    )  # fmt: skip
    def test_what_is_no_result_is_told_apart(
        self, url: str, body: bytes, location: str, outcome: Outcome
    ) -> None:
        answer = dataclasses.replace(
            self.ANSWERS[0], url=url, headers={"location": location} if location else {}
        )
        assert heard(LISTENED, answer, body).outcome is outcome
