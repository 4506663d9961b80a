"""One held-out fold that CI can judge without the extra ``train``: weights that have not seen one
writer, cut down to the n-grams that occur in his texts.

``./run train --data DIR --fold WRITER`` writes them to tests/data/nlp, and the figures that they
reach below those measured before. Weights of other n-grams are never read for these texts, so
the cut changes no verdict. To be done again whenever ./run train has written new weights.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp import learned
from nlp.learned import Inputs, Model
from nlp.ngrams import CLAUSE_VIEWS, TEXT_VIEWS, characters, read
from nlp.train.data import Example
from nlp.train.measures import Pair, complaint_or_not, micro_f1, polarity
from nlp.verdicts import decide

FOLDER = Path(__file__).parents[2] / "tests" / "data" / "nlp"
FIGURES = "fold.json"
"""[{version, writer, figure: value …} …], oldest first."""
MARGIN = 0.01
"""What CI lets a figure fall below the best one measured so far."""
MEASURES = {
    "category micro-F1": micro_f1,
    "complaint or not": complaint_or_not,
    "polarity": polarity,
}
_BATCH = 256

Arrays = Mapping[str, npt.NDArray[np.generic]]


def weights_path(writer: str) -> Path:
    """Where the fold without this writer lies."""
    return FOLDER / f"fold-{writer}.npz"


def write(
    writer: str, rows: Sequence[Example], train: Callable[[Sequence[Example]], Arrays],
    tell: Callable[[str], None],
) -> None:  # fmt: skip
    """Trains without the writer, cuts, checks that the cut changed nothing, writes and measures.
    Raises AssertionError when a verdict is another after the cut."""
    own = [one for one in rows if one.writer == writer]
    whole = train([one for one in rows if one.writer != writer])
    cut = pruned(whole, [one.prepared.inputs for one in own])
    pairs = judged(learned.model(dict(cut)), own)
    if judged(learned.model(dict(whole)), own) != pairs:
        raise AssertionError(f"cut to the n-grams of {writer}, the weights give other verdicts")
    path = weights_path(writer)
    np.savez_compressed(path, **cut)  # type: ignore[arg-type]
    tell(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    found = {name: round(measure(pairs), 4) for name, measure in MEASURES.items()}
    tell(f"{writer}, unseen: {found}")
    known = history() if (FOLDER / FIGURES).exists() else []
    now = {"version": str(whole["version"]), "writer": writer, **found}
    known += [] if now in known[-1:] else [now]
    lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in known)
    (FOLDER / FIGURES).write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def history() -> list[dict[str, object]]:
    """What was measured on the fold, oldest first."""
    found: list[dict[str, object]] = json.loads((FOLDER / FIGURES).read_text(encoding="utf-8"))
    return found


def floors(known: Sequence[Mapping[str, object]], writer: str) -> dict[str, float]:
    """Figure -> what it must reach: the best one measured so far less the margin. So a floor is
    never below the one before."""
    own = [one for one in known if one["writer"] == writer]
    return {name: max(float(str(one[name])) for one in own) - MARGIN for name in MEASURES}


def judged(model: Model, rows: Sequence[Example]) -> list[Pair]:
    """The texts with the model's verdicts on them."""
    pairs: list[Pair] = []
    for start in range(0, len(rows), _BATCH):
        batch = rows[start : start + _BATCH]
        answers = model.read([one.prepared.inputs for one in batch])
        for one, answer in zip(batch, answers, strict=True):
            pairs.append((one, decide(one.prepared, answer, model.limits, None)))
    return pairs


def pruned(arrays: Arrays, texts: Sequence[Inputs]) -> Arrays:
    """The weights file with those n-grams only that occur in the texts."""
    words, parts = [one.text for one in texts], [one.parts for one in texts]
    names = [f"text.{name}" for name in TEXT_VIEWS] + [f"clause.{name}" for name in CLAUSE_VIEWS]
    grams = read(words, parts)
    tables = {name: grams.view(k) for k, name in enumerate(names)} | {"liking": characters(words)}
    found = dict(arrays)
    for name, own in tables.items():
        kept = np.isin(arrays[f"{name}.hashes"], own.hashes)
        for part in ("hashes", "idf", "weights"):
            found[f"{name}.{part}"] = arrays[f"{name}.{part}"][kept]
    return found
