"""``tingxue doctor``: what is configured, what is reachable, and what to do next."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from alerts import duty
from alerts.routing import deliveries_for
from alerts.silence import facts, task
from config.loader import placeholders
from domain.collection import BY_MACHINE, holding
from domain.errors import SearchUnavailable
from domain.identity import digest
from domain.ports import Channel
from domain.search import SearchQuery
from domain.times import on_screen, shanghai_day
from domain.types import TEST, Alert, Delivery, Outcome, SendResult
from ledger.outbox import Unreached
from tingxue import rostering, silence, surging, upkeep
from tingxue.app import App
from tingxue.findings import Finding
from tingxue.findings import bad as _bad
from tingxue.findings import note as _note
from tingxue.findings import ok as _ok
from tingxue.names import OUTCOMES
from tingxue.raised import browser_of, raised
from tingxue.unheard import still_unheard

_FINE = frozenset({Outcome.OK, Outcome.EMPTY_CONFIRMED})
_STUCK_AFTER = timedelta(minutes=5)
_MOST_AHEAD = 5.0
TEST_RECEIVER = "渠道测试"


def examine(app: App) -> list[Finding]:
    """Look at everything; nothing is changed and nothing is sent."""
    return [finding for look in _LOOKS for finding in look(app)]


def _home(app: App) -> Iterator[Finding]:
    mode = app.home.path.stat().st_mode & 0o777
    if mode & 0o077:
        yield _bad("数据文件夹", f"{app.home.path} 他人可读，请执行 chmod 700")
    kind = "归档，只能查看" if app.ledger.sealed else "演练" if app.ledger.drill else "正式"
    free = os.statvfs(app.home.path)
    gib = free.f_bavail * free.f_frsize / 2**30
    state = "trouble" if gib < 1 else "ok"
    yield Finding(
        subject="数据文件夹",
        state=state,
        text=f"{app.home.path}（{kind}），剩余 {gib:.0f} GiB" + ("，请清理磁盘" if gib < 1 else ""),
    )


def _config(app: App) -> Iterator[Finding]:
    fake = placeholders(app.plan)
    if fake:
        yield _note("电话", f"{len(fake)} 个电话还是示例号码，请在 {app.home.config} 改成真实电话")
    only_local = {spec.kind for spec in app.plan.channels.values()} <= {"console", "file"}
    if only_local:
        yield _note(
            "渠道", "只有终端和文件渠道，警报到不了手机；请在 settings.yaml 配置企业微信或邮件"
        )
    for name, spec in app.plan.channels.items():
        if name not in app.channels:
            yield _bad("渠道", f"{name}（{spec.kind}）未启用，请检查 settings.yaml 里它的选项")
            continue
        yield _ok("渠道", f"{name}（{spec.kind}）已配置；用 tingxue doctor --send 发送测试")


def _calendar(app: App) -> Iterator[Finding]:
    today = shanghai_day(app.clock())
    pressing = rostering.pressing_years(app.plan.hours, today)
    for year in rostering.unknown_years(app.plan.hours, today):
        text = f"没有 {year} 年的放假和调休安排，暂按周一至周五算；请按国办通知录入 settings.yaml"
        yield _bad("工作日", text) if year in pressing else _note("工作日", text)


def _roster(app: App) -> Iterator[Finding]:
    now = app.clock()
    found = rostering.gaps_ahead(app, now)
    bare = [gap.department for gap in found if gap.begins <= now]
    if bare:
        yield _bad("值班表", f"现在无人值班：{'、'.join(bare)}；请立即补上，并电话通知")
    if found:
        first = duty.span(found[0])
        text = f"今后 14 天有 {len(found)} 处无人值班，例如 {first}；全部见 tingxue roster gaps"
        yield _bad("值班表", text)
    else:
        yield _ok("值班表", "今后 14 天各部门都有人")
    if app.roster().keeper is None:
        yield _note(
            "值班表", "没有写值班表管理人（roster.yaml 的 keeper），无人值班时通知宣传部负责人"
        )


def _mornings(app: App) -> Iterator[Finding]:
    if app.plan.daily.group is None:
        yield _note("工作群", "没有写 settings.yaml 的 daily.group，每天一条的案件情况不发给任何人")


def _sources(app: App) -> Iterator[Finding]:
    with app.ledger.read() as books:
        latest, pauses = books.runs.latest(), books.pauses.at(app.clock())
    for spec in app.plan.sources:
        run, pause = latest.get(spec.name), holding(spec, pauses)
        if not spec.enabled:
            yield _note("来源", f"{spec.title} 未启用")
        elif pause is not None:
            end = on_screen(pause.until)
            text = f"{spec.title} {OUTCOMES[pause.outcome]}，停采到 {end}；见 tingxue sources"
            yield _bad("来源", text)
        elif run is None and spec.mode not in BY_MACHINE:
            yield _note("来源", f"{spec.title} 还没有人采集过；见 tingxue sources")
        elif run is None:
            yield _note("来源", f"{spec.title} 还没有采集过；运行 tingxue collect")
        elif run.outcome is None:
            yield _note("来源", f"{spec.title} 正在采集，始于 {on_screen(run.started_at)}")
        elif run.outcome in _FINE:
            yield _ok("来源", f"{spec.title} {on_screen(run.started_at)} 正常，新增 {run.new}")
        else:
            yield _bad("来源", f"{spec.title} {OUTCOMES[run.outcome]}：{run.detail}")


def _raised(app: App) -> Iterator[Finding]:
    """Sources that read in the name of an account: one line each, and one for their browser."""
    found = raised(app)
    if found:
        text, there = browser_of(app)
        yield _ok("浏览器", text) if there else _bad("浏览器", text)
    for one in found:
        if one.amiss:
            yield _bad("采集方式", f"{one.text}：{'；'.join(one.amiss)}")
        else:
            yield _ok("采集方式", one.text)


def _silence(app: App) -> Iterator[Finding]:
    """The same judgement as the alarm's, whether it has rung yet or not."""
    with app.ledger.read() as books:
        found = silence.pulses(app, books)
        told = books.alarms.silences()
    for pulse in found:
        if pulse.state:
            words = silence.said(app, pulse)
            yield _bad("来源沉默", f"{facts(words)}；{task(words)}")
        elif pulse.source in told:
            since = on_screen(told[pulse.source].told_at)
            yield _note("来源沉默", f"{pulse.title} {since} 报告沉默，内容还没有恢复到平常")
    for spec in silence.too_quiet(app):
        yield _note("来源沉默", f"{spec.title} 平常内容太少，没有新内容也看不出是否中断")
    if not any(pulse.state for pulse in found):
        judged = sum(pulse.judged for pulse in found)
        yield _ok("来源沉默", f"没有；{judged} 个来源的内容多少已可判断，共 {len(found)} 个有记录")


def _surges(app: App) -> Iterator[Finding]:
    needed = app.plan.levels.surges.warm_up_hours
    with app.ledger.read() as books:
        known = surging.span(app, books)
        going_on = books.alarms.surges()
    if known.hours <= needed:
        yield _note("突增", f"历史还不够，暂不判断：{known.hours} / {needed} 小时")
    for record in going_on:
        said_of = surging.subject(app, record.series)
        text = f"{said_of}自 {on_screen(record.began_at)} 起 {record.people} 人，已通知"
        yield _note("突增", text)
    if known.hours > needed and not going_on:
        days = known.hours // 24
        yield _ok("突增", f"没有；与最近 {days} 天比，{len(known.platforms)} 个平台")


def _outbox(app: App) -> Iterator[Finding]:
    states = app.ledger.outbox.states()
    soonest = app.ledger.outbox.soonest()
    if soonest is not None and app.clock() - soonest > _STUCK_AFTER:
        yield _bad("待发", f"最早一条应在 {on_screen(soonest)} 发出；请运行 tingxue watch")
    unreached = still_unheard(app)
    for meant, missed in _by_receiver([one for one in unreached if not one.stand_in]):
        cases = "、".join(missed[:5]) + (f" 等 {len(missed)} 条" if len(missed) > 5 else "")
        yield _bad("未送达", f"{meant}的渠道全部失败（{cases}）；请立即电话通知，并检查渠道")
    for meant, missed in _by_receiver([one for one in unreached if one.stand_in]):
        yield _note("未送达", f"{meant}的渠道全部失败，{len(missed)} 条已由他人代收；请检查渠道")
    yield _ok("待发", "、".join(f"{n} {count}" for n, count in sorted(states.items())) or "没有")


def _by_receiver(unreached: Sequence[Unreached]) -> list[tuple[str, list[str]]]:
    """Each receiver with what did not reach it: case numbers, or titles where there is no case."""
    found: dict[str, list[str]] = {}
    for one in unreached:
        found.setdefault(one.receiver, []).append(one.case_id or one.title)
    return [(meant, list(dict.fromkeys(missed))) for meant, missed in found.items()]


def _ledger(app: App) -> Iterator[Finding]:
    with app.ledger.read() as books:
        waiting = books.mentions.waiting()
        stuck = books.mentions.untriaged(app.clock() - _STUCK_AFTER)
        broken = books.audit.broken_at()
        rejects = len(books.rejects.pending())
    yield from _server(app)
    if broken is not None:
        yield _bad("审计", f"第 {broken} 行与链不符，记录可能被改动；请保留现场并报告")
    if stuck:
        yield _bad("台账", f"{stuck} 条反映等待立案过久；请运行 tingxue triage 查看原因")
    if rejects:
        yield _note("退件", f"{rejects} 行未能导入；用 tingxue rejects 查看")
    yield _ok("台账", f"待分析 {waiting.get('analyse', 0)}，待立案 {waiting.get('triage', 0)}")


def _server(app: App) -> Iterator[Finding]:
    """Leases and limits are moments: who works on one ledger must have one time."""
    if not app.ledger.shared:
        return
    ahead = app.ledger.ahead(app.clock())
    if abs(ahead) > _MOST_AHEAD:
        way = "快" if ahead > 0 else "慢"
        text = f"本机时钟比台账服务器{way} {abs(ahead):.0f} 秒，会误发、漏催；请两边都启用 NTP 校时"
        yield _bad("时钟", text)
    else:
        yield _ok("时钟", "与台账服务器一致")


def _reviews(app: App) -> Iterator[Finding]:
    with app.ledger.read() as books:
        items = books.reviews.waiting()
    late = sum(item.due_at <= app.clock() for item in items)
    if late:
        yield _bad("待研判", f"{late} 项已超时；请宣传部用 tingxue review list 查看并判定")
    else:
        yield _ok("待研判", f"{len(items)} 项")


def _index(app: App) -> Iterator[Finding]:
    try:
        page = app.index().search(SearchQuery(relevant=None, limit=1))
    except (SearchUnavailable, sqlite3.Error) as error:
        yield _bad("检索", str(error))
    else:
        where = "检索服务器" if app.plan.search.kind == "elastic" else "本机检索库"
        yield _ok("检索", f"{where}，{page.total} 条可查")
    with app.ledger.read() as books:
        refused = books.refusals.count()
    if refused:
        yield _bad("检索", f"检索服务器不肯收 {refused} 条；用 tingxue index refused 查看原因")


_LOOKS: tuple[Callable[[App], Iterator[Finding]], ...] = (
    _home,
    _config,
    _calendar,
    _roster,
    _mornings,
    _sources,
    _raised,
    _silence,
    _surges,
    _ledger,
    _reviews,
    _outbox,
    _index,
    upkeep.findings,
)


def try_channels(app: App) -> list[Finding]:
    """Send one test message over every channel, past the outbox; what each answered."""
    now, (title, body) = app.clock(), trial(app)
    alert = Alert(
        alert_id=digest(TEST, now.isoformat(), length=32), case_id=None, purpose=TEST, level=None,
        title=title, body=body, created_at=now, drill=app.ledger.drill,
    )  # fmt: skip
    return [_tried(name, channel.send(_test(alert, name))) for name, channel in _sorted(app)]


def trial(app: App) -> tuple[str, str]:
    """Title and body of what a test sends."""
    mark = "【演练】" if app.ledger.drill else ""
    return f"{mark}听雪渠道测试", "这是一条测试消息，收到即说明渠道可用，无需处理。"


def _sorted(app: App) -> list[tuple[str, Channel]]:
    return sorted(app.channels.items())


def _test(alert: Alert, channel: str) -> Delivery:
    return deliveries_for(alert, TEST_RECEIVER, [channel])[0]


def _tried(name: str, result: SendResult) -> Finding:
    if result.outcome != "ok":
        return _bad("测试", f"{name} 未成功：{result.error or result.outcome}")
    if result.error:
        return _bad("测试", f"{name} {result.error}")
    return _ok("测试", f"{name} 已接收")
