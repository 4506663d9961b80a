"""From urgency and spread to the level of a case: pure, and every rule comes from the plan.

Monotone: more reports, views, interactions or authors, and a higher urgency, never lower the
level. Figures of 0 in a rule are not used. Practice: official-practice.md section 2, where the
thresholds are proposals and not law.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from domain.plan import LevelRule, Levels
from domain.types import Level, Urgency

_RANK = {Urgency.NONE: 0, Urgency.BLUE: 1, Urgency.YELLOW: 2, Urgency.ORANGE: 3, Urgency.RED: 4}
_WORD = {Urgency.NONE: "无", Urgency.BLUE: "蓝", Urgency.YELLOW: "黄", Urgency.ORANGE: "橙",
         Urgency.RED: "红"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How far one event has gone.

    reports_24h: reports of the event (or of its category and place) within 24 hours. views and
    interactions (likes + comments + shares): summed over the event, unknown counted as 0.
    authors: window in hours -> distinct authors in the busiest such window; must hold every
    window that ``author_windows`` names.
    """

    reports_24h: int = 1
    views: int = 0
    interactions: int = 0
    authors: Mapping[int, int] = field(default_factory=dict)


def author_windows(levels: Levels) -> tuple[int, ...]:
    """The windows (hours) in which distinct authors must be counted for these rules, sorted."""
    rules = levels.rules.values()
    return tuple(sorted({rule.authors_hours for rule in rules if rule.authors}))


def level_for(
    levels: Levels, *, urgency: Urgency, categories: Sequence[str], spread: Spread
) -> Level:
    """The highest level with a reason; 蓝 when no rule gives one, for a case is never nothing.

    Raises ValueError when ``spread.authors`` lacks a window that a rule asks for.
    """
    hit = [
        rule.level
        for rule in levels.rules.values()
        if reasons_for(rule, urgency=urgency, categories=categories, spread=spread)
    ]
    return max(hit, key=lambda level: level.rank, default=Level.BLUE)


def reasons_for(
    rule: LevelRule, *, urgency: Urgency, categories: Sequence[str], spread: Spread
) -> tuple[str, ...]:
    """Why this rule holds, in Chinese for messages and case events; empty when it does not."""
    found: list[str] = []
    if _urgent(rule, urgency):
        found.append(f"后果紧急程度：{_WORD[urgency]}")
    if set(rule.first_of).intersection(categories):
        found.append("该类投诉首次出现即达此级别")
    figures = (
        (rule.reports_24h, spread.reports_24h, f"24小时内同一事件 {spread.reports_24h} 条反映"),
        (rule.views, spread.views, f"阅读播放 {spread.views} 次"),
        (rule.interactions, spread.interactions, f"互动 {spread.interactions} 次"),
    )
    found += [words for limit, seen, words in figures if limit and seen >= limit]
    if rule.authors and (authors := _authors(rule, spread)) >= rule.authors:
        found.append(f"{rule.authors_hours} 小时内 {authors} 个账号反映")
    return tuple(found)


def risen(present: Level, found: Level) -> Level:
    """The higher of the two: a level rises by itself and falls only by a person."""
    return max(present, found, key=lambda level: level.rank)


def _urgent(rule: LevelRule, urgency: Urgency) -> bool:
    """At least as urgent as the mildest urgency listed; so a higher urgency never gives less."""
    return any(_RANK[urgency] >= _RANK[listed] for listed in rule.urgencies)


def _authors(rule: LevelRule, spread: Spread) -> int:
    if rule.authors_hours not in spread.authors:
        raise ValueError(f"authors within {rule.authors_hours} h were not counted")
    return spread.authors[rule.authors_hours]
