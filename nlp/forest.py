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
    """Trees one after another. ``roots[k]`` is a tree's first node; a leaf points to itself.
    ``classes`` outputs take turns: tree k adds to output k mod ``classes``."""

    feature: npt.NDArray[np.int16]
    threshold: Floats
    left: npt.NDArray[np.int32]
    right: npt.NDArray[np.int32]
    value: Floats
    roots: npt.NDArray[np.int32]
    base: Floats
    depth: int

    @property
    def classes(self) -> int:
        return len(self.base)

    def score(self, rows: Floats) -> Floats:
        """Raw scores, rows by classes."""
        total = np.tile(self.base, (len(rows), 1))
        if not len(rows):
            return total
        flat, width = np.ascontiguousarray(rows).ravel(), rows.shape[1]
        origin = (np.arange(len(rows), dtype=np.int32) * width)[:, None]
        at = np.repeat(self.roots[None, :], len(rows), axis=0)
        for _ in range(self.depth):
            goes_left = flat.take(origin + self.feature.take(at)) <= self.threshold.take(at)
            at = np.where(goes_left, self.left.take(at), self.right.take(at))
        leaves = self.value.take(at).reshape(len(rows), -1, self.classes)
        return np.asarray(total + leaves.sum(axis=1), dtype=np.float32)


def forest(arrays: Mapping[str, npt.NDArray[np.generic]], name: str) -> Forest:
    """The forest stored under ``name`` in a weights file."""
    kept = {key: arrays[f"{name}.{key}"] for key in
            ("feature", "threshold", "left", "right", "value", "roots", "base")}  # fmt: skip
    return Forest(
        feature=kept["feature"].astype(np.int16),
        threshold=kept["threshold"].astype(np.float32),
        left=kept["left"].astype(np.int32),
        right=kept["right"].astype(np.int32),
        value=kept["value"].astype(np.float32),
        roots=kept["roots"].astype(np.int32),
        base=kept["base"].astype(np.float32),
        depth=int(arrays[f"{name}.depth"].item()),
    )


def sigmoid(scores: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30))), dtype=np.float32)


def softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)
