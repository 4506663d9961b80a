"""How tags improve with the number of writers, by a plain linear model, by the full one, and by the
full one with a small neural network as layer two; each judged on writers it has not seen.

For each size as few sets of training writers as leave everyone out once; who is left out is a test.
Layer two of the full model learns from scores by models without the writer they are for, as in
nlp/train/crossval.py. Needs the extra ``train``. One size, a minute; TINGXUE_BENCH_FULL=1: all,
half an hour.
"""

import math
import os
import random
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from config.loader import load
from nlp.forest import forest
from nlp.learned import shipped
from nlp.rulebook import complaint_rules
from nlp.train import crossval, data, first, second
from nlp.train.crossval import Bench
from nlp.train.first import TEXT_RIDGE, Bank, First
from nlp.train.measures import interval
from nlp.train.second import Table2

Flags = npt.NDArray[np.bool_]
Array = npt.NDArray[np.float32]
SIZES = (3, 6, 9, 11)
MODELS = ("linear", "network", "trees")
"""Ridge over characters; the full model with a small network as layer two; the full model."""
ALARMS = 0.12
"""Share of harmless texts at which the recall of complaints is compared."""
_ORDER = 20261201


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One writer's texts by one model that has not seen him. ``tags``: texts by categories;
    ``complains``: how much each looks like a complaint."""

    writer: str
    tags: Array
    complains: Array


def figures() -> Iterator[dict[str, object]]:
    """{bench, name, value, unit, baseline, ratio, conditions} a figure; the baseline is the plain
    linear model on the same writers."""
    bench = texts()
    sizes = SIZES if os.environ.get("TINGXUE_BENCH_FULL") else SIZES[:1]
    for size in sizes:
        by_model = measured(bench, size)
        for name, measure in MEASURES.items():
            base = math.nan
            for model, tested in by_model.items():
                mean, margin = over_writers(bench, tested, measure)
                base = mean if model == "linear" else base
                yield {
                    "bench": "curve", "name": f"{size} writers, {model}: {name}",
                    "value": round(mean, 3), "unit": "share", "baseline": round(base, 3),
                    "ratio": round(mean / base, 3),
                    "conditions": f"± {margin:.3f} (95 %, over test writers)",
                }  # fmt: skip


def texts() -> Bench:
    """All labelled texts, ready for the models."""
    rows = data.examples(load(environ={}))
    return crossval.Bench(
        rows=rows,
        liking=shipped().liking_of([one.prepared.inputs.text for one in rows]),
        categories=tuple(complaint_rules()),
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )


def sets(writers: Sequence[str], size: int) -> list[tuple[str, ...]]:
    """Sets of training writers, as few as leave everyone out once: neighbours in a fixed random
    round."""
    order = list(writers)
    random.Random(_ORDER).shuffle(order)
    many = math.ceil(len(order) / (len(order) - size))
    starts = [n * len(order) // many for n in range(many)]
    return [tuple(order[(at + n) % len(order)] for n in range(size)) for at in starts]


def measured(bench: Bench, size: int) -> dict[str, list[Tested]]:
    """Every test by each of the models."""
    found: dict[str, list[Tested]] = {name: [] for name in MODELS}
    nested = bench.nested() if size == len(bench.writers) - 1 else {}
    for train in sets(bench.writers, size):
        bench.tell(f"{size} writers: {' '.join(train)}")
        known = np.isin(bench.of, train)
        bank = first.bank(bench.rows, bench.categories, known)
        plain, fitted = _linear(bank, known), first.fit(bank, known)
        rows = second.together(_inner(bench, bank, train, nested))
        trees = forest(second.fit_pairs(rows, crossval.SEED), "pairs")
        network = _network(rows)
        for name in bench.writers:
            if name not in train:
                own, heads = _rows(bench, bank, fitted, name), plain[bench.of == name]
                answers = (heads[:, :-1], network(own), crossval.tagged(trees, own))
                for model, tags in zip(MODELS, answers, strict=True):
                    complains = heads[:, -1] if model == "linear" else tags.max(axis=1)
                    found[model].append(Tested(writer=name, tags=tags, complains=complains))
    return found


def _inner(
    bench: Bench, bank: Bank, train: Sequence[str], nested: dict[tuple[str, str], Table2]
) -> list[Table2]:
    """The training writers' rows for layer two, each by a layer one without him. Where only one
    writer is left to test on these rows serve two tests, and are ``nested``."""
    known = np.isin(bench.of, train)
    left = next(name for name in bench.writers if name not in train)
    if nested:
        return [nested[name, left] for name in train]
    return [_rows(bench, bank, first.fit(bank, known & (bench.of != name)), name) for name in train]


def _rows(bench: Bench, bank: Bank, fitted: First, writer: str) -> Table2:
    chosen = bench.of == writer
    own = [one for one in bench.rows if one.writer == writer]
    scores = first.score(bank, fitted, chosen)
    return second.rows_of(scores, own, bench.liking[chosen], bench.categories)


def _linear(bank: Bank, known: npt.NDArray[np.bool_]) -> Array:
    """Ridge over the characters of whole texts, nothing else; scores of all texts."""
    view = bank.text[0]
    kernel = (view.matrix @ view.matrix[known].T).toarray() / view.weight**2
    labels = _heads(bank)[known]
    inner = kernel[known] + TEXT_RIDGE * np.eye(int(known.sum()))
    mean = labels.mean(axis=0)
    solved = scipy.linalg.solve(inner, labels - mean, assume_a="pos", check_finite=False)
    return np.asarray(kernel @ solved + mean, dtype=np.float32)


def _network(rows: Table2) -> Callable[[Table2], Array]:
    """Layer two as a network with one hidden layer instead of trees; gives tags."""
    inputs = _wide(rows)
    middle, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6

    def even(table: Table2) -> Array:
        return np.clip((_wide(table) - middle) / spread, -5.0, 5.0)

    network = MLPClassifier(
        (32,), alpha=0.1, learning_rate_init=1e-3, batch_size=256, max_iter=15, random_state=_ORDER
    )
    weight = np.broadcast_to(rows.weight[:, None], rows.likely.shape)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the epochs are chosen, not awaited
        network.fit(even(rows), rows.tags[rows.likely], sample_weight=weight[rows.likely])

    def tags(table: Table2) -> Array:
        found = np.zeros(table.likely.shape, dtype=np.float32)
        found[table.likely] = network.predict_proba(even(table))[:, 1]
        return found

    return tags


def _wide(table: Table2) -> Array:
    """The rows that the trees see, with the category as twenty columns."""
    which = np.eye(table.likely.shape[1], dtype=np.float32)[np.nonzero(table.likely)[1]]
    return np.concatenate([table.pairs[table.likely], which], axis=1)


def _heads(bank: Bank) -> Array:
    """Texts by categories and, last, complaint or not: what the linear model learns."""
    return bank.targets[:, : len(bank.categories) + 1]


def over_writers(
    bench: Bench, tested: Sequence[Tested], measure: Callable[[Tested, Flags, float], float]
) -> tuple[float, float]:
    """Mean over test writers (each the mean of his tests), half the width of its interval. The
    limit of a tag is chosen on the other test writers."""
    labels = np.array([[code in one.categories for code in bench.categories] for one in bench.rows])
    found: dict[str, list[float]] = defaultdict(list)
    for writer in bench.writers:
        others = [one for one in tested if one.writer != writer]
        at = crossval.best_threshold(
            np.concatenate([one.tags for one in others]),
            np.concatenate([labels[bench.of == one.writer] for one in others]),
        )
        for one in tested:
            if one.writer == writer:
                found[writer].append(measure(one, labels[bench.of == writer], at))
    means = [float(np.mean(values)) for values in found.values()]
    return interval(means)


def _f1(one: Tested, labels: Flags, at: float) -> float:
    return crossval.f1(one.tags >= at, labels)


def _found(one: Tested, labels: Flags, _at: float) -> float:
    """Share of the complaints that look more like one than all but ALARMS of the harmless do."""
    complains = labels.any(axis=1)
    least = np.quantile(one.complains[~complains], 1 - ALARMS)
    return float((one.complains[complains] > least).mean())


MEASURES = {"category micro-F1": _f1, f"complaints found at {ALARMS:.0%} false alarms": _found}
