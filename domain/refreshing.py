"""When a post is to be opened again, for its counts and the comments below it: often on its first
day, then daily, then never. Only where it matters, for each look is a page opened."""

from dataclasses import replace
from datetime import datetime, timedelta

from domain.plan import RefreshRule
from domain.types import Counts


def is_hot(rule: RefreshRule, counts: Counts | None, *, in_open_case: bool) -> bool:
    """Whether its spread matters; counts that no page showed count nothing."""
    shown = (counts.likes, counts.comments, counts.shares) if counts else ()
    return in_open_case or sum(one or 0 for one in shown) >= rule.hot_reactions


def next_look(
    rule: RefreshRule, *, began: datetime, last: datetime, now: datetime, hot: bool
) -> datetime | None:
    """When to look next, perhaps in the past; None for never again. ``began``: published, or first
    seen; ``last``: the newest look. UTC."""
    end = began + timedelta(days=rule.days)
    often = last < began + timedelta(hours=rule.first_hours)
    step = timedelta(minutes=rule.first_minutes) if often else timedelta(hours=rule.later_hours)
    due = last + step
    return due if hot and due <= end and now <= end else None


def next_reading(
    rule: RefreshRule, *, began: datetime, read: datetime | None, now: datetime, own: bool
) -> datetime | None:
    """When the comments below a post are to be read next, perhaps in the past; None for never
    again. ``read``: last (None: never, then now is the time). Our own are watched as a hot post's
    counts are, others daily. UTC."""
    if read is None:
        return now if now <= began + timedelta(days=rule.days) else None
    calm = replace(rule, first_hours=rule.first_hours if own else 0)
    return next_look(calm, began=began, last=read, now=now, hot=True)
