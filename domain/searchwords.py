"""What to type into a search box to find us, and which of the finds are meant: from places.yaml.

A rule's must, any and exclude hold for that rule alone: 长春 beside 莲花山 does not ask 长春 of
天定山. A name that other places share is never searched without a word that points here.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from domain.plan import Place, SearchRule

WEAK_WITH = ("长春", "滑雪")
"""Beside one of these a shared name is taken for ours, unless places.yaml says others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A rule with the texts to type for it, without those that an earlier rule has typed."""

    rule: SearchRule
    typed: tuple[str, ...]

    def admits(self, text: str) -> bool:
        """Whether the text holds what the rule asks for."""
        return admits(self.rule, text)


def rules(places: Sequence[Place], weak_with: Sequence[str] = WEAK_WITH) -> tuple[SearchRule, ...]:
    """The rules of all searched places: the office's own, else those that follow from the names."""
    each = (place.search or tuple(_derived(place, weak_with)) for place in places if place.searched)
    return tuple(dict.fromkeys(chain.from_iterable(each)))


def _derived(place: Place, weak_with: Sequence[str]) -> Iterator[SearchRule]:
    strong = (place.name, *(word for word in place.aliases if word not in place.weak))
    yield SearchRule(any=_shortest(strong))
    if place.weak:
        for word in weak_with:
            yield SearchRule(must=(word,), any=place.weak)


def _shortest(words: Sequence[str]) -> tuple[str, ...]:
    """Without words that hold another one: whoever finds 天定山 has found 天定山滑雪场."""
    kept = dict.fromkeys(words)
    return tuple(w for w in kept if not any(o != w and folded(o) in folded(w) for o in kept))


def queries(found: Iterable[SearchRule]) -> tuple[Query, ...]:
    """Each rule with what to type: all of ``must`` and one of ``any``, a space between."""
    typed: set[str] = set()
    made = []
    for rule in found:
        texts = dict.fromkeys(_texts(rule))
        made.append(Query(rule=rule, typed=tuple(t for t in texts if t not in typed)))
        typed.update(texts)
    return tuple(made)


def _texts(rule: SearchRule) -> Iterator[str]:
    for word in rule.any or ("",):
        needed = [must for must in rule.must if folded(must) not in folded(word)]
        yield " ".join(filter(None, (*needed, word)))


def admits(rule: SearchRule, text: str) -> bool:
    """All of ``must``, one of ``any`` if there are some, none of ``exclude``; as people write: in
    any width and case, spaces passed over."""
    held = folded(text)
    return (
        all(folded(word) in held for word in rule.must)
        and (not rule.any or any(folded(word) in held for word in rule.any))
        and not any(folded(word) in held for word in rule.exclude)
    )


def wanted(found: Sequence[SearchRule], text: str) -> bool:
    """Whether one of the rules admits the text; without rules everything is wanted."""
    return not found or any(admits(rule, text) for rule in found)


def folded(text: str) -> str:
    """NFKC, lower case, no spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
