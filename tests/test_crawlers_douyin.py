"""抖音, listened to."""

from dataclasses import replace

from contracts.listened_contract import Answer, ListenedContract, heard

from crawlers.listened import What
from crawlers.platforms.douyin import LISTENED
from domain.identity import mention_id
from domain.types import Kind, Outcome

_API = "https://www.douyin.com/aweme/v1/web"
_SEARCH = f"{_API}/general/search/single/?keyword=%E5%A4%A9%E5%AE%9A%E5%B1%B1&offset=10"
_STREAM = f"{_API}/general/search/stream/?keyword=%E5%A4%A9%E5%AE%9A%E5%B1%B1"
_SCREEN = ("7560000000000000001", "7560000000000000002", "7560000000000000003")
_CREATOR = "https://creator.douyin.com/aweme/v1/creator"
_SELECT = (
    "https://creator.douyin.com/web/api/third_party/aweme/api/comment/read/aweme/v1/web/comment"
    "/list/select/?aweme_id=7561000000000000301&cursor=0"
)
_COMMENTS = f"{_API}/comment/list/?aweme_id=7560000000000000001&cursor=0"


def _search(
    file: str, outcome: Outcome, *ids: str, url: str = _SEARCH, status: int = 200
) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids, status=status)


def _comments(file: str, outcome: Outcome, *ids: str, url: str = _COMMENTS) -> Answer:
    return Answer(file=file, url=url, what=What.COMMENTS, outcome=outcome, ids=ids)


class TestDouyin(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/douyin/search_single.json", Outcome.OK,
                "7561000000000000101", "7561000000000000102"),
        _search("ours/douyin/search_stream.body", Outcome.OK,
                "7561000000000000201", "7561000000000000202", url=_STREAM),
        _comments("ours/douyin/comments.json", Outcome.OK, "7561900000000000001"),
        _comments("ours/douyin/comments_one_without_id.json", Outcome.SCHEMA_CHANGED,
                  "7561900000000000001"),
        _comments("ours/douyin/creator_comments.json", Outcome.OK, "@enc-0001",
                  url="https://creator.douyin.com/aweme/v1/creator/comment/list/?item_id=7561000000000000101"),
        Answer(file="ours/douyin/creator_works.json", url=f"{_CREATOR}/item/list/?cursor=",
               what=What.DETAIL, outcome=Outcome.OK, ids=["7561000000000000301"]),
        _comments("ours/douyin/creator_select.json", Outcome.OK, "7561900000000000301",
                  url=_SELECT),
        _search("douyin/search_single_page2.json", Outcome.OK, *_SCREEN),
        _search("douyin/search_stream_page1.body", Outcome.OK, *_SCREEN, url=_STREAM),
        _search("douyin/search_empty_unexplained.json", Outcome.EMPTY_AMBIGUOUS),
        _search("douyin/search_verify_check.json", Outcome.VERIFY_REQUIRED),
        _search("douyin/search_not_logged_in_2483.json", Outcome.LOGIN_REQUIRED, url=_STREAM),
        _search("douyin/blocked_empty_body.body", Outcome.IP_OR_ACCOUNT_BLOCKED),
        _search("douyin/blocked_literal.body", Outcome.IP_OR_ACCOUNT_BLOCKED),
        _comments("douyin/comment_list.json", Outcome.OK,
                  "7560100000000000011", "7560100000000000012"),
        _comments("douyin/comment_list_null.json", Outcome.EMPTY_CONFIRMED),
        _comments("douyin/comment_list_reply.json", Outcome.OK, "7560100000000000021",
                  url=f"{_API}/comment/list/reply/?item_id=7560000000000000001&comment_id=1"),
        Answer(file="douyin/aweme_detail_ok.json", url=f"{_API}/aweme/detail/?aweme_id=1",
               what=What.DETAIL, outcome=Outcome.OK, ids=["7560000000000000001"]),
        Answer(file="douyin/aweme_detail_missing.json", url=f"{_API}/aweme/detail/?aweme_id=1",
               what=What.DETAIL, outcome=Outcome.ITEM_GONE, ids=[]),
        Answer(file="douyin/profile_self_not_logged_in.json", url=f"{_API}/user/profile/self/",
               what=What.LOGIN, outcome=Outcome.LOGIN_REQUIRED, ids=[]),
    )  # fmt: skip

    def test_reads_texts_counts_and_times_in_the_right_units(self) -> None:
        first, album = heard(LISTENED, self.ANSWERS[0]).items
        assert first.text.startswith("莲花山滑雪场的魔毯停了半小时")
        assert first.url == "https://www.douyin.com/video/7561000000000000101"
        assert album.url == "https://www.douyin.com/note/7561000000000000102"
        assert first.published_at is not None
        assert first.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert first.counts is not None and first.counts.likes == 18
        assert first.counts.views is None, "抖音 shows no views"
        assert first.context.query == "天定山" and first.ip_region == "吉林"

    def test_a_comment_belongs_to_its_work_and_a_number_in_words_is_a_lower_bound(self) -> None:
        (comment,) = heard(LISTENED, self.ANSWERS[2]).items
        assert comment.parent_id == mention_id("douyin", Kind.POST, "7561000000000000101")
        assert comment.counts is not None and comment.counts.likes == 12_000
        assert comment.counts.lower_bounds == {"likes"}

    def test_the_one_comment_that_cannot_be_read_is_named(self) -> None:
        (misread,) = heard(LISTENED, self.ANSWERS[3]).misread
        assert misread.reason == "缺少 comments[2].cid"

    def test_the_creator_centre_is_our_own_channel(self) -> None:
        (comment,) = heard(LISTENED, self.ANSWERS[4]).items
        assert comment.context.own_channel
        assert comment.parent_id == mention_id("douyin", Kind.POST, "7561000000000000101")

    def test_a_number_of_the_creator_centres_own_names_no_work(self) -> None:
        creator = self.ANSWERS[4]
        url = f"{_CREATOR}/comment/list/?item_id=%40enc-w1&sort=TIME"
        (comment,) = heard(LISTENED, replace(creator, url=url)).items
        assert comment.parent_id is None and comment.context.own_channel
        none = b'{"status_code": 0, "comment_info_list": [], "total_count": 0}'
        assert heard(LISTENED, creator, none).outcome is Outcome.EMPTY_CONFIRMED
        replies = f"{_CREATOR}/comment/reply/list/?comment_id=%40enc-0001"
        assert LISTENED.asks(replies) is What.COMMENTS

    def test_own_works_are_known_so_that_what_is_said_below_them_is(self) -> None:
        (work,) = heard(LISTENED, self.ANSWERS[5]).items
        assert work.context.own_channel and work.author_ref is None
        assert work.url == "https://www.douyin.com/video/7561000000000000301"
        assert work.published_at is not None and work.counts is not None
        assert work.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert work.counts.comments == 12
        (comment,) = heard(LISTENED, self.ANSWERS[6]).items
        assert comment.parent_id == mention_id("douyin", Kind.POST, str(work.native_id))
        assert comment.context.own_channel, "also in a file that somebody saved there"
        none = b'{"status_code": 0, "item_info_list": [], "total_count": 0}'
        assert heard(LISTENED, self.ANSWERS[5], none).outcome is Outcome.EMPTY_CONFIRMED
