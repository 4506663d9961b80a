"""What rings without a case: a surge of voices, and a source that has fallen silent.

Both stand in the ledger from their first ring until they are over, so that one surge and one
silence ring once, whatever is killed and however many processes look.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SeriesKind(StrEnum):
    """What is counted by the hour."""

    COMPLAINT = "complaint"
    """who complains of one category at one place"""
    PLATFORM = "platform"
    """who complains of anything on one platform"""
    TONE_AT = "tone_at"
    """who speaks of one place, and which of them badly"""
    TONE_ON = "tone_on"
    """the same for one platform"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What one count is about. what: a category's code (COMPLAINT) or a platform's; "" for none.
    place: a place's name; "" where the texts name none, and for platforms."""

    kind: SeriesKind
    what: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Distinct voices of a series in one hour. ago: how many whole hours before the present the
    hour ended (0 = the last 60 minutes). negative: those of them that are."""

    series: Series
    ago: int
    voices: int
    negative: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One mention that is counted. at: when it was said, or, unknown, first seen (UTC). author: its
    author_ref, or its own id where nobody knows the author. text: masked."""

    mention_id: str
    at: datetime
    author: str
    platform: str
    text: str
    negative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRecord:
    """A surge that has rung. step: "warn" or "page", the highest so far. people, expected: since it
    began. last_at: the newest hour that stood out. ended_at: None while it goes on."""

    series: Series
    began_at: datetime
    last_at: datetime
    step: str
    people: int
    expected: float
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRecord:
    """A silence that has rung. reason: "failing" (no run succeeds) or "quiet" (runs succeed and
    bring nearly nothing). ended_at: None while it goes on."""

    source: str
    began_at: datetime
    reason: str
    told_at: datetime
    ended_at: datetime | None = None
