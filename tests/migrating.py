"""What the tests of the schema's versions share, on whichever database."""

import re
from pathlib import Path

from sqlalchemy import Engine, inspect

import ledger.migrations

SHIPPED = Path(next(iter(ledger.migrations.__path__)))
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from ledger.engine import open_ledger

left = int(sys.argv[2])

@event.listens_for(Engine, "after_cursor_execute")
def count(_connection, _cursor, statement, *_more):
    global left
    if statement.lstrip().startswith(("CREATE", "ALTER", "INSERT", "UPDATE")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
open_ledger(sys.argv[1], drill=False, now=now, migrations=Path(sys.argv[3]))
"""


def described(engine: Engine) -> dict[str, object]:
    """Every table with columns, keys and indexes; compare_metadata does not look at all of them."""
    seen = inspect(engine)

    def said(items: object) -> list[str]:
        return sorted(re.sub(r" object at 0x\w+", "", repr(item)) for item in items)  # type: ignore[attr-defined]

    return {
        name: [
            said(seen.get_columns(name)), seen.get_pk_constraint(name),
            said(seen.get_foreign_keys(name)), said(seen.get_unique_constraints(name)),
            said([{k: v for k, v in i.items() if k != "dialect_options"}
                  | {"where": str(i.get("dialect_options", {}).get("sqlite_where"))}
                  for i in seen.get_indexes(name)]),
        ]
        for name in seen.get_table_names()
    }  # fmt: skip
