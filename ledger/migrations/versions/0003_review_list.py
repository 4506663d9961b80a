"""What waits for a person's judgement, what people judged, and what nobody has confirmed yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The review list and the corrections, each with its keys, and a case's 待核实."""
    op.add_column("cases", sa.Column("unverified_since", MOMENT, nullable=True))
    _reviews()
    _corrections()


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("case_id", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("review_id"),
    )
    op.create_index("reviews_due", "reviews", ["state", "next_at"], unique=False)
    op.create_index("ix_reviews_opened_at", "reviews", ["opened_at"], unique=False)
    op.create_table(
        "review_mentions",
        sa.Column("review_id", sa.String(length=40), nullable=False),
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.mention_id"]),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"]),
        sa.PrimaryKeyConstraint("review_id", "mention_id"),
    )
    op.create_index("review_mentions_by_mention", "review_mentions", ["mention_id"], unique=False)
    op.create_table(
        "review_keys",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("review_id", sa.String(length=40), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.review_id"]),
        sa.PrimaryKeyConstraint("key", "mention_id"),
    )
    op.create_index("review_keys_by_time", "review_keys", ["key", "at"], unique=False)
    op.create_index("ix_review_keys_review_id", "review_keys", ["review_id"], unique=False)


def _corrections() -> None:
    op.create_table(
        "corrections",
        sa.Column("correction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("complaint", sa.Boolean(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("platform", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("context", sa.JSON(), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("correction_id"),
    )
    op.create_index("ix_corrections_mention_id", "corrections", ["mention_id"], unique=False)
    op.create_index("ix_corrections_at", "corrections", ["at"], unique=False)
    op.create_table(
        "correction_keys",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["correction_id"], ["corrections.correction_id"]),
        sa.PrimaryKeyConstraint("key", "correction_id"),
    )
