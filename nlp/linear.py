"""Linear models over hashed n-grams: one row of small integers for each n-gram, one column a head.

A table scores a whole batch at once in numpy. Each text's features are weighted by how rare they
are (``idf``) and scaled to length one within a view, so long and short texts compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.ngrams import Bag, Codes, Grams, Mask

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
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
        alone = Bag(grams.owners, grams.hashes, (0, grams.count))
        return joined([self]).score(alone)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables of all views in one, so that a batch costs few calls of numpy. ``views``: the
    sorted hashes of each; ``hashes`` and ``idf``: those of all. ``groups``: views that follow each
    other and have the same heads: (how many views, first row, weights, scales by view). Each view
    ends with the highest hash and no weight: so every search ends inside its view."""

    views: tuple[Codes, ...]
    hashes: Codes
    idf: Floats
    groups: tuple[tuple[int, int, npt.NDArray[np.int8], Floats], ...]

    def score(self, bag: Bag) -> list[Floats]:
        """For each group the scores of its views together, without any bias."""
        rows, known = self._find(bag)
        owners = bag.owners[known]
        values = scaled(self.idf[rows], owners, bag.starts[-1])
        found, view = [], 0
        for count, row, weights, scales in self.groups:
            first, last = bag.starts[view], bag.starts[view + count]
            here = slice(*np.searchsorted(owners, (first, last)))
            own = (rows[here] - row, owners[here] - first, values[here])
            by_view = _sum(weights, *own, last - first).reshape(count, -1, weights.shape[1])
            found.append((by_view * scales[:, None, :]).sum(axis=0))
            view += count
        return found

    def _find(self, bag: Bag) -> tuple[Rows, Mask]:
        """Rows of those n-grams that a table knows, and which they are."""
        ends = np.searchsorted(bag.owners, bag.starts)
        places, row = [], 0
        for view, hashes in enumerate(self.views):
            wanted = bag.hashes[ends[view] : ends[view + 1]]
            places.append(np.searchsorted(hashes, wanted) + row)
            row += len(hashes)
        rows = np.concatenate(places)
        there = self.hashes[rows] == bag.hashes
        return rows[there], there


def joined(*groups: Sequence[Table]) -> Tables:
    """Tables in the order of the views; those of a group have the same heads."""
    tables = [one for group in groups for one in group]
    views = tuple(np.append(one.hashes, np.uint32(0xFFFFFFFF)) for one in tables)
    made, row = [], 0
    for group in groups:
        weights = np.concatenate([np.pad(one.weights, ((0, 1), (0, 0))) for one in group])
        made.append((len(group), row, weights, np.stack([one.scale for one in group])))
        row += len(weights)
    return Tables(
        views=views,
        hashes=np.concatenate(views),
        idf=np.concatenate([np.append(one.idf, np.float32(0)) for one in tables]),
        groups=tuple(made),
    )


def scaled(idf: Floats, owners: Rows, count: int) -> Floats:
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


def _sum(
    weights: npt.NDArray[np.int8], rows: Rows, owners: Rows, values: Floats, count: int
) -> Floats:
    """Each owner's rows times their values; owners ascend."""
    total = np.zeros((count, weights.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        cut = slice(start, start + _ROWS_AT_ONCE)
        own = owners[cut]
        new = np.empty(len(own), dtype=np.bool_)
        new[0] = True
        np.not_equal(own[1:], own[:-1], out=new[1:])
        starts = np.flatnonzero(new)
        part = np.add.reduceat(weights[rows[cut]] * values[cut, None], starts, axis=0)
        total[own[starts]] += part
    return total
