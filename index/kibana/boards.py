"""The five boards that 宣传部 leaves on the wall. Every code is shown by its Chinese name.

A panel over other documents than its board's view lacks the fields of the controls and is
``free`` of them. What is overdue is asked as of now, whatever the time range.
"""

from collections.abc import Iterator
from typing import Any

from domain.types import State
from index.kibana.filters import Every, Filter, Has, Past, Some, equals
from index.kibana.panels import (
    AnyPanel,
    Board,
    Box,
    Bucket,
    Control,
    Form,
    Measure,
    Operation,
    Panel,
    Texts,
    Times,
    Values,
    View,
    row,
)
from index.kibana.spans import EVER, LAST_7_DAYS, LAST_30_DAYS, LAST_WEEK, WEEK_BEFORE
from index.kibana.views import Views

_OPEN = (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)
_UNANSWERED = (State.TO_SIGN, State.SIGNED, State.IN_HAND)

COMPLAINT = equals("complaint", True)
NEGATIVE = equals("polarity", "negative")
GRAVE = equals("urgency", "red", "orange")
IN_A_CASE = Has("case_id")
SIGNED, ACCEPTED = Has("acknowledged_at"), Has("accepted_at")
SIGN_OVERDUE = Every((equals("status", State.TO_SIGN), Past("ack_due")))
REPLY_OVERDUE = Every(
    (equals("owes_reply", True), equals("status", *_UNANSWERED), Past("reply_due"))
)
OVERDUE = Some((SIGN_OVERDUE, REPLY_OVERDUE))
WELL, FAILED = equals("well", True), equals("well", False)
_NOW = "按现在算"

PLATFORMS = Values(field="platform_name", label="平台", most=25)
POLARITIES = Values(field="polarity_name", label="倾向", most=3)
CATEGORIES = Values(field="category_names", label="类别", most=25, many=True)
TOP_CATEGORIES = Values(field="category_names", label="类别", most=8, many=True)
PLACES = Values(field="places", label="地点", most=30, many=True)
SIGNS = Values(field="signs", label="要点", most=40, many=True)
CASES = Values(field="case_id", label="案件编号", most=10)
DEPARTMENTS = Values(field="department", label="部门", most=30)
LEVELS = Values(field="level", label="级别", most=4)
STATES = Values(field="status", label="状态", most=8)
SOURCES = Values(field="source_name", label="来源", most=60)
OUTCOMES = Values(field="outcome_name", label="结果", most=12)
CHANNELS = Values(field="channel", label="渠道", most=20)
DELIVERY_STATES = Values(field="state_name", label="状态", most=5)

_OF_MENTIONS = (
    Control(field="platform_name", title="平台"),
    Control(field="places", title="地点"),
    Control(field="departments", title="部门"),
    Control(field="category_names", title="投诉类别"),
)


def boards(views: Views) -> tuple[Board, ...]:
    """All five."""
    return (_overview(views), _handling(views), _sources(views), _event(views), _weekly(views))


def _count(label: str, where: Filter | None = None) -> Measure:
    return Measure(label=label, where=where)


def _clock(label: str, field: str, percent: int) -> Measure:
    return Measure(label=label, operation="percentile", field=field, percent=percent, unit="分钟")


def _of(label: str, operation: Operation, field: str, unit: str = "", **more: Any) -> Measure:
    return Measure(label=label, operation=operation, field=field, unit=unit, **more)


def _number(key: str, title: str, view: View, box: Box, **more: Any) -> Panel:
    """One figure; ``measure``: what else than a count."""
    measure = more.pop("measure", _count(title))
    return Panel(
        key=key, title=title, form="number", view=view, box=box, measures=(measure,), **more
    )


def _chart(
    key: str, title: str, form: Form, view: View, box: Box, *by: Bucket, **more: Any
) -> Panel:
    return Panel(key=key, title=title, form=form, view=view, box=box, by=by, **more)


def _by_day(view: View) -> Times:
    return Times(field=view.kind.time_field, label="日期")


# --- 舆情总览


def _overview(views: Views) -> Board:
    return Board(
        board_id=views.board_id("overview"),
        title=f"{views.mark}舆情总览",
        about="近七天涉度假区信息：多少、什么态度、来自哪里、反映什么。",
        view=views.mentions,
        span=LAST_7_DAYS,
        controls=_OF_MENTIONS,
        panels=tuple(_overview_panels(views.mentions)),
    )


def _overview_panels(view: View) -> Iterator[AnyPanel]:
    a, b, c, d = row(0, 5, 12, 12, 12, 12)
    yield _number("mentions", "信息量", view, a)
    yield _number("complaints", "投诉", view, b, only=COMPLAINT, tone="warn")
    yield _number("negative", "负面信息", view, c, only=NEGATIVE, tone="bad")
    yield _number("grave", "红、橙级紧急信息", view, d, only=GRAVE, tone="bad")
    day = _by_day(view)
    a, b = row(5, 12, 32, 16)
    yield _chart("by_day", "每日信息量与倾向", "columns", view, a, day, POLARITIES)
    yield _chart("polarity", "倾向构成", "pie", view, b, POLARITIES)
    a, b = row(17, 14, 32, 16)
    yield _chart(
        "kinds", "每日投诉类别（前八类）", "columns", view, a, day, TOP_CATEGORIES, only=COMPLAINT
    )
    yield _chart("platforms", "来源平台", "bars", view, b, PLATFORMS)
    a, b, c = row(31, 14, 16, 16, 16)
    yield _chart("categories", "投诉类别", "bars", view, a, CATEGORIES, only=COMPLAINT)
    yield _chart("places", "投诉涉及地点", "bars", view, b, PLACES, only=COMPLAINT)
    yield _chart("signs", "投诉要点", "cloud", view, c, SIGNS, only=COMPLAINT)


# --- 投诉与办理


def _handling(views: Views) -> Board:
    return Board(
        board_id=views.board_id("handling"),
        title=f"{views.mark}投诉与办理",
        about="近三十天交办的事项：哪个部门、哪一类、签收和答复用了多久；逾期按现在算。",
        view=views.obligations,
        span=LAST_30_DAYS,
        controls=(
            Control(field="department", title="部门"),
            Control(field="category_names", title="投诉类别"),
            Control(field="place", title="地点"),
            Control(field="level", title="级别"),
        ),
        panels=(*_duty_numbers(views.obligations), *_duty_charts(views.obligations)),
    )


def _duty_numbers(view: View) -> Iterator[Panel]:
    now = {"span": EVER, "tone": "bad", "about": _NOW}
    a, b, c, d = row(0, 5, 12, 12, 12, 12)
    yield _number("new", "新增承办事项", view, a)
    yield _number("signed", "其中已签收", view, b, only=SIGNED, tone="good")
    yield _number("unsigned", "现在逾期未签收", view, c, only=SIGN_OVERDUE, **now)
    yield _number("unanswered", "现在逾期未答复", view, d, only=REPLY_OVERDUE, **now)
    clocks = (
        ("ack_p50", "签收用时中位数", "ack_minutes", 50),
        ("ack_p95", "签收用时 95% 分位", "ack_minutes", 95),
        ("reply_p50", "答复用时中位数", "reply_minutes", 50),
        ("reply_p95", "答复用时 95% 分位", "reply_minutes", 95),
    )
    for box, (key, title, field, percent) in zip(row(5, 5, 12, 12, 12, 12), clocks, strict=True):
        yield _number(key, title, view, box, measure=_clock(title, field, percent))


def _duty_charts(view: View) -> Iterator[Panel]:
    duties = {"measures": (_count("事项"),)}
    a, b = row(10, 16, 32, 16)
    yield _chart("heat", "部门 × 投诉类别", "heat", view, a, CATEGORIES, DEPARTMENTS, **duties)
    yield _chart("levels", "各部门事项级别", "bars", view, b, DEPARTMENTS, LEVELS, **duties)
    a, b = row(26, 14, 32, 16)
    handled = (
        _count("新增"),
        _count("已签收", SIGNED),
        _count("已办结", ACCEPTED),
        _count("逾期", OVERDUE),
        _clock("签收中位数", "ack_minutes", 50),
        _clock("答复中位数", "reply_minutes", 50),
    )
    yield _chart("departments", "部门办理情况", "table", view, a, DEPARTMENTS, measures=handled)
    yield _chart("states", "办理状态", "pie", view, b, STATES, **duties)


# --- 来源健康


def _sources(views: Views) -> Board:
    return Board(
        board_id=views.board_id("sources"),
        title=f"{views.mark}来源健康",
        about="各来源采集得怎样、有没有静默；通知送到没有。没有信息不等于没有舆情。",
        view=views.runs,
        span=LAST_7_DAYS,
        controls=(
            Control(field="source_name", title="来源"),
            Control(field="outcome_name", title="结果"),
        ),
        panels=(*_run_panels(views.runs), *_delivery_panels(views.deliveries)),
    )


def _run_panels(view: View) -> Iterator[Panel]:
    runs = {"measures": (_count("次数"),)}
    a, b, c, d = row(0, 5, 12, 12, 12, 12)
    sources = _of("采集过的来源", "unique_count", "source")
    yield _number("runs", "采集次数", view, a)
    yield _number("failed", "不正常的采集", view, b, only=FAILED, tone="bad")
    yield _number("active", "采集过的来源", view, c, measure=sources)
    yield _number("fresh", "新增信息", view, d, tone="good", measure=_of("新增信息", "sum", "new"))
    a, b = row(5, 12, 32, 16)
    yield _chart("by_day", "每日采集与结果", "columns", view, a, _by_day(view), OUTCOMES, **runs)
    yield _chart("outcomes", "采集结果", "pie", view, b, OUTCOMES, **runs)
    a, b = row(17, 14, 32, 16)
    yield _chart(
        "silence", "最近一次采集（越久越要查）", "table", view, a, SOURCES,
        span=LAST_30_DAYS, about="近三十天；没有列出的来源，三十天没有采集过",
        measures=(
            _count("采集次数"),
            _of("最近一次", "max", "started_at", "moment"),
            _of("最近一次正常", "max", "started_at", "moment", where=WELL),
            _count("不正常", FAILED),
            _of("新增", "sum", "new"),
        ),
    )  # fmt: skip
    yield _chart("failing", "不正常的来源", "bars", view, b, SOURCES, OUTCOMES, only=FAILED, **runs)


def _delivery_panels(view: View) -> Iterator[Panel]:
    sent = {"measures": (_count("通知"),), "free": True}
    a, b = row(31, 10, 32, 16)
    yield _chart("channels", "通知渠道", "bars", view, a, CHANNELS, DELIVERY_STATES, **sent)
    yield _chart("delivered", "通知状态", "pie", view, b, DELIVERY_STATES, **sent)


# --- 事件研判


def _event(views: Views) -> Board:
    return Board(
        board_id=views.board_id("event"),
        title=f"{views.mark}事件研判",
        about="在“案件编号”里选一个案件：近七天怎样传开、在哪些平台和地点、原话怎么说。",
        view=views.mentions,
        span=LAST_7_DAYS,
        controls=(Control(field="case_id", title="案件编号", one=True), *_OF_MENTIONS),
        panels=tuple(_event_panels(views.mentions)),
    )


def _event_panels(view: View) -> Iterator[AnyPanel]:
    case: dict[str, Any] = {"only": IN_A_CASE}
    a, b, c, d = row(0, 5, 12, 12, 12, 12)
    platforms = _of("涉及平台", "unique_count", "platform")
    last = _of("最近一条", "max", "first_seen_at", "moment")
    yield _number("reports", "反映", view, a, **case)
    yield _number("negative", "负面", view, b, only=Every((IN_A_CASE, NEGATIVE)), tone="bad")
    yield _number("platforms", "涉及平台", view, c, measure=platforms, **case)
    yield _number("last", "最近一条", view, d, measure=last, **case)
    a, b = row(5, 12, 32, 16)
    times = Times(field="first_seen_at", label="时间", every="3h")
    yield _chart("spread", "传播过程（每三小时）", "columns", view, a, times, PLATFORMS, **case)
    yield _chart("places", "涉及地点", "bars", view, b, PLACES, **case)
    a, b = row(17, 10, 32, 16)
    reports = {"measures": (_count("反映"), last)}
    yield _chart("cases", "反映最多的案件", "table", view, a, CASES, LEVELS, **reports, **case)
    yield _chart("signs", "投诉要点", "cloud", view, b, SIGNS, **case)
    (a,) = row(27, 18, 48)
    columns = (
        ("first_seen_at", "首次发现"),
        ("platform_name", "平台"),
        ("places", "地点"),
        ("polarity_name", "倾向"),
        ("text", "内容（已脱敏）"),
        ("case_id", "案件编号"),
    )
    yield Texts(key="texts", title="原话（已脱敏）", view=view, box=a, columns=columns, **case)


# --- 周报


def _weekly(views: Views) -> Board:
    return Board(
        board_id=views.board_id("weekly"),
        title=f"{views.mark}周报",
        about="上一周（周一至周日），与周报同一口径；逾期和在办按现在算。",
        view=views.mentions,
        span=LAST_WEEK,
        controls=_OF_MENTIONS,
        panels=(*_week_numbers(views), *_week_charts(views.mentions), *_week_cases(views)),
    )


def _week_numbers(views: Views) -> Iterator[Panel]:
    view, case = views.mentions, views.cases
    in_hand = {"only": equals("status", *_OPEN), "span": EVER, "about": _NOW}
    before = {"span": WEEK_BEFORE}
    a, b, c, d, e, f = row(0, 5, 8, 8, 8, 8, 8, 8)
    yield _number("mentions", "信息量", view, a)
    yield _number("mentions_before", "再上一周信息量", view, b, **before)
    yield _number("complaints", "投诉", view, c, only=COMPLAINT, tone="warn")
    yield _number("complaints_before", "再上一周投诉", view, d, only=COMPLAINT, **before)
    yield _number("cases", "新立案件", case, e, free=True)
    yield _number("open", "在办案件", case, f, free=True, **in_hand)


def _week_charts(view: View) -> Iterator[Panel]:
    a, b = row(5, 12, 32, 16)
    both = {"measures": (_count("信息量"), _count("投诉", COMPLAINT))}
    yield _chart("by_day", "每日信息量与投诉量", "columns", view, a, _by_day(view), **both)
    yield _chart("polarity", "倾向构成", "pie", view, b, POLARITIES)
    a, b, c = row(17, 14, 16, 16, 16)
    yield _chart("platforms", "来源平台", "table", view, a, PLATFORMS, **both)
    yield _chart("categories", "投诉类别", "bars", view, b, CATEGORIES, only=COMPLAINT)
    yield _chart("places", "投诉涉及地点", "bars", view, c, PLACES, only=COMPLAINT)


def _week_cases(views: Views) -> Iterator[Panel]:
    view, by = views.obligations, DEPARTMENTS
    duties = {"measures": (_count("事项"),), "free": True}
    a, b = row(31, 14, 28, 20)
    given = (_count("新增"), _count("其中已签收", SIGNED), _count("其中已办结", ACCEPTED))
    yield _chart("departments", "部门新增承办", "table", view, a, by, measures=given, free=True)
    cases = {"measures": (_count("案件"),), "free": True}
    yield _chart("levels", "新立案件级别", "pie", views.cases, b, LEVELS, **cases)
    a, b, c = row(45, 12, 16, 16, 16)
    took = (_of("平均用时", "average", "reply_minutes", "分钟"),)
    yield _chart("closed", "办结事项", "bars", view, a, by, time_field="accepted_at", **duties)
    yield _chart(
        "replied", "答复平均用时", "bars", view, b, by,
        time_field="replied_at", measures=took, free=True,
    )  # fmt: skip
    overdue = {"only": OVERDUE, "span": EVER, "about": _NOW}
    yield _chart("overdue", "现在逾期的事项", "bars", view, c, by, **overdue, **duties)
