"""The shape of each config file, as pydantic models; outside data enters here and nowhere else.

Unknown keys are errors (but for the watchdog, which reads its own part alone), nothing changes
after reading, and no model inherits from another. What only two files together can get wrong is in
``config.checks``.
"""

from datetime import time
from typing import Annotated, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from config.scalars import (
    Clock,
    Code,
    Day,
    Days,
    IndexPrefix,
    Moment,
    Never,
    NotNegative,
    Phone,
    Positive,
    PositiveNumber,
    Prefix,
    Share,
    Task,
    Text,
    Url,
    Year,
)
from domain.plan import RefreshRule, SilenceRule, SurgeRule
from domain.searchwords import WEAK_WITH
from domain.types import Level, Mode, Urgency

# settings.yaml


class HoursEntry(BaseModel, extra="forbid", frozen=True):
    spans: Annotated[tuple[tuple[Clock, Clock], ...], Field(min_length=1)]
    holidays: tuple[Days, ...]
    makeup_days: tuple[Days, ...]
    entered_years: tuple[Year, ...] = ()


class ChannelEntry(BaseModel, extra="forbid", frozen=True):
    kind: Code
    per_minute: NotNegative | None = None  # as usual for the kind
    reserve: NotNegative | None = None
    digest_seconds: NotNegative | None = None
    options: dict[str, str] = Field(default_factory=dict, repr=False)


class RetentionEntry(BaseModel, extra="forbid", frozen=True):
    originals: Positive
    rejects: Positive
    mentions: Positive
    cases: Positive
    audit: Positive
    backups: Positive | None = None  # as long as originals, which they hold


class WatchdogEntry(BaseModel, extra="forbid", frozen=True):
    heartbeat_seconds: Positive = 60
    due_minutes: Positive = 5
    sources_by: Clock = time(10, 0)
    repeat_minutes: Positive = 60
    mail: dict[str, str] = Field(default_factory=dict, repr=False)


class DailyEntry(BaseModel, extra="forbid", frozen=True):
    duty_at: Clock = time(8, 30)
    group_at: Clock = time(8, 30)
    group: Text | None = None


class SearchEntry(BaseModel, extra="forbid", frozen=True):
    kind: Literal["embedded", "elastic"] = "embedded"
    url: Url | Literal[""] = ""
    prefix: IndexPrefix = "tingxue-"
    ca_file: str = ""
    api_key: str = Field(default="", repr=False)
    timeout_seconds: PositiveNumber = 30


class DeskEntry(BaseModel, extra="forbid", frozen=True):
    base_url: Url | Literal[""] = ""
    certificate: str = ""
    key: str = ""
    idle_minutes: Positive = 30
    phone_idle_minutes: Positive = 720
    session_hours: Positive = 24
    link_hours: Positive = 24


class BackupEntry(BaseModel, extra="forbid", frozen=True):
    warn_days: NotNegative = 2


class PapersEntry(BaseModel, extra="forbid", frozen=True):
    signing: Annotated[tuple[Text, ...], Field(max_length=4)] = ()
    mark: str = Field(default="", max_length=20)
    pdf: bool = False
    to: tuple[Text, ...] = ()
    day_at: Clock = time(8, 40)
    week_at: Clock = time(8, 40)
    attach_mb: Annotated[int, Field(ge=1, le=20)] = 5


class SettingsFile(BaseModel, extra="forbid", frozen=True):
    zone: Text
    case_prefix: Prefix
    sentiment: Literal["learned", "snownlp", "snownlp_words"] = "learned"
    report_title: Text
    complaint_share: Share = 0.10
    department_precision: Share = 0.85
    review_minutes: Positive = 120
    hours: HoursEntry
    retention: RetentionEntry
    search: SearchEntry = SearchEntry()
    channels: Annotated[dict[Code, ChannelEntry], Field(min_length=1)]
    daily: DailyEntry = DailyEntry()
    watchdog: WatchdogEntry = WatchdogEntry()
    ledger: Text | None = Field(default=None, repr=False)
    desk: DeskEntry = DeskEntry()
    backup: BackupEntry = BackupEntry()
    papers: PapersEntry = PapersEntry()
    screenshots: bool = False


class WatchdogFile(BaseModel, extra="ignore", frozen=True):
    """settings.yaml as the watchdog reads it: what else is wrong there must not blind it."""

    watchdog: WatchdogEntry = WatchdogEntry()
    ledger: Text | None = Field(default=None, repr=False)


# taxonomy.yaml


class CategoryEntry(BaseModel, extra="forbid", frozen=True):
    code: Code
    name: Text
    covers: Text
    lead: Text
    support: tuple[Text, ...] | Literal["各成员单位"]
    task: Task


class TaxonomyFile(BaseModel, extra="forbid", frozen=True):
    categories: Annotated[tuple[CategoryEntry, ...], Field(min_length=1)]


# departments.yaml


class DepartmentEntry(BaseModel, extra="forbid", frozen=True):
    name: Text
    duty_phone: Phone
    head: Text
    deputy: Text | None = None
    channels: tuple[Text, ...] | None = None


class ReceiverEntry(BaseModel, extra="forbid", frozen=True):
    name: Text
    channels: tuple[Text, ...] | None = None


class DepartmentsFile(BaseModel, extra="forbid", frozen=True):
    default_channels: Annotated[tuple[Text, ...], Field(min_length=1)]
    departments: Annotated[tuple[DepartmentEntry, ...], Field(min_length=1)]
    other_receivers: tuple[ReceiverEntry, ...]


# places.yaml


class SearchRuleEntry(BaseModel, extra="forbid", frozen=True):
    must: tuple[Text, ...] = ()
    any: tuple[Text, ...] = ()
    exclude: tuple[Text, ...] = ()


class PlaceEntry(BaseModel, extra="forbid", frozen=True):
    name: Text
    kind: Literal["site", "zone", "town", "hub"]
    aliases: tuple[Text, ...] = ()
    weak_aliases: tuple[Text, ...] = ()
    operator: str = ""
    town: str = ""
    searched: bool = True
    search: tuple[SearchRuleEntry, ...] = ()


class LookalikeEntry(BaseModel, extra="forbid", frozen=True):
    name: Text
    word: str = ""
    names: tuple[Text, ...] = ()
    near: tuple[Text, ...] = ()


class PlacesFile(BaseModel, extra="forbid", frozen=True):
    places: Annotated[tuple[PlaceEntry, ...], Field(min_length=1)]
    lookalikes: tuple[LookalikeEntry, ...]
    weak_with: Annotated[tuple[Text, ...], Field(min_length=1)] = WEAK_WITH


# levels.yaml


class LimitEntry(BaseModel, extra="forbid", frozen=True):
    minutes: Positive
    working: bool = False


class WorkdaysEntry(BaseModel, extra="forbid", frozen=True):
    workdays: Positive


def _which_limit(value: object) -> str:
    return "workdays" if isinstance(value, dict) and "workdays" in value else "minutes"


class RuleEntry(BaseModel, extra="forbid", frozen=True):
    level: Level
    ack: LimitEntry
    reply: Annotated[
        Annotated[LimitEntry, Tag("minutes")] | Annotated[WorkdaysEntry, Tag("workdays")],
        Discriminator(_which_limit),
    ]
    urgencies: tuple[Urgency, ...]
    reports_24h: NotNegative = 0
    views: NotNegative = 0
    interactions: NotNegative = 0
    authors: NotNegative = 0
    authors_hours: NotNegative = 0
    first_of: tuple[Text, ...] = ()
    receivers: tuple[Text, ...]
    name_duty_person: bool
    quiet: tuple[Clock, Clock] | None = None
    copies_minutes: NotNegative = 0


class UnsignedEntry(BaseModel, extra="forbid", frozen=True):
    deputy: Annotated[PositiveNumber, Field(gt=1)]
    head: PositiveNumber
    inspection: PositiveNumber


_SURGES, _SILENCE = SurgeRule(), SilenceRule()


class SurgesEntry(BaseModel, extra="forbid", frozen=True):
    warm_up_hours: Positive = _SURGES.warm_up_hours
    history_days: Positive = _SURGES.history_days
    chance: Share = _SURGES.chance
    drift: PositiveNumber = _SURGES.drift
    warn_chance: Share = _SURGES.warn_chance
    least_people: Positive = _SURGES.least_people
    news_hours: Positive = _SURGES.news_hours
    quiet_hours: Positive = _SURGES.quiet_hours
    tone_hours: Positive = _SURGES.tone_hours
    tone_people: Positive = _SURGES.tone_people
    tone_chance: Share = _SURGES.tone_chance
    warn: Level = _SURGES.warn
    page: Level = _SURGES.page


class SilenceEntry(BaseModel, extra="forbid", frozen=True):
    failing_hours: Positive = _SILENCE.failing_hours
    chance: Share = _SILENCE.chance
    dispersion: PositiveNumber = _SILENCE.dispersion
    longest_days: Positive = _SILENCE.longest_days
    level: Level = _SILENCE.level


class LevelsFile(BaseModel, extra="forbid", frozen=True):
    levels: tuple[RuleEntry, ...]
    always_copied: tuple[Text, ...]
    overdue_to: Text
    life_lead: Text
    life_supports: tuple[Text, ...]
    event_hours: Positive
    reminders: tuple[Share, ...]
    unsigned: UnsignedEntry = UnsignedEntry(deputy=1.25, head=1.5, inspection=2)
    repeat_overdue_hours: Positive
    statutory_acceptance_workdays: Positive
    statutory_settlement_days: Positive
    surges: SurgesEntry = SurgesEntry()
    silence: SilenceEntry = SilenceEntry()


# roster.yaml


class StandingEntry(BaseModel, extra="forbid", frozen=True):
    department: Text
    person: Text
    phone: Phone
    deputy: Text | None = None
    deputy_phone: Phone | None = None
    days: Literal["工作日", "休息日"] | None = None
    begins: Clock | None = Field(default=None, alias="from")
    ends: Clock | None = Field(default=None, alias="to")


class ShiftEntry(BaseModel, extra="forbid", frozen=True):
    department: Text
    person: Text
    phone: Phone
    deputy: Text | None = None
    deputy_phone: Phone | None = None
    instead_of: Text | None = None
    start: Moment = Field(alias="from")
    end: Moment = Field(alias="to")


class KeeperEntry(BaseModel, extra="forbid", frozen=True):
    person: Text
    phone: Phone


class RosterFile(BaseModel, extra="forbid", frozen=True):
    keeper: KeeperEntry | None = None
    shifts: tuple[ShiftEntry, ...]
    standing: tuple[StandingEntry, ...]


# sources.yaml


class AccountEntry(BaseModel, extra="forbid", frozen=True):
    name: Code
    platform: Text
    title: Text
    owner: Literal["office", "person"]
    password: Never = ""


class AssessmentEntry(BaseModel, extra="forbid", frozen=True):
    date: Day
    by: Text
    purpose: Text
    data_kinds: Text
    necessity: Text
    impact: Text
    terms_read: Text
    personal_data: Text
    retention: Text


class GoAheadEntry(BaseModel, extra="forbid", frozen=True):
    by: Text
    on: Day
    basis: Text
    assessed: Text


class CooldownEntry(BaseModel, extra="forbid", frozen=True):
    login_required: Positive = 12
    verify_required: Positive = 24
    rate_limited: Positive = 2
    ip_or_account_blocked: Positive = 24


_REFRESH = RefreshRule()


class RefreshEntry(BaseModel, extra="forbid", frozen=True):
    first_minutes: Positive = _REFRESH.first_minutes
    first_hours: Positive = _REFRESH.first_hours
    later_hours: Positive = _REFRESH.later_hours
    days: Positive = _REFRESH.days
    hot_reactions: Positive = _REFRESH.hot_reactions


class SourceEntry(BaseModel, extra="forbid", frozen=True):
    name: Code
    title: Text
    kind: Code
    platform: Text
    enabled: bool
    before_enabling: Text | None = None
    start_urls: tuple[Url, ...] = ()
    own_channel: bool = False
    every_minutes: Positive | None = None  # by person: not asked for
    expected_per_day: PositiveNumber
    delay_seconds: PositiveNumber | None = None
    options: dict[str, str] = Field(default_factory=dict)
    mode: Mode = Mode.OPEN
    account: Text | None = None
    go_ahead: GoAheadEntry | None = None
    daily_cap: Positive | None = None
    pause_seconds: tuple[PositiveNumber, PositiveNumber] | None = None
    keywords: tuple[Text, ...] = ()


class ImportEntry(BaseModel, extra="forbid", frozen=True):
    name: Code
    title: Text
    platform: Text
    expected_per_day: PositiveNumber


class SourcesFile(BaseModel, extra="forbid", frozen=True):
    platforms: Annotated[dict[Code, Text], Field(min_length=1)]
    sources: tuple[SourceEntry, ...]
    imports: tuple[ImportEntry, ...] = ()
    accounts: tuple[AccountEntry, ...] = ()
    assessments: dict[Code, AssessmentEntry] = Field(default_factory=dict)
    cooldown_hours: CooldownEntry = CooldownEntry()
    ours: dict[Code, tuple[Text, ...]] = Field(default_factory=dict)
    refresh: RefreshEntry = RefreshEntry()
