"""The tables of the duty desk: who may sign in, who has, who failed to, links that were used, and
what was heard each day; the files of replies.

On the same ``metadata`` as ``ledger.schema``. No password, code, session id or link stands here,
only what they can be checked against; an address of the network only as a digest.
"""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from ledger.schema import UtcMoment, audit, metadata

users = Table(
    "users",
    metadata,
    Column("name", String(40), primary_key=True),  # as the office calls the person
    Column("role", String(20), nullable=False),
    Column("department", String(40), nullable=False),
    Column("password", Text, nullable=False),  # argon2id; "" until the person has set one
    Column("setup", String(64)),  # sha256 of the one-time code that lets set it
    Column("setup_until", UtcMoment),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcMoment, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("sid", String(64), primary_key=True),  # sha256 of what the cookie holds
    Column("user", String(40), ForeignKey("users.name"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcMoment, nullable=False),
    Column("seen_at", UtcMoment, nullable=False),
    Column("idle_minutes", Integer, nullable=False),
    Column("ends_at", UtcMoment, nullable=False, index=True),
)

signin_failures = Table(
    "signin_failures",
    metadata,
    Column("attempt", String(32), primary_key=True),
    Column("kind", String(10), primary_key=True),  # account, address
    Column("key", String(64), nullable=False),
    Column("at", UtcMoment, nullable=False),
    Index("signin_failures_by_key", "kind", "key", "at"),
)

used_links = Table(
    "used_links",
    metadata,
    Column("nonce", String(64), primary_key=True),
    Column("used_at", UtcMoment, nullable=False),
    Column("until", UtcMoment, nullable=False, index=True),  # afterwards it is refused as too old
)

counted_days = Table(  # finished Shanghai days whose totals are kept
    "counted_days",
    metadata,
    Column("day", String(10), primary_key=True),  # 2026-11-23
    Column("changes", Integer, nullable=False),  # counts up when a verdict of that day changes
    Column("counted", Integer, nullable=False),  # as of which change; -1: never
)

day_totals = Table(
    "day_totals",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("kind", String(10), primary_key=True),  # all, polarity, platform, category, place
    Column("name", String(120), primary_key=True),  # "" of all
    Column("mentions", Integer, nullable=False),
    Column("complaints", Integer, nullable=False),
)

Index("audit_by_action", audit.c.action, audit.c.no)
Index("audit_by_actor", audit.c.actor, audit.c.no)

attachments = Table(
    "attachments",
    metadata,
    Column("attachment_id", String(32), primary_key=True),  # the file's name in the home
    Column("case_id", String(40), ForeignKey("cases.case_id")),  # None: purged, the file goes next
    Column("event_no", Integer, nullable=False),
    Column("department", String(40), nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(4), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("added_at", UtcMoment, nullable=False),
    Index("attachments_by_case", "case_id", "event_no"),
)

PASSING = (sessions, signin_failures)
"""What is of this server and this day: no copy of the ledger carries it."""
