"""Wiring: reads the config once and joins the rooms. Every stage gets an ``App`` and no global."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from random import Random, SystemRandom

import alerts.channels
import nlp.limits
from alerts.marking import Marked
from alerts.roster import on_duty
from alerts.succession import stand_ins
from alerts.workdays import OfficeCalendar
from config.loader import load
from domain import plugins
from domain.casework import Terms
from domain.errors import LedgerError, NotConfigured
from domain.identity import Pseudonym
from domain.plan import Plan, Roster
from domain.ports import Analyser, Channel, Outbox, RecordIndex, SearchIndex
from domain.times import Clock, Steady, system_clock, system_steady
from domain.types import TEST, Alert, Delivery, Mention, Verdict
from ledger.engine import Ledger, open_ledger
from ledger.sealed import open_sealed
from tingxue import rosters
from tingxue.home import Home, ledger_url, open_home, pseudonyms
from tingxue.searching import Search

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything a stage may need."""

    home: Home
    plan: Plan
    ledger: Ledger
    analyser: Analyser
    channels: Mapping[str, Channel]
    terms: Terms
    clock: Clock
    rng: Random
    pseudonym: Pseudonym
    environ: Mapping[str, str]
    department_limit: float
    """The probability from which on a verdict alone is enough for a department."""
    search: Search = field(default_factory=Search)
    steady: Steady | None = None  # given with the real clock only: a fake one is moved on purpose

    def outbox(self) -> Outbox:
        """The outbox for dispatching: it keeps the plan's paces and knows its stand-ins."""
        paces = {name: spec.pace for name, spec in self.plan.channels.items()}
        return self.ledger.paced(paces, self._stand_ins)

    def _stand_ins(self, alert: Alert, receiver: str) -> Sequence[Delivery]:
        if alert.purpose == TEST:
            return ()
        return stand_ins(self.plan, alert, receiver, self._on_duty)

    def _on_duty(self, department: str) -> str:
        shift = on_duty(self.roster().shifts, department, self.clock(), self.terms.calendar)
        return shift.person if shift else ""

    def roster(self) -> Roster:
        """Who is on duty when; the file in the home is read again when it has changed."""
        return rosters.in_force(self.home.config, self.plan, self.environ)

    def index(self) -> SearchIndex:
        """The search index; opened when needed, for nothing else may wait for it."""
        return self.search.index(self.plan, self.home, self.clock)

    def records(self) -> RecordIndex | None:
        """Where cases, deliveries and runs are shown beside the mentions; None without a server."""
        return self.search.records(self.plan, self.home, self.clock)


def check_open(app: App) -> None:
    """Raises LedgerError where the ledger is an archive: what goes on writing is not even begun."""
    if app.ledger.sealed:
        raise LedgerError(app.ledger.sealed)


class _Late:
    """domain.ports.Analyser that loads with the first text: most commands and every collecting
    child read none. Raises PluginError then, for a ``plan.sentiment`` that is no scorer."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    @cached_property
    def _analyser(self) -> Analyser:
        import nlp.analyser

        return nlp.analyser.build(self._plan)

    @property
    def version(self) -> str:
        return self._analyser.version

    def analyse(self, mention: Mention, scored_at: datetime) -> Verdict:
        return self._analyser.analyse(mention, scored_at)

    def analyse_many(self, mentions: Sequence[Mention], scored_at: datetime) -> list[Verdict]:
        return self._analyser.analyse_many(mentions, scored_at)


@contextmanager
def opened(
    *,
    home: Home | None = None,
    clock: Clock = system_clock,
    rng: Random | None = None,
    environ: Mapping[str, str] = os.environ,
    channels: Mapping[str, Channel] | None = None,
    lasting: bool = True,
) -> Iterator[App]:
    """The app on a home (default: the one the environment names), closed afterwards.

    Raises ConfigError, LedgerError or NotConfigured, in Chinese. ``channels`` replaces the
    configured ones (drill, tests). ``lasting``: see ``ledger.engine.open_ledger``.
    """
    home = home or open_home(environ)
    plan = load(environ=environ, overrides=home.config)
    ledger = _ledger(home, plan, clock, environ, lasting)
    search = Search()
    try:
        yield App(
            search=search,
            home=home,
            plan=plan,
            ledger=ledger,
            analyser=_Late(plan),
            channels=_channels(plan, home, clock) if channels is None else channels,
            terms=Terms(levels=plan.levels, calendar=OfficeCalendar(plan.hours)),
            clock=clock,
            rng=rng or SystemRandom(),
            pseudonym=pseudonyms(home, clock),
            environ=environ,
            department_limit=nlp.limits.shipped().limit(
                plan.complaint_share, plan.department_precision
            ),
            steady=system_steady() if clock is system_clock else None,
        )
    finally:
        search.close()
        ledger.close()


def _ledger(
    home: Home, plan: Plan, clock: Clock, environ: Mapping[str, str], lasting: bool
) -> Ledger:
    """The office's; of an archive the file in it, whatever else is set."""
    if home.sealed:
        why = (
            f"{home.path} 是归档的雪季，只能查看，不能改动；"
            "请把 TINGXUE_HOME 改指正在使用的数据文件夹"
        )
        return open_sealed(home.ledger, why=why, reading=home.path / "reading", now=clock())
    url = ledger_url(home, plan.ledger, environ)
    return open_ledger(url, drill=home.drill, now=clock(), backups=home.backups, lasting=lasting)


def _channels(plan: Plan, home: Home, clock: Clock) -> dict[str, Channel]:
    """Those that are configured; for one that is not the dispatcher takes the fallback, and
    ``tingxue doctor`` says why."""
    made: dict[str, Channel] = {}
    for name, spec in plan.channels.items():
        try:
            plugin = plugins.load(alerts.channels, spec.kind)
            channel = plugin.channel(spec, home=home.path, clock=clock)
            made[name] = Marked(channel) if home.drill else channel
        except NotConfigured as error:
            LOG.warning("渠道 %s 未启用：%s", name, error)
    return made
