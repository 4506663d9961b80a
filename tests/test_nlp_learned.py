"""The learned models: plain numpy, the same in batches as alone, and as their card says."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nlp_plan import NOW, analyser, cases, mention

from nlp.clauses import Span, clauses
from nlp.forest import Forest
from nlp.learned import WEIGHTS, shipped
from nlp.linear import Table
from nlp.ngrams import VIEWS, Grams, clause_views, reading_clauses
from nlp.rulebook import complaint_rules

NLP = Path(__file__).parents[1] / "nlp"


def test_the_weights_are_small_and_know_the_plan():
    assert (NLP / "models" / WEIGHTS).stat().st_size < 20_000_000
    assert shipped().limits.categories == tuple(complaint_rules())


def test_the_card_names_the_training_texts_that_are_here():
    card = (NLP / "models" / "CARD.md").read_text(encoding="utf-8")
    for path in (NLP / "train" / "data").glob("*.jsonl"):
        assert f"| {path.name} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |" in card


def test_many_at_once_get_the_verdicts_of_one_by_one():
    items = [mention(row["text"]) for row in cases("category", "hard_negative")[:60]]
    assert analyser().analyse_many(items, NOW) == [analyser().analyse(one, NOW) for one in items]


def test_a_text_reads_the_same_in_any_company():
    alone = VIEWS[0](["司机不走"])
    among = VIEWS[0](["别的话", "司机不走", ""])
    assert set(alone.hashes) == set(among.hashes[among.owners == 1])


def test_a_word_class_makes_two_texts_alike():
    def shared(view, a, b):
        one, other = set(view([a]).hashes), set(view([b]).hashes)
        return len(one & other) / len(one | other)

    pair = ("师傅要80块", "司机要三百块")
    assert shared(VIEWS[1], *pair) == 1.0
    assert shared(VIEWS[0], *pair) < 0.5


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_texts_become_n_grams(texts):
    for view in VIEWS:
        grams = view(texts)
        assert len(grams.owners) == len(grams.hashes)
        assert all(0 <= owner < len(texts) for owner in grams.owners)
    parts = [reading_clauses(clauses(text)) for text in texts]
    assert all(parts)
    assert all(one.count == sum(map(len, parts)) for one in clause_views(texts, parts))


def test_short_clauses_are_read_together():
    text = "不走,加钱,师傅一听去莲花山就摇头,呸"
    cut = [text[one.start : one.end] for one in reading_clauses(clauses(text))]
    assert "".join(cut) == text
    assert min(map(len, cut)) >= 6


def test_reading_stops_at_the_limit():
    parts = [Span(start=i * 10, end=i * 10 + 10) for i in range(50)]
    assert reading_clauses(parts, limit=100)[-1].end == 100


def test_a_table_adds_up_what_it_knows():
    hashes = np.array([5, 9, 1 << 20], dtype=np.uint32)
    table = Table(
        hashes=hashes, idf=np.ones(3, dtype=np.float32),
        weights=np.array([[10], [20], [-50]], dtype=np.int8),
        scale=np.array([0.1], dtype=np.float32),
    )  # fmt: skip
    grams = Grams(
        owners=np.array([0, 0, 2]), hashes=np.array([5, 7, 1 << 20], dtype=np.uint32), count=3
    )
    assert table.score(grams).ravel() == pytest.approx([1.0, 0.0, -5.0])


def test_a_tree_is_walked_to_its_leaf():
    tree = Forest(
        feature=np.array([1, 0, 0], dtype=np.int16), depth=1,
        threshold=np.array([0.5, 0, 0], dtype=np.float32),
        left=np.array([1, 1, 2], dtype=np.int32), right=np.array([2, 1, 2], dtype=np.int32),
        value=np.array([0, -3, 4], dtype=np.float32), roots=np.array([0], dtype=np.int32),
        base=np.array([1.0], dtype=np.float32),
    )  # fmt: skip
    rows = np.array([[9, 0.5], [9, 0.6]], dtype=np.float32)
    assert tree.score(rows).ravel().tolist() == [-2.0, 5.0]
    assert tree.score(rows[:0]).shape == (0, 1)
