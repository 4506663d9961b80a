"""Files from outside into the ledger: whole batches, rejected rows kept, nothing twice."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crawlers.imports import open_import, replay
from domain.privacy import mask
from domain.types import Incoming, Reject
from tingxue.app import App
from tingxue.collecting import EXCHANGE, FRAGMENT
from tingxue.intake import LedgerIntake

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one file. rows = taken + rejected; new <= taken. ``format`` in Chinese.
    unmapped: columns nobody reads; personal: columns never read, by design; skipped: sheets."""

    file: str
    format: str
    taken: int
    new: int
    rejected: int
    unmapped: tuple[str, ...]
    personal: tuple[str, ...]
    skipped: tuple[str, ...]


def import_file(
    app: App, path: Path, *, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Take a file. Raises InputError, in Chinese, when it cannot be taken at all; whole batches
    before a cut stay taken. ``progress`` gets (bytes read, bytes in all) after each batch."""
    opened = open_import(path, pseudonym=app.pseudonym, now=app.clock())
    intake = LedgerIntake(app.ledger, f"import:{mask(path.name)}", app.clock)
    good: list[Incoming] = []
    bad: list[Reject] = []
    rejected = 0

    def flush() -> None:
        nonlocal rejected
        rejected += len(bad)
        if good:
            intake(good)
        if bad:
            with app.ledger.write() as books:
                books.rejects.add(bad, app.clock())
        good.clear()
        bad.clear()
        if progress is not None:
            progress(opened.position(), opened.total_bytes)

    try:
        for row in opened.rows:
            (good if isinstance(row, Incoming) else bad).append(row)  # type: ignore[arg-type]
            if len(good) + len(bad) >= BATCH:
                flush()
    finally:
        flush()
    return Imported(
        file=path.name,
        format=opened.title,
        taken=intake.seen,
        new=intake.new,
        rejected=rejected,
        unmapped=opened.unmapped,
        personal=opened.personal,
        skipped=opened.skipped,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of the kept rejects."""

    taken: int
    still_rejected: int


def replay_rejects(app: App) -> Replayed:
    """Try every kept reject again. Each is taken and marked in one go or stays."""
    taken = failed = 0
    with app.ledger.read() as books:
        waiting = books.rejects.pending()
    pending = [(n, r) for n, r in waiting if r.format not in (FRAGMENT, EXCHANGE)]
    for reject_id, reject in pending:
        row = replay(reject, pseudonym=app.pseudonym, now=app.clock())
        if isinstance(row, Reject):
            failed += 1
            continue
        LedgerIntake(app.ledger, f"import:{reject.file}", app.clock)([row])
        with app.ledger.write() as books:
            books.rejects.resolved(reject_id, app.clock())
        taken += 1
    return Replayed(taken=taken, still_rejected=failed)
