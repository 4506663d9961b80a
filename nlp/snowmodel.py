"""SnowNLP's sentiment model without SnowNLP's segmentation: its word counts over jieba's words.

Importing the package loads its segmenter (2.4 s of 2.7 s, 25 times slower per text); the model is
one small file in it. The arithmetic is SnowNLP 0.12.3's own (naive Bayes, add-one); a test holds
the two equal. docs/decisions/0008 has the measurements.
"""

import gzip
import importlib.util
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from pathlib import Path

from domain.errors import PluginError


@dataclass(frozen=True, slots=True)
class SnowModel:
    """Counts of words in positive and in negative texts; ``stop``: words it leaves out."""

    counts: Mapping[str, Mapping[str, int]]
    totals: Mapping[str, int]
    stop: frozenset[str]

    def positive(self, words: Sequence[str]) -> float | None:
        """Probability 0…1 of "positive"; None when there is no word to go by."""
        kept = [word for word in words if word not in self.stop]
        if not kept:
            return None
        gap = self._weight("neg", kept) - self._weight("pos", kept)
        return 1.0 / (1.0 + exp(gap)) if gap < 700 else 0.0

    def _weight(self, label: str, words: Sequence[str]) -> float:
        counts, total = self.counts[label], self.totals[label]
        unseen = log(1 / total)
        return log(total) + sum(
            log(counts[word] / total) if word in counts else unseen for word in words
        )


def load() -> SnowModel:
    """The model of the installed SnowNLP. Raises PluginError when the package lacks it."""
    spec = importlib.util.find_spec("snownlp")
    if spec is None or spec.origin is None:
        raise PluginError("没有安装 snownlp，请重新安装依赖")
    folder = Path(spec.origin).parent
    try:
        packed = gzip.decompress((folder / "sentiment" / "sentiment.marshal.3").read_bytes())
        stop = (folder / "normal" / "stopwords.txt").read_text("utf-8").split()
    except OSError as error:
        raise PluginError(f"snownlp 缺少情感模型（{error}），请重新安装依赖") from error
    labels = marshal.loads(packed)["d"]  # noqa: S302 -- a file of a pinned dependency
    return SnowModel(
        counts={label: row["d"] for label, row in labels.items()},
        totals={label: row["total"] for label, row in labels.items()},
        stop=frozenset(stop),
    )
