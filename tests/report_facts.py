"""Facts for the report tests: a seeded season week, an empty day, a day with 40 complaints.

All texts were written for these tests; nothing stands for a real person or event.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from config.loader import load
from domain.plan import Plan
from domain.types import (
    Case,
    ComplaintTag,
    Context,
    Counts,
    Duty,
    Kind,
    Level,
    Mention,
    Obligation,
    Outcome,
    Polarity,
    Sighting,
    SourceRun,
    Stance,
    State,
    Urgency,
    Verdict,
)
from tingxue.counting import Period, period_of, previous
from tingxue.reports import Facts

WEEK = period_of("week", date(2026, 11, 18))
DAY = period_of("day", date(2026, 11, 23))
MONDAY_0830 = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
TUESDAY_0830 = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLATFORMS = ("weibo", "douyin", "xiaohongshu", "hotline", "news", "ctrip")
PLACES = ("冰雪新天地", "天定山滑雪场", "龙嘉机场")
TEXTS = {
    "taxi_refusal": "从{place}出来打车，连着三辆一听去莲花山就不去，"
    "天黑还零下二十度，孩子冻得直哭，希望有人管管",
    "price_gouging": "{place}一碗泡面要四十五，热水还另收十块，没有看到明码标价",
    "safety_hazard": "{place}的缆车停了将近一个小时，广播没有任何说明，老人在上面很害怕",
    "visitor_service": "{place}雪具排队两个小时，窗口只开了一个，没有工作人员引导",
    "parking": "{place}停车场交了二十块钱进去没有车位，出来还要再交一次",
    "lodging": "订好的民宿临到{place}才说没有房间，只能加钱换房",
}
PRAISE = "{place}的雪质真不错，夜场灯光也漂亮，孩子玩得很开心"


def plan() -> Plan:
    """The plan that ships."""
    return load(environ={})


def mention(
    name: str, seen: datetime, *, platform: str = "weibo", text: str = "雪不错", drill: bool = False
) -> Mention:
    return Mention(
        mention_id=name, platform=platform, native_id=name, kind=Kind.POST, title="", text=text,
        url=f"https://example.invalid/{platform}/{name}", parent_id=None, author_ref=None,
        published_at=seen - HOUR, first_seen_at=seen, due_at=None, ip_region="吉林",
        queries=("莲花山",), source="jlrb", context=Context(), drill=drill,
    )  # fmt: skip


def verdict(
    name: str, *codes: str, place: str = "", relevant: bool = True,
    polarity: Polarity = Polarity.NEGATIVE,
) -> Verdict:  # fmt: skip
    tags = tuple(ComplaintTag(category=code, confidence=0.9, evidence=()) for code in codes)
    return Verdict(
        mention_id=name, relevant=relevant, reason="place", places=(place,) if place else (),
        stance=Stance.EXPERIENCE, sentiment=-0.5, polarity=polarity, complaints=tags,
        urgency=Urgency.YELLOW if codes else Urgency.NONE, version="t", scored_at=MONDAY_0830,
    )  # fmt: skip


Row = tuple[Mention, Verdict]


def rows(period: Period, how_many: int, seed: int, complaints: float = 0.6) -> list[Row]:
    """Mentions spread over the period, so many of them complaints (share 0…1)."""
    rng, made = random.Random(seed), []
    span = period.end - period.start
    for n in range(how_many):
        name = f"{seed:04x}{n:020x}"
        place, code = rng.choice(PLACES), rng.choice([*TEXTS, "taxi_refusal", "taxi_refusal"])
        bad = rng.random() < complaints
        text = (TEXTS[code] if bad else PRAISE).format(place=place)
        tone = Polarity.NEGATIVE if bad else rng.choice((Polarity.POSITIVE, Polarity.NEUTRAL))
        seen = period.start + span * rng.random()
        made.append((
            mention(name, seen, platform=rng.choice(PLATFORMS), text=text),
            verdict(name, *((code,) if bad else ()), place=place, polarity=tone),
        ))  # fmt: skip
    return made


def obligation(
    case_id: str, department: str, opened: datetime, status: State, *, duty: Duty = Duty.LEAD,
    replied: float | None = None, accepted: float | None = None, due: float = 24,
) -> Obligation:  # fmt: skip
    """``replied``, ``accepted``, ``due``: hours after opening."""
    signed = None if status is State.TO_SIGN else opened + HOUR
    return Obligation(
        case_id=case_id, department=department, duty=duty, status=status, opened_at=opened,
        clock_from=opened, ack_due=opened + 2 * HOUR, reply_due=opened + due * HOUR,
        acknowledged_at=signed,
        replied_at=None if replied is None else opened + replied * HOUR,
        accepted_at=None if accepted is None else opened + accepted * HOUR,
    )  # fmt: skip


def case(
    case_id: str, opened: datetime, mention_ids: Sequence[str], obligations: Sequence[Obligation],
    *, level: Level = Level.BLUE, categories: tuple[str, ...] = ("taxi_refusal",),
    place: str | None = "龙嘉机场", status: State = State.IN_HAND, recurs: str | None = None,
) -> Case:  # fmt: skip
    return Case(
        case_id=case_id, categories=categories, place=place, level=level, status=status,
        mention_ids=tuple(mention_ids), opened_at=opened, last_report_at=opened + HOUR, version=3,
        obligations=tuple(obligations), recurs=recurs,
    )  # fmt: skip


def cases(period: Period, given: Sequence[Row]) -> list[Case]:
    """One case per three complaints of one category and place, in every state there is."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in given:
        if row[1].complaints:
            place = row[1].places[0] if row[1].places else ""
            groups.setdefault((row[1].complaints[0].category, place), []).append(row)
    leads = plan().categories
    made: list[Case] = []
    states = (State.CLOSED, State.IN_HAND, State.TO_SIGN, State.IN_REVIEW, State.SIGNED)
    levels = (Level.BLUE, Level.YELLOW, Level.BLUE, Level.ORANGE, Level.BLUE, Level.BLUE)
    for (code, place), members in sorted(groups.items()):
        for start in range(0, len(members), 3):
            part, n = members[start : start + 3], len(made)
            status, opened = states[n % len(states)], part[0][0].first_seen_at + HOUR / 6
            case_id = f"LHS-{period.first_day:%Y%m%d}-{n + 1:04d}"
            done = 5.0 + n if status is State.CLOSED else None
            answered = (
                done if status is State.CLOSED else 4.0 if status is State.IN_REVIEW else None
            )
            lead = obligation(case_id, leads[code].lead, opened, status, replied=answered,
                              accepted=done, due=30 if n % 2 else 12)  # fmt: skip
            helpers = [
                obligation(case_id, name, opened, State.SIGNED, duty=Duty.SUPPORT)
                for name in leads[code].supports[:1]
            ]
            made.append(case(
                case_id, opened, [m.mention_id for m, _ in part], [lead, *helpers],
                level=levels[n % len(levels)], categories=(code,), place=place or None,
                status=status, recurs="LHS-20261101-0001" if n == 3 else None,
            ))  # fmt: skip
    return made


def spread(given: Sequence[Row]) -> dict[str, Sighting]:
    """Counts for every second mention; some are lower bounds, some fields are not shown."""
    made = {}
    for n, (m, _) in enumerate(given):
        if n % 2:
            bounds = frozenset({"views"}) if n % 10 == 1 else frozenset()
            counts = Counts(likes=n * 3, comments=n if n % 3 else None, shares=None,
                            views=n * 111, lower_bounds=bounds)  # fmt: skip
            made[m.mention_id] = Sighting(
                mention_id=m.mention_id, seen_at=m.first_seen_at, counts=counts, source="jlrb"
            )
    return made


def run(source: str, started: datetime, outcome: Outcome | None) -> SourceRun:
    return SourceRun(
        run_id=f"{source}-{started:%d%H%M}", source=source, started_at=started, outcome=outcome,
        finished_at=None if outcome is None else started + HOUR / 12,
    )  # fmt: skip


def good_runs(period: Period) -> list[SourceRun]:
    """Every source that is switched on, every six hours, always well."""
    steps = int((period.end - period.start) / (6 * HOUR))
    names = [spec.name for spec in plan().sources if spec.enabled]
    return [run(s, period.start + n * 6 * HOUR, Outcome.OK) for s in names for n in range(steps)]


def facts_of(
    period: Period,
    now: Sequence[Row],
    before: Sequence[Row],
    runs: Sequence[SourceRun] | None = None,
) -> Facts:
    return Facts(
        period=period, mentions=now, previous=before, cases=cases(period, now),
        runs=good_runs(period) if runs is None else runs, spread=spread(now),
    )  # fmt: skip


def season_week() -> Facts:
    """128 mentions after 97; one source down for twelve hours, one down at the end."""
    runs = good_runs(WEEK)
    bad = {("ccrb", 5): Outcome.RATE_LIMITED, ("ccrb", 6): Outcome.VERIFY_REQUIRED,
           ("ccwb", 27): Outcome.SCHEMA_CHANGED}  # fmt: skip
    changed = []
    for r in runs:
        n = int((r.started_at - WEEK.start) / (6 * HOUR))
        outcome = bad.get((r.source, n), Outcome.OK)
        changed.append(run(r.source, r.started_at, outcome))
    now, before = rows(WEEK, 128, 1), rows(previous(WEEK), 97, 2)
    return facts_of(WEEK, now, before, changed)


def empty_day() -> Facts:
    return facts_of(DAY, [], rows(previous(DAY), 3, 3))


def worst_day() -> Facts:
    """300 complaints, every source down or silent: more than two pages hold."""
    bad = [replace(r, outcome=Outcome.RATE_LIMITED) for r in good_runs(DAY) if r.source > "c"]
    return facts_of(DAY, rows(DAY, 300, 6, 1.0), rows(previous(DAY), 31, 5), bad)


def busy_day() -> Facts:
    """40 complaints and nothing else, after a day with 31 mentions."""
    return facts_of(DAY, rows(DAY, 40, 4, 1.0), rows(previous(DAY), 31, 5))
