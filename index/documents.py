"""A SearchDoc as JSON and back, for an index that keeps whole documents."""

import json
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any

from domain.search import SearchDoc
from domain.types import (
    ComplaintTag,
    Context,
    Evidence,
    Kind,
    Level,
    Mention,
    Polarity,
    Stance,
    Urgency,
    Verdict,
)


def to_json(doc: SearchDoc) -> str:
    """One line of JSON; times as ISO 8601."""
    return json.dumps(doc, ensure_ascii=False, default=_plain, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    raise TypeError(type(value).__name__)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def from_json(raw: dict[str, Any]) -> SearchDoc:
    """What ``to_json`` wrote."""
    verdict = raw["verdict"]
    return SearchDoc(
        mention=_mention(raw["mention"]),
        verdict=verdict_from_json(verdict) if verdict else None,
        case_id=raw["case_id"],
        level=Level(raw["level"]) if raw["level"] else None,
        departments=tuple(raw["departments"]),
    )


def _mention(raw: dict[str, Any]) -> Mention:
    times = ("published_at", "first_seen_at", "due_at")
    moments = {name: datetime.fromisoformat(raw[name]) if raw[name] else None for name in times}
    changed = {
        "kind": Kind(raw["kind"]),
        "queries": tuple(raw["queries"]),
        "context": Context(**raw["context"]),
    }
    return Mention(**{**raw, **moments, **changed})


def verdict_from_json(raw: dict[str, Any]) -> Verdict:
    """The verdict within what ``to_json`` wrote."""
    changed = {
        "places": tuple(raw["places"]),
        "stance": Stance(raw["stance"]),
        "polarity": Polarity(raw["polarity"]),
        "urgency": Urgency(raw["urgency"]),
        "scored_at": datetime.fromisoformat(raw["scored_at"]),
        "complaints": tuple(
            ComplaintTag(
                category=tag["category"],
                confidence=tag["confidence"],
                evidence=tuple(Evidence(**one) for one in tag["evidence"]),
            )
            for tag in raw["complaints"]
        ),
    }
    return Verdict(**{**raw, **changed})
