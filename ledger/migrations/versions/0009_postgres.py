"""PostgreSQL gets what SQLite has had since the first version: history that nobody changes, and
counts beyond two thousand million. Nothing changes on SQLite."""

import sqlalchemy as sa
from alembic import op

from ledger import postgres

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Triggers, and wider columns."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    postgres.guard_append_only(connection, ("events", "audit"))
    for count in ("likes", "comments", "shares", "views"):
        op.alter_column("sightings", count, type_=sa.BigInteger())
