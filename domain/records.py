"""What the search server shows beside the mentions: records of the ledger, and the documents that
each of them becomes, by kind and id."""

from datetime import datetime

from domain.reviews import Review
from domain.types import Case, CaseEvent, Delivery, Sighting, SourceRun

Record = Case | CaseEvent | Delivery | Review | Sighting | SourceRun
KINDS = ("cases", "obligations", "steps", "deliveries", "runs", "sightings", "reviews")


def documents(record: Record) -> list[tuple[str, str]]:
    """(kind, id) of each; a case's own before those of its obligations, in their order."""
    match record:
        case Case():
            owed = (obligation_id(record.case_id, o.department) for o in record.obligations)
            return [("cases", record.case_id), *(("obligations", one) for one in owed)]
        case CaseEvent():
            return [("steps", step_id(record.case_id, record.no))]
        case Delivery():
            return [("deliveries", record.delivery_id)]
        case Review():
            return [("reviews", record.review_id)]
        case Sighting():
            return [("sightings", sighting_id(record.mention_id, record.seen_at))]
        case SourceRun():
            return [("runs", record.run_id)]


def obligation_id(case_id: str, department: str) -> str:
    """``LHS-20261123-0012|住建局``."""
    return f"{case_id}|{department}"


def step_id(case_id: str, no: int) -> str:
    """``LHS-20261123-0012|3``."""
    return f"{case_id}|{no}"


def sighting_id(mention_id: str, seen_at: datetime) -> str:
    """The mention's id and the moment (aware UTC) to the microsecond."""
    return f"{mention_id}|{seen_at.isoformat()}"
