"""From which probability on a text is surely enough a complaint to be handed to a department.

`models/limits.json` (written by `nlp/train/limits.py`) says, for each probability, which share of
the complaints and of the other texts reach it in cross-validation by writer. How precise that is
depends on how many of the texts are complaints at all, which the office states in config.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

from domain.errors import PluginError
from domain.types import Verdict

FILE = "limits.json"
_ENOUGH = 0.05
"""Share of the complaints below which too few texts are left to speak of precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """``rows``: (probability, share of complaints at or above it, share of other texts), rising.
    ``version``: of the weights that were measured."""

    version: str
    rows: Sequence[tuple[float, float, float]]

    def limit(self, share: float, precision: float) -> float:
        """The lowest probability from which on a text is a complaint with at least this precision
        where ``share`` (0…1) of all texts are complaints, and stays so further up, as far as
        enough texts go. 1.0 when none is: then only what a person has decided reaches it."""
        found = 1.0
        for probability, complaints, others in reversed(self.rows):
            if complaints < _ENOUGH:
                continue
            if precise(share, complaints, others) < precision:
                return found
            found = probability
        return found

    def found(self, probability: float) -> float:
        """Share of the complaints at or above the probability."""
        return next((part for at, part, _ in self.rows if at >= probability), 0.0)


def precise(share: float, complaints: float, others: float) -> float:
    """Precision (0…1) at a share of complaints, from the shares of both that reach a limit."""
    right, wrong = share * complaints, (1 - share) * others
    return right / (right + wrong) if right + wrong else 0.0


def likelihood(verdict: Verdict) -> float:
    """How probable it is that the text is a complaint: that of its surest category."""
    return max((tag.confidence for tag in verdict.complaints), default=0.0)


def shipped() -> Curve:
    """The curve of this package. Raises PluginError when it is missing."""
    path = resources.files("nlp").joinpath("models", FILE)
    try:
        stored = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PluginError(f"缺少 nlp/models/{FILE}（{error}），请重新安装") from error
    rows = [(float(at), float(part), float(rest)) for at, part, rest in stored["rows"]]
    return Curve(version=str(stored["version"]), rows=rows)
