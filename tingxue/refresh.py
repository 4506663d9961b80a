"""The links that a person should open today, because no program may: so that spread stays known.

How old counts are is told from the newest sighting, and a look that found the same counts writes
none: the age is that of the last change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.collection import MAY_OPEN
from domain.refreshing import is_hot, next_look
from domain.types import Counts, Mention
from ledger.looks import Looked
from tingxue.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A post to open. counts: the newest, None for never shown; seen_at: when; due: since when it
    should have been looked at again (UTC)."""

    mention: Mention
    counts: Counts | None
    seen_at: datetime
    due: datetime
    in_open_case: bool


def by_hand(app: App) -> list[str]:
    """Platforms whose posts no enabled source may open by itself."""
    opened = {s.platform for s in app.plan.sources if s.enabled and s.mode in MAY_OPEN}
    return [code for code in app.plan.platform_names if code not in opened]


def links(app: App, platforms: Sequence[str]) -> list[Link]:
    """Those that are due on these platforms: in open cases first, then the longest overdue."""
    now = app.clock()
    with app.ledger.read() as books:
        found = books.looks.posts(now - timedelta(days=app.plan.refresh.days), platforms)
    due = [link for one in found if (link := _due(app, one, now)) is not None]
    return sorted(due, key=lambda link: (not link.in_open_case, link.due))


def _due(app: App, one: Looked, now: datetime) -> Link | None:
    rule, mention = app.plan.refresh, one.mention
    counts = one.sighting.counts if one.sighting else None
    last = one.sighting.seen_at if one.sighting else mention.first_seen_at
    due = next_look(
        rule, began=mention.published_at or mention.first_seen_at, last=last, now=now,
        hot=is_hot(rule, counts, in_open_case=one.in_open_case),
    )  # fmt: skip
    if due is None or due > now:
        return None
    return Link(
        mention=mention, counts=counts, seen_at=last, due=due, in_open_case=one.in_open_case
    )
