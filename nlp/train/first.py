"""Layer one of the models: ridge regressions over hashed n-grams of texts and of clauses.

Texts: solved in the dual, one factorisation for all heads (there are far fewer texts than n-grams).
Clauses: conjugate gradients. Both give plain weights per n-gram, which `tables` packs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
import scipy.sparse

from nlp.learned import CLAUSE_WEIGHTS, Scores, clause_best
from nlp.linear import scaled
from nlp.ngrams import CLAUSE_VIEWS, TEXT_VIEWS, Codes, Grams, read
from nlp.train.data import Array, Example, clause_targets, targets

TEXT_RIDGE, CLAUSE_RIDGE = 0.15, 0.5
MIN_TEXTS = 2
"""An n-gram of fewer training texts (or clauses) is left out."""
_STEPS, LEVELS = 30, 31

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view of all texts. Columns of ``matrix`` are the ``hashes``; its rows have the length
    ``weight`` (or 0)."""

    hashes: Codes
    idf: Array
    matrix: scipy.sparse.csr_matrix
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """All texts as matrices. ``owner``: the text of each clause."""

    categories: tuple[str, ...]
    targets: Array
    complains: Mask
    text: tuple[View, ...]
    kernel: Array
    clause: tuple[View, ...]
    clause_matrix: scipy.sparse.csr_matrix
    clause_targets: Array
    clause_weights: Array
    owner: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """A fitted layer one, in terms of its training texts (``alpha``) and of the clauses' n-grams
    (``clause``)."""

    rows: npt.NDArray[np.int64]
    alpha: Array
    bias: Array
    clause: Array
    clause_bias: Array


def bank(rows: Sequence[Example], categories: tuple[str, ...], known: Mask) -> Bank:
    """Matrices of all texts; n-grams and their weights are counted on the ``known`` texts only."""
    texts = [one.prepared.inputs.text for one in rows]
    parts = [one.prepared.inputs.parts for one in rows]
    owner = np.repeat(np.arange(len(rows)), [len(own) for own in parts])
    grams, whole = read(texts, parts), len(TEXT_VIEWS)
    share = float(1 / np.sqrt(whole))
    text = tuple(_view(grams.view(k), known, share) for k in range(whole))
    clause = tuple(
        _view(grams.view(whole + k), known[owner], weight)
        for k, weight in enumerate(CLAUSE_WEIGHTS)
    )
    labels, weights = clause_targets(rows, categories)
    kernel = sum((view.matrix @ view.matrix.T).toarray() for view in text)
    return Bank(
        categories=categories,
        targets=targets(rows, categories),
        complains=np.array([bool(one.categories) for one in rows]),
        text=text,
        kernel=np.asarray(kernel, dtype=np.float32),
        clause=clause,
        clause_matrix=scipy.sparse.hstack([view.matrix for view in clause]).tocsr(),
        clause_targets=labels,
        clause_weights=weights,
        owner=owner,
    )


def fit(all_: Bank, train: Mask) -> First:
    """Layer one learned from the texts in ``train``."""
    rows = np.flatnonzero(train)
    alpha, bias = _dual(all_.kernel, rows, all_.targets[rows])
    own = np.flatnonzero(train & all_.complains)
    few, few_bias = _dual(all_.kernel, own, all_.targets[own][:, : len(all_.categories)])
    among = np.zeros((len(rows), few.shape[1]), dtype=np.float32)
    among[np.searchsorted(rows, own)] = few
    used = train[all_.owner] & (all_.clause_weights > 0)
    labels = all_.clause_targets[used]
    mean = labels.mean(axis=0)
    return First(
        rows=rows,
        alpha=np.concatenate([alpha, among], axis=1),
        bias=np.concatenate([bias, few_bias]),
        clause=_primal(all_.clause_matrix[used], labels - mean),
        clause_bias=mean,
    )


def score(all_: Bank, fitted: First, chosen: Mask) -> Scores:
    """Layer one's scores of the ``chosen`` texts."""
    picked = np.flatnonzero(chosen)
    whole = all_.kernel[np.ix_(picked, fitted.rows)] @ fitted.alpha + fitted.bias
    inside = chosen[all_.owner]
    count = all_.targets.shape[1]
    sizes = np.bincount(all_.owner[inside], minlength=len(chosen))[picked]
    clauses = np.asarray(
        all_.clause_matrix[inside] @ fitted.clause + fitted.clause_bias, dtype=np.float32
    )
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)
    return Scores(
        text=whole[:, :count],
        among=whole[:, count:],
        clauses=clauses,
        starts=starts,
        best=clause_best(clauses, starts),
    )


def tables(all_: Bank, fitted: First) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a weights file that hold layer one."""
    found: dict[str, npt.NDArray[np.generic]] = {
        "text.bias": fitted.bias,
        "clause.bias": fitted.clause_bias,
    }
    for name, view in zip(TEXT_VIEWS, all_.text, strict=True):
        weights = view.matrix[fitted.rows].T @ fitted.alpha * view.weight
        found |= _packed(f"text.{name}", view, np.asarray(weights))
    start = 0
    for name, view in zip(CLAUSE_VIEWS, all_.clause, strict=True):
        end = start + len(view.hashes)
        found |= _packed(f"clause.{name}", view, fitted.clause[start:end] * view.weight)
        start = end
    return found


def _packed(name: str, view: View, weights: Array) -> dict[str, npt.NDArray[np.generic]]:
    """A table whose weights are whole numbers from -31 to 31 (they pack to a third of the bytes
    that 127 steps need, and rank no text otherwise); the largest in two thousand are clipped."""
    top = np.maximum(np.quantile(np.abs(weights), 0.9995, axis=0), 1e-9)
    whole = np.clip(np.rint(weights / top * LEVELS), -LEVELS, LEVELS).astype(np.int8)
    return {
        f"{name}.hashes": view.hashes,
        f"{name}.idf": view.idf.astype(np.float16),
        f"{name}.weights": whole,
        f"{name}.scale": (top / LEVELS).astype(np.float32),
    }


def _view(grams: Grams, known: Mask, weight: float) -> View:
    """Columns for the n-grams that enough known texts hold."""
    seen, counts = np.unique(grams.hashes[known[grams.owners]], return_counts=True)
    kept, often = seen[counts >= MIN_TEXTS], counts[counts >= MIN_TEXTS]
    idf = (np.log((1 + known.sum()) / (1 + often)) + 1).astype(np.float32)
    idf = idf.astype(np.float16).astype(np.float32)
    places = np.minimum(np.searchsorted(kept, grams.hashes), len(kept) - 1)
    there = kept[places] == grams.hashes
    columns, owners = places[there], grams.owners[there]
    values = scaled(idf[columns], owners, grams.count) * np.float32(weight)
    return View(
        hashes=kept,
        idf=idf,
        matrix=scipy.sparse.csr_matrix(
            (values, (owners, columns)), shape=(grams.count, len(kept)), dtype=np.float32
        ),
        weight=weight,
    )


def _dual(kernel: Array, rows: npt.NDArray[np.int64], labels: Array) -> tuple[Array, Array]:
    inner = kernel[np.ix_(rows, rows)].copy()
    inner[np.diag_indices(len(rows))] += TEXT_RIDGE
    mean = labels.mean(axis=0)
    factor = scipy.linalg.cho_factor(inner, overwrite_a=True, check_finite=False)
    solved = scipy.linalg.cho_solve(factor, labels - mean, check_finite=False)
    return np.asarray(solved, dtype=np.float32), mean


def _primal(matrix: scipy.sparse.csr_matrix, labels: Array) -> Array:
    """Ridge by conjugate gradients on all columns at once."""
    flipped = matrix.T.tocsr()
    left = flipped @ labels
    weights = np.zeros_like(left)
    residual, direction = left.copy(), left.copy()
    size = (residual**2).sum(axis=0)
    for _ in range(_STEPS):
        pushed = flipped @ (matrix @ direction) + CLAUSE_RIDGE * direction
        step = size / np.maximum((direction * pushed).sum(axis=0), 1e-20)
        weights += step * direction
        residual -= step * pushed
        now = (residual**2).sum(axis=0)
        direction = residual + now / np.maximum(size, 1e-20) * direction
        size = now
    return np.asarray(weights, dtype=np.float32)
