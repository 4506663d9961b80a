"""The curve from which `nlp/limits.py` reads what may reach a department.

Counted on out-of-fold probabilities only: no model that judged a text had seen its writer.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.limits import FILE, Curve
from nlp.train.data import Example
from nlp.verdicts import Decision

_STEP = 0.01


def curve(rows: Sequence[Example], decisions: Sequence[Decision], version: str) -> Curve:
    """The curve of these out-of-fold decisions. Texts that are not about the resort, by the rules,
    are left out: they reach nobody."""
    ours = [(one, said) for one, said in zip(rows, decisions, strict=True)
            if one.prepared.about.relevant]  # fmt: skip
    sure = np.array([max((t.confidence for t in said.complaints), default=0.0) for _, said in ours])
    complains = np.array([bool(one.categories) for one, _ in ours])
    steps = np.arange(_STEP, 1.0, _STEP)
    return Curve(
        version=version,
        rows=[(round(float(at), 2), _share(sure[complains] >= at), _unsure(sure[~complains] >= at))
              for at in steps],
    )  # fmt: skip


def write(folder: Path, found: Curve) -> None:
    """Puts the curve beside the weights."""
    rows = ",\n  ".join(json.dumps(row) for row in found.rows)
    text = f'{{"version": {json.dumps(found.version)}, "rows": [\n  {rows}\n]}}\n'
    (folder / FILE).write_text(text, encoding="utf-8")


def _share(reach: npt.NDArray[np.bool_]) -> float:
    return round(float(reach.mean()), 5)


def _unsure(reach: npt.NDArray[np.bool_]) -> float:
    """As ``_share``, with one text more: few harmless texts reach a high probability, and none in
    some thousands does not mean never."""
    return round(float((reach.sum() + 1) / (len(reach) + 1)), 5)
