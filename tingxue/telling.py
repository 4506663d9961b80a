"""One message to one receiver, into the outbox, inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from alerts.routing import channels_for, deliveries_for
from domain.identity import digest
from domain.types import Alert, Level
from ledger.books import Books
from tingxue.app import App


def tell(
    app: App, books: Books, receiver: str, purpose: str, text: tuple[str, str],
    occasion: Sequence[str], *, case_id: str | None = None, level: Level | None = None,
    channels: Sequence[str] | None = None, due: datetime | None = None,
    files: Sequence[tuple[str, str]] = (),
) -> None:  # fmt: skip
    """text: title and body. occasion: names the alert; the same one never speaks twice.
    channels: None for the receiver's own. due: not to be sent before; None for at once.
    files: (name, sha256) of finished papers to go with it."""
    alert = Alert(
        alert_id=digest(*occasion, length=32),
        case_id=case_id,
        purpose=purpose,
        level=level,
        title=text[0],
        body=text[1],
        created_at=app.clock(),
        drill=app.ledger.drill,
        files=tuple(files),
    )
    over = channels_for(app.plan, receiver) if channels is None else channels
    books.queue(alert, deliveries_for(alert, receiver, over, due=due))
