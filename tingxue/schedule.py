"""``tingxue watch``: the program on duty. APScheduler only ticks; what is due stands in the ledger.

So a missed tick costs nothing: the next one finds the same work. Collecting has a thread of its
own (and child processes); stages 2 to 4 look every half second whatever a crawl is doing. Every
second the loop gives its sign of life (``heartbeat``), with how each kind of work gets on.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from domain.casework import SYSTEM
from domain.collection import BY_MACHINE
from domain.times import shanghai, system_steady
from ledger import copies
from tingxue import (
    attachments,
    collecting,
    dailies,
    issuing,
    mornings,
    pictures,
    pipeline,
    reporting,
    rostering,
)
from tingxue.app import App, check_open
from tingxue.heartbeat import Heart
from tingxue.pipeline import Advance

LOG = logging.getLogger(__name__)

PURGE_HOUR = 3
_SAY_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work: how often it ticks, and how many seconds it may take to get on (beside the
    watchdog's patience), where it does not say in smaller steps that it does."""

    seconds: float
    work: Callable[[App, Advance], object]
    longest: float = 0.0


def watch(app: App, stop: threading.Event, only: Collection[str] = ()) -> None:
    """Run until ``stop`` is set. Every kind of work is its own job, one at a time each. ``only``:
    these of ``JOBS``, beside other hosts that do the rest. Raises LedgerError on an archive."""
    check_open(app)
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(JOBS))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    heart = Heart(
        app.home.heartbeat, app.clock, app.steady or system_steady(),
        sum(spec.enabled and spec.mode in BY_MACHINE for spec in app.plan.sources),
    )  # fmt: skip
    jobs = {name: job for name, job in JOBS.items() if not only or name in only}
    for name, job in jobs.items():
        heart.ended(name, idle=0)
        scheduler.add_job(
            _guarded(name, job, app, heart), "interval", seconds=job.seconds, id=name,
            next_run_time=app.clock(),
        )  # fmt: skip
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler.start()
    LOG.info("值守中。按 Ctrl-C 结束。")
    beat = _tick("心跳", app, heart.write)
    beat()
    offset = _offset(app)
    while not stop.wait(1):
        beat()
        before, offset = offset, _offset(app)
        if offset < before - 1:
            _woken(scheduler, app.clock())
    _tick("心跳", app, partial(heart.write, stopped=True))()
    scheduler.shutdown(wait=True)


def _woken(scheduler: BackgroundScheduler, now: datetime) -> None:
    """The clock was set back: APScheduler would stand still until the old time comes again."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=now)


def _offset(app: App) -> float:
    """Seconds from a clock that nobody sets to the wall clock."""
    return app.clock().timestamp() - time.monotonic()


def _guarded(name: str, job: Job, app: App, heart: Heart) -> Callable[[], None]:
    """A tick of this work that says how it gets on."""

    def advance(_count: int) -> None:
        heart.moves(name, job.longest)

    def tick() -> None:
        advance(0)
        try:
            job.work(app, advance)
        except Exception as error:
            heart.ended(name, job.seconds, error)
            raise
        heart.ended(name, job.seconds)

    return _tick(name, app, tick)


def _tick(name: str, app: App, work: Callable[[], object]) -> Callable[[], None]:
    """The schedule is the one place that survives any error: the next tick tries again. An error
    that lasts is logged once a minute, not twice a second."""
    said: dict[str, datetime] = {}

    def tick() -> None:
        try:
            work()
        except Exception as error:
            before, now = said.get(repr(error)), app.clock()
            if before is None or now - before >= _SAY_AGAIN:
                said.clear()
                said[repr(error)] = now
                LOG.exception("%s 出错，稍后自动重试", name)

    return tick


def purge_nightly(app: App) -> bool:
    """The purge, once a night after 03:00, on one host; whether it ran."""
    with app.ledger.alone("purge") as mine:
        return mine and _purge_if_due(app)


def _purge_if_due(app: App) -> bool:
    now = app.clock()
    with app.ledger.read() as books:
        last = books.audit.last("purge")
    tonight = shanghai(now).replace(hour=PURGE_HOUR, minute=0, second=0, microsecond=0)
    if now < tonight or (last is not None and last >= tonight):
        return False
    purge(app)
    return True


def purge(app: App) -> dict[str, int]:
    """Delete what is older than config allows; rows per table, and files of ``backups`` and of
    replies. The counts go into the audit. Fetched pages go too: they are public texts about people,
    kept only to save fetching. The index forgets as soon as it can, and may be down meanwhile."""
    now, keep = app.clock(), app.plan.retention
    shutil.rmtree(app.home.cache, ignore_errors=True)
    pruned = copies.prune(app.home.backups, now - timedelta(days=keep.backups))
    pictured = pictures.purge(app)
    with app.ledger.write() as books:
        counts = {**books.purge.run(now, keep), "backups": pruned, "pictures": pictured}
        counts["attachments"] = len(books.attachments.released())
        said = "，".join(f"{table} {count}" for table, count in counts.items())
        books.audit.write(now, SYSTEM, "purge", "到期清除", said)
    attachments.sweep(app)
    attachments.forget_purged(app)
    pipeline.index(app)
    return counts


def _whole(work: Callable[[App], object]) -> Callable[[App, Advance], object]:
    """Work that does not say how it gets on."""

    def run(app: App, _advance: Advance) -> object:
        return work(app)

    return run


_MINUTE = timedelta(minutes=1).total_seconds()
JOBS: dict[str, Job] = {
    "分析": Job(0.5, pipeline.analyse),
    "立案": Job(0.5, pipeline.triage),
    "通知": Job(0.5, pipeline.notify),
    "采集": Job(_MINUTE, pipeline.collect, longest=collecting.CHILD_SECONDS),
    "检索": Job(2, _whole(pipeline.index), longest=30 * _MINUTE),
    "催办": Job(15, _whole(pipeline.chase), longest=5 * _MINUTE),
    "突增和沉默": Job(_MINUTE, _whole(pipeline.alarm), longest=5 * _MINUTE),
    "值班表": Job(600, _whole(rostering.report_gaps), longest=_MINUTE),
    "早报": Job(15, _whole(mornings.tell_due), longest=_MINUTE),
    "统计": Job(_MINUTE, _whole(dailies.keep_all), longest=15 * _MINUTE),
    "报告": Job(_MINUTE, _whole(reporting.make_missing), longest=15 * _MINUTE),
    "送报告": Job(_MINUTE, _whole(issuing.issue_due), longest=5 * _MINUTE),
    "清除": Job(600, _whole(purge_nightly), longest=60 * _MINUTE),
}
