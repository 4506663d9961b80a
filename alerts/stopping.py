"""What 宣传部 reads of a platform that refused us and is left alone for a while."""

from dataclasses import dataclass
from datetime import datetime

from alerts.messages import DRILL
from alerts.texts import one_line
from domain.times import on_screen


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """what: the platform's or the source's name. cause: the outcome in words; until: UTC; task:
    what to do."""

    what: str
    cause: str
    until: datetime
    task: str
    drill: bool


def stopped(stop: Stopped) -> tuple[str, str]:
    """Title and body."""
    end = on_screen(stop.until)
    title = f"【采集暂停】{stop.what}{stop.cause}，已停采到 {end}"
    lines = [
        f"情况：{stop.what}{stop.cause}。{end} 之前程序不再去采，不自动重试；这不等于没有人说话",
        f"请办：{stop.task}",
    ]
    if stop.drill:
        return one_line(DRILL + title), "\n".join([f"{DRILL}本条为演练信息", *lines])
    return one_line(title), "\n".join(lines)
