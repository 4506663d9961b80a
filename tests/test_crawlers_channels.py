"""视频号助手, listened to."""

import pytest
from contracts.listened_contract import KEY, NOW, Answer, ListenedContract, heard

from crawlers.listened import Exchange, What, hear
from crawlers.platforms.channels import LISTENED
from domain.types import Mode, Outcome

_HOST = "https://channels.weixin.qq.com"
_LIST = f"{_HOST}/cgi-bin/mmfinderassistant-bin/comment/comment_list"


def _comments(file: str, *ids: str) -> Answer:
    return Answer(
        file=file, url=_LIST, what=What.COMMENTS, outcome=Outcome.OK, ids=ids, method="POST"
    )


class TestChannels(ListenedContract):
    LISTENED = LISTENED
    ANSWERS = (
        _comments("ours/channels/comment_list.json",
                  "14700000000000000101", "14700000000000000102"),
        _comments("wechat/channels_comment_list.json", "1", "2"),
        Answer(file="ours/channels/comment_list.json", url=_LIST, what=What.COMMENTS, status=201,
               outcome=Outcome.OK, method="POST"),  # what its page gets, seen by others in 2026-10
    )  # fmt: skip

    def test_a_comment_and_the_reply_to_it_are_our_own_channel(self) -> None:
        parsed = heard(LISTENED, self.ANSWERS[0])
        comment, reply = parsed.items
        assert comment.text == "夜场灯坏了一半，看不清道" and reply.text == "昨天也是"
        assert comment.context.own_channel and reply.context.own_channel
        assert comment.published_at is not None
        assert comment.published_at.isoformat() == "2026-11-22T10:00:00+00:00"
        assert comment.counts is not None and comment.counts.likes == 5
        assert comment.author_ref is None, "a display name is shared by many"
        assert parsed.cursor == "CAoQ-test"
        assert heard(LISTENED, self.ANSWERS[0], self.ANSWERS[0].path.read_bytes().replace(
            b'"downContinueFlag": 1', b'"downContinueFlag": 0')).cursor == ""  # fmt: skip

    @pytest.mark.parametrize(
        ("body", "outcome"),
        [
            (b'{"errCode": 0, "data": {"comment": [], "commentCount": 0}}',
             Outcome.EMPTY_CONFIRMED),
            (b'{"errCode": 0, "data": {"comment": [], "commentCount": 8}}',
             Outcome.EMPTY_AMBIGUOUS),
            (b'{"errCode": 300333, "data": {}}', Outcome.SCHEMA_CHANGED),
        ],
    )  # fmt: skip
    def test_nothing_is_empty_only_where_the_count_says_so(
        self, body: bytes, outcome: Outcome
    ) -> None:
        assert heard(LISTENED, self.ANSWERS[0], body).outcome is outcome

    def test_a_list_of_comments_is_known_by_its_shape_and_nothing_else_is_listened_to(self) -> None:
        body = self.ANSWERS[0].path.read_bytes()
        for name, answer in (("renamed", body), ("create_comment", b'{"errCode": 0, "data": {}}')):
            exchange = Exchange(
                url=f"{_HOST}/micro/interaction/cgi-bin/mmfinderassistant-bin/comment/{name}",
                body=answer, received_at=NOW, method="POST",
            )  # fmt: skip
            parsed = hear(LISTENED, exchange, KEY.pseudonym)
            assert (parsed is not None) == (name == "renamed")
        assert LISTENED.asks(f"{_HOST}/cgi-bin/mmfinderassistant-bin/post/post_list") is None

    def test_there_is_no_public_search(self) -> None:
        assert LISTENED.search_page is None and LISTENED.modes == {Mode.IMPORT, Mode.OWN}
