"""The fields that documents on the search server are made of, and how Chinese is cut there: only
what a server's core has."""

from typing import Any

from elasticsearch.dsl import (
    Boolean,
    Date,
    Field,
    Float,
    Integer,
    Keyword,
    Long,
    Object,
    Text,
    analyzer,
    mapped_field,
    token_filter,
)

LONGEST_KEYWORD = 512
"""Characters; a longer value stays in the document and is not found by it."""

_FOLDED = ("cjk_width", "lowercase")
_PAIRS = analyzer("zh_cjk", tokenizer="standard", filter=[*_FOLDED, "cjk_bigram"])
_SINGLES = analyzer(
    "zh_cjk_uni",
    tokenizer="standard",
    filter=[*_FOLDED, token_filter("cjk_uni_bi", "cjk_bigram", output_unigrams=True)],
)
_ONE_BY_ONE = analyzer("zh_uni", tokenizer="standard", filter=[*_FOLDED])
"""Asks a field of ``zh_cjk_uni`` for single characters in a row."""


def _field(kind: Field) -> Any:
    return mapped_field(kind)


def code() -> Any:
    """A word that is found and counted as it stands."""
    return _field(Keyword(ignore_above=LONGEST_KEYWORD))


def date() -> Any:
    """A moment, to the millisecond."""
    return _field(Date())


def flag() -> Any:
    """Yes or no."""
    return _field(Boolean())


def number() -> Any:
    """A whole number up to two thousand million."""
    return _field(Integer())


def tally() -> Any:
    """A whole number as large as a platform's counts may grow."""
    return _field(Long())


def ratio() -> Any:
    """A number with a fraction."""
    return _field(Float())


def prose() -> Any:
    """Words for people to search in Kibana."""
    return _field(Text(analyzer=_PAIRS, index_options="offsets"))


def cut() -> Any:
    """Words as ``tingxue search`` asks them."""
    singles = Text(analyzer=_SINGLES, search_analyzer=_ONE_BY_ONE)
    return _field(Text(analyzer=_PAIRS, fields={"uni": singles}))


def tokens() -> Any:
    """Words that are cut already, with spaces between them."""
    return _field(Text(analyzer="whitespace"))


def kept() -> Any:
    """What only comes back with the document."""
    return _field(Object(enabled=False))
