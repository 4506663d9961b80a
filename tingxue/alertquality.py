"""How good the alarms of each week were: of what went to departments by itself, how much was a
complaint; of the complaints there were, how many went by themselves.

Judged is what a person has: a case that was closed (right), or closed as 误报 (wrong).
A complaint the program did not pass on by itself is one that a person confirmed on 待研判, or
called one by hand where the verdict had seen none. What nobody looked at is in no figure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from domain.reviews import Correction, Origin, Review, ReviewState
from domain.times import at_shanghai, shanghai_day, week_bounds
from domain.types import Case, State
from ledger.books import Books
from tingxue.app import App
from tingxue.replaying import newest, part, share

_T = TypeVar("_T")
_REASONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """A week (Monday to Sunday, Shanghai). alerts: cases that went to departments by themselves;
    judged: of these, those a person has judged; right: of these, complaints; missed: complaints
    that a person had to find. reasons: why something was called none, the most frequent first."""

    monday: date
    alerts: int
    judged: int
    right: int
    missed: int
    reasons: tuple[tuple[str, int], ...]

    def as_json(self) -> dict[str, object]:
        """The counts, and the shares where enough judgements carry them (else null)."""
        return {
            "alerts": self.alerts, "alerts_judged": self.judged, "alerts_right": self.right,
            "alert_precision": share(self.right, self.judged), "missed": self.missed,
            "alert_recall": share(self.right, self.right + self.missed),
            "reasons": [{"reason": reason, "count": n} for reason, n in self.reasons],
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For the screen, under the week's line."""
        there = self.right + self.missed
        yield (
            f"  直接派出 {self.alerts} 件，已有结论的 {part(self.right, self.judged, '确是投诉')}；"
            f"应派的 {part(self.right, there, '直接派出')}"
        )
        if self.reasons:
            said = "；".join(f"{reason}（{n}）" for reason, n in self.reasons)
            yield f"  判为非投诉的理由：{said}"


def weekly(app: App, weeks: int) -> list[Alarms]:
    """The last so many weeks, the present one last, as ``replaying.weekly`` has them."""
    this = shanghai_day(week_bounds(shanghai_day(app.clock()))[0])
    mondays = [this - timedelta(weeks=weeks - 1 - n) for n in range(weeks)]
    since = at_shanghai(mondays[0])
    with app.ledger.read() as books:
        cases = [books.cases.get(one) for one in books.cases.list_ids(since=since)]
        reviews = [one for one in books.reviews.all() if one.opened_at >= since]
        words = newest(books.corrections.all(since))
        reasons = _reasons(books, cases, reviews)
    by_hand = {one.case_id for one in reviews if one.state is ReviewState.CONFIRMED}
    own = _by_week((case.opened_at, case) for case in cases if case.case_id not in by_hand)
    found = _by_week((one.opened_at, one) for one in reviews if one.state is ReviewState.CONFIRMED)
    named = _by_week((one.at, one) for one in words if _overlooked(one))
    return [
        _week(monday, own[monday], len(found[monday]) + len(named[monday]), reasons[monday])
        for monday in mondays
    ]


def _week(monday: date, cases: Sequence[Case], missed: int, reasons: Counter[str]) -> Alarms:
    wrong = sum(case.status is State.FALSE_ALARM for case in cases)
    right = sum(case.status is State.CLOSED for case in cases)
    return Alarms(
        monday=monday, alerts=len(cases), judged=right + wrong, right=right, missed=missed,
        reasons=tuple(reasons.most_common(_REASONS)),
    )  # fmt: skip


def _overlooked(one: Correction) -> bool:
    return one.origin is Origin.HAND and one.complaint and not one.said


def _reasons(
    books: Books, cases: Iterable[Case], reviews: Iterable[Review]
) -> defaultdict[date, Counter[str]]:
    """By week of the case or item: the words with which it was closed as none, masked as kept."""
    said = [(one.opened_at, one.reason) for one in reviews if one.state is ReviewState.DISMISSED]
    for case in cases:
        if case.status is State.FALSE_ALARM:
            events = books.cases.events(case.case_id)
            notes = [event.note for event in events if event.action == "false-alarm"]
            said += [(case.opened_at, note) for note in notes[-1:]]
    found = defaultdict[date, Counter[str]](Counter)
    for at, reason in said:
        found[_monday(at)][" ".join(reason.split()) or "没有写理由"] += 1
    return found


def _by_week(dated: Iterable[tuple[datetime, _T]]) -> defaultdict[date, list[_T]]:
    found = defaultdict[date, list[_T]](list)
    for at, one in dated:
        found[_monday(at)].append(one)
    return found


def _monday(at: datetime) -> date:
    return shanghai_day(week_bounds(shanghai_day(at))[0])
