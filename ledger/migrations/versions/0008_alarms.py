"""Surges and silent sources stand in the ledger from their first ring until they are over."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Two tables, and an index for the first sight of a platform."""
    op.create_table(
        "surges",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("kind", "what", "place", "began_at"),
    )
    op.create_table(
        "silences",
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=10), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("source", "began_at"),
    )
    op.create_index("mentions_by_platform", "mentions", ["platform", "first_seen_at"], unique=False)
