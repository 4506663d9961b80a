"""The table of actions: what can be done to a case, by whom, from which state, to which.

The documents and the role matrix are made from ``RULES``; nothing else decides who may do what.
"""

from dataclasses import dataclass

from domain.types import Actor, Role, State

OPEN = frozenset({State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW})
ENDED = frozenset({State.CLOSED, State.FALSE_ALARM})
OVER = ENDED | {State.MERGED}
UNANSWERED = frozenset({State.TO_SIGN, State.SIGNED, State.IN_HAND})

_OWN = frozenset({Role.HANDLER, Role.REVIEWER, Role.PUBLICITY, Role.INSPECTION})
_JUDGE = frozenset({Role.REVIEWER, Role.PUBLICITY})
_PUBLICITY = frozenset({Role.PUBLICITY})
_ANYONE = frozenset({Role.HANDLER, Role.REVIEWER, Role.PUBLICITY, Role.INSPECTION, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the table of actions.

    own: only for the actor's own department's obligation. sources: states the obligation may be in
    (empty: the action concerns the whole case). needs: command fields that must be given.
    """

    action: str
    name: str
    who: frozenset[Role]
    own: bool = False
    sources: frozenset[State] = frozenset()
    target: State | None = None
    needs: tuple[str, ...] = ()
    clock: str = ""


RULES: dict[str, Rule] = {
    rule.action: rule
    for rule in (
        Rule(
            action="ack",
            name="签收",
            who=_OWN,
            own=True,
            sources=frozenset({State.TO_SIGN}),
            target=State.SIGNED,
            clock="签收时限停止",
        ),
        Rule(
            action="start",
            name="办理",
            who=_OWN,
            own=True,
            sources=frozenset({State.SIGNED}),
            target=State.IN_HAND,
        ),
        Rule(
            action="reply",
            name="答复",
            who=_OWN,
            own=True,
            needs=("note",),
            sources=frozenset({State.SIGNED, State.IN_HAND}),
            target=State.IN_REVIEW,
            clock="答复时限停止",
        ),
        Rule(
            action="accept",
            name="办结",
            who=_JUDGE,
            sources=frozenset({State.IN_REVIEW}),
            target=State.CLOSED,
            clock="全部牵头部门办结后结案",
        ),
        Rule(
            action="rework",
            name="退回重办",
            who=_JUDGE,
            needs=("note",),
            sources=frozenset({State.IN_REVIEW}),
            target=State.IN_HAND,
            clock="答复时限继续，顺延审核所用时间",
        ),
        Rule(
            action="decline",
            name="不属本部门",
            who=_OWN,
            own=True,
            needs=("note",),
            sources=frozenset({State.TO_SIGN, State.SIGNED}),
            target=State.NOT_OURS,
            clock="停止，由宣传部决定；每部门每案一次",
        ),
        Rule(
            action="transfer",
            name="转办",
            who=_PUBLICITY,
            needs=("to", "note"),
            sources=OPEN - {State.IN_REVIEW} | {State.NOT_OURS},
            target=State.NOT_OURS,
            clock="接办部门重新起算；转回原部门同样重新起算",
        ),
        Rule(action="assign", name="交同事", who=_OWN, own=True, needs=("to",), sources=UNANSWERED),
        Rule(
            action="ask-reply",
            name="请配合部门答复",
            who=_JUDGE,
            sources=UNANSWERED,
            clock="配合部门的答复时限自此起算",
        ),
        Rule(
            action="ask-extension",
            name="申请延期",
            who=_OWN,
            own=True,
            needs=("note",),
            sources=UNANSWERED,
        ),
        Rule(
            action="extend",
            name="延期",
            who=_PUBLICITY,
            needs=("until", "note"),
            sources=UNANSWERED,
            clock="答复时限只能推后",
        ),
        Rule(
            action="merge",
            name="合并",
            who=_PUBLICITY,
            needs=("to", "note"),
            clock="并入另一案件，全部停止；已登记为投诉的不能并入他案",
        ),
        Rule(
            action="verify",
            name="核实",
            who=_JUDGE,
            clock="只消去“待核实”，不影响时限",
        ),
        Rule(action="false-alarm", name="误报", who=_PUBLICITY, needs=("note",), clock="全部停止"),
        Rule(
            action="register",
            name="登记为投诉",
            who=_JUDGE,
            clock="起算法定时限：2个工作日内决定受理，60日内办结（文旅部令第14号）",
        ),
        Rule(action="admit", name="受理", who=_JUDGE, clock="法定受理时限停止，办结时限继续"),
        Rule(
            action="refuse",
            name="不予受理",
            who=_JUDGE,
            needs=("note",),
            clock="法定时限全部停止，部门时限不变",
        ),
        Rule(
            action="reopen",
            name="重启",
            who=_JUDGE | {Role.INSPECTION},
            needs=("note",),
            clock="按现级别重新起算",
        ),
        Rule(
            action="level",
            name="调整级别",
            who=_PUBLICITY,
            needs=("level", "note"),
            clock="升级只收紧，降级不放宽",
        ),
        Rule(action="note", name="备注", who=_ANYONE, needs=("note",)),
    )
}

SYSTEM_ACTIONS = {
    "open": "立案",
    "report": "新增反映",
    "raise": "自动升级",
    "remind": "催办",
    "deputy": "转告备班",
    "head": "报负责人",
    "escalate": "督办",
    "close": "结案",
    "wake": "自动重启",
    "link": "关联",
}


def permitted(rule: Rule, actor: Actor, department: str) -> bool:
    """Whether the person may take this action on that department's obligation at all."""
    return actor.role in rule.who and (not rule.own or actor.department == department)
