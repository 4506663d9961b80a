"""The search server shows counts, the review list and the steps of cases too."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

REVIEW_CHANGED = sa.text("version > indexed_version")


def upgrade() -> None:
    """Everything that is there counts as not shown yet. The steps of cases need nothing: a server
    without them is given all cases anew."""
    op.add_column(
        "sightings", sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index(
        "sightings_to_index", "sightings", ["mention_id"], unique=False,
        sqlite_where=sa.text("shown IS 0"), postgresql_where=sa.text("shown IS false"),
    )  # fmt: skip
    op.add_column(
        "reviews", sa.Column("indexed_version", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_index(
        "reviews_to_index", "reviews", ["review_id"], unique=False,
        sqlite_where=REVIEW_CHANGED, postgresql_where=REVIEW_CHANGED,
    )  # fmt: skip
