"""What ``bench/search.py`` holds the file against: one table, LIKE for every word, newest first."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from domain.search import SearchDoc
from index.documents import from_json, to_json


class Plain:
    """Unranked and unmarked; a connection for each call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._open()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, seen TEXT, text TEXT, doc TEXT)")
            db.execute("CREATE INDEX rows_seen ON rows (seen)")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)

    def upsert(self, docs: Sequence[SearchDoc]) -> None:
        rows = [
            (doc.mention.mention_id, doc.mention.first_seen_at.isoformat(),
             f"{doc.mention.title}\n{doc.mention.text}", to_json(doc))
            for doc in docs
        ]  # fmt: skip
        with closing(self._open()) as db:
            db.execute("BEGIN")
            db.executemany("INSERT OR REPLACE INTO rows VALUES (?,?,?,?)", rows)
            db.execute("COMMIT")

    def remove(self, ids: list[str]) -> None:
        with closing(self._open()) as db:
            db.execute("BEGIN")
            db.executemany("DELETE FROM rows WHERE id = ?", [(one,) for one in ids])
            db.execute("COMMIT")

    def search(self, words: tuple[str, ...]) -> tuple[int, list[SearchDoc]]:
        where = " AND ".join(["text LIKE ?"] * len(words)) or "1"
        values = [f"%{word}%" for word in words]
        with closing(self._open()) as db:
            total = db.execute(f"SELECT count(*) FROM rows WHERE {where}", values).fetchone()[0]  # noqa: S608
            rows = db.execute(
                f"SELECT doc FROM rows WHERE {where} ORDER BY seen DESC LIMIT 20",  # noqa: S608
                values,
            ).fetchall()
        return total, [from_json(json.loads(doc)) for (doc,) in rows]
