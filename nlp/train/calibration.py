"""Whether probabilities mean what they say: the calibration error of each category, and its floor.

A category has some three hundred pairs that matter. At that size chance alone moves every bin, so
an error says little without `floor`: what a model would show whose probabilities are exactly right.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]

BINS = 10
LEAST = 0.05
"""Pairs below this probability are left out: they are nine in ten, and all of them easy."""
_DRAWS, _SEED = 200, 20261201


def error(said: Floats, right: Flags) -> float:
    """Expected calibration error over BINS of equal width, 0…1; 0 where nothing was said."""
    if not len(said):
        return 0.0
    bins = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    gap = np.bincount(bins, said, BINS) - np.bincount(bins, right, BINS)
    return float(np.abs(gap).sum() / len(said))


def errors(said: Floats, right: Flags, least: float = LEAST) -> Floats:
    """The error of each category; texts by categories, pairs from ``least`` on."""
    kept = said >= least
    return np.array([error(said[kept[:, k], k], right[kept[:, k], k])
                     for k in range(said.shape[1])])  # fmt: skip


def floor(said: Floats, least: float = LEAST) -> Floats:
    """Draws by categories: `errors` of labels drawn from the probabilities themselves."""
    chance = np.random.default_rng(_SEED)
    return np.stack([errors(said, chance.random(said.shape) < said, least)
                     for _ in range(_DRAWS)])  # fmt: skip
