"""What people decide on the review list, and who hears when they do not.

A decision is compare-and-set: it is made on the item as it stands in the same transaction, so of
two people who decide one item the second is told what the first decided.
"""

from collections.abc import Sequence
from dataclasses import replace

from alerts import reviews as messages
from domain.casework import next_step, step_reached
from domain.errors import Conflict, IllegalAction
from domain.privacy import mask
from domain.reviews import Origin, Review, ReviewState
from domain.types import Actor, Role, Verdict
from ledger.books import Books
from tingxue import waiting
from tingxue.app import App
from tingxue.correcting import check, judge
from tingxue.matching import Report
from tingxue.triage import settle

CLOCK = "review"


def confirm(
    app: App, review_id: str, actor: Actor, categories: Sequence[str] = (), *,
    seen: int | None = None,
) -> str:  # fmt: skip
    """It is a complaint: its texts go to departments as if triage had been sure of them. Without
    ``categories`` each text keeps its own. ``seen``: how many texts the person has looked at; when
    more have joined since, that is a Conflict. The case of the first one.

    Raises NoSuchReview, NotPermitted, IllegalAction, or Conflict when it no longer waits.
    """
    with app.ledger.write() as books:
        item = _open_item(books, review_id, seen)
        own = _categories(books.mentions.verdicts(item.mention_ids), categories)
        for codes in own.values():
            check(app.plan, actor, True, codes)
        done = judge(
            app, books, item.mention_ids, actor, Origin.REVIEW, complaint=True, categories=own
        )
        left = _decided(app, item, ReviewState.CONFIRMED, actor)
        books.reviews.put(left)
        taken = books.cases.by_mention(item.mention_ids)
        for mention, verdict in done:
            if mention.mention_id not in taken:
                settle(app, books, Report(mention=mention, verdict=verdict), seen=True)
        unread = books.mentions.unread(item.mention_ids)
        books.mentions.triaged([one for one in item.mention_ids if one not in unread])
        case_id = books.cases.by_mention(item.mention_ids)[done[0][0].mention_id]
        books.reviews.put(replace(left, case_id=case_id, version=left.version + 1))
        return case_id


def dismiss(
    app: App, review_id: str, actor: Actor, reason: str, *, seen: int | None = None
) -> Review:
    """It is no complaint: nobody has to do anything, and its texts stay searchable. Raises as
    ``confirm``; what the person typed is masked before it is kept."""
    with app.ledger.write() as books:
        item = _open_item(books, review_id, seen)
        check(app.plan, actor, False, ())
        judge(app, books, item.mention_ids, actor, Origin.REVIEW, complaint=False, categories={})
        left = _decided(app, item, ReviewState.DISMISSED, actor, mask(reason))
        books.reviews.put(left)
        return left


def _open_item(books: Books, review_id: str, seen: int | None) -> Review:
    item = books.reviews.get(review_id)
    if item.state is not ReviewState.WAITING:
        where = f"，案件 {item.case_id}" if item.case_id else ""
        raise Conflict(f"{review_id} 已由{item.decided_by}处理：{item.state}{where}")
    if seen is not None and len(item.mention_ids) > seen:
        raise Conflict(f"{review_id} 刚刚又有新的反映并入，请刷新看过再判定")
    return item


def _categories(
    verdicts: dict[str, Verdict], categories: Sequence[str]
) -> dict[str, Sequence[str]]:
    """What each text is said to complain of; one without own categories takes the others'."""
    own = {one: [tag.category for tag in verdict.complaints] for one, verdict in verdicts.items()}
    every = list(dict.fromkeys(code for codes in own.values() for code in codes))
    if not (categories or every):
        raise IllegalAction("程序没有认出类别，请写明：--category 类别代码，可写多个")
    return {one: categories or codes or every for one, codes in own.items()}


def _decided(app: App, item: Review, state: ReviewState, actor: Actor, reason: str = "") -> Review:
    return waiting.ended(item, state, at=app.clock(), by=actor.name, case_id=None, reason=reason)


# --- the clock


def chase(app: App) -> int:
    """Remind 宣传部 of what waits, tell 督查室 of what has waited too long; items spoken of.

    All that has come to one step is one message; a step overtaken by a later one is not made up
    for."""
    now = app.clock()
    with app.ledger.read() as books:  # look before taking the write lock
        if not books.reviews.due(now):
            return 0
    with app.ledger.write() as books:
        items = books.reviews.due(now)
        by_step: dict[str, list[Review]] = {}
        for item in items:
            step = step_reached(CLOCK, item.opened_at, item.due_at, now, app.terms)
            if step is not None:
                by_step.setdefault(step, []).append(item)
            later = next_step(item.opened_at, item.due_at, now, app.terms)
            books.reviews.put(replace(item, next_at=later, version=item.version + 1))
        for step, some in by_step.items():
            _say(app, books, step, some)
    return len(items)


def _say(app: App, books: Books, step: str, items: Sequence[Review]) -> None:
    duty = waiting.on_duty(app)
    ids, due, drill = [one.review_id for one in items], items[0].due_at, app.ledger.drill
    share = step.partition(":")[2]
    if share.startswith("1"):
        text = messages.overdue(ids, due, duty, now=app.clock(), drill=drill)
        waiting.remark(app, books, "escalate", app.plan.levels.overdue_to, text, (step, *ids))
    else:
        text = messages.reminder(ids, due, duty, share=round(float(share) * 100), drill=drill)
        waiting.remark(app, books, "remind", str(Role.PUBLICITY), text, (step, *ids))
