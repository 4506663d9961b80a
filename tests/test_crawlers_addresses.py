"""Which address is which article."""

from datetime import UTC, datetime

import pytest

from crawlers.addresses import address_id, article_id
from crawlers.imports import assemble
from domain.types import Incoming

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_GROUP = "https://www.toutiao.com/group/7691000000000000101"
_LONG = "https://mp.weixin.qq.com/s?__biz=MzTest%3D%3D&mid=22&idx=1"


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (_GROUP, "https://www.toutiao.com/article/7691000000000000101/?log_from=x"),
        (_GROUP, "https://m.toutiao.com/i7691000000000000101/"),
        (_LONG, f"{_LONG}&sn=aa&chksm=bb&scene=21#wechat_redirect"),
        (
            "https://mp.weixin.qq.com/s/TestShort_1",
            "https://mp.weixin.qq.com/s/TestShort_1?scene=1",
        ),
        (
            "https://baijiahao.baidu.com/s?id=7",
            "https://baijiahao.baidu.com/s?wfr=spider&id=7&for=pc",
        ),
        (
            "https://bbs.example.invalid/t?a=1&b=2",
            "https://BBS.example.invalid/t?b=2&a=1&utm_source=x",
        ),
    ],
)
def test_one_article_has_one_id_whatever_else_its_address_says(one: str, same: str) -> None:
    assert article_id(one) == article_id(same)


def test_articles_that_only_the_query_tells_apart_stay_apart() -> None:
    addresses = (
        "https://baijiahao.baidu.com/s?id=7", "https://baijiahao.baidu.com/s?id=8", _LONG,
        _LONG.replace("idx=1", "idx=2"), "https://bbs.example.invalid/t?tid=1",
        "https://bbs.example.invalid/t?tid=2", "https://bbs.example.invalid/t",
    )  # fmt: skip
    assert len({article_id(url) for url in addresses}) == len(addresses)
    assert address_id("douyin", addresses[0]) == address_id("baidu", "") == ""


def test_a_table_gives_an_article_the_id_that_its_search_result_has() -> None:
    values = {
        "kind": "article",
        "text": "缆车停运",
        "url": "https://baijiahao.baidu.com/s?id=7&wfr=spider",
    }
    row = assemble({**values, "platform": "baidu"}, required=("text",), now=NOW)
    assert isinstance(row, Incoming)
    assert row.native_id == "https://baijiahao.baidu.com/s?id=7"
    other = assemble({**values, "platform": "news"}, required=("text",), now=NOW)
    assert isinstance(other, Incoming) and other.native_id is None
