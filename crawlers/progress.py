"""What one round has come to: pages of the day, outcomes, what was lost, why it stopped.

Pure bookkeeping without a browser. A page is one answer of the site; it is counted in the marks
that are stored together with it.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawlers.ear import Ear, Overheard
from crawlers.health import LOST_IN_A_ROW
from crawlers.listened import Parsed, What, together
from crawlers.turns import PAGES, POST, Visit, depth, pages_today
from domain.collection import STOPS
from domain.identity import canonical_url
from domain.privacy import mask
from domain.times import shanghai_day
from domain.types import Outcome, RunReport


@dataclass(slots=True, kw_only=True, eq=False)
class Progress:
    """Of one run. ``cap``: pages a day, over all runs; ``stored``: the source's marks as they
    were. judged: how many answers were taken account of."""

    ear: Ear
    cap: int
    stored: Mapping[str, str]
    now: datetime
    pages: int = field(init=False)
    outcomes: list[Outcome] = field(default_factory=list)
    stopped: tuple[Outcome, str] | None = None
    lost: list[str] = field(default_factory=list)
    lost_posts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    visit: Visit | None = None
    judged: int = 0
    _began: int = 0
    _in_a_row: int = 0
    _at: int = 0
    _deepest: int = 0
    _again: deque[bool] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.pages = pages_today(self.stored, self.now)
        self.ear.marks = self._marks

    def begin(self, visit: Visit) -> None:
        """From now on what comes is of this visit."""
        self.visit, self._at, self._began = visit, 0, len(self.ear.heard())
        self._deepest = depth(self.stored.get(visit.key, ""))

    def anew(self) -> None:
        """A page that loads itself again begins anew; what it shows then was read before."""
        self._at = 0

    def spoke_of(self, what: What) -> bool:
        """Whether an answer of this visit was about it."""
        return any(one.what is what for one in self.ear.heard()[self._began :])

    def answered(self) -> None:
        """A page came."""
        self._in_a_row = 0

    @property
    def full(self) -> bool:
        """Whether the day's pages are used up."""
        return self.pages >= self.cap

    # --- judging ------------------------------------------------------------------------------

    def judge(self) -> Sequence[tuple[Overheard, bool]]:
        """Take what has come since; each answer, and whether it brought anything, now or in the
        run that was broken off here."""
        fresh = self.ear.heard()[self.judged :]
        self.judged += len(fresh)
        found = []
        for one in fresh:
            again = self._again.popleft()
            found.append((one, one.new > 0 or again))
            self._take(one)
        self.refused_before_asking()
        return found

    def _take(self, one: Overheard) -> None:
        self.outcomes.append(one.outcome)
        if one.outcome in STOPS or one.outcome is Outcome.SCHEMA_CHANGED:
            self.stop(one.outcome, one.detail)

    def refused_before_asking(self) -> None:
        """What the page's own asking who it is was answered."""
        for one in self.ear.answers:
            if one.what is What.LOGIN and one.outcome in STOPS:
                self.stop(one.outcome, one.detail)

    def see(self, sign: tuple[str, Outcome]) -> None:
        """What the page shows a person: the reason for an empty list, or that it wants something
        done."""
        words, outcome = sign
        if outcome is Outcome.EMPTY_CONFIRMED:
            if not self.outcomes or self.outcomes[-1] is Outcome.EMPTY_AMBIGUOUS:
                self.outcomes[-1:] = [outcome]
        else:
            self.stop(outcome, f"页面上写着“{words}”")

    def stop(self, outcome: Outcome, why: str) -> None:
        """End the round; the first reason stands."""
        if self.stopped is None:
            self.stopped = (outcome, why)

    def lose(self, why: str) -> bool:
        """The visit said nothing; after some in a row nothing more is asked. A single post among
        many is no reason to call the round a failure. False."""
        visit = self.visit or Visit(key="", address="")
        lost = self.lost_posts if visit.key.startswith(POST) else self.lost
        lost.append(f"{why}：{canonical_url(visit.address)}")
        self._in_a_row += 1
        if self._in_a_row >= LOST_IN_A_ROW:
            self.stop(Outcome.NO_RESPONSE_SEEN, lost[-1])
        return False

    def _marks(self, parsed: Parsed) -> Mapping[str, str]:
        """Stored together with the answer: nothing is counted that is not kept, nor kept that is
        not counted."""
        if parsed.what is What.LOGIN or self.visit is None:
            return {}
        self.pages += 1
        self._at += 1
        self._again.append(self._at <= self._deepest)  # read before the crash, or before a reload
        self._deepest = max(self._deepest, self._at)
        return {
            PAGES: f"{shanghai_day(self.now)} {self.pages}",
            self.visit.key: f"{self.now.isoformat()} {self._deepest}",
        }

    # --- the end ------------------------------------------------------------------------------

    def report(self) -> RunReport:
        """What is on record of the run."""
        heard = self.ear.answers
        outcome, detail = self._ending()
        notes = [detail, *dict.fromkeys(self.notes)]
        if self.lost_posts:
            notes.append(f"{len(self.lost_posts)} 个帖子没有打开")
        if self.full:
            notes.append(f"到了今天的上限 {self.cap} 页，明天继续")
        if self.ear.missed:
            notes.append(f"{self.ear.missed} 个回应没有读到")
        if self.ear.too_big:
            notes.append(f"{self.ear.too_big} 个回应过大，没有读")
        return RunReport(
            outcome=outcome, seen=sum(one.seen for one in heard), new=sum(o.new for o in heard),
            detail=mask("；".join(filter(None, notes))),
        )  # fmt: skip

    def _ending(self) -> tuple[Outcome, str]:
        if self.stopped is not None:
            return self.stopped
        lost = self.lost or ([] if self.outcomes else self.lost_posts)
        if lost:
            return Outcome.NO_RESPONSE_SEEN, lost[0]
        if not self.outcomes and self.full:
            return Outcome.OK, ""
        outcome = together(self.outcomes)
        vague = outcome is Outcome.EMPTY_AMBIGUOUS
        return outcome, "没有结果，页面上也没有说为什么；请人看一眼" if vague else ""
