"""What 宣传部 and 督查室 read of the review list: one message for all that has come so far."""

from collections.abc import Sequence
from datetime import datetime

from alerts.messages import DRILL, span
from alerts.roster import Contact
from alerts.texts import excerpt
from domain.times import on_screen

_LISTED = 5


def reminder(
    ids: Sequence[str], due: datetime, duty: Contact, *, share: int, drill: bool
) -> tuple[str, str]:
    """Title and body: so many items wait, and ``share`` (%) of their time is over. ``due``: of the
    most urgent one."""
    lines = [
        f"待研判 {len(ids)} 项，时限已过 {share}%，最早一项应于 {on_screen(due)} 前研判",
        _ask(),
    ]
    return _said(f"待研判 {len(ids)} 项，请尽快研判", lines, ids, duty, drill)


def overdue(
    ids: Sequence[str], due: datetime, duty: Contact, *, now: datetime, drill: bool
) -> tuple[str, str]:
    """Title and body: the time is over, and nobody has said whether these are complaints."""
    lines = [
        f"宣传部待研判 {len(ids)} 项已超时，最早一项应于 {on_screen(due)} 前研判，"
        f"已超时 {span(now - due)}",
        f"请督促宣传部立即研判。{_ask()}",
    ]
    return _said(f"宣传部超时未研判 {len(ids)} 项", lines, ids, duty, drill)


def urgent(
    review_id: str, text: str, duty: Contact, *, source: str, drill: bool
) -> tuple[str, str]:
    """Title and body: somebody may be hurt, and no category says whose business it is."""
    lines = [
        "待核实：程序从文字读出可能有人受伤或后果严重，但归不进任何一类，还没有派给部门",
        f"请办：立即核实；属实的运行 tingxue review confirm {review_id} --category 类别，"
        f"不实的 tingxue review dismiss {review_id}",
        f"反映内容（{source}，未核实）：「{excerpt(text) or '无文字'}」",
    ]
    return _said(f"【橙色·待核实】未归类，请立即研判 {review_id}", lines, [review_id], duty, drill)


def _ask() -> str:
    return (
        "请办：运行 tingxue review list 逐项看，是投诉的 tingxue review confirm，"
        "不是的 tingxue review dismiss"
    )


def _said(
    title: str, lines: Sequence[str], ids: Sequence[str], duty: Contact, drill: bool
) -> tuple[str, str]:
    more = f" 等 {len(ids)} 项" if len(ids) > _LISTED else ""
    body = [
        *([f"{DRILL}本条为演练信息，不是真实投诉"] if drill else []),
        *lines,
        f"编号：{'、'.join(ids[:_LISTED])}{more}",
        f"值班：{duty.department} {duty.person or '值班表无人，请打值班电话'} {duty.phone}",
    ]
    return f"{DRILL if drill else ''}{title}", "\n".join(body)
