"""When the counts of a post were last shown, changed or not: a look that finds the same is a look.

What was counted before is taken to have been last seen when it last changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """One column."""
    op.add_column("mentions", sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE mentions SET counted_at = (SELECT max(seen_at) FROM sightings"
        " WHERE sightings.mention_id = mentions.mention_id)"
    )
