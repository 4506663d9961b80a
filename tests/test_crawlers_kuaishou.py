"""快手, listened to."""

import json
from pathlib import Path

import pytest
from contracts.exported import exported
from contracts.listened_contract import NOW, Answer, ListenedContract, heard

from crawlers.listened import Exchange, What, hear
from crawlers.platforms.kuaishou import LISTENED
from domain.identity import AuthorKey, mention_id
from domain.types import Kind, Mode, Outcome

_REST = "https://www.kuaishou.com/rest/v"
_FEED = f"{_REST}/search/feed?__NS_hxfalcon=test&caver=2"
_GRAPHQL = "https://www.kuaishou.com/graphql"
_ASKED = json.dumps({"keyword": "天定山", "page": "search", "pcursor": ""})
_PHOTO = json.dumps({"photoId": "3xhill0101", "pcursor": ""})


def _search(
    file: str, outcome: Outcome, *ids: str, url: str = _FEED, asked: str = _ASKED
) -> Answer:
    return Answer(file=file, url=url, what=What.SEARCH, outcome=outcome, ids=ids,
                  method="POST", request_body=asked)  # fmt: skip


def _comments(
    file: str, outcome: Outcome, *ids: str, path: str = "list", asked: str = _PHOTO
) -> Answer:
    url = _GRAPHQL if path == "graphql" else f"{_REST}/photo/comment/{path}"
    return Answer(file=file, url=url, what=What.COMMENTS, outcome=outcome, ids=ids,
                  method="POST", request_body=asked)  # fmt: skip


def _old(operation: str, **variables: str) -> str:
    return json.dumps({"operationName": operation, "variables": variables, "query": "query"})


class TestKuaishou(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _search("ours/kuaishou/search_feed.json", Outcome.OK, "3xhill0101", "3xhill0104"),
        _search("ours/kuaishou/search_feed_one_without_id.json", Outcome.SCHEMA_CHANGED,
                "3xhill0101"),
        _search("ours/kuaishou/graphql_search.json", Outcome.OK, "3xold0001", url=_GRAPHQL,
                asked=_old("visionSearchPhoto", keyword="冰雪新天地")),
        _search("ours/kuaishou/graphql_errors.json", Outcome.SCHEMA_CHANGED, url=_GRAPHQL,
                asked=_old("visionSearchPhoto", keyword="冰雪新天地")),
        _comments("ours/kuaishou/comment_list.json", Outcome.OK, "880000000101"),
        _comments("ours/kuaishou/comment_list_none.json", Outcome.EMPTY_CONFIRMED),
        Answer(file="ours/kuaishou/short_video.html", what=What.DETAIL, outcome=Outcome.OK,
               url="https://www.kuaishou.com/short-video/3xhill0106?authorId=x",
               ids=["3xhill0106"]),
        _search("kuaishou/search_feed.json", Outcome.OK, "3x_sample_0001", "3x_sample_0002"),
        _search("kuaishou/search_feed_end.json", Outcome.EMPTY_AMBIGUOUS),
        _search("kuaishou/sign_failed_50.json", Outcome.SCHEMA_CHANGED),
        _search("kuaishou/need_login_or_rate_limited_2.json", Outcome.RATE_LIMITED),
        _search("kuaishou/session_expired_109.json", Outcome.LOGIN_REQUIRED),
        _search("kuaishou/graphql_visionSearchPhoto_legacy.json", Outcome.OK, "3x_sample_0003",
                url=_GRAPHQL, asked=""),
        _comments("kuaishou/graphql_commentListQuery_legacy.json", Outcome.OK, "1174000000001",
                  path="graphql", asked=_old("commentListQuery", photoId="3x_sample_0003")),
        _comments("kuaishou/comment_sublist.json", Outcome.OK, "1174000000011", path="sublist"),
        _comments("kuaishou/comment_list.json", Outcome.OK, "1174000000001", "1174000000002"),
    )  # fmt: skip

    def test_reads_texts_counts_and_times_in_the_right_units(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        first, second = parsed.items
        assert (parsed.query, parsed.cursor) == ("天定山", "2")
        assert first.text.startswith("天定山夜场的雪具大厅") and first.context.query == "天定山"
        assert first.url == "https://www.kuaishou.com/short-video/3xhill0101"
        assert first.published_at is not None
        assert first.published_at.isoformat() == "2026-11-22T12:15:00.500000+00:00"
        assert first.counts is not None and second.counts is not None
        assert (first.counts.likes, first.counts.views) == (42, 13_000)
        assert first.counts.lower_bounds == {"views"}
        assert first.counts.comments is None, "a search does not say how many comments there are"
        assert second.counts.likes == 8

    def test_the_old_search_gives_exact_likes_and_the_number_of_comments(self) -> None:
        (work,) = heard(LISTENED, self.ANSWERS[2]).items
        assert work.text == "冰雪新天地的冰滑梯等了一小时" and work.context.query == "冰雪新天地"
        assert work.counts is not None and work.counts.lower_bounds == {"comments", "views"}
        assert (work.counts.likes, work.counts.comments) == (12_077, 10)

    def test_a_comment_belongs_to_the_work_that_the_request_names(self) -> None:
        (comment,) = heard(LISTENED, self.ANSWERS[4]).items
        assert comment.parent_id == mention_id("kuaishou", Kind.POST, "3xhill0101")
        assert comment.counts is not None and comment.counts.comments == 1
        unasked = _comments("ours/kuaishou/comment_list.json", Outcome.OK, asked="")
        assert heard(LISTENED, unasked).items[0].parent_id is None, "nobody may guess it"

    @pytest.mark.parametrize("kept", [True, False])
    def test_other_operations_of_the_old_interface_are_no_search(self, kept: bool) -> None:
        other = _search("ours/kuaishou/graphql_profile.json", Outcome.OK)
        asked = _old("visionProfilePhotoList") if kept else ""
        exchange = Exchange(url=_GRAPHQL, body=other.path.read_bytes(), received_at=NOW,
                            method="POST", request_body=asked)  # fmt: skip
        assert hear(LISTENED, exchange, AuthorKey(key_id="1", secret=b"k").pseudonym) is None
        assert LISTENED.asks(f"{_REST}/profile/feed") is None, "the author's other works"

    def test_what_was_heard_and_what_was_exported_is_one_post(self, tmp_path: Path) -> None:
        work, comment = (heard(LISTENED, self.ANSWERS[at]).items[0] for at in (0, 4))
        address = "https://www.kuaishou.com/short-video/3xhill0101?authorId=7"
        post = exported(tmp_path, "kuaishou", "post", video_id="3xhill0101", video_url=address)
        said = exported(tmp_path, "kuaishou", "comment", comment_id="880000000101",
                        video_id="3xhill0101")  # fmt: skip
        assert (work.native_id, work.url) == (post.native_id, post.url)
        assert (comment.native_id, comment.parent_id) == (said.native_id, said.parent_id)

    def test_it_has_no_back_end_of_its_own_accounts(self) -> None:
        assert LISTENED.modes == {Mode.IMPORT, Mode.ASSISTED, Mode.AUTOMATIC}
        assert LISTENED.search_page is not None
        assert LISTENED.search_page("天定山 雪") == (
            "https://www.kuaishou.com/search/%E5%A4%A9%E5%AE%9A%E5%B1%B1%20%E9%9B%AA?source=NewReco"
        )
