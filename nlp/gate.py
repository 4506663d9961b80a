"""Finds which rules can hold in a text at all, in one pass, so that few regexes need to run.

Every regex is read for sets of words of which any match must contain at least one each; an
Aho-Corasick pass over the text tells which of all those words are there. A rule without any always
runs. The gate never changes what a rule finds (tests/test_nlp_gate.py), only how soon it gives up.
What was read is kept in rules/gate.json, for reading takes longer than all else at the start; after
a change of the rules: ``python -m nlp.gate``.
"""

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from ahocorasick_rs import AhoCorasick

from nlp.rulebook import BOOKS, Rule, all_rules

_MANY, _WAYS = 600, 64
"""Sets of more words are not asked for; where the alternatives of a pattern multiply to more ways
than this, less is asked for."""
_SETS = 3
"""Of one way: those of the rarest words."""

Way = tuple[frozenset[str], ...]
"""Sets of words of which a text must hold at least one each."""
Opened = Mapping[str, Mapping[str, Sequence[Rule]]]
"""Book -> section -> its rules that may be found, in the file's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Every rule has ways, every way up to three sets of words. ``ways[word]``: of each way in
    whose rarest set the word is, whose it is and its other sets. ``always``: rules that ask for
    nothing. Rules and words by their numbers."""

    rules: Sequence[Rule]
    words: AhoCorasick
    ways: Sequence[Sequence[tuple[int, Sequence[frozenset[int]]]]]
    always: frozenset[int]

    def open(self, text: str) -> Opened:
        """The rules that may be found in the text."""
        plain = text.encode("utf-8", "replace").decode("utf-8")
        there = {hit[0] for hit in self.words.find_matches_as_indexes(plain, overlapping=True)}
        able = set(self.always)
        for word in there:
            for number, others in self.ways[word]:
                if number not in able:
                    for words in others:
                        if there.isdisjoint(words):
                            break
                    else:
                        able.add(number)
        opened: dict[str, dict[str, list[Rule]]] = {book: {} for book in BOOKS}
        for number in sorted(able):
            rule = self.rules[number]
            opened[rule.book].setdefault(rule.section, []).append(rule)
        return opened


def opened(text: str) -> Opened:
    """The rules of all books that may be found in a normalised text."""
    return _all_rules().open(text)


@functools.cache
def _all_rules() -> Gate:
    rules = all_rules()
    kept = json.loads(_kept().read_text("utf-8")) if _kept().is_file() else {}
    if kept.get("of") != _print(rules):  # somebody is editing the rules
        kept = words_of(rules)
    return gate(rules, kept)


def words_of(rules: Sequence[Rule]) -> dict[str, Any]:
    """What nlp/rules/gate.json holds: "ways", for each rule in order, as numbers of the "sets";
    those as numbers of the "words"; and "of", which rules that was read from."""
    ways = [_ways_of(rule) for rule in rules]
    sets = list(dict.fromkeys(one for some in ways for way in some for one in way))
    words = list(dict.fromkeys(word for one in sets for word in sorted(one)))
    word_no = {word: number for number, word in enumerate(words)}
    set_no = {one: number for number, one in enumerate(sets)}
    return {
        "of": _print(rules),
        "words": words,
        "sets": [sorted(word_no[word] for word in one) for one in sets],
        "ways": [[[set_no[one] for one in way] for way in some] for some in ways],
    }


def _ways_of(rule: Rule) -> list[Way]:
    """What ``with`` asks for must be in the text as well."""
    besides = needed(rule.patterns["with"]) if "with" in rule.patterns else [()]
    also = _shared(besides)
    found = [_best((*way, *also)) for way in needed(rule.patterns["when"])]
    return list(dict.fromkeys(found))


def _kept() -> Traversable:
    return resources.files("nlp").joinpath("rules", "gate.json")


def _print(rules: Sequence[Rule]) -> str:
    text = repr([(rule.number, sorted(rule.patterns.items())) for rule in rules])
    return hashlib.sha256(text.encode()).hexdigest()


def gate(rules: Sequence[Rule], kept: Mapping[str, Any]) -> Gate:
    """A gate before these rules, from what ``words_of`` reads off them."""
    by_itself = _often(kept["words"])
    sets = [frozenset(words) for words in kept["sets"]]
    often = [sum(by_itself[word] for word in words) for words in sets]
    by_word: list[list[tuple[int, tuple[frozenset[int], ...]]]] = [[] for _ in kept["words"]]
    for number, ways in enumerate(kept["ways"]):
        for way in filter(None, ways):
            first, *others = sorted(way, key=often.__getitem__)
            for word in sets[first]:
                by_word[word].append((number, tuple(sets[one] for one in others)))
    return Gate(
        rules=rules, words=AhoCorasick(kept["words"]), ways=tuple(map(tuple, by_word)),
        always=frozenset(number for number, ways in enumerate(kept["ways"]) if [] in ways),
    )  # fmt: skip


def _often(words: Sequence[str]) -> list[float]:
    """How often each word will be in a text, about and in proportion: its rarest character by the
    words of all rules, a tenth for each further one."""
    letters = Counter("".join(words))
    return [min(map(letters.__getitem__, word)) / 10 ** len(word) for word in words]


def needed(pattern: str) -> list[Way]:
    """The ways to match a pattern: every match holds, of at least one of them, a word of each set.
    A way without any set asks for nothing."""
    return list(dict.fromkeys(_joined([_best(way) for way in _of_sequence(parser.parse(pattern))])))


def _best(way: Way) -> Way:
    kept = {words for words in way if len(words) <= _MANY}
    return tuple(
        sorted(kept, key=lambda words: (*_worth(words), *sorted(words)), reverse=True)[:_SETS]
    )


def _joined(ways: list[Way]) -> list[Way]:
    """Ways of one set only are one way: that with all their words."""
    alone = [way[0] for way in ways if len(way) == 1]
    together = frozenset().union(*alone)
    if not alone or len(together) > _MANY:
        return ways
    return [(together,), *(way for way in ways if len(way) != 1)]


def _of_sequence(items: Any) -> list[Way]:
    """Every match runs through all of the parts: their ways multiply."""
    ways: list[Way] = [()]
    run = ""
    for operation, argument in [*items, (None, None)]:
        if operation is codes.LITERAL:
            run += chr(argument)
            continue
        if run:
            ways = [(*way, frozenset({run})) for way in ways]
            run = ""
        if operation is not None:
            more = _of_part(operation, argument)
            if len(ways) * len(more) > _WAYS:
                more = [_shared(more)]
            ways = [way + one for way in ways for one in more]
    return ways


def _of_part(operation: Any, argument: Any) -> list[Way]:
    if operation is codes.SUBPATTERN:
        return _of_sequence(argument[3])
    if operation is codes.BRANCH:
        return [way for branch in argument[1] for way in _of_sequence(branch)]
    if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT} and argument[0] > 0:
        return _of_sequence(argument[2])
    if operation is codes.IN:
        return [_of_set(argument)]
    return [()]


def _shared(ways: Sequence[Way]) -> Way:
    """One set of which every one of the ways holds a word, if each has a set."""
    best = [max(way, key=_worth, default=None) for way in ways]
    words = [one for one in best if one is not None]
    return (frozenset().union(*words),) if len(words) == len(best) else ()


def _of_set(items: Any) -> Way:
    """The characters of [...] if they are few and said one by one."""
    if all(kind is codes.LITERAL for kind, _ in items) and len(items) <= 12:
        return (frozenset(chr(value) for _, value in items),)
    return ()


def _worth(words: frozenset[str]) -> tuple[int, int]:
    """Higher for words that are seldom in a text: long words first, then few of them."""
    return min(map(len, words)), -len(words)


if __name__ == "__main__":
    text = json.dumps(words_of(all_rules()), ensure_ascii=False, separators=(",", ":"))
    Path(__file__).with_name("rules").joinpath("gate.json").write_text(text + "\n", "utf-8")
