"""A purged mention is remembered until the search index has dropped it too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """One table of ids."""
    op.create_table(
        "forgotten",
        sa.Column("mention_id", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("mention_id"),
    )
