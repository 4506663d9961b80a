"""知乎, listened to."""

import dataclasses
from pathlib import Path

import pytest
from contracts.exported import exported
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.zhihu import LISTENED
from domain.identity import mention_id
from domain.types import Kind, Outcome

_API = "https://www.zhihu.com/api/v4"
_SEARCH = f"{_API}/search_v3?t=general&q=%E5%A4%A9%E5%AE%9A%E5%B1%B1&offset=0&limit=20"
_COMMENTS = f"{_API}/comment_v5/answers/1961000000000000101/root_comment?order=score"
_REPLIES = f"{_API}/comment_v5/comment/11400000101/child_comment?order=ts"


def _answer(file: str, url: str, outcome: Outcome, *ids: str) -> Answer:
    what = What.SEARCH if url == _SEARCH else What.COMMENTS
    return Answer(file=file, url=url, what=what, outcome=outcome, ids=ids)


class TestZhihu(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _answer("ours/zhihu/search_v3.json", _SEARCH, Outcome.OK,
                "1961000000000000101", "710000102", "1800000000000000103"),
        _answer("ours/zhihu/comments.json", _COMMENTS, Outcome.OK, "11400000101", "11400000102"),
        _answer("ours/zhihu/search_v3_one_unknown.json", _SEARCH, Outcome.SCHEMA_CHANGED,
                "710000104"),
        _answer("zhihu/search_v3.json", _SEARCH, Outcome.OK, "1900000000000000001", "700000001"),
        _answer("zhihu/root_comment.json", _COMMENTS, Outcome.OK, "10900000001"),
        _answer("zhihu/error_envelope.json", _SEARCH, Outcome.IP_OR_ACCOUNT_BLOCKED),
    )  # fmt: skip

    def test_reads_answers_articles_and_videos(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        answer, article, video = parsed.items
        assert answer.text == "去过一次天定山，\n餐厅一碗面 & 一瓶水要八十"
        assert (answer.title, answer.context.query) == ("长春周边滑雪去哪里", "天定山")
        assert (article.title, article.text) == ("莲花山滑雪一日", "停车场没有指示牌")
        assert (video.title, video.text) == ("", "夜场灯全灭了")
        assert [item.url for item in parsed.items] == [
            "https://www.zhihu.com/question/610000101/answer/1961000000000000101",
            "https://zhuanlan.zhihu.com/p/710000102",
            "https://www.zhihu.com/zvideo/1800000000000000103",
        ]
        times = [item.published_at for item in parsed.items]
        assert [t and t.isoformat()[11:16] for t in times] == ["10:00", "11:00", "12:00"]
        assert answer.counts is not None and answer.counts.likes == 7
        assert article.author_ref is None, "everybody without a name has the id 0"
        assert parsed.cursor == "20"

    def test_comments_and_the_replies_shown_with_them_belong_to_the_post(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[1])
        comment, reply = parsed.items
        post = mention_id("zhihu", Kind.POST, "1961000000000000101")
        assert comment.parent_id == reply.parent_id == post
        assert comment.ip_region == "辽宁" and comment.author_ref
        assert parsed.cursor == "1795_11400_0"
        replies = dataclasses.replace(self.ANSWERS[1], url=_REPLIES)
        assert {item.parent_id for item in heard(LISTENED, replies).items} == {None}

    def test_an_export_knows_the_same_answer_and_comment(self, tmp_path: Path) -> None:
        comment, number = heard(LISTENED, self.ANSWERS[1]).items[0], "1961000000000000101"
        answer = exported(tmp_path, "zhihu", "post", content_id=number)
        below = exported(tmp_path, "zhihu", "comment", content_id=number, comment_id="11400000101")
        assert answer.native_id == heard(LISTENED, self.ANSWERS[0]).items[0].native_id
        assert (below.native_id, below.parent_id) == (comment.native_id, comment.parent_id)

    def test_the_one_result_that_cannot_be_read_is_named(self) -> None:
        (misread,) = heard(LISTENED, self.ANSWERS[2]).misread
        assert misread.reason == "没有见过的 data[1].object.type"

    @pytest.mark.parametrize(
        ("url", "status", "body", "outcome"),
        [
            (_SEARCH, 200, b'{"data": [], "paging": {"is_end": true}}', Outcome.EMPTY_AMBIGUOUS),
            (_SEARCH, 403, b"{}", Outcome.IP_OR_ACCOUNT_BLOCKED),
            (_SEARCH, 404, b"{}", Outcome.SCHEMA_CHANGED),
            (_SEARCH, 200, b'{"error": {"message": "oops"}}', Outcome.SCHEMA_CHANGED),
            (_SEARCH, 200, "<title>安全验证 - 知乎</title>".encode(), Outcome.VERIFY_REQUIRED),
            (_COMMENTS, 404, b"{}", Outcome.EMPTY_CONFIRMED),
            (_COMMENTS, 200, b'{"counts": {"total_counts": 0}, "data": []}',
             Outcome.EMPTY_CONFIRMED),
            (_COMMENTS, 200, b'{"counts": {"total_counts": 4}, "data": []}',
             Outcome.EMPTY_AMBIGUOUS),
            ("https://www.zhihu.com/account/unhuman?type=x&need_login=true", 200, b"<html>",
             Outcome.LOGIN_REQUIRED),
            ("https://www.zhihu.com/account/unhuman?type=x", 200, b"<html>",
             Outcome.VERIFY_REQUIRED),
        ],
    )  # fmt: skip
    def test_what_is_no_result_is_told_apart(
        self, url: str, status: int, body: bytes, outcome: Outcome
    ) -> None:
        answer = dataclasses.replace(self.ANSWERS[0], url=url, status=status)
        assert heard(LISTENED, answer, body).outcome is outcome

    def test_a_search_sent_to_the_login_is_no_result(self) -> None:
        sent = {"location": "/account/unhuman?type=unhuman&need_login=true"}
        answer = dataclasses.replace(self.ANSWERS[0], status=302, headers=sent)
        assert heard(LISTENED, answer, b"").outcome is Outcome.LOGIN_REQUIRED
