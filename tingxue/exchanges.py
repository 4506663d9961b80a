"""Answers of a page that could not be read: kept without persons, and heard again by newer code.

One place for saved traffic, live windows and ``tingxue sources replay``. What is kept says what was
asked, when and what came, as far as a parser may need it; authors are gone for good.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from crawlers.barerequests import bare_form, bare_request
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, hear, why_misread
from crawlers.scrubbing import MOST_KEPT, MOST_READ, scrub
from domain.errors import PluginError
from domain.identity import id_of
from domain.privacy import mask
from domain.times import utc
from domain.types import Incoming, Outcome, Reject
from tingxue import listeners, names
from tingxue.app import App
from tingxue.collecting import EXCHANGE
from tingxue.intake import LedgerIntake, storable

Lookup = Callable[[App, str], Listened]
"""(app, code) -> the platform. Raises PluginError."""

_CUT = "内容太长，没有留全，不能重读"
_READ = frozenset({Outcome.OK, Outcome.EMPTY_CONFIRMED, Outcome.ITEM_GONE})


def kept(
    source: str, platform: Listened, exchange: Exchange, reason: str, *, number: int = 0
) -> Reject:
    """What is kept of an exchange, without persons. ``source``: of the mentions that it would have
    given. ``number``: which request of a file it was."""
    body = scrub(exchange.body, platform.code, _accounts(platform, exchange))
    whole = len(body) <= MOST_KEPT and len(exchange.body) <= MOST_READ
    fields = {
        "platform": platform.code,
        "url": bare_request(exchange.url),
        "method": exchange.method,
        "received_at": exchange.received_at.isoformat(),
        "request_body": bare_form(exchange.request_body, platform.code),
        "status": str(exchange.status),
        "own": "1" if exchange.own else "",
        "body": body[:MOST_KEPT],
        "cut": "" if whole else "1",
        "reason": mask(reason),
    }
    return Reject(
        file=source, row=number, format=EXCHANGE,
        reason=mask(reason) if whole else f"{mask(reason)}；{_CUT}",
        fields={name: storable(value) for name, value in fields.items()},
    )  # fmt: skip


def _accounts(platform: Listened, exchange: Exchange) -> set[str]:
    """Those that the parser comes across, as far as it gets."""
    met = set[str]()

    def note(_platform: str, account: str) -> None:
        met.add(account)

    with suppress(ShapeChanged):
        hear(platform, exchange, note)
    return met


def keep(app: App, source: str, platform: Listened, exchange: Exchange, reason: str) -> None:
    """Keep one now. The same one is kept once."""
    with app.ledger.write() as books:
        books.rejects.add([kept(source, platform, exchange, reason)], app.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What came of hearing a kept exchange again. ``reason``: Chinese, why it stays; "" when it was
    read whole."""

    new: int
    reason: str


def replay_one(
    app: App,
    reject_id: int,
    reject: Reject,
    platform: Lookup = listeners.of,
) -> Again:
    """Hear a kept exchange again. Mentions that the ledger lacks are added, without authors and
    with masked texts; those it has stay as they are. Read whole, or about something else as it
    turns out, it is marked as resolved."""
    if reject.fields.get("cut"):
        return Again(new=0, reason=_CUT)
    try:
        parsed = hear(platform(app, reject.fields["platform"]), replayed(reject), _nobody)
    except ShapeChanged as changed:
        return Again(new=0, reason=changed.reason)
    except PluginError as unknown:
        return Again(new=0, reason=str(unknown))
    except (KeyError, ValueError):
        return Again(new=0, reason="留存的内容不完整")
    missing = _missing(app, parsed.items) if parsed is not None else []
    if missing:
        LedgerIntake(app.ledger, reject.file, app.clock)(missing)
    reason = _why_it_stays(parsed)
    if not reason:
        with app.ledger.write() as books:
            books.rejects.resolved(reject_id, app.clock())
    return Again(new=len(missing), reason=reason)


def _why_it_stays(parsed: Parsed | None) -> str:
    if parsed is None or (parsed.outcome in _READ and not parsed.misread):
        return ""
    return why_misread(parsed.misread) or names.OUTCOMES[parsed.outcome]


def _nobody(_platform: str, _account: str) -> None:
    """Accounts were emptied; what a parser may find in their place is nobody's."""


def replayed(reject: Reject) -> Exchange:
    """The exchange as it was kept. Raises KeyError and ValueError for what is not whole."""
    said = reject.fields
    return Exchange(
        url=said["url"], body=said["body"].encode(), method=said.get("method", "GET"),
        received_at=utc(datetime.fromisoformat(said["received_at"])),
        request_body=said.get("request_body", ""), status=int(said.get("status", "200")),
        own=bool(said.get("own")),
    )  # fmt: skip


def _missing(app: App, items: Sequence[Incoming]) -> list[Incoming]:
    """Those that the ledger does not have: the counts of an old answer are no sighting of today."""
    ids = {id_of(item): item for item in items}
    with app.ledger.read() as books:
        known = {mention.mention_id for mention in books.mentions.many(list(ids))}
    return [item for known_id, item in ids.items() if known_id not in known]
