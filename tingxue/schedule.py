"""``tingxue watch``: the program on duty. APScheduler only ticks; what is due stands in the ledger.

So a missed tick costs nothing: the next one finds the same work. Collecting has a thread of its
own (and child processes); stages 2 to 4 look every half second whatever a crawl is doing.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from domain.casework import SYSTEM
from domain.times import shanghai
from ledger import copies
from tingxue import pipeline, reporting, rostering
from tingxue.app import App

LOG = logging.getLogger(__name__)

PURGE_HOUR = 3
_SAY_AGAIN = timedelta(minutes=1)


def watch(app: App, stop: threading.Event) -> None:
    """Run until ``stop`` is set. Every kind of work is its own job, one at a time each."""
    scheduler = BackgroundScheduler(
        timezone="UTC",
        executors={"default": ThreadPoolExecutor(len(_JOBS))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for name, (seconds, work) in _JOBS.items():
        scheduler.add_job(
            _guarded(name, work, app), "interval", seconds=seconds, id=name,
            next_run_time=app.clock(),
        )  # fmt: skip
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler.start()
    LOG.info("值守中。按 Ctrl-C 结束。")
    offset = _offset(app)
    while not stop.wait(1):
        before, offset = offset, _offset(app)
        if offset < before - 1:
            _woken(scheduler, app.clock())
    scheduler.shutdown(wait=True)


def _woken(scheduler: BackgroundScheduler, now: datetime) -> None:
    """The clock was set back: APScheduler would stand still until the old time comes again."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=now)


def _offset(app: App) -> float:
    """Seconds from a clock that nobody sets to the wall clock."""
    return app.clock().timestamp() - time.monotonic()


def _guarded(name: str, work: Callable[[App], object], app: App) -> Callable[[], None]:
    """The schedule is the one place that survives any error: the next tick tries again. An error
    that lasts is logged once a minute, not twice a second."""
    said: dict[str, datetime] = {}

    def tick() -> None:
        try:
            work(app)
        except Exception as error:
            before, now = said.get(repr(error)), app.clock()
            if before is None or now - before >= _SAY_AGAIN:
                said.clear()
                said[repr(error)] = now
                LOG.exception("%s 出错，稍后自动重试", name)

    return tick


def purge_nightly(app: App) -> bool:
    """The purge, once a night after 03:00; whether it ran."""
    now = app.clock()
    with app.ledger.read() as books:
        last = books.audit.last("purge")
    tonight = shanghai(now).replace(hour=PURGE_HOUR, minute=0, second=0, microsecond=0)
    if now < tonight or (last is not None and last >= tonight):
        return False
    purge(app)
    return True


def purge(app: App) -> dict[str, int]:
    """Delete what is older than config allows; rows per table, and files of ``backups``. The counts
    go into the audit. Fetched pages go too: they are public texts about people, kept only to save
    fetching. The index forgets as soon as it can, and may be down meanwhile."""
    now, keep = app.clock(), app.plan.retention
    shutil.rmtree(app.home.cache, ignore_errors=True)
    pruned = copies.prune(app.home.backups, now - timedelta(days=keep.backups))
    with app.ledger.write() as books:
        counts = {**books.purge.run(now, keep), "backups": pruned}
        said = "，".join(f"{table} {count}" for table, count in counts.items())
        books.audit.write(now, SYSTEM, "purge", "到期清除", said)
    pipeline.index(app)
    return counts


_JOBS: dict[str, tuple[float, Callable[[App], object]]] = {
    "分析": (0.5, pipeline.analyse),
    "立案": (0.5, pipeline.triage),
    "通知": (0.5, pipeline.notify),
    "采集": (timedelta(minutes=1).total_seconds(), pipeline.collect),
    "检索": (2, pipeline.index),
    "催办": (15, pipeline.chase),
    "值班表": (600, rostering.report_gaps),
    "报告": (60, reporting.make_missing),
    "清除": (600, purge_nightly),
}
