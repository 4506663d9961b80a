"""The search index without a server: SQLite FTS5 over jieba words and single characters.

A word is found by jieba's words or, whatever jieba made of the sentence, as a run of characters;
the words only weigh more. The file is a projection: lose it, and ``tingxue index rebuild`` makes
it again from the ledger.
"""

import json
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from domain.errors import SearchUnavailable
from domain.search import (
    FACETS,
    Facets,
    Rebuilt,
    Refused,
    SearchDoc,
    SearchHit,
    SearchPage,
    SearchQuery,
)
from domain.times import utc
from index.documents import from_json, to_json
from index.locks import held
from index.sqlitefile import (
    REBUILD,
    connected,
    drafted,
    put_in_place,
    transaction,
    unlink,
)
from index.words import Cutter, pieces, plain, shown, snippet

VERSION = 3
_BATCH = 500
_MERGE = "INSERT INTO texts (texts) VALUES ('optimize')"
_PART = " ¶ "  # between title and text; no word holds it, so that none is found across

# The ascii tokenizer parts at spaces and ASCII signs only; index.words has done the rest.
_SCHEMA = f"""
CREATE TABLE docs (
  number INTEGER PRIMARY KEY, mention_id TEXT NOT NULL UNIQUE, seen TEXT NOT NULL,
  platform TEXT NOT NULL, polarity TEXT, relevant INTEGER, level TEXT);
CREATE INDEX docs_seen ON docs (seen DESC, mention_id);
CREATE TABLE bodies (number INTEGER PRIMARY KEY, doc BLOB NOT NULL);
CREATE TABLE facets (
  number INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (kind, value, number)) WITHOUT ROWID;
CREATE INDEX facets_number ON facets (number);
CREATE VIRTUAL TABLE texts USING fts5 (words, chars, tokenize = 'ascii');
PRAGMA user_version = {VERSION};
"""
_ROWS = "SELECT docs.number, seen, mention_id, {} AS score {} {}"
_IN_DOCS = frozenset({"platform", "polarity", "level"})
_COUNTED = "{} AS value, count(*) AS many FROM {} JOIN found USING (number)"
_COUNTS = {
    name: f"SELECT {_COUNTED.format(name, 'docs')} WHERE {name} IS NOT NULL"
    if name in _IN_DOCS
    else f"SELECT {_COUNTED.format('value', 'facets')} WHERE kind = '{name}'"
    for name in FACETS
}
_MOST_FIRST = " GROUP BY 1 ORDER BY many DESC, value"


@dataclass(frozen=True, slots=True)
class EmbeddedIndex:
    """domain.ports.SearchIndex on one file. Each call opens the file for itself, so that several
    processes may read and write; one that waits longer than ``seconds`` for another gives up."""

    path: Path
    user_words: tuple[str, ...]
    seconds: float = 30.0

    @classmethod
    def open(cls, path: Path, *, user_words: Sequence[str]) -> "EmbeddedIndex":
        """The index at this path; made when it is first written. Opens nothing yet."""
        return cls(path, tuple(user_words))

    def present(self) -> bool:
        """Whether there is a file."""
        return self.path.exists()

    def upsert(self, docs: Sequence[SearchDoc]) -> Sequence[Refused]:
        """Add or replace by mention_id, in one transaction. Refuses none."""
        cutter = Cutter(self.user_words)
        with self._writing() as db:
            for doc in docs:
                _put(db, doc, cutter)
        return ()

    def remove(self, mention_ids: Sequence[str]) -> None:
        """Forget these; no word of theirs stays in the file. Unknown ids are fine."""
        with self._writing() as db:
            known = [mention_id for mention_id in mention_ids if _drop(db, mention_id)]
            if known:  # else their words stay in the full-text index, marked as deleted
                db.execute(_MERGE)
        self._drop_half_done()

    def search(self, query: SearchQuery) -> SearchPage:
        """See domain.ports.SearchIndex. Without words: the newest first."""
        body, values, order = self._asked(query)
        page = f"{_ROWS.format(order[0], body, order[1])} LIMIT ? OFFSET ?"
        # The documents themselves are fetched for this page only.
        page = f"SELECT doc, score FROM ({page}) JOIN bodies USING (number) {order[1]}"  # noqa: S608 -- ours
        with self._reading() as db:
            total = db.execute(f"SELECT count(*) {body}", values).fetchone()[0]
            rows = db.execute(page, [*values, query.limit, query.offset]).fetchall()
        return SearchPage(hits=tuple(_hit(doc, score, query.words) for doc, score in rows),
                          total=total)  # fmt: skip

    def each(self, query: SearchQuery) -> Generator[SearchHit, None, None]:
        """See domain.ports.SearchIndex. One snapshot of the file is held open meanwhile."""
        body, values, order = self._asked(query)
        rows = _ROWS.format(order[0], body, order[1])
        with self._reading() as db:
            numbers = db.execute(f"SELECT number, score FROM ({rows})", values).fetchall()  # noqa: S608
            for number, score in numbers:
                found = db.execute("SELECT doc FROM bodies WHERE number = ?", (number,))
                yield _hit(found.fetchone()[0], score, query.words)

    def facets(self, query: SearchQuery) -> Facets:
        """See domain.ports.SearchIndex."""
        body, values, _ = self._asked(query)
        with self._reading() as db:
            db.execute("CREATE TEMP TABLE found (number INTEGER PRIMARY KEY)")
            db.execute(f"INSERT INTO found SELECT docs.number {body}", values)
            return {
                name: dict(db.execute(_COUNTS[name] + _MOST_FIRST).fetchall()) for name in FACETS
            }

    def _asked(self, query: SearchQuery) -> tuple[str, list[Any], tuple[str, str]]:
        """What finds the documents, its values, and how they are ranked and ordered."""
        cutter = Cutter(self.user_words)
        terms = [term for word in query.words if (term := cutter.expression(word))]
        where, values = _filters(query)
        source, rank = "docs", "0.0"
        if terms:
            source, rank = "texts JOIN docs ON docs.number = texts.rowid", "bm25(texts, 3.0, 1.0)"
            where, values = ["texts MATCH ?", *where], [" AND ".join(terms), *values]
        body = f"FROM {source} WHERE {' AND '.join(where or ['1'])}"
        return body, values, (rank, f"ORDER BY {'score, ' if terms else ''}seen DESC, mention_id")

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """One moment of the file."""
        with self._used(), connected(self.path, version=VERSION, seconds=self.seconds) as db:
            db.execute("BEGIN")
            yield db

    def rebuild(self, docs: Iterator[SearchDoc]) -> Rebuilt:
        """See domain.ports.SearchIndex: a new file beside, then renamed over the old one.

        Writers wait so long, or give up with SearchUnavailable; only then is the first document
        asked for, so that nothing they wrote is lost.
        """
        draft, cutter = self._beside(".new"), Cutter(self.user_words)
        with self._writers(alone=True):
            with drafted(draft, _SCHEMA) as db:
                count = sum(_put_all(db, batch, cutter) for batch in _batches(docs))
                db.execute(_MERGE)
            with self._users(alone=True):
                put_in_place(draft, self.path)
        return Rebuilt(count=count)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; makes the file when there is none."""
        with self._writers(alone=False):
            if not self.path.exists():
                with self._users(alone=True):
                    self._make()
            with (
                self._used(),
                connected(self.path, version=VERSION, seconds=self.seconds) as db,
                transaction(db),
            ):
                yield db

    def _make(self) -> None:
        if not self.path.exists():  # another may have been first
            draft = self._beside(".new")
            with drafted(draft, _SCHEMA):
                pass
            put_in_place(draft, self.path)

    def _drop_half_done(self) -> None:
        """What a killed rebuild left may hold what was to be removed."""
        draft = self._beside(".new")
        if draft.exists():
            with self._writers(alone=True):
                unlink(draft)

    @contextmanager
    def _used(self) -> Iterator[None]:
        if not self.path.exists():
            raise SearchUnavailable(f"还没有检索库；{REBUILD}")
        with self._users(alone=False):
            yield

    def _users(self, *, alone: bool) -> AbstractContextManager[None]:
        return held(self._beside(".users"), alone=alone, seconds=self.seconds)

    def _writers(self, *, alone: bool) -> AbstractContextManager[None]:
        return held(self._beside(".writers"), alone=alone, seconds=self.seconds)

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(self.path.name + ending)


# --- documents ------------------------------------------------------------------------------------


def _batches(docs: Iterator[SearchDoc]) -> Iterator[list[SearchDoc]]:
    while batch := list(islice(docs, _BATCH)):
        yield batch


def _put_all(db: sqlite3.Connection, docs: list[SearchDoc], cutter: Cutter) -> int:
    db.execute("BEGIN")
    for doc in docs:
        _put(db, doc, cutter)
    db.execute("COMMIT")
    return len(docs)


def _put(db: sqlite3.Connection, doc: SearchDoc, cutter: Cutter) -> None:
    mention, verdict = doc.mention, doc.verdict
    _drop(db, mention.mention_id)
    number = db.execute(
        "INSERT INTO docs (mention_id, seen, platform, polarity, relevant, level)"
        " VALUES (?,?,?,?,?,?)",
        (mention.mention_id, _moment(mention.first_seen_at), mention.platform,
         str(verdict.polarity) if verdict else None, verdict.relevant if verdict else None,
         str(doc.level) if doc.level else None),
    ).lastrowid  # fmt: skip
    body = to_json(doc).encode("utf-8", "surrogatepass")
    db.execute("INSERT INTO bodies VALUES (?,?)", (number, body))
    both = (plain(mention.title), plain(mention.text))
    db.execute(
        "INSERT INTO texts (rowid, words, chars) VALUES (?,?,?)",
        (number, _PART.join(map(cutter.words, both)),
         _PART.join(" ".join(pieces(text)) for text in both)),
    )  # fmt: skip
    db.executemany(
        "INSERT OR IGNORE INTO facets VALUES (?,?,?)",
        [(number, kind, value) for kind, value in _facets(doc)],
    )


def _drop(db: sqlite3.Connection, mention_id: str) -> bool:
    """Whether it was there."""
    gone = db.execute(
        "DELETE FROM docs WHERE mention_id = ? RETURNING number", (mention_id,)
    ).fetchall()
    for (number,) in gone:
        db.execute("DELETE FROM bodies WHERE number = ?", (number,))
        db.execute("DELETE FROM texts WHERE rowid = ?", (number,))
        db.execute("DELETE FROM facets WHERE number = ?", (number,))
    return bool(gone)


def _facets(doc: SearchDoc) -> Iterator[tuple[str, str]]:
    if doc.verdict:
        yield from (("category", tag.category) for tag in doc.verdict.complaints)
        yield from (("place", place) for place in doc.verdict.places)
        yield "reason", doc.verdict.reason
        yield "reason_kind", doc.verdict.reason.partition(":")[0]
    yield from (("department", name) for name in doc.departments)


def _moment(moment: Any) -> str:
    """Sorts as time does."""
    return utc(moment).isoformat(timespec="microseconds")


# --- queries --------------------------------------------------------------------------------------


def _filters(query: SearchQuery) -> tuple[list[str], list[Any]]:
    """SQL conditions on docs, and their values."""
    where: list[str] = []
    values: list[Any] = []
    for sign, moment in ((">=", query.since), ("<", query.until)):
        if moment is not None:
            where.append(f"seen {sign} ?")
            values.append(_moment(moment))
    for column, wanted in (("platform", query.platforms), ("level", query.levels)):
        if wanted:
            where.append(f"{column} IN ({_marks(wanted)})")
            values += map(str, wanted)
    for kinds, names in (("'category'", query.categories), ("'place'", query.places),
                         ("'department'", query.departments),
                         ("'reason', 'reason_kind'", query.reasons)):  # fmt: skip
        if names:
            where.append(
                f"docs.number IN (SELECT number FROM facets WHERE kind IN ({kinds}) "  # noqa: S608
                f"AND value IN ({_marks(names)}))"
            )
            values += names
    for column, value in (("polarity", query.polarity), ("relevant", query.relevant)):
        if value is not None:
            where.append(f"{column} = ?")
            values.append(int(value) if isinstance(value, bool) else str(value))
    return where, values


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _hit(doc: bytes, score: float, words: Sequence[str]) -> SearchHit:
    found = from_json(json.loads(doc.decode("utf-8", "surrogatepass")))
    text = shown(found.mention.title, found.mention.text)
    return SearchHit(doc=found, score=-score, snippet=snippet(text, words))
