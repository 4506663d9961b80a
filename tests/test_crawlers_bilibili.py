"""B站, listened to."""

from pathlib import Path

from contracts.exported import exported
from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.bilibili import LISTENED
from domain.identity import mention_id
from domain.types import Kind, Mode, Outcome

_SEARCH = (
    "https://api.bilibili.com/x/web-interface/wbi/search/type"
    "?search_type=video&keyword=%E8%8E%B2%E8%8A%B1%E5%B1%B1&order=pubdate&page=1"
)
_ALL = _SEARCH.replace("search/type", "search/all/v2")
_REPLIES = "https://api.bilibili.com/x/v2/reply/wbi/main?oid=115000000001&type=1&mode=3"
_UNFOLDED = (
    "https://api.bilibili.com/x/v2/reply/reply?oid=115000000001&type=1&root=270000000002&pn=1"
)
_FIRST, _SECOND = "BV1EQxk1N7nw", "BV1EQxk1N7nc"


def _search(
    file: str, outcome: Outcome, *ids: str, url: str = _SEARCH, status: int = 200
) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids, status=status)


def _comments(file: str, outcome: Outcome, *ids: str, url: str = _REPLIES) -> Answer:
    return Answer(file=file, url=url, what=What.COMMENTS, outcome=outcome, ids=ids)


class TestBilibili(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/bilibili/search_type.json", Outcome.OK, _FIRST, _SECOND),
        _comments("ours/bilibili/reply.json", Outcome.OK,
                  "270000000001", "270000000002", "270000000003"),
        _search("ours/bilibili/search_all.json", Outcome.OK, _SECOND, url=_ALL),
        _search("ours/bilibili/search_one_without_id.json", Outcome.SCHEMA_CHANGED, _FIRST),
        _search("ours/bilibili/limited.json", Outcome.RATE_LIMITED),
        _comments("ours/bilibili/reply_none.json", Outcome.EMPTY_CONFIRMED),
        _comments("ours/bilibili/unfolded.json", Outcome.OK, "270000000003", url=_UNFOLDED),
        _comments("ours/bilibili/unfolded_none.json", Outcome.EMPTY_CONFIRMED, url=_UNFOLDED),
        _search("bilibili/search_type_video.json", Outcome.OK, "BV1xx00000001"),
        _search("bilibili/search_empty.json", Outcome.EMPTY_CONFIRMED),
        _search("bilibili/search_v_voucher.json", Outcome.VERIFY_REQUIRED),
        _search("bilibili/banned_neg412.json", Outcome.IP_OR_ACCOUNT_BLOCKED),
        _search("bilibili/banned_neg412.json", Outcome.IP_OR_ACCOUNT_BLOCKED, status=412),
        _search("bilibili/risk_neg352.json", Outcome.VERIFY_REQUIRED),
        _comments("bilibili/search_v_voucher.json", Outcome.VERIFY_REQUIRED),
        _comments("bilibili/reply_main.json", Outcome.OK, "260000000001"),
    )  # fmt: skip

    def test_reads_texts_counts_and_times_in_the_right_units(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        bare, described = parsed.items
        assert (parsed.query, parsed.cursor) == ("莲花山", "2")
        assert (bare.title, bare.text) == ("", "莲花山滑雪一日"), "a bare dash is no description"
        assert described.text == "中级道没有巡逻，摔倒半天没人管"
        assert described.title == "莲花山滑雪一日"
        assert bare.url == f"https://www.bilibili.com/video/{_FIRST}"
        assert bare.published_at is not None and bare.counts is not None
        assert bare.published_at.isoformat() == "2026-11-22T00:00:01+00:00"
        assert (bare.counts.likes, bare.counts.comments, bare.counts.views) == (88, 12, 3200)
        assert bare.counts.shares is None

    def test_pinned_comments_and_replies_are_read_once_and_belong_to_the_video(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[1])
        assert {item.parent_id for item in parsed.items} == {
            mention_id("bilibili", Kind.POST, _FIRST)
        }
        assert parsed.cursor == "2" and parsed.items[0].ip_region == "吉林"
        assert parsed.items[0].counts is not None
        assert parsed.items[0].counts.lower_bounds == {"likes"}

    def test_replies_that_were_unfolded_belong_to_the_video_as_folded_ones_do(self) -> None:
        folded = heard(LISTENED, self.ANSWERS[1]).items[-1]
        (reply,) = heard(
            LISTENED, next(a for a in self.ANSWERS if a.file == "ours/bilibili/unfolded.json")
        ).items
        assert (reply.native_id, reply.parent_id) == (folded.native_id, folded.parent_id)
        assert reply.ip_region == "辽宁" and reply.text == "回复 @雪友十 :中午以后才压雪"

    def test_below_anything_but_a_video_the_parent_is_not_known(self) -> None:
        other = _comments("ours/bilibili/reply.json", Outcome.OK,
                          url=_REPLIES.replace("type=1", "type=17"))  # fmt: skip
        assert heard(LISTENED, other).items[0].parent_id is None

    def test_what_was_heard_and_what_was_exported_is_one_video(self, tmp_path: Path) -> None:
        video, comment = (heard(LISTENED, self.ANSWERS[at]).items[0] for at in (0, 1))
        post = exported(tmp_path, "bilibili", "post", video_id="115000000001",
                        video_url="https://www.bilibili.com/video/av115000000001")  # fmt: skip
        said = exported(tmp_path, "bilibili", "comment", video_id="115000000001",
                        comment_id="270000000001")  # fmt: skip
        assert (video.native_id, video.url) == (post.native_id, post.url)
        assert (comment.native_id, comment.parent_id) == (said.native_id, said.parent_id)

    def test_the_program_never_opens_its_pages_by_itself(self) -> None:
        assert LISTENED.modes == {Mode.IMPORT, Mode.ASSISTED}
