"""What is searched, asked and found, and what an index says of what it was given.

Frozen and without behaviour, like ``domain.types``; all texts are masked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.types import Level, Mention, Polarity, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchDoc:
    """One mention as people search it: masked text, verdict, and the case it belongs to."""

    mention: Mention
    verdict: Verdict | None
    case_id: str | None = None
    level: Level | None = None
    departments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """words: all must occur. Times are [since, until) of first_seen_at. None or () = any.
    reasons: of ``Verdict.reason``, whole or the part before the colon ("lookalike")."""

    words: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    platforms: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    departments: tuple[str, ...] = ()
    polarity: Polarity | None = None
    relevant: bool | None = True
    reasons: tuple[str, ...] = ()
    limit: int = 20
    offset: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A found document; ``snippet`` marks the hits with 【…】."""

    doc: SearchDoc
    score: float
    snippet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Hits of one page and the count of all."""

    hits: tuple[SearchHit, ...]
    total: int


FACETS = ("platform", "category", "place", "level", "department", "polarity", "reason")
"""By what the documents that a query finds are counted."""

Facets = Mapping[str, Mapping[str, int]]
"""Of each of ``FACETS``: value -> documents with it, most first, then by the value. A document
with two categories counts for both; one without any for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A document that the index will not take as it is, and what it says of it; trying again
    without a change is of no use. kind: mentions, or one of ``domain.records.KINDS``."""

    kind: str
    doc_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What a rebuild has written, and what it could not."""

    count: int
    refused: tuple[Refused, ...] = ()
