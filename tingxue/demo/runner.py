"""The demo week, played: real imports and a real crawl under a given clock, into an empty folder.

Everything is a drill: a ledger of its own, 【演练】 in every message, and channels that only write
files. ``play`` can be killed anywhere and called again: it goes on with the step it was in.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from random import Random
from threading import Thread
from typing import Any

from rich.console import Console
from rich.progress import track

from alerts.channels.file import JsonLines
from domain.actions import RULES
from domain.ports import Channel
from domain.times import Clock, Moment, at_shanghai, shanghai_day
from domain.types import Actor, Delivery, Mention, SendResult
from tingxue import collecting, importing, playing, reporting, reviewing
from tingxue.acting import act
from tingxue.app import App, opened
from tingxue.counting import PeriodKind, period_of
from tingxue.demo import files, script, site, summary, week, window
from tingxue.home import LEDGER, Home, home_at, open_home
from tingxue.playing import INBOX

START = at_shanghai(date(2026, 12, 21))
"""Monday 00:00 of the week that is played."""
END = 7 * 24 * 60 + 8 * 60 + 30
"""Minutes after the start when the papers are written: Monday 08:30."""
PAPER = "demo_paper"
FAILING = "demo_wecom"
_UNHEARD = "浏览器没有打开或没有听全：这一晚的抖音改由导出文件导入；原因见 tingxue sources"


@dataclass(slots=True)
class Failing:
    """A channel that can be down: then it refuses, as a robot whose key was withdrawn does."""

    inner: Channel
    up: bool = True

    def send(self, delivery: Delivery) -> SendResult:
        """See domain.ports.Channel."""
        if self.up:
            return self.inner.send(delivery)
        return SendResult(outcome="dead", error="演练：群机器人已停用（93000）")


@dataclass(slots=True)
class Stage:
    """What the steps act on."""

    app: App
    moment: Moment
    failing: Failing
    ready: Mapping[str, collecting.Child] = field(default_factory=dict)
    """By source, a collecting child that has loaded its libraries meanwhile."""
    heard: bool = False
    """Whether the browser has brought what it was to bring."""


def emptied(home: Home | None = None) -> Home:
    """The demo's folder (default: in the home that the environment names), with nothing in it.
    Raises LedgerError where a real ledger stands."""
    home = home or home_at(open_home(os.environ).path / "demo")
    home.mark_drill()  # before anything is deleted
    old = home.path.with_name(f".{home.path.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    home.path.rename(old)  # at once: a kill leaves no half of it that looks like a real home
    Thread(target=shutil.rmtree, args=(old,)).start()  # nobody waits for it
    return home_at(home.path)


def run(
    home: Home, *, progress: bool, say: Callable[[str], None] = lambda _note: None
) -> list[str]:
    """Play the week into an ``emptied`` folder; the lines of the summary. ``say``: is told whether
    a browser took part."""
    with ExitStack() as stack:
        seen = stack.enter_context(window.window(START, os.environ))
        played = stack.enter_context(stage(home, seen=seen))
        played.ready = {
            spec.name: stack.enter_context(collecting.standing_by(played.app, spec))
            for spec in played.app.plan.sources
        }
        play(played, progress=progress)
        say(seen.note if played.heard or not seen.open else _UNHEARD)
        return summary.lines(played.app)


@contextmanager
def stage(
    home: Home, *, port: int = 0, ledger: str = "", seen: window.Window | None = None
) -> Iterator[Stage]:
    """The app on a demo folder, with the local paper being served (0: on a free port; the port
    is part of an article's address, and so of its id). ``ledger``: the URL of an empty one on a
    server; never the office's own, whatever the environment says. ``seen``: what a browser is
    shown, where there is one."""
    environ = playing.environ_of(os.environ) | dict(seen.environ if seen else {})
    if ledger:
        environ[LEDGER] = ledger
    home.mark_drill()
    (home.path / INBOX).mkdir(exist_ok=True)
    moment = Moment(START)
    with ExitStack() as stack:
        base_url = stack.enter_context(site.serve(START, port))
        _configure(home, base_url, window.CONFIG if seen and seen.open else {})
        if seen and seen.open:  # the replica knows everybody: nobody logs in
            home.profile("douyin").mkdir(mode=0o700, parents=True, exist_ok=True)
        channels, failing = _channels(home, moment)
        app = stack.enter_context(
            opened(
                home=home,
                clock=moment,
                rng=Random(0),  # noqa: S311
                environ=environ,
                channels=channels,
                lasting=False,  # the next demo empties the folder
            )
        )
        yield Stage(app, moment, failing)


def play(stage: Stage, *, progress: bool = False) -> None:
    """All steps from where the folder stands, then the papers."""
    through(stage, END, progress=progress)
    stage.moment.now = week.moment(START, END)
    playing.settle(stage.app, stage.moment)
    monday, sunday = (week.moment(START, m * 24 * 60 + 720) for m in (0, 6))
    _report(stage.app, "day", sunday)
    _report(stage.app, "week", monday)


def through(stage: Stage, minute: int, *, progress: bool = False) -> None:
    """The steps that are left of those up to that minute of the week."""
    home, steps = stage.app.home.path, script.steps()
    done = playing.done(home)
    todo: Sequence[int] = [n for n in range(done, len(steps)) if steps[n].at <= minute]
    for number in _tracked(todo) if progress else todo:
        _take(stage, steps[number])
        playing.mark(home, number + 1)


def _report(app: App, kind: PeriodKind, day: datetime) -> None:
    """The paper, unless it is on record; one that a kill left unrecorded is written again."""
    start = period_of(kind, shanghai_day(day)).start
    with app.ledger.read() as books:
        made = books.reports.last_edition(kind, start)
    if not made:
        reporting.make(app, kind, shanghai_day(day))


def _tracked(numbers: Sequence[int]) -> Iterator[int]:
    yield from track(numbers, "演练一周", console=Console(stderr=True, file=sys.stderr))


def _take(stage: Stage, step: script.Step) -> None:
    """One step at its moment, then every stage after collecting."""
    app = stage.app
    stage.moment.now = week.moment(START, step.at)
    _replay_channel(stage, step.at)
    if step.do == "import":
        for name in step.files:
            if name == window.FILE and _listened(stage):
                continue
            importing.import_file(app, files.write_inputs(app.home.path / INBOX, START, name))
    elif step.do == "crawl":
        papers = [spec for spec in app.plan.sources if spec.name == PAPER]
        collecting.collect(app, papers, stage.ready)
    elif step.do == "review":
        if not _clear_reviews(app, step):
            return
    else:
        _people(app, step)
    playing.stages(app)


def _listened(stage: Stage) -> bool:
    """Whether the browser has brought all that the export would have."""
    specs = [spec for spec in stage.app.plan.sources if spec.name == window.SOURCE]
    if not specs:
        return False
    with ThreadPoolExecutor() as beside:  # the papers' libraries load while we wait for the browser
        beside.submit(import_module, "tingxue.reports")
        collecting.collect(stage.app, specs, stage.ready)
    with stage.app.ledger.read() as books:
        run = books.runs.latest()[window.SOURCE]
    stage.heard = run.seen == len(window.works(START))
    return stage.heard


def _clear_reviews(app: App, step: script.Step) -> bool:
    """Every waiting item is judged as a careful reader would; whether there was any."""
    person = Actor(name=step.actor, role=step.role, department="宣传部")
    with app.ledger.read() as books:
        waiting = books.reviews.waiting()
        seen = {m.mention_id: m for item in waiting for m in books.mentions.many(item.mention_ids)}
    true = _complaints(tuple(seen.values()))
    for item in waiting:
        if true.isdisjoint(item.mention_ids):
            reviewing.dismiss(app, item.review_id, person, "看过原文，不是投诉")
        else:
            reviewing.confirm(app, item.review_id, person)
    return bool(waiting)


def _complaints(mentions: Sequence[Mention]) -> set[str]:
    """Ids of those that are complaints. An article is known by its title: its address, and so its
    id, depends on the port of the local paper."""
    lines = [week.line(ref) for ref in week.complaints()]
    ids = {week.mention_id(line, START) for line in lines}
    titles = {line.title for line in lines if line.platform == "news"}
    return {m.mention_id for m in mentions if m.mention_id in ids or m.title in titles - {""}}


def _people(app: App, step: script.Step) -> None:
    meant = _meant(app, step)
    with app.ledger.read() as books:
        cases = [books.cases.get(case_id) for case_id in meant]
    for case in cases:
        for command in script.commands(step, case, START):
            act(app, case.case_id, command)


def _meant(app: App, step: script.Step) -> list[str]:
    """The cases a step is about."""
    refs = [step.case_of] if step.case_of else list(step.but)
    with app.ledger.read() as books:
        named = books.cases.by_mention([week.mention_id(week.line(r), START) for r in refs])
        if step.do == "act":
            return list(named.values())
        if step.do != "shift":
            return []
        may = RULES[step.action].sources
        rows = books.cases.open_obligations()
        waiting = dict.fromkeys(o.case_id for o in rows if o.status in may)
    return [case_id for case_id in waiting if case_id not in named.values()]


def _replay_channel(stage: Stage, at: int) -> None:
    """The failing channel's state at this minute, whichever step we resume at."""
    for step in script.steps():
        if step.do == "channel" and step.at <= at:
            stage.failing.up = step.state == "up"


def _channels(home: Home, clock: Clock) -> tuple[dict[str, Channel], Failing]:
    made = {
        name: JsonLines(path=home.path / f"{name}.jsonl", clock=clock, lasting=False)
        for name in (FAILING, "file")
    }
    failing = Failing(made[FAILING])
    return {**made, FAILING: failing}, failing


def _configure(home: Home, base_url: str, more: Mapping[str, Any]) -> None:
    """The shipped config, with the demo's channels and the demo's paper as only source, but for
    what ``more`` of sources.yaml says."""
    settings, departments, sources = map(
        playing.read_config, ("settings", "departments", "sources")
    )
    settings["channels"] = {name: playing.file_channel(name) for name in (FAILING, "file")}
    departments["default_channels"] = [FAILING, "file"]
    paper = next(s for s in sources["sources"] if s["kind"] == "founder")
    sources["sources"] = [
        paper
        | {"name": PAPER, "title": "演练日报", "start_urls": [base_url], "delay_seconds": "0.01"}
        | {"options": paper["options"] | {"days_back": "6"}}  # one crawl covers the week
    ]
    sources |= {**more, "sources": [*sources["sources"], *more.get("sources", ())]}
    playing.write_config(
        home, {"settings": settings, "departments": departments, "sources": sources}
    )
