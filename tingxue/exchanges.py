"""Answers of a page that could not be read: kept without persons, and heard again by newer code.

One place for saved traffic, live windows and ``tingxue sources replay``. What is kept says what was
asked, when and what came, as far as a parser may need it; authors are gone for good.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crawlers.barerequests import bare_form, bare_request
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Misread, Parsed, hear, listened_platforms
from crawlers.scrubbing import MOST_KEPT, MOST_READ, scrub
from domain.identity import mention_id, native_id
from domain.privacy import mask
from domain.types import Incoming, Reject
from tingxue.app import App
from tingxue.collecting import EXCHANGE
from tingxue.intake import LedgerIntake, storable

_CUT = "内容太长，没有留全，不能重读"
_MOST_REASONS = 3


def kept(source: str, platform: str, exchange: Exchange, reason: str, *, number: int = 0) -> Reject:
    """What is kept of an exchange, without persons. ``source``: of the mentions that it would have
    given. ``number``: which request of a file it was."""
    body = scrub(exchange.body, platform)
    whole = len(body) <= MOST_KEPT and len(exchange.body) <= MOST_READ
    fields = {
        "platform": platform,
        "url": bare_request(exchange.url),
        "method": exchange.method,
        "received_at": exchange.received_at.isoformat(),
        "request_body": bare_form(exchange.request_body, platform),
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


def keep(app: App, source: str, platform: str, exchange: Exchange, reason: str) -> None:
    """Keep one now. The same one is kept once."""
    with app.ledger.write() as books:
        books.rejects.add([kept(source, platform, exchange, reason)], app.clock())


def why_misread(misread: Sequence[Misread]) -> str:
    """The reason for which an answer with unreadable items is kept."""
    said = list(dict.fromkeys(one.reason for one in misread))
    more = f" 等 {len(misread)} 处" if len(said) > _MOST_REASONS else ""
    return "；".join(said[:_MOST_REASONS]) + more


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What came of hearing a kept exchange again. ``reason``: Chinese, why it stays; "" when it was
    read whole."""

    new: int
    reason: str


def replay_one(app: App, reject_id: int, reject: Reject) -> Again:
    """Hear a kept exchange again. Mentions that the ledger lacks are added, without authors and
    with masked texts; those it has stay as they are. Read whole, it is marked as resolved."""
    if reject.fields.get("cut"):
        return Again(new=0, reason=_CUT)
    parsed = _heard(reject)
    if isinstance(parsed, str):  # a reason
        return Again(new=0, reason=parsed)
    missing = _missing(app, parsed.items)
    if missing:
        LedgerIntake(app.ledger, reject.file, app.clock)(missing)
    if not parsed.misread:
        with app.ledger.write() as books:
            books.rejects.resolved(reject_id, app.clock())
    return Again(new=len(missing), reason=why_misread(parsed.misread))


def _heard(reject: Reject) -> Parsed | str:
    """What is read of it now, or why not."""
    code = reject.fields["platform"]
    platform = next((one for one in listened_platforms() if one.code == code), None)
    if platform is None:
        return "程序里已没有这个平台"
    try:
        parsed = hear(platform, replayed(reject), _nobody)
    except ShapeChanged as changed:
        return changed.reason
    return parsed if parsed is not None else "程序已不读这个地址"


def _nobody(_platform: str, _account: str) -> None:
    """Accounts were emptied; what a parser may find in their place is nobody's."""


def replayed(reject: Reject) -> Exchange:
    """The exchange as it was kept."""
    kept_fields = reject.fields
    return Exchange(
        url=kept_fields["url"], body=kept_fields["body"].encode(), method=kept_fields["method"],
        received_at=datetime.fromisoformat(kept_fields["received_at"]),
        request_body=kept_fields["request_body"], status=int(kept_fields["status"]),
        own=bool(kept_fields["own"]),
    )  # fmt: skip


def _missing(app: App, items: Sequence[Incoming]) -> list[Incoming]:
    """Those that the ledger does not have: the counts of an old answer are no sighting of today."""
    ids = {_id(item): item for item in items}
    with app.ledger.read() as books:
        known = {mention.mention_id for mention in books.mentions.many(list(ids))}
    return [item for known_id, item in ids.items() if known_id not in known]


def _id(item: Incoming) -> str:
    text = f"{item.title}\n{item.text}"
    native = native_id(item.native_id, item.url, text, item.published_at)
    return mention_id(item.platform, item.kind, native)
