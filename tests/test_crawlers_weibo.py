"""微博, listened to: the mobile and the desktop site."""

from pathlib import Path

import pytest
from contracts.exported import exported
from contracts.listened_contract import NOW, Answer, ListenedContract, heard

from crawlers.listened import Exchange, Parsed, What, hear
from crawlers.platforms.weibo import LISTENED
from domain.identity import AuthorKey, mention_id
from domain.types import Kind, Outcome

_INDEX = "https://m.weibo.cn/api/container/getIndex"
_MOBILE = (
    f"{_INDEX}?containerid=100103type%3D61%26q%3D%E5%A4%A9%E5%AE%9A%E5%B1%B1"
    "&page_type=searchall&page=2"
)
_DESKTOP = "https://s.weibo.com/weibo?q=%E5%A4%A9%E5%AE%9A%E5%B1%B1&typeall=1&suball=1&page=1"
_FLOW = "https://m.weibo.cn/comments/hotflow?id=5300000000000101&mid=5300000000000101&max_id_type=0"
_BUILD = "https://weibo.com/ajax/statuses/buildComments?is_reload=1&id={}&is_show_bulletin=2"
_DESK = _BUILD.format("5300000000000600&is_mix=0&count=10&uid=1990000012&fetch_level=0")
_UNFOLDED = _BUILD.format("5300000000000601&is_mix=1&count=20&uid=1990000012&fetch_level=1")
_SHOW = "https://weibo.com/ajax/statuses/show?id=QzTest600&locale=zh-CN"
_CHILD = "https://m.weibo.cn/comments/hotFlowChild?cid=5300000000000601&max_id=0&max_id_type=0"
_INBOX = "https://weibo.com/ajax/message/cmt?page=2"
_CONFIG = "https://m.weibo.cn/api/config"
_PAGE = "https://m.weibo.cn/detail/5300000000000103"
_THREE = ("5230000000000001", "5230000000000002", "5230000000000003")
_PASSPORT = {"location": "https://passport.weibo.com/sso/signin?entry=miniblog"}


def _search(
    file: str, outcome: Outcome, *ids: str, url: str = _MOBILE, status: int = 200
) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids, status=status)


def _comments(file: str, outcome: Outcome, *ids: str, url: str = _FLOW) -> Answer:
    return Answer(file=file, url=url, what=What.COMMENTS, outcome=outcome, ids=ids)


def _config(file: str, outcome: Outcome) -> Answer:
    return Answer(file=file, url=_CONFIG, what=What.LOGIN, outcome=outcome, ids=())


class TestWeibo(ListenedContract):
    LISTENED = LISTENED
    FOREIGN = frozenset((Outcome.SCHEMA_CHANGED, Outcome.RATE_LIMITED))  # HTML for JSON, §5
    ANSWERS = (
        _search("ours/weibo/container_search.json", Outcome.OK,
                *(f"53000000000001{no}" for no in ("01", "02", "04", "03"))),
        _search("ours/weibo/desktop_search.html", Outcome.OK, "5300000000000401", url=_DESKTOP),
        _comments("ours/weibo/hotflow.json", Outcome.OK,
                  "5300000000000301", "5300000000000302"),
        Answer(file="ours/weibo/inbox.json", url=_INBOX, what=What.COMMENTS, outcome=Outcome.OK,
               ids=["5300000000000501", "5300000000000502"]),
        Answer(file="ours/weibo/detail.html", url=_PAGE, what=What.DETAIL, outcome=Outcome.OK,
               ids=["5300000000000103"]),
        _comments("ours/weibo/build_comments.json", Outcome.OK,
                  "5300000000000601", "5300000000000602", url=_DESK),
        *(_comments("ours/weibo/replies.json", Outcome.OK,
                    "5300000000000602", "5300000000000603", url=url)
          for url in (_UNFOLDED, _CHILD)),
        Answer(file="ours/weibo/show.json", url=_SHOW, what=What.DETAIL, outcome=Outcome.OK,
               ids=["5300000000000600"]),
        Answer(file="ours/weibo/show_gone.json", url=_SHOW, what=What.DETAIL,
               outcome=Outcome.ITEM_GONE, ids=()),
        _comments("ours/weibo/build_comments_none.json", Outcome.EMPTY_CONFIRMED, url=_DESK),
        _comments("weibo/login_required_neg100.json", Outcome.LOGIN_REQUIRED, url=_DESK),
        _search("ours/weibo/container_one_without_id.json", Outcome.SCHEMA_CHANGED,
                "5300000000000101"),
        _comments("ours/weibo/hotflow_none.json", Outcome.EMPTY_CONFIRMED),
        _config("ours/weibo/config_in.json", Outcome.OK),
        _config("ours/weibo/config_out.json", Outcome.LOGIN_REQUIRED),
        _search("ours/weibo/not_json.html", Outcome.RATE_LIMITED),
        _search("ours/weibo/not_json.html", Outcome.RATE_LIMITED, status=432),
        _search("ours/weibo/not_json.html", Outcome.SCHEMA_CHANGED, url=_DESKTOP),
        _search("ours/weibo/desktop_login.html", Outcome.LOGIN_REQUIRED, url=_DESKTOP),
        Answer(file="ours/weibo/not_json.html", url=_DESKTOP, what=What.SEARCH, status=302,
               outcome=Outcome.LOGIN_REQUIRED, ids=(), headers=_PASSPORT),
        _search("weibo/m_container_search.json", Outcome.OK, *_THREE),
        _search("weibo/m_container_search_empty.json", Outcome.EMPTY_AMBIGUOUS),
        _search("weibo/m_container_search_empty_card4.json", Outcome.EMPTY_CONFIRMED),
        _search("weibo/m_container_search_empty_card4.json", Outcome.EMPTY_AMBIGUOUS,
                url=f"{_MOBILE}&timescope=custom"),
        _search("weibo/login_required_neg100.json", Outcome.LOGIN_REQUIRED),
        _search("weibo/error_login_ok0.json", Outcome.LOGIN_REQUIRED),
        _comments("weibo/error_freq_ok0.json", Outcome.RATE_LIMITED),
        _comments("weibo/comments_hotflow.json", Outcome.OK,
                  "5230000000000101", "5230000000000102", "5230000000000103"),
        _search("weibo/s_weibo_card.html", Outcome.OK, _THREE[0], url=_DESKTOP),
        _search("weibo/s_weibo_no_result.html", Outcome.EMPTY_CONFIRMED, url=_DESKTOP),
    )  # fmt: skip

    def test_reads_texts_counts_and_times_in_the_right_units(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        first, *_, repeated = parsed.items
        assert (parsed.query, parsed.cursor) == ("天定山", "3")
        assert first.text == "停车费一小时[怒]三十" and first.ip_region == "吉林"
        assert first.url == "https://m.weibo.cn/detail/5300000000000101"
        assert first.published_at is not None and first.counts is not None
        assert first.published_at.isoformat() == "2026-11-23T03:57:00+00:00"
        assert (first.counts.comments, first.counts.shares) == (2, 0)
        assert first.counts.views == 70_000 and first.counts.lower_bounds == {"views"}
        assert repeated.text == "天定山的魔毯又停了", "what follows is a button"
        assert repeated.counts is not None and repeated.counts.lower_bounds == {"likes"}

    def test_one_that_repeats_another_is_of_its_thread_and_is_read_with_its_words(self) -> None:
        _, repeating, of_a_gone_one, original = heard(LISTENED, self.ANSWERS[0]).items
        assert original.native_id is not None
        assert repeating.parent_id == mention_id("weibo", Kind.POST, original.native_id)
        assert repeating.context.parent_text.startswith("天定山的魔毯又停了")
        assert of_a_gone_one.context.parent_text == "抱歉，此微博已被删除"

    def test_the_desktop_page_shows_the_same_author_and_only_the_visitors_own_words(self) -> None:
        (post,) = heard(LISTENED, self.ANSWERS[1]).items
        assert post.text == "接驳车一小时才来一班[怒]\n站牌上写的是二十分钟"
        assert post.published_at is not None and post.counts is not None
        assert post.published_at.isoformat() == "2026-11-23T01:15:00+00:00"
        assert post.author_ref == AuthorKey(key_id="2026", secret=b"k" * 32).pseudonym(
            "weibo", "1990000011"
        )
        assert (post.counts.likes, post.counts.comments, post.counts.shares) == (12_000, 6, 0)
        assert heard(LISTENED, self.ANSWERS[1]).cursor == "2"

    def test_a_comment_and_its_reply_belong_to_the_post_of_the_address(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[2])
        comment, reply = parsed.items
        post = mention_id("weibo", Kind.POST, "5300000000000101")
        assert comment.parent_id == reply.parent_id == post and parsed.cursor == ""
        assert comment.ip_region == "黑龙江" and comment.counts is not None
        assert comment.counts.lower_bounds == {"likes"}

    def test_what_the_own_account_received_is_our_own_channel_and_knows_its_post(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[3])
        comment, lonely = parsed.items
        assert comment.text == "你们的接驳车[怒]等了一小时" and parsed.cursor == "3"
        assert comment.parent_id == mention_id("weibo", Kind.POST, "5300000000000500")
        assert comment.context.own_channel and lonely.context.own_channel
        assert comment.context.parent_text == "天定山今晚夜场开放" and comment.ip_region == "吉林"
        assert lonely.parent_id is None, "the post is gone"
        nothing = heard(LISTENED, self.ANSWERS[3], b'{"ok": 1, "data": {"comments": []}}')
        assert (nothing.outcome, nothing.cursor) == (Outcome.EMPTY_AMBIGUOUS, "")

    def test_a_post_of_the_desktop_site_is_the_one_that_its_comments_stand_below(self) -> None:
        (post,) = self._of("ours/weibo/show.json").items
        assert post.native_id is not None and post.counts is not None
        assert post.text == "莲花山的魔毯又停了[怒]排队四十分钟 ...", "what follows is a button"
        assert post.url == "https://m.weibo.cn/detail/5300000000000600" and post.ip_region == "吉林"
        assert (post.counts.likes, post.counts.comments, post.counts.shares) == (41, 31, 5)
        below = self._of("ours/weibo/build_comments.json").items[0].parent_id
        assert below == mention_id("weibo", Kind.POST, post.native_id)

    def test_comments_of_the_desktop_site_are_those_of_the_mobile_site(self) -> None:
        parsed = self._of("ours/weibo/build_comments.json")
        comment, reply = parsed.items
        post = mention_id("weibo", Kind.POST, "5300000000000600")
        assert comment.parent_id == reply.parent_id == post and parsed.cursor
        assert comment.text == "魔毯停了[怒]没人说一声" and comment.ip_region == "吉林"
        assert not comment.context.own_channel, "everybody writes there, though our inbox is there"
        assert comment.counts is not None and reply.counts is not None
        assert (comment.counts.likes, comment.counts.comments, reply.counts.likes) == (0, 2, 3)

    @pytest.mark.parametrize("url", [_UNFOLDED, _CHILD])
    def test_replies_that_were_unfolded_stand_below_their_comment(self, url: str) -> None:
        parsed = self._of("ours/weibo/replies.json", url)
        comment = mention_id("weibo", Kind.COMMENT, "5300000000000601")
        assert {item.parent_id for item in parsed.items} == {comment} and parsed.cursor == ""
        folded = self._of("ours/weibo/build_comments.json").items[1]
        assert parsed.items[0].native_id == folded.native_id

    def _of(self, file: str, url: str = "") -> Parsed:
        return heard(LISTENED, next(a for a in self.ANSWERS if a.file == file and url in a.url))

    @pytest.mark.parametrize(
        "url", [f"{_INDEX}?containerid=1076031990000001", "https://weibo.com/weibo?q=1"]
    )
    def test_other_lists_at_the_same_address_are_no_search(self, url: str) -> None:
        body = self.ANSWERS[0].path.read_bytes()
        exchange = Exchange(url=url, body=body, received_at=NOW)
        assert hear(LISTENED, exchange, AuthorKey(key_id="1", secret=b"k").pseudonym) is None

    def test_what_was_heard_and_what_was_exported_is_one_post(self, tmp_path: Path) -> None:
        found, comment = (heard(LISTENED, self.ANSWERS[at]).items[0] for at in (0, 2))
        post = exported(tmp_path, "weibo", "post", note_id="5300000000000101",
                        note_url="https://m.weibo.cn/detail/5300000000000101")  # fmt: skip
        said = exported(tmp_path, "weibo", "comment", note_id="5300000000000101",
                        comment_id="5300000000000301")  # fmt: skip
        assert (found.native_id, found.url) == (post.native_id, post.url)
        assert (comment.native_id, comment.parent_id) == (said.native_id, said.parent_id)
