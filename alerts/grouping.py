"""One message out of many that waited: how many, which cases, what each asks, and where to look.

Never a wall of text: one line a case with its link, at most 20 of them, then case numbers only. The
full text of each alert stands in the ledger, with the digest that delivered it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from alerts.messages import DRILL, FOR_INFORMATION, link_of, sign_line_of, task_of
from alerts.texts import one_line
from domain.types import Alert, Delivery, Digested, Level

MOST_LINES = 20
MOST_NUMBERS = 40


def as_sent(delivery: Delivery) -> Delivery:
    """The delivery with the message that a reader gets: its alert, or the digest of all it
    carries; said to whom it was meant, when somebody stands in."""
    alert = digest_of(delivery.digest) if delivery.digest else delivery.alert
    if delivery.stands_for:
        first = (
            f"代收：{delivery.stands_for}的通知渠道全部失败，"
            f"请{delivery.receiver}立即电话转告{delivery.stands_for}"
        )
        alert = replace(alert, body=f"{first}\n{alert.body}")
    return replace(delivery, alert=alert)


def digest_of(members: Sequence[Digested]) -> Alert:
    """One alert for all of them (at least one); its id, time and purpose are those of the first,
    its level the highest. ``case_id`` is None unless all are about one case."""
    by_case: dict[str, list[Digested]] = {}
    for one in members:
        by_case.setdefault(str(one.alert.case_id), []).append(one)
    first = members[0].alert
    levels = [one.alert.level for one in members if one.alert.level is not None]
    return replace(
        first,
        case_id=first.case_id if len(by_case) == 1 else None,
        level=max(levels, key=_severity, default=None),
        title=_title(members, by_case),
        body="\n".join(_lines(by_case, drill=first.drill)),
    )


def _title(members: Sequence[Digested], by_case: Mapping[str, Sequence[Digested]]) -> str:
    levels = Counter(one.alert.level for one in members if one.alert.level is not None)
    said = "、".join(f"{level} {levels[level]}" for level in sorted(levels, key=_severity)[::-1])
    drill = DRILL if members[0].alert.drill else ""
    return f"{drill}【汇总】{len(members)} 条通知，涉及 {len(by_case)} 起（{said}）"


def _lines(by_case: Mapping[str, Sequence[Digested]], *, drill: bool) -> list[str]:
    numbers = sorted(by_case, key=lambda number: _urgent_first(by_case[number]))
    lines = [f"{DRILL}以下为演练信息，不是真实投诉"] if drill else []
    tasks = {task_of(one.alert.body) for members in by_case.values() for one in members}
    copies = tasks <= {FOR_INFORMATION}
    lines.append("以下抄送，请知悉，无需签收：" if copies else "请逐件办理并签收，编号如下：")
    lines += [line for number in numbers[:MOST_LINES] for line in _of_case(by_case[number])]
    rest = numbers[MOST_LINES:]
    if rest:
        more = f" 等，共 {len(rest)} 起" if len(rest) > MOST_NUMBERS else ""
        lines.append(f"另有 {len(rest)} 起：{'、'.join(rest[:MOST_NUMBERS])}{more}")
    return lines


def _of_case(members: Sequence[Digested]) -> list[str]:
    """The newest word on a case; what was said before it in the same digest is only counted. Where
    there is something to sign, the newest link that signs takes the place of the source post's:
    both would leave room for half as many cases."""
    last = members[-1]
    title = one_line(last.alert.title.removeprefix(DRILL))
    earlier = f"，另有 {len(members) - 1} 条较早的通知" if len(members) > 1 else ""
    task = task_of(last.alert.body)
    said = f"· {title}，现有 {last.reports} 条反映{earlier}；{task}"
    signs = [line for one in members if (line := sign_line_of(one.alert.body))]
    if signs:
        return [one_line(said), signs[-1]]
    return [one_line(f"{said} {link_of(last.alert.body)}")]


def _severity(level: Level) -> int:
    return level.rank


def _urgent_first(members: Sequence[Digested]) -> tuple[int, str]:
    ranks = [one.alert.level.rank for one in members if one.alert.level is not None]
    return -max(ranks, default=0), str(members[0].alert.case_id)
