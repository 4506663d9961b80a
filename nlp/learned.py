"""The learned half of a verdict: first-layer scores, then forests that weigh them with the rules.

Layer one: linear models over the n-grams of the whole text (every category among all texts; every
category among complaints only; complaint or not; polarity; stance; urgency) and of its clauses
(trained on the evidence that the labels quote). Layer two: boosted trees over one row for each text
and category, which also holds what the rules found. Everything runs on batches, in numpy.
"""

import functools
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from domain.errors import PluginError
from nlp.clauses import Span
from nlp.forest import Forest, forest, sigmoid, softmax
from nlp.linear import Floats, Table, Tables, joined, table
from nlp.ngrams import CLAUSE_VIEWS, TEXT_VIEWS, characters
from nlp.ngrams import read as read_grams

WEIGHTS = "verdicts.npz"
POLARITIES = ("negative", "neutral", "positive")
STANCES = ("experience", "question", "hearsay", "refuted", "official", "advert", "advice",
           "resolved", "joke", "praise", "neutral", "other")  # fmt: skip
URGENCIES = ("red", "orange", "yellow", "blue", "none")
OTHER_HEADS = ("complains", *POLARITIES, *STANCES, "hot", *URGENCIES)
CLAUSE_WEIGHTS = (1.0, 0.4, 0.4)
RULE_COLUMNS = ("counts", "live", "hit")
"""Of a category in a text: the joined strength of the rules that count; whether one holds outside
muted clauses; whether one holds at all."""


class Inputs(NamedTuple):
    """One text: normalised, its clauses as `ngrams.reading_clauses` joins them, ``rules``: a row
    of RULE_COLUMNS for each category, ``signs``: further numbers (`nlp.analyser`)."""

    text: str
    parts: Sequence[Span]
    rules: Floats
    signs: Sequence[float]


class Scores(NamedTuple):
    """Layer one on a batch. ``text``: texts by (categories + OTHER_HEADS); ``among``: texts by
    categories, as among complaints; ``clauses``: clauses of all texts in a row by categories;
    ``best``: texts by categories, the score of the best clause."""

    text: Floats
    among: Floats
    clauses: Floats
    starts: npt.NDArray[np.int64]
    best: Floats


class Learned(NamedTuple):
    """What the models make of one text. Probabilities 0…1. ``clauses``: score by category of each
    of its clauses, to find the evidence."""

    tags: Floats
    polarity: Floats
    stance: Floats
    urgency: Floats
    hot: float
    clauses: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From which probability on a category is tagged, and a text is red or orange."""

    categories: tuple[str, ...]
    tags: Floats
    hot: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The weights file, unpacked. ``liking``: of public texts, in general language."""

    version: str
    limits: Limits
    liking: Table
    liking_bias: float
    views: Tables
    text_bias: Floats
    clause_bias: Floats
    pairs: Forest
    whole: Forest

    def read(self, batch: Sequence[Inputs]) -> list[Learned]:
        """One answer a text, in order. A few hundred at a time are read fastest."""
        if not batch:
            return []
        scores, liking = self._first(batch)
        rules = np.array([one.rules for one in batch])
        whole = whole_rows(batch, liking)
        tags = self._tags(scores, rules, whole)
        raw = self.whole.scores(text_rows(scores, rules, whole))
        polarity, urgency, hot = softmax(raw[0]), softmax(raw[1]), sigmoid(raw[2])[:, 0]
        stance = shares(scores.text[:, stance_heads(len(self.limits.categories))])
        bounds = [*scores.starts.tolist(), len(scores.clauses)]
        return [
            Learned(
                tags=tags[i],
                polarity=polarity[i],
                stance=stance[i],
                urgency=urgency[i],
                hot=float(hot[i]),
                clauses=scores.clauses[bounds[i] : bounds[i + 1]],
            )
            for i in range(len(batch))
        ]

    def liking_of(self, texts: Sequence[str]) -> Floats:
        """How much each normalised text likes what it speaks of, about -1 … 1."""
        return self.liking.score(characters(texts))[:, 0] + np.float32(self.liking_bias)

    def _first(self, batch: Sequence[Inputs]) -> tuple[Scores, Floats]:
        """Layer one, and the liking."""
        bag = read_grams([one.text for one in batch], [one.parts for one in batch])
        whole, clauses, liking = self.views.score(bag.with_view_again(0))
        whole += self.text_bias
        clauses += self.clause_bias
        count = len(self.limits.categories) + len(OTHER_HEADS)
        starts = np.array([0, *accumulate(len(one.parts) for one in batch[:-1])])
        scores = Scores(
            text=whole[:, :count],
            among=whole[:, count:],
            clauses=clauses,
            starts=starts,
            best=clause_best(clauses, starts),
        )
        return scores, liking[:, 0] + np.float32(self.liking_bias)

    def _tags(self, scores: Scores, rules: Floats, whole: Floats) -> Floats:
        likely = plausible(scores) | (rules[:, :, 2] > 0)
        tags = np.zeros(likely.shape, dtype=np.float32)
        if likely.any():
            rows = pair_rows(scores, rules, whole, likely)
            tags[likely] = sigmoid(self.pairs.score(rows))[:, 0]
        return tags


def stance_heads(categories: int) -> slice:
    """Columns of ``Scores.text`` for STANCES ("neutral" is a polarity as well)."""
    first = categories + 1 + len(POLARITIES)
    return slice(first, first + len(STANCES))


def whole_rows(batch: Sequence[Inputs], liking: Floats) -> Floats:
    """What a row says of the text as a whole."""
    lengths = np.log1p([len(one.text) for one in batch]).tolist()
    rows = [
        [like, length, len(one.parts), *one.signs]
        for one, like, length in zip(batch, liking.tolist(), lengths, strict=True)
    ]
    return np.array(rows, dtype=np.float32)


def plausible(scores: Scores) -> npt.NDArray[np.bool_]:
    """Texts by categories: worth a look by the trees. The rest cannot reach any threshold."""
    classes = scores.best.shape[1]
    return np.asarray(
        (scores.text[:, :classes] > 0.06) | (scores.among > 0.2) | (scores.best > 0.1),
        dtype=np.bool_,
    )


def clause_best(clauses: Floats, starts: npt.NDArray[np.int64]) -> Floats:
    """Texts by categories: the best clause's score."""
    return np.asarray(np.maximum.reduceat(clauses, starts, axis=0), dtype=np.float32)


def pair_rows(
    scores: Scores, rules: Floats, whole: Floats, wanted: npt.NDArray[np.bool_]
) -> Floats:
    """The second layer's view of a category in a text: a row for each of the ``wanted``, texts by
    categories."""
    texts, classes = scores.among.shape
    spread = np.minimum(np.maximum(scores.clauses, 0.0), 0.9)
    missed = np.add.reduceat(np.log1p(-spread), scores.starts, axis=0)
    own = 4 + len(RULE_COLUMNS)
    columns = np.empty((2 * own + 3, texts, classes), dtype=np.float32)
    columns[0], columns[1], columns[2] = scores.text[:, :classes], scores.among, scores.best
    columns[3] = 1.0 - np.exp(missed)
    columns[4:own] = rules.transpose(2, 0, 1)
    columns[own : 2 * own] = _best_other(columns[:own])
    columns[2 * own : -1] = _rank(columns[:2])
    columns[-1] = np.arange(classes)
    text, code = wanted.nonzero()
    shared = [scores.text[:, classes:].take(text, axis=0), whole.take(text, axis=0)]
    return np.concatenate([columns[:, text, code].T, *shared], axis=1, dtype=np.float32)


def text_rows(scores: Scores, rules: Floats, whole: Floats) -> Floats:
    """Texts by columns: the second layer's view of a whole text."""
    counts = rules[:, :, 0]
    some = [np.maximum.reduce(scores.best, axis=1, keepdims=True),
            np.maximum.reduce(counts, axis=1, keepdims=True),
            np.add.reduce(counts, axis=1, keepdims=True)]  # fmt: skip
    return np.concatenate([scores.text, scores.best, *some, whole], axis=1, dtype=np.float32)


def _best_other(values: Floats) -> Floats:
    """For each category (last axis) the highest value of the other categories."""
    top = values.copy()
    top.partition(values.shape[-1] - 2, axis=-1)
    return np.where(values == top[..., -1:], top[..., -2:-1], top[..., -1:])


def _rank(values: Floats) -> Floats:
    """0 for the highest category of a text (last axis), 1 for the next …"""
    return (-values).argsort(axis=-1, kind="stable").argsort(axis=-1).astype(np.float32)


def shares(scores: Floats) -> Floats:
    """Regression scores to shares that add up to one."""
    kept = np.minimum(np.maximum(scores, 0.001), 1.0)
    return np.asarray(kept / np.add.reduce(kept, axis=1, keepdims=True), dtype=np.float32)


@functools.cache
def shipped() -> Model:
    """The model of this package. Raises PluginError when its weights are missing."""
    path = resources.files("nlp").joinpath("models", WEIGHTS)
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise PluginError(f"缺少模型文件 nlp/models/{WEIGHTS}（{error}），请重新安装") from error
    with np.load(io.BytesIO(packed), allow_pickle=False) as stored:
        return model({name: stored[name] for name in stored.files})


def model(arrays: dict[str, npt.NDArray[np.generic]]) -> Model:
    """Unpacks a weights file."""
    liking = table(arrays, "liking")
    text = [table(arrays, f"text.{name}") for name in TEXT_VIEWS]
    clause = [table(arrays, f"clause.{name}") for name in CLAUSE_VIEWS]
    return Model(
        version=str(arrays["version"]),
        limits=Limits(
            categories=tuple(str(name) for name in arrays["categories"]),
            tags=arrays["limits.tags"].astype(np.float32),
            hot=float(arrays["limits.hot"].item()),
        ),
        liking=liking,
        liking_bias=float(arrays["liking.bias"].item()),
        views=joined(text, clause, [liking]),
        text_bias=arrays["text.bias"].astype(np.float32),
        clause_bias=arrays["clause.bias"].astype(np.float32),
        pairs=forest(arrays, "pairs"),
        whole=forest(arrays, "polarity", "urgency", "hot"),
    )
