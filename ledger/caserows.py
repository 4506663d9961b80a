"""Between table rows and cases, obligations and events, both ways."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from domain.types import Actor, Case, CaseEvent, Duty, Level, Obligation, Role, State
from ledger import schema
from ledger.rows import Row

CASE_FIELDS = (
    "place",
    "opened_at",
    "last_report_at",
    "version",
    "recurs",
    "merged_into",
    "registered_at",
    "acceptance_due",
    "settlement_due",
    "unverified_since",
    "admitted_at",
    "refused_at",
)
_OWED_FIELDS = tuple(field.name for field in fields(Obligation))
OWED = tuple(schema.obligations.c[name] for name in _OWED_FIELDS)
"""The columns that ``to_obligation`` takes, in its order."""


def to_case(row: Row, mention_ids: tuple[str, ...], rows: tuple[Obligation, ...]) -> Case:
    """A row of ``cases`` with its members and obligations as a Case."""
    return Case(
        case_id=row["case_id"],
        categories=tuple(row["categories"]),
        level=Level(row["level"]),
        status=State(row["status"]),
        mention_ids=mention_ids,
        obligations=rows,
        linked=tuple(row["linked"]),
        chased=frozenset(row["chased"]),
        **{name: row[name] for name in CASE_FIELDS},
    )


def to_obligation(row: Sequence[Any]) -> Obligation:
    """A row of the columns ``OWED`` as an Obligation."""
    values = dict(zip(_OWED_FIELDS, row, strict=True))
    values["duty"] = Duty(values["duty"])
    values["status"] = State(values["status"])
    values["chased"] = frozenset(values["chased"])
    return Obligation(**values)


def obligation_row(item: Obligation, position: int) -> dict[str, Any]:
    """A row of ``obligations``."""
    return {name: getattr(item, name) for name in _OWED_FIELDS} | {
        "position": position,
        "duty": str(item.duty),
        "status": str(item.status),
        "chased": sorted(item.chased),
    }


def to_event(row: Row) -> CaseEvent:
    """A row of ``events`` as a CaseEvent."""
    actor = Actor(name=row["actor"], role=Role(row["role"]), department=row["actor_department"])
    plain = (
        "case_id",
        "no",
        "at",
        "action",
        "department",
        "from_state",
        "to_state",
        "note",
        "data",
        "prev_hash",
        "hash",
    )
    return CaseEvent(actor=actor, **{name: row[name] for name in plain})


def event_row(event: CaseEvent) -> dict[str, Any]:
    """A new row of ``events``."""
    command = event.data.get("command_id")
    return {
        "case_id": event.case_id,
        "no": event.no,
        "at": event.at,
        "actor": event.actor.name,
        "role": str(event.actor.role),
        "actor_department": event.actor.department,
        "action": event.action,
        "department": event.department,
        "note": event.note,
        "from_state": event.from_state,
        "to_state": event.to_state,
        "data": event.data,
        "command_id": command,
        "prev_hash": event.prev_hash,
        "hash": event.hash,
    }
