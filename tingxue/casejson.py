"""Cases and what belongs to them as JSON, for the command line and for evidence."""

import json
from datetime import datetime


def written(value: object, *, indent: int | None = None) -> str:
    """Moments in ISO 8601, sets sorted. Raises TypeError for anything else that JSON lacks."""
    return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(type(value).__name__)
