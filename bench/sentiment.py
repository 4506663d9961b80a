"""Whether a text likes or dislikes anything, on public texts: the shipped model of liking, SnowNLP,
and a plain TF-IDF model trained on the same file.

Test splits only, two ways (neutral ones left out). The texts are not part of the project:
TINGXUE_PUBLIC names their folder (nlp/models/CARD.md says what they are); without it, or without
the extra ``train``, nothing is measured, and that is said. ASAP has no training split: its TF-IDF
model learned from reviews_mixed.
"""

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from nlp.learned import shipped
from nlp.normalise import normalise
from nlp.sentiment import snownlp
from nlp.train import public
from nlp.train.public import Opinion

FILES = {"weibo_emotions": "weibo_emotions", "reviews_mixed": "reviews_mixed",
         "asap_samples": "reviews_mixed"}  # fmt: skip
"""File that is measured -> file whose train and dev splits its TF-IDF model learns from."""
SNOW_TEXTS = 600
Signs = np.typing.NDArray[np.bool_]


def figures() -> Iterator[dict[str, object]]:
    """{bench, name, value, unit, baseline, ratio, conditions} a figure; the baseline is the better
    of the two others."""
    folder = os.environ.get("TINGXUE_PUBLIC")
    if not folder:
        print("bench sentiment: SKIPPED, TINGXUE_PUBLIC names no folder", file=sys.stderr)
        return
    for name, teacher in FILES.items():
        tested = measured(Path(folder), name)
        likes = np.array([one.liking > 0 for one in tested])
        words = [one.text for one in tested]
        few = [snownlp(word) > 0 for word in words[:SNOW_TEXTS]]
        rivals = {
            "SnowNLP": _right(few, likes[:SNOW_TEXTS]),
            "TF-IDF": _right(tf_idf(Path(folder), teacher)(words), likes),
        }
        ours = _right(shipped().liking_of(words) > 0, likes)
        best = max(rivals.values())
        said = f"{len(words):,} texts; SnowNLP on {len(few)}; TF-IDF trained on {teacher}"
        for model, value in {"ours": ours, **rivals}.items():
            yield {
                "bench": "sentiment", "name": f"{name}: {model}", "value": round(value, 3),
                "unit": "share right", "baseline": round(best, 3), "ratio": round(value / best, 3),
                "conditions": said,
            }  # fmt: skip


def measured(folder: Path, name: str) -> list[Opinion]:
    """The texts with an opinion: the test split; all of ASAP, by two stars or fewer and four or
    more."""
    if name == "asap_samples":
        return [one for one in _starred(folder / f"{name}.jsonl.gz") if one.liking]
    return [one for one in public.opinions(folder, name) if one.split == "test" and one.liking]


def tf_idf(folder: Path, name: str) -> Callable[[Sequence[str]], Signs]:
    """Logistic regression over TF-IDF of character 1- to 3-grams, learned from train and dev."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    known = [one for one in public.opinions(folder, name) if one.split != "test" and one.liking]
    grams = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    model = LogisticRegression(C=10.0, max_iter=200)
    model.fit(grams.fit_transform([one.text for one in known]), [one.liking > 0 for one in known])
    return lambda words: np.asarray(model.predict(grams.transform(words)), dtype=np.bool_)


def _starred(path: Path) -> Iterator[Opinion]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            liking = (row["star"] >= 4) - (row["star"] <= 2)
            yield Opinion(text=normalise(row["text"]).text, liking=liking, split=row["split"])


def _right(found: Sequence[bool] | Signs, likes: Signs) -> float:
    return float((np.asarray(found) == likes).mean())
