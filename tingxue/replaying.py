"""What people's corrections say of the verdicts: which today's would get wrong, and how good each
week's were.

Only what a person has judged is counted, which is no fair sample: 待研判 holds the doubtful ones,
误报 the wrong ones. So every figure comes with the number of judgements it rests on.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.reviews import Correction
from domain.times import shanghai_day, week_bounds
from domain.types import Mention
from tingxue.app import App

ENOUGH = 20
"""Judgements below which a percentage would be chance."""
_WORST = 5


def newest(corrections: Sequence[Correction]) -> list[Correction]:
    """The last word on each mention, in the order of these words."""
    last = {one.mention_id: one for one in corrections}
    return sorted(last.values(), key=lambda one: one.number)


def check(app: App) -> tuple[int, list[tuple[Correction, tuple[str, ...]]]]:
    """How many words there are, and those that the analyser alone, without them, contradicts
    today, with the categories it finds."""
    with app.ledger.read() as books:
        words = newest(books.corrections.all())
    verdicts = app.analyser.analyse_many([_again(one) for one in words], app.clock())
    wrong = []
    for one, verdict in zip(words, verdicts, strict=True):
        found = tuple(sorted(tag.category for tag in verdict.complaints))
        if found != tuple(sorted(one.categories)):
            wrong.append((one, found))
    return len(words), wrong


def _again(one: Correction) -> Mention:
    """The corrected text as the mention it was; ``text`` holds its title already."""
    return Mention(
        mention_id=one.mention_id, platform=one.platform, native_id=one.mention_id, kind=one.kind,
        title="", text=one.text, url="", parent_id=None, author_ref=None, published_at=None,
        first_seen_at=one.at, due_at=None, ip_region="", queries=(), source="correction",
        context=one.context, drill=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week's judgements (Monday to Sunday, Shanghai). flagged: texts that the verdict of then
    called complaints, right: of these, those that are; complaints: texts that are complaints,
    found: of these, those that the verdict had called one."""

    monday: date
    flagged: int
    right: int
    complaints: int
    found: int

    def as_json(self) -> dict[str, object]:
        """The counts, and the shares where enough judgements carry them (else null)."""
        return {
            "week": self.monday.isoformat(),
            "flagged": self.flagged,
            "right": self.right,
            "precision": share(self.right, self.flagged),
            "complaints": self.complaints,
            "found": self.found,
            "recall": share(self.found, self.complaints),
        }

    def line(self) -> str:
        """One line for the screen."""
        return (
            f"{self.monday} 起一周：判为投诉的 {part(self.right, self.flagged, '确是投诉')}；"
            f"确是投诉的 {part(self.found, self.complaints, '判了出来')}"
        )


def share(part: int, whole: int) -> float | None:
    """0…1, or None where ``whole`` is too small to say."""
    return round(part / whole, 3) if whole >= ENOUGH else None


def part(some: int, whole: int, what: str) -> str:
    """``40 条中 30 条确是投诉（75%）``, without the share where it would be chance."""
    percent = share(some, whole)
    return f"{whole} 条中 {some} 条{what}" + ("" if percent is None else f"（{percent:.0%}）")


def weekly(app: App, weeks: int) -> list[Week]:
    """The last so many weeks, the present one last; weeks without a judgement as well."""
    this, _ = week_bounds(shanghai_day(app.clock()))
    first = shanghai_day(this) - timedelta(weeks=weeks - 1)
    groups = defaultdict[date, list[Correction]](list)
    for one in _since(app, weeks):
        groups[shanghai_day(week_bounds(shanghai_day(one.at))[0])].append(one)
    mondays = [first + timedelta(weeks=n) for n in range(weeks)]
    return [_week(monday, groups[monday]) for monday in mondays]


def _since(app: App, weeks: int) -> list[Correction]:
    this, _ = week_bounds(shanghai_day(app.clock()))
    with app.ledger.read() as books:
        return newest(books.corrections.all(this - timedelta(weeks=weeks - 1)))


def _week(monday: date, words: Sequence[Correction]) -> Week:
    flagged = [one for one in words if one.said]
    complaints = [one for one in words if one.complaint]
    return Week(
        monday=monday,
        flagged=len(flagged),
        right=sum(one.complaint for one in flagged),
        complaints=len(complaints),
        found=sum(bool(one.said) for one in complaints),
    )


def worst_lines(app: App, weeks: int) -> Iterator[str]:
    """The categories that were given most often where they did not belong, and those that were
    most often left out where they did."""
    said, wrong = defaultdict[str, int](int), defaultdict[str, int](int)
    true, left = defaultdict[str, int](int), defaultdict[str, int](int)
    for one in _since(app, weeks):
        given = {tag.category for tag in one.said}
        for code in given:
            said[code] += 1
            wrong[code] += code not in one.categories
        for code in one.categories:
            true[code] += 1
            left[code] += code not in given
    yield from _ranked(app, "错得最多的类别", wrong, said, "判错")
    yield from _ranked(app, "漏得最多的类别", left, true, "没有判出")
    if not said and not true:
        yield "还没有人的判定：用 tingxue review、tingxue correct 判定之后才有数"


def _ranked(
    app: App, head: str, bad: Mapping[str, int], every: Mapping[str, int], what: str
) -> Iterator[str]:
    for code in sorted((c for c in every if bad[c]), key=lambda c: (-bad[c], c))[:_WORST]:
        name = app.plan.categories[code].name if code in app.plan.categories else code
        yield f"{head}：{name}，{part(bad[code], every[code], what)}"
