"""Sources that were down: said on the paper, because silence is not the same as "nothing happened".

A gap runs from the first failed run of a source to the end of its next good one. Blocked, login
page, unknown shape and an unexplained empty list are failures (platforms.md §0.3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.plan import Plan
from domain.types import Outcome, SourceRun
from tingxue.counting import Period
from tingxue.reports.figure import Facts, Figure, count, segment

GOOD = (Outcome.OK, Outcome.EMPTY_CONFIRMED)
OUTCOMES = {
    Outcome.OK: "正常",
    Outcome.EMPTY_CONFIRMED: "确认无结果",
    Outcome.EMPTY_AMBIGUOUS: "无结果但原因不明",
    Outcome.LOGIN_REQUIRED: "需要登录",
    Outcome.VERIFY_REQUIRED: "需要人工验证",
    Outcome.RATE_LIMITED: "访问受限",
    Outcome.IP_OR_ACCOUNT_BLOCKED: "地址或账号被封",
    Outcome.ITEM_GONE: "内容已删除",
    Outcome.SCHEMA_CHANGED: "页面结构变化",
    Outcome.NO_RESPONSE_SEEN: "未收到响应",
}
CUT_OFF = "采集中断"
"""A run that never ended although the source ran again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One source, from ``since`` to ``until`` (None: not back by the end of the period), UTC.
    ``why``: Chinese outcome names in order of first appearance."""

    source: str
    since: datetime
    until: datetime | None
    why: tuple[str, ...]
    run_ids: tuple[str, ...]


def gaps_of(facts: Facts) -> list[Gap]:
    """All gaps of the period, by source and time."""
    return gaps_within(facts.runs, facts.period)


def gaps_within(runs: Sequence[SourceRun], period: Period) -> list[Gap]:
    """The same from the runs alone."""
    by_source: dict[str, list[SourceRun]] = {}
    within = [run for run in runs if period.holds(run.started_at)]
    for run in sorted(within, key=lambda r: (r.source, r.started_at, r.run_id)):
        by_source.setdefault(run.source, []).append(run)
    return [gap for of_one in by_source.values() for gap in _gaps_of_one(of_one)]


def _gaps_of_one(runs: Sequence[SourceRun]) -> Iterator[Gap]:
    failed: list[SourceRun] = []
    for run in runs:
        if run.outcome not in GOOD:
            failed.append(run)
        elif failed:
            yield _gap(failed, run.finished_at or run.started_at)
            failed = []
    if failed and failed[-1].outcome is None:
        failed.pop()  # still under way: nothing is known of it yet
    if failed:
        yield _gap(failed, None)


def _gap(failed: Sequence[SourceRun], until: datetime | None) -> Gap:
    why = (OUTCOMES[run.outcome] if run.outcome else CUT_OFF for run in failed)
    return Gap(
        source=failed[0].source,
        since=failed[0].started_at,
        until=until,
        why=tuple(dict.fromkeys(why)),
        run_ids=tuple(r.run_id for r in failed),
    )


def silent_sources(facts: Facts, plan: Plan) -> list[str]:
    """Configured and switched on, but not run once in the period."""
    return silent_within(facts.runs, facts.period, plan)


def silent_within(runs: Sequence[SourceRun], period: Period, plan: Plan) -> list[str]:
    """The same from the runs alone. One whose turn comes less often than the period is long (every
    six hours, in a shift of four) has missed nothing."""
    ran = {run.source for run in runs if period.holds(run.started_at)}
    length = period.end - period.start
    return [
        spec.name
        for spec in plan.sources
        if spec.enabled and spec.name not in ran and timedelta(minutes=spec.every_minutes) <= length
    ]


def source_title(name: str, plan: Plan) -> str:
    """The Chinese title of a source, or its code where config has none."""
    return next((spec.title for spec in plan.sources if spec.name == name), name)


def gap_figures(facts: Facts, plan: Plan) -> Iterator[Figure]:
    """How many sources were down, and how often each."""
    gaps = gaps_of(facts)
    names = list(dict.fromkeys(gap.source for gap in gaps))
    yield count("sources.down", "采集不完整的来源", names, "个")
    for name in names:
        first = [gap.run_ids[0] for gap in gaps if gap.source == name]
        yield count(f"source.{segment(name)}.gaps", f"{source_title(name, plan)}中断", first, "次")
    yield count("sources.silent", "本期未运行的来源", silent_sources(facts, plan), "个")
