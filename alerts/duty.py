"""What 宣传部 reads about the roster itself: nobody on duty now, nobody in the days to come.

Pure; each function returns (title, body), Chinese, saying what to do next.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.messages import DRILL, RED_MARK
from alerts.roster import Contact
from domain.times import on_screen
from domain.types import Level

_MOST = 20  # gaps that one message lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """[begins, ends), UTC, in which a department's roster names nobody."""

    department: str
    begins: datetime
    ends: datetime


def span(gap: Gap) -> str:
    """``住建局 12月5日 17:00 至 12月6日 08:30``."""
    return f"{gap.department} {on_screen(gap.begins)} 至 {on_screen(gap.ends)}"


def nobody(
    department: Contact, case_id: str, level: Level, keeper: Contact, *, drill: bool
) -> tuple[str, str]:
    """A case has come to a department whose roster names nobody now. ``department`` with its duty
    phone."""
    title = f"{RED_MARK}【无人值班】{department.department}现无人值班：{level.value}色 {case_id}"
    lines = [
        f"编号：{case_id}（{level.value}色）",
        f"情况：{RED_MARK}{department.department}的值班表现在没有人，通知可能没有人看",
        f"请办：请{_named(keeper)}立即打值班电话 {department.phone or '（无电话）'} "
        f"通知{department.department}签收，并补上值班人",
    ]
    return _marked(title, lines, drill=drill)


def ahead(
    gaps: Sequence[Gap], years: Sequence[int], keeper: Contact, *, now: datetime, drill: bool
) -> tuple[str, str]:
    """The daily line: gaps of the next 14 days, and years whose holidays nobody has entered."""
    open_now = [gap for gap in gaps if gap.begins <= now]
    facts = [f"今后14天有 {len(gaps)} 处无人值班"] if gaps else []
    facts += [f"{'、'.join(map(str, years))} 年放假安排未录入"] if years else []
    title = f"{RED_MARK if open_now else ''}【值班表】{'，'.join(facts)}"
    lines = [f"请办：请{_named(keeper)}{_wanted(gaps, years)}"]
    lines += [f"{RED_MARK if gap in open_now else ''}{span(gap)}" for gap in gaps[:_MOST]]
    if len(gaps) > _MOST:
        lines.append(f"还有 {len(gaps) - _MOST} 处，见 tingxue roster gaps")
    return _marked(title, lines, drill=drill)


def _wanted(gaps: Sequence[Gap], years: Sequence[int]) -> str:
    wanted = ["补全值班表（tingxue roster import 值班表.xlsx）"] if gaps else []
    wanted += ["按国办通知把放假、调休录入 settings.yaml"] if years else []
    return "；".join(wanted)


def _named(keeper: Contact) -> str:
    return f"{keeper.department} {keeper.person}（{keeper.phone or '无电话'}）"


def _marked(title: str, lines: list[str], *, drill: bool) -> tuple[str, str]:
    if drill:
        return DRILL + title, "\n".join([f"{DRILL}本条为演练信息", *lines])
    return title, "\n".join(lines)
