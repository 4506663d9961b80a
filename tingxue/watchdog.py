"""What the watchdog takes for trouble: no sign of life, work that hangs, a ledger that cannot be
read, messages that do not go, no source all day.

It shares nothing with the program it watches but the home folder: no dispatcher, no outbox. How
long ago something was is told by the clock that nobody sets; what can only be told by the wall
clock (what is due, what ran today) is left alone for a while after that was set.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import LedgerError
from domain.plan import Watchdog
from domain.times import Steady, day_bounds, on_screen, shanghai, shanghai_day
from ledger.glance import Glance, glance
from tingxue import heartbeat
from tingxue.heartbeat import Beat, Heartbeat
from tingxue.home import Home

FAILING_SECONDS = 300.0
"""Work whose ticks have all ended with an error for so long is not retrying, it is broken."""
STEP_SECONDS = 30.0
SETTLING_SECONDS = 600.0
"""After a step of the clock: until ``watch`` has moved due times and run what has become due."""
_LIFE, _LEDGER, _DUE, _SOURCES = "值守", "台账", "待发", "来源"
_STEP = "时钟"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """key: the same one is not said twice; text: what is wrong; ask: what to do, in Chinese."""

    key: str
    text: str
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One look. unknown: beginnings of the keys of which it could tell nothing: no reason to say
    that they are over."""

    troubles: tuple[Trouble, ...]
    unknown: frozenset[str]


def look(
    home: Home, rules: Watchdog, now: datetime, steady: Steady, *, settling: bool = False
) -> Seen:
    """Look at everything; nothing is changed. settling: the wall clock was set just now."""
    alive, unknown = _life(home, rules, now, steady)
    troubles = [alive] if isinstance(alive, Trouble) else []
    if isinstance(alive, Heartbeat):
        troubles += _works(alive, rules, steady.seconds())
    day = day_bounds(shanghai_day(now))
    try:
        found = glance(rules.ledger or home.ledger, *day)
    except LedgerError as error:
        troubles.append(_unreadable(home, error))
        unknown |= {_DUE, _SOURCES}
    else:
        sources = alive.sources if isinstance(alive, Heartbeat) else 0
        troubles += _by_wall_clock(found, sources, rules, now)
        unknown |= set() if isinstance(alive, Heartbeat) else {_SOURCES}
    if settling:
        troubles = [one for one in troubles if one.key not in (_DUE, _SOURCES)]
        unknown |= {_DUE, _SOURCES}
    return Seen(troubles=tuple(troubles), unknown=frozenset(unknown))


def stepped(seconds: float) -> Trouble:
    """What is said once when the wall clock was set."""
    return Trouble(
        key=_STEP,
        text=f"系统时钟被调整了 {seconds:+.0f} 秒",
        ask="请核对本机时间和自动对时（NTP）；签收、答复时限都按本机时钟计算",
    )


def _life(
    home: Home, rules: Watchdog, now: datetime, steady: Steady
) -> tuple[Heartbeat | Trouble, set[str]]:
    """The heartbeat, or why there is none; without one nothing is known of the single works."""
    try:
        last = heartbeat.read(home.heartbeat)
    except (OSError, ValueError) as error:
        return _dead(f"值守程序的心跳文件读不出来（{type(error).__name__}）"), {f"{_LIFE}："}
    if last is None:
        return _dead("没有值守程序的心跳：它没有运行过，或者数据文件夹不对"), {f"{_LIFE}："}
    age = _age(last, now, steady)
    if last.stopped and age > rules.heartbeat_seconds:
        return _dead(f"值守程序已停止（{on_screen(last.at)} 正常退出）"), {f"{_LIFE}："}
    if age > rules.heartbeat_seconds:
        return _dead(f"值守程序没有心跳，最后一次在 {on_screen(last.at)}"), {f"{_LIFE}："}
    return last, set()


def _age(last: Heartbeat, now: datetime, steady: Steady) -> float:
    """Seconds. After a restart of the machine only the wall clock can tell, and at most how long
    it has been up: the program needs a moment to start, too."""
    if last.machine == steady.machine:
        return steady.seconds() - last.steady
    by_wall = (now - last.at).total_seconds()
    return min(by_wall, steady.seconds()) if by_wall >= 0 else steady.seconds()


def _dead(text: str) -> Trouble:
    ask = "请到值守电脑上启动 tingxue watch；恢复以前请人工看热线和各平台，急事直接打电话"
    return Trouble(key=_LIFE, text=text, ask=ask)


def _works(last: Heartbeat, rules: Watchdog, now: float) -> Iterator[Trouble]:
    for name, beat in last.beats.items():
        if trouble := _work(name, beat, rules, now):
            yield trouble


def _work(name: str, beat: Beat, rules: Watchdog, now: float) -> Trouble | None:
    still = now - beat.moved
    if still > beat.allowed + rules.heartbeat_seconds:
        text = f"值守程序的“{name}”停住了，{_span(still)}没有动静"
        ask = "请重新启动 tingxue watch（不会丢失，也不会重发已发出的），并把日志交给维护人员"
        return Trouble(key=f"{_LIFE}：{name}", text=text, ask=ask)
    lasting = now - beat.failing_since
    if beat.failures > 1 and lasting > FAILING_SECONDS:
        text = f"值守程序的“{name}”连续出错 {_span(lasting)}（{beat.error}）"
        ask = "请运行 tingxue doctor，并查看 tingxue watch 的日志：常见的是磁盘满、台账被占用"
        return Trouble(key=f"{_LIFE}：{name}", text=text, ask=ask)
    return None


def _unreadable(home: Home, error: LedgerError) -> Trouble:
    ask = (
        f"请查看 {home.ledger}：磁盘是否满、文件是否被移走或被其他程序占用；"
        "坏了就先停下 tingxue watch，保留现场，用备份恢复（docs/operating.md）"
    )
    return Trouble(key=_LEDGER, text=str(error), ask=ask)


def _by_wall_clock(
    found: Glance, sources: int, rules: Watchdog, now: datetime
) -> Iterator[Trouble]:
    if found.soonest and now - found.soonest > timedelta(minutes=rules.due_minutes):
        late = _span((now - found.soonest).total_seconds())
        yield Trouble(
            key=_DUE,
            text=f"有消息发不出去：最早一条应在 {on_screen(found.soonest)} 发出，已晚 {late}",
            ask="请运行 tingxue doctor 看哪个渠道不通；案件见 tingxue case list，急的直接打电话",
        )
    if sources and not found.went_well and shanghai(now).time() >= rules.sources_by:
        how = f"今天采集了 {found.ran} 次，没有一次成功" if found.ran else "今天没有一个来源运行过"
        yield Trouble(
            key=_SOURCES,
            text=how,
            ask="请运行 tingxue doctor 看各来源的情况，并检查网络；恢复以前请人工看各平台",
        )


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} 秒"
    return f"{seconds / 60:.0f} 分钟" if seconds < 7200 else f"{seconds / 3600:.1f} 小时"
