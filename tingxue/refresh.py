"""The posts that are to be opened again: for their counts, by a person where no program may open
them, else by the automatic rounds, which read the comments below too. So spread stays known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from domain.collection import MAY_OPEN
from domain.refreshing import is_hot, next_look, next_reading
from domain.types import Counts, Mention
from ledger.looks import Looked
from tingxue.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A post to open. counts: the newest, None for never shown; seen_at: when they last were; due:
    since when it should have been looked at again (UTC)."""

    mention: Mention
    counts: Counts | None
    seen_at: datetime
    due: datetime
    in_open_case: bool


def by_hand(app: App) -> list[str]:
    """Platforms whose posts no enabled source may open by itself."""
    opened = {s.platform for s in app.plan.sources if s.enabled and s.mode in MAY_OPEN}
    return [code for code in app.plan.platform_names if code not in opened]


def links(
    app: App, platforms: Sequence[str], looked: Mapping[str, datetime] = MappingProxyType({})
) -> list[Link]:
    """Those that are due on these platforms: in open cases first, then the longest overdue.
    ``looked``: by mention id, looks that may have shown no counts."""
    now = app.clock()
    with app.ledger.read() as books:
        since, hot = now - timedelta(days=app.plan.refresh.days), app.plan.refresh.hot_reactions
        found = books.looks.posts(since, platforms, hot)
    due = [link for one in found if (link := _due(app, one, looked, now)) is not None]
    return sorted(due, key=lambda link: (not link.in_open_case, link.due))


def threads(app: App, platform: str, looked: Mapping[str, datetime]) -> list[Link]:
    """Posts of a platform whose comments are to be read: on channels of our own first, then in
    open cases, then the longest overdue. One that showed no comment is not opened for any, but
    where it is our own, whose count no search may show. ``looked``: when each was opened last."""
    now = app.clock()
    with app.ledger.read() as books:
        found = books.looks.heeded(now - timedelta(days=app.plan.refresh.days), [platform])
    due = [link for one in found if (link := _unread(app, one, looked, now)) is not None]
    return sorted(due, key=lambda link: (not _ours(link.mention), not link.in_open_case, link.due))


def _unread(app: App, one: Looked, looked: Mapping[str, datetime], now: datetime) -> Link | None:
    mention, counts = one.mention, one.sighting.counts if one.sighting else None
    own = _ours(mention)
    due = next_reading(
        app.plan.refresh, began=mention.published_at or mention.first_seen_at,
        read=looked.get(mention.mention_id), now=now, own=own,
    )  # fmt: skip
    silent = counts is not None and counts.comments == 0 and not own
    if due is None or due > now or silent:
        return None
    seen = one.counted_at or mention.first_seen_at
    return Link(
        mention=mention, counts=counts, seen_at=seen, due=due, in_open_case=one.in_open_case
    )


def _ours(mention: Mention) -> bool:
    return mention.context.own_channel


def _due(app: App, one: Looked, looked: Mapping[str, datetime], now: datetime) -> Link | None:
    rule, mention = app.plan.refresh, one.mention
    counts = one.sighting.counts if one.sighting else None
    seen = one.counted_at or mention.first_seen_at
    last = max(seen, looked.get(mention.mention_id, seen))
    due = next_look(
        rule, began=mention.published_at or mention.first_seen_at, last=last, now=now,
        hot=is_hot(rule, counts, in_open_case=one.in_open_case),
    )  # fmt: skip
    if due is None or due > now:
        return None
    return Link(
        mention=mention, counts=counts, seen_at=seen, due=due, in_open_case=one.in_open_case
    )
