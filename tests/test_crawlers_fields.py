"""Single values as platforms and exports write them."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers import fields
from crawlers.fields import Unreadable
from crawlers.moments import moment
from domain.types import Kind

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 12:30 in Changchun


def at(text: str) -> datetime:
    """A Shanghai wall-clock time."""
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, (None, False)),
        ("", (0, False)),
        ("赞", (0, False)),
        ("转发", (0, False)),
        (0, (0, False)),
        (352.0, (352, False)),
        ("12034", (12034, False)),
        ("12,034", (12034, False)),
        ("12.0", (12, False)),
        ("1.2万", (12000, True)),
        ("1.2W", (12000, True)),
        ("１.２万", (12000, True)),
        ("3亿", (300_000_000, True)),
        ("10+", (10, True)),
        ("100万+", (1_000_000, True)),
        ("7万次播放", (70_000, True)),
        ("2.3k", (2300, True)),
        ("512次播放", (512, False)),
    ],
)
def test_a_count_is_read_with_its_certainty(raw: object, expected: tuple[int, bool]) -> None:
    assert fields.count(raw) == expected


@pytest.mark.parametrize(
    "raw", ["很多", "-3", "1.5", "1.2.3", "12:30", "1e9", "9" * 400, -1, 0.5, math.nan, math.inf,
            True, [1], "999999999999亿"],
)  # fmt: skip
def test_what_is_no_count_is_refused(raw: object) -> None:
    with pytest.raises(Unreadable):
        fields.count(raw)


@given(st.integers(0, 10**12))
def test_every_whole_number_is_its_own_count(number: int) -> None:
    assert fields.count(number) == fields.count(str(number)) == (number, False)
    assert fields.count(f"{number:,}") == (number, False)


@given(st.one_of(st.text(max_size=20), st.from_regex(r"\A[0-9.,万亿+kw]{1,8}\Z")))
def test_a_count_is_never_negative_nor_a_crash(raw: str) -> None:
    try:
        value, _ = fields.count(raw)
    except Unreadable:
        return
    assert value is not None
    assert 0 <= value <= 10**15


def test_tags_go_and_emoji_stay() -> None:
    raw = '<p>雪太<em class="keyword">差</em>&amp;贵<img alt="[怒]" src=x>😡</p>\r\n<br/>再见'
    assert fields.clean(raw) == "雪太差&贵[怒]😡\n\n\n再见"
    assert fields.clean("太差<img alt=[怒] src=x>") == "太差[怒]", "微博 writes it without quotes"


def test_words_in_angle_brackets_are_words() -> None:
    assert fields.clean("我<3滑雪 <重要> a<b 5<6>4") == "我<3滑雪 <重要> a<b 5<6>4"


def test_control_and_direction_characters_go_and_lone_surrogates_are_marked() -> None:
    assert fields.clean("滑\x00雪\u202e场\u200b\ufeff\x07\ud83d!") == "滑雪场\ufffd!"
    assert fields.clean("👨\u200d👩\u200d👧") == "👨\u200d👩\u200d👧"


def test_hostile_markup_is_cleaned_in_linear_time() -> None:
    assert len(fields.clean("<a " * 300_000)) > 0
    assert len(fields.clean("<!--" * 200_000)) > 0
    assert len(fields.clean("<img alt=" + "怒" * 300_000)) > 0


@pytest.mark.parametrize("raw", ["发布于 吉林", "IP属地：吉林", "IP属地:吉林", "来自吉林", "吉林"])
def test_a_region_loses_its_lead_in(raw: str) -> None:
    assert fields.region(raw) == "吉林"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("7560000000000000001", "7560000000000000001"),
        (7560000000000000001, "7560000000000000001"),
        (12345.0, "12345"),
        ("'CC202611220001", "CC202611220001"),
        (None, ""),
        ("1e5", None),
        ("7.56E+18", None),
        (7.56e18, None),
        (True, None),
        (["1"], None),
        ("x" * 300, None),
    ],
)
def test_an_id_is_text_and_a_rounded_one_is_refused(raw: object, expected: str | None) -> None:
    if expected is not None:
        assert fields.identifier(raw) == expected
        return
    with pytest.raises(Unreadable):
        fields.identifier(raw)


def test_an_av_number_and_its_bv_are_one_post() -> None:
    assert fields.bvid(170001) == "BV17x411w7KC"
    assert fields.bvid(2) == "BV1xx411c7mD"
    assert fields.post_id("bilibili", "av170001") == fields.post_id("bilibili", "170001")
    assert fields.post_id("bilibili", "BV17x411w7KC") == "BV17x411w7KC"
    assert fields.post_id("bilibili", "9" * 5000) == "9" * 5000


def test_a_short_weibo_id_and_its_number_are_one_post() -> None:
    assert fields.post_id("weibo", "z0JH2lOMb") == "3501756485200075"
    assert fields.post_id("weibo", "3501756485200075") == "3501756485200075"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("https://www.xiaohongshu.com/explore/6b02?xsec_token=AB&xsec_source=pc",
         "https://www.xiaohongshu.com/explore/6b02"),
        ("https://www.kuaishou.com/short-video/3x?authorId=7", "https://www.kuaishou.com/short-video/3x"),
        ("https://weibo.com/6600000001/z0JH2lOMb?from=page", "https://m.weibo.cn/detail/3501756485200075"),
        ("https://weibo.com/u/6600000001", ""),
        ("//www.bilibili.com/video/av170001/?spm_id_from=1", "https://www.bilibili.com/video/BV17x411w7KC"),
        ("https://example.org/a?id=7&utm_source=x&user_id=9", "https://example.org/a?id=7"),
        ("https://name:word@Example.org:8080/a#top", "https://example.org:8080/a"),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_an_address_keeps_no_token_and_no_account(raw: str, expected: str) -> None:
    assert fields.bare_url(raw) == expected


def test_platforms_and_kinds_are_known_by_code_and_chinese_name() -> None:
    assert fields.platform("抖音") == fields.platform(" douyin ") == "douyin"
    assert fields.platform("b站") == "bilibili"
    assert fields.kind("评论") is fields.kind("COMMENT") is Kind.COMMENT
    for read in (fields.platform, fields.kind, fields.yes):
        with pytest.raises(Unreadable):
            read("别的")


def test_a_refusal_never_quotes_the_value() -> None:
    for read in (fields.count, fields.platform, fields.kind, fields.yes,
                 lambda raw: moment(raw, anchor=NOW)):  # fmt: skip
        with pytest.raises(Unreadable) as caught:
            read("史测一15422220001")
        assert "史测一" not in str(caught.value)
        assert "1542222" not in str(caught.value)
