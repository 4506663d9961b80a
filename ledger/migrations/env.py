"""Alembic's entry: runs the migrations on the connection that ``ledger.engine`` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,  # also on SQLite: a kill in the middle leaves the old schema
)
context.run_migrations()
