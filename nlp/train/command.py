"""``./run train``: trains the weights in nlp/models from the labelled texts, and says how good.

Same texts, same public texts, same versions of numpy and scikit-learn: same weights. How good the
verdicts are on writers that were not seen is measured by ``./run bench verdicts``.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.plan import Plan
from nlp.limits import Curve
from nlp.linear import table
from nlp.ngrams import characters
from nlp.rulebook import complaint_rules
from nlp.train import crossval, data, first, fold, limits, public, second
from nlp.train.crossval import Bench
from nlp.train.data import Array, Example

MODELS = Path(__file__).parents[1] / "models"
VERSION = "model-3"
_BEGIN, _END = "<!-- inputs: written by ./run train -->", "<!-- /inputs -->"
Arrays = dict[str, npt.NDArray[np.generic]]


def main(plan: Plan, words: Sequence[str] | None = None) -> int:
    """Trains and writes. Exit code 0."""
    parser = argparse.ArgumentParser(prog="./run train")
    parser.add_argument("--data", type=Path, help="folder of the public texts (data/public)")
    parser.add_argument(
        "--with-corrections", type=Path, metavar="HOME|FILE",
        help="a TINGXUE_HOME, or a file of `tingxue quality export`: one more writer",
    )  # fmt: skip
    parser.add_argument(
        "--fold", metavar="WRITER", choices=data.writers(),
        help="train without this writer, write what CI judges his texts with",
    )  # fmt: skip
    asked = parser.parse_args(words)
    rows = data.examples(plan)
    if asked.with_corrections:
        rows += data.corrections(plan, asked.with_corrections)
    liking = liking_arrays(asked.data)
    if asked.fold:
        fold.write(asked.fold, rows, lambda others: weights(others, liking)[0], tell)
        return 0
    arrays, curve = weights(rows, liking)
    write(arrays)
    limits.write(MODELS, curve)
    write_card(data.hashes() | (public.hashes(asked.data) if asked.data else {}))
    return 0


def weights(rows: Sequence[Example], liking: Arrays) -> tuple[Arrays, Curve]:
    """A weights file learned from these texts, and how sure its tags are on unseen ones."""
    bench = Bench(
        rows=rows,
        liking=liking_scores(liking, [one.prepared.inputs.text for one in rows]),
        categories=tuple(complaint_rules()),
        tell=tell,
    )
    tell(f"{len(rows)} labelled texts by {len(bench.writers)} writers")
    held = bench.held_out()
    judged = crossval.judge(held)
    chosen = crossval.limits_of(held, judged, bench.categories)
    decided = crossval.decisions(rows, judged, chosen)
    everyone = second.together(list(held.values()))
    score = crossval.f1(judged.tags >= chosen.tags, everyone.tags)
    tell(f"by writer, not nested: micro-F1 {score:.3f} from {chosen.tags[0]:.2f} on")
    everything = first.bank(rows, bench.categories, np.ones(len(rows), dtype=np.bool_))
    fitted = first.fit(everything, np.ones(len(rows), dtype=np.bool_))
    arrays: Arrays = (
        liking
        | first.tables(everything, fitted)
        | second.fit_forests(everyone, crossval.SEED)
        | {
            "version": np.array(VERSION),
            "categories": np.array(bench.categories),
            "limits.tags": chosen.tags,
            "limits.hot": np.array(chosen.hot, dtype=np.float32),
        }
    )
    return arrays, limits.curve(rows, decided, VERSION)


def liking_arrays(folder: Path | None) -> Arrays:
    """The model of public texts, or one that knows nothing, said aloud."""
    if folder is None:
        tell("no --data: the public texts are left out, the sentiment of general language is 0")
        return public.none()
    tell(f"public texts in {folder}")
    return public.fit(folder)


def liking_scores(arrays: Arrays, texts: Sequence[str]) -> Array:
    """As nlp.learned.Model.liking_of."""
    known = table(arrays, "liking")
    bias = arrays["liking.bias"].astype(np.float32)
    return np.asarray(known.score(characters(texts))[:, 0] + bias, dtype=np.float32)


def write(arrays: Arrays) -> None:
    path = MODELS / "verdicts.npz"
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    tell(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")


def write_card(inputs: dict[str, str]) -> None:
    """Puts the hash of every input into the model card."""
    path = MODELS / "CARD.md"
    before, _, after = path.read_text(encoding="utf-8").partition(_BEGIN)
    after = after[after.index(_END) :]
    table_ = "".join(f"| {name} | `{digest}` |\n" for name, digest in inputs.items())
    text = f"{before}{_BEGIN}\n| file | sha256 |\n|---|---|\n{table_}{after}"
    path.write_text(text, encoding="utf-8")


def tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201  a command's own progress
