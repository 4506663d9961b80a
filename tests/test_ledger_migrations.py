"""What the migrations make is what the code expects."""

from datetime import UTC, datetime
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger import schema
from ledger.engine import open_ledger


def test_a_migrated_ledger_equals_the_schema(tmp_path: Path) -> None:
    ledger = open_ledger(
        f"sqlite:///{tmp_path / 'ledger.db'}", drill=False, now=datetime(2026, 12, 1, tzinfo=UTC)
    )
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        differences = compare_metadata(context, schema.metadata)
    ledger.close()
    assert differences == []
