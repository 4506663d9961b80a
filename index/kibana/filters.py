"""What a panel counts of its documents: said once, read as KQL by Kibana and as a query by us."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Is:
    """The field has this value, or one of these."""

    field: str
    values: tuple[str | bool, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """The field has any value."""

    field: str


@dataclass(frozen=True, slots=True)
class Past:
    """The moment in the field lies before now."""

    field: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    of: "Filter"


@dataclass(frozen=True, slots=True)
class Every:
    """All of them."""

    of: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of them."""

    of: tuple["Filter", ...]


Filter = Is | Has | Past | Not | Every | Some


def equals(field: str, *values: str | bool) -> Is:
    """Short for ``Is``."""
    return Is(field, values)


def both(*given: Filter | None) -> Filter | None:
    """All that are there; None for none."""
    kept = tuple(one for one in given if one is not None)
    return Every(kept) if len(kept) > 1 else (kept[0] if kept else None)


def kql(one: Filter) -> str:
    """As Kibana's own language says it."""
    match one:
        case Is(field, values):
            said = " or ".join(map(_quoted, values))
            return f"{field}: {said}" if len(values) == 1 else f"{field}: ({said})"
        case Has(field):
            return f"{field}: *"
        case Past(field):
            return f"{field} < now"
        case Not(of):
            return f"not ({kql(of)})"
        case Every(parts):
            return " and ".join(f"({kql(part)})" for part in parts)
        case Some(parts):
            return " or ".join(f"({kql(part)})" for part in parts)


def _quoted(value: str | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def query(one: Filter, now: datetime) -> dict[str, Any]:
    """The same as Elasticsearch is asked; ``now`` is aware."""
    match one:
        case Is(field, values):
            return {"terms": {field: list(values)}}
        case Has(field):
            return {"exists": {"field": field}}
        case Past(field):
            return {"range": {field: {"lt": now.isoformat()}}}
        case Not(of):
            return {"bool": {"must_not": [query(of, now)]}}
        case Every(parts):
            return {"bool": {"filter": [query(part, now) for part in parts]}}
        case Some(parts):
            should = [query(part, now) for part in parts]
            return {"bool": {"should": should, "minimum_should_match": 1}}


def fields(one: Filter | None) -> Iterator[str]:
    """Every field it looks at."""
    match one:
        case Is(field, _) | Has(field) | Past(field):
            yield field
        case Not(of):
            yield from fields(of)
        case Every(parts) | Some(parts):
            for part in parts:
                yield from fields(part)
