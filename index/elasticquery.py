"""From a SearchQuery to what Elasticsearch is asked, and how its answers are counted.

Every word must occur as a phrase of character pairs; jieba's words only add to the score. A word in
which a Chinese character stands alone is asked character by character: no pair holds it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from elasticsearch.dsl import A
from elasticsearch.dsl.query import Bool, Match, MatchAll, MatchPhrase, Query, Range, Term, Terms

from domain.search import FACETS, Facets, SearchQuery
from index.elasticdocs import lonely, moment, spaced
from index.words import Cutter, plain

_FIELDS = {
    "platform": "platform", "category": "categories", "place": "places", "level": "level",
    "department": "departments", "polarity": "polarity", "reason": "reason",
}  # fmt: skip
_MOST_VALUES = 1000
_BOOST = 3.0

NEWEST: list[dict[str, Any]] = [{"first_seen_at": "desc"}, {"mention_id": "asc"}]
BEST: list[dict[str, Any]] = [{"_score": {"order": "desc"}}, *NEWEST]


def asked(query: SearchQuery, cutter: Cutter) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The query and the order of its hits."""
    words = [(word, said) for word in map(plain, query.words) if (said := spaced(word).strip())]
    must = [_phrase(said) for _, said in words]
    should = [_words(cut) for word, _ in words if (cut := cutter.words(word))]
    whole: Query = Bool(must=must or [MatchAll(boost=0.0)], should=should,
                        filter=list(_filters(query)))  # fmt: skip
    return whole.to_dict(), BEST if words else NEWEST


def _phrase(said: str) -> Query:
    return MatchPhrase("body.uni" if lonely(said) else "body", {"query": said})


def _words(cut: str) -> Query:
    return Match("words", {"query": cut, "operator": "and", "boost": _BOOST})


def _filters(query: SearchQuery) -> Iterator[Query]:
    bounds = {"gte": moment(query.since), "lt": moment(query.until)}
    if given := {sign: at for sign, at in bounds.items() if at}:
        yield Range("first_seen_at", given)
    for field, values in (
        ("platform", query.platforms), ("categories", query.categories), ("places", query.places),
        ("level", query.levels), ("departments", query.departments),
    ):  # fmt: skip
        if values:
            yield Terms(field, [str(value) for value in values])
    if query.reasons:
        each = [Terms(field, list(query.reasons)) for field in ("reason", "reason_kind")]
        yield Bool(should=each, minimum_should_match=1)
    if query.polarity is not None:
        yield Term("polarity", {"value": str(query.polarity)})
    if query.relevant is not None:
        yield Term("relevant", {"value": query.relevant})


def counted() -> dict[str, Any]:
    """The aggregations behind ``facets``."""
    order = [{"_count": "desc"}, {"_key": "asc"}]
    return {
        name: A("terms", field=_FIELDS[name], size=_MOST_VALUES, order=order).to_dict()
        for name in FACETS
    }


def facets(answer: Mapping[str, Any]) -> Facets:
    """What came back for ``counted``."""
    return {
        name: {bucket["key"]: bucket["doc_count"] for bucket in answer[name]["buckets"]}
        for name in FACETS
    }
