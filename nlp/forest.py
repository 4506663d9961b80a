"""Boosted trees as plain arrays: the second layer, which weighs the first layer's scores together.

Trained with scikit-learn (nlp/train), run with numpy only. All rows walk down one level of all
trees at a time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.linear import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees one after another. ``roots[k]`` is a tree's first node; ``left`` its first child, which
    the other one follows; a leaf points to itself and no value is above its threshold. ``classes``
    outputs take turns: tree k adds to output k mod ``classes``. Several forests over the same rows
    may stand in one: ``parts`` says how many trees and classes each has."""

    feature: npt.NDArray[np.int32]
    threshold: Floats
    left: npt.NDArray[np.int32]
    value: Floats
    roots: npt.NDArray[np.int32]
    base: Floats
    depth: int
    parts: tuple[tuple[int, int], ...]

    def scores(self, rows: Floats) -> list[Floats]:
        """Of each part the raw scores, rows by classes."""
        leaves = self._leaves(rows)
        found, tree, output = [], 0, 0
        for trees, classes in self.parts:
            own = (
                leaves[:, tree : tree + trees]
                .reshape(len(rows), trees // classes, classes)
                .sum(axis=1)
            )
            found.append((own + self.base[output : output + classes]).astype(np.float32))
            tree, output = tree + trees, output + classes
        return found

    def score(self, rows: Floats) -> Floats:
        """Of a forest of one part."""
        return self.scores(rows)[0]

    def _leaves(self, rows: Floats) -> Floats:
        """Rows by trees: the value of the leaf that the row falls into."""
        flat, width = np.ascontiguousarray(rows).ravel(), rows.shape[1]
        origin = (np.arange(len(rows), dtype=np.int32) * width)[:, None]
        at = np.repeat(self.roots[None, :], len(rows), axis=0)
        for _ in range(self.depth):
            where = self.feature.take(at)
            where += origin
            goes_right = flat.take(where) > self.threshold.take(at)
            at = self.left.take(at)
            at += goes_right
        return self.value.take(at)


def forest(arrays: Mapping[str, npt.NDArray[np.generic]], *names: str) -> Forest:
    """The forests stored under these names in a weights file, in one."""
    parts, pieces, offset = [], list[dict[str, npt.NDArray[np.generic]]](), 0
    for name in names:
        kept = {key: arrays[f"{name}.{key}"] for key in
                ("feature", "threshold", "left", "right", "value", "roots", "base")}  # fmt: skip
        parts.append((len(kept["roots"]), len(kept["base"])))
        pieces.append(_paired(kept, offset))
        offset += len(kept["feature"])
    joined = {key: np.concatenate([piece[key] for piece in pieces]) for key in pieces[0]}
    return Forest(
        feature=joined["feature"].astype(np.int32),
        threshold=joined["threshold"].astype(np.float32),
        left=joined["left"].astype(np.int32),
        value=joined["value"].astype(np.float32),
        roots=joined["roots"].astype(np.int32),
        base=joined["base"].astype(np.float32),
        depth=max(int(arrays[f"{name}.depth"].item()) for name in names),
        parts=tuple(parts),
    )


def _paired(
    kept: Mapping[str, npt.NDArray[np.generic]], offset: int
) -> dict[str, npt.NDArray[np.generic]]:
    """The nodes in another order, in which the children of a node stand side by side; node numbers
    from ``offset`` on."""
    left, right = kept["left"].astype(np.int64), kept["right"].astype(np.int64)
    level = kept["roots"].astype(np.int64)
    levels = []
    while len(level):
        levels.append(level)
        inner = level[left[level] != level]
        level = np.stack([left[inner], right[inner]], axis=1).ravel()
    order = np.concatenate(levels)
    place = np.empty(len(left), dtype=np.int64)
    place[order] = np.arange(len(order))
    leaf = left[order] == order
    threshold = kept["threshold"].astype(np.float32)[order]
    return {
        "feature": kept["feature"][order],
        "threshold": np.where(leaf, np.float32(np.inf), threshold),
        "left": place[left[order]] + offset,
        "value": kept["value"][order],
        "roots": place[kept["roots"]] + offset,
        "base": kept["base"],
    }


def sigmoid(scores: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30))), dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)
