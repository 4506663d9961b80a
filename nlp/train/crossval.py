"""Cross-validation by writer, nested: no model that helps to judge a writer has seen his texts.

For the test writer w, layer two learns from layer one's scores of every other writer v, made by
models that saw neither v nor w; w's own scores come from models, and n-grams, without w. (The
n-grams and their weights of the inner models are counted on all texts, without labels.)
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.forest import Forest, sigmoid, softmax
from nlp.learned import Learned, Limits, shares, stance_heads
from nlp.train import first, second
from nlp.train.data import Array, Example
from nlp.train.second import Table2
from nlp.verdicts import Decision, decide

SEED = 20261201
HOT_ALARMS = 0.03
"""Share of harmless texts that the model may call red or orange."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What models without a writer make of his texts, all writers' texts in a row."""

    tags: Array
    polarity: Array
    urgency: Array
    hot: Array
    stance: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """All labelled texts, and how much each likes anything (by a model of public texts only)."""

    rows: Sequence[Example]
    liking: Array
    categories: tuple[str, ...]
    tell: Callable[[str], None]

    @property
    def of(self) -> npt.NDArray[np.str_]:
        """The writer of each text."""
        return np.array([one.writer for one in self.rows])

    @property
    def writers(self) -> list[str]:
        return list(dict.fromkeys(one.writer for one in self.rows))

    def held_out(self) -> dict[str, Table2]:
        """Layer two's rows of each writer by a layer one that has not seen him."""
        found = {}
        for name in self.writers:
            self.tell(f"layer one without {name}")
            own = first.bank(self.rows, self.categories, self.of != name)
            found[name] = self._rows(own, first.fit(own, self.of != name), name)
        return found

    def nested(self) -> dict[tuple[str, str], Table2]:
        """(v, w) -> layer two's rows of writer v by models without v and w."""
        of = self.of
        everything = first.bank(self.rows, self.categories, np.ones(len(of), dtype=np.bool_))
        found: dict[tuple[str, str], Table2] = {}
        for one, other in itertools.combinations(self.writers, 2):
            self.tell(f"layer one without {one} and {other}")
            fitted = first.fit(everything, (of != one) & (of != other))
            found[one, other] = self._rows(everything, fitted, one)
            found[other, one] = self._rows(everything, fitted, other)
        return found

    def _rows(self, bank: first.Bank, fitted: first.First, writer: str) -> Table2:
        chosen = self.of == writer
        own = [one for one in self.rows if one.writer == writer]
        scores = first.score(bank, fitted, chosen)
        return second.rows_of(scores, own, self.liking[chosen], self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFold:
    """Every text judged by models that have not seen its writer, in the order of the bench's rows.
    ``labels``: texts by categories; ``limits``: chosen on these probabilities."""

    judged: Judged
    labels: npt.NDArray[np.bool_]
    limits: Limits


def out_of_fold(bench: Bench, *, nested: bool) -> OutOfFold:
    """What the bench's writers get from models without them. ``nested``: layer two as well; it
    costs two models for each pair of writers."""
    held = bench.held_out()
    judged = judge(held, bench.nested() if nested else None)
    return OutOfFold(
        judged=judged,
        labels=second.together(list(held.values())).tags,
        limits=limits_of(held, judged, bench.categories),
    )


def judge(held: dict[str, Table2], nested: dict[tuple[str, str], Table2] | None = None) -> Judged:
    """The probabilities for every writer's texts, in the writers' order. Without ``nested`` layer
    two learns from rows whose layer one has seen the test writer's labels: a little too good."""
    parts = []
    for writer in held:
        others = [name for name in held if name != writer]
        train = [nested[v, writer] if nested else held[v] for v in others]
        trees = second.forests(second.fit_forests(second.together(train), SEED))
        parts.append(apply(trees, held[writer]))
    return Judged(**{name: np.concatenate([getattr(one, name) for one in parts])
                     for name in Judged.__slots__})  # fmt: skip


def apply(trees: dict[str, Forest], test: Table2) -> Judged:
    """Layer two on some texts."""
    stances = stance_heads(test.likely.shape[1])
    return Judged(
        tags=tagged(trees["pairs"], test),
        polarity=softmax(trees["polarity"].score(test.texts)),
        urgency=softmax(trees["urgency"].score(test.texts)),
        hot=sigmoid(trees["hot"].score(test.texts))[:, 0],
        stance=shares(test.texts[:, stances]),
    )


def tagged(trees: Forest, test: Table2) -> Array:
    """Probabilities of the categories, texts by categories."""
    tags = np.zeros(test.likely.shape, dtype=np.float32)
    tags[test.likely] = sigmoid(trees.score(test.pairs[test.likely]))[:, 0]
    return tags


def decisions(rows: Sequence[Example], judged: Judged, limits: Limits) -> list[Decision]:
    """The verdicts that follow, by the rules of nlp.verdicts."""
    return [
        decide(
            one.prepared,
            Learned(
                tags=judged.tags[i], polarity=judged.polarity[i], stance=judged.stance[i],
                urgency=judged.urgency[i], hot=float(judged.hot[i]),
                clauses=np.zeros((len(one.prepared.inputs.parts), len(limits.categories)),
                                 dtype=np.float32),
            ),
            limits,
            None,
        )
        for i, one in enumerate(rows)
    ]  # fmt: skip


def limits_of(held: dict[str, Table2], judged: Judged, categories: tuple[str, ...]) -> Limits:
    """Limits chosen on cross-validated probabilities: one for all categories, at the best
    micro-F1; red and orange at HOT_ALARMS."""
    everyone = second.together(list(held.values()))
    at = best_threshold(judged.tags, everyone.tags)
    return Limits(
        categories=categories,
        tags=np.full(len(categories), at, dtype=np.float32),
        hot=float(np.quantile(judged.hot[~everyone.hot], 1 - HOT_ALARMS)),
    )


def best_threshold(tags: Array, labels: npt.NDArray[np.bool_]) -> float:
    """The probability from which on tags give the best micro-F1."""
    tries = np.arange(0.2, 0.6, 0.02)
    return float(max(tries, key=lambda at: f1(tags >= at, labels)))


def f1(found: npt.NDArray[np.bool_], labels: npt.NDArray[np.bool_]) -> float:
    """Micro-averaged F1 of found tags."""
    both = int((found & labels).sum())
    return 2 * both / max(1, int(found.sum()) + int(labels.sum()))
