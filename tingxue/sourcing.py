"""How each source and each platform of the plan stands: what ``tingxue sources`` shows.

A platform without a source of its own is one row too: what people import or enter by hand is how
it is heard, and nobody should take its quiet for peace.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType

import crawlers.platforms
from domain import plugins
from domain.collection import BY_MACHINE, RAISED, Pause, holding, next_try
from domain.plan import ImportSpec, SourceSpec
from domain.types import Mode, Outcome, SourceRun
from ledger.books import Books
from tingxue import pausing
from tingxue.app import App

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One row. name: in config, or the platform's code. well_at: end of the last run that
    succeeded, or the last mention where there are no runs. expected, seen: new mentions a day,
    usual (None: not said) and of the last week. next_at: when the program tries again; None where
    it does not by itself. paused: until then. task: what a person must do, "" for nothing."""

    name: str
    title: str
    platform: str
    mode: Mode
    enabled: bool
    well_at: datetime | None
    expected: float | None
    seen: float
    outcome: Outcome | None
    next_at: datetime | None
    paused: datetime | None
    task: str


def standings(app: App) -> list[Standing]:
    """The sources in the order of config, then the platforms that have none."""
    with app.ledger.read() as books:
        return [*_sources(app, books), *_platforms(app, books)]


def _sources(app: App, books: Books) -> Iterator[Standing]:
    latest, pauses = books.runs.latest(), books.pauses.at(app.clock())
    for spec in app.plan.sources:
        pause = holding(spec, pauses)
        yield _source(app, books, spec, latest.get(spec.name), pause)


def _source(
    app: App, books: Books, spec: SourceSpec, run: SourceRun | None, pause: Pause | None
) -> Standing:
    now, record = app.clock(), books.runs.record(spec.name)
    alone = spec.enabled and spec.mode in BY_MACHINE
    at = next_try(spec, run.started_at if run else None, pause) or now
    outcome = record.outcome if record else None
    return Standing(
        name=spec.name,
        title=spec.title,
        platform=spec.platform,
        mode=spec.mode,
        enabled=spec.enabled,
        well_at=record.succeeded_at if record else None,
        expected=spec.expected_per_day,
        seen=books.runs.brought(spec.name, now - LATELY) / LATELY.days,
        outcome=outcome,
        next_at=max(at, now) if alone else None,
        paused=pause.until if pause else None,
        task=_task(app, spec, pause.outcome if pause else outcome),
    )


def _task(app: App, spec: SourceSpec, outcome: Outcome | None) -> str:
    if not spec.enabled:
        return spec.before_enabling
    if misfit := unfit(spec):
        return misfit
    if spec.mode in RAISED and not app.home.profile(spec.platform).is_dir():
        return log_in(app, spec)
    return pausing.task(app, spec, outcome) if outcome else ""


def log_in(app: App, spec: SourceSpec) -> str:
    """What a person does first of all in the modes that need a window."""
    name = app.plan.platform_names[spec.platform]
    return f"请运行 tingxue login {name}，在窗口里登录单位的账号"


def _platforms(app: App, books: Books) -> Iterator[Standing]:
    taken = {spec.platform for spec in app.plan.sources}
    heard = books.looks.heard(app.clock() - LATELY)
    imports = {one.platform: one for one in app.plan.imports}
    for code, title in app.plan.platform_names.items():
        if code not in taken:
            known = heard.get(code)
            yield Standing(
                name=code, title=title, platform=code, mode=Mode.IMPORT, enabled=True,
                well_at=known.newest if known else None, outcome=None, next_at=None, paused=None,
                expected=imports[code].expected_per_day if code in imports else None,
                seen=(known.lately if known else 0) / LATELY.days,
                task="" if known and known.lately else _bring(code, title, imports.get(code)),
            )  # fmt: skip


def _bring(code: str, title: str, expected: ImportSpec | None) -> str:
    """Nothing has come for a week."""
    listened = _listened(code)
    if code == "hotline":
        return "请导出工单并运行 tingxue import 文件" if expected else ""
    if code == "manual":
        return ""
    if listened:
        return f"请导入 HAR（tingxue import 文件），或用 tingxue add 录入在{title}看到的"
    return f"看到{title}上的反映，请用 tingxue add 录入"


def _listened(code: str) -> ModuleType | None:
    """The plug-in of a platform that is listened to, if there is one."""
    if code not in plugins.names(crawlers.platforms):
        return None
    plug_in = plugins.load(crawlers.platforms, code)
    return plug_in if hasattr(plug_in, "LISTENED") else None


def unfit(spec: SourceSpec) -> str:
    """Why the plug-in cannot run in the mode that config asks for; "" when it can."""
    if spec.kind not in plugins.names(crawlers.platforms):
        return f"没有叫 {spec.kind} 的插件，请核对 sources.yaml 里 {spec.name} 的 kind"
    if spec.mode is Mode.OPEN:
        return ""
    plug_in = _listened(spec.kind)
    if plug_in is not None and spec.mode in plug_in.LISTENED.modes:
        return ""
    return f"插件 {spec.kind} 不能这样采集，请核对 sources.yaml 里 {spec.name} 的 kind 和 mode"
