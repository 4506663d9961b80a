"""交办单: one case handed to one department, with its own two limits and a slip to return.

Nothing is asked for that the table of actions does not know, and no limit stands here that is not
the obligation's.
"""

from domain.types import Case, Duty, Obligation
from tingxue.reports.casepaper import built, closing, items, numbered_case, quoted, situation
from tingxue.reports.paper import Block, Heading, Line, Paper, Para, Span, Table, at, name, say
from tingxue.reports.wording import Material, about, names


def assignment(material: Material, case: Case, duty: Obligation) -> Paper:
    """The whole paper for the department of ``duty``."""
    role = Span("牵头" if duty.duty is Duty.LEAD else "配合")
    blocks: tuple[Block, ...] = (
        Para(style="to", line=say("{d}：", d=name(duty.department))),
        Para(
            line=say(
                "现将网民反映（未核实）的{about}事项交你单位{role}办理，请核实处置。",
                about=about(material, case),
                role=role,
            )
        ),
        Heading(text="一、基本情况"),
        *situation(material, case),
        *quoted(material),
        Heading(text="二、办理要求"),
        *items(_asked(material, case, duty)),
        *closing(material),
        _slip(),
    )
    return built(material, "交办单", (numbered_case(case),), blocks)


def _asked(material: Material, case: Case, duty: Obligation) -> list[Line]:
    lines = [_sign(duty), _answer(case, duty)]
    if case.registered_at and case.settlement_due:
        lines.append(
            say(
                "本件已于{a}登记为旅游投诉，应于{b}前办结。",
                a=at(case.registered_at),
                b=at(case.settlement_due),
            )
        )
    lines.append(
        say(
            "不属本部门职责的，请说明理由退回{who}；需要延期的，请在时限届满前提出。",
            who=name(material.plan.levels.always_copied[0]),
        )
    )
    lines.append(say("网上信息未经核实，对外回应前请先查清事实；不得泄露反映人的个人信息。"))
    return lines


def _sign(duty: Obligation) -> Line:
    if duty.acknowledged_at:
        return say("你单位已于{t}签收。", t=at(duty.acknowledged_at))
    return say("请于{t}前签收。", t=at(duty.ack_due, year=True))


def _answer(case: Case, duty: Obligation) -> Line:
    if duty.duty is Duty.SUPPORT and not duty.reply_asked:
        leads = [o.department for o in case.obligations if o.duty is Duty.LEAD]
        return say("请配合{lead}办理；需要书面答复时另行通知。", lead=names(leads))
    if duty.replied_at:
        return say("你单位已于{t}答复。", t=at(duty.replied_at))
    return say("请于{t}前答复核实情况、处理结果和对外回应建议。", t=at(duty.reply_due, year=True))


def _slip() -> Table:
    header = ("签收人", "签收时间", "联系电话")
    empty: tuple[Line, ...] = ((Span("　\n　"),),) * len(header)
    return Table(caption=say("回执（填写后退回）"), header=header, rows=(empty,), widths=(52,) * 3)
