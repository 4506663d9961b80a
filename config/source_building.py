"""From the checked sources.yaml to the plan's sources, accounts, assessments and searches."""

from collections.abc import Mapping

from config.files import Files
from config.models import SourceEntry
from domain.plan import Account, Assessment, GoAhead, SearchRule, SourceSpec
from domain.types import Mode, Outcome

_A_DAY = 24 * 60
WORDS = "words"
"""The option of open sources that takes the place of the search rules; "" takes everything."""


def build_accounts(files: Files) -> dict[str, Account]:
    """By name."""
    return {
        entry.name: Account(name=entry.name, platform=entry.platform, title=entry.title)
        for entry in files.sources.accounts
    }


def build_assessments(files: Files) -> dict[str, Assessment]:
    """By platform."""
    entries = files.sources.assessments
    return {code: Assessment(**entry.model_dump()) for code, entry in entries.items()}


def build_cooldown(files: Files) -> dict[Outcome, int]:
    """Hours by outcome."""
    return {Outcome(k): hours for k, hours in files.sources.cooldown_hours.model_dump().items()}


def build_sources(
    files: Files, accounts: Mapping[str, Account], places: tuple[SearchRule, ...]
) -> tuple[SourceSpec, ...]:
    """In the order of the file. ``places``: what is searched where a source says nothing else."""
    return tuple(_source(entry, accounts, places) for entry in files.sources.sources)


def _source(
    entry: SourceEntry, accounts: Mapping[str, Account], places: tuple[SearchRule, ...]
) -> SourceSpec:
    go_ahead, pause = entry.go_ahead, entry.pause_seconds or (0.0, 0.0)
    return SourceSpec(
        name=entry.name,
        title=entry.title,
        kind=entry.kind,
        platform=entry.platform,
        enabled=entry.enabled,
        before_enabling=entry.before_enabling or "",
        start_urls=entry.start_urls,
        own_channel=entry.own_channel,
        every_minutes=entry.every_minutes or _A_DAY,
        expected_per_day=entry.expected_per_day,
        delay_seconds=entry.delay_seconds or pause[0],
        options=dict(entry.options),
        mode=entry.mode,
        account=accounts.get(entry.account or ""),
        go_ahead=GoAhead(**go_ahead.model_dump()) if go_ahead else None,
        daily_cap=entry.daily_cap or 0,
        pause_seconds=pause,
        search=_searched(entry, places),
    )


def _searched(entry: SourceEntry, places: tuple[SearchRule, ...]) -> tuple[SearchRule, ...]:
    """() where the source's own option decides, or where everything said there is said to us."""
    if entry.keywords:
        return tuple(SearchRule(any=(word,)) for word in entry.keywords)
    by_option = entry.mode is Mode.OPEN and (WORDS in entry.options or entry.own_channel)
    return () if by_option or entry.mode is Mode.OWN else places
