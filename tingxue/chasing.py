"""Stage 6: obligations past 50 %, 80 % and 100 % of their time: reminder, then 督查室."""

from domain.casefold import apply
from domain.casework import chase as steps_due
from domain.casework import overripe
from tingxue import notices
from tingxue.app import App


def chase(app: App) -> int:
    """Take every step that is due; how many. Each case is one transaction."""
    now = app.clock()
    with app.ledger.read() as books:  # look before taking the write lock: most owe nothing yet
        ripe = [o.case_id for o in books.cases.open_obligations() if overripe(o, now, app.terms)]
    return sum(_chase_one(app, case_id) for case_id in dict.fromkeys(ripe))


def _chase_one(app: App, case_id: str) -> int:
    with app.ledger.write() as books:
        case = books.cases.get(case_id)
        events = steps_due(case, app.clock(), app.terms)
        for event in events:
            case = apply(case, event)
            notices.chased(app, books, case, event)
        if events:
            books.cases.append(case, events)
    return len(events)
