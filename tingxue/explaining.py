"""A verdict in words that a duty officer understands: what was concluded, from which words, and
which finds did not count and why.

Says what the analyser says and nothing of its own; the words it rests on stand in 【…】.
"""

from collections.abc import Iterator, Sequence

from domain.plan import Plan
from domain.ports import Analyser
from domain.types import ComplaintTag, Evidence, Mention, Urgency, Verdict
from ledger.books import Books
from nlp.analyser import document, prepare
from nlp.places import gazetteer
from tingxue.correcting import follow, said_by
from tingxue.names import POLARITIES, STANCES, reason

URGENCIES = {Urgency.RED: "红（可能危及生命）", Urgency.ORANGE: "橙（有人受伤或后果严重）",
             Urgency.YELLOW: "黄", Urgency.BLUE: "蓝", Urgency.NONE: "无"}  # fmt: skip
_AROUND = 12


def explain(
    mention: Mention, analyser: Analyser, plan: Plan, books: Books | None = None
) -> list[str]:
    """The lines for one mention. Its words are masked, as everywhere. ``books``: the office's,
    whose corrections then count."""
    verdict = analyser.analyse(mention, mention.first_seen_at)
    if books is not None:
        verdict = follow(books, [mention], [verdict])[0]
    lines = [
        f"与本度假区有关：{'是' if verdict.relevant else '否'}（{reason(verdict.reason)}）",
        f"态度：{POLARITIES[verdict.polarity]}（{verdict.sentiment:+.2f}，-1 到 1）；"
        f"立场：{STANCES[verdict.stance]}；紧急程度：{URGENCIES[verdict.urgency]}",
        *_by_person(verdict),
        *_tags(verdict, document(mention), plan),
        *left_out(mention, verdict, plan),
        f"判读版本：{verdict.version}",
    ]
    return lines


def _by_person(verdict: Verdict) -> Iterator[str]:
    if day := said_by(verdict.version):
        yield f"按 {day} 的更正：几乎相同的话，人已判定过，以下照此"


def _tags(verdict: Verdict, text: str, plan: Plan) -> Iterator[str]:
    if not verdict.complaints:
        yield "投诉：没有"
    for tag in verdict.complaints:
        category = plan.categories[tag.category]
        yield f"投诉：{category.name}（把握 {tag.confidence:.0%}），牵头：{category.lead}"
        yield from _evidence(tag, text)


def _evidence(tag: ComplaintTag, text: str) -> Iterator[str]:
    for one in tag.evidence:
        why = "模型看重这一句" if one.why.startswith("model:") else f"规则“{one.why}”"
        yield f"    {_shown(one, text)}  {why}"


def _shown(one: Evidence, text: str) -> str:
    before, after = text[max(0, one.start - _AROUND) : one.start], text[one.end :][:_AROUND]
    head = "…" if one.start > _AROUND else ""
    tail = "…" if one.end + _AROUND < len(text) else ""
    return " ".join(f"{head}{before}【{one.text}】{after}{tail}".split())


def left_out(mention: Mention, verdict: Verdict, plan: Plan) -> Iterator[str]:
    """Finds of the rules that did not become a tag, and why. Reads the text by the rules alone."""
    read = prepare(mention, gazetteer(plan))
    tagged = {tag.category for tag in verdict.complaints}
    for code, hits in read.hits.items():
        if code in tagged:
            continue
        start, end = read.normal.span(hits[0].start, hits[0].end)
        why = _why_not(verdict, [hit.muted for hit in hits])
        yield f"未计入：{plan.categories[code].name}，“{read.words[start:end]}”——{why}"


def _why_not(verdict: Verdict, muted: Sequence[str]) -> str:
    if not verdict.relevant:
        return "与本度假区无关"
    if said_by(verdict.version):
        return "人已更正"
    if all(muted):
        return f"这一句不算投诉（{muted[0]}）"
    return "模型认为全文不是在投诉这一类"
