"""Stage 6: obligations past 50 %, 80 % and 100 % of their time: reminder, deputy, head, 督查室."""

import logging

from domain.casefold import apply
from domain.casework import chase as steps_due
from domain.casework import overripe
from domain.errors import TingxueError
from domain.statutory import chase as statutory_steps_due
from domain.types import CaseEvent
from tingxue import notices
from tingxue.app import App

LOG = logging.getLogger(__name__)


def chase(app: App) -> int:
    """Take every step that is due; how many. Each case is one transaction; of those that cannot
    be chased the first one's error is raised when all others are done."""
    now = app.clock()
    with app.ledger.read() as books:  # look before taking the write lock: most owe nothing yet
        levels = books.cases.open_levels()
        owed = books.cases.open_obligations()
        registered = [books.cases.get(case_id) for case_id in books.cases.statutory()]
    ripe = [o.case_id for o in owed if overripe(o, levels[o.case_id], now, app.terms)]
    ripe += [case.case_id for case in registered if statutory_steps_due(case, now, app.terms)]
    done, failed = 0, None
    for case_id in dict.fromkeys(ripe):
        try:
            done += _chase_one(app, case_id)
        except TingxueError as error:  # one case stops no other
            LOG.error("%s 暂不能催办，改正后会自动重试：%s", case_id, error)
            failed = failed or error
    if failed is not None:
        raise failed
    return done


def _chase_one(app: App, case_id: str) -> int:
    with app.ledger.write() as books:
        case, now, taken = books.cases.get(case_id), app.clock(), list[CaseEvent]()
        for due in (steps_due, statutory_steps_due):
            for event in due(case, now, app.terms):
                case = apply(case, event)
                notices.chased(app, books, case, event)
                taken.append(event)
        if taken:
            books.cases.append(case, taken)
    return len(taken)
