"""Screenshots of pages that brought something new, kept like originals (docs/decisions/0024).

Each is a JPEG in ``TINGXUE_HOME/pictures`` and, written after it, a JSON of the same name that says
what it shows; a JPEG without one counts for nothing. Nothing shows them but an evidence pack that
is made for a reason, behind the door of the originals.
"""

import hashlib
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.times import utc
from tingxue import disk
from tingxue.app import App
from tingxue.home import Home

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One screenshot that is kept. ``jpeg`` is its file; ``sha256`` what that was when it was
    taken."""

    jpeg: Path
    sha256: str
    url: str
    source: str
    taken_at: datetime
    mention_ids: tuple[str, ...]


def keep(
    app: App, source: str, jpeg: bytes, *, url: str, taken_at: datetime,
    mention_ids: tuple[str, ...],
) -> None:  # fmt: skip
    """Keep one. A full disk costs the picture and a line in the log, never the mentions."""
    digest = hashlib.sha256(jpeg).hexdigest()
    stem = f"{utc(taken_at):%Y%m%dT%H%M%S%fZ}-{digest[:16]}"
    said = {
        "sha256": digest, "url": url, "source": source, "taken_at": utc(taken_at).isoformat(),
        "mention_ids": list(mention_ids),
    }  # fmt: skip
    folder = app.home.pictures
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        disk.write(folder / f"{stem}.jpg", jpeg, mode=0o600)
        disk.write(folder / f"{stem}.json", json.dumps(said).encode(), mode=0o600)
        disk.sync_folder(folder)
    except OSError as error:
        _log.warning("截图没有存下（%s）；请检查磁盘空间和 %s", error.strerror, folder)


def of(home: Home, mention_ids: Collection[str]) -> list[Kept]:
    """Those that show any of these mentions, oldest first. Reads what is said of every one."""
    wanted = set(mention_ids)
    return [one for one in _every(home) if wanted.intersection(one.mention_ids)]


def purge(app: App) -> int:
    """Delete those older than originals may become, but for what stands under a legal hold; how
    many."""
    before = app.clock() - timedelta(days=app.plan.retention.originals)
    gone = [one for one in _every(app.home) if one.taken_at < before]
    with app.ledger.read() as books:
        held = books.purge.held([i for one in gone for i in one.mention_ids])
    gone = [one for one in gone if not held.intersection(one.mention_ids)]
    for one in gone:
        one.jpeg.unlink(missing_ok=True)
        one.jpeg.with_suffix(".json").unlink(missing_ok=True)
    _sweep(app.home, before)
    return len(gone)


def _sweep(home: Home, before: datetime) -> None:
    """What a crash left without the line that says what it shows."""
    for path in home.pictures.glob("*"):
        alone = path.suffix != ".json" and not path.with_suffix(".json").exists()
        if alone and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            path.unlink(missing_ok=True)


def _every(home: Home) -> list[Kept]:
    return [_read(path) for path in sorted(home.pictures.glob("*.json"))]


def _read(path: Path) -> Kept:
    said = json.loads(path.read_text("utf-8"))
    return Kept(
        jpeg=path.with_suffix(".jpg"), sha256=said["sha256"], url=said["url"],
        source=said["source"], taken_at=datetime.fromisoformat(said["taken_at"]),
        mention_ids=tuple(said["mention_ids"]),
    )  # fmt: skip
