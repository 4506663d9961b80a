"""How many texts a second `nlp.events` takes in, and what it finds, beside two plain ways.

Every complaint written for this project, each with a copy as people and platforms make them
(reposted, cut, changed), which comes within two days of it. All originals are events of their own:
whatever else is joined is a mistake. Rates in processor time on one core, best of three.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from pathlib import Path

from nlp.duplicates import ALIKE, _grams, bare, similarity
from nlp.events import Events, Heard
from nlp.train.data import NOW

DATA = Path(__file__).parents[1] / "nlp" / "train" / "data"
APART, LATEST = timedelta(minutes=2), 48 * 60
LEAST = 15
"""Bare characters of an original: shorter texts are the same only if they are equal."""
PAIRS_OF = 600
"""Texts that are compared all with all: this cost grows with the square."""
_SIGNS = "的一是了我不在有他这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会"
_NAMES = ("小雪", "滑雪的阿明", "长春发布", "用户8812")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A report, of which original it is, and what was done to it ("original": nothing)."""

    heard: Heard
    original: str
    made: str


def figures() -> Iterator[dict[str, object]]:
    """{bench, name, value, unit, baseline, ratio, conditions} a figure; the baseline is the exact
    hash of the bare text, for the rate of pairs comparison of all pairs."""
    sent = stream(complaints())
    ours, plain = joined(sent), exact(sent)
    said = f"{len(sent):,} texts, {_mean(sent):.0f} characters on average"
    fast, hashed = rate(sent, joined), rate(sent, exact)
    yield _row("rate", fast, "texts/s", hashed, said)
    later = [one for n in range(5) for one in moved(sent, n)]
    yield _row("rate, five times as many", rate(later, joined), "texts/s", fast, "ratio: to rate")
    few = sent[:PAIRS_OF]
    yield _row("rate against all pairs", rate(few, joined), "texts/s", rate(few, all_pairs),
               f"the first {PAIRS_OF} texts")  # fmt: skip
    for kind, share in recall(sent, ours).items():
        base = recall(sent, plain)[kind]
        yield _row(
            f"recall {kind}",
            share,
            "share",
            base,
            f"{len(sent) // 2:,} originals, each with a copy of one of {len(KINDS)} kinds",
        )
    right, wrong = precision(sent, ours), strangers(sent, ours)
    yield _row("precision", right, "share", precision(sent, plain), "of what was joined")
    yield _row("originals joined to another's event", wrong, "texts", strangers(sent, plain), said)
    slow = recall(few, all_pairs(few))["all"]
    yield _row("recall against all pairs", recall(few, joined(few))["all"], "share", slow,
               f"the first {PAIRS_OF} texts")  # fmt: skip


def complaints(most: int | None = None) -> list[Heard]:
    """The complaints among the labelled texts, two minutes apart, about what their labels say."""
    rows = [json.loads(line) for path in sorted(DATA.glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()]  # fmt: skip
    random.Random(1).shuffle(rows)
    kept = [row for row in rows if row["categories"] and len(bare(row["text"])) >= LEAST][:most]
    return [
        Heard(
            report_id=row["id"],
            text=row["text"],
            subjects=tuple(
                f"{c}:{p}" for c, p in product(row["categories"], row["places"] or [""])
            ),
            at=NOW + n * APART,
        )
        for n, row in enumerate(kept)
    ]


def stream(originals: Sequence[Heard], seed: int = 2) -> list[Sent]:
    """Originals and copies in the order of their time; every kind of copy equally often."""
    rng = random.Random(seed)
    found = [Sent(heard=one, original=one.report_id, made="original") for one in originals]
    kinds = list(KINDS)
    for n, one in enumerate(originals):
        kind = kinds[n % len(kinds)]
        copy = replace(
            one, report_id=f"{one.report_id}+", text=KINDS[kind](one.text, rng),
            at=one.at + timedelta(minutes=rng.randint(1, LATEST)),
        )  # fmt: skip
        found.append(Sent(heard=copy, original=one.report_id, made=kind))
    return sorted(found, key=lambda sent: (sent.heard.at, sent.heard.report_id))


def moved(sent: Sequence[Sent], turn: int) -> list[Sent]:
    """The same texts later, when the events of the turn before are over."""
    away = turn * (sent[-1].heard.at - sent[0].heard.at + timedelta(days=4))
    return [replace(one, heard=replace(one.heard, at=one.heard.at + away)) for one in sent]


def _edited(text: str, rng: random.Random) -> str:
    """One character in ten is replaced, doubled by another, or dropped."""
    found = []
    for char in text:
        change = rng.choice(("other", "more", "less")) if rng.random() < 0.1 else ""
        kept = "" if change in ("other", "less") else char
        found.append(kept + (rng.choice(_SIGNS) if change in ("other", "more") else ""))
    return "".join(found)


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "forward": lambda text, rng: f"转发微博//@{rng.choice(_NAMES)}: {text}",
    "comment and forward": lambda text, rng: f"太过分了//@{rng.choice(_NAMES)}：{text}",
    "#, @, URL": lambda text, rng: f"#长春# {text} @{rng.choice(_NAMES)} https://t.cn/A6{rng.random()}",
    "reply, emoji": lambda text, rng: f"回复 @{rng.choice(_NAMES)}:{text}😡😡",
    "first 70 %": lambda text, _: text[: len(text) * 7 // 10] + "…展开全文",
    "first half": lambda text, _: text[: len(text) // 2] + "…",
    "last 60 %": lambda text, _: text[len(text) * 4 // 10 :],
    "10 % edits": _edited,
}  # fmt: skip


def joined(sent: Sequence[Sent]) -> list[str]:
    """The leader of each report, by nlp.events."""
    events = Events()
    return [events.add(one.heard) for one in sent]


def exact(sent: Sequence[Sent]) -> list[str]:
    """By the bare text alone."""
    first: dict[str, str] = {}
    return [first.setdefault(bare(one.heard.text), one.heard.report_id) for one in sent]


def all_pairs(sent: Sequence[Sent]) -> list[str]:
    """Each text with all leaders so far, by Jaccard similarity."""
    leaders: list[Heard] = []
    found = []
    for one in sent:
        hit = next((it for it in leaders if similarity(it.text, one.heard.text) >= ALIKE), None)
        if hit is None:
            leaders.append(one.heard)
        found.append((hit or one.heard).report_id)
    return found


def recall(sent: Sequence[Sent], leaders: Sequence[str]) -> dict[str, float]:
    """Of each kind of copy, and of "all", the share that is in its original's event."""
    event = {one.heard.report_id: leader for one, leader in zip(sent, leaders, strict=True)}
    hits, all_ = Counter[str](), Counter[str]()
    for one, leader in zip(sent, leaders, strict=True):
        if one.made != "original" and one.original in event:
            for name in (one.made, "all"):
                all_[name] += 1
                hits[name] += leader == event[one.original]
    return {name: hits[name] / all_[name] for name in (*KINDS, "all")}


def precision(sent: Sequence[Sent], leaders: Sequence[str]) -> float:
    """Of the reports that joined an event, the share that are of its leader's original."""
    of = {one.heard.report_id: one.original for one in sent}
    right = [of[leader] == one.original for one, leader in zip(sent, leaders, strict=True)
             if leader != one.heard.report_id]  # fmt: skip
    return sum(right) / len(right)


def strangers(sent: Sequence[Sent], leaders: Sequence[str]) -> int:
    """How many originals were joined to the event of another: distinct complaints merged."""
    return sum(one.made == "original" and leader.split("+")[0] != one.original
               for one, leader in zip(sent, leaders, strict=True))  # fmt: skip


def rate(sent: Sequence[Sent], work: Callable[[Sequence[Sent]], object]) -> float:
    """Texts a second of processor time, best of three."""
    best = float("inf")
    for _ in range(3):
        _grams.cache_clear()
        start = time.process_time()
        work(sent)
        best = min(best, time.process_time() - start)
    return len(sent) / best


def _mean(sent: Sequence[Sent]) -> float:
    return sum(len(one.heard.text) for one in sent) / len(sent)


def _row(
    name: str, value: float, unit: str, base: float | None, conditions: str
) -> dict[str, object]:
    return {
        "bench": "clusters", "name": name, "value": round(value, 3), "unit": unit,
        "baseline": base and round(base, 3), "ratio": round(value / base, 3) if base else None,
        "conditions": conditions,
    }  # fmt: skip
