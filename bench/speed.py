"""How many texts a second one core judges, beside SnowNLP, jieba and a bare word search.

All on the same texts in the same run, in processor time, best of three: ratios travel, rates do
not. Labelled texts of all writers, without the longest few, so that their mean is the 50 characters
for which the goals are set. Run with OMP_NUM_THREADS=1.
"""

import json
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import jieba
from ahocorasick_rs import AhoCorasick

from config.loader import load
from domain.types import Mention
from nlp.analyser import BATCH, build
from nlp.gate import words_of
from nlp.rulebook import all_rules
from nlp.sentiment import snownlp
from nlp.train.data import NOW, as_mention

DATA = Path(__file__).parents[1] / "nlp" / "train" / "data"
TEXTS = 2_048
MEAN = 50
Item = TypeVar("Item")


def figures() -> Iterator[dict[str, object]]:
    """{bench, name, value, unit, baseline, ratio, conditions} a figure; baseline SnowNLP."""
    start = time.perf_counter()
    analyser = build(load(environ={}))
    lines = [line for path in sorted(DATA.glob("*.jsonl"))
             for line in path.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    mentions = _shorter([as_mention(json.loads(line)) for line in _spread(lines, TEXTS)])
    texts = [one.text for one in mentions]
    analyser.analyse(mentions[0], NOW)
    ready = time.perf_counter() - start
    analyser.analyse_many(mentions, NOW)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    words = AhoCorasick(words_of(all_rules())["words"])
    jieba.lcut("先读词典")
    few, some = _spread(texts, 200), _spread(mentions, 300)
    base = rate(len(few), lambda: [snownlp(text) for text in few])
    rates = {
        f"verdicts, batches of {BATCH}": rate(
            len(texts), lambda: analyser.analyse_many(mentions, NOW)
        ),
        "verdicts, one at a time": rate(
            len(some), lambda: [analyser.analyse(one, NOW) for one in some]
        ),
        "SnowNLP sentiments": base,
        "jieba.lcut": rate(len(texts), lambda: [jieba.lcut(text) for text in texts]),
        "bare Aho-Corasick": rate(
            len(texts), lambda: [words.find_matches_as_indexes(text) for text in texts]
        ),
    }
    mean = sum(map(len, texts)) / len(texts)
    for name, value in rates.items():
        yield _row(name, value, "texts/s", base, f"one core, {mean:.0f} characters on average")
    yield _row("start-up", ready, "s", None, "plan, rules, weights, first verdict")
    yield _row("memory", memory, "MiB", None, f"peak after {len(texts)} verdicts")


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """So many of them, from all over."""
    return list(items[:: len(items) // count][:count])


def _shorter(mentions: list[Mention]) -> list[Mention]:
    """Without the longest, as many as it takes for the mean length."""
    by_length = sorted(mentions, key=lambda one: len(one.text))
    total = sum(len(one.text) for one in by_length)
    while total > MEAN * len(by_length):
        total -= len(by_length.pop().text)
    kept = set(map(id, by_length))
    return [one for one in mentions if id(one) in kept]


def rate(count: int, work: Callable[[], object]) -> float:
    """Texts a second of processor time, best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return count / best


def _row(
    name: str, value: float, unit: str, base: float | None, conditions: str
) -> dict[str, object]:
    return {
        "bench": "speed", "name": name, "value": round(value, 2), "unit": unit, "baseline": base,
        "ratio": round(value / base, 1) if base else None, "conditions": conditions,
    }  # fmt: skip
