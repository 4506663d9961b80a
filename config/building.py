"""From the checked files to the frozen ``domain.plan.Plan``.

A roster's ``standing`` entries become shifts from ``ALWAYS_FROM`` to ``ALWAYS_TO``, placed behind
all dated ones: the first shift in order that covers a moment is on duty, so dated shifts win, and
a substitute wins over the shift that he takes over.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain

from config.channels import build_channels, build_ledger
from config.files import Files
from config.holidays import NOTICES
from config.models import (
    CategoryEntry,
    KeeperEntry,
    LimitEntry,
    RetentionEntry,
    RuleEntry,
    ShiftEntry,
    StandingEntry,
    WorkdaysEntry,
)
from config.search import build_search
from config.source_building import (
    build_accounts,
    build_assessments,
    build_cooldown,
    build_sources,
)
from domain.plan import (
    Category,
    Daily,
    Department,
    DeskSpec,
    ImportSpec,
    Keeper,
    LevelRule,
    Levels,
    Limit,
    Lookalike,
    OfficeHours,
    Place,
    Plan,
    RefreshRule,
    Retention,
    SearchRule,
    Shift,
    SilenceRule,
    SurgeRule,
    Unsigned,
)
from domain.searchwords import rules
from domain.types import Level
from domain.upkeep import BackupRule, PaperSpec

# Far ends that a clock in Changchun (UTC+8) can still show; datetime.max would overflow there.
ALWAYS_FROM = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS_TO = datetime(9999, 1, 1, tzinfo=UTC)


def build(files: Files, environ: Mapping[str, str]) -> Plan:
    """The plan; the files must have passed every check."""
    settings, places = files.settings, _places(files)
    searched = rules(places, files.places.weak_with)
    accounts = build_accounts(files)
    return Plan(
        zone=settings.zone,
        case_prefix=settings.case_prefix,
        categories={entry.code: _category(entry) for entry in files.taxonomy.categories},
        departments=_departments(files),
        places=places,
        lookalikes=_lookalikes(files),
        platform_names=dict(files.sources.platforms),
        levels=_levels(files),
        shifts=_shifts(files),
        hours=_hours(files),
        channels=build_channels(files, environ),
        search=build_search(files, environ),
        receivers=_receivers(files),
        sources=build_sources(files, accounts, searched),
        accounts=accounts,
        assessments=build_assessments(files),
        cooldown_hours=build_cooldown(files),
        ours={code: frozenset(ids) for code, ids in files.sources.ours.items()},
        refresh=RefreshRule(**files.sources.refresh.model_dump()),
        imports=tuple(ImportSpec(**entry.model_dump()) for entry in files.sources.imports),
        retention=_retention(settings.retention),
        user_dictionary=files.words,
        report_title=settings.report_title,
        sentiment=settings.sentiment,
        complaint_share=settings.complaint_share,
        department_precision=settings.department_precision,
        review_minutes=settings.review_minutes,
        keeper=_keeper(files.roster.keeper),
        daily=Daily(**settings.daily.model_dump()),
        search_words=tuple(dict.fromkeys(_search_words(files))),
        search_rules=searched,
        desk=DeskSpec(**settings.desk.model_dump()),
        backup=BackupRule(**settings.backup.model_dump()),
        papers=PaperSpec(**settings.papers.model_dump()),
        screenshots=settings.screenshots,
        ledger=build_ledger(settings.ledger, environ),
    )


def _retention(days: RetentionEntry) -> Retention:
    kept = days.model_dump()
    return Retention(**{**kept, "backups": days.backups or days.originals})


def _category(entry: CategoryEntry) -> Category:
    """``各成员单位`` names nobody: who supports is decided case by case with 转办."""
    supports = () if isinstance(entry.support, str) else entry.support
    return Category(
        code=entry.code, name=entry.name, covers=entry.covers,
        lead=entry.lead, supports=supports, task=entry.task,
    )  # fmt: skip


def _departments(files: Files) -> dict[str, Department]:
    usual = files.departments.default_channels
    return {
        entry.name: Department(
            name=entry.name,
            duty_phone=entry.duty_phone,
            head=entry.head,
            deputy=entry.deputy or f"{entry.name}备班",
            channels=usual if entry.channels is None else entry.channels,
        )
        for entry in files.departments.departments
    }


def _receivers(files: Files) -> dict[str, tuple[str, ...]]:
    """Departments, then the other receivers, then heads and deputies that are not listed
    themselves: they are reached over the own department's channels."""
    usual = files.departments.default_channels
    departments = _departments(files)
    found = {name: one.channels for name, one in departments.items()}
    for entry in files.departments.other_receivers:
        found[entry.name] = usual if entry.channels is None else entry.channels
    for one in departments.values():
        found.setdefault(one.head, one.channels)
        found.setdefault(one.deputy, one.channels)
    return found


def _places(files: Files) -> tuple[Place, ...]:
    return tuple(
        Place(
            name=entry.name,
            kind=entry.kind,
            aliases=entry.aliases + entry.weak_aliases,
            operator=entry.operator,
            town=entry.town,
            weak=entry.weak_aliases,
            searched=entry.searched,
            search=tuple(SearchRule(**one.model_dump()) for one in entry.search),
        )
        for entry in files.places.places
    )


def _lookalikes(files: Files) -> tuple[Lookalike, ...]:
    return tuple(
        Lookalike(name=entry.name, word=entry.word, names=entry.names, near=entry.near)
        for entry in files.places.lookalikes
    )


def _search_words(files: Files) -> Iterator[str]:
    """Names and aliases that mean us wherever they stand; never a weak alias such as 莲花山."""
    for entry in files.places.places:
        if entry.searched:
            yield from (entry.name, *entry.aliases)


def _levels(files: Files) -> Levels:
    content = files.levels
    rules = {entry.level: _rule(entry) for entry in content.levels}
    return Levels(
        rules={level: rules[level] for level in sorted(Level, key=_severity, reverse=True)},
        unsigned=Unsigned(**content.unsigned.model_dump()),
        surges=SurgeRule(**content.surges.model_dump()),
        silence=SilenceRule(**content.silence.model_dump()),
        **content.model_dump(exclude={"levels", "unsigned", "surges", "silence"}),
    )


def _severity(level: Level) -> int:
    return level.rank


def _rule(entry: RuleEntry) -> LevelRule:
    return LevelRule(
        level=entry.level,
        ack=_limit(entry.ack),
        reply=_limit(entry.reply),
        urgencies=entry.urgencies,
        reports_24h=entry.reports_24h,
        views=entry.views,
        interactions=entry.interactions,
        authors=entry.authors,
        authors_hours=entry.authors_hours,
        first_of=entry.first_of,
        receivers=entry.receivers,
        name_duty_person=entry.name_duty_person,
        quiet=entry.quiet,
        copies_minutes=entry.copies_minutes,
    )


def _limit(entry: LimitEntry | WorkdaysEntry) -> Limit:
    if isinstance(entry, WorkdaysEntry):
        return Limit(minutes=0, working=True, workdays=entry.workdays)
    return Limit(minutes=entry.minutes, working=entry.working)


def _shifts(files: Files) -> tuple[Shift, ...]:
    """Substitutes, then dated shifts by their start, then standing ones, the special first."""
    dated = sorted(files.roster.shifts, key=lambda one: (one.instead_of is None, one.start))
    standing = sorted(files.roster.standing, key=_plain)
    return (*map(_dated, dated), *map(_standing, standing))


def _plain(entry: StandingEntry) -> bool:
    return entry.days is None and entry.begins is None


def _dated(entry: ShiftEntry) -> Shift:
    return Shift(
        department=entry.department,
        person=entry.person,
        phone=entry.phone,
        start=entry.start,
        end=entry.end,
        deputy=entry.deputy or "",
        deputy_phone=entry.deputy_phone or "",
        instead_of=entry.instead_of or "",
    )


def _standing(entry: StandingEntry) -> Shift:
    daily = (entry.begins, entry.ends) if entry.begins and entry.ends else None
    return Shift(
        department=entry.department,
        person=entry.person,
        phone=entry.phone,
        start=ALWAYS_FROM,
        end=ALWAYS_TO,
        deputy=entry.deputy or "",
        deputy_phone=entry.deputy_phone or "",
        days=entry.days or "",
        daily=daily,
    )


def _keeper(entry: KeeperEntry | None) -> Keeper | None:
    return None if entry is None else Keeper(person=entry.person, phone=entry.phone)


def _hours(files: Files) -> OfficeHours:
    """The notices that the package knows, and over them what the office entered itself."""
    hours = files.settings.hours
    off = frozenset(chain.from_iterable(hours.holidays))
    worked = frozenset(chain.from_iterable(hours.makeup_days))
    return OfficeHours(
        spans=hours.spans,
        holidays=off | (NOTICES.off - worked),
        makeup_days=worked | (NOTICES.worked - off),
        known_years=NOTICES.years | frozenset(hours.entered_years),
    )
