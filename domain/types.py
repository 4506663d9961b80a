"""The words of the project: what a mention, a verdict, a case and an alert are.

Frozen, keyword-only, without behaviour. All times are aware UTC datetimes; all texts here are
masked (``domain.privacy``) unless a field says otherwise.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a mention is."""

    POST = "post"
    COMMENT = "comment"
    REVIEW = "review"
    ARTICLE = "article"
    CALL = "call"


class Polarity(StrEnum):
    """The author's attitude as a whole (``sentiment`` in LABELS.md)."""

    NEGATIVE = "negative"
    NEUTRAL = "neutral"
    POSITIVE = "positive"


class Stance(StrEnum):
    """How the author stands to what is said (``frame`` in the seed texts)."""

    EXPERIENCE = "experience"
    QUESTION = "question"
    HEARSAY = "hearsay"
    REFUTED = "refuted"
    OFFICIAL = "official"
    ADVERT = "advert"
    ADVICE = "advice"
    RESOLVED = "resolved"
    JOKE = "joke"
    PRAISE = "praise"
    NEUTRAL = "neutral"
    OTHER = "other"


class Urgency(StrEnum):
    """By consequence, read from one text. Not the level of a case."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"
    NONE = "none"


class Level(StrEnum):
    """How a case is handled. Rises by itself, falls only by a person with a reason."""

    RED = "红"
    ORANGE = "橙"
    YELLOW = "黄"
    BLUE = "蓝"

    @property
    def rank(self) -> int:
        """0 for 蓝 … 3 for 红."""
        return ("蓝", "黄", "橙", "红").index(self.value)


class Mode(StrEnum):
    """How a platform's words may reach us. ``open``: public pages, read by the program. ``import``:
    files that somebody saved. ``own``: the back-end of the office's own account. ``assisted``: a
    person searches in a visible window, the program listens. ``automatic``: the program opens the
    search page itself; off without a recorded go-ahead."""

    OPEN = "open"
    IMPORT = "import"
    OWN = "own"
    ASSISTED = "assisted"
    AUTOMATIC = "automatic"


class Outcome(StrEnum):
    """How one run of a source ended. ``empty_confirmed`` needs an explicit marker on the page;
    an empty list alone is ``empty_ambiguous``, and blocked is never empty."""

    OK = "ok"
    EMPTY_CONFIRMED = "empty_confirmed"
    EMPTY_AMBIGUOUS = "empty_ambiguous"
    LOGIN_REQUIRED = "login_required"
    VERIFY_REQUIRED = "verify_required"
    RATE_LIMITED = "rate_limited"
    IP_OR_ACCOUNT_BLOCKED = "ip_or_account_blocked"
    ITEM_GONE = "item_gone"
    SCHEMA_CHANGED = "schema_changed"
    NO_RESPONSE_SEEN = "no_response_seen"


class State(StrEnum):
    """Of an obligation, and, read from its leads, of a case."""

    TO_SIGN = "待签收"
    SIGNED = "已签收"
    IN_HAND = "办理中"
    IN_REVIEW = "待审核"
    CLOSED = "已办结"
    NOT_OURS = "不属本部门"
    FALSE_ALARM = "误报"
    MERGED = "合并"


class Duty(StrEnum):
    """What a department owes a case."""

    LEAD = "lead"
    SUPPORT = "support"


class Role(StrEnum):
    """What a person may do; ``system`` is the program itself."""

    SYSTEM = "system"
    VIEWER = "viewer"
    HANDLER = "handler"
    REVIEWER = "reviewer"
    PUBLICITY = "宣传部"
    INSPECTION = "督查室"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Reactions as a page showed them; None means "not shown". ``lower_bounds`` names the fields
    whose page said only "at least" ("10+", "1.2万")."""

    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None
    lower_bounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a text was found; decides relevance when the text names no place.

    own_channel: under a post, page or line of the resort's own. source_kind: "comment", "search",
    "hotline", "news", "review", "import" or "entry".
    """

    own_channel: bool = False
    parent_text: str = ""
    query: str = ""
    source_kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What a source hands over, for one moment: **title, text and context are the originals**.

    ``author_ref`` is already a pseudonym: parsers get a ``Pseudonym`` and never pass an account on.
    ``parent_id`` is a mention id. ``due_at`` is a limit the source itself sets (a worksheet's
    区交办办结期限). ``native_id`` None lets ``domain.identity.native_id`` decide.
    """

    platform: str
    kind: Kind
    text: str
    title: str = ""
    native_id: str | None = None
    url: str = ""
    parent_id: str | None = None
    author_ref: str | None = None
    published_at: datetime | None = None
    due_at: datetime | None = None
    ip_region: str = ""
    context: Context = Context()
    counts: Counts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A row that could not be taken, kept for replay: masked, without personal columns.

    ``file`` is a bare file name, ``row`` counts from 1 as the user's program shows it (a table's
    header is row 1). ``fields`` are the recognised columns only.
    """

    file: str
    row: int
    format: str
    reason: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One public utterance about the resort. Title, text and context are masked at equal length."""

    mention_id: str
    platform: str
    native_id: str
    kind: Kind
    title: str
    text: str
    url: str
    parent_id: str | None
    author_ref: str | None
    published_at: datetime | None
    first_seen_at: datetime
    due_at: datetime | None
    ip_region: str
    queries: tuple[str, ...]
    source: str
    context: Context
    drill: bool
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Counts of one mention at one moment; appended only when something changed."""

    mention_id: str
    seen_at: datetime
    counts: Counts
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Characters [start, end) of the mention's text, the text there, and which rule saw it."""

    start: int
    end: int
    text: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintTag:
    """One of the 20 categories, with confidence 0…1 and the words that carry it."""

    category: str
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one text says, by one version of the analyser.

    sentiment -1…1. ``reason`` says why relevant or not: "place:<name>", "own_channel",
    "parent:<name>", "hotline", "lookalike:<name>", "elsewhere:<name>" or "undetermined".
    """

    mention_id: str
    relevant: bool
    reason: str
    places: tuple[str, ...]
    stance: Stance
    sentiment: float
    polarity: Polarity
    complaints: tuple[ComplaintTag, ...]
    urgency: Urgency
    version: str
    scored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts. ``department`` is the person's own; empty for the system."""

    name: str
    role: Role
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """What one department owes one case, with its own two clocks (sign for it, reply).

    own_limit: reply_due came with the worksheet and no level moves it. chased: the steps already
    taken, "ack:0.5" … "ack:over", "ack:deputy", "ack:head" (nobody signed), "ack:1", "reply:1"
    (督查室), "reply:1+2" (second repeat). transferred_to: set once 宣传部 has
    decided. clock_from: when the limits that run now were set; reminders are shares of that span.
    """

    case_id: str
    department: str
    duty: Duty
    status: State
    opened_at: datetime
    clock_from: datetime
    ack_due: datetime
    reply_due: datetime
    acknowledged_at: datetime | None = None
    replied_at: datetime | None = None
    accepted_at: datetime | None = None
    reworked_count: int = 0
    assignee: str = ""
    declined: bool = False
    transferred_to: str | None = None
    reply_asked: bool = False
    extension_asked: bool = False
    own_limit: bool = False
    chased: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEvent:
    """One entry in a case's history; hash-chained, never changed, never a visitor's words.

    ``no`` counts from 1 within the case and is the case's version after it. ``department`` names
    the obligation concerned ("" for the case itself). ``data`` holds what the fold needs (JSON
    values only). ``hash`` = sha256(prev_hash | canonical JSON of the rest).
    """

    case_id: str
    no: int
    at: datetime
    actor: Actor
    action: str
    department: str = ""
    from_state: str = ""
    to_state: str = ""
    note: str = ""
    data: dict[str, object] = field(default_factory=dict)
    prev_hash: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One event that departments must deal with: the fold of its CaseEvents. ``unverified_since``:
    its red or orange was read by the program, and nobody has confirmed it (待核实).
    ``admitted_at``, ``refused_at``: when the registered complaint was decided on (受理, 不予受理).
    ``chased``: the steps of the statutory clock that were taken."""

    case_id: str
    categories: tuple[str, ...]
    place: str | None
    level: Level
    status: State
    mention_ids: tuple[str, ...]
    opened_at: datetime
    last_report_at: datetime
    version: int
    obligations: tuple[Obligation, ...]
    linked: tuple[str, ...] = ()
    recurs: str | None = None
    merged_into: str | None = None
    registered_at: datetime | None = None
    acceptance_due: datetime | None = None
    settlement_due: datetime | None = None
    unverified_since: datetime | None = None
    admitted_at: datetime | None = None
    refused_at: datetime | None = None
    chased: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHit:
    """A report filed under a joining key (see ``casework.join_keys``), and its case."""

    key: str
    case_id: str
    mention_id: str
    at: datetime


TEST = "channel-test"
"""The purpose of a message that only tries a channel: nobody stands in for its receiver, and when
it reaches nobody, nobody must ring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message to be delivered; ``alert_id`` is the idempotency key of its occasion.

    purpose: "new", "raised", "lead", "remind", "deputy", "head", "escalate", "report", "roster",
    "duty" (值守正常), "daily" (to the work group), "paper" (日报, 周报), ``TEST``, or the action
    that somebody must hear of ("transfer", "rework", "decline" …).
    title and body are masked Chinese text, ready to send. files: (name, sha256) of finished papers
    in the folder of the papers, for channels that take files along.
    """

    alert_id: str
    case_id: str | None
    purpose: str
    level: Level | None
    title: str
    body: str
    created_at: datetime
    drill: bool
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Digested:
    """One alert within a digest; ``reports``: how many reports its case has by now."""

    alert: Alert
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert to one receiver over one channel.

    state: pending sending sent retry dead. ``fallback`` are the receiver's further channels, tried
    in turn when this one is dead. ``attempts`` counts the sends begun. ``next_at``: when somebody
    may claim it; of one that is being sent, the end of its lease. ``stands_for``: the receiver
    whose channels were all dead, so that this one gets the message in its stead; "" for none.
    ``digest``: everything that is sent as this one message, the alert itself first; () when it
    goes alone.
    """

    delivery_id: str
    alert: Alert
    receiver: str
    channel: str
    fallback: tuple[str, ...]
    state: str
    attempts: int
    unconfirmed: int
    next_at: datetime
    provider_id: str = ""
    error: str = ""
    accepted_at: datetime | None = None
    stands_for: str = ""
    digest: tuple[Digested, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What a channel says of one send.

    outcome: "ok" accepted by the channel; "retry" surely not accepted, try later; "unknown"
    perhaps accepted; "dead" will never be accepted. retry_after in seconds. No secret in error;
    with "ok" it says what still needs a look (some receivers are unknown there). posts: how many
    messages the provider was sent, which is what its limits count.
    """

    outcome: str
    provider_id: str = ""
    error: str = ""
    retry_after: float | None = None
    posts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRun:
    """One run of one source; outcome None while it runs."""

    run_id: str
    source: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    seen: int = 0
    new: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What a source says of the run it just made; ``detail`` is masked Chinese text."""

    outcome: Outcome
    seen: int
    new: int
    detail: str = ""
