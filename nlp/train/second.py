"""Layer two of the models: boosted trees over layer one's scores and the rules' finds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from nlp.forest import Forest, forest
from nlp.learned import (
    POLARITIES,
    URGENCIES,
    Scores,
    pair_rows,
    plausible,
    text_rows,
    whole_rows,
)
from nlp.train.data import RULES_SEEN, Array, Example

SEEN_WEIGHT = 0.2
"""What a text counts whose writer was read while the rules were written: on these the rules look
better than they are."""
_PAIRS = {"learning_rate": 0.05, "max_iter": 200, "max_leaf_nodes": 15, "min_samples_leaf": 50,
          "max_features": 0.25}  # fmt: skip
_TEXTS = {"learning_rate": 0.08, "max_iter": 45, "max_leaf_nodes": 8, "min_samples_leaf": 30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table2:
    """Layer two's training rows of some texts."""

    pairs: Array
    likely: npt.NDArray[np.bool_]
    texts: Array
    tags: npt.NDArray[np.bool_]
    polarity: npt.NDArray[np.int64]
    urgency: npt.NDArray[np.int64]
    hot: npt.NDArray[np.bool_]
    weight: Array


def rows_of(
    scores: Scores, rows: Sequence[Example], liking: Array, categories: Sequence[str]
) -> Table2:
    """What the trees see and should say."""
    rules = np.stack([one.prepared.inputs.rules for one in rows])
    whole = whole_rows([one.prepared.inputs for one in rows], liking)
    seen = np.array([one.writer in RULES_SEEN for one in rows])
    likely = plausible(scores) | (rules[:, :, 2] > 0)
    return Table2(
        pairs=pair_rows(scores, rules, whole, np.ones_like(likely)).reshape(*likely.shape, -1),
        likely=likely,
        texts=text_rows(scores, rules, whole),
        tags=np.array([[code in one.categories for code in categories] for one in rows]),
        polarity=np.array([POLARITIES.index(one.polarity) for one in rows]),
        urgency=np.array([URGENCIES.index(one.urgency) for one in rows]),
        hot=np.array([one.hot for one in rows]),
        weight=np.where(seen, SEEN_WEIGHT, 1.0).astype(np.float32),
    )


def together(tables: Sequence[Table2]) -> Table2:
    """The rows of several tables, one after another."""
    names = Table2.__slots__
    return Table2(**{name: np.concatenate([getattr(one, name) for one in tables])
                     for name in names})  # fmt: skip


def fit_forests(rows: Table2, seed: int) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a weights file that hold layer two."""
    return (
        fit_pairs(rows, seed)
        | _fit("polarity", rows.texts, rows.polarity, rows.weight, _TEXTS, seed)
        | _fit("urgency", rows.texts, rows.urgency, rows.weight, _TEXTS, seed)
        | _fit("hot", rows.texts, rows.hot, rows.weight, _TEXTS, seed)
    )


def fit_pairs(rows: Table2, seed: int) -> dict[str, npt.NDArray[np.generic]]:
    """Those of them that give the tags."""
    likely = rows.likely
    weight = np.repeat(rows.weight[:, None], likely.shape[1], axis=1)
    return _fit("pairs", rows.pairs[likely], rows.tags[likely], weight[likely], _PAIRS, seed)


def forests(arrays: dict[str, npt.NDArray[np.generic]]) -> dict[str, Forest]:
    return {name: forest(arrays, name) for name in ("pairs", "polarity", "urgency", "hot")}


def _fit(name: str, rows: Array, labels: npt.NDArray[np.generic], weight: Array,
         settings: dict[str, float], seed: int) -> dict[str, npt.NDArray[np.generic]]:  # fmt: skip
    trees = HistGradientBoostingClassifier(
        **settings, l2_regularization=5.0, random_state=seed, early_stopping=False
    )
    trees.fit(rows, labels, sample_weight=weight)
    return {f"{name}.{key}": value for key, value in _arrays(trees).items()}


def _arrays(trees: HistGradientBoostingClassifier) -> dict[str, npt.NDArray[np.generic]]:
    """scikit-learn's trees as nlp.forest.Forest wants them."""
    parts: dict[str, list[npt.NDArray[np.generic]]] = {}
    roots, offset, depth = [], 0, 0
    for tree in (tree for turn in trees._predictors for tree in turn):
        nodes = tree.nodes
        own = np.arange(len(nodes)) + offset
        leaf = nodes["is_leaf"].astype(bool)
        roots.append(offset)
        depth = max(depth, int(nodes["depth"].max()))
        for key, value in (
            ("feature", np.where(leaf, 0, nodes["feature_idx"]).astype(np.int16)),
            ("threshold", np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float32)),
            ("left", np.where(leaf, own, nodes["left"] + offset).astype(np.int32)),
            ("right", np.where(leaf, own, nodes["right"] + offset).astype(np.int32)),
            ("value", np.where(leaf, nodes["value"], 0.0).astype(np.float32)),
        ):
            parts.setdefault(key, []).append(value)
        offset += len(nodes)
    joined = {key: np.concatenate(values) for key, values in parts.items()}
    return joined | {
        "roots": np.array(roots, dtype=np.int32),
        "base": np.asarray(trees._baseline_prediction, dtype=np.float32).ravel(),
        "depth": np.array(depth, dtype=np.int32),
    }
