"""The gate opens every rule that a text can hold: it saves time and changes nothing."""

import json
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nlp_plan import CASES

from nlp.gate import needed, opened, words_of
from nlp.normalise import normalise
from nlp.rulebook import all_rules, complaint_rules

DATA = Path(__file__).parents[1] / "nlp" / "train" / "data"


def _holding(text):
    return {
        rule.number
        for rule in all_rules()
        if rule.when.search(text) and not (rule.with_ and not rule.with_.search(text))
    }


def _numbers(text):
    return {rule.number for book in opened(text).values() for rules in book.values()
            for rule in rules}  # fmt: skip


def test_every_rule_has_a_number_of_its_own():
    numbers = [rule.number for rule in all_rules()]
    assert len(numbers) == len(set(numbers))


def test_the_kept_words_are_those_of_the_rules():
    kept = json.loads(resources.files("nlp").joinpath("rules", "gate.json").read_text("utf-8"))
    assert kept == words_of(all_rules()), "rules have changed: python -m nlp.gate"


def test_no_rule_that_holds_is_shut_out():
    lines = CASES.read_text(encoding="utf-8").splitlines()
    for path in sorted(DATA.glob("*.jsonl")):
        lines += path.read_text(encoding="utf-8").splitlines()[::9]
    texts = [normalise(json.loads(line)["text"]).text for line in lines]
    held = 0
    for text in texts:
        holding = _holding(text)
        held += len(holding)
        assert holding <= _numbers(text), text
    assert held > len(texts)


@given(st.text(alphabet="拒载司机不走了没人管坏路灯堵车停打表0123！?\ud800 😡", max_size=40))
def test_no_rule_is_shut_out_of_an_odd_text(text):
    assert _holding(text) <= _numbers(text)


@pytest.mark.parametrize(
    ("pattern", "ways"),
    [
        ("拒载|甩客", [["拒载 甩客"]]),
        ("出租.{0,4}(?:走人|不拉)", [["出租", "走人"], ["出租", "不拉"]]),
        ("(?:没)?人管", [["人管"]]),
        ("[脏臭]", [["脏 臭"]]),
        (r"\d+块", [["块"]]),
        ("司机.{2}拒|车.*堵", [["司机", "拒"], ["车", "堵"]]),
        ("(?!没)坏", [["坏"]]),
    ],
)
def test_the_words_that_a_pattern_cannot_do_without(pattern, ways):
    expected = {frozenset(frozenset(words.split()) for words in way) for way in ways}
    assert {frozenset(way) for way in needed(pattern)} == expected


@pytest.mark.parametrize("pattern", [r"\d+", "(?:坏)?", "[^。]{2}", "脏|"])
def test_a_pattern_without_such_words_asks_for_none(pattern):
    assert () in needed(pattern)


def test_alternatives_that_multiply_too_far_ask_for_less():
    pattern = "".join(
        f"(?:{a}.|{b}.)" for a, b in zip("一二三四五六七八", "甲乙丙丁戊己庚辛", strict=True)
    )
    assert 1 <= len(needed(pattern)) <= 64


def test_rules_come_by_book_and_section_in_the_file_s_order():
    found = opened("司机拒载，不打表，还要加价")
    order = [rule.number for rules in found["complaints"].values() for rule in rules]
    assert order == sorted(order)
    assert set(found["complaints"]) <= set(complaint_rules())
