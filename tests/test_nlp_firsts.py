"""A pattern asked for behind its first characters is found exactly where the plain one is."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nlp_plan import CASES

from nlp.firsts import anywhere
from nlp.normalise import normalise
from nlp.rulebook import all_rules, any_elsewhere, elsewhere_rules


@pytest.mark.parametrize(
    ("pattern", "firsts"),
    [
        ("拒载|甩客", "拒甩"),
        ("(?:没)?人管", "人没"),
        ("(?<!不)好看|[脏臭]", "好脏臭"),
        (r"\d+块|[a-c]\]", r"\da-c"),
        ("a*?b|^c", "abc"),
        ("(?=好)(?!坏)好+", "好"),
    ],
)
def test_the_characters_that_a_match_can_begin_with(pattern, firsts):
    assert anywhere(pattern).startswith(f"[{firsts}]")


ANYTHING = ["a?", "(?:a|b*)c?", ".好", "[^,]好", r"\w好", "", "好||坏", r"(好)\1"]


@pytest.mark.parametrize("pattern", ANYTHING)
def test_a_pattern_that_may_begin_with_anything_stays_as_it_is(pattern):
    assert anywhere(pattern) == pattern


ODD = ["(?<!不)好|坏.人", "^人|好$", "(好|坏)\\1", r"\d{2}人|[好坏][^人]", "好(?=人)|a{0,2}不"]


@given(st.sampled_from(ODD), st.text(alphabet="不好坏人a12\n", max_size=8))
def test_it_is_found_if_and_only_if_the_pattern_is(pattern, text):
    assert bool(re.search(anywhere(pattern), text)) == bool(re.search(pattern, text))


def test_every_rule_is_found_as_before():
    rows = map(json.loads, CASES.read_text(encoding="utf-8").splitlines())
    texts = [normalise(row["text"]).text for row in rows]
    found = 0
    for text in texts:
        for rule in all_rules():
            assert bool(rule.anywhere.search(text)) == bool(rule.when.search(text)), rule.why
            found += bool(rule.anywhere.search(text))
        named = elsewhere_rules()["elsewhere"].search(text)
        assert bool(any_elsewhere().search(text)) == bool(named)
    assert found > len(texts)
