"""The first season: all tables of part 1.

Frozen: later schemas are changes to this one, each a new file. Written out by alembic from
``ledger.schema`` as it stood then; a test holds what it makes equal to the schema of today.
"""

import sqlalchemy as sa
from alembic import op

from ledger import sqlite

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
CHANGED = sa.text("change_no > indexed_no")


def upgrade() -> None:
    """Create everything."""
    _tables()
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        sqlite.guard_append_only(connection, ("events", "audit"))


def _tables() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(length=64), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id"),
    )
    op.create_index("ix_alerts_case_id", "alerts", ["case_id"], unique=False)
    op.create_index("ix_alerts_created_at", "alerts", ["created_at"], unique=False)
    op.create_table(
        "audit",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False)
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("last_report_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("linked", sa.JSON(), nullable=False),
        sa.Column("recurs", sa.String(length=40), nullable=True),
        sa.Column("merged_into", sa.String(length=40), nullable=True),
        sa.Column("registered_at", MOMENT, nullable=True),
        sa.Column("acceptance_due", MOMENT, nullable=True),
        sa.Column("settlement_due", MOMENT, nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_index("ix_cases_opened_at", "cases", ["opened_at"], unique=False)
    op.create_index("ix_cases_status", "cases", ["status"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("platform", sa.String(length=30), nullable=False),
        sa.Column("native_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.String(length=24), nullable=True),
        sa.Column("author_ref", sa.String(length=80), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("ip_region", sa.Text(), nullable=False),
        sa.Column("queries", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("own_channel", sa.Boolean(), nullable=False),
        sa.Column("parent_text", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.String(length=20), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("change_no", sa.Integer(), nullable=False),
        sa.Column("indexed_no", sa.Integer(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("mention_id"),
    )
    op.create_index("mentions_by_parent", "mentions", ["parent_id"], unique=False)
    op.create_index("mentions_by_seen", "mentions", ["first_seen_at"], unique=False)
    op.create_index(
        "mentions_by_stage", "mentions", ["stage", "first_seen_at", "mention_id"], unique=False
    )
    op.create_index(
        "mentions_to_index",
        "mentions",
        ["mention_id"],
        unique=False,
        sqlite_where=CHANGED,
        postgresql_where=CHANGED,
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "rejects",
        sa.Column("reject_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(length=30), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("reject_id"),
        sa.UniqueConstraint("content"),
    )
    op.create_index("ix_rejects_kept_at", "rejects", ["kept_at"], unique=False)
    op.create_table(
        "reports",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("period_start", MOMENT, nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "period_start", "edition"),
    )
    op.create_table(
        "source_runs",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("run_id"),
    )
    op.create_index("source_runs_by_source", "source_runs", ["source", "started_at"], unique=False)
    op.create_table(
        "case_keys",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("key", "mention_id"),
    )
    op.create_index("case_keys_by_time", "case_keys", ["key", "at"], unique=False)
    op.create_index("ix_case_keys_case_id", "case_keys", ["case_id"], unique=False)
    op.create_table(
        "case_mentions",
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["mentions.mention_id"],
        ),
        sa.PrimaryKeyConstraint("mention_id"),
    )
    op.create_index("case_mentions_by_case", "case_mentions", ["case_id", "position"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("alert_id", sa.String(length=64), nullable=False),
        sa.Column("receiver", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("fallback", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unconfirmed", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("lease_until", MOMENT, nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["alerts.alert_id"],
        ),
        sa.PrimaryKeyConstraint("delivery_id"),
    )
    op.create_index("deliveries_due", "deliveries", ["state", "next_at"], unique=False)
    op.create_index("ix_deliveries_alert_id", "deliveries", ["alert_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("actor_department", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("from_state", sa.String(length=10), nullable=False),
        sa.Column("to_state", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("command_id", sa.String(length=80), nullable=True),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "no"),
        sa.UniqueConstraint("case_id", "command_id", name="one_event_per_command"),
    )
    op.create_index("ix_events_at", "events", ["at"], unique=False)
    op.create_table(
        "obligations",
        sa.Column("case_id", sa.String(length=40), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=10), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("clock_from", MOMENT, nullable=False),
        sa.Column("ack_due", MOMENT, nullable=False),
        sa.Column("reply_due", MOMENT, nullable=False),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.Column("replied_at", MOMENT, nullable=True),
        sa.Column("accepted_at", MOMENT, nullable=True),
        sa.Column("reworked_count", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
        sa.Column("transferred_to", sa.String(length=40), nullable=True),
        sa.Column("reply_asked", sa.Boolean(), nullable=False),
        sa.Column("extension_asked", sa.Boolean(), nullable=False),
        sa.Column("own_limit", sa.Boolean(), nullable=False),
        sa.Column("chased", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "department"),
    )
    op.create_index("ix_obligations_status", "obligations", ["status"], unique=False)
    op.create_table(
        "originals",
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("parent_text", sa.Text(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["mentions.mention_id"],
        ),
        sa.PrimaryKeyConstraint("mention_id", "revision"),
    )
    op.create_index("ix_originals_seen_at", "originals", ["seen_at"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("likes", sa.Integer(), nullable=True),
        sa.Column("comments", sa.Integer(), nullable=True),
        sa.Column("shares", sa.Integer(), nullable=True),
        sa.Column("views", sa.Integer(), nullable=True),
        sa.Column("lower_bounds", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["mentions.mention_id"],
        ),
        sa.PrimaryKeyConstraint("mention_id", "seen_at"),
    )
    op.create_table(
        "verdicts",
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("relevant", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("stance", sa.String(length=12), nullable=False),
        sa.Column("sentiment", sa.Float(), nullable=False),
        sa.Column("polarity", sa.String(length=10), nullable=False),
        sa.Column("complaints", sa.JSON(), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("scored_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["mention_id"],
            ["mentions.mention_id"],
        ),
        sa.PrimaryKeyConstraint("mention_id"),
    )
    op.create_table(
        "attempts",
        sa.Column("delivery_id", sa.String(length=64), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["deliveries.delivery_id"],
        ),
        sa.PrimaryKeyConstraint("delivery_id", "no"),
    )
