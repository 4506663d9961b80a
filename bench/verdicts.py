"""How good the verdicts are on writers that the models have not seen, beside SnowNLP.

Cross-validation by writer (nlp/train/crossval.py): needs the extra ``train`` and one layer one for
each writer, some ten minutes on a quiet core. With TINGXUE_BENCH_FULL=1 it is nested: layer two
never learns from scores by a layer one that has seen the test writer, at the price of one for each
pair of writers, hours. Without the extra the folds are skipped, loudly. Texts without context count
as said on the resort's own channel, as LABELS.md counts them. ``--markdown`` (python -m
bench.verdicts) prints the tables of docs/quality.md.
"""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from config.loader import load
from domain.types import Context, Kind
from nlp.learned import shipped
from nlp.places import Gazetteer, gazetteer
from nlp.relevance import judge as relevance_of
from nlp.rulebook import complaint_rules
from nlp.sentiment import by_number, snownlp
from nlp.train.calibration import LEAST, error, errors, floor
from nlp.train.data import Example
from nlp.train.measures import (
    Pair,
    alarms,
    category,
    hot_alarms,
    hot_recall,
    interval,
    micro_f1,
    places,
    polarity,
    recall,
    relevance,
    share,
    stance,
    urgency,
)

if TYPE_CHECKING:
    from nlp.train.crossval import OutOfFold


NESTED = bool(os.environ.get("TINGXUE_BENCH_FULL"))


def figures() -> Iterator[dict[str, object]]:
    """{bench, name, value, unit, baseline, ratio, conditions} a figure; the baseline is SnowNLP's
    number alone: complaint = below 0.5 of its scale, polarity by 0.2 and 0.8."""
    rows, folded = unseen()
    pairs, how = _pairs(rows, folded), ", nested" if NESTED else ""
    for name, measure in MEASURES.items():
        for writer, own in by(pairs, lambda one: one.writer).items():
            yield _row(f"{writer}: {name}", measure(own), None, f"unseen, {len(own)} texts")
        shares = [measure(own) for own in by(pairs, lambda one: one.writer).values()]
        mean, margin = interval(shares)
        base = SNOW[name](pairs) if name in SNOW else None
        said = f"{len(shares)} writers, ± {margin:.3f} (95 %){how}"
        yield _row(f"mean: {name}", mean, base, said)
    for code in complaint_rules():
        yield _row(f"F1 {code}", category(pairs, code), None, "all writers together, each unseen")
    yield from _reliability(folded)


def judged() -> list[Pair]:
    """Every labelled text with the verdict of models that have not seen its writer."""
    return _pairs(*unseen())


def unseen() -> tuple[list[Example], "OutOfFold"]:
    """Every labelled text, and what models that have not seen its writer make of it."""
    from nlp.train import crossval, data

    rows = data.examples(load(environ={}))
    model = shipped()
    bench = crossval.Bench(
        rows=rows,
        liking=model.liking_of([one.prepared.inputs.text for one in rows]),
        categories=tuple(complaint_rules()),
        tell=lambda line: print(line, file=sys.stderr, flush=True),
    )
    return rows, crossval.out_of_fold(bench, nested=NESTED)


def _pairs(rows: Sequence[Example], folded: "OutOfFold") -> list[Pair]:
    from nlp.train import crossval

    said = crossval.decisions(rows, folded.judged, folded.limits)
    return list(zip(rows, said, strict=True))


def _reliability(folded: "OutOfFold") -> Iterator[dict[str, object]]:
    """Calibration errors, each beside what chance gives a model that is exactly right."""
    said, right = folded.judged.tags, folded.labels
    kept = said >= LEAST
    chance = floor(said)
    together = error(said[kept], right[kept])
    yield _row("calibration error, all categories", together, None, f"{kept.sum()} pairs")
    for code, off, by_chance, size in zip(
        complaint_rules(), errors(said, right), chance.mean(axis=0), kept.sum(axis=0), strict=True
    ):
        yield _row(f"calibration error {code}", off, by_chance, f"{size} pairs; baseline: chance")
    worst, by_chance = errors(said, right).max(), chance.max(axis=1).mean()
    yield _row("calibration error, the worst category", worst, by_chance, "baseline: chance")


MEASURES: dict[str, Callable[[Sequence[Pair]], float]] = {
    "category micro-F1": micro_f1,
    "complaint recall": recall,
    "false alarms": alarms,
    "relevance": relevance,
    "places": places,
    "polarity": polarity,
    "red/orange recall": hot_recall,
    "red/orange false": hot_alarms,
    "urgency of complaints": urgency,
    "stance": stance,
}
SNOW: dict[str, Callable[[Sequence[Pair]], float]] = {
    "complaint recall": lambda pairs: share(
        [snownlp(one.prepared.normal.text) < 0 for one, _ in pairs if one.categories]
    ),
    "false alarms": lambda pairs: share(
        [snownlp(one.prepared.normal.text) < 0 for one, _ in pairs if not one.categories]
    ),
    "polarity": lambda pairs: share(
        [by_number(snownlp(one.prepared.normal.text)) == one.polarity for one, _ in pairs]
    ),
}


def by(pairs: Sequence[Pair], key: Callable[[Example], str]) -> dict[str, list[Pair]]:
    """The pairs in groups, in the order of first sight."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(key(pair[0]), []).append(pair)
    return groups


def _row(name: str, value: float, baseline: float | None, conditions: str) -> dict[str, object]:
    return {
        "bench": "verdicts",
        "name": name,
        "value": round(value, 3),
        "unit": "share",
        "baseline": None if baseline is None else round(baseline, 3),
        "ratio": round(value / baseline, 2) if baseline else None,
        "conditions": conditions,
    }


def markdown(pairs: Sequence[Pair]) -> Iterator[str]:
    """The tables of docs/quality.md."""
    names = list(MEASURES)
    for title, key in (("writer", lambda one: one.writer), ("platform", lambda one: one.platform),
                       ("stance", lambda one: one.stance or "unknown")):  # fmt: skip
        yield f"| {title} | texts | " + " | ".join(names) + " |"
        yield "|---|" + "---:|" * (len(names) + 1)
        groups = by(pairs, key)
        for group, own in groups.items():
            yield (
                f"| {group} | {len(own)} | "
                + " | ".join(_cell(MEASURES[name](own)) for name in names)
                + " |"
            )
        if title == "writer":
            spread = [interval([MEASURES[name](own) for own in groups.values()]) for name in names]
            yield "| **mean** | | " + " | ".join(f"**{m:.3f}** ± {d:.3f}" for m, d in spread) + " |"
        yield ""
    nameless = [pair for pair in pairs if not pair[0].places]
    yield (
        f"| no place named | {len(nameless)} | "
        + " | ".join(_cell(MEASURES[name](nameless)) for name in names)
        + " |"
    )
    known = gazetteer(load(environ={}))
    lost = [_without_context(one, known) == one.relevant for one, _ in nameless]
    yield f"| the same, without context: relevance | {len(nameless)} | {share(lost):.3f} |"
    yield ""
    for code in complaint_rules():
        yield f"| {code} | {category(pairs, code):.3f} |"


def _without_context(one: Example, known: Gazetteer) -> bool:
    """Whether the text would count as ours had it been found by a mere search."""
    kind = Kind.CALL if one.platform == "hotline" else Kind.COMMENT
    found_by = Context(query="莲花山")
    return relevance_of(one.prepared.normal.text, found_by, kind, known).relevant


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.3f}"


if __name__ == "__main__":
    print("\n".join(markdown(judged())))
