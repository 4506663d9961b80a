"""The resort's plan as the code sees it: categories, departments, places, levels, rosters.

``config`` reads these from YAML and hands them down; no room reads a file by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from domain.types import Level, Mode, Outcome, Urgency
from domain.upkeep import BackupRule, PaperSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """One of the 20 kinds of complaint. ``task``: number(s) of the plan's task, e.g. "10,23"."""

    code: str
    name: str
    covers: str
    lead: str
    supports: tuple[str, ...]
    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A member department. ``channels`` in order of preference: the next is tried when one is
    dead. ``deputy`` is asked to sign when the person on duty does not, then ``head`` is told;
    both are titles, no names."""

    name: str
    duty_phone: str
    head: str
    channels: tuple[str, ...]
    deputy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRule:
    """One way to look for a place: every one of ``must``, one of ``any`` (where there are some) and
    none of ``exclude``. Each list holds for this rule alone."""

    must: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place of ours. kind: "site" (ski resort, park), "zone" (the whole zone), "town", "hub"
    (the airport, outside the zone but on the way). weak: those of its aliases that mean another
    place elsewhere. searched: whether it is looked for at all; search: how, in the office's own
    words, () for by its names (``domain.searchwords``)."""

    name: str
    kind: str
    aliases: tuple[str, ...]
    operator: str
    town: str
    weak: tuple[str, ...] = ()
    searched: bool = True
    search: tuple[SearchRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookalike:
    """A place that shares a word with ours but is not ours. ``word`` is the shared word
    ("莲花山"), or "" for a competitor known by its own ``names``; ``near`` are the words that,
    close to the shared one, make it the other place ("深圳", "番禺")."""

    name: str
    word: str
    names: tuple[str, ...]
    near: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit in minutes; ``working``: counted in office hours only. ``workdays`` > 0 takes
    the minutes' place: until the end of office hours of that working day after the start's."""

    minutes: int
    working: bool
    workdays: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRule:
    """One level: limits, who is told, and what raises a case to it.

    urgencies: any one complaint of this urgency gives the level. reports_24h: so many reports of
    one event. views / interactions: of the whole event (interactions = likes+comments+shares).
    authors / authors_hours: so many distinct authors within so many hours. first_of: categories
    whose first complaint already gives the level. 0 = not used. quiet: daily, Shanghai time, from
    the first to the second (over midnight if that is smaller); messages wait until it ends.
    copies_minutes: a message that asks nothing of its receiver waits for the next full so many
    minutes; 0: it goes at once.
    """

    level: Level
    ack: Limit
    reply: Limit
    urgencies: tuple[Urgency, ...]
    reports_24h: int
    views: int
    interactions: int
    authors: int
    authors_hours: int
    first_of: tuple[str, ...]
    receivers: tuple[str, ...]
    name_duty_person: bool
    quiet: tuple[time, time] | None = None
    copies_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsigned:
    """Whom an unsigned case goes to next, and when: multiples of the sign limit, 1 < deputy < head
    < inspection, counted from its start in the kind of time that the limit is counted in."""

    deputy: float
    head: float
    inspection: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurgeRule:
    """When more people than usual speak of a thing. The office's to decide; see levels.yaml.

    warm_up_hours: what must be known before anything is judged. history_days: what is usual is
    learned from so many. chance (0…1): of so many in one hour, below which it pages. drift: sum of
    standard deviations above the usual from which on it warns, if the whole has a chance below
    warn_chance. least_people: fewer in a burst ring
    nothing. news_hours: what stood out earlier is no news. quiet_hours: a burst is over when no
    hour has stood out for so long. tone_*: of so many or more negative voices among all of the last
    tone_hours. warn, page: levels of the two messages.
    """

    warm_up_hours: int = 72
    history_days: int = 28
    chance: float = 3e-5
    drift: float = 5.0
    warn_chance: float = 1e-3
    least_people: int = 3
    news_hours: int = 6
    quiet_hours: int = 6
    tone_hours: int = 6
    tone_people: int = 8
    tone_chance: float = 1e-4
    warn: Level = Level.YELLOW
    page: Level = Level.ORANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRule:
    """When a source has fallen silent. failing_hours: without a run that succeeded. chance (0…1):
    of bringing so little, below which it is silent. dispersion: variance = mean + dispersion·mean²,
    for what a source brings comes in clumps. longest_days: of looking back. level: of the message.
    """

    failing_hours: int = 24
    chance: float = 1e-3
    dispersion: float = 0.1
    longest_days: int = 60
    level: Level = Level.YELLOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """All level rules, and the rules that hold for every level.

    always_copied: departments told of every complaint. overdue_to: who watches what is overdue.
    life_lead / life_supports: who gets a red text that fits no category. event_hours: one
    category and one named place within so many hours are one event. statutory_*: 旅游投诉处理办法
    (文旅部令第14号, in force 2026-03-15), counted from registration.
    """

    rules: Mapping[Level, LevelRule]
    always_copied: tuple[str, ...]
    overdue_to: str
    life_lead: str
    life_supports: tuple[str, ...]
    event_hours: int
    reminders: tuple[float, ...]
    unsigned: Unsigned
    repeat_overdue_hours: int
    statutory_acceptance_workdays: int
    statutory_settlement_days: int
    surges: SurgeRule = SurgeRule()
    silence: SilenceRule = SilenceRule()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person on duty for one department over [start, end), UTC.

    deputy: who signs when the person does not. instead_of: whose duty the person has taken over
    (替班). A standing shift may hold on some days only (``days``: "工作日" or "休息日", "" for all)
    and at some hours (``daily``: from, to in Changchun; to <= from ends on the next morning); the
    day is the one on which the hours begin.
    """

    department: str
    person: str
    phone: str
    start: datetime
    end: datetime
    deputy: str = ""
    deputy_phone: str = ""
    instead_of: str = ""
    days: str = ""
    daily: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """The person of 宣传部 who keeps the roster, and is told when nobody is on it."""

    person: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The shifts, in the order in which they decide, and who keeps them."""

    shifts: tuple[Shift, ...]
    keeper: Keeper | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """Working time: daily spans in Shanghai time, public holidays, and weekends worked (调休).

    known_years: those whose holidays are all here; in any other only weekends are known.
    """

    spans: tuple[tuple[time, time], ...]
    holidays: frozenset[date]
    makeup_days: frozenset[date]
    known_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a channel may be used.

    per_minute: posts begun in any 60 s, 0 = no limit; reserve: how many of these only 红 may use;
    posts: the most that one message may become, a long one that is sent in parts.
    digest_seconds: after one message to a receiver, what is neither 红 nor 橙 waits so long and
    then goes as one digest; 0 = every message goes by itself.
    """

    per_minute: int = 0
    reserve: int = 0
    digest_seconds: int = 0
    posts: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSpec:
    """One configured channel: ``kind`` names the plug-in in alerts/channels, ``options`` are its
    own; values that are secrets were read from the environment and are never shown. ``lines``:
    option -> its line in settings.yaml, and "" -> the channel's. ``place``: where the options stand
    there, if not under the channel's name."""

    name: str
    kind: str
    options: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)
    pace: Pace = Pace()
    place: str = ""

    def __repr__(self) -> str:
        return f"ChannelSpec(name={self.name!r}, kind={self.kind!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """What the watchdog takes for trouble, and how it says so.

    heartbeat_seconds: older is dead. due_minutes: a message so long overdue is stuck. sources_by:
    when, in Changchun, a source must have run that day. repeat_minutes: how often a trouble that
    lasts is said again. mail: its own way out; None for the screen alone. ledger: as in Plan.
    """

    heartbeat_seconds: int
    due_minutes: int
    sources_by: time
    repeat_minutes: int
    mail: ChannelSpec | None
    ledger: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """The lines of each morning (Changchun): 值守正常 to whoever is on duty for 宣传部, and how the
    cases stand to ``group``, a receiver; None for nobody."""

    duty_at: time
    group_at: time
    group: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of the office's own on a platform; its password stands nowhere in this project."""

    name: str
    platform: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoAhead:
    """Who let a program collect by itself, when, on which legal basis, after which assessment."""

    by: str
    on: date
    basis: str
    assessed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The answers of docs/采集合规评估.md for one platform, in the form's order."""

    date: date
    by: str
    purpose: str
    data_kinds: str
    necessity: str
    impact: str
    terms_read: str
    personal_data: str
    retention: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """One configured source: ``kind`` names the plug-in in crawlers/platforms.

    own_channel: what it brings was said on a channel of the resort's own. every_minutes: how often
    ``watch`` runs it. expected_per_day: usual number of new mentions, for the silent-source alarm.
    before_enabling: what a person does before it may be switched on, in Chinese; "" for nothing.
    account: the office's, in the modes that need one. go_ahead, daily_cap (pages a day),
    pause_seconds (between two pages, at least and at most): of ``Mode.AUTOMATIC``. search: what
    is looked for.
    """

    name: str
    title: str
    kind: str
    platform: str
    enabled: bool
    start_urls: tuple[str, ...]
    own_channel: bool
    every_minutes: int
    expected_per_day: float
    delay_seconds: float
    options: Mapping[str, str]
    before_enabling: str = ""
    mode: Mode = Mode.OPEN
    account: Account | None = None
    go_ahead: GoAhead | None = None
    daily_cap: int = 0
    pause_seconds: tuple[float, float] = (0.0, 0.0)
    search: tuple[SearchRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRule:
    """When the counts of a mention are looked at again, from its publication on: every
    ``first_minutes`` for ``first_hours``, then every ``later_hours`` until ``days`` have passed;
    only one with so many reactions, or in an open case (``hot_reactions``: likes, comments and
    shares together)."""

    first_minutes: int = 60
    first_hours: int = 24
    later_hours: int = 24
    days: int = 7
    hot_reactions: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpec:
    """A platform whose mentions come by import, and how many a day are usual: so that it can be
    missed when nobody imports any more."""

    name: str
    title: str
    platform: str
    expected_per_day: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days things are kept. Law asks for the shortest time needed (个保法 §19); the numbers are a
    proposal except where config says otherwise."""

    originals: int
    rejects: int
    mentions: int
    cases: int
    audit: int
    backups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSpec:
    """Where the search index is. kind: "embedded" (a file in the home; the rest counts for nothing)
    or "elastic". ``prefix`` begins the name of everything on the server, so that two offices or a
    drill can share one. ``api_key`` was read from the environment and is never shown."""

    kind: str = "embedded"
    url: str = ""
    prefix: str = "tingxue-"
    ca_file: str = ""
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSpec:
    """The duty desk. base_url: how people reach it, without a slash at the end; "": messages carry
    no links. certificate, key: files, both or neither. A session ends unused after so many minutes
    (``phone_``: one that was begun as the duty phone's) and at the latest after ``session_hours``;
    a link in a message after ``link_hours``."""

    base_url: str = ""
    certificate: str = ""
    key: str = ""
    idle_minutes: int = 30
    phone_idle_minutes: int = 720
    session_hours: int = 24
    link_hours: int = 24


_BACKUP, _PAPERS = BackupRule(), PaperSpec()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything config/ says, checked across its files.

    complaint_share: which part (0…1) of what comes in is a complaint, as the office estimates it.
    department_precision: which part of what reaches a department by the verdict alone must be one.
    review_minutes: how long 宣传部 has for what is less sure.
    assessments: by platform. cooldown_hours: how long a site is left alone after such an outcome.
    ours: by platform, the numbers of sights and shops that are the resort's.
    search_rules: how to look for the places. ledger: the URL of a PostgreSQL database, with its
    password; "": a file in the home.
    """

    zone: str
    case_prefix: str
    categories: Mapping[str, Category]
    departments: Mapping[str, Department]
    places: tuple[Place, ...]
    lookalikes: tuple[Lookalike, ...]
    platform_names: Mapping[str, str]
    levels: Levels
    shifts: tuple[Shift, ...]
    hours: OfficeHours
    channels: Mapping[str, ChannelSpec]
    receivers: Mapping[str, tuple[str, ...]]
    sources: tuple[SourceSpec, ...]
    imports: tuple[ImportSpec, ...] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    assessments: Mapping[str, Assessment] = field(default_factory=dict)
    cooldown_hours: Mapping[Outcome, int] = field(default_factory=dict)
    ours: Mapping[str, frozenset[str]] = field(default_factory=dict)
    refresh: RefreshRule = RefreshRule()
    retention: Retention
    user_dictionary: tuple[str, ...]
    report_title: str
    sentiment: str = "learned"
    complaint_share: float = 0.10
    department_precision: float = 0.85
    review_minutes: int = 120
    keeper: Keeper | None = None
    daily: Daily = Daily(duty_at=time(8, 30), group_at=time(8, 30), group=None)
    search: SearchSpec = SearchSpec()
    search_words: tuple[str, ...]
    search_rules: tuple[SearchRule, ...] = ()
    desk: DeskSpec = DeskSpec()
    backup: BackupRule = _BACKUP
    papers: PaperSpec = _PAPERS
    screenshots: bool = False
    ledger: str = field(default="", repr=False)
