"""What the doctor says about the machine, the stages' lag, the backups, the papers and the desk's
certificate."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from domain.times import on_screen, shanghai_day
from ledger.lags import Lag
from tingxue import issuing, vitals
from tingxue.app import App
from tingxue.findings import Finding, bad, note, ok
from tingxue.vitals import Vitals

_LATE = timedelta(minutes=5)
_LEAST_MEMORY = 256 * 2**20
_RENEW = timedelta(days=30)
_STAGES = {"analyse": "分析", "triage": "立案", "notify": "通知", "index": "检索"}


def findings(app: App) -> Iterator[Finding]:
    """One line each, from the same figures as ``tingxue metrics``."""
    now, seen = app.clock(), vitals.taken(app)
    yield from _memory(seen)
    yield _lag(seen.lags, now)
    if app.plan.backup.warn_days and not app.ledger.drill:
        yield _backup(seen, now, timedelta(days=app.plan.backup.warn_days))
    yield from _papers(app)
    if app.plan.desk.certificate:
        yield _certificate(Path(app.plan.desk.certificate), now)


def _memory(seen: Vitals) -> Iterator[Finding]:
    if seen.available is None or seen.memory is None:
        return
    left = f"可用 {seen.available / 2**20:.0f} MiB，共 {seen.memory / 2**20:.0f} MiB"
    own = f"；值守程序占 {seen.resident / 2**20:.0f} MiB" if seen.resident else ""
    if seen.available < _LEAST_MEMORY:
        yield bad("内存", f"{left}{own}；太少，请停掉别的程序或加内存")
    else:
        yield ok("内存", f"{left}{own}")


def _lag(lags: dict[str, Lag], now: datetime) -> Finding:
    said = "，".join(f"{_STAGES[name]} {lag.waiting}{_age(lag, now)}" for name, lag in lags.items())
    late = [_STAGES[name] for name, lag in lags.items() if lag.oldest and now - lag.oldest > _LATE]
    if late:
        return bad(
            "积压", f"{said}；{'、'.join(late)}停住了，请确认 tingxue watch 在运行，看它的日志"
        )
    return ok("积压", said)


def _age(lag: Lag, now: datetime) -> str:
    return f"（最久 {max(0, int((now - lag.oldest).total_seconds()))} 秒）" if lag.oldest else ""


def _backup(seen: Vitals, now: datetime, most: timedelta) -> Finding:
    ask = "请运行 tingxue backup create --to 另一块盘上的文件夹，并设好定时器（docs/operating.md）"
    if seen.backup is not None:
        last = f"最近一次备份 {on_screen(seen.backup)}"
        return (
            ok("备份", last) if now - seen.backup <= most else bad("备份", f"{last}，太久了；{ask}")
        )
    if seen.first_seen is not None and now - seen.first_seen > most:
        return bad("备份", f"从未备份过；{ask}")
    return note("备份", f"还没有备份过；{ask}")


def _papers(app: App) -> Iterator[Finding]:
    late = issuing.unsent(app)
    if not app.plan.papers.to:
        yield note("报告", "没有写 settings.yaml 的 papers.to，日报和周报不自动送给任何人")
    elif late:
        ask = "请确认 tingxue watch 在运行，报告已编好（tingxue report list）"
        yield bad("报告", f"到点没有送出：{'、'.join(late)}；{ask}")


def _certificate(path: Path, now: datetime) -> Finding:
    """Until when browsers will take the desk for what it says it is."""
    from cryptography import x509  # a desk that has one loads it anyway

    ask = f"请换上新的证书（{path}），再重启值守台"
    try:
        ends = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        return bad("证书", f"值守台的证书读不出来（{error}）；{ask}")
    said = f"值守台的证书到 {shanghai_day(ends)} 为止"
    if ends <= now:
        return bad("证书", f"{said}，已经过期，浏览器会拒绝打开；{ask}")
    if ends - now < _RENEW:
        return bad("证书", f"{said}，还有 {(ends - now).days} 天；{ask}")
    return ok("证书", said)
