"""Why the figures of a finished paper are others now: asks the ledger about each id that moved.

The figures of the finished edition stand in a file beside it, whose hash the ledger knows.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.reviews import Correction
from ledger.books import Books
from ledger.reports import Edition
from tingxue import disk
from tingxue.app import App
from tingxue.counting import Period

if TYPE_CHECKING:
    from tingxue.reports.figure import Figures
    from tingxue.reports.revision import Revision

FOLDER = ".figures"
"""In the folder of the papers; a clerk has no use for what is in it."""
CORRECTED, LATE, REVISED, GONE = "人工更正", "补录", "重新研判", "到期清除"
HANDLED, COUNTED, COLLECTED, TIME = "办理进展", "页面计数更新", "采集记录更新", "截至时间不同"
UNKNOWN = "无记录（配置或程序有变）"


def keep(app: App, stem: str, figures: "Figures") -> tuple[str, str]:
    """Write the figures of an edition down; the file's name below the papers, and its sha256."""
    from tingxue.reports.kept import kept_bytes

    data = kept_bytes(figures)
    path = app.home.reports / FOLDER / f"{stem}.json.gz"
    disk.replace(path, data)
    return f"{FOLDER}/{path.name}", hashlib.sha256(data).hexdigest()


def revision(app: App, last: Edition, figures: "Figures") -> "Revision":
    """What ``figures`` change of the edition ``last``, and why."""
    from tingxue.reports.revision import Revision, changes

    before, why_not = _read(app, last, figures.period)
    if before is None:
        return Revision(
            edition=last.edition, made_at=last.made_at, changes=None, why_not=why_not
        )  # fmt: skip
    with app.ledger.read() as books:
        reasons = _Reasons.of(books, before, figures, last.made_at)
    found = changes(before, figures, reasons.why)
    return Revision(edition=last.edition, made_at=last.made_at, changes=found)


def kept(app: App, edition: Edition, period: Period) -> "Figures | None":
    """The figures the edition was printed with; None where they are not on this machine, or not
    what was recorded."""
    return _read(app, edition, period)[0]


def _read(app: App, edition: Edition, period: Period) -> "tuple[Figures | None, str]":
    from tingxue.reports.kept import kept_figures

    data, why_not = _kept(app.home.reports, edition)
    return (None, why_not) if data is None else (kept_figures(data, period), "")


def _kept(folder: Path, last: Edition) -> tuple[bytes | None, str]:
    """The bytes that were recorded, or None and why not."""
    named = last.kept
    if named is None:
        return None, "上一版没有留下指标记录"
    try:
        data = (folder / named[0]).read_bytes()
    except FileNotFoundError:
        return None, "上一版的指标记录不在这台主机上"
    if hashlib.sha256(data).hexdigest() != named[1]:
        return None, "上一版的指标记录与编发时的校验值不符"
    return data, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reasons:
    """What the ledger knows of the ids that moved, since the last edition was made."""

    since: datetime
    mentions: set[str]
    corrections: dict[str, Correction]
    scored: dict[str, tuple[datetime | None, datetime]]
    counted: set[str]
    cases: set[str]

    @classmethod
    def of(cls, books: Books, before: "Figures", after: "Figures", since: datetime) -> "_Reasons":
        ids = _moved(before, after)
        mentions = [one for one in ids if _is_mention(one)]
        shown = books.mentions.latest_counts(mentions)
        return cls(
            since=since,
            mentions={m.mention_id for m in books.mentions.many(mentions)},
            corrections=books.corrections.of(mentions),
            scored=books.mentions.scored_at(mentions),
            counted={i for i, sighting in shown.items() if sighting.seen_at > since},
            cases=set(books.cases.changed_within(since, datetime.max.replace(tzinfo=since.tzinfo))),
        )

    def why(self, key: str, one: str) -> str:
        """The reason in words; "" for an id of a sum that did not change itself."""
        if key.startswith(("sources.", "source.")):
            return COLLECTED
        if key.startswith("case."):
            return self._of_case(key, one)
        return self._of_mention(one) if _is_mention(one) else self._of_duty(one)

    def _of_mention(self, one: str) -> str:
        if one not in self.mentions:
            return GONE
        first, last = self.scored.get(one, (None, self.since))
        correction = self.corrections.get(one)
        if correction is not None and correction.at > self.since:
            return CORRECTED
        if first is not None and first > self.since:
            return LATE
        return REVISED if last > self.since else UNKNOWN

    def _of_duty(self, one: str) -> str:
        """Of a case or an obligation: they stand as they are when a paper is made."""
        return HANDLED if one.split("/")[0] in self.cases else TIME

    def _of_case(self, key: str, one: str) -> str:
        if key.endswith((".interactions", ".views")):
            return COUNTED if one in self.counted else ""
        why = self._of_mention(one)
        return HANDLED if why == UNKNOWN and key.split(".")[1] in self.cases else why


def _moved(before: "Figures", after: "Figures") -> list[str]:
    """Ids that came or went somewhere, or are summed up somewhere."""
    found: dict[str, None] = {}
    for key in {**before.by_key, **after.by_key}:
        old, new = before.get(key), after.get(key)
        were, are = (set(figure.ids) if figure else set[str]() for figure in (old, new))
        summed = key.startswith("case.")
        found.update(dict.fromkeys(were | are if summed else were ^ are))
    return list(found)


def _is_mention(one: str) -> bool:
    return len(one) == 24 and set(one) <= set("0123456789abcdef")
