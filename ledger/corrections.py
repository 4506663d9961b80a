"""What people said of single texts: is a complaint of this kind, or none."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from domain.reviews import Correction, Origin
from domain.types import Actor, ComplaintTag, Context, Kind, Polarity, Role, Urgency
from ledger import schema
from ledger.rows import Row, chunks, insert_new

_C = schema.corrections.c
_K = schema.correction_keys.c
_ANY = select(_C.correction_id).limit(1)
_NEWEST = (
    select(func.max(_C.correction_id))
    .where(_C.mention_id.in_(bindparam("ids", expanding=True)))
    .group_by(_C.mention_id)
)
_FILED = select(_K.key, _K.correction_id).where(_K.key.in_(bindparam("keys", expanding=True)))


class Corrections:
    """domain.ports.Corrections over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, correction: Correction, keys: Sequence[str]) -> int:
        """Write it down with the fingerprints of its text; its number."""
        number = (self._db.scalar(select(func.max(_C.correction_id))) or 0) + 1
        self._db.execute(schema.corrections.insert(), _row(correction, number))
        rows = [{"key": key, "correction_id": number} for key in keys]
        if rows:
            self._db.execute(insert_new(self._db, schema.correction_keys), rows)
        return number

    def any(self) -> bool:
        """Whether anybody has corrected anything."""
        return self._db.scalar(_ANY) is not None

    def near(self, keys: Sequence[Sequence[str]], most: int) -> list[list[Correction]]:
        """For each text, by its fingerprints: those that share one, the most fingerprints first,
        then the newest; at most so many."""
        holders: dict[str, list[int]] = defaultdict(list)
        for part in chunks(list(dict.fromkeys(key for some in keys for key in some))):
            for key, number in self._db.execute(_FILED, {"keys": part}):
                holders[key].append(number)
        best = [_most_shared(some, holders, most) for some in keys]
        known = self._many({number for numbers in best for number in numbers})
        return [[known[number] for number in numbers] for numbers in best]

    def of(self, mention_ids: Sequence[str]) -> dict[str, Correction]:
        """The newest word on each of these mentions that has one."""
        numbers: list[int] = []
        for part in chunks(list(mention_ids)):
            numbers += self._db.scalars(_NEWEST, {"ids": part})
        return {one.mention_id: one for one in self._many(numbers).values()}

    def all(self, since: datetime | None = None) -> list[Correction]:
        """All (made since then), the oldest first."""
        query = select(schema.corrections).order_by(_C.correction_id)
        if since is not None:
            query = query.where(_C.at >= since)
        return [_to_correction(row) for row in self._db.execute(query).mappings()]

    def _many(self, numbers: Collection[int]) -> dict[int, Correction]:
        found: dict[int, Correction] = {}
        for part in chunks(sorted(numbers)):
            query = select(schema.corrections).where(_C.correction_id.in_(part))
            for row in self._db.execute(query).mappings():
                found[row["correction_id"]] = _to_correction(row)
        return found


def _most_shared(keys: Sequence[str], holders: Mapping[str, Sequence[int]], most: int) -> list[int]:
    shared = Counter(number for key in keys for number in holders.get(key, ()))
    return sorted(shared, key=lambda number: (-shared[number], -number))[:most]


def _row(one: Correction, number: int) -> dict[str, Any]:
    return {
        "correction_id": number,
        "mention_id": one.mention_id,
        "at": one.at,
        "actor": one.actor.name,
        "role": str(one.actor.role),
        "department": one.actor.department,
        "origin": str(one.origin),
        "complaint": one.complaint,
        "categories": list(one.categories),
        "platform": one.platform,
        "kind": str(one.kind),
        "text": one.text,
        "context": asdict(one.context),
        "said": {
            "complaints": [[tag.category, tag.confidence] for tag in one.said],
            "polarity": str(one.polarity),
            "urgency": str(one.urgency),
        },
        "version": one.version,
    }


def _to_correction(row: Row) -> Correction:
    said = row["said"]
    return Correction(
        number=row["correction_id"],
        mention_id=row["mention_id"],
        at=row["at"],
        actor=Actor(name=row["actor"], role=Role(row["role"]), department=row["department"]),
        origin=Origin(row["origin"]),
        complaint=row["complaint"],
        categories=tuple(row["categories"]),
        platform=row["platform"],
        kind=Kind(row["kind"]),
        text=row["text"],
        context=Context(**row["context"]),
        said=tuple(ComplaintTag(category=c, confidence=p, evidence=())
                   for c, p in said["complaints"]),
        polarity=Polarity(said["polarity"]),
        urgency=Urgency(said["urgency"]),
        version=row["version"],
    )  # fmt: skip
