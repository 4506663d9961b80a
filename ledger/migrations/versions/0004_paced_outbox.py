"""The outbox keeps turns, paces, digests and stand-ins; a lease is its due time."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("next_at IS NOT NULL")


def upgrade() -> None:
    """New columns with values for what is there; one table of waits."""
    op.drop_index("deliveries_due", "deliveries")
    for column in (
        sa.Column("turn", sa.Integer(), nullable=False, server_default="2"),
        sa.Column("stands_for", sa.String(length=40), nullable=False, server_default=sa.text("''")),
        sa.Column("digest", sa.String(length=64), nullable=True),
    ):
        op.add_column("deliveries", column)
    op.execute(
        "UPDATE deliveries SET turn = (SELECT CASE level WHEN '红' THEN 0 WHEN '橙' THEN 1 "
        "ELSE CASE WHEN case_id IS NULL THEN 2 ELSE 3 END END "
        "FROM alerts WHERE alerts.alert_id = deliveries.alert_id)"
    )
    op.execute("UPDATE deliveries SET next_at = lease_until WHERE state = 'sending'")
    op.execute("UPDATE deliveries SET next_at = NULL WHERE state IN ('sent', 'dead')")
    op.drop_column("deliveries", "lease_until")
    op.create_index("deliveries_by_state", "deliveries", ["state"], unique=False)
    op.create_index("ix_deliveries_digest", "deliveries", ["digest"], unique=False)
    op.create_index(
        "deliveries_due",
        "deliveries",
        ["turn", "next_at", "delivery_id"],
        unique=False,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.add_column(
        "attempts",
        sa.Column("channel", sa.String(length=40), nullable=False, server_default=sa.text("''")),
    )
    op.execute(
        "UPDATE attempts SET channel = (SELECT channel FROM deliveries "
        "WHERE deliveries.delivery_id = attempts.delivery_id)"
    )
    op.create_index("attempts_by_channel", "attempts", ["channel", "started_at"], unique=False)
    op.create_table(
        "waits",
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("receiver", sa.String(length=40), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel", "receiver"),
    )
