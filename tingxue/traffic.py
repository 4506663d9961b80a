"""A HAR file into the ledger: what each platform's answers said, and those that nobody could read.

Whole batches; the answers of unknown shape are kept (``tingxue.exchanges``), nothing comes twice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crawlers.har import OpenHar, open_har
from crawlers.health import ShapeChanged
from crawlers.listened import Exchange, Listened, Parsed, What, hear, why_misread
from domain.privacy import mask
from domain.types import Incoming, Outcome, Reject
from tingxue import listeners, names
from tingxue.app import App
from tingxue.exchanges import kept
from tingxue.intake import LedgerIntake

Progress = Callable[[int, int], None] | None
BATCH = 500
MOST_KEPT = 200
"""Unread answers of one platform that are kept of one file; the file itself is at hand."""

_WHATS = {
    What.SEARCH: "搜索", What.DETAIL: "作品", What.COMMENTS: "评论", What.LOGIN: "登录检查",
}  # fmt: skip
_QUIET = (Outcome.OK,)


@dataclass(slots=True, kw_only=True)
class Heard:
    """One platform's part of a file. ``whats``, ``outcomes``: of its answers."""

    intake: LedgerIntake
    whats: Counter[What] = field(default_factory=Counter)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    waiting: list[Incoming] = field(default_factory=list)
    rejected: int = 0

    def said(self, name: str) -> str:
        """One line in Chinese."""
        asked = "，".join(f"{_WHATS[what]} {n} 次" for what, n in sorted(self.whats.items()))
        met = [
            f"{names.OUTCOMES[outcome]} {n} 次"
            for outcome, n in sorted(self.outcomes.items()) if outcome not in _QUIET
        ]  # fmt: skip
        taken = f"收下 {self.intake.seen} 条，其中新增 {self.intake.new} 条"
        return f"{name}：{asked}；{taken}" + (f"；其中{'，'.join(met)}" if met else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Overheard:
    """What became of one file. ``notices``: Chinese lines, by platform and about the file."""

    taken: int
    new: int
    rejected: int
    notices: tuple[str, ...]


def import_traffic(app: App, path: Path, progress: Progress = None) -> Overheard:
    """Take a HAR file. Raises InputError when nothing of it can be taken."""
    taking = _Taking(app=app, source=f"import:{mask(path.name)}")
    har = open_har(path, listeners.every(app), progress)
    try:
        for number, platform, exchange in har.exchanges:
            taking.take(number, platform, exchange)
            if taking.waiting >= BATCH:
                taking.flush()
    finally:
        taking.flush()
    return taking.done(har)


@dataclass(slots=True, kw_only=True)
class _Taking:
    app: App
    source: str
    heard: dict[str, Heard] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    waiting: int = 0

    def take(self, number: int, platform: Listened, exchange: Exchange) -> None:
        mine = self._of(platform)
        parsed = self._read(number, platform, exchange)
        if parsed is None:  # only the answer showed that it is about something else
            return
        mine.whats[parsed.what] += 1
        mine.outcomes[parsed.outcome] += 1
        mine.waiting += parsed.items
        self.waiting += len(parsed.items)

    def _of(self, platform: Listened) -> Heard:
        if platform.code not in self.heard:
            intake = LedgerIntake(self.app.ledger, self.source, self.app.clock)
            self.heard[platform.code] = Heard(intake=intake)
        return self.heard[platform.code]

    def _read(self, number: int, platform: Listened, exchange: Exchange) -> Parsed | None:
        """What it says; an answer, or items of one, that nobody can read are kept."""
        try:
            parsed = hear(platform, exchange, self.app.pseudonym)
        except ShapeChanged as changed:
            return self._unread(number, platform, exchange, changed.reason)
        if parsed is not None and parsed.misread:
            self._keep(number, platform, exchange, why_misread(parsed.misread))
        return parsed

    def _unread(
        self, number: int, platform: Listened, exchange: Exchange, reason: str
    ) -> Parsed | None:
        what = platform.asks(exchange.url)
        if what is None:
            return None
        if 300 <= exchange.status < 400:  # sent elsewhere: there is nothing to keep
            return Parsed(what=what, outcome=Outcome.NO_RESPONSE_SEEN)
        self._keep(number, platform, exchange, reason)
        return Parsed(what=what, outcome=Outcome.SCHEMA_CHANGED)

    def _keep(self, number: int, platform: Listened, exchange: Exchange, reason: str) -> None:
        mine = self.heard[platform.code]
        mine.rejected += 1
        if mine.rejected <= MOST_KEPT:
            self.rejects.append(kept(self.source, platform, exchange, reason, number=number))
            self.waiting += 1

    def flush(self) -> None:
        """All that waits, each platform's in one transaction."""
        for mine in self.heard.values():
            if mine.waiting:
                mine.intake(mine.waiting)
                mine.waiting = []
        if self.rejects:
            with self.app.ledger.write() as books:
                books.rejects.add(self.rejects, self.app.clock())
        self.rejects, self.waiting = [], 0

    def done(self, har: OpenHar) -> Overheard:
        """The figures and the lines for people."""
        title = self.app.plan.platform_names
        lines = [one.said(title.get(code, code)) for code, one in sorted(self.heard.items())]
        lost = sum(max(0, one.rejected - MOST_KEPT) for one in self.heard.values())
        if lost:
            lines.append(f"认不出的回应太多，有 {lost} 次没有留存；程序更新后请重新导入这个文件")
        return Overheard(
            taken=sum(one.intake.seen for one in self.heard.values()),
            new=sum(one.intake.new for one in self.heard.values()),
            rejected=sum(one.rejected for one in self.heard.values()),
            notices=(*lines, *har.seen.notices()),
        )  # fmt: skip
