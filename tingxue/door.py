"""The one door to the original words of a visitor: a reason is required, and the look is logged."""

from dataclasses import dataclass

from domain.errors import NotPermitted
from domain.privacy import mask
from domain.types import Actor, Case, Duty, Role
from tingxue.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One revision of one mention as it came."""

    mention_id: str
    title: str
    text: str


def originals(app: App, case_id: str, actor: Actor, reason: str) -> list[Original]:
    """The original texts of a case, for 宣传部 and the case's leads.

    Raises NotPermitted (also for an empty reason) or NoSuchCase. The audit line is written in the
    same transaction, before anything is shown. Purged originals are simply no longer there.
    """
    if not reason.strip():
        raise NotPermitted("查看原文须填写理由")
    with app.ledger.write() as books:
        case = books.cases.get(case_id)
        if not may_look(case, actor):
            raise NotPermitted("原文只对宣传部和本案牵头部门开放")
        books.audit.write(app.clock(), actor, "original", case_id, mask(reason))
        return [
            Original(mention_id=mention_id, title=title, text=text)
            for mention_id in case.mention_ids
            for title, text in books.mentions.originals(mention_id)
        ]


def may_look(case: Case, actor: Actor) -> bool:
    """Whether the door opens for this person, given a reason."""
    if actor.role is Role.PUBLICITY:
        return True
    leads = {o.department for o in case.obligations if o.duty is Duty.LEAD}
    return actor.role is Role.HANDLER and actor.department in leads
