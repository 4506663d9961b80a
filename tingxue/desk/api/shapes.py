"""What the API answers with. Codes stay codes, moments are UTC in ISO 8601, texts are masked.

No account and no author's pseudonym is among it.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.types import Level, Role, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Me:
    """Who is signed in. csrf: goes with every change in the header ``x-csrf-token``."""

    name: str
    role: Role
    department: str
    csrf: str
    judges: bool
    sees_reviews: bool
    sees_everything: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One line of a list of 现在."""

    case_id: str
    level: Level
    categories: tuple[str, ...]
    place: str | None
    department: str
    status: State
    due: datetime
    unverified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One list: overdue, unsigned, soon, judge. total: also those that are not listed."""

    key: str
    title: str
    total: int
    lines: list[Owed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A source that is silent or cannot be read."""

    title: str
    why: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """Who was not told."""

    case_id: str | None
    receiver: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """现在. reviews: how many wait for a judgement; None for whom that is not shown."""

    at: datetime
    waiting: int
    sections: list[Section]
    reviews: int | None
    mutes: list[Mute]
    unheard: list[Unheard]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A department's part in a case."""

    department: str
    status: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A case in a list."""

    case_id: str
    level: Level
    status: State
    categories: tuple[str, ...]
    place: str | None
    opened_at: datetime
    last_report_at: datetime
    unverified: bool
    reports: int
    parts: list[Part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """One page of the list. notice: what to know of it, in Chinese; "" for nothing."""

    total: int
    page: int
    per_page: int
    notice: str
    cases: list[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """An obligation with both clocks."""

    department: str
    duty: str
    status: State
    ack_due: datetime
    reply_due: datetime
    acknowledged_at: datetime | None
    replied_at: datetime | None
    accepted_at: datetime | None
    reworked_count: int
    assignee: str
    transferred_to: str | None
    reply_asked: bool
    extension_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step of the history. more: reports of the same kind just before it."""

    no: int
    at: datetime
    actor: str
    actor_department: str
    action: str
    department: str
    from_state: str
    to_state: str
    note: str
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a reply, under /cases/{case_id}/attachments/{attachment_id}."""

    attachment_id: str
    department: str
    event_no: int
    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MayDo:
    """An action that would be taken now; department "": on the case as a whole."""

    action: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A mention with what was read from it. text: masked."""

    mention_id: str
    platform: str
    kind: str
    title: str
    text: str
    url: str
    published_at: datetime | None
    first_seen_at: datetime
    verdict: "Reading | None"
    case_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A category of complaint. evidence: [start, end) in title, line feed and text."""

    category: str
    confidence: float
    evidence: list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A verdict."""

    relevant: bool
    reason: str
    places: tuple[str, ...]
    stance: str
    sentiment: float
    polarity: str
    urgency: str
    complaints: list[Tag]
    scored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """One case. mention_ids: all; ``reports``: the first of them."""

    case_id: str
    version: int
    level: Level
    status: State
    categories: tuple[str, ...]
    place: str | None
    opened_at: datetime
    last_report_at: datetime
    unverified_since: datetime | None
    registered_at: datetime | None
    acceptance_due: datetime | None
    settlement_due: datetime | None
    linked: list[str]
    mention_ids: tuple[str, ...]
    reports: list[Report]
    obligations: list[Owing]
    offers: list[MayDo]
    history: list[Event]
    attachments: list[File]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An item of 待研判."""

    review_id: str
    opened_at: datetime
    due_at: datetime
    reports: int
    categories: tuple[str, ...]
    places: tuple[str, ...]
    likelihood: float
    urgent: bool
    texts: list[Report]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """The oldest items, and how many there are."""

    total: int
    items: list[Waiting]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """How an item of 待研判 stands now."""

    review_id: str
    state: str
    case_id: str | None
