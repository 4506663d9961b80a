"""A mention and its verdict as far as papers count and list them: light rows of a busy week.

Named tuples, where the domain else has dataclasses: of 100,000 mentions they are made in a quarter
of the time. Every name means what it means in ``domain.types``.
"""

from datetime import datetime
from typing import NamedTuple

from domain.types import Polarity


class CountedMention(NamedTuple):
    """What the counting rule and the figures ask of a mention."""

    mention_id: str
    platform: str
    first_seen_at: datetime
    drill: bool


class ListedMention(NamedTuple):
    """The same, and what a list shows of it; text and title are masked."""

    mention_id: str
    platform: str
    first_seen_at: datetime
    drill: bool
    published_at: datetime | None
    url: str
    title: str
    text: str


class CountedTag(NamedTuple):
    """A complaint without its evidence."""

    category: str


class CountedVerdict(NamedTuple):
    """What the counting rule and the figures ask of a verdict; many mentions may share one."""

    relevant: bool
    places: tuple[str, ...]
    polarity: Polarity
    complaints: tuple[CountedTag, ...]
