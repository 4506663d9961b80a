"""Ids that follow from the content, addresses, and pseudonyms that cannot be turned back."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity import (
    AuthorKey,
    canonical_url,
    digest,
    foreign_author,
    mention_id,
    native_id,
    season_of,
)
from domain.types import Kind

KEY = AuthorKey("2026", b"a made-up secret of this test")


def test_an_id_is_the_sha256_of_platform_group_and_native_id() -> None:
    # printf 'weibo\x1fpost\x1f4890' | sha256sum | cut -c1-24
    assert mention_id("weibo", Kind.POST, "4890") == "4178f99d706be1580bfe4776"
    assert digest("a", "b") != digest("ab")
    assert len(digest("a", length=64)) == 64


def test_a_post_and_an_article_are_one_and_everything_else_is_apart() -> None:
    ids = {kind: mention_id("news", kind, "1") for kind in Kind}
    assert ids[Kind.POST] == ids[Kind.ARTICLE]
    assert len(set(ids.values())) == len(Kind) - 1
    assert mention_id("weibo", Kind.POST, "1") != mention_id("douyin", Kind.POST, "1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.Example.COM/A/b.html?from=x#top", "http://news.example.com/A/b.html"),
        ("https://example.com/", "https://example.com"),
        ("https://example.com:8443/a//", "https://example.com:8443/a"),
        ("https://someone:secret@example.com/a", "https://example.com/a"),
        ("  https://example.com/天定山 ", "https://example.com/天定山"),
        ("", ""),
        ("http://[abc/x", "http://[abc/x"),
        ("HTTP:////:", "HTTP:////:"),
        ("http://example.com:eighty/x", "http://example.com:eighty/x"),
    ],
)
def test_an_address_has_one_spelling(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@given(st.text() | st.text(alphabet="htps:/[]@?#.:0aé%", max_size=30).map("http://".__add__))
def test_no_address_breaks_it_and_twice_is_once(url: str) -> None:
    once = canonical_url(url)
    assert isinstance(once, str)
    if once.startswith("http"):
        assert canonical_url(once).rstrip("/") == once.rstrip("/")


def test_what_makes_a_post_itself_is_its_number_else_its_address_else_its_words_and_day() -> None:
    day = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)  # 23:59 in Changchun
    url = "https://example.com/a?x=1"
    assert native_id("77", url, "话", day) == "77"
    assert native_id(None, url, "话", day) == native_id("", url, "别的话", None)
    words = native_id(None, "", "ＡＢＣ 拒载", day)
    assert words == native_id(None, "", "ABC 拒载", day.replace(hour=1))
    assert words != native_id(None, "", "ABC 拒载", day + timedelta(minutes=1))
    assert words != native_id(None, "", "ABC 拒载", None)
    assert len(words) == 64


def test_authors_keys_are_renewed_on_the_first_of_july_in_changchun() -> None:
    turn = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
    assert season_of(turn - timedelta(seconds=1)) == "2025"
    assert season_of(turn) == season_of(datetime(2027, 1, 1, tzinfo=UTC)) == "2026"


def test_a_pseudonym_compares_within_a_platform_and_season_and_nowhere_else() -> None:
    one = KEY.pseudonym("weibo", "12345")
    assert one == KEY.pseudonym("weibo", "12345")
    assert one is not None
    assert one.startswith("2026:")
    assert len(one) == 25
    others = [KEY.pseudonym("douyin", "12345"), KEY.pseudonym("weibo", "12346"),
              AuthorKey("2026", b"another").pseudonym("weibo", "12345"),
              foreign_author("12345")]  # fmt: skip
    assert one not in others
    assert len(set(others)) == 4
    assert KEY.pseudonym("weibo", "") is None
    assert foreign_author("") is None


def test_a_key_never_shows_its_secret() -> None:
    for shown in (repr(KEY), str(KEY), f"{KEY}", repr([KEY]), f"{KEY!r:>40}"):
        assert "secret" not in shown
        assert "AuthorKey(2026)" in shown
    assert asdict(KEY)["secret"] == KEY.secret  # only on purpose


@given(st.text(), st.text(min_size=1))
def test_no_account_breaks_the_pseudonym(platform: str, account: str) -> None:
    found = KEY.pseudonym(platform, account)
    assert found is not None
    assert account not in found or len(account) < 5
