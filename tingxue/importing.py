"""Files from outside into the ledger: whole batches, rejected rows kept, nothing twice."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crawlers.har import is_har, not_har
from crawlers.imports import Import, open_import, replay
from domain.errors import InputError
from domain.privacy import mask
from domain.types import Incoming, Reject
from tingxue.app import App
from tingxue.collecting import EXCHANGE, FRAGMENT
from tingxue.intake import LedgerIntake
from tingxue.traffic import import_traffic

BATCH = 500
HAR = "浏览器 HAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one file. Of a table, rows = taken + rejected; new <= taken. ``format`` in
    Chinese. unmapped: columns nobody reads; personal: columns never read, by design; skipped:
    sheets; notices: Chinese lines about a HAR file, whose rejects are answers, not rows."""

    file: str
    format: str
    taken: int
    new: int
    rejected: int
    unmapped: tuple[str, ...]
    personal: tuple[str, ...]
    skipped: tuple[str, ...]
    notices: tuple[str, ...] = ()


def import_file(
    app: App, path: Path, *, progress: Callable[[int, int], None] | None = None
) -> Imported:
    """Take a file. Raises InputError, in Chinese, when it cannot be taken at all; whole batches
    before a cut stay taken. ``progress`` gets (bytes read, bytes in all) as it goes on."""
    if is_har(path):
        return _import_har(app, path, progress)
    opened = _opened(app, path)
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


def _import_har(app: App, path: Path, progress: Callable[[int, int], None] | None) -> Imported:
    done = import_traffic(app, path, progress)
    return Imported(
        file=path.name, format=HAR, taken=done.taken, new=done.new, rejected=done.rejected,
        unmapped=(), personal=(), skipped=(), notices=done.notices,
    )  # fmt: skip


def _opened(app: App, path: Path) -> Import:
    """As a table; a file that calls itself a HAR file and is no table either is told so."""
    try:
        return open_import(path, pseudonym=app.pseudonym, now=app.clock())
    except InputError:
        named = path.name.lower().endswith((".har", ".har.gz"))
        if named and path.is_file() and path.stat().st_size:
            raise not_har(path.name) from None
        raise


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What became of the kept rejects."""

    taken: int
    still_rejected: int


def replay_rejects(app: App) -> Replayed:
    """Try every kept row again. Each is taken and marked in one go or stays."""
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
