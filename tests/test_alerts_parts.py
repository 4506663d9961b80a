"""Splitting: whole characters, whole masks, whole addresses, nothing lost without saying so."""

from dataclasses import replace

import pytest
from contracts.channel_contract import a_delivery
from hypothesis import given
from hypothesis import strategies as st

from alerts.messages import RESENT
from alerts.parts import in_json, send_parts, short_title, split, titled, utf8
from alerts.texts import clusters, excerpt, masks, plain_lines
from domain.types import SendResult

_ANY = st.text(st.sampled_from("雪a \u0301\u200d🚡👩🚀🇨🇳*138"), max_size=120)


@given(st.lists(_ANY, max_size=8), st.integers(40, 120), st.integers(1, 4))
def test_parts_are_whole_characters_in_order_and_what_is_missing_is_said(
    lines: list[str], room: int, most: int
) -> None:
    parts = split(lines, room, most=most, ending="…详见", size=utf8)
    assert 1 <= len(parts) <= most
    assert all(utf8(part) <= room for part in parts)
    cut = parts[-1].endswith("…详见")
    told = "".join(parts).removesuffix("…详见").replace("\n", "")
    possible = [one for line in lines for one in clusters(line) if utf8(one) <= room]
    assert "".join(possible).startswith(told)
    assert cut or told == "".join(possible)


@given(st.text())
def test_bytes_in_json_are_counted_as_they_will_be_written(text: str) -> None:
    clean = text.encode("utf-8", "ignore").decode()
    assert in_json(clean) == sum(in_json(char) for char in clean)


def test_lines_stay_together_while_they_fit() -> None:
    lines = ["一" * 10, "二" * 10, "三" * 10]
    assert split(lines, 61, most=5, ending="…") == ["\n".join(lines[:2]), lines[2]]


def test_a_mask_and_an_address_are_not_cut_in_two() -> None:
    for whole in ("138****5678", "https://example.org/abc"):
        first, second = split(["雪" * 10 + whole], 40, most=5, ending="…")
        assert (first, second) == ("雪" * 10, whole)


def test_a_character_longer_than_a_part_is_left_out_and_the_rest_stays() -> None:
    assert split(["雪" + "z" + "\u0301" * 100 + "山"], 40, most=9, ending="…") == ["雪\n山"]


def test_no_body_is_one_part() -> None:
    assert split([], 40, most=3, ending="…") == [""]
    assert titled(a_delivery(body="").alert, limit=2_000, most=1) == ["【橙色】新投诉：拒载"]


def test_a_limit_below_the_ending_is_an_error_and_not_a_silence() -> None:
    with pytest.raises(ValueError, match="below the ending"):
        split(["雪" * 10] * 3, 30, most=1, ending="…详见编号 LHS-20261123-0012")


def test_a_long_title_keeps_the_mark_of_a_second_copy() -> None:
    title = short_title("拒载" * 200 + RESENT)
    assert title.endswith(RESENT)
    assert len(title.encode()) <= 512


def test_each_part_stands_under_the_title_and_its_number() -> None:
    alert = a_delivery(body="\n".join(["雪" * 100] * 10)).alert
    parts = titled(alert, limit=900, most=5, head=lambda title: f"**{title}**", tail="\n<@u>")
    firsts = [part.split("\n")[0] for part in parts]
    count = len(parts)
    assert count > 2
    assert firsts == [f"**【橙色】新投诉：拒载（{n}/{count}）**" for n in range(1, count + 1)]
    assert [part.endswith("<@u>") for part in parts] == [True] + [False] * (count - 1)
    assert max(len(part.encode()) for part in parts) <= 900


def test_all_parts_must_be_accepted() -> None:
    answers = {
        "a": SendResult(outcome="ok", provider_id="1"),
        "b": SendResult(outcome="retry", error="慢", retry_after=30.0),
        "c": SendResult(outcome="dead", error="坏"),
    }
    assert send_parts("aa", answers.__getitem__).provider_id == "1"
    assert send_parts("ba", answers.__getitem__).outcome == "retry"
    half = send_parts("ab", answers.__getitem__)
    assert (half.outcome, half.retry_after) == ("unknown", 30.0)
    assert half.error == "2 条中已发出 1 条；慢"
    assert send_parts("ac", answers.__getitem__).outcome == "dead"
    assert send_parts("", answers.__getitem__).outcome == "dead"
    posts = [send_parts(parts, answers.__getitem__).posts for parts in ("aa", "ba", "aab", "aca")]
    assert posts == [2, 1, 3, 2]


def test_plain_lines_keep_an_address_usable_and_everything_else_inert() -> None:
    text = "# 标题\r\n**急** https://e.org/a*b?[1]=<2> [点]\n\x1b[2J<@all>"
    assert plain_lines(text) == [
        "＃ 标题", "＊＊急＊＊ https://e.org/a%2Ab?%5B1%5D=%3C2%3E ［点］", "［2J＜@all＞",
    ]  # fmt: skip


def test_a_mask_is_found_whole_and_a_long_word_costs_no_more_than_its_length() -> None:
    assert list(masks("打138****5678或a**@b.c找我")) == [(1, 12), (13, 20)]
    assert list(masks("x" * 1_000_000)) == []
    assert excerpt("x" * 1_000_000).endswith("…")


def test_a_delivery_without_a_case_number_points_nowhere() -> None:
    alert = replace(a_delivery(body="雪" * 2_000).alert, case_id=None)
    [text] = titled(alert, limit=1_000, most=1)
    assert text.endswith("…后文从略")
