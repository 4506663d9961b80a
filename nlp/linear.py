"""Linear models over hashed n-grams: one row of small integers for each n-gram, one column a head.

A table scores a whole batch at once in numpy. Each text's features are weighted by how rare they
are (``idf``) and scaled to length one within a view, so long and short texts compare.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.ngrams import Codes, Grams

Floats = npt.NDArray[np.float32]
_ROWS_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One view. ``hashes`` sorted; ``weights[i]`` belongs to ``hashes[i]``, heads in columns, to be
    multiplied with ``scale``."""

    hashes: Codes
    idf: Floats
    weights: npt.NDArray[np.int8]
    scale: Floats

    def score(self, grams: Grams) -> Floats:
        """Scores, texts in rows and heads in columns, without any bias."""
        rows, known = self._find(grams.hashes)
        owners = grams.owners[known]
        values = scaled(self.idf[rows], owners, grams.count)
        total = np.zeros((grams.count, self.weights.shape[1]), dtype=np.float32)
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            cut = slice(start, start + _ROWS_AT_ONCE)
            _add(total, owners[cut], self.weights[rows[cut]] * values[cut, None])
        return total * self.scale

    def _find(self, wanted: Codes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Places in ``hashes`` of those ``wanted`` that are there, and which they are."""
        if not len(self.hashes):
            return np.empty(0, dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self.hashes, wanted), len(self.hashes) - 1)
        known = self.hashes[places] == wanted
        return places[known], known


def scaled(idf: Floats, owners: npt.NDArray[np.int64], count: int) -> Floats:
    """The feature values: ``idf`` over the length of its owner's vector."""
    squares = np.bincount(owners, weights=idf * idf, minlength=count)
    return (idf / np.sqrt(np.maximum(squares, 1e-9))[owners]).astype(np.float32)


def table(arrays: Mapping[str, npt.NDArray[np.generic]], name: str) -> Table:
    """The table stored under ``name`` in a weights file."""
    hashes = arrays[f"{name}.hashes"].astype(np.uint32)
    return Table(
        hashes=hashes,
        idf=arrays[f"{name}.idf"].astype(np.float32),
        weights=arrays[f"{name}.weights"].astype(np.int8),
        scale=arrays[f"{name}.scale"].astype(np.float32),
    )


def _add(total: Floats, owners: npt.NDArray[np.int64], rows: Floats) -> None:
    """Adds each row to its owner's; owners ascend."""
    if len(owners):
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        total[owners[starts]] += np.add.reduceat(rows, starts, axis=0)
