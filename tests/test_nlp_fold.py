"""How good the verdicts are on a writer that the weights have not seen, and on one that they have.

The fold's weights (``./run train --fold``) were trained like the shipped ones, without one writer,
and cut down to what his texts ask of them.
"""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from nlp_plan import plan

from nlp.learned import WEIGHTS, Model, model, shipped
from nlp.train.data import examples
from nlp.train.fold import FIGURES, FOLDER, MEASURES, floors, history, judged, pruned, weights_path

WRITER = history()[-1]["writer"]
SHIPPED = Path(__file__).parents[1] / "nlp" / "models" / WEIGHTS


def arrays(path):
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@cache
def held_out() -> Model:
    return model(arrays(weights_path(WRITER)))


@cache
def texts(writer):
    return examples(plan(), writer)


@pytest.mark.parametrize("name", MEASURES)
def test_an_unseen_writer_is_judged_no_worse_than_last_measured(name):
    reached = MEASURES[name](judged(held_out(), texts(WRITER)))
    assert reached >= floors(history(), WRITER)[name]


def test_the_last_figures_on_record_are_those_of_the_fold_that_is_here():
    pairs = judged(held_out(), texts(WRITER))
    said = history()[-1]
    assert {name: round(measure(pairs), 4) for name, measure in MEASURES.items()} == {
        name: said[name] for name in MEASURES
    }


def test_the_fold_was_made_with_the_weights_that_ship():
    """Fails after ./run train until ./run train --fold has been run as well."""
    assert held_out().version == shipped().version == history()[-1]["version"]


def test_the_fold_has_not_seen_its_writer_and_the_shipped_weights_have():
    """What the shipped weights know of his texts by heart, the fold does not know at all."""
    measure = MEASURES["category micro-F1"]
    seen = measure(judged(shipped(), texts(WRITER)))
    assert measure(judged(held_out(), texts(WRITER))) < seen - 0.1


def test_cut_weights_give_the_verdicts_of_the_whole():
    some = texts(WRITER)[::9]
    cut = pruned(arrays(SHIPPED), [one.prepared.inputs for one in some])
    assert sum(part.nbytes for part in cut.values()) < 0.2 * SHIPPED.stat().st_size
    assert judged(model(cut), some) == judged(shipped(), some)


def test_a_floor_never_falls():
    better = {"writer": "A", **dict.fromkeys(MEASURES, 0.8)}
    worse = {"writer": "A", **dict.fromkeys(MEASURES, 0.7)}
    assert floors([better, worse], "A") == floors([better], "A")
    assert set(floors([worse, better], "A").values()) == {0.79}
    with pytest.raises(ValueError):
        floors([better], "B")


def test_the_fold_is_small():
    assert weights_path(WRITER).stat().st_size < 4_000_000
    assert {path.name for path in FOLDER.glob("fold*")} == {f"fold-{WRITER}.npz", FIGURES}
