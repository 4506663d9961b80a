"""The tables of the ledger, as SQLAlchemy Core.

Moments are stored as UTC. ``originals`` is the only table that holds an unmasked word. Every table
must also work on PostgreSQL; what only one needs stands in ``sqlite.py`` and ``postgres.py``.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    or_,
    text,
    types,
)

metadata = MetaData()
COUNT = Integer().with_variant(BigInteger(), "postgresql")  # SQLite's has 64 bits as it is


class UtcMoment(types.TypeDecorator[datetime]):
    """An aware UTC datetime; refuses naive ones. SQLite keeps it as text that sorts by time."""

    impl = types.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime for the ledger: {value!r}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


meta = Table(
    "meta",
    metadata,
    Column("key", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

mentions = Table(
    "mentions",
    metadata,
    Column("mention_id", String(24), primary_key=True),
    Column("platform", String(30), nullable=False),
    Column("native_id", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("parent_id", String(24)),
    Column("author_ref", String(80)),
    Column("published_at", UtcMoment),
    Column("first_seen_at", UtcMoment, nullable=False),
    Column("first_scored_at", UtcMoment),  # a later verdict takes the place of the first one
    Column("due_at", UtcMoment),
    Column("counted_at", UtcMoment),  # when its counts were last shown, changed or not
    Column("ip_region", Text, nullable=False),
    Column("queries", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("own_channel", Boolean, nullable=False),
    Column("parent_text", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("source_kind", String(20), nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("stage", String(10), nullable=False),  # analyse -> triage -> done
    Column("change_no", Integer, nullable=False),  # counts up with every change to be indexed
    Column("indexed_no", Integer, nullable=False),
    Column("held", Boolean, nullable=False),  # legal hold: purge leaves it
    Index("mentions_by_stage", "stage", "first_seen_at", "mention_id"),
    Index("mentions_by_seen", "first_seen_at"),
    Index("mentions_by_parent", "parent_id"),
    Index("mentions_by_platform", "platform", "first_seen_at"),
)
Index(
    "mentions_to_index",
    mentions.c.mention_id,
    sqlite_where=mentions.c.change_no > mentions.c.indexed_no,
    postgresql_where=mentions.c.change_no > mentions.c.indexed_no,
)

originals = Table(
    "originals",
    metadata,
    Column("mention_id", String(24), ForeignKey("mentions.mention_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("parent_text", Text, nullable=False),
    Column("seen_at", UtcMoment, nullable=False, index=True),
)

sightings = Table(
    "sightings",
    metadata,
    Column("mention_id", String(24), ForeignKey("mentions.mention_id"), primary_key=True),
    Column("seen_at", UtcMoment, primary_key=True),
    Column("likes", COUNT),
    Column("comments", COUNT),
    Column("shares", COUNT),
    Column("views", COUNT),
    Column("lower_bounds", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("shown", Boolean, nullable=False, server_default=false()),
)
Index(
    "sightings_to_index",
    sightings.c.mention_id,
    sqlite_where=sightings.c.shown.is_(False),
    postgresql_where=sightings.c.shown.is_(False),
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("mention_id", String(24), ForeignKey("mentions.mention_id"), primary_key=True),
    Column("relevant", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("places", JSON, nullable=False),
    Column("stance", String(12), nullable=False),
    Column("sentiment", Float, nullable=False),
    Column("polarity", String(10), nullable=False),
    Column("complaints", JSON, nullable=False),
    Column("urgency", String(10), nullable=False),
    Column("version", String(60), nullable=False),
    Column("scored_at", UtcMoment, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", String(40), primary_key=True),
    Column("categories", JSON, nullable=False),
    Column("place", Text),
    Column("level", String(4), nullable=False),
    Column("status", String(10), nullable=False, index=True),
    Column("opened_at", UtcMoment, nullable=False, index=True),
    Column("last_report_at", UtcMoment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("linked", JSON, nullable=False),
    Column("recurs", String(40)),
    Column("merged_into", String(40)),
    Column("registered_at", UtcMoment),
    Column("acceptance_due", UtcMoment),
    Column("settlement_due", UtcMoment),
    Column("held", Boolean, nullable=False),
    Column("unverified_since", UtcMoment),
    Column("admitted_at", UtcMoment),
    Column("refused_at", UtcMoment),
    Column("chased", JSON, nullable=False, server_default=text("'[]'")),
    Column("indexed_version", Integer, nullable=False, server_default="0"),
)
Index(
    "cases_to_index",
    cases.c.case_id,
    sqlite_where=cases.c.version > cases.c.indexed_version,
    postgresql_where=cases.c.version > cases.c.indexed_version,
)

case_mentions = Table(
    "case_mentions",
    metadata,
    Column("mention_id", String(24), ForeignKey("mentions.mention_id"), primary_key=True),
    Column("case_id", String(40), ForeignKey("cases.case_id"), nullable=False),
    Column("position", Integer, nullable=False),
    Index("case_mentions_by_case", "case_id", "position"),
)

case_keys = Table(
    "case_keys",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("mention_id", String(24), primary_key=True),
    Column("case_id", String(40), ForeignKey("cases.case_id"), nullable=False, index=True),
    Column("at", UtcMoment, nullable=False),
    Index("case_keys_by_time", "key", "at"),
)

obligations = Table(
    "obligations",
    metadata,
    Column("case_id", String(40), ForeignKey("cases.case_id"), primary_key=True),
    Column("department", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("duty", String(10), nullable=False),
    Column("status", String(10), nullable=False, index=True),
    Column("opened_at", UtcMoment, nullable=False),
    Column("clock_from", UtcMoment, nullable=False),
    Column("ack_due", UtcMoment, nullable=False),
    Column("reply_due", UtcMoment, nullable=False),
    Column("acknowledged_at", UtcMoment),
    Column("replied_at", UtcMoment),
    Column("accepted_at", UtcMoment),
    Column("reworked_count", Integer, nullable=False),
    Column("assignee", Text, nullable=False),
    Column("declined", Boolean, nullable=False),
    Column("transferred_to", String(40)),
    Column("reply_asked", Boolean, nullable=False),
    Column("extension_asked", Boolean, nullable=False),
    Column("own_limit", Boolean, nullable=False),
    Column("chased", JSON, nullable=False),
    Index("obligations_by_department", "department", "case_id"),
)

events = Table(
    "events",
    metadata,
    Column("case_id", String(40), ForeignKey("cases.case_id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("at", UtcMoment, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("actor_department", String(40), nullable=False),
    Column("action", String(20), nullable=False),
    Column("department", String(40), nullable=False),
    Column("from_state", String(10), nullable=False),
    Column("to_state", String(10), nullable=False),
    Column("note", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Column("command_id", String(80)),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("case_id", "command_id", name="one_event_per_command"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", String(40), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("opened_at", UtcMoment, nullable=False, index=True),
    Column("due_at", UtcMoment, nullable=False),
    Column("next_at", UtcMoment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("decided_at", UtcMoment),
    Column("decided_by", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("case_id", String(40)),
    Column("indexed_version", Integer, nullable=False, server_default="0"),
    Index("reviews_due", "state", "next_at"),
)
Index(
    "reviews_to_index",
    reviews.c.review_id,
    sqlite_where=reviews.c.version > reviews.c.indexed_version,
    postgresql_where=reviews.c.version > reviews.c.indexed_version,
)

review_mentions = Table(
    "review_mentions",
    metadata,
    Column("review_id", String(40), ForeignKey("reviews.review_id"), primary_key=True),
    Column("mention_id", String(24), ForeignKey("mentions.mention_id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("review_mentions_by_mention", "mention_id"),
)

review_keys = Table(  # of items that wait; the others' are dropped
    "review_keys",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("mention_id", String(24), primary_key=True),
    Column("review_id", String(40), ForeignKey("reviews.review_id"), nullable=False, index=True),
    Column("at", UtcMoment, nullable=False),
    Index("review_keys_by_time", "key", "at"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("correction_id", Integer, primary_key=True, autoincrement=False),
    Column("mention_id", String(24), nullable=False, index=True),  # which may be purged earlier
    Column("at", UtcMoment, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("department", String(40), nullable=False),
    Column("origin", String(20), nullable=False),
    Column("complaint", Boolean, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("platform", String(30), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("context", JSON, nullable=False),
    Column("said", JSON, nullable=False),  # the verdict then: complaints, polarity, urgency
    Column("version", String(80), nullable=False),
)

correction_keys = Table(
    "correction_keys",
    metadata,
    Column("key", String(120), primary_key=True),
    Column("correction_id", Integer, ForeignKey("corrections.correction_id"), primary_key=True),
)

alerts = Table(
    "alerts",
    metadata,
    Column("alert_id", String(64), primary_key=True),
    Column("case_id", String(40), index=True),
    Column("purpose", String(20), nullable=False),
    Column("level", String(4)),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcMoment, nullable=False, index=True),
    Column("drill", Boolean, nullable=False),
    Column("files", JSON, nullable=False, server_default=text("'[]'")),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", String(64), primary_key=True),
    Column("alert_id", String(64), ForeignKey("alerts.alert_id"), nullable=False, index=True),
    Column("receiver", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("fallback", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unconfirmed", Integer, nullable=False),
    Column("next_at", UtcMoment),  # of one that is being sent: the end of its lease
    Column("provider_id", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("accepted_at", UtcMoment),
    Column("turn", Integer, nullable=False, server_default="2"),  # see ledger.claiming
    Column("stands_for", String(40), nullable=False, server_default=text("''")),
    Column("digest", String(64), index=True),  # the delivery whose attempts are this one's too
    Column("indexed_state", String(10)),
    Column("indexed_attempts", Integer),
    Index("deliveries_by_state", "state"),
)
Index(
    "deliveries_due", deliveries.c.turn, deliveries.c.next_at, deliveries.c.delivery_id,
    sqlite_where=deliveries.c.next_at.is_not(None),
    postgresql_where=deliveries.c.next_at.is_not(None),
)  # fmt: skip
DELIVERY_CHANGED = or_(
    deliveries.c.indexed_state.is_distinct_from(deliveries.c.state),
    deliveries.c.indexed_attempts.is_distinct_from(deliveries.c.attempts),
)
Index(
    "deliveries_to_index", deliveries.c.delivery_id,
    sqlite_where=text("indexed_state IS NOT state OR indexed_attempts IS NOT attempts"),
    postgresql_where=DELIVERY_CHANGED,
)  # fmt: skip

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", String(64), ForeignKey("deliveries.delivery_id"), primary_key=True),
    Column("no", Integer, primary_key=True),
    Column("channel", String(40), nullable=False, server_default=text("''")),
    Column("started_at", UtcMoment, nullable=False),
    Column("finished_at", UtcMoment),
    Column("outcome", String(10)),
    Column("detail", Text, nullable=False),
    Column("posts", Integer, nullable=False, server_default="1"),  # reserved, then as sent
    Index("attempts_by_channel", "channel", "started_at"),
)

waits = Table(
    "waits",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("receiver", String(40), primary_key=True),  # "": the whole channel
    Column("until", UtcMoment, nullable=False),
)

source_runs = Table(
    "source_runs",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("started_at", UtcMoment, nullable=False),
    Column("finished_at", UtcMoment),
    Column("outcome", String(24)),
    Column("seen", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("indexed_outcome", String(24)),  # "" while it runs; None: not shown as it is now
    Index("source_runs_by_source", "source", "started_at"),
)
Index(
    "source_runs_to_index",
    source_runs.c.run_id,
    sqlite_where=source_runs.c.indexed_outcome.is_(None),
    postgresql_where=source_runs.c.indexed_outcome.is_(None),
)

surges = Table(
    "surges",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("what", String(40), primary_key=True),
    Column("place", String(40), primary_key=True),
    Column("began_at", UtcMoment, primary_key=True),
    Column("last_at", UtcMoment, nullable=False),
    Column("step", String(10), nullable=False),
    Column("people", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("ended_at", UtcMoment),
)

silences = Table(
    "silences",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("began_at", UtcMoment, primary_key=True),
    Column("reason", String(10), nullable=False),
    Column("told_at", UtcMoment, nullable=False),
    Column("ended_at", UtcMoment),
)

marks = Table(  # where a source goes on: written with what it brought, or not at all
    "marks",
    metadata,
    Column("source", String(40), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", UtcMoment, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("site", String(255), primary_key=True),
    Column("began_at", UtcMoment, primary_key=True),
    Column("until", UtcMoment, nullable=False),
    Column("source", String(40), nullable=False),
    Column("outcome", String(30), nullable=False),
    Column("lifted_at", UtcMoment),
)

rejects = Table(
    "rejects",
    metadata,
    Column("reject_id", Integer, primary_key=True, autoincrement=True),
    Column("content", String(64), nullable=False, unique=True),
    Column("file", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("format", String(30), nullable=False),
    Column("reason", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("kept_at", UtcMoment, nullable=False, index=True),
    Column("resolved_at", UtcMoment),
)

reports = Table(
    "reports",
    metadata,
    Column("kind", String(10), primary_key=True),
    Column("period_start", UtcMoment, primary_key=True),
    Column("edition", Integer, primary_key=True),
    Column("made_at", UtcMoment, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("files", JSON, nullable=False),  # [[name, sha256], …]
)

audit = Table(
    "audit",
    metadata,
    Column("no", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcMoment, nullable=False, index=True),
    Column("actor", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("department", String(40), nullable=False),
    Column("action", String(30), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
