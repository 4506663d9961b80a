"""Files that go with a message: the names of finished papers, and what they hash to."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"


def upgrade() -> None:
    """One column; no message so far had any."""
    op.add_column(
        "alerts", sa.Column("files", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
