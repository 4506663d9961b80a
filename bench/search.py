"""Search: documents a second in, and how long an answer takes, beside SQL LIKE over the same texts.

Texts are the demo week's, each made its own by a number. LIKE is the plainest thing that would
find the same documents (the bench checks that it does); it returns the newest, unranked and
unmarked. Sizes: 10k; TINGXUE_BENCH_FULL=1 adds 100k.
"""

import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles

from domain.identity import digest
from domain.types import Context, Mention, SearchDoc, SearchQuery
from index.documents import from_json, to_json
from index.embedded import EmbeddedIndex
from tingxue.demo import week

NOW = datetime(2026, 12, 1, tzinfo=UTC)
QUERIES: tuple[tuple[str, ...], ...] = (
    ("拒载",), ("拒载", "天定山"), ("天定山",), ("退款",), ("押金", "不退"), ("排队", "缆车"),
    ("出租车",), ("教练", "态度"), ("厕所",), ("停车", "收费"), ("雪乡",), ("没有这个词",), ("摔",),
    (),
)  # fmt: skip
ROUNDS = 8
BATCH = 200  # as stage 5 writes
WRITTEN, REMOVED = 2_000, 100  # documents written into the full index, and taken out


def figures() -> Iterator[dict[str, object]]:
    """Documents per second and milliseconds per search, each against plain SQL."""
    full = os.environ.get("TINGXUE_BENCH_FULL")
    for size in (10_000, *([100_000] if full else ())):
        with tempfile.TemporaryDirectory() as folder:
            yield from _measure(Path(folder), size)


def _measure(folder: Path, size: int) -> Iterator[dict[str, object]]:
    index = EmbeddedIndex.open(folder / "index.db", user_words=("天定山 20000 ns",))
    plain = Plain(folder / "plain.db")
    docs = list(_documents(size))
    index.upsert(docs[:1])  # loads the dictionary, makes the file
    said = f"{size:,} documents, {os.cpu_count()} cores"
    theirs = size / _seconds(_write, plain.upsert, docs)
    ours = size / _seconds(index.rebuild, iter(docs))
    yield _figure(f"rebuilt {size:,}", ours, "documents/s", theirs, said)
    again = docs[:WRITTEN]
    ours, theirs = (WRITTEN / _seconds(_write, to, again)
                    for to in (index.upsert, plain.upsert))  # fmt: skip
    yield _figure(f"written {size:,}", ours, "documents/s", theirs, said)
    for words in QUERIES:
        assert index.search(_query(words)).total == plain.search(words)[0], words
    ours_ms = _timed(lambda words: index.search(_query(words)))
    theirs_ms = _timed(plain.search)
    for name, rank in (("p50", 49), ("p95", 94)):
        yield _figure(f"search {name} {size:,}", ours_ms[rank], "ms", theirs_ms[rank], said)
    sizes = [path.stat().st_size / 1024 / size for path in (index.path, plain.path)]
    yield _figure(f"file {size:,}", sizes[0], "KiB/document", sizes[1], said)
    gone = [doc.mention.mention_id for doc in docs[:REMOVED]]
    ours, theirs = (1e3 * _seconds(to, gone)
                    for to in (index.remove, plain.remove))  # fmt: skip
    yield _figure(f"removed {REMOVED} of {size:,}", ours, "ms", theirs, said)


def _figure(name: str, value: float, unit: str, baseline: float, said: str) -> dict[str, object]:
    return {
        "bench": "search", "name": name, "value": value, "unit": unit, "baseline": baseline,
        "ratio": value / baseline, "conditions": f"{said}; baseline SQL LIKE",
    }  # fmt: skip


def _write(upsert: Callable[[list[SearchDoc]], None], docs: list[SearchDoc]) -> None:
    for start in range(0, len(docs), BATCH):
        upsert(docs[start : start + BATCH])


def _seconds(act: Callable[..., object], *given: object) -> float:
    began = time.perf_counter()
    act(*given)
    return time.perf_counter() - began


def _timed(search: Callable[[tuple[str, ...]], object]) -> list[float]:
    """Percentiles 1…99 of the milliseconds of every query, ROUNDS times."""
    spent = [1e3 * _seconds(search, words)
             for words in QUERIES * ROUNDS]  # fmt: skip
    return quantiles(spent, n=100)


def _query(words: tuple[str, ...]) -> SearchQuery:
    return SearchQuery(words=words, relevant=None)


class Plain:
    """The baseline: one table, LIKE for every word, newest first; a connection for each call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(self._open()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("CREATE TABLE rows (id TEXT PRIMARY KEY, seen TEXT, text TEXT, doc TEXT)")
            db.execute("CREATE INDEX rows_seen ON rows (seen)")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, isolation_level=None)

    def upsert(self, docs: list[SearchDoc]) -> None:
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


def _documents(size: int) -> Iterator[SearchDoc]:
    rng, lines = Random(7), week.lines()
    for number in range(size):
        one = lines[rng.randrange(len(lines))]
        mention = Mention(
            mention_id=digest(str(number)), platform=one.platform, native_id=str(number),
            kind=one.kind, title=one.title, text=f"{one.text} 第{number}条", url="", parent_id=None,
            author_ref=None, published_at=None, first_seen_at=NOW + timedelta(seconds=number),
            due_at=None, ip_region="", queries=(), source="bench", context=Context(), drill=False,
        )  # fmt: skip
        yield SearchDoc(mention=mention, verdict=None)
