"""Between table rows and the words of the project, both ways."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Insert, RowMapping, Table
from sqlalchemy.dialects import sqlite

from domain.types import (
    ComplaintTag,
    Context,
    Counts,
    Evidence,
    Kind,
    Mention,
    Polarity,
    Sighting,
    Stance,
    Urgency,
    Verdict,
)

Row = RowMapping
T = TypeVar("T")


def insert_new(connection: Connection, table: Table) -> Insert:
    """INSERT that leaves an existing row alone, in the words of the database at hand."""
    return _insert_new(connection.dialect.name, table)


@cache
def _insert_new(dialect: str, table: Table) -> Insert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # and all its drivers' modules

        new = postgresql.insert(table).on_conflict_do_nothing()
        return new.execution_options(preserve_rowcount=True)  # by itself it counts no inserts
    return sqlite.insert(table).on_conflict_do_nothing()


def chunks(items: Sequence[T], size: int = 500) -> list[Sequence[T]]:
    """Pieces small enough for one statement's parameters."""
    return [items[i : i + size] for i in range(0, len(items), size)]


def mention_row(mention: Mention) -> dict[str, Any]:
    """A new row of ``mentions``."""
    context = mention.context
    return {
        "mention_id": mention.mention_id,
        "platform": mention.platform,
        "native_id": mention.native_id,
        "kind": str(mention.kind),
        "title": mention.title,
        "text": mention.text,
        "url": mention.url,
        "parent_id": mention.parent_id,
        "author_ref": mention.author_ref,
        "published_at": mention.published_at,
        "first_seen_at": mention.first_seen_at,
        "due_at": mention.due_at,
        "ip_region": mention.ip_region,
        "queries": list(mention.queries),
        "source": mention.source,
        "own_channel": context.own_channel,
        "parent_text": context.parent_text,
        "query": context.query,
        "source_kind": context.source_kind,
        "drill": mention.drill,
        "revision": mention.revision,
        "stage": "analyse",
        "change_no": 1,
        "indexed_no": 0,
        "held": False,
    }


def to_mention(row: Row) -> Mention:
    """A row of ``mentions`` as a Mention."""
    return Mention(
        mention_id=row["mention_id"],
        platform=row["platform"],
        native_id=row["native_id"],
        kind=Kind(row["kind"]),
        title=row["title"],
        text=row["text"],
        url=row["url"],
        parent_id=row["parent_id"],
        author_ref=row["author_ref"],
        published_at=row["published_at"],
        first_seen_at=row["first_seen_at"],
        due_at=row["due_at"],
        ip_region=row["ip_region"],
        queries=tuple(row["queries"]),
        source=row["source"],
        drill=row["drill"],
        revision=row["revision"],
        context=Context(
            own_channel=row["own_channel"],
            parent_text=row["parent_text"],
            query=row["query"],
            source_kind=row["source_kind"],
        ),
    )


def sighting_row(sighting: Sighting) -> dict[str, Any]:
    """A new row of ``sightings``."""
    counts = sighting.counts
    return {
        "mention_id": sighting.mention_id,
        "seen_at": sighting.seen_at,
        "likes": counts.likes,
        "comments": counts.comments,
        "shares": counts.shares,
        "views": counts.views,
        "lower_bounds": sorted(counts.lower_bounds),
        "source": sighting.source,
    }


def to_sighting(row: Row) -> Sighting:
    """A row of ``sightings`` as a Sighting."""
    counts = Counts(
        likes=row["likes"],
        comments=row["comments"],
        shares=row["shares"],
        views=row["views"],
        lower_bounds=frozenset(row["lower_bounds"]),
    )
    return Sighting(
        mention_id=row["mention_id"], seen_at=row["seen_at"], counts=counts, source=row["source"]
    )


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """A row of ``verdicts``."""
    tags = [
        [tag.category, tag.confidence, [[e.start, e.end, e.text, e.why] for e in tag.evidence]]
        for tag in verdict.complaints
    ]
    return {
        "mention_id": verdict.mention_id,
        "relevant": verdict.relevant,
        "reason": verdict.reason,
        "places": list(verdict.places),
        "stance": str(verdict.stance),
        "sentiment": verdict.sentiment,
        "polarity": str(verdict.polarity),
        "complaints": tags,
        "urgency": str(verdict.urgency),
        "version": verdict.version,
        "scored_at": verdict.scored_at,
    }


def to_verdict(row: Row) -> Verdict:
    """A row of ``verdicts`` as a Verdict."""
    tags = tuple(
        ComplaintTag(
            category=category,
            confidence=confidence,
            evidence=tuple(Evidence(start=e[0], end=e[1], text=e[2], why=e[3]) for e in evidence),
        )
        for category, confidence, evidence in row["complaints"]
    )
    return Verdict(
        mention_id=row["mention_id"],
        relevant=row["relevant"],
        reason=row["reason"],
        places=tuple(row["places"]),
        stance=Stance(row["stance"]),
        sentiment=row["sentiment"],
        polarity=Polarity(row["polarity"]),
        complaints=tags,
        urgency=Urgency(row["urgency"]),
        version=row["version"],
        scored_at=row["scored_at"],
    )
