"""The steps below the analyser: plain form, clauses, words, sentiment, rule files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nlp_plan import plan

from domain.types import Polarity
from nlp.clauses import clauses, sentences
from nlp.normalise import _ODD, READ_LIMIT, _plain, normalise
from nlp.rulebook import complaint_rules, sentiment_rules, stance_rules, urgency_rules
from nlp.sentiment import banded, by_number, scorer, snownlp
from nlp.words import cutter


def test_full_width_dodged_and_invisible_letters_become_plain():
    normal = normalise("Ｐ２　宰\u200bke！连花山")
    assert normal.text == "p2 宰客!莲花山"


def test_characters_that_nobody_looks_up_are_plain_already():
    text = "".join(map(chr, range(0x4E00, 0xA000)))
    assert "".join(map(_plain, text)) == text
    assert not _ODD.search(text)
    text = "abcdefghijklmnopqrstuvwxyz 0123456789"
    assert "".join(map(_plain, text)) == text
    assert not _ODD.search(text) and _ODD.search("A")


def test_every_letter_of_a_plain_word_leads_to_the_whole_disguise():
    original = "被宰ke了"
    normal = normalise(original)
    at = normal.text.index("客")
    start, end = normal.span(at, at + 1)
    assert original[start:end] == "宰ke"


@given(st.text(max_size=200))
def test_the_way_back_is_within_the_original_and_in_order(text):
    normal = normalise(text)
    assert len(normal.text) == len(normal.starts) == len(normal.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(normal.starts, normal.ends, strict=True))
    assert list(normal.starts) == sorted(normal.starts)


def test_only_the_beginning_of_a_very_long_text_is_read():
    assert len(normalise("雪" * 100_000).text) == READ_LIMIT


@given(st.text(max_size=200))
def test_clauses_and_sentences_cover_the_text_without_overlap(text):
    for cut in (clauses, sentences):
        spans = cut(text)
        assert "".join(text[span.start : span.end] for span in spans) == text


def test_a_turn_begins_a_clause():
    text = "雪好但是厕所少"
    assert [text[s.start : s.end] for s in clauses(text)] == ["雪好", "但是厕所少"]


def test_words_know_the_names_of_our_places():
    words = cutter(plan().user_dictionary)
    assert "天定山滑雪场" in words.cut("周末去天定山滑雪场玩")
    assert words.cut("") == []


def test_words_take_bare_and_weighted_dictionary_lines():
    words = cutter(["雪圈道子", "冰溜溜 99999 n", ""])
    assert {"雪圈道子", "冰溜溜"} <= set(words.cut("雪圈道子上挂着冰溜溜"))


@pytest.mark.parametrize("text", ["", "   ", "\ud800", "😡", "😡" * 10_000, "雪" * 1_000_000])
def test_snownlp_answers_any_text_within_bounds(text):
    assert -1 <= snownlp(text) <= 1


def test_snownlp_leans_the_right_way():
    assert scorer("snownlp")("服务很好，非常满意，值得推荐") > 0.5
    assert scorer("snownlp")("太差了，垃圾，再也不来") < 0


def test_the_number_never_contradicts_the_polarity():
    assert banded(0.9, Polarity.NEGATIVE) == -0.2
    assert banded(-0.9, Polarity.POSITIVE) == 0.2
    assert banded(-0.9, Polarity.NEUTRAL) == -0.2
    assert by_number(0.0) is Polarity.NEUTRAL


def test_there_are_rules_for_exactly_the_categories_of_the_plan():
    assert set(complaint_rules()) == set(plan().categories)


def test_every_rule_says_why_and_matches_no_empty_text():
    for book in (complaint_rules(), stance_rules(), urgency_rules(), sentiment_rules()):
        for rules in book.values():
            for rule in rules:
                assert rule.why
                assert not rule.when.search(""), rule.why


def test_the_strength_of_a_complaint_rule_is_between_none_and_certain():
    for rules in complaint_rules().values():
        assert all(0 < rule.weight < 1 for rule in rules)
