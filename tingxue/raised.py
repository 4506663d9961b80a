"""Whether the sources that somebody had to answer for still stand as they were let go ahead."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from crawlers import programs
from domain.collection import RAISED
from domain.errors import NotConfigured
from domain.identity import season_of
from domain.plan import SourceSpec
from domain.times import at_shanghai
from tingxue.app import App
from tingxue.names import MODES
from tingxue.sourcing import unfit


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """One enabled source in a mode above ``open``. amiss: what must be done first; () when well."""

    spec: SourceSpec
    text: str
    amiss: tuple[str, ...]


def raised(app: App) -> list[Raised]:
    """All of them, in the order of config."""
    return [
        Raised(spec=spec, text=_said(app, spec), amiss=tuple(_amiss(app, spec)))
        for spec in app.plan.sources
        if spec.enabled and spec.mode in RAISED
    ]


def browser_of(app: App) -> tuple[str, bool]:
    """The browser that would be opened, or what to do about there being none; whether there is."""
    try:
        return programs.find(app.environ), True
    except NotConfigured as error:
        return str(error), False


def _said(app: App, spec: SourceSpec) -> str:
    account = spec.account.title if spec.account else "没有账号"
    said = f"{spec.title}（{MODES[spec.mode]}，{account}）"
    if spec.go_ahead:
        said += f"，{spec.go_ahead.by} {spec.go_ahead.on} 批准，一天至多 {spec.daily_cap} 页"
    return said


def _amiss(app: App, spec: SourceSpec) -> Iterator[str]:
    name, now = app.plan.platform_names[spec.platform], app.clock()
    if misfit := unfit(spec):
        yield misfit
    if spec.account is None:
        yield "没有写单位的账号，请在 sources.yaml 写 account"
    profile = app.home.profile(spec.platform)
    if not profile.is_dir():
        yield f"还没有登录过，请运行 tingxue login {name}"
    elif profile.stat().st_mode & 0o077:
        yield f"登录状态他人可读，请执行 chmod 700 {profile}"
    if spec.go_ahead and _stale(spec.go_ahead.on, now):
        yield "批准已过一个雪季（七月一日起算），请重新评估并更新 go_ahead"
    assessed = app.plan.assessments.get(spec.platform)
    if assessed and _stale(assessed.date, now):
        yield f"{name}的采集合规评估已过一个雪季，请重新评估"


def _stale(day: date, now: datetime) -> bool:
    return season_of(at_shanghai(day)) != season_of(now)
