"""When a mention was first scored, and how the statutory clock of a case stands."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """New columns. Of what is there the first verdict is no longer known, so the present one's
    moment stands for it."""
    op.add_column("mentions", sa.Column("first_scored_at", MOMENT, nullable=True))
    op.execute(
        "UPDATE mentions SET first_scored_at = (SELECT scored_at FROM verdicts "
        "WHERE verdicts.mention_id = mentions.mention_id)"
    )
    op.add_column("cases", sa.Column("admitted_at", MOMENT, nullable=True))
    op.add_column("cases", sa.Column("refused_at", MOMENT, nullable=True))
    op.add_column(
        "cases", sa.Column("chased", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
