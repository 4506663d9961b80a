"""The posts that are to be opened again: for their counts, by a person where no program may open
them, else by the automatic rounds, which read the comments below too. So spread stays known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from crawlers.turns import looked_at
from domain.collection import MAY_OPEN
from domain.plan import Plan
from domain.refreshing import is_hot, next_look, next_reading
from domain.types import Mention, Mode
from ledger.looks import Looked
from tingxue import listeners
from tingxue.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A post to open. seen_at: when its counts last were; since: since when it should have been
    looked at again (UTC)."""

    post: Looked
    seen_at: datetime
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The same with its words."""

    mention: Mention
    due: Due


def by_hand(app: App) -> list[str]:
    """Platforms whose posts no enabled source may open by itself."""
    opened = {s.platform for s in app.plan.sources if s.enabled and s.mode in MAY_OPEN}
    return [code for code in app.plan.platform_names if code not in opened]


def for_people(app: App) -> list[Due]:
    """What a person is to open, in the order of ``due``: all that is due on the platforms that no
    program opens; and where a post opens only by the link that a page of results shows, what two
    rounds have not opened although it was due, for no search shows it any more."""
    late = due(app, by_hand(app))
    for platform, patience in _by_link(app).items():
        missed, looked = app.clock() - patience, _looked(app, platform)
        late += [one for one in due(app, [platform], looked) if one.since <= missed]
    return _in_turn(late)


def _by_link(app: App) -> dict[str, timedelta]:
    """Platforms that automatic rounds open by such links alone, and how long two rounds take."""
    found = dict[str, timedelta]()
    for spec in app.plan.sources:
        if spec.enabled and spec.mode is Mode.AUTOMATIC:
            if listeners.of(app, spec.kind).post_link is not None:
                two = 2 * timedelta(minutes=spec.every_minutes)
                found[spec.platform] = max(two, found.get(spec.platform, two))
    return found


def _looked(app: App, platform: str) -> dict[str, datetime]:
    """When the rounds of any of its sources opened each post last."""
    found = dict[str, datetime]()
    with app.ledger.read() as books:
        for spec in app.plan.sources:
            if spec.enabled and spec.platform == platform:
                for key, at in looked_at(books.marks.of(spec.name)).items():
                    found[key] = max(at, found.get(key, at))
    return found


def due(
    app: App, platforms: Sequence[str], looked: Mapping[str, datetime] = MappingProxyType({})
) -> list[Due]:
    """Those that are due on these platforms: in open cases first, then the longest overdue.
    ``looked``: by mention id, looks that may have shown no counts."""
    now = app.clock()
    with app.ledger.read() as books:
        since, hot = now - timedelta(days=app.plan.refresh.days), app.plan.refresh.hot_reactions
        found = books.looks.posts(since, platforms, hot)
    late = [one for post in found if (one := _due(app.plan, post, looked, now)) is not None]
    return _in_turn(late)


def _in_turn(late: Iterable[Due]) -> list[Due]:
    return sorted(late, key=lambda one: (not one.post.in_open_case, one.since))


def threads(app: App, platform: str, looked: Mapping[str, datetime]) -> list[Due]:
    """Posts of a platform whose comments are to be read: on channels of our own first, then in
    open cases, then the longest overdue. One that showed no comment is not opened for any, but
    where it is our own, whose count no search may show. ``looked``: when each was opened last."""
    now = app.clock()
    with app.ledger.read() as books:
        found = books.looks.heeded(now - timedelta(days=app.plan.refresh.days), [platform])
    late = [one for post in found if (one := _unread(app.plan, post, looked, now)) is not None]
    return sorted(late, key=lambda d: (not d.post.own_channel, not d.post.in_open_case, d.since))


def links(app: App, late: Sequence[Due]) -> list[Link]:
    """These posts with their words, in the same order."""
    with app.ledger.read() as books:
        mentions = {m.mention_id: m for m in books.mentions.many([d.post.mention_id for d in late])}
    known = [one for one in late if one.post.mention_id in mentions]
    return [Link(mention=mentions[one.post.mention_id], due=one) for one in known]


def _unread(plan: Plan, post: Looked, looked: Mapping[str, datetime], now: datetime) -> Due | None:
    since = next_reading(
        plan.refresh, began=post.began, read=looked.get(post.mention_id), now=now,
        own=post.own_channel,
    )  # fmt: skip
    silent = post.counts is not None and post.counts.comments == 0 and not post.own_channel
    if since is None or since > now or silent:
        return None
    return Due(post=post, seen_at=post.counted_at or post.first_seen_at, since=since)


def _due(plan: Plan, post: Looked, looked: Mapping[str, datetime], now: datetime) -> Due | None:
    rule, seen = plan.refresh, post.counted_at or post.first_seen_at
    since = next_look(
        rule, began=post.began, last=max(seen, looked.get(post.mention_id, seen)), now=now,
        hot=is_hot(rule, post.counts, in_open_case=post.in_open_case),
    )  # fmt: skip
    if since is None or since > now:
        return None
    return Due(post=post, seen_at=seen, since=since)
