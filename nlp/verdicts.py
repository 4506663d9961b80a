"""Decides: from what the rules found and what the models believe to tags, attitude and urgency.

The models have already seen the rules' finds, so rules alone decide only two things here: a
textbook word of complaint that nothing mutes is a tag unless the models are nearly sure of the
opposite, and a life at risk now is red whatever the models think.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np

from domain.types import ComplaintTag, Evidence, Polarity, Stance, Urgency
from nlp import complaints, stance
from nlp.complaints import Hit
from nlp.learned import POLARITIES, STANCES, URGENCIES, Inputs, Learned, Limits
from nlp.linear import Floats
from nlp.normalise import Normal
from nlp.relevance import Relevance
from nlp.sentiment import banded
from nlp.stance import Reading

_SECOND_CLAUSE = 0.7
"""A second clause is shown as evidence too when it scores this share of the best one."""
_WITNESSES = ((0.74, 0.025), (0.5, 0.25))
"""Rules of this joined strength make a tag from this probability on: a textbook word unless the
models are nearly sure of the opposite, a fair one when they are in doubt."""
_LEAST = min(floor for _, floor in _WITNESSES)
_POLARITIES, _STANCES = tuple(map(Polarity, POLARITIES)), tuple(map(Stance, STANCES))
_SURELY_RED = 0.5
"""An urgent text is red when red is more probable than all else together; orange otherwise, which
rings too, but wakes nobody's superior."""
_AGAINST_PRAISE = 0.8
"""In a text that likes what it speaks of, a tag without any rule must be this probable."""
_AGAINST_STANCE = 0.6
"""In a text that the rules read as a notice, an advert, hearsay …, a tag without any rule must be
this probable."""
_SEARCHES = {"走失", "失联迷路", "求救"}
"""Cries for help that blame nobody: red, but no complaint about a hazard unless a rule says so. So
they reach those who search (levels.yaml), not only those who repair."""
_RULE_STANCE = 0.15
"""What the rules' stance is worth beside the model's share."""


class Read(Protocol):
    """`nlp.analyser.Prepared`."""

    @property
    def words(self) -> str: ...
    @property
    def normal(self) -> Normal: ...
    @property
    def about(self) -> Relevance: ...
    @property
    def reading(self) -> Reading: ...
    @property
    def hits(self) -> dict[str, list[Hit]]: ...
    @property
    def deadly(self) -> str: ...
    @property
    def inputs(self) -> Inputs: ...


class Decision(NamedTuple):
    """The decided parts of a verdict."""

    stance: Stance
    sentiment: float
    polarity: Polarity
    complaints: tuple[ComplaintTag, ...]
    urgency: Urgency


def decide(one: Read, answer: Learned, limits: Limits, number: float | None) -> Decision:
    """``number``: what a chosen scorer says (-1…1); None: the model's own."""
    tags = _tags(one, answer, limits) if one.about.relevant else ()
    polarity = _POLARITIES[answer.polarity.argmax()]
    if number is None:
        number = float(answer.polarity[2] - answer.polarity[0])
    return Decision(
        stance=_stance(one, answer, bool(tags), polarity),
        sentiment=banded(number, polarity),
        polarity=polarity,
        complaints=tags,
        urgency=_urgency(one, answer, limits, bool(tags)),
    )


def _tags(one: Read, answer: Learned, limits: Limits) -> tuple[ComplaintTag, ...]:
    found = []
    for number in _chosen(one, answer, limits):
        code = limits.categories[number]
        hits = one.hits.get(code)
        if code == "safety_hazard" and not hits and one.deadly in _SEARCHES:
            continue
        if hits:
            evidence = complaints.evidence(one.words, one.normal, hits)
        else:
            evidence = _clauses(one, answer.clauses[:, number], code)
            if evidence and complaints.faultless(evidence[0].text):
                continue
        if evidence:
            confidence = round(min(max(float(answer.tags[number]), 0.001), 0.999), 3)
            found.append(ComplaintTag(category=code, confidence=confidence, evidence=evidence))
    return tuple(sorted(found, key=lambda tag: (-tag.confidence, tag.category)))


def _chosen(one: Read, answer: Learned, limits: Limits) -> Iterator[int]:
    """Numbers of the categories that are probable enough, or have a witness."""
    likes = answer.polarity.argmax() == 2
    silent = one.reading.stance in stance.SILENCES
    for number in (answer.tags >= np.minimum(limits.tags, _LEAST)).nonzero()[0].tolist():
        tag, (counts, _, hit) = answer.tags[number], one.inputs.rules[number]
        if tag < limits.tags[number]:
            if not any(counts >= strength and tag >= floor for strength, floor in _WITNESSES):
                continue
        if hit > 0 or tag >= max(likes and _AGAINST_PRAISE, silent and _AGAINST_STANCE):
            yield number


def _clauses(one: Read, scores: Floats, code: str) -> tuple[Evidence, ...]:
    """The best clause, and a second that is nearly as good."""
    order = np.argsort(-scores, kind="stable")[:2]
    enough = max(0.05, _SECOND_CLAUSE * float(scores[order[0]]))
    kept = [at for place, at in enumerate(order) if place == 0 or scores[at] >= enough]
    found = []
    for at in sorted(kept):
        part = one.inputs.parts[at]
        start, end = _trimmed(one.normal.text, part.start, part.end)
        if start < end:
            first, last = one.normal.span(start, end)
            found.append(
                Evidence(start=first, end=last, text=one.words[first:last], why=f"model:{code}")
            )
    return tuple(found)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    edge = " ,、。;:\n"
    while start < end and text[start] in edge:
        start += 1
    while start < end and text[end - 1] in edge:
        end -= 1
    return start, end


def _stance(one: Read, answer: Learned, complains: bool, polarity: Polarity) -> Stance:
    votes = answer.stance.copy()
    votes[STANCES.index(stance.settle(one.reading, complains, polarity).value)] += _RULE_STANCE
    if complains:
        votes[0] += _RULE_STANCE
    return _STANCES[votes.argmax()]


def _urgency(one: Read, answer: Learned, limits: Limits, complains: bool) -> Urgency:
    if not one.about.relevant:
        return Urgency.NONE
    if one.deadly:
        return Urgency.RED
    share = dict(zip(URGENCIES, answer.urgency.tolist(), strict=True))
    if answer.hot >= limits.hot:
        return Urgency.RED if share["red"] >= _SURELY_RED else Urgency.ORANGE
    if not complains:
        return Urgency.NONE
    return Urgency.BLUE if share["blue"] > share["yellow"] else Urgency.YELLOW
