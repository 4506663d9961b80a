"""Which sources share a site, which of them a program may run, and how long a site is left alone.

A refusal stops the whole platform, not one source (platforms.md §0.3, rule 4). ``news`` and ``rss``
are many sites under one name: there the host is what is left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from domain.plan import SourceSpec
from domain.types import Mode, Outcome

STOPS = (
    Outcome.LOGIN_REQUIRED, Outcome.VERIFY_REQUIRED, Outcome.RATE_LIMITED,
    Outcome.IP_OR_ACCOUNT_BLOCKED,
)  # fmt: skip
BY_MACHINE = frozenset({Mode.OPEN, Mode.OWN, Mode.AUTOMATIC})
"""Modes in which a program begins by itself; in the others a person does. Of ``OWN`` a person has
to log in once."""

MAY_OPEN = frozenset({Mode.OPEN, Mode.AUTOMATIC})
"""Modes in which a program may open the pages of others, and so see their counts again."""

RAISED = frozenset({Mode.OWN, Mode.ASSISTED, Mode.AUTOMATIC})
"""Modes that are off until somebody has answered for them."""

_MANY_SITES = frozenset({"news", "rss"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A site is left alone over [began_at, until), UTC, because this source met that outcome.
    lifted_at: when a person ended it earlier."""

    site: str
    began_at: datetime
    until: datetime
    source: str
    outcome: Outcome
    lifted_at: datetime | None = None


def sites(spec: SourceSpec) -> tuple[str, ...]:
    """What is left alone when this source is refused: its platform, or, where that is many sites,
    the hosts it reads."""
    if spec.platform not in _MANY_SITES:
        return (spec.platform,)
    hosts = (urlsplit(url).hostname or "" for url in spec.start_urls)
    return tuple(dict.fromkeys(filter(None, hosts))) or (f"source:{spec.name}",)


def holding(spec: SourceSpec, pauses: Mapping[str, Pause]) -> Pause | None:
    """The pause that keeps this source from running, the longest one; ``pauses`` by site."""
    held = [pauses[site] for site in sites(spec) if site in pauses]
    return max(held, key=lambda pause: pause.until, default=None)


def until(outcome: Outcome, hours: Mapping[Outcome, int], now: datetime) -> datetime | None:
    """When a site may be asked again after this outcome; None when it may be at once."""
    return now + timedelta(hours=hours[outcome]) if outcome in STOPS else None


def next_try(spec: SourceSpec, last: datetime | None, pause: Pause | None) -> datetime | None:
    """When the program will run it next, by its last start; None: now, or never by itself (ask
    ``BY_MACHINE``)."""
    usual = last + timedelta(minutes=spec.every_minutes) if last else None
    ends = pause.until if pause else None
    return max(filter(None, (usual, ends)), default=None)
