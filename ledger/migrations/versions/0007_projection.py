"""The search server shows cases, deliveries and runs too; what it refuses is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True)
CASE_CHANGED = sa.text("version > indexed_version")
DELIVERY_CHANGED = "indexed_state {0} state OR indexed_attempts {0} attempts"
RUN_CHANGED = sa.text("indexed_outcome IS NULL")


def upgrade() -> None:
    """Everything that is there counts as not shown yet."""
    op.add_column(
        "cases", sa.Column("indexed_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "cases_to_index", "cases", ["case_id"], unique=False,
        sqlite_where=CASE_CHANGED, postgresql_where=CASE_CHANGED,
    )  # fmt: skip
    op.add_column("deliveries", sa.Column("indexed_state", sa.String(length=10), nullable=True))
    op.add_column("deliveries", sa.Column("indexed_attempts", sa.Integer(), nullable=True))
    op.create_index(
        "deliveries_to_index", "deliveries", ["delivery_id"], unique=False,
        sqlite_where=sa.text(DELIVERY_CHANGED.format("IS NOT")),
        postgresql_where=sa.text(DELIVERY_CHANGED.format("IS DISTINCT FROM")),
    )  # fmt: skip
    op.add_column("source_runs", sa.Column("indexed_outcome", sa.String(length=24), nullable=True))
    op.create_index(
        "source_runs_to_index", "source_runs", ["run_id"], unique=False,
        sqlite_where=RUN_CHANGED, postgresql_where=RUN_CHANGED,
    )  # fmt: skip
    op.create_table(
        "forgotten_records",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("doc_id", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("kind", "doc_id"),
    )
    op.create_table(
        "refusals",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("doc_id", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "doc_id"),
    )
