"""Figures over cases: what was opened, signed, closed, what is overdue, and how far a case spread.

Cases stand as they are at ``as_of``; merged and false ones are no work of anybody and are left
out. An obligation is named ``<case_id>/<department>``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from domain.plan import Plan
from domain.types import Case, Duty, Level, Obligation, Sighting, State
from tingxue.counting import Period
from tingxue.reports.figure import Facts, Figure, Row, count, rate, segment

OPEN = (State.TO_SIGN, State.SIGNED, State.IN_HAND, State.IN_REVIEW)
UNANSWERED = (State.TO_SIGN, State.SIGNED, State.IN_HAND)
LISTED = {"day": 5, "week": 10, "span": 10}
"""How many notable cases a paper lists (official-practice.md §3: a day's at most five)."""
LISTED_LATE = 40
"""Rows of the 逾期清单 on paper."""
DETAIL_ROWS = {"day": 0, "week": 30, "span": 0}
"""Rows of the 明细 on paper; the rest is in the Excel file, and the paper says so."""
_DEAD = (State.NOT_OURS, State.FALSE_ALARM, State.MERGED)


def obligation_id(obligation: Obligation) -> str:
    """``LHS-20261123-0012/住建局``."""
    return f"{obligation.case_id}/{obligation.department}"


def category_name(code: str, plan: Plan) -> str:
    """Chinese name of a category; the code where the plan no longer has it."""
    return plan.categories[code].name if code in plan.categories else code


def live_cases(cases: Iterable[Case]) -> list[Case]:
    """Without the merged and the false ones, oldest first."""
    kept = [c for c in cases if c.merged_into is None and c.status not in _DEAD]
    return sorted(kept, key=lambda case: (case.opened_at, case.case_id))


def live_obligations(cases: Iterable[Case]) -> list[Obligation]:
    """Those somebody still owes or has met: not declined, transferred, merged or false."""
    every = [o for case in live_cases(cases) for o in case.obligations]
    return [o for o in every if o.status not in _DEAD and o.transferred_to is None]


def sign_overdue(obligation: Obligation, as_of: datetime) -> bool:
    """Not signed for, and the time to sign has passed."""
    return obligation.status is State.TO_SIGN and obligation.ack_due < as_of


def reply_overdue(obligation: Obligation, as_of: datetime) -> bool:
    """A reply is owed (by a lead, or a support that was asked), and its time has passed."""
    owes = obligation.duty is Duty.LEAD or obligation.reply_asked
    return owes and obligation.status in UNANSWERED and obligation.reply_due < as_of


def overdue(obligation: Obligation, as_of: datetime) -> bool:
    """Either clock has run out."""
    return sign_overdue(obligation, as_of) or reply_overdue(obligation, as_of)


def limit_passed(obligation: Obligation, as_of: datetime) -> datetime:
    """The limit an overdue obligation has missed: to reply if that has passed, else to sign."""
    return obligation.reply_due if reply_overdue(obligation, as_of) else obligation.ack_due


def overdue_list(duties: Iterable[Obligation], as_of: datetime) -> list[Obligation]:
    """What is overdue, the oldest limit first."""
    late = [o for o in duties if overdue(o, as_of)]
    return sorted(late, key=lambda o: (limit_passed(o, as_of), obligation_id(o)))


def case_figures(facts: Facts, now: Sequence[Row], plan: Plan, as_of: datetime) -> Iterator[Figure]:
    """All figures over the cases, their obligations and their spread."""
    yield from _cases(facts)
    duties = live_obligations(facts.cases)
    yield from duty_figures("duties", "", duties, facts.period, as_of)
    late = overdue_list(duties, as_of)[:LISTED_LATE]
    yield count("duties.overdue_listed", "纸面逾期清单所列", map(obligation_id, late), "项")
    by_department: dict[str, list[Obligation]] = {}
    for duty in duties:
        by_department.setdefault(duty.department, []).append(duty)
    for name, own in by_department.items():
        yield from duty_figures(f"department.{segment(name)}", name, own, facts.period, as_of)
    yield from _by_category(facts, plan, as_of)
    here = {mention.mention_id for mention, _ in now}
    notable = notable_cases(facts, here)
    listed = notable[: LISTED[facts.period.kind]]
    yield count("cases.notable", "黄色及以上舆情", _case_ids(notable), "件")
    printed = graded(now, facts.cases)[: DETAIL_ROWS[facts.period.kind]]
    yield count("complaints.listed", "纸面明细所列投诉", (m.mention_id for m, _ in printed))
    for case in listed:
        yield from spread_figures(case, here, facts.spread)


def cases_by_mention(cases: Iterable[Case]) -> dict[str, Case]:
    """The live case each mention belongs to."""
    return {i: case for case in live_cases(cases) for i in case.mention_ids}


def graded(rows: Iterable[Row], cases: Iterable[Case]) -> list[Row]:
    """The complaints among the rows, gravest case first, then by time of first sight."""
    of = cases_by_mention(cases)

    def rank(row: Row) -> tuple[int, datetime, str]:
        case = of.get(row[0].mention_id)
        grade = -case.level.rank if case else 1
        return grade, row[0].first_seen_at, row[0].mention_id

    return sorted((row for row in rows if row[1].complaints), key=rank)


def _by_category(facts: Facts, plan: Plan, as_of: datetime) -> Iterator[Figure]:
    """Per category: cases in hand, and obligations of such cases that are overdue."""
    in_hand: dict[str, list[Case]] = {}
    for case in live_cases(facts.cases):
        for code in case.categories if case.status in OPEN else ():
            in_hand.setdefault(code, []).append(case)
    for code, cases in in_hand.items():
        key, name = f"casework.{segment(code)}", category_name(code, plan)
        yield count(f"{key}.open", f"{name}在办案件", _case_ids(cases), "件")
        late = [o for o in live_obligations(cases) if overdue(o, as_of)]
        yield count(f"{key}.overdue", f"{name}在办案件逾期事项", map(obligation_id, late), "项")


def notable_cases(facts: Facts, here: set[str]) -> list[Case]:
    """黄 and above, opened or reported again in the period: the gravest first, then the most
    reported in the period. ``here``: ids of the mentions counted in the period."""
    holds = facts.period.holds
    live = [c for c in live_cases(facts.cases) if c.level is not Level.BLUE]
    active = [c for c in live if holds(c.opened_at) or holds(c.last_report_at)]
    return sorted(active, key=lambda c: (-c.level.rank, -len(here.intersection(c.mention_ids))))


def _cases(facts: Facts) -> Iterator[Figure]:
    live, period = live_cases(facts.cases), facts.period
    opened = [case for case in live if period.holds(case.opened_at)]
    yield count("cases.new", "新立案件", _case_ids(opened), "件")
    for level in Level:
        these = [case for case in opened if case.level is level]
        yield count(f"cases.new.{level}", f"新立{level}色案件", _case_ids(these), "件")
    yield count("cases.open", "在办案件", _case_ids(c for c in live if c.status in OPEN), "件")
    closed = [case for case in live if _closed_within(case, facts.period)]
    yield count("cases.closed", "本期办结案件", _case_ids(closed), "件")
    again = [case for case in opened if case.recurs]
    yield count("cases.again", "再次发生案件", _case_ids(again), "件")
    false = [c for c in facts.cases if c.status is State.FALSE_ALARM and period.holds(c.opened_at)]
    yield count("cases.false", "经核为误报", _case_ids(false), "件")


def _case_ids(cases: Iterable[Case]) -> list[str]:
    return [case.case_id for case in cases]


def _closed_within(case: Case, period: Period) -> bool:
    accepted = [o.accepted_at for o in case.obligations if o.accepted_at]
    return case.status is State.CLOSED and bool(accepted) and period.holds(max(accepted))


def duty_figures(
    key: str, who: str, duties: Sequence[Obligation], period: Period, as_of: datetime
) -> Iterator[Figure]:
    """Of all departments together, or of one."""

    def of(part: str, name: str, chosen: Iterable[Obligation]) -> Figure:
        return count(f"{key}.{part}", f"{who}{name}", map(obligation_id, chosen), "项")

    new = [o for o in duties if period.holds(o.opened_at)]
    closed = [o for o in duties if o.accepted_at and period.holds(o.accepted_at)]
    leads = [o for o in closed if o.duty is Duty.LEAD]
    late = [o for o in duties if reply_overdue(o, as_of)]
    entered = of("new", "新增承办", new)
    signed = of("signed", "新增承办中已签收", (o for o in new if o.acknowledged_at))
    yield from (entered, signed)
    yield from rate(f"{key}.sign_rate", f"{who}签收率", signed, entered)
    yield of("closed", "本期办结承办", closed)
    ontime = of("ontime", "本期按时办结", (o for o in leads if _on_time(o)))
    due = of("due", "本期办结或逾期未答复", {obligation_id(o): o for o in (*leads, *late)}.values())
    yield from (ontime, due)
    yield from rate(f"{key}.ontime_rate", f"{who}按时办结率", ontime, due)
    yield from _hours(f"{key}.hours", f"{who}平均答复用时", duties, period)
    yield of("unsigned", "逾期未签收", (o for o in duties if sign_overdue(o, as_of)))
    yield of("unanswered", "逾期未答复", late)
    yield of("overdue", "逾期事项", (o for o in duties if overdue(o, as_of)))


def _on_time(obligation: Obligation) -> bool:
    return obligation.replied_at is not None and obligation.replied_at <= obligation.reply_due


def _hours(key: str, name: str, duties: Sequence[Obligation], period: Period) -> Iterator[Figure]:
    """Mean hours from opening to reply, of the replies given in the period."""
    replied = [o for o in duties if o.replied_at and period.holds(o.replied_at)]
    if not replied:
        return
    total = sum((o.replied_at - o.opened_at).total_seconds() for o in replied if o.replied_at)
    yield Figure(
        key=key,
        name=name,
        value=round(total / 3600 / len(replied), 1),
        unit="小时",
        how="average",
        ids=tuple(map(obligation_id, replied)),
    )


def interactions(sighting: Sighting) -> int | None:
    """Likes + comments + shares as far as they were shown; None when none was."""
    counts = sighting.counts
    shown = [n for n in (counts.likes, counts.comments, counts.shares) if n is not None]
    return sum(shown) if shown else None


def spread_figures(case: Case, here: set[str], spread: Mapping[str, Sighting]) -> Iterator[Figure]:
    """Reports of the case in the period (``here``) and in all, and what the pages counted."""
    key, ids = f"case.{case.case_id}", case.mention_ids
    yield count(f"{key}.now", f"{case.case_id}本期信息", [i for i in ids if i in here])
    yield count(f"{key}.all", f"{case.case_id}累计信息", ids)
    seen = {i: spread[i] for i in ids if i in spread}
    reacted = {i: n for i, s in seen.items() if (n := interactions(s)) is not None}
    viewed = {i: s.counts.views for i, s in seen.items() if s.counts.views is not None}
    bounds = {field for s in seen.values() for field in s.counts.lower_bounds}
    yield from _sum(
        f"{key}.interactions", f"{case.case_id}互动量", reacted, bool(bounds - {"views"})
    )
    yield from _sum(f"{key}.views", f"{case.case_id}浏览量", viewed, "views" in bounds)


def _sum(key: str, name: str, by_id: dict[str, int], at_least: bool) -> Iterator[Figure]:
    if by_id:
        yield Figure(
            key=key,
            name=name,
            value=sum(by_id.values()),
            unit="次",
            how="sum",
            ids=tuple(by_id),
            at_least=at_least,
        )
