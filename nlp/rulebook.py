"""Reads the rules in nlp/rules/*.yaml once and turns them into compiled patterns.

How a pattern is written (see the head of complaints.yaml): a Python regular expression over the
normalised text, where ``{词}`` stands for the word list of that name in words.yaml, ``…`` for up to
12 and ``……`` for up to 30 characters inside one sentence.
"""

import functools
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from domain.errors import ConfigError
from nlp.firsts import anywhere

_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
BOOKS = {"complaints": 0, "stance": 1000, "urgency": 2000, "sentiment": 3000}
"""Book -> the number of its first rule."""
_PATTERNS = ("when", "unless", "with")
_GAP = r"[^。!?;\n]{0,%d}?"
_WORD = re.compile(r"\{([^0-9,{}][^{},]*)\}")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. It holds where ``when`` is found, unless ``unless`` is found in the same sentence
    and only if ``with_`` is found somewhere in the document. ``weight``: for complaints the
    strength 0…1, for stances and urgencies the points it adds. ``number`` tells all rules of all
    files apart. Patterns are compiled when first asked for: most texts ask for few."""

    number: int
    book: str
    section: str
    why: str
    patterns: Mapping[str, str]
    """As expanded: "when", and where there is one "unless" and "with"."""
    weight: float

    @functools.cached_property
    def when(self) -> re.Pattern[str]:
        return re.compile(self.patterns["when"])

    @functools.cached_property
    def anywhere(self) -> re.Pattern[str]:
        """Is found where ``when`` is, not at the same place, and says sooner that nothing is."""
        return re.compile(anywhere(self.patterns["when"]))

    @functools.cached_property
    def unless(self) -> re.Pattern[str] | None:
        return re.compile(self.patterns["unless"]) if "unless" in self.patterns else None

    @functools.cached_property
    def with_(self) -> re.Pattern[str] | None:
        return re.compile(self.patterns["with"]) if "with" in self.patterns else None


@functools.cache
def complaint_rules() -> dict[str, tuple[Rule, ...]]:
    """Category code -> its rules, in the file's order."""
    return _rules("complaints", 0.6)


@functools.cache
def stance_rules() -> dict[str, tuple[Rule, ...]]:
    """Stance (or "firsthand", "rhetorical", "advice_clause" …) -> its cues."""
    return _rules("stance", 1.0)


@functools.cache
def urgency_rules() -> dict[str, tuple[Rule, ...]]:
    """ "red", "orange", "mild" -> their cues."""
    return _rules("urgency", 1.0)


@functools.cache
def sentiment_rules() -> dict[str, tuple[Rule, ...]]:
    """ "praise" and "blame" -> words of liking and disliking."""
    return _rules("sentiment", 1.0)


@functools.cache
def spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(dodged spelling, plain word), in the file's order."""
    table = _read("spellings.yaml")
    return tuple((re.compile(pattern), word) for word, pattern in table.items())


@functools.cache
def any_spelling() -> re.Pattern[str]:
    """Holds where one of the dodged spellings holds."""
    return re.compile(anywhere("|".join(f"(?:{pattern.pattern})" for pattern, _ in spellings())))


@functools.cache
def word_classes() -> dict[str, str]:
    """Class -> its words, separated by |; see classes.yaml."""
    return {name: str(words) for name, words in _read("classes.yaml").items()}


@functools.cache
def elsewhere_rules() -> dict[str, re.Pattern[str]]:
    """Patterns for "this happened somewhere else"; see elsewhere.yaml."""
    return {name: re.compile(_expand(text)) for name, text in _read("elsewhere.yaml").items()}


@functools.cache
def any_elsewhere() -> re.Pattern[str]:
    """Holds where one of the named other places is."""
    return re.compile(anywhere(elsewhere_rules()["elsewhere"].pattern))


def all_rules() -> tuple[Rule, ...]:
    """Every rule of the four books, in the order of their numbers."""
    books = (complaint_rules(), stance_rules(), urgency_rules(), sentiment_rules())
    rules = [rule for book in books for rules in book.values() for rule in rules]
    return tuple(sorted(rules, key=lambda rule: rule.number))


def _rules(book: str, weight: float) -> dict[str, tuple[Rule, ...]]:
    numbers = itertools.count(BOOKS[book])
    return {
        name: tuple(_rule(book, name, entry, weight, next(numbers)) for entry in entries)
        for name, entries in _read(f"{book}.yaml").items()
    }


def _rule(book: str, name: str, entry: dict[str, Any], weight: float, number: int) -> Rule:
    file = f"{book}.yaml"
    unknown = set(entry) - {"why", "weight", *_PATTERNS}
    if unknown or "when" not in entry:
        raise ConfigError(file=file, key=name, reason=f"规则写法有误：{sorted(unknown) or entry}")
    try:
        patterns = {key: _expand(entry[key]) for key in _PATTERNS if entry.get(key)}
    except KeyError as error:
        raise ConfigError(file=file, key=f"{name}/{entry.get('why')}", reason=str(error)) from error
    return Rule(
        number=number,
        book=book,
        section=name,
        why=str(entry.get("why", name)),
        patterns=patterns,
        weight=float(entry.get("weight", weight)),
    )


def _expand(pattern: str) -> str:
    pattern = _WORD.sub(lambda hit: f"(?:{_expand(_words()[hit[1]])})", pattern)
    return pattern.replace("……", _GAP % 30).replace("…", _GAP % 12)


@functools.cache
def _words() -> dict[str, str]:
    return {name: str(text) for name, text in _read("words.yaml").items()}


def _read(file: str) -> dict[str, Any]:
    text = resources.files("nlp").joinpath("rules", file).read_text(encoding="utf-8")
    data = yaml.load(text, Loader=_LOADER)  # noqa: S506 -- a safe loader, in C where there is one
    if not isinstance(data, dict):
        raise ConfigError(file=file, key="", reason="应为“名称: 内容”的表")
    return data
