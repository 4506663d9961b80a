"""What waits for a person's judgement, and what people have judged: 待研判 and corrections."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.types import Actor, ComplaintTag, Context, Kind, Polarity, Role, Urgency

DECIDERS = frozenset({Role.REVIEWER, Role.PUBLICITY})
"""Who may say what is a complaint and what is none."""


class ReviewState(StrEnum):
    """How an item of the review list stands; only the first is open."""

    WAITING = "待研判"
    CONFIRMED = "已立案"
    DISMISSED = "非投诉"
    TAKEN = "转入案件"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One event on 宣传部's list: perhaps a complaint, not sure enough for a department.

    review_id: readable, YP-20261123-0012. ``next_at``: when somebody must next be reminded of it.
    TAKEN: it left the list by itself, into ``case_id``. version counts from 1 with every change.
    """

    review_id: str
    state: ReviewState
    mention_ids: tuple[str, ...]
    opened_at: datetime
    due_at: datetime
    next_at: datetime
    version: int = 1
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    case_id: str | None = None


class Origin(StrEnum):
    """What made somebody correct a verdict."""

    REVIEW = "review"
    FALSE_ALARM = "false-alarm"
    HAND = "correct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A person's word on one text: a complaint of these categories, or none.

    text: masked, as ``nlp.analyser.document`` gives it; with kind and context it can be read again
    when the mention is long gone. said, polarity, urgency, version: the verdict of that time.
    number: 0 until the ledger has given one.
    """

    number: int = 0
    mention_id: str
    at: datetime
    actor: Actor
    origin: Origin
    complaint: bool
    categories: tuple[str, ...]
    platform: str
    kind: Kind
    text: str
    context: Context
    said: tuple[ComplaintTag, ...]
    polarity: Polarity
    urgency: Urgency
    version: str
