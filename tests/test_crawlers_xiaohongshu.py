"""小红书, listened to."""

import json
from pathlib import Path

import pytest
from contracts.exported import exported
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.xiaohongshu import LISTENED
from domain.identity import mention_id
from domain.types import Kind, Outcome

_SEARCH = "https://so.xiaohongshu.com/api/sns/web/v2/search/notes"
_OLD_SEARCH = "https://edith.xiaohongshu.com/api/sns/web/v1/search/notes"
_API = "https://edith.xiaohongshu.com/api/sns/web"
_ASKED = json.dumps({"keyword": "莲花山", "page": 1, "page_size": 20, "sort": "general"})
_NOTE = "6b0297c90000000000000101"
_SAMPLE = "6b024ca00000000000000001"


def _search(
    file: str, outcome: Outcome, *ids: str, url: str = _SEARCH, status: int = 200
) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids, method="POST",
                  request_body=_ASKED, status=status)  # fmt: skip


def _note(file: str, outcome: Outcome, *ids: str, url: str = f"{_API}/v1/feed") -> Answer:
    return Answer(file=file, url=url, what=What.DETAIL, outcome=outcome, ids=ids)


def _comments(file: str, outcome: Outcome, *ids: str, path: str = "page") -> Answer:
    url = f"{_API}/v2/comment/{path}?note_id={_NOTE}&cursor=&xsec_token=ABtest"
    return Answer(file=file, url=url, what=What.COMMENTS, outcome=outcome, ids=ids)


class TestXiaohongshu(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/xiaohongshu/search_notes.json", Outcome.OK,
                _NOTE, "6afcf8900000000000000102"),
        _search("ours/xiaohongshu/search_one_without_id.json", Outcome.SCHEMA_CHANGED, _NOTE),
        _search("ours/xiaohongshu/no_data.json", Outcome.LOGIN_REQUIRED),
        _note("ours/xiaohongshu/no_data.json", Outcome.EMPTY_AMBIGUOUS),
        _note("ours/xiaohongshu/feed.json", Outcome.OK, _NOTE),
        _note("ours/xiaohongshu/explore.html", Outcome.OK, _NOTE,
              url=f"https://www.xiaohongshu.com/explore/{_NOTE}?xsec_token=ABtest"),
        _note("ours/xiaohongshu/explore.html", Outcome.EMPTY_AMBIGUOUS,
              url="https://www.xiaohongshu.com/explore/6b0297c90000000000000999"),
        _comments("ours/xiaohongshu/comments.json", Outcome.OK,
                  "6b029b4d0000000000000201", "6b029b7f0000000000000202"),
        _comments("ours/xiaohongshu/comments_empty.json", Outcome.EMPTY_AMBIGUOUS),
        Answer(file="ours/xiaohongshu/mentions.json", url=f"{_API}/v1/you/mentions?num=20&cursor=",
               what=What.COMMENTS, outcome=Outcome.OK,
               ids=[f"6b0297c9000000000000030{no}" for no in (1, 2, 3)]),
        _search("xhs/search_notes_v2.json", Outcome.OK, _SAMPLE, "68e778000000000000000003"),
        _search("xhs/search_notes_empty.json", Outcome.EMPTY_CONFIRMED, url=_OLD_SEARCH),
        _search("xhs/captcha_461.http", Outcome.VERIFY_REQUIRED, status=461),
        _search("xhs/captcha_461.http", Outcome.VERIFY_REQUIRED, status=471),
        _search("xhs/error_300011.json", Outcome.IP_OR_ACCOUNT_BLOCKED),
        _search("xhs/error_300012.json", Outcome.IP_OR_ACCOUNT_BLOCKED),
        _search("xhs/error_300015.json", Outcome.IP_OR_ACCOUNT_BLOCKED),
        _search("xhs/error_neg100.json", Outcome.LOGIN_REQUIRED),
        _search("xhs/error_neg100.json", Outcome.LOGIN_REQUIRED, status=401),
        _search("xhs/error_neg100.json", Outcome.IP_OR_ACCOUNT_BLOCKED, status=403),
        _search("xhs/error_neg100.json", Outcome.RATE_LIMITED, status=429),
        _note("xhs/error_neg510000.json", Outcome.ITEM_GONE),
        _note("xhs/error_neg510001.json", Outcome.ITEM_GONE),
        _note("xhs/feed_detail.json", Outcome.OK, _SAMPLE),
        _comments("xhs/comment_sub_page_v2.json", Outcome.OK, "6b025b14000000000000000c",
                  path="sub/page"),
        _comments("xhs/comment_page_v2.json", Outcome.OK, "6b025ab0000000000000000b",
                  "6b025b14000000000000000c", "6b025e98000000000000000d"),
    )  # fmt: skip

    def test_a_note_found_has_its_title_for_a_text_and_the_second_of_its_id(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        first, second = parsed.items
        assert (parsed.query, parsed.cursor) == ("莲花山", "2")
        assert (first.title, first.text) == ("", "莲花山雪场的教练临时加价")
        assert first.url == f"https://www.xiaohongshu.com/explore/{_NOTE}"
        assert first.published_at is not None and second.published_at is not None
        assert first.published_at.isoformat() == "2026-11-22T07:20:41+00:00"
        assert first.counts is not None and first.counts.lower_bounds == {"comments"}
        assert (first.counts.likes, first.counts.comments, first.counts.shares) == (0, 10, 3)

    def test_where_the_id_and_the_time_shown_disagree_the_shown_one_counts(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        assert parsed.items[1].published_at is not None
        assert parsed.items[1].published_at.isoformat() == "2026-11-21T04:00:00+00:00"
        assert parsed.detail == "1 篇笔记的编号与显示的时间不符，按显示的时间"

    @pytest.mark.parametrize("at", [4, 5])
    def test_a_note_opened_is_read_whole_from_an_answer_and_from_a_page(self, at: int) -> None:
        (note,) = heard(LISTENED, self.ANSWERS[at]).items
        assert note.published_at is not None and note.counts is not None
        assert note.published_at.isoformat() == "2026-11-22T07:20:41+00:00"
        assert (note.title, note.ip_region, note.counts.likes) == (
            ("莲花山雪场的教练临时加价", "辽宁", 12_000) if at == 4 else ("", "吉林", 12)
        )
        assert note.author_ref is not None

    def test_a_reply_belongs_to_the_note_as_the_comment_above_it_does(self) -> None:
        comment, reply = heard(LISTENED, self.ANSWERS[7]).items
        assert comment.parent_id == reply.parent_id == mention_id("xiaohongshu", Kind.POST, _NOTE)
        assert comment.counts is not None and comment.counts.likes == 11_000
        assert comment.ip_region == "黑龙江" and reply.text == "可以打12345"

    def test_what_was_said_to_the_account_is_our_own_channel_but_where_it_was_only_named(
        self,
    ) -> None:
        parsed = heard(LISTENED, self.ANSWERS[9])
        below, reply, named = parsed.items
        assert below.parent_id == mention_id("xiaohongshu", Kind.POST, "6b0297c90000000000000300")
        assert below.context.parent_text == "天定山夜场攻略" and below.author_ref is not None
        assert below.published_at is not None
        assert below.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert [one.context.own_channel for one in (below, reply, named)] == [True, True, False]
        assert parsed.cursor == "7561000000000000007"

    def test_a_redirect_away_from_a_note_says_nothing(self) -> None:
        note = self.ANSWERS[5]
        with pytest.raises(AssertionError, match="not listened to"):
            heard(LISTENED, Answer(file=note.file, url=note.url, what=What.DETAIL,
                                   outcome=Outcome.OK, status=302))  # fmt: skip

    def test_what_was_heard_and_what_was_exported_is_one_note(self, tmp_path: Path) -> None:
        note, comment = (heard(LISTENED, self.ANSWERS[at]).items[0] for at in (4, 7))
        address = f"https://www.xiaohongshu.com/explore/{_NOTE}?xsec_token=AB"
        post = exported(tmp_path, "xiaohongshu", "post", "legacy", note_id=_NOTE, note_url=address)
        said = exported(tmp_path, "xiaohongshu", "comment", note_id=_NOTE,
                        comment_id="6b029b4d0000000000000201")  # fmt: skip
        assert (note.native_id, note.url) == (post.native_id, post.url)
        assert (comment.native_id, comment.parent_id) == (said.native_id, said.parent_id)
