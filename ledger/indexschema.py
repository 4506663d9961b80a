"""The tables of what the search index is yet to be told, or would not take.

On the same ``metadata`` as ``ledger.schema``.
"""

from sqlalchemy import Column, Integer, String, Table, Text

from ledger.schema import UtcMoment, metadata

# purged, and perhaps still in the search index
forgotten = Table("forgotten", metadata, Column("mention_id", String(24), primary_key=True))

forgotten_records = Table(  # the same of what is shown beside the mentions
    "forgotten_records",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("doc_id", String(100), primary_key=True),
)

refusals = Table(  # what the search index will not take as it is
    "refusals",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("doc_id", String(100), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("first_at", UtcMoment, nullable=False),
    Column("last_at", UtcMoment, nullable=False),
    Column("times", Integer, nullable=False),
)
