"""Stage 5: what people search and look at as a projection of the ledger, kept up to date or made
anew. With a search server, the records of ``domain.records`` stand there beside the mentions."""

from collections.abc import Callable, Iterator, Sequence

from domain.ports import RecordIndex
from domain.records import KINDS
from domain.records import documents as documents_of
from domain.search import Refused, SearchDoc
from ledger.books import Books
from tingxue.app import App

BATCH = 1_000
"""Enough that a search server works on some while the next are made."""
FORGET_BATCH = 5_000
"""More at once: the index rewrites itself to drop even one."""


def index_batch(app: App) -> int:
    """Drop what was purged; without any, index up to ``BATCH`` changed mentions; without any, show
    as many changed records; how many. Raises SearchUnavailable. A lost index is first made again as
    a whole: with only what is new in it, nobody would notice what a search leaves out."""
    if not app.index().present():
        _rebuild_mentions(app)
    return _forget(app) or _catch_up(app) or _records(app)


def _forget(app: App) -> int:
    with app.ledger.read() as books:
        gone = books.forgotten.pending(FORGET_BATCH)
    if gone:
        app.index().remove(gone)
        with app.ledger.write() as books:
            books.forgotten.confirmed(gone)
    return len(gone)


def _catch_up(app: App) -> int:
    with app.ledger.read() as books:
        pending = books.mentions.to_index(BATCH)
        docs = documents(books, [mention_id for mention_id, _ in pending])
    if pending:
        refused = app.index().upsert(docs)
        ids = [mention_id for mention_id, _ in pending]
        with app.ledger.write() as books:
            books.mentions.indexed(pending)
            _note(app, books, "mentions", ids, refused)
            # The purge may have been faster, and another process have told the index already.
            books.forgotten.note_missing(ids)
    return len(pending)


def _note(
    app: App, books: Books, kind: str, ids: Sequence[str], refused: Sequence[Refused]
) -> None:
    still = {one.doc_id for one in refused}
    books.refusals.settled(kind, [doc_id for doc_id in ids if doc_id not in still])
    books.refusals.note(refused, app.clock())


# --- beside the mentions


def _records(app: App) -> int:
    """Nothing, and what waits is forgotten, where nobody shows records."""
    shown = app.records()
    with app.ledger.read() as books:
        gone = books.projection.forgotten(FORGET_BATCH)
    if shown is not None and not shown.present():
        with app.ledger.write() as books:
            books.projection.again()
        shown.make()
    if gone:
        if shown is not None:
            shown.drop(gone)
        with app.ledger.write() as books:
            books.projection.dropped(gone)
    return len(gone) + (_show(app, shown) if shown is not None else 0)


def _show(app: App, shown: RecordIndex) -> int:
    with app.ledger.read() as books:
        waiting = books.projection.waiting(BATCH)
    if waiting:
        refused = shown.put(waiting)
        given = [one for record in waiting for one in documents_of(record)]
        with app.ledger.write() as books:
            books.projection.shown(waiting)
            for kind in KINDS:
                ids = [doc_id for name, doc_id in given if name == kind]
                _note(app, books, kind, ids, [one for one in refused if one.kind == kind])
    return len(waiting)


# --- as a whole


def rebuild(app: App) -> int:
    """Make all of it again from the ledger; searches answer from the old content meanwhile."""
    return _rebuild_mentions(app) + _rebuild_records(app)


def _rebuild_mentions(app: App) -> int:
    with app.ledger.read() as books:
        done = app.index().rebuild(_every(books))
    if app.ledger.sealed:
        return done.count
    with app.ledger.write() as books:
        books.refusals.settled_but("mentions", done.refused)
        books.refusals.note(done.refused, app.clock())
    return done.count


def _rebuild_records(app: App) -> int:
    shown = app.records()
    if shown is None:
        return 0
    with app.ledger.read() as books:
        done = shown.rebuild(books.projection.every())
    with app.ledger.write() as books:
        for kind in KINDS:
            refused = [one for one in done.refused if one.kind == kind]
            books.refusals.settled_but(kind, refused)
            books.refusals.note(refused, app.clock())
    return done.count


def for_archive(app: App) -> None:
    """The index of a sealed ledger, made when somebody first searches there: it never changes."""
    if app.ledger.sealed and not app.index().present():
        _rebuild_mentions(app)


def retry(app: App) -> int:
    """Give the index once more what it refused; how many are left."""
    with app.ledger.write() as books:
        refused = books.refusals.pending()
        books.mentions.touch([one.doc_id for one in refused if one.kind == "mentions"])
        if any(one.kind != "mentions" for one in refused):
            books.projection.again()
    _until_empty(index_batch, app)
    with app.ledger.read() as books:
        return books.refusals.count()


def _until_empty(batch: Callable[[App], int], app: App) -> None:
    while batch(app):
        pass


def _every(books: Books) -> Iterator[SearchDoc]:
    for ids in books.mentions.every_id():
        yield from documents(books, ids)


def documents(books: Books, mention_ids: Sequence[str]) -> list[SearchDoc]:
    """What people search: the mention, its verdict, its case."""
    mentions = books.mentions.many(mention_ids)
    verdicts = books.mentions.verdicts(mention_ids)
    case_of = books.cases.by_mention(mention_ids)
    cases = {case_id: books.cases.get(case_id) for case_id in set(case_of.values())}
    docs = []
    for mention in mentions:
        case = cases.get(case_of.get(mention.mention_id, ""))
        docs.append(
            SearchDoc(
                mention=mention,
                verdict=verdicts.get(mention.mention_id),
                case_id=case.case_id if case else None,
                level=case.level if case else None,
                departments=tuple(o.department for o in case.obligations) if case else (),
            )
        )
    return docs
