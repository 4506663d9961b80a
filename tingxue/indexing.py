"""Stage 5: the search index as a projection of the ledger, kept up to date or made anew."""

from collections.abc import Iterator, Sequence

from domain.types import SearchDoc
from ledger.books import Books
from tingxue.app import App

BATCH = 200
FORGET_BATCH = 5_000
"""More at once: the index rewrites itself to drop even one."""


def index_batch(app: App) -> int:
    """Drop purged mentions; without any, index up to ``BATCH`` changed ones; how many. Raises
    SearchUnavailable. A lost index is first made again as a whole: with only what is new in it,
    nobody would notice what a search leaves out."""
    if not app.home.index.exists():
        rebuild(app)
    return _forget(app) or _catch_up(app)


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
        app.index().upsert(docs)
        with app.ledger.write() as books:
            books.mentions.indexed(pending)
            # The purge may have been faster, and another process have told the index already.
            books.forgotten.note_missing([mention_id for mention_id, _ in pending])
    return len(pending)


def rebuild(app: App) -> int:
    """Make the index again from the ledger; searches answer from the old one meanwhile."""
    with app.ledger.read() as books:
        return app.index().rebuild(_every(books))


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
