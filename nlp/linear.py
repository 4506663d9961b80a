"""Linear models over hashed n-grams: one row of small integers for each n-gram, one column a head.

A table scores a whole batch at once in numpy. Each text's features are weighted by how rare they
are (``idf``) and scaled to length one within a view, so long and short texts compare.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from nlp.ngrams import Bag, Codes, Grams

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
_ROWS_AT_ONCE = 1_000
"""Rows of weights that are added up at a time: what the cache next to the core holds."""
_SHELVES = 18
"""Bits of a hash that say where in its view to look for it: two shelves for a hash, or so."""
_SHELF = np.uint32(32 - _SHELVES)


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
    """The tables of all views in one, so that a batch costs few calls of numpy. ``hashes`` and
    ``idf``: of all views, each sorted. ``shelves``: of each view, 2 ** _SHELVES rows, where hashes
    with these leading bits begin. ``groups``: views that follow each other and have the same heads:
    (how many views, first row, weights, scales by view). Each view ends with the highest hash and
    no weight: so every search ends inside its view."""

    shelves: npt.NDArray[np.int32]
    hashes: Codes
    idf: Floats
    groups: tuple[tuple[int, int, npt.NDArray[np.int8], Floats], ...]

    def score(self, bag: Bag) -> list[Floats]:
        """For each group the scores of its views together, without any bias."""
        rows, owners = self._find(bag)
        values = scaled(self.idf.take(rows), owners, bag.starts[-1])
        begins = _begins(owners)
        known = owners.take(begins)
        views = [0, *accumulate(group[0] for group in self.groups)]
        bounds = [bag.starts[view] for view in views]
        cuts = known.searchsorted(bounds).tolist()
        rows_of = [*begins.tolist(), len(rows)]
        found = []
        for number, (count, row, weights, scales) in enumerate(self.groups):
            (first, last), (cut, end) = bounds[number : number + 2], cuts[number : number + 2]
            here = slice(rows_of[cut], rows_of[end])
            total = np.zeros((last - first, weights.shape[1]), dtype=np.float32)
            sums = _sums(weights, rows[here] - row, values[here], begins[cut:end] - here.start)
            total[known[cut:end] - first] = sums
            by_view = total.reshape(count, -1, weights.shape[1])
            by_view *= scales[:, None, :]
            found.append(np.add.reduce(by_view, axis=0))
        return found

    def _find(self, bag: Bag) -> tuple[Rows, Rows]:
        """Rows of those n-grams that a table knows, and their owners. Hashes are spread evenly, so
        few share a shelf; row by row, those go on that are not there yet."""
        views = np.arange(len(bag.starts) - 1) << _SHELVES
        ends = bag.owners.searchsorted(bag.starts)
        shelf = views.repeat(ends[1:] - ends[:-1])
        shelf += bag.hashes >> _SHELF
        rows = self.shelves.take(shelf).astype(np.int64)
        seen = self.hashes.take(rows)
        short = (seen < bag.hashes).nonzero()[0]
        while len(short):
            ahead = rows.take(short) + 1
            rows[short] = ahead
            hashes = self.hashes.take(ahead)
            seen[short] = hashes
            short = short.compress(hashes < bag.hashes.take(short))
        there = (seen == bag.hashes).nonzero()[0]
        return rows.take(there), bag.owners.take(there)


def joined(*groups: Sequence[Table]) -> Tables:
    """Tables in the order of the views; those of a group have the same heads."""
    tables = [one for group in groups for one in group]
    views = [np.append(one.hashes, np.uint32(0xFFFFFFFF)) for one in tables]
    made, row = [], 0
    for group in groups:
        weights = np.concatenate([np.pad(one.weights, ((0, 1), (0, 0))) for one in group])
        made.append((len(group), row, weights, np.stack([one.scale for one in group])))
        row += len(weights)
    return Tables(
        shelves=_shelves(views),
        hashes=np.concatenate(views),
        idf=np.concatenate([np.append(one.idf, np.float32(0)) for one in tables]),
        groups=tuple(made),
    )


def _shelves(views: Sequence[Codes]) -> npt.NDArray[np.int32]:
    """Where in all views' hashes each shelf of each view begins."""
    shelf = [(view >> _SHELF).astype(np.int64) for view in views]
    held = np.concatenate([np.bincount(one, minlength=1 << _SHELVES) for one in shelf])
    return np.asarray(np.cumsum(held) - held, dtype=np.int32)


def scaled(idf: Floats, owners: Rows, count: int) -> Floats:
    """The feature values: ``idf`` over the length of its owner's vector."""
    squares = np.bincount(owners, weights=idf * idf, minlength=count)
    return (idf / np.sqrt(np.maximum(squares, 1e-9)).take(owners)).astype(np.float32)


def table(arrays: Mapping[str, npt.NDArray[np.generic]], name: str) -> Table:
    """The table stored under ``name`` in a weights file."""
    hashes = arrays[f"{name}.hashes"].astype(np.uint32)
    return Table(
        hashes=hashes,
        idf=arrays[f"{name}.idf"].astype(np.float32),
        weights=arrays[f"{name}.weights"].astype(np.int8),
        scale=arrays[f"{name}.scale"].astype(np.float32),
    )


def _begins(owners: Rows) -> Rows:
    """Where each owner's rows begin; owners ascend."""
    new = np.ones(len(owners), dtype=np.bool_)
    np.not_equal(owners[1:], owners[:-1], out=new[1:])
    return new.nonzero()[0]


def _sums(weights: npt.NDArray[np.int8], rows: Rows, values: Floats, begins: Rows) -> Floats:
    """Each owner's rows times their values; his begin at ``begins``. They are added in one go, so
    that the sum is the same to the last bit in any company."""
    if len(rows) <= _ROWS_AT_ONCE or len(begins) == 1:
        part = weights.take(rows, axis=0).astype(np.float32)
        part *= values[:, None]
        return np.add.reduceat(part, begins, axis=0) if len(begins) else part
    middle = len(begins) // 2
    start = int(begins[middle])
    return np.concatenate([
        _sums(weights, rows[:start], values[:start], begins[:middle]),
        _sums(weights, rows[start:], values[start:], begins[middle:] - start),
    ])  # fmt: skip
