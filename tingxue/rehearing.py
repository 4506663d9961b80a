"""Kept answers of listened platforms, read again after a parser was mended.

They were kept masked, as rejects of the format ``EXCHANGE`` with the fields platform, url, method,
received_at, request_body, body and reason; what is read from them now is masked too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import crawlers.platforms
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, hear
from domain import plugins
from domain.errors import PluginError
from domain.times import utc
from domain.types import Outcome, Reject
from tingxue.app import App
from tingxue.collecting import EXCHANGE, FRAGMENT
from tingxue.intake import LedgerIntake

_READ = frozenset({Outcome.OK, Outcome.EMPTY_CONFIRMED, Outcome.ITEM_GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reheard:
    """What became of the kept answers: read (and resolved), and still not."""

    read: int
    new: int
    left: int


def kept(app: App) -> list[tuple[int, Reject]]:
    """Answers and fragments that wait, oldest first."""
    with app.ledger.read() as books:
        return [(n, r) for n, r in books.rejects.pending() if r.format in (EXCHANGE, FRAGMENT)]


def shipped(code: str) -> Listened:
    """The platform's own. Raises PluginError."""
    plug_in = plugins.load(crawlers.platforms, code)
    if not hasattr(plug_in, "LISTENED"):
        raise PluginError(f"插件 {code} 不是可以听的平台")
    found: Listened = plug_in.LISTENED
    return found


def rehear(app: App, platform: Callable[[str], Listened] = shipped) -> Reheard:
    """Read every kept answer again; each is taken and marked, or stays. One that turns out to be
    about something else is done with too."""
    read = new = left = 0
    for reject_id, reject in kept(app):
        if reject.format != EXCHANGE:
            continue
        try:
            parsed = _heard(app, reject, platform)
        except (ShapeChanged, PluginError, KeyError, ValueError):
            left += 1
            continue
        if parsed is not None and parsed.items:
            new += LedgerIntake(app.ledger, reject.file, app.clock)(parsed.items)
        if parsed is not None and (parsed.misread or parsed.outcome not in _READ):
            left += 1
            continue
        with app.ledger.write() as books:
            books.rejects.resolved(reject_id, app.clock())
        read += 1
    return Reheard(read=read, new=new, left=left)


def _heard(app: App, reject: Reject, platform: Callable[[str], Listened]) -> Parsed | None:
    said = reject.fields
    exchange = Exchange(
        url=said["url"],
        body=said["body"].encode(),
        received_at=utc(datetime.fromisoformat(said["received_at"])),
        method=said.get("method", "GET"),
        request_body=said.get("request_body", ""),
    )
    return hear(platform(said["platform"]), exchange, app.pseudonym)
