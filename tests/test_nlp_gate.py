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
from nlp.rulebook import all_rules

DATA = Path(__file__).parents[1] / "nlp" / "train" / "data"


def _holding(text):
    return {
        rule.number
        for rule in all_rules()
        if rule.when.search(text) and not (rule.with_ and not rule.with_.search(text))
    }


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
        assert holding <= opened(text), text
    assert held > len(texts)


@given(st.text(alphabet="拒载司机不走了没人管坏路灯堵车停打表0123！?\ud800 😡", max_size=40))
def test_no_rule_is_shut_out_of_an_odd_text(text):
    assert _holding(text) <= opened(text)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("拒载|甩客", [{"拒载", "甩客"}]),
        ("出租.{0,4}(?:走人|不拉)", [{"出租"}, {"走人", "不拉"}]),
        ("(?:没)?人管", [{"人管"}]),
        ("[脏臭]", [{"脏", "臭"}]),
        (r"\d+块", [{"块"}]),
    ],
)
def test_the_words_that_a_pattern_cannot_do_without(pattern, words):
    assert sorted(map(set, needed(pattern)), key=len) == sorted(words, key=len)


@pytest.mark.parametrize("pattern", [r"\d+", "(?:坏)?", "[^。]{2}", "脏|"])
def test_a_pattern_without_such_words_has_none(pattern):
    assert needed(pattern) == ()
