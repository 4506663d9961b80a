"""The first season: all tables of part 1.

Frozen: later schemas are changes to this one, each a new file. The tables are written out by
``ledger.schema`` as it stood then; a test compares the two.
"""

from alembic import op

from ledger import schema, sqlite

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything."""
    connection = op.get_bind()
    schema.metadata.create_all(connection)
    if connection.dialect.name == "sqlite":
        sqlite.guard_append_only(connection)
