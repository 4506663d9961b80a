"""Search: documents a second in, and how long an answer takes: the file, and the server beside it.

Texts are the demo week's, each made its own by a number, and made while they are read: memory does
not grow with them. The file is held against SQL LIKE, the plainest thing that would find the same
documents (the bench checks that it does); it returns the newest, unranked and unmarked. The server
(the tests' own node, or TINGXUE_TEST_ES) is held against the client's bare ``streaming_bulk``, with
its defaults, of the same documents made ready (``ingest_ratio``): slice after slice goes into one
index each, by turns first, and the medians are compared. Its answers are held against the file's:
both must count the same hits. Sizes: 10k and 100k; TINGXUE_BENCH_FULL=1 adds a million,
TINGXUE_BENCH_SMALL=1 leaves 2,000.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from statistics import median, quantiles
from typing import Any

from elasticsearch import Elasticsearch, helpers

from domain.identity import digest
from domain.search import SearchDoc, SearchQuery
from domain.types import Context, Mention
from index.elastic import ElasticIndex
from index.elasticdocs import to_source
from index.embedded import EmbeddedIndex
from index.mappings import MENTIONS, body
from index.words import Cutter
from tingxue.demo import week
from tingxue.indexing import BATCH

sys.path += [str(Path(__file__).parent), str(Path(__file__).parents[1] / "tests")]
from _plain import Plain
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
HEAP = 1024  # MiB of the tests' node
WARM = 5_000  # documents that both ways write elsewhere before the clock runs
SLICES = 100  # of a size, and no slice smaller than a batch
WRITTEN, REMOVED = 2_000, 100  # documents written into the full index, and taken out


def figures() -> Iterator[dict[str, object]]:
    """Documents per second and milliseconds per search, each against its baseline."""
    small, full = (os.environ.get(f"TINGXUE_BENCH_{name}") for name in ("SMALL", "FULL"))
    sizes = (2_000,) if small else (10_000, 100_000, *([1_000_000] if full else []))
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as url:
        for size in sizes:
            yield from at(size, url)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """A server's address, or "" with a line that says why not."""
    if named := os.environ.get("TINGXUE_TEST_ES"):
        yield named
        return
    try:
        node = running(folder / "node", quick=False, heap=HEAP)
        with node as started:
            with _named(started.url) as elsewhere:
                list(_raced(elsewhere, _documents(WARM), BATCH))
            yield started.url
    except Missing as missing:
        print(f"SKIPPED the search server: {missing}", file=sys.stderr)
        yield ""


def at(size: int, url: str) -> Iterator[dict[str, object]]:
    """All figures at that many documents; ``url`` "" for those without a server."""
    said = f"{size:,} documents, {os.cpu_count()} cores for all"
    with tempfile.TemporaryDirectory() as files, ExitStack() as stack:
        server = stack.enter_context(_named(url)) if url else None
        if server:
            yield from _into_server(server, size, said)
        index = EmbeddedIndex.open(Path(files) / "index.db", user_words=WORDS)
        plain = Plain(Path(files) / "plain.db")
        yield from _into_files(index, plain, size, said)
        yield from _answers(index, plain, server, size, said)
        yield from _taken_out(index, plain, size, said)
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
    yield _figure(f"memory up to {size:,}", peak, "MiB", None, f"{said}; this process", "none")


@contextmanager
def _named(url: str) -> Iterator[ElasticIndex]:
    with own_names(url) as prefix, closing(opened(url, prefix, lambda: NOW)) as index:
        yield index


def _into_server(index: ElasticIndex, size: int, said: str) -> Iterator[dict[str, object]]:
    step = max(BATCH, size // SLICES)
    spent = list(_raced(index, _documents(size), step))
    ours, bare = (step / median(some) for some in zip(*spent, strict=True))
    said = f"{said}; medians of {len(spent)} slices by turns; node heap {HEAP} MiB"
    yield _figure(f"server written {size:,}: ingest_ratio", ours, "documents/s", bare, said,
                  "streaming_bulk of the same, cut and ready")  # fmt: skip


def _raced(
    index: ElasticIndex, docs: Iterator[SearchDoc], step: int
) -> Iterator[tuple[float, float]]:
    """Seconds of each slice of ``step`` by ``upsert`` and by the bare helper into an index of the
    same mapping, which goes afterwards."""
    client, name = index.store.client, f"{index.store.prefix}bare"
    client.indices.create(index=name, **body(MENTIONS))
    index.upsert([])
    cutter = Cutter(index.user_words)
    for number in count():
        part = list(islice(docs, step))
        if not part:
            break
        ready = [_action(name, doc, cutter) for doc in part]
        ways = [(_write, index.upsert, part), (_bare, client, ready)]
        spent = [0.0, 0.0]
        for way in (0, 1) if number % 2 else (1, 0):
            spent[way] = _seconds(*ways[way])
        yield spent[0], spent[1]
    client.indices.delete(index=name)


def _action(name: str, doc: SearchDoc, cutter: Cutter) -> dict[str, Any]:
    return {"_index": name, "_id": doc.mention.mention_id, "_source": to_source(doc, NAMES, cutter)}


def _bare(client: Elasticsearch, actions: Sequence[dict[str, Any]]) -> None:
    for _ in helpers.streaming_bulk(client, actions):
        pass


def _into_files(
    index: EmbeddedIndex, plain: Plain, size: int, said: str
) -> Iterator[dict[str, object]]:
    index.upsert(list(_documents(1)))  # loads the dictionary, makes the file
    theirs = size / _seconds(_write, plain.upsert, _documents(size))
    ours = size / _seconds(index.rebuild, _documents(size))
    yield _figure(f"rebuilt {size:,}", ours, "documents/s", theirs, said)
    again = list(_documents(WRITTEN))
    ours, theirs = (WRITTEN / _seconds(_write, to, again)
                    for to in (index.upsert, plain.upsert))  # fmt: skip
    yield _figure(f"written {size:,}", ours, "documents/s", theirs, said)
    sizes = [path.stat().st_size / 1024 / size for path in (index.path, plain.path)]
    yield _figure(f"file {size:,}", sizes[0], "KiB/document", sizes[1], said)


def _answers(
    index: EmbeddedIndex, plain: Plain, server: ElasticIndex | None, size: int, said: str
) -> Iterator[dict[str, object]]:
    for words in QUERIES:
        found = {index.search(_query(words)).total, plain.search(words)[0]}
        found |= {server.search(_query(words)).total} if server else set()
        assert len(found) == 1, (words, found)
    file_ms, like_ms = _timed(lambda words: index.search(_query(words))), _timed(plain.search)
    server_ms = _timed(lambda words: server.search(_query(words))) if server else None
    for name, rank in (("p50", 49), ("p95", 94)):
        yield _figure(f"search {name} {size:,}", file_ms[rank], "ms", like_ms[rank], said)
        if server_ms:
            yield _figure(f"server search {name} {size:,}", server_ms[rank], "ms", file_ms[rank],
                          said, "the file")  # fmt: skip


def _taken_out(
    index: EmbeddedIndex, plain: Plain, size: int, said: str
) -> Iterator[dict[str, object]]:
    gone = [doc.mention.mention_id for doc in _documents(REMOVED)]
    ours, theirs = (1e3 * _seconds(to, gone)
                    for to in (index.remove, plain.remove))  # fmt: skip
    yield _figure(f"removed {REMOVED} of {size:,}", ours, "ms", theirs, said)


def _figure(
    name: str, value: float, unit: str, baseline: float | None, said: str, what: str = "SQL LIKE"
) -> dict[str, object]:
    return {
        "bench": "search", "name": name, "value": value, "unit": unit, "baseline": baseline,
        "ratio": value / baseline if baseline else None,
        "conditions": f"{said}; baseline {what}",
    }  # fmt: skip


def _write(upsert: Callable[[list[SearchDoc]], object], docs: Iterable[SearchDoc]) -> None:
    rest = iter(docs)
    while part := list(islice(rest, BATCH)):
        upsert(part)


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


def _documents(size: int) -> Iterator[SearchDoc]:
    """The same ones each time, made while they are read."""
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
