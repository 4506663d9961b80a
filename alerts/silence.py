"""What 宣传部 reads of a source that has fallen silent, and of one that speaks again."""

from dataclasses import dataclass
from datetime import datetime

from alerts.messages import DRILL, span
from alerts.remedies import remedy
from alerts.texts import one_line
from domain.times import on_screen
from domain.types import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A source. failing: no run succeeds since ``since``, for ``outcome``, in words ``cause``; else
    it brought ``seen`` of ``expected`` in ``days``. source: its name in sources.yaml. platform, in
    Chinese, and window: as in ``alerts.remedies``."""

    title: str
    source: str
    failing: bool
    since: datetime
    now: datetime
    seen: int
    expected: float
    days: int
    outcome: Outcome | None
    cause: str
    imported: bool
    drill: bool
    platform: str = ""
    window: bool = False


def fallen(silent: Silent) -> tuple[str, str]:
    """Title and body: it has fallen silent."""
    if silent.failing:
        title = f"【来源沉默】{silent.title}已 {span(silent.now - silent.since)} 没有采集成功"
    else:
        title = f"【来源沉默】{silent.title}近 {silent.days} 天只有 {silent.seen} 条"
    return _marked(silent, title, [f"情况：{facts(silent)}", f"请办：{task(silent)}"])


def back(silent: Silent, began: datetime) -> tuple[str, str]:
    """Title and body: it speaks again."""
    lines = [
        f"情况：{silent.title}自 {on_screen(began)} 报告沉默，现已恢复正常",
        "请办：请知悉；沉默期间的内容如果没有补采到，请人工查看",
    ]
    return _marked(silent, f"【来源恢复】{silent.title}已恢复", lines)


def facts(silent: Silent) -> str:
    """What is so."""
    if silent.failing:
        return (
            f"{silent.title}自 {on_screen(silent.since)} 起没有一次采集成功，"
            f"最近一次：{silent.cause}。这不等于没有人说话"
        )
    how = "没有人导入" if silent.imported and not silent.seen else "内容明显偏少"
    return (
        f"{silent.title}{how}：近 {silent.days} 天 {silent.seen} 条，"
        f"平常约 {silent.expected:.0f} 条"
    )


def task(silent: Silent) -> str:
    """What to do next."""
    if silent.outcome is not None:
        return remedy(
            silent.outcome, title=silent.title, source=silent.source,
            platform=silent.platform, window=silent.window,
        )  # fmt: skip
    if silent.imported:
        return (
            f"请导出{silent.title}并运行 tingxue import 文件；平常就没有这么多的，"
            f"把 sources.yaml 里 {silent.source} 的 expected_per_day 改小"
        )
    return (
        f"请用浏览器打开{silent.title}，看是否有新内容；有而没有收到的，核对 sources.yaml 里 "
        f"{silent.source} 的 start_urls 和 words；平常就没有这么多的，把 expected_per_day 改小"
    )


def _marked(silent: Silent, title: str, lines: list[str]) -> tuple[str, str]:
    if silent.drill:
        return one_line(DRILL + title), "\n".join([f"{DRILL}本条为演练信息", *lines])
    return one_line(title), "\n".join(lines)
