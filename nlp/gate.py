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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.abc import Traversable
from pathlib import Path
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from ahocorasick_rs import AhoCorasick

from nlp.rulebook import Rule, all_rules

_MANY, _PARTS = 600, 3
"""Sets of more words are not asked for; of the others the best few."""


@dataclass(frozen=True, slots=True)
class Gate:
    """``needs[i]``: (rule, part) that word i satisfies. ``parts``: of each rule, how many parts
    must be satisfied; ``always``: the rules without any."""

    words: AhoCorasick
    needs: tuple[tuple[tuple[int, int], ...], ...]
    parts: dict[int, int]
    always: frozenset[int]

    def open(self, text: str) -> set[int]:
        """Numbers of the rules that may be found in the text."""
        plain = text.encode("utf-8", "replace").decode("utf-8")
        found = {hit[0] for hit in self.words.find_matches_as_indexes(plain, overlapping=True)}
        met: dict[int, int] = {}
        for word in found:
            for rule, part in self.needs[word]:
                met[rule] = met.get(rule, 0) | part
        parts = self.parts
        return {rule for rule, bits in met.items() if bits == parts[rule]} | self.always


def opened(text: str) -> set[int]:
    """Numbers of the rules of all books that may be found in a normalised text."""
    return _all_rules().open(text)


@functools.cache
def _all_rules() -> Gate:
    rules = all_rules()
    kept = json.loads(_kept().read_text("utf-8")) if _kept().is_file() else {}
    if kept.get("of") != _print(rules):  # somebody is editing the rules
        kept = words_of(rules)
    return gate(kept["needs"])


def words_of(rules: Sequence[Rule]) -> dict[str, Any]:
    """What nlp/rules/gate.json holds. ``needs``: of each rule, by its number, the sets of words
    that it cannot do without. ``of``: which rules that was read from."""
    needs: dict[str, list[list[str]]] = {}
    for rule in rules:
        asked = needed(rule.patterns["when"])
        asked += needed(rule.patterns["with"]) if "with" in rule.patterns else ()
        needs[str(rule.number)] = [sorted(words) for words in asked]
    return {"of": _print(rules), "needs": needs}


def _kept() -> Traversable:
    return resources.files("nlp").joinpath("rules", "gate.json")


def _print(rules: Sequence[Rule]) -> str:
    text = repr([(rule.number, sorted(rule.patterns.items())) for rule in rules])
    return hashlib.sha256(text.encode()).hexdigest()


def gate(needs: Mapping[str, Sequence[Sequence[str]]]) -> Gate:
    """A gate before the rules of these numbers. What ``with`` asks for must be in the text too."""
    words: dict[str, list[tuple[int, int]]] = {}
    parts: dict[int, int] = {}
    for name, sets in needs.items():
        for place, set_ in enumerate(sets):
            parts[int(name)] = parts.get(int(name), 0) | 1 << place
            for word in set_:
                words.setdefault(word, []).append((int(name), 1 << place))
    return Gate(
        words=AhoCorasick(list(words)),
        needs=tuple(tuple(pairs) for pairs in words.values()),
        parts=parts,
        always=frozenset(int(name) for name, sets in needs.items() if not sets),
    )


def needed(pattern: str) -> tuple[frozenset[str], ...]:
    """Sets of words: every match of the pattern holds at least one word of each set."""
    kept = [words for words in _of_sequence(parser.parse(pattern)) if len(words) <= _MANY]
    return tuple(sorted(kept, key=_worth, reverse=True)[:_PARTS])


def _of_sequence(items: Any) -> list[frozenset[str]]:
    """What each of the parts asks for; every match runs through all of them."""
    found: list[frozenset[str]] = []
    run = ""
    for operation, argument in [*items, (None, None)]:
        if operation is codes.LITERAL:
            run += chr(argument)
            continue
        if run:
            found.append(frozenset({run}))
            run = ""
        if operation is not None:
            found += _of_part(operation, argument)
    return found


def _of_part(operation: Any, argument: Any) -> list[frozenset[str]]:
    if operation is codes.SUBPATTERN:
        return _of_sequence(argument[3])
    if operation is codes.BRANCH:
        best = [max(_of_sequence(branch), key=_worth, default=None) for branch in argument[1]]
        words = [one for one in best if one is not None]
        return [frozenset().union(*words)] if len(words) == len(best) else []
    if operation in {codes.MAX_REPEAT, codes.MIN_REPEAT} and argument[0] > 0:
        return _of_sequence(argument[2])
    if operation is codes.IN:
        return _of_set(argument)
    return []


def _of_set(items: Any) -> list[frozenset[str]]:
    """The characters of [...] if they are few and said one by one."""
    if all(kind is codes.LITERAL for kind, _ in items) and len(items) <= 12:
        return [frozenset(chr(value) for _, value in items)]
    return []


def _worth(words: frozenset[str]) -> tuple[int, int]:
    """Higher for words that are seldom in a text: long words first, then few of them."""
    return min(map(len, words)), -len(words)


if __name__ == "__main__":
    text = json.dumps(words_of(all_rules()), ensure_ascii=False, separators=(",", ":"))
    Path(__file__).with_name("rules").joinpath("gate.json").write_text(text + "\n", "utf-8")
