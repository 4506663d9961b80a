"""Stage 1: every due source in a child process of its own, so that one cannot harm another.

The child loads its libraries, reads from its standard input what to collect, and writes into the
ledger itself (``collect_one``); the parent only starts it, waits, and notes the end of a child that
could not do so any more. A stopped source never looks empty.
"""

import logging
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from types import MappingProxyType, ModuleType

import crawlers.platforms
from crawlers.given import Given
from domain import plugins
from domain.collection import BY_MACHINE, holding, sites
from domain.errors import NotConfigured
from domain.identity import digest
from domain.plan import SourceSpec
from domain.privacy import mask
from domain.types import Mode, Outcome, Reject, RunReport, SourceRun
from tingxue import names, pausing
from tingxue.app import App, check_open
from tingxue.intake import LedgerIntake, Sieve

LOG = logging.getLogger(__name__)

Child = subprocess.Popen[str]
CHILD_SECONDS = 900
_AT_ONCE = 2
FRAGMENT = "fragment"
"""Format of a kept fragment of a page that had an unknown shape; not a row, never replayed."""

EXCHANGE = "exchange"
"""Format of a kept answer of a platform that is listened to; see ``tingxue.exchanges``."""

_WELL = (Outcome.OK, Outcome.EMPTY_CONFIRMED)


def due(app: App) -> list[SourceSpec]:
    """Enabled sources that a program may begin by itself, whose last run is long enough ago and
    whose site has not refused us lately, in the order of config."""
    with app.ledger.read() as books:
        latest, pauses = books.runs.latest(), books.pauses.at(app.clock())
    mine = [spec for spec in app.plan.sources if spec.enabled and spec.mode in BY_MACHINE]
    free = [spec for spec in mine if holding(spec, pauses) is None]
    return [spec for spec in free if _is_due(app, spec, latest)]


def _is_due(app: App, spec: SourceSpec, latest: Mapping[str, SourceRun]) -> bool:
    now, last = app.clock(), latest.get(spec.name)
    if last is None or last.started_at > now:  # the clock was set back
        return True
    return now - last.started_at >= timedelta(minutes=spec.every_minutes)


def collect(
    app: App, specs: Sequence[SourceSpec], ready: Mapping[str, Child] = MappingProxyType({}),
    *, only_due: bool = False, advance: Callable[[int], None] = lambda _count: None,
) -> int:  # fmt: skip
    """Collect from these sources, a few sites side by side, the sources of one site in turn; the
    number of new mentions. ``ready``: by source, a child that was started before. ``advance`` hears
    of each source that is done. A source whose site has refused us, or that another host is
    collecting from, is passed over; with ``only_due`` also one that another host has just collected
    from. Raises LedgerError on an archive."""
    check_open(app)
    if not specs:
        return 0
    with app.ledger.read() as books:
        before = sum(books.mentions.waiting().values())
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        for _ in pool.map(partial(_in_turn, app, ready, only_due, advance), by_site(specs)):
            pass
    with app.ledger.read() as books:
        return sum(books.mentions.waiting().values()) - before


def by_site(specs: Sequence[SourceSpec]) -> list[list[SourceSpec]]:
    """The sources in groups: no two groups share a site."""
    groups: list[list[SourceSpec]] = []
    for spec in specs:
        mine = [one for one in groups if any(set(sites(o)) & set(sites(spec)) for o in one)]
        groups = [one for one in groups if one not in mine]
        groups.append([*chain.from_iterable(mine), spec])
    return groups


def _in_turn(
    app: App, ready: Mapping[str, Child], only_due: bool, advance: Callable[[int], None],
    specs: Sequence[SourceSpec],
) -> None:  # fmt: skip
    for spec in specs:
        _one(app, ready, only_due, spec)
        advance(1)


def _one(app: App, ready: Mapping[str, Child], only_due: bool, spec: SourceSpec) -> None:
    with app.ledger.alone(f"collect {spec.name}") as mine:
        if not mine or pausing.held(app, spec) is not None:
            return
        if only_due and app.ledger.shared:
            with app.ledger.read() as books:
                latest = books.runs.latest()
            if not _is_due(app, spec, latest):
                return
        _supervise(app, ready, spec)


@contextmanager
def standing_by(app: App, spec: SourceSpec) -> Iterator[Child]:
    """A child that loads its libraries while the caller does something else, for one ``collect``.
    It goes, and has done nothing, when it was not used."""
    child = _start(app, spec)
    try:
        yield child
    finally:
        _end(child)


def _start(app: App, spec: SourceSpec) -> Child:
    command = [str(Path(sys.executable).with_name("tingxue")), "collect-one", spec.kind]
    return subprocess.Popen(  # noqa: S603 -- our own command, a kind from config
        command,
        env=child_environment(app),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def _end(child: Child) -> None:
    """Whatever it does; nothing when it has ended."""
    child.kill()
    child.communicate()


def _supervise(app: App, ready: Mapping[str, Child], spec: SourceSpec) -> None:
    """Run one child to its end, and write down the end of a child that could not: a source whose
    child fell before it had begun is on record too."""
    child, moment = ready.get(spec.name) or _start(app, spec), app.clock()
    try:
        child.communicate(f"{spec.name} {moment.isoformat()}\n", timeout=CHILD_SECONDS)
        ending = f"采集进程异常结束（{child.returncode}）"
    except subprocess.TimeoutExpired:
        ending = f"采集超过 {CHILD_SECONDS // 60} 分钟，已停止"
    finally:
        _end(child)
    report = RunReport(outcome=Outcome.NO_RESPONSE_SEEN, seen=0, new=0, detail=ending)
    with app.ledger.write() as books:
        runs = books.runs.within(moment, moment + timedelta.resolution)
        if spec.name not in {run.source for run in runs}:
            books.runs.begin(_run(spec.name, moment))
        for run in books.runs.unended():
            if run.source == spec.name:
                books.runs.end(run.run_id, app.clock(), report)


def _run(name: str, started: datetime) -> SourceRun:
    run_id = digest(name, started.isoformat(), secrets.token_hex(8), length=32)
    return SourceRun(run_id=run_id, source=name, started_at=started)


def child_environment(app: App) -> dict[str, str]:
    """The parent's environment with this app's home."""
    return {**app.environ, "TINGXUE_HOME": str(app.home.path)}


def collect_one(app: App, name: str) -> RunReport:
    """In the child: run one source and record how it went. Raises NotConfigured."""
    spec = next((s for s in app.plan.sources if s.name == name), None)
    if spec is None:
        raise NotConfigured(f"没有名为 {name} 的来源；请看 config/sources.yaml")
    report = on_record(app, spec, partial(_run_source, app, spec))
    level = logging.INFO if report.outcome in _WELL else logging.WARNING
    name = names.OUTCOMES[report.outcome]
    LOG.log(level, "%s：%s，新增 %d 条 %s", spec.title, name, report.new, report.detail)
    return report


def on_record(
    app: App, spec: SourceSpec,
    run: Callable[[SourceRun | None, Mapping[str, str]], RunReport],
) -> RunReport:  # fmt: skip
    """Run a source, a program or a person, and keep how it went; ``run`` is given the last run and
    the source's marks. A refusal leaves the site alone for a while. Raises what ``run`` raises; why
    it could not even begin is on record then too."""
    name, started = spec.name, app.clock()
    this = _run(name, started)
    with app.ledger.write() as books:
        last = books.runs.latest().get(name)
        for other in books.runs.unended():  # a run that was killed with its parent
            if other.source == name:
                books.runs.end(other.run_id, started, _killed())
        books.runs.begin(this)
        marks = books.marks.of(name)
    try:
        report = run(last, marks)
    except NotConfigured as error:
        with app.ledger.write() as books:
            books.runs.end(this.run_id, app.clock(), _not_begun(error))
        raise
    with app.ledger.write() as books:
        books.runs.end(this.run_id, app.clock(), report)
        pausing.stop(app, books, spec, report.outcome)
    return report


def _run_source(
    app: App, spec: SourceSpec, last: SourceRun | None, marks: Mapping[str, str]
) -> RunReport:
    intake = LedgerIntake(app.ledger, spec.name, app.clock)
    platform = _plug_in(spec)
    if hasattr(platform, "LISTENED"):
        from tingxue import browsing  # no other source needs a browser

        return browsing.source(app, spec, platform.LISTENED, marks).collect(intake)
    given = Given(
        clock=app.clock,
        pseudonym=app.pseudonym,
        cache_dir=app.home.cache / spec.name,
        since=last.started_at if last else None,
        keep_fragment=partial(_keep_fragment, app, spec.name),
        marks=marks,
    )
    report: RunReport = platform.source(spec, given).collect(Sieve(intake, spec.search))
    return report


def _plug_in(spec: SourceSpec) -> ModuleType:
    """Raises NotConfigured where a program cannot run the source by itself."""
    platform = plugins.load(crawlers.platforms, spec.kind)
    wanted = {Mode.OPEN: "source", Mode.OWN: "LISTENED", Mode.AUTOMATIC: "LISTENED"}
    if not hasattr(platform, wanted.get(spec.mode, "")):
        reason = (
            f"{spec.title} 不能由程序直接采集（{names.MODES[spec.mode]}），请看 docs/sources.md"
        )
        raise NotConfigured(reason)
    return platform


def _not_begun(error: NotConfigured) -> RunReport:
    return RunReport(outcome=Outcome.NO_RESPONSE_SEEN, seen=0, new=0, detail=mask(str(error)))


def _killed() -> RunReport:
    return RunReport(
        outcome=Outcome.NO_RESPONSE_SEEN, seen=0, new=0, detail="采集进程中断，已重新采集"
    )


def _keep_fragment(app: App, name: str, url: str, reason: str, fragment: str) -> None:
    kept = Reject(
        file=name,
        row=0,
        format=FRAGMENT,
        reason=reason,
        fields={"url": mask(url), "fragment": mask(fragment)},
    )
    with app.ledger.write() as books:
        books.rejects.add([kept], app.clock())
