"""What the demo week came to, in ten lines; every number is counted in the ledger."""

from collections import Counter
from collections.abc import Sequence

from domain.reviews import ReviewState
from domain.types import Case, Duty, Level, State, Verdict
from ledger.books import Books
from tingxue.app import App

_RED_LEVELS = (Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE)


def lines(app: App) -> list[str]:
    """Ten lines of Chinese text."""
    with app.ledger.read() as books:
        return _lines(app, books)


def _lines(app: App, books: Books) -> list[str]:
    ids = [mention_id for part in books.mentions.every_id() for mention_id in part]
    mentions, verdicts = books.mentions.many(ids), books.mentions.verdicts(ids)
    cases = [books.cases.get(case_id) for case_id in books.cases.list_ids()]
    reviews = books.reviews.counts()
    relevant = [v for v in verdicts.values() if v.relevant]
    levels = Counter(case.level for case in cases)
    biggest = max(cases, key=lambda case: len(case.mention_ids))
    red = [case for case in cases if case.level is Level.RED]
    done = sum(case.status is State.CLOSED for case in cases)
    actions = Counter(e.action for case in cases for e in books.cases.events(case.case_id))
    sent, fell_back = _deliveries(app)
    return [
        f"【演练】收到反映 {len(mentions)} 条，来自 {len({m.platform for m in mentions})} 个平台；"
        f"退件 {len(books.rejects.pending())} 行",
        f"与本度假区有关 {len(relevant)} 条，其中投诉 {_complaints(relevant)} 条；"
        f"宣传部研判 {sum(reviews.values())} 项，立案 {reviews.get(ReviewState.CONFIRMED, 0)} 项",
        f"立案 {len(cases)} 件："
        + "，".join(f"{level} {levels[level]}" for level in _RED_LEVELS)
        + f"；热线工单 {sum(m.kind == 'call' for m in mentions)} 件",
        f"最大一起 {_about(app, biggest)}：{len(biggest.mention_ids)} 条反映并为 1 案",
        "红色 " + "；".join(_about(app, case) for case in red),
        f"催办 {actions['remind']} 次，督办（督查室）{actions['escalate']} 次，"
        f"转办 {actions['transfer']} 次，退回重办 {actions['rework']} 次",
        f"已办结 {done} 件，再次发生 {sum(case.recurs is not None for case in cases)} 件",
        f"通知送达 {sent} 条，其中改走备用渠道 {fell_back} 条，"
        f"未送达 {app.ledger.outbox.undelivered()} 条",
        f"报告：{'、'.join(sorted(p.name for p in app.home.reports.iterdir() if p.is_file()))}",
        f"查看案件：TINGXUE_HOME={app.home.path} ./run exec tingxue case list",
    ]


def _about(app: App, case: Case) -> str:
    names = "、".join(app.plan.categories[code].name for code in case.categories)
    leads = "、".join(o.department for o in case.obligations if o.duty is Duty.LEAD)
    about = (case.level, names or "人身安全", case.place or "地点未写明", f"牵头 {leads}")
    return f"{case.case_id}（{'，'.join(about)}）"


def _complaints(verdicts: Sequence[Verdict]) -> int:
    return sum(bool(verdict.complaints) for verdict in verdicts)


def _deliveries(app: App) -> tuple[int, int]:
    states = app.ledger.outbox.states()
    return states.get("sent", 0), states.get("dead", 0)
