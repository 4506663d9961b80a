"""Search: documents a second in, and how long an answer takes: the file, and the server beside it.

Texts are the demo week's, each made its own by a number. The file is held against SQL LIKE, the
plainest thing that would find the same documents (the bench checks that it does); it returns the
newest, unranked and unmarked. The server (the tests' own node, or TINGXUE_TEST_ES) is held against
the client's bare ``streaming_bulk`` of the same documents made ready (``ingest_ratio``), and its
answers against the file's: both must count the same hits. Sizes: 10k and 100k;
TINGXUE_BENCH_FULL=1 adds a million on the server, TINGXUE_BENCH_SMALL=1 leaves 2,000.
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean, quantiles
from typing import Any

from elasticsearch import helpers

from domain.identity import digest
from domain.search import SearchDoc, SearchQuery
from domain.types import Context, Mention
from index.documents import from_json, to_json
from index.elastic import ElasticIndex
from index.elasticdocs import to_source
from index.embedded import EmbeddedIndex
from index.mappings import MENTIONS, body
from index.words import Cutter
from tingxue.demo import week

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from elasticnode import Missing, running
from elasticworld import NAMES, opened, own_names

NOW = datetime(2026, 12, 1, tzinfo=UTC)
QUERIES: tuple[tuple[str, ...], ...] = (
    ("拒载",), ("拒载", "天定山"), ("天定山",), ("退款",), ("押金", "不退"), ("排队", "缆车"),
    ("出租车",), ("教练", "态度"), ("厕所",), ("停车", "收费"), ("雪乡",), ("没有这个词",), ("摔",),
    (),
)  # fmt: skip
WORDS = ("天定山 20000 ns",)
ROUNDS = 8
BATCH = 500  # as stage 5 writes
WARM = 5_000  # documents that the server's compiler sees before the clock runs
WRITTEN, REMOVED = 2_000, 100  # documents written into the full index, and taken out


def figures() -> Iterator[dict[str, object]]:
    """Documents per second and milliseconds per search, each against its baseline."""
    small, full = (os.environ.get(f"TINGXUE_BENCH_{name}") for name in ("SMALL", "FULL"))
    sizes = (2_000,) if small else (10_000, 100_000)
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as url:
        for size in sizes:
            docs = list(_documents(size))
            with tempfile.TemporaryDirectory() as files:
                index = EmbeddedIndex.open(Path(files) / "index.db", user_words=WORDS)
                yield from _measure(Path(files), index, docs)
                if url:
                    yield from _on_server(url, docs[REMOVED:], index)
        if url and full:
            yield from _on_server(url, list(_documents(1_000_000)), None)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A server's address, or "" with a line that says why not."""
    if named := os.environ.get("TINGXUE_TEST_ES"):
        yield named
        return
    try:
        node = running(folder / "node", quick=False)
        with node as started:
            yield started.url
    except Missing as missing:
        print(f"SKIPPED the search server: {missing}", file=sys.stderr)
        yield ""


def _measure(
    folder: Path, index: EmbeddedIndex, docs: list[SearchDoc]
) -> Iterator[dict[str, object]]:
    """The file's figures; without the first REMOVED documents when done."""
    plain, size = Plain(folder / "plain.db"), len(docs)
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


def _on_server(
    url: str, docs: list[SearchDoc], file: EmbeddedIndex | None
) -> Iterator[dict[str, object]]:
    """The server's figures; ``file`` holds the same documents, if there is one to compare with."""
    said = f"{len(docs):,} documents, {os.cpu_count()} cores shared with the server"
    with own_names(url) as prefix, closing(opened(url, prefix, lambda: NOW)) as index:
        _write(index.upsert, docs[:WARM])
        bare = [_bare(index, docs)]
        ours = len(docs) / _seconds(_write, index.upsert, docs)
        bare.append(_bare(index, docs))  # before and after: the machine's speed changes
        what = "bare streaming_bulk of the same, cut and ready"
        name = f"server written {len(docs):,}: ingest_ratio"
        yield _figure(name, ours, "documents/s", fmean(bare), said, what)
        if file is not None:
            for words in QUERIES:
                theirs = file.search(_query(words)).total
                assert index.search(_query(words)).total == theirs, words
        ours_ms = _timed(lambda words: index.search(_query(words)))
        file_ms = _timed(lambda words: file.search(_query(words))) if file else None
        for name, rank in (("p50", 49), ("p95", 94)):
            baseline = file_ms[rank] if file_ms else None
            yield _figure(f"server search {name} {len(docs):,}", ours_ms[rank], "ms", baseline,
                          said, "the file" if file else "none")  # fmt: skip


def _bare(index: ElasticIndex, docs: list[SearchDoc]) -> float:
    """Documents a second of the client's own helper into an index of the same mapping."""
    client, name = index.store.client, f"{index.store.prefix}bare"
    cutter = Cutter(index.user_words)
    actions: Sequence[dict[str, Any]] = [
        {"_index": name, "_id": doc.mention.mention_id, "_source": to_source(doc, NAMES, cutter)}
        for doc in docs
    ]
    client.indices.create(index=name, **body(MENTIONS))
    done = _seconds(
        lambda: [ok for ok, _ in helpers.streaming_bulk(client, actions, chunk_size=BATCH)]
    )
    client.indices.delete(index=name)
    return len(docs) / done


def _figure(
    name: str, value: float, unit: str, baseline: float | None, said: str, what: str = "SQL LIKE"
) -> dict[str, object]:
    return {
        "bench": "search", "name": name, "value": value, "unit": unit, "baseline": baseline,
        "ratio": value / baseline if baseline else None,
        "conditions": f"{said}; baseline {what}",
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
