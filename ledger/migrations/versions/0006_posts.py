"""An attempt says how many posts it was: a long message goes in parts, and limits count these."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """One column; what is there was counted as one each."""
    op.add_column("attempts", sa.Column("posts", sa.Integer(), nullable=False, server_default="1"))
