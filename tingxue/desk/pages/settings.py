"""设置: one's own password, levels and limits as they are in force, and the way to what one keeps.

Levels are read only here: they are the office's rules, kept in one file with the reasons beside
them, and a running program does not change them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from domain.plan import LevelRule, Levels, Limit
from domain.types import Level
from tingxue.app import App
from tingxue.desk import access, screen
from tingxue.desk.pages.parts import SignedIn
from tingxue.names import URGENCIES

ROUTES = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A level as people read it. raised: what gives a case this level, one sentence each."""

    level: Level
    ack: str
    reply: str
    raised: list[str]
    receivers: str
    waits: str


@ROUTES.get("/settings")
def show_settings(request: Request, found: SignedIn) -> Response:
    """What everybody may see of them."""
    app, rules = found.app, found.app.plan.levels
    return screen.page(
        request, "settings.html", found=found, keeps=access.keeps_accounts(found.actor),
        tries=access.tries_channels(found.actor), general=list(_general(rules)),
        levels=[_shown(app, rules.rules[level]) for level in Level if level in rules.rules],
    )  # fmt: skip


def _shown(app: App, rule: LevelRule) -> Shown:
    quiet = ""
    if rule.quiet is not None:
        quiet = f"{rule.quiet[0]:%H:%M}–{rule.quiet[1]:%H:%M} 不打扰"
    copies = f"抄送每 {rule.copies_minutes} 分钟一并发出" if rule.copies_minutes else ""
    return Shown(
        level=rule.level, ack=_limit(rule.ack), reply=_limit(rule.reply),
        raised=list(_raised(app, rule)), receivers="、".join(rule.receivers),
        waits="，".join(filter(None, (quiet, copies))),
    )  # fmt: skip


def _limit(limit: Limit) -> str:
    if limit.workdays:
        return f"第 {limit.workdays} 个工作日下班前"
    hours, minutes = divmod(limit.minutes, 60)
    length = f"{hours} 小时" if hours and not minutes else f"{limit.minutes} 分钟"
    return length + ("（只算工作时间）" if limit.working else "")


def _raised(app: App, rule: LevelRule) -> Iterator[str]:
    if rule.urgencies:
        yield f"文字紧急程度：{'、'.join(URGENCIES[one] for one in rule.urgencies)}"
    if rule.reports_24h:
        yield f"24 小时内同一事件 {rule.reports_24h} 条"
    if rule.authors:
        yield f"{rule.authors_hours} 小时内 {rule.authors} 个不同账号"
    if rule.views:
        yield f"阅读（播放） {_many(rule.views)}"
    if rule.interactions:
        yield f"点赞、评论、转发合计 {_many(rule.interactions)}"
    if rule.first_of:
        yield f"首条：{screen.categories(app, rule.first_of)}"


def _many(number: int) -> str:
    return f"{number // 10_000} 万" if number % 10_000 == 0 else str(number)


def _general(levels: Levels) -> Iterator[tuple[str, str]]:
    unsigned = levels.unsigned
    yield "每件都抄送", "、".join(levels.always_copied)
    yield "提醒", "、".join(f"时限过了 {share:.0%}" for share in levels.reminders)
    yield (
        "无人签收",
        (
            f"过了签收时限的 {unsigned.deputy:g} 倍转告备班，{unsigned.head:g} 倍报部门负责人，"
            f"{unsigned.inspection:g} 倍报{levels.overdue_to}"
        ),
    )
    yield "超时督办", f"{levels.overdue_to}，此后每 {levels.repeat_overdue_hours} 小时再报"
    yield "同一事件", f"同一类别、同一地点 {levels.event_hours} 小时内"
    yield (
        "登记为旅游投诉后",
        (
            f"{levels.statutory_acceptance_workdays} 个工作日内决定受理，"
            f"{levels.statutory_settlement_days} 日内办结"
        ),
    )
