"""The learned models: plain numpy, the same in batches as alone, and as their card says."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nlp_plan import NOW, analyser, cases, mention

from nlp.clauses import Span, clauses
from nlp.forest import forest
from nlp.learned import WEIGHTS, shipped
from nlp.linear import Table, joined
from nlp.ngrams import Bag, Grams, characters, read, reading_clauses
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


def views(texts):
    parts = [reading_clauses(clauses(text)) for text in texts]
    bag = read(texts, parts)
    return [bag.view(number) for number in range(len(bag.starts) - 1)], parts


def test_a_text_reads_the_same_in_any_company():
    texts = ["别的话，一句两句", "司机不走，要加钱，还骂人", ""]
    (alone, _), (among, parts) = views(texts[1:2]), views(texts)
    first = len(parts[0])
    for number, (one, all_) in enumerate(zip(alone, among, strict=True)):
        at = 1 if number < 3 else first
        mine = (all_.owners >= at) & (all_.owners < at + one.count)
        assert (all_.owners[mine] - at).tolist() == one.owners.tolist()
        assert all_.hashes[mine].tolist() == one.hashes.tolist()


def test_the_characters_alone_are_the_first_view():
    texts = ["司机不走", "", "要加钱\n"]
    alone, among = characters(texts), views(texts)[0][0]
    assert alone.owners.tolist() == among.owners.tolist()
    assert alone.hashes.tolist() == among.hashes.tolist()


def test_a_clause_hears_its_neighbours_and_no_other_text():
    (*_, before, after), parts = views(
        ["司机不走了呀,还要多加二十块钱", "缆车停了半小时,没有一个人来管"]
    )
    assert [len(own) for own in parts] == [2, 2]
    assert set(before.owners) == {1, 3}
    assert set(after.owners) == {0, 2}


def test_a_word_class_makes_two_texts_alike():
    def shared(number, a, b):
        one, other = (set(views([text])[0][number].hashes) for text in (a, b))
        return len(one & other) / len(one | other)

    pair = ("师傅要80块", "司机要三百块")
    assert shared(1, *pair) == 1.0
    assert shared(0, *pair) < 0.5


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_texts_become_n_grams(texts):
    found, parts = views(texts)
    assert all(parts)
    for number, grams in enumerate(found):
        assert len(grams.owners) == len(grams.hashes)
        assert grams.count == (len(texts) if number < 3 else sum(map(len, parts)))
        assert all(0 <= owner < grams.count for owner in grams.owners)
        pairs = list(zip(grams.owners.tolist(), grams.hashes.tolist(), strict=True))
        assert pairs == sorted(set(pairs))


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


def test_tables_of_several_views_are_asked_at_once():
    def one(hashes, weights):
        return Table(
            hashes=np.array(hashes, dtype=np.uint32), idf=np.ones(len(hashes), dtype=np.float32),
            weights=np.array(weights, dtype=np.int8), scale=np.array([0.1], dtype=np.float32),
        )  # fmt: skip

    whole = joined([one([5, 9], [[10], [20]]), one([5], [[3]])], [one([7], [[1]])])
    bag = Bag(
        owners=np.array([0, 1, 2, 3, 4]), hashes=np.array([5, 8, 9, 5, 7], dtype=np.uint32),
        starts=(0, 2, 4, 5),
    )  # fmt: skip
    text, clause = whole.score(bag)
    assert text.ravel() == pytest.approx([1.0, 0.3])  # 9 is known in the first view only
    assert clause.ravel() == pytest.approx([0.1])


def test_a_tree_is_walked_to_its_leaf():
    def tree(name, base):
        return {f"{name}.{key}": np.array(value) for key, value in {
            "feature": [1, 0, 0], "threshold": [0.5, 0, 0], "left": [2, 1, 2],
            "right": [1, 1, 2], "value": [0, 4, -3], "roots": [0], "base": [base], "depth": 1,
        }.items()}  # fmt: skip

    rows = np.array([[9, 0.5], [9, 0.6]], dtype=np.float32)
    alone = forest(tree("a", 1.0), "a")
    assert alone.score(rows).ravel().tolist() == [-2.0, 5.0]
    assert alone.score(rows[:0]).shape == (0, 1)
    both = forest(tree("a", 1.0) | tree("b", 0.0), "a", "b")
    assert [one.ravel().tolist() for one in both.scores(rows)] == [[-2.0, 5.0], [-3.0, 4.0]]


def walked(stored, name, root, row):
    """The leaf of one tree, node by node."""
    left, right = stored[f"{name}.left"], stored[f"{name}.right"]
    node = root
    while left[node] != node:
        above = row[stored[f"{name}.feature"][node]] > stored[f"{name}.threshold"][node]
        node = (right if above else left)[node]
    return float(stored[f"{name}.value"][node])


@pytest.mark.parametrize("name", ["pairs", "urgency"])
def test_a_row_comes_to_the_leaves_that_a_walk_comes_to(name):
    with np.load(NLP / "models" / WEIGHTS) as stored:
        kept = {key: stored[key] for key in stored.files if key.startswith(f"{name}.")}
    width = int(kept[f"{name}.feature"].max()) + 1
    rows = np.random.default_rng(1).normal(0.2, 0.5, (40, width)).astype(np.float32)
    classes = len(kept[f"{name}.base"])
    for row, got in zip(rows, forest(kept, name).score(rows), strict=True):
        leaves = [walked(kept, name, root, row) for root in kept[f"{name}.roots"]]
        sums = np.array(leaves).reshape(-1, classes).sum(axis=0) + kept[f"{name}.base"]
        assert got == pytest.approx(sums, abs=1e-4)


def test_a_sum_is_the_same_to_the_last_bit_in_any_company():
    rng = np.random.default_rng(2)
    hashes = np.unique(rng.integers(0, 1 << 32, 5_000, dtype=np.uint32))
    table = Table(
        hashes=hashes, idf=rng.random(len(hashes), dtype=np.float32),
        weights=rng.integers(-99, 99, (len(hashes), 3), dtype=np.int8),
        scale=np.ones(3, dtype=np.float32),
    )  # fmt: skip
    own = [np.sort(rng.choice(hashes, size)) for size in (900, 2_500, 1, 3_400)]
    owners = np.repeat(np.arange(4), [len(one) for one in own])
    among = table.score(Grams(owners=owners, hashes=np.concatenate(own), count=4))
    for one, row in zip(own, among, strict=True):
        alone = Grams(owners=np.zeros(len(one), dtype=np.int64), hashes=one, count=1)
        assert table.score(alone)[0].tolist() == row.tolist()
