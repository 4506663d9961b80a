"""The search index without a server: SQLite FTS5 over jieba words and single characters.

A word is found by jieba's words or, whatever jieba made of the sentence, as a run of characters;
the words only weigh more. The file is a projection: lose it, and ``tingxue index rebuild`` makes
it again from the ledger.
"""

import json
import logging
import re
import sqlite3
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain.errors import SearchUnavailable
from domain.types import SearchDoc, SearchHit, SearchPage, SearchQuery
from index.documents import from_json, to_json

VERSION = 1
_BUSY_SECONDS = 30
_PIECE = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]")
_SNIPPET = 60
_BATCH = 500

_SCHEMA = f"""
CREATE TABLE docs (
  mention_id TEXT PRIMARY KEY, seen TEXT NOT NULL, platform TEXT NOT NULL, polarity TEXT,
  relevant INTEGER, level TEXT, doc TEXT NOT NULL, number INTEGER NOT NULL UNIQUE);
CREATE INDEX docs_seen ON docs (seen);
CREATE TABLE facets (
  number INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (kind, value, number)) WITHOUT ROWID;
CREATE INDEX facets_number ON facets (number);
CREATE VIRTUAL TABLE texts USING fts5 (words, chars, tokenize = 'unicode61 remove_diacritics 0');
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True)
class EmbeddedIndex:
    """domain.ports.SearchIndex on one file. Each call opens the file for itself, so that several
    processes may read and write."""

    path: Path
    user_words: tuple[str, ...]

    @classmethod
    def open(cls, path: Path, *, user_words: Sequence[str]) -> "EmbeddedIndex":
        """The index at this path; made when it is first written. Opens nothing yet."""
        return cls(path, tuple(user_words))

    def upsert(self, docs: Sequence[SearchDoc]) -> None:
        """Add or replace by mention_id, in one transaction."""
        with self._connected(self.path, create=True) as db, _writing(db):
            for doc in docs:
                self._put(db, doc)

    def remove(self, mention_ids: Sequence[str]) -> None:
        """Forget these; unknown ids are fine."""
        with self._connected(self.path, create=True) as db, _writing(db):
            for mention_id in mention_ids:
                _drop(db, mention_id)

    def search(self, query: SearchQuery) -> SearchPage:
        """See domain.ports.SearchIndex. Without words: the newest first."""
        terms = [term for word in query.words if (term := self._term(word))]
        where, values = _filters(query)
        if terms:
            source = "texts JOIN docs ON docs.number = texts.rowid"
            where, values = ["texts MATCH ?", *where], [" AND ".join(terms), *values]
            rank = "bm25(texts, 3.0, 1.0)"
        else:
            source, rank = "docs", "0.0"
        body = f"FROM {source} WHERE {' AND '.join(where or ['1'])}"
        page = (
            f"SELECT doc, {rank} AS score {body} "
            "ORDER BY score, seen DESC, mention_id LIMIT ? OFFSET ?"
        )
        with self._connected(self.path, create=False) as db:
            total = db.execute(f"SELECT count(*) {body}", values).fetchone()[0]
            rows = db.execute(page, [*values, query.limit, query.offset]).fetchall()
        return SearchPage(hits=tuple(_hit(doc, score, query.words) for doc, score in rows),
                          total=total)  # fmt: skip

    def rebuild(self, docs: Iterator[SearchDoc]) -> int:
        """See domain.ports.SearchIndex: a new file beside, then renamed over the old one."""
        draft = self.path.with_name(self.path.name + ".new")
        for stale in (draft, *_beside(draft)):
            stale.unlink(missing_ok=True)
        count = 0
        with self._connected(draft, create=True) as db:
            for batch in _batches(docs):
                with _writing(db):
                    for doc in batch:
                        self._put(db, doc)
                count += len(batch)
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for log in (*_beside(draft), *_beside(self.path)):
            log.unlink(missing_ok=True)
        draft.replace(self.path)
        return count

    def _put(self, db: sqlite3.Connection, doc: SearchDoc) -> None:
        mention, verdict = doc.mention, doc.verdict
        _drop(db, mention.mention_id)
        row = db.execute(
            "INSERT INTO docs VALUES (?,?,?,?,?,?,?,(SELECT coalesce(max(number),0)+1 FROM docs))"
            " RETURNING number",
            (mention.mention_id, mention.first_seen_at.isoformat(timespec="microseconds"),
             mention.platform, str(verdict.polarity) if verdict else None,
             verdict.relevant if verdict else None, str(doc.level) if doc.level else None,
             to_json(doc)),
        ).fetchone()  # fmt: skip
        text = f"{mention.title} {mention.text}"
        words = " ".join(w for word in self._cut(text) for w in _pieces(word, whole=True))
        db.execute(
            "INSERT INTO texts (rowid, words, chars) VALUES (?,?,?)",
            (row[0], words, " ".join(_pieces(text))),
        )
        db.executemany(
            "INSERT OR IGNORE INTO facets VALUES (?,?,?)",
            [(row[0], kind, value) for kind, value in _facets(doc)],
        )

    def _cut(self, text: str) -> Iterator[str]:
        return iter(_jieba(self.user_words).cut_for_search(_plain(text)))

    def _term(self, word: str) -> str:
        """The FTS expression of one query word; "" when nothing in it can be searched."""
        chars = _pieces(word)
        if not chars:
            return ""
        phrase = " ".join(chars)
        cut = [w for part in self._cut(word) for w in _pieces(part, whole=True)]
        return f'(chars : "{phrase}" OR words : "{" ".join(cut)}")'

    @contextmanager
    def _connected(self, path: Path, *, create: bool) -> Iterator[sqlite3.Connection]:
        if not create and not path.exists():
            raise SearchUnavailable("还没有检索库；请运行 tingxue index rebuild")
        try:
            db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise SearchUnavailable(f"检索库打不开（{error}）；请检查文件夹权限") from error
        try:
            path.chmod(0o600)
            _prepare(db)
            yield db
        except sqlite3.Error as error:
            raise SearchUnavailable(
                f"检索库不能使用（{error}）；请运行 tingxue index rebuild"
            ) from error
        finally:
            db.close()


def _prepare(db: sqlite3.Connection) -> None:
    """Make the tables of a new file; refuse one that another version made."""
    db.execute("PRAGMA journal_mode=WAL")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        with _writing(db):
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _SCHEMA.split(";\n"):
                    db.execute(statement)
    elif version != VERSION:
        raise SearchUnavailable("检索库由另一版本写成；请运行 tingxue index rebuild")


@contextmanager
def _writing(db: sqlite3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _drop(db: sqlite3.Connection, mention_id: str) -> None:
    row = db.execute("DELETE FROM docs WHERE mention_id = ? RETURNING number", (mention_id,))
    for (number,) in row.fetchall():
        db.execute("DELETE FROM texts WHERE rowid = ?", (number,))
        db.execute("DELETE FROM facets WHERE number = ?", (number,))


def _facets(doc: SearchDoc) -> Iterator[tuple[str, str]]:
    if doc.verdict:
        yield from (("category", tag.category) for tag in doc.verdict.complaints)
        yield from (("place", place) for place in doc.verdict.places)
    yield from (("department", name) for name in doc.departments)


def _filters(query: SearchQuery) -> tuple[list[str], list[Any]]:
    """SQL conditions on docs, and their values."""
    where: list[str] = []
    values: list[Any] = []
    for sign, moment in ((">=", query.since), ("<", query.until)):
        if moment is not None:
            where.append(f"seen {sign} ?")
            values.append(moment.isoformat(timespec="microseconds"))
    for column, wanted in (("platform", query.platforms), ("level", query.levels)):
        if wanted:
            where.append(f"{column} IN ({_marks(wanted)})")
            values += map(str, wanted)
    for kind, names in (("category", query.categories), ("place", query.places),
                        ("department", query.departments)):  # fmt: skip
        if names:
            where.append(
                f"docs.number IN (SELECT number FROM facets WHERE kind = '{kind}' "  # noqa: S608
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


def _hit(doc: str, score: float, words: Sequence[str]) -> SearchHit:
    found = from_json(json.loads(doc))
    mention = found.mention
    text = mention.text if mention.title in mention.text else f"{mention.title} {mention.text}"
    return SearchHit(doc=found, score=-score, snippet=_snippet(text, words))


def _snippet(text: str, words: Sequence[str]) -> str:
    """At most 60 characters around the first hit, hits as 【…】."""
    line = " ".join(text.split())
    known = [re.escape(word) for word in sorted(words, key=len, reverse=True) if word.strip()]
    pattern = re.compile("|".join(known), re.IGNORECASE) if known else None
    first = pattern.search(line) if pattern else None
    start = max(0, first.start() - _SNIPPET // 3) if first else 0
    cut = line[start : start + _SNIPPET]
    marked = pattern.sub(lambda hit: f"【{hit[0]}】", cut) if pattern else cut
    return f"{'…' if start else ''}{marked}{'…' if start + _SNIPPET < len(line) else ''}"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _pieces(text: str, *, whole: bool = False) -> list[str]:
    """Searchable pieces: single characters, and runs of letters or digits; ``whole`` keeps a
    word of several characters together."""
    plain = _plain(text)
    if whole:
        kept = "".join(_PIECE.findall(plain))
        return [kept] if kept else []
    return _PIECE.findall(plain)


def _batches(docs: Iterator[SearchDoc]) -> Iterator[list[SearchDoc]]:
    batch: list[SearchDoc] = []
    for doc in docs:
        batch.append(doc)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _beside(path: Path) -> tuple[Path, Path]:
    return path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")


@cache
def _jieba(user_words: tuple[str, ...]) -> Any:
    """jieba's own tokenizer, so that its dictionary is in memory once, with our words added;
    loaded at the first use (about half a second)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 warns of its own regexes
        import jieba

    jieba.setLogLevel(logging.WARNING)
    for word in user_words:
        jieba.add_word(word)
    return jieba.dt
