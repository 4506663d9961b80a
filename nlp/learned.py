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

import numpy as np
import numpy.typing as npt

from domain.errors import PluginError
from nlp.clauses import Span
from nlp.forest import Forest, forest, sigmoid, softmax
from nlp.linear import Floats, Table, table
from nlp.ngrams import VIEWS, Grams, characters, clause_views

WEIGHTS = "verdicts.npz"
POLARITIES = ("negative", "neutral", "positive")
STANCES = ("experience", "question", "hearsay", "refuted", "official", "advert", "advice",
           "resolved", "joke", "praise", "neutral", "other")  # fmt: skip
URGENCIES = ("red", "orange", "yellow", "blue", "none")
OTHER_HEADS = ("complains", *POLARITIES, *STANCES, "hot", *URGENCIES)
TEXT_VIEWS = tuple(view.__name__ for view in VIEWS)
CLAUSE_VIEWS = ("own", "before", "after")
CLAUSE_WEIGHTS = (1.0, 0.4, 0.4)
RULE_COLUMNS = ("counts", "live", "hit")
"""Of a category in a text: the joined strength of the rules that count; whether one holds outside
muted clauses; whether one holds at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """One text: normalised, its clauses as `ngrams.reading_clauses` joins them, ``rules``: a row
    of RULE_COLUMNS for each category, ``signs``: further numbers (`nlp.analyser`)."""

    text: str
    parts: Sequence[Span]
    rules: Floats
    signs: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Layer one on a batch. ``text``: texts by (categories + OTHER_HEADS); ``among``: texts by
    categories, as among complaints; ``clauses``: clauses of all texts in a row by categories."""

    text: Floats
    among: Floats
    clauses: Floats
    starts: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
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
    text: tuple[Table, ...]
    text_bias: Floats
    clause: tuple[Table, ...]
    clause_bias: Floats
    pairs: Forest
    polarity: Forest
    urgency: Forest
    hot: Forest

    def read(self, batch: Sequence[Inputs]) -> list[Learned]:
        """One answer a text, in order."""
        if not batch:
            return []
        grams = [view([one.text for one in batch]) for view in VIEWS]
        scores = self._first(batch, grams)
        rules = np.stack([one.rules for one in batch])
        whole = whole_rows(batch, self._liking(grams[0]))
        tags = self._tags(scores, rules, whole)
        rows = text_rows(scores, rules, whole)
        polarity = softmax(self.polarity.score(rows))
        urgency = softmax(self.urgency.score(rows))
        hot = sigmoid(self.hot.score(rows))[:, 0]
        stance = shares(scores.text[:, stance_heads(len(self.limits.categories))])
        ends = np.append(scores.starts[1:], len(scores.clauses))
        return [
            Learned(
                tags=tags[i],
                polarity=polarity[i],
                stance=stance[i],
                urgency=urgency[i],
                hot=float(hot[i]),
                clauses=scores.clauses[scores.starts[i] : ends[i]],
            )
            for i in range(len(batch))
        ]

    def liking_of(self, texts: Sequence[str]) -> Floats:
        """How much each normalised text likes what it speaks of, about -1 … 1."""
        return self._liking(characters(texts))

    def _liking(self, grams: Grams) -> Floats:
        return np.asarray(self.liking.score(grams)[:, 0] + self.liking_bias, dtype=np.float32)

    def _first(self, batch: Sequence[Inputs], grams: Sequence[Grams]) -> Scores:
        texts, parts = [one.text for one in batch], [one.parts for one in batch]
        whole = sum_of(self.text, grams) + self.text_bias
        count = len(self.limits.categories) + len(OTHER_HEADS)
        return Scores(
            text=whole[:, :count],
            among=whole[:, count:],
            clauses=sum_of(self.clause, clause_views(texts, parts)) + self.clause_bias,
            starts=np.cumsum([0, *(len(one) for one in parts[:-1])]),
        )

    def _tags(self, scores: Scores, rules: Floats, whole: Floats) -> Floats:
        rows = pair_rows(scores, rules, whole)
        count, classes = len(whole), len(self.limits.categories)
        likely = (plausible(scores) | (rules[:, :, 2] > 0)).ravel()
        tags = np.zeros(count * classes, dtype=np.float32)
        tags[likely] = sigmoid(self.pairs.score(rows.reshape(count * classes, -1)[likely]))[:, 0]
        return tags.reshape(count, classes)


def stance_heads(categories: int) -> slice:
    """Columns of ``Scores.text`` for STANCES ("neutral" is a polarity as well)."""
    first = categories + 1 + len(POLARITIES)
    return slice(first, first + len(STANCES))


def sum_of(tables: Sequence[Table], grams: Sequence[Grams]) -> Floats:
    """The views' scores together."""
    parts = [one.score(own) for one, own in zip(tables, grams, strict=True)]
    return np.asarray(np.sum(parts, axis=0), dtype=np.float32)


def whole_rows(batch: Sequence[Inputs], liking: Floats) -> Floats:
    """What a row says of the text as a whole."""
    rows = [
        [float(like), float(np.log1p(len(one.text))), float(len(one.parts)), *one.signs]
        for one, like in zip(batch, liking, strict=True)
    ]
    return np.array(rows, dtype=np.float32)


def plausible(scores: Scores) -> npt.NDArray[np.bool_]:
    """Texts by categories: worth a look by the trees. The rest cannot reach any threshold."""
    best = clause_best(scores)
    classes = best.shape[1]
    return np.asarray(
        (scores.text[:, :classes] > 0.06) | (scores.among > 0.2) | (best > 0.1), dtype=np.bool_
    )


def clause_best(scores: Scores) -> Floats:
    """Texts by categories: the best clause's score."""
    return np.asarray(np.maximum.reduceat(scores.clauses, scores.starts, axis=0), dtype=np.float32)


def pair_rows(scores: Scores, rules: Floats, whole: Floats) -> Floats:
    """Texts by categories by columns: the second layer's view of a category in a text."""
    classes = scores.among.shape[1]
    spread = np.clip(scores.clauses, 0.0, 0.9)
    missed = np.add.reduceat(np.log1p(-spread), scores.starts, axis=0)
    each: list[Floats] = [
        scores.text[:, :classes],
        scores.among,
        clause_best(scores),
        np.asarray(1.0 - np.exp(missed), dtype=np.float32),
        *(rules[:, :, k] for k in range(rules.shape[2])),
    ]
    columns: list[Floats] = [*each, *(_best_other(one) for one in each)]
    columns += [_rank(each[0]), _rank(each[1])]
    columns.append(np.broadcast_to(np.arange(classes, dtype=np.float32), each[0].shape))
    shared = np.concatenate([scores.text[:, classes:], whole], axis=1)
    wide = np.broadcast_to(shared[:, None, :], (len(whole), classes, shared.shape[1]))
    return np.concatenate([np.stack(columns, axis=2), wide], axis=2).astype(np.float32)


def text_rows(scores: Scores, rules: Floats, whole: Floats) -> Floats:
    """Texts by columns: the second layer's view of a whole text."""
    best = clause_best(scores)
    some = [best.max(axis=1, keepdims=True), rules[:, :, 0].max(axis=1, keepdims=True),
            rules[:, :, 0].sum(axis=1, keepdims=True)]  # fmt: skip
    return np.concatenate([scores.text, best, *some, whole], axis=1).astype(np.float32)


def _best_other(values: Floats) -> Floats:
    """For each category the highest value of the other categories."""
    top = np.partition(values, -2, axis=1)
    first, second = top[:, -1:], top[:, -2:-1]
    return np.where(values == first, second, first)


def _rank(values: Floats) -> Floats:
    """0 for the highest category of a text, 1 for the next …"""
    return np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1).astype(np.float32)


def shares(scores: Floats) -> Floats:
    """Regression scores to shares that add up to one."""
    kept = np.clip(scores, 0.001, 1.0)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True), dtype=np.float32)


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
    return Model(
        version=str(arrays["version"]),
        limits=Limits(
            categories=tuple(str(name) for name in arrays["categories"]),
            tags=arrays["limits.tags"].astype(np.float32),
            hot=float(arrays["limits.hot"].item()),
        ),
        liking=table(arrays, "liking"),
        liking_bias=float(arrays["liking.bias"].item()),
        text=tuple(table(arrays, f"text.{name}") for name in TEXT_VIEWS),
        text_bias=arrays["text.bias"].astype(np.float32),
        clause=tuple(table(arrays, f"clause.{name}") for name in CLAUSE_VIEWS),
        clause_bias=arrays["clause.bias"].astype(np.float32),
        pairs=forest(arrays, "pairs"),
        polarity=forest(arrays, "polarity"),
        urgency=forest(arrays, "urgency"),
        hot=forest(arrays, "hot"),
    )
