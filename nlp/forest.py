"""Boosted trees as plain arrays: the second layer, which weighs the first layer's scores together.

Trained with scikit-learn (nlp/train), run with numpy only. No row walks down a tree: every question
of every tree is asked of every row at once, and each answer rules out leaves (Lucchese et al.,
QuickScorer, SIGIR 2015). What is left of a tree, its first leaf not ruled out, is where the row
would have come to.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.linear import Floats

_MOST = 64
"""Leaves of a tree: one bit each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees with their leaves numbered from left to right. ``feature`` and ``threshold``: the
    questions, for each tree as many as the largest has (surplus ones nobody answers with yes), tree
    beside tree; ``left``: a bit for each leaf that is ruled out when the feature is above the
    threshold. ``value``: of the leaves, those of tree k from ``firsts[k] + 1`` on. ``classes``
    outputs take turns: tree k adds to output k mod ``classes``. Several forests over the same rows
    may stand in one: ``parts`` says how many trees and classes each has."""

    feature: npt.NDArray[np.int64]
    threshold: Floats
    left: npt.NDArray[np.unsignedinteger]
    value: Floats
    firsts: npt.NDArray[np.int64]
    base: Floats
    parts: tuple[tuple[int, int], ...]

    def scores(self, rows: Floats) -> list[Floats]:
        """Of each part the raw scores, rows by classes."""
        leaves = self._leaves(rows)
        found, tree, output = [], 0, 0
        for trees, classes in self.parts:
            own = leaves[:, tree : tree + trees].reshape(len(rows), trees // classes, classes)
            found.append(np.add.reduce(own, axis=1) + self.base[output : output + classes])
            tree, output = tree + trees, output + classes
        return found

    def score(self, rows: Floats) -> Floats:
        """Of a forest of one part."""
        return self.scores(rows)[0]

    def _leaves(self, rows: Floats) -> Floats:
        """Rows by trees: the value of the leaf that the row falls into."""
        above = rows.take(self.feature, axis=1) > self.threshold
        out = np.multiply(above, self.left, dtype=self.left.dtype)
        trees = len(self.firsts)
        by_tree = out.reshape(len(rows), len(self.feature) // trees, trees)
        ruled_out = np.bitwise_or.reduce(by_tree, axis=1)
        upto = np.bitwise_count(ruled_out ^ (ruled_out + self.left.dtype.type(1)))
        return np.asarray(self.value.take(self.firsts + upto), dtype=np.float32)


def forest(arrays: Mapping[str, npt.NDArray[np.generic]], *names: str) -> Forest:
    """The forests stored under these names in a weights file, in one."""
    trees = [tree for name in names for tree in _trees(arrays, name)]
    questions = max(1, max(len(asked) for asked, _ in trees))
    leaves = max(len(values) for _, values in trees)
    assert leaves <= _MOST, f"{leaves} leaves"  # noqa: S101 -- our own weights file
    never = (0, np.inf, 0)
    asked = [(*asked, *[never] * (questions - len(asked))) for asked, _ in trees]
    feature, threshold, left = zip(*[row for turn in zip(*asked, strict=True) for row in turn],
                                   strict=True)  # fmt: skip
    values = [value + [0.0] * (leaves - len(value)) for _, value in trees]
    bases = [arrays[f"{name}.base"] for name in names]
    counts = [len(arrays[f"{name}.roots"]) for name in names]
    return Forest(
        feature=np.array(feature, dtype=np.int64),
        threshold=np.array(threshold, dtype=np.float32),
        left=np.array(left, dtype=np.min_scalar_type((1 << leaves) - 1)),
        value=np.array(values, dtype=np.float32).ravel(),
        firsts=np.arange(len(trees)) * leaves - 1,
        base=np.concatenate(bases).astype(np.float32),
        parts=tuple((count, len(base)) for count, base in zip(counts, bases, strict=True)),
    )


def _trees(
    arrays: Mapping[str, npt.NDArray[np.generic]], name: str
) -> Iterator[tuple[list[tuple[int, float, int]], list[float]]]:
    """Of each tree its questions (feature, threshold, the leaves ruled out by a yes) and the values
    of its leaves from left to right."""
    feature, threshold, left, right, value, roots = (
        arrays[f"{name}.{key}"].tolist()
        for key in ("feature", "threshold", "left", "right", "value", "roots")
    )

    def walk(node: int) -> None:
        if left[node] == node:
            values.append(value[node])
            return
        before = len(values)
        walk(left[node])
        asked.append((feature[node], threshold[node], (1 << len(values)) - (1 << before)))
        walk(right[node])

    for root in roots:
        asked: list[tuple[int, float, int]] = []
        values: list[float] = []
        walk(root)
        yield asked, values


def sigmoid(scores: Floats) -> Floats:
    kept = np.minimum(np.maximum(scores, -30), 30)
    return np.asarray(1.0 / (1.0 + np.exp(-kept)), dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - np.maximum.reduce(scores, axis=1, keepdims=True))
    return np.asarray(odds / np.add.reduce(odds, axis=1, keepdims=True), dtype=np.float32)
