"""The figures of ``vitals`` and of the work in Prometheus' text format (version 0.0.4).

Labels are stages, states and names from config: nothing here is of a visitor, an account or a
member of staff. What is not known is left out instead of being 0.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from domain.collection import holding
from domain.reviews import ReviewState
from domain.types import Level
from tingxue import vitals
from tingxue.app import App
from tingxue.vitals import Vitals

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Samples = Mapping[tuple[tuple[str, str], ...], float | None]


def text(app: App) -> str:
    """Everything, as the server that collects it reads it; a pure reading of home and ledger."""
    now, seen = app.clock(), vitals.taken(app)
    parts = (*_machine(seen, now), *_stages(seen, now), *_outbox(app), *_sources(app), *_cases(app))
    return "".join(parts)


def _family(name: str, says: str, samples: Samples) -> str:
    """One gauge with all its samples; "" where none is known."""
    lines = [
        f"tingxue_{name}{_labels(labels)} {value:.15g}\n"
        for labels, value in samples.items()
        if value is not None
    ]
    head = f"# HELP tingxue_{name} {says}\n# TYPE tingxue_{name} gauge\n"
    return head + "".join(lines) if lines else ""


def _labels(labels: tuple[tuple[str, str], ...]) -> str:
    said = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{said}}}" if said else ""


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _one(value: float | None) -> Samples:
    return {(): value}


def _by(label: str, values: Mapping[str, float | None]) -> Samples:
    return {((label, name),): value for name, value in values.items()}


def _moment(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def _machine(seen: Vitals, now: datetime) -> Iterator[str]:
    yield _family("disk_free_bytes", "数据文件夹所在磁盘的剩余空间", _one(seen.free))
    yield _family("disk_size_bytes", "数据文件夹所在磁盘的大小", _one(seen.disk))
    yield _family("ledger_bytes", "台账文件的大小", _one(seen.ledger))
    yield _family("memory_available_bytes", "本机可用内存", _one(seen.available))
    yield _family("memory_size_bytes", "本机内存", _one(seen.memory))
    yield _family("watch_resident_bytes", "值守程序占用的内存", _one(seen.resident))
    yield _family("backup_last_seconds", "最近一次备份的时刻", _one(_moment(seen.backup)))
    yield _family(
        "restore_drill_last_seconds", "最近一次恢复演练的时刻", _one(_moment(seen.drilled))
    )
    beat = seen.beat
    if beat is not None:
        age = (now - beat.at).total_seconds()
        yield _family("watch_heartbeat_age_seconds", "值守程序多久没有心跳", _one(age))
        yield _family("watch_stopped", "值守程序是否已停止", _one(beat.stopped))
        failures = {name: float(one.failures) for name, one in beat.beats.items()}
        yield _family("work_failures", "这项工作连续出错的次数", _by("work", failures))


def _stages(seen: Vitals, now: datetime) -> Iterator[str]:
    waiting = {name: float(lag.waiting) for name, lag in seen.lags.items()}
    ages = {
        name: max(0.0, (now - lag.oldest).total_seconds()) if lag.oldest else 0.0
        for name, lag in seen.lags.items()
        if name != "index"  # of which nobody knows since when
    }
    yield _family("stage_waiting", "等待这一环节的条数", _by("stage", waiting))
    yield _family("stage_oldest_seconds", "其中最早一条等了多久", _by("stage", ages))


def _outbox(app: App) -> Iterator[str]:
    states = {"pending": 0.0, "sending": 0.0, "sent": 0.0, "retry": 0.0, "dead": 0.0}
    states |= {state: float(n) for state, n in app.ledger.outbox.states().items()}
    yield _family("deliveries", "通知，按状态", _by("state", states))
    unreached = _one(app.ledger.outbox.undelivered())
    yield _family("alerts_undelivered", "所有渠道都失败的通知", unreached)


def _sources(app: App) -> Iterator[str]:
    known = {spec.name: spec for spec in app.plan.sources if spec.enabled}
    with app.ledger.read() as books:
        runs = {name: run for name, run in books.runs.latest().items() if name in known}
        pauses = books.pauses.at(app.clock())
    started = {name: _moment(run.started_at) for name, run in runs.items()}
    yield _family("source_run_seconds", "这个来源最近一次采集的时刻", _by("source", started))
    outcomes: Samples = {
        (("source", name), ("outcome", str(run.outcome))): 1.0
        for name, run in runs.items()
        if run.outcome is not None
    }
    yield _family("source_outcome", "这个来源最近一次采集的结果", outcomes)
    held = {name: float(holding(spec, pauses) is not None) for name, spec in known.items()}
    yield _family("source_paused", "这个来源是否停采", _by("source", held))


def _cases(app: App) -> Iterator[str]:
    with app.ledger.read() as books:
        levels = books.cases.open_levels()
        waiting = books.reviews.counts().get(ReviewState.WAITING, 0)
        rejects, refused = len(books.rejects.pending()), books.refusals.count()
    counts = {str(level): float(list(levels.values()).count(level)) for level in Level}
    yield _family("cases_open", "未办结的案件，按级别", _by("level", counts))
    yield _family("reviews_waiting", "待研判", _one(waiting))
    yield _family("rejects_pending", "退件", _one(rejects))
    yield _family("index_refused", "检索服务器不肯收的条数", _one(refused))
