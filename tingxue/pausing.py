"""A refusal stops the whole site for a while, tells 宣传部 once, and a person may end it earlier.

Nothing is retried in a loop: until the pause is over or lifted, no source of that site is run.
"""

from datetime import timedelta

from alerts.remedies import remedy
from alerts.routing import not_before
from alerts.stopping import Stopped, stopped
from domain.collection import RAISED, Pause, holding, sites, until
from domain.errors import NotConfigured
from domain.plan import SourceSpec
from domain.privacy import mask
from domain.types import Actor, Outcome, Role
from ledger.books import Books
from tingxue.app import App
from tingxue.names import OUTCOMES
from tingxue.telling import tell

_FORGOTTEN = timedelta(days=7)
"""So long after a pause nobody takes the next one for the same trouble."""


def held(app: App, spec: SourceSpec) -> Pause | None:
    """The pause that keeps this source from running now."""
    with app.ledger.read() as books:
        return holding(spec, books.pauses.at(app.clock()))


def stop(app: App, books: Books, spec: SourceSpec, outcome: Outcome) -> None:
    """Leave the source's site alone if the outcome asks for it, in the caller's transaction. A stop
    that goes on, because nothing has been read since the last one, is told of no second time."""
    now = app.clock()
    end = until(outcome, app.plan.cooldown_hours, now)
    if end is None:
        return
    news, there = not _goes_on(app, books, spec), books.pauses.at(now)
    for site in sites(spec):
        if site not in there or there[site].until < end:
            books.pauses.begin(
                Pause(site=site, began_at=now, until=end, source=spec.name, outcome=outcome)
            )
    if news:
        pause = Pause(site="", began_at=now, until=end, source=spec.name, outcome=outcome)
        _tell(app, books, spec, pause)


def _goes_on(app: App, books: Books, spec: SourceSpec) -> bool:
    mine = sites(spec)
    last = books.pauses.last(mine)
    if last is None or last.lifted_at is not None or app.clock() - last.until > _FORGOTTEN:
        return False
    same = (other for other in app.plan.sources if set(sites(other)) & set(mine))
    records = (books.runs.record(other.name) for other in same)
    return not any(r and r.succeeded_at and r.succeeded_at > last.began_at for r in records)


def _tell(app: App, books: Books, spec: SourceSpec, pause: Pause) -> None:
    text = stopped(Stopped(
        what=title(app, spec), cause=OUTCOMES[pause.outcome], until=pause.until,
        task=task(app, spec, pause.outcome), drill=app.ledger.drill,
    ))  # fmt: skip
    level = app.plan.levels.silence.level
    tell(
        app, books, str(Role.PUBLICITY), "silence", text,
        ("stopped", *sites(spec), pause.began_at.isoformat()),
        level=level, due=not_before(app.plan, level, app.clock()),
    )  # fmt: skip


def title(app: App, spec: SourceSpec) -> str:
    """What is left alone, in Chinese: the platform, or the one source where hosts are counted."""
    whole = sites(spec) == (spec.platform,)
    return app.plan.platform_names[spec.platform] if whole else spec.title


def task(app: App, spec: SourceSpec, outcome: Outcome) -> str:
    """What a person does about a run that ended so; "" where all is well."""
    return remedy(
        outcome, title=spec.title, source=spec.name, window=spec.mode in RAISED,
        platform=app.plan.platform_names[spec.platform],
    )  # fmt: skip


def resume(app: App, name: str, actor: Actor, reason: str) -> list[str]:
    """Let the program ask again: the sites whose pause was lifted. ``name``: of a source, or a
    platform's code or Chinese name. Raises NotConfigured for an unknown one; audited."""
    now = app.clock()
    found = [spec for spec in app.plan.sources if name in _names(app, spec)]
    if not found:
        known = "、".join(spec.name for spec in app.plan.sources)
        raise NotConfigured(f"没有名为 {name} 的来源或平台；来源有：{known}")
    wanted = dict.fromkeys(site for spec in found for site in sites(spec))
    with app.ledger.write() as books:
        lifted = [site for site in wanted if books.pauses.lift(site, now)]
        if lifted:
            books.audit.write(now, actor, "resume", "、".join(lifted), mask(reason))
    return lifted


def _names(app: App, spec: SourceSpec) -> tuple[str, str, str]:
    return spec.name, spec.platform, app.plan.platform_names[spec.platform]
