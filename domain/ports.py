"""The doors between the rooms: what a source, an analyser, a ledger, an index, a channel must do.

Each Protocol's docstring is its contract; each has one test class in tests/contracts/ that every
implementation passes. The hall (tingxue/) is the only place that joins two rooms.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Protocol

from domain.joining import Group
from domain.records import Record
from domain.reviews import Correction, Review, ReviewState
from domain.search import Facets, Rebuilt, Refused, SearchDoc, SearchHit, SearchPage, SearchQuery
from domain.types import (
    Actor,
    Alert,
    Case,
    CaseEvent,
    Delivery,
    Incoming,
    KeyHit,
    Level,
    Mention,
    Obligation,
    Outcome,
    Reject,
    RunReport,
    SendResult,
    Sighting,
    SourceRun,
    State,
    Verdict,
)


class Intake(Protocol):
    """Takes what a source found. Idempotent; safe to call again with the same items."""

    def __call__(self, items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
        """Store the items, and with them how far the source has come, in one transaction; the
        number of mentions not seen before. ``marks``: as ``Marks`` keeps them."""
        ...


class Source(Protocol):
    """A live source. ``collect`` hands everything to ``intake`` in small batches as it goes, so a
    crash repeats at most one batch. It never guesses: an unknown shape ends the run with
    SCHEMA_CHANGED. It does not raise for anything the site does; it reports an Outcome."""

    def collect(self, intake: Intake) -> RunReport: ...


class Analyser(Protocol):
    """Reads texts. Pure: the same mention gives the same verdict under one ``version``.
    Takes any text, also empty or 1 MB, and answers in bounded time."""

    @property
    def version(self) -> str: ...

    def analyse(self, mention: Mention, scored_at: datetime) -> Verdict: ...

    def analyse_many(self, mentions: Sequence[Mention], scored_at: datetime) -> list[Verdict]: ...


class Channel(Protocol):
    """Sends one message. Never raises for what the network or the provider does; classes it (see
    SendResult). "ok" only when the provider's own answer says accepted: an HTTP 200 with an error
    code inside is not ok. Never puts a secret into a result or a log line."""

    def send(self, delivery: Delivery) -> SendResult: ...


class WorkCalendar(Protocol):
    """Working time in Changchun."""

    def is_workday(self, day: date) -> bool: ...

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """The moment when so many working minutes have passed since ``start`` (UTC in and out)."""
        ...

    def share(self, start: datetime, end: datetime, share: float) -> datetime:
        """The moment when that share (0…1) of the working time between two moments has passed; of
        the real time when there is no working time between them or less than one hour in all."""
        ...

    def add_workdays(self, start: datetime, days: int) -> datetime:
        """End of office hours (UTC) of the ``days``-th working day after the day of ``start``."""
        ...


class Outbox(Protocol):
    """Alerts waiting to be delivered; at least once, never lost.

    claim: takes up to ``limit`` deliveries that are due (pending or retry with next_at <= now, or
    sending with an expired lease), marks them "sending" with a lease until now+lease_seconds and
    counts the attempt, all in one transaction; two claimers never get the same one. A delivery
    whose lease expired was perhaps accepted: its ``unconfirmed`` is counted up.
    Red first, then orange, then by due time. What is claimed keeps the paces the outbox was made
    with, over all processes; what may wait is claimed as one with all that waits for the same
    receiver and channel, and finished as one (``Delivery.digest``).
    finish: writes the result of that attempt; a dead one queues the receiver's next channel in the
    same transaction, and after the last channel a stand-in, if the outbox knows one.
    Ignored when another claimer has taken the delivery over meanwhile. With
    ``lease_seconds`` it claims the next one in that transaction: half as many waits for the disk.
    ``cool_until``: nothing else is claimed for this channel before.
    """

    def claim(self, now: datetime, lease_seconds: int, limit: int) -> list[Delivery]: ...

    def finish(
        self,
        delivery: Delivery,
        result: SendResult,
        now: datetime,
        next_at: datetime | None,
        *,
        lease_seconds: int = 0,
        cool_until: datetime | None = None,
    ) -> Delivery | None:
        """``next_at``: when to try again; None means no further try (sent, or dead). The next
        delivery, if one was asked for and is due."""
        ...


StandIns = Callable[[Alert, str], Sequence[Delivery]]
"""Who gets an alert that could not be delivered to this receiver: new deliveries of it, or ()."""


class SearchIndex(Protocol):
    """The searchable projection; may be lost and rebuilt at any time. Every handle on one index, in
    any process, sees what the others wrote. Takes any text, also empty, 100,000 characters or a
    lone surrogate. Raises SearchUnavailable when it cannot answer; what it was to write may then be
    written in part, and is to be given again."""

    def present(self) -> bool:
        """Whether there is an index to bring up to date; else only a rebuild makes it whole."""
        ...

    def upsert(self, docs: Sequence[SearchDoc]) -> Sequence[Refused]:
        """Add or replace by mention_id (whose first_seen_at never changes): twice is once, and
        nothing of the old document stays. Those that the index refuses; the others are in it."""
        ...

    def remove(self, mention_ids: Sequence[str]) -> None:
        """Forget these; unknown ids are fine."""
        ...

    def search(self, query: SearchQuery) -> SearchPage:
        """The documents that hold every word and pass every filter, as they were given.

        A word is found as a run of characters anywhere in the title or in the text, not across the
        two; Latin letters and digits as a whole run, in any case and width. Signs are passed over,
        and a word of signs alone asks for nothing; no word is ever taken for a command. A filter
        lets any of its values pass; first_seen_at lies from ``since`` to before ``until``.

        Without words the newest come first; with words the better hit, and of equal ones the newer.
        ``total`` counts the hits on all pages. A snippet has at most 60 characters, around the
        first hit, every hit in it as 【…】; without words it is the beginning.
        """
        ...

    def each(self, query: SearchQuery) -> Generator[SearchHit, None, None]:
        """Every hit as of one moment, in the order of ``search``, however many; limit and offset
        count for nothing. Whatever is held open for it is let go when the iterator is closed."""
        ...

    def facets(self, query: SearchQuery) -> Facets:
        """How many of the hits have which value; see ``domain.search.FACETS``."""
        ...

    def rebuild(self, docs: Iterator[SearchDoc]) -> Rebuilt:
        """Replace everything by ``docs``. Searches answer from the old content until it is done,
        and go on doing so when ``docs`` raises (as this does then). What others write meanwhile is
        not lost: they wait, or are told SearchUnavailable."""
        ...


class RecordIndex(Protocol):
    """Where the office looks at the records of ``domain.records`` beside the mentions; may be lost
    and rebuilt at any time. Raises SearchUnavailable as SearchIndex does."""

    def present(self) -> bool:
        """Whether it is all there; else everything is to be given again, after ``make``."""
        ...

    def make(self) -> None:
        """Have it there, if empty."""
        ...

    def put(self, records: Sequence[Record]) -> Sequence[Refused]:
        """Add or replace; the refused documents, a case's obligations by themselves."""
        ...

    def drop(self, gone: Sequence[tuple[str, str]]) -> None:
        """Forget these documents, each by its kind and id."""
        ...

    def rebuild(self, every: Mapping[str, Iterator[Record]]) -> Rebuilt:
        """Replace everything; what is shown before is shown until then. ``every``: all records by
        the kind of their first document, of each kind but obligations."""
        ...


class Mentions(Protocol):
    """Mentions, their originals, sightings and verdicts, inside one transaction.

    store: new mentions with their originals; a known id with changed text becomes a new revision
    and is analysed again, id and first_seen_at stay; new counts become a sighting. Returns the
    ids not seen before.
    unchanged: of mentions read earlier, the ids of those that still stand so; a verdict on another
    one would be a verdict on words that are no longer there.
    to_triage: in the order of first seen; after: only those behind this one in that order.
    revised_at: when the present words came, or None while they are the first.
    unread: those of the ids whose present words have no verdict yet.
    """

    def store(self, items: Sequence[tuple[Mention, Incoming]]) -> list[str]: ...

    def get(self, mention_id: str) -> Mention | None: ...

    def many(self, mention_ids: Sequence[str]) -> list[Mention]: ...

    def to_analyse(self, limit: int) -> list[Mention]: ...

    def unchanged(self, read: Sequence[Mention]) -> set[str]: ...

    def put_verdicts(self, verdicts: Sequence[Verdict]) -> None: ...

    def verdicts(self, mention_ids: Sequence[str]) -> dict[str, Verdict]: ...

    def to_triage(self, limit: int, after: Mention | None = None) -> list[Mention]: ...

    def revised_at(self, mention_id: str) -> datetime | None: ...

    def unread(self, mention_ids: Sequence[str]) -> set[str]: ...

    def triaged(self, mention_ids: Sequence[str]) -> None: ...

    def latest_counts(self, mention_ids: Sequence[str]) -> dict[str, Sighting]: ...

    def sightings(self, mention_id: str) -> list[Sighting]: ...


class Filed(Protocol):
    """What is filed under joining keys: ``Cases``, and ``Reviews`` as far as they wait, the hit's
    case_id being the item's id."""

    def last_by_keys(self, keys: Mapping[str, datetime], most: int) -> list[KeyHit]:
        """Reports filed under these keys since the given moments, each once, newest first (of equal
        moments the later case's); of each key only the newest ``most``, for a common phrase may be
        shared by thousands."""
        ...

    def newest_by_keys(self, keys: Mapping[str, datetime]) -> list[KeyHit]:
        """The same, but for each case only that there is one, and when its newest came."""
        ...


class Cases(Protocol):
    """Cases as their events, and the fold kept beside them, inside one transaction.

    append: raises Conflict unless ``events[0].no`` follows the case's present version.
    by_mention: the case of each of these mentions that is in one. states: how each case stands.
    last_by_keys, newest_by_keys: see Filed.
    """

    def next_id(self, now: datetime, prefix: str) -> str: ...

    def get(self, case_id: str) -> Case: ...

    def events(self, case_id: str) -> list[CaseEvent]: ...

    def append(self, case: Case, events: Sequence[CaseEvent]) -> None: ...

    def by_mention(self, mention_ids: Sequence[str]) -> dict[str, str]: ...

    def last_by_keys(self, keys: Mapping[str, datetime], most: int) -> list[KeyHit]: ...

    def newest_by_keys(self, keys: Mapping[str, datetime]) -> list[KeyHit]: ...

    def states(self, case_ids: Sequence[str]) -> dict[str, State]: ...

    def add_keys(
        self, case_id: str, mention_id: str, keys: Sequence[str], at: datetime
    ) -> None: ...

    def open_obligations(self) -> list[Obligation]:
        """All that somebody still owes an open case, oldest case first."""
        ...

    def open_levels(self) -> dict[str, Level]:
        """The level of every open case."""
        ...


class Reviews(Protocol):
    """The review list (待研判), inside one transaction. One item is one event.

    put: a new item (version 1) with its reports, or one as it is after a change of what was read
    (version + 1); raises Conflict when the ledger has another version meanwhile: of two who decide,
    one does. join: one more report of an item that waits, which is not read for it; else Conflict.
    due: those that wait and whose next_at has come. by_mention, last_by_keys and newest_by_keys
    (see Filed): of items that wait; the others are found by ``get`` alone, which raises
    NoSuchReview.
    """

    def next_id(self, now: datetime) -> str: ...

    def get(self, review_id: str) -> Review: ...

    def waiting(self) -> list[Review]: ...

    def counts(self) -> dict[ReviewState, int]: ...

    def any_waiting(self) -> bool: ...

    def due(self, now: datetime) -> list[Review]: ...

    def join(self, review_id: str, mention_id: str) -> None: ...

    def put(self, review: Review) -> None: ...

    def add_keys(
        self, review_id: str, mention_id: str, keys: Sequence[str], at: datetime
    ) -> None: ...

    def by_mention(self, mention_ids: Sequence[str]) -> dict[str, str]: ...

    def last_by_keys(self, keys: Mapping[str, datetime], most: int) -> list[KeyHit]: ...

    def newest_by_keys(self, keys: Mapping[str, datetime]) -> list[KeyHit]: ...


class Corrections(Protocol):
    """What people said of single texts, inside one transaction. Only added to; the newest word on
    a mention counts. add returns its number. near: for each text, given as its fingerprints, those
    that share one of them, the likest first."""

    def add(self, correction: Correction, keys: Sequence[str]) -> int: ...

    def any(self) -> bool: ...

    def near(self, keys: Sequence[Sequence[str]], most: int) -> list[list[Correction]]: ...

    def of(self, mention_ids: Sequence[str]) -> dict[str, Correction]: ...

    def all(self, since: datetime | None = None) -> list[Correction]: ...


class Runs(Protocol):
    """What the sources did."""

    def begin(self, run: SourceRun) -> None: ...

    def end(self, run_id: str, finished_at: datetime, report: RunReport) -> None: ...

    def latest(self) -> dict[str, SourceRun]: ...

    def within(self, since: datetime, until: datetime) -> list[SourceRun]: ...


class Marks(Protocol):
    """How far each source has come (a cursor, a newest id), by a key of the source's own such as
    "search:天定山"; no account and no token. put: replaces what stands under the same keys."""

    def of(self, source: str) -> dict[str, str]: ...

    def put(self, source: str, marks: Mapping[str, str], at: datetime) -> None: ...


class Rejects(Protocol):
    """Rows that could not be taken."""

    def add(self, rejects: Sequence[Reject], at: datetime) -> int: ...

    def pending(self) -> list[tuple[int, Reject]]: ...

    def resolved(self, reject_id: int, at: datetime) -> None: ...


class Audit(Protocol):
    """Who opened an original, what was purged: append-only and hash-chained."""

    def write(self, at: datetime, actor: Actor, action: str, subject: str, reason: str) -> None: ...


class Reach(Protocol):
    """How far an event has spread, inside one transaction: counted, not read."""

    def count(
        self, group: Group, day_ago: datetime, authors_since: Sequence[datetime]
    ) -> tuple[int, int, int, list[int]]:
        """Reports since ``day_ago``; views and interactions of all, by their newest sightings; and
        how many authors reported since each of those moments (unknown ones count as one)."""
        ...

    def nearby(self, group: Group, keys: Sequence[str], since: datetime) -> int:
        """Reports filed under any of these keys since then, and the group's own."""
        ...


class Books(Protocol):
    """The ledger within one transaction: all of it is written, or none."""

    @property
    def mentions(self) -> Mentions: ...
    @property
    def cases(self) -> Cases: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def runs(self) -> Runs: ...
    @property
    def marks(self) -> Marks: ...
    @property
    def rejects(self) -> Rejects: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def reach(self) -> Reach: ...

    def queue(self, alert: Alert, deliveries: Sequence[Delivery]) -> bool:
        """Outbox rows; False and no change when this alert_id was queued before."""
        ...


class Batch(Protocol):
    """Mentions that this worker has in hand. ``write()``: the transaction in which what came of
    them is written; what ``Mentions.unchanged`` leaves out there has changed meanwhile."""

    @property
    def mentions(self) -> Sequence[Mention]: ...

    def write(self) -> AbstractContextManager[Books]: ...


class Ledger(Protocol):
    """The system of record. ``write()`` is one serialisable transaction (committed on leaving
    without an error), ``read()`` one consistent view.

    Where ``shared``, several hosts may work on it: ``to_analyse`` then gives each worker mentions
    that no other has, until it leaves the block or dies; and of those who ask to be ``alone`` with
    a work, one is told True, until it leaves or dies. Elsewhere it is always True, and two
    processes may do a work twice, which changes nothing.
    """

    @property
    def drill(self) -> bool: ...

    @property
    def outbox(self) -> Outbox: ...

    def write(self) -> AbstractContextManager[Books]: ...

    def read(self) -> AbstractContextManager[Books]: ...

    @property
    def shared(self) -> bool: ...

    def to_analyse(self, limit: int) -> AbstractContextManager[Batch]: ...

    def alone(self, work: str) -> AbstractContextManager[bool]: ...


__all__ = [
    "Analyser", "Audit", "Batch", "Books", "Cases", "Channel", "Corrections", "Intake", "Ledger",
    "Marks", "Mentions", "Outbox", "Outcome", "Reach", "RecordIndex", "Rejects",
    "Reviews", "Runs", "SearchIndex", "Source", "StandIns", "WorkCalendar",
]  # fmt: skip
