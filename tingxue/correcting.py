"""Corrections: a person's word on a text, and what nearly the same words are read as afterwards.

A text follows the nearest correction whose words it repeats (nlp/duplicates.py), and among equals
the newest. One thing no correction of another text can do: silence what is read as a life at risk.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from domain.errors import IllegalAction, NoSuchMention, NotPermitted
from domain.plan import Plan
from domain.reviews import DECIDERS, Correction, Origin
from domain.times import shanghai
from domain.types import (
    Actor,
    ComplaintTag,
    Mention,
    Urgency,
    Verdict,
)
from ledger.books import Books
from nlp.analyser import document
from nlp.duplicates import fingerprints, repeats, similarity
from tingxue.app import App
from tingxue.names import BY_PERSON

_MOST_COMPARED = 20
_MOST_KEPT = 50
"""Different texts of one judgement that are kept; a case may have a thousand."""
_MARK = "+更正"


def follow(books: Books, mentions: Sequence[Mention], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts, with those replaced that a person's word decides."""
    if not books.corrections.any():
        return list(verdicts)
    texts = [document(mention) for mention in mentions]
    own = books.corrections.of([mention.mention_id for mention in mentions])
    near = books.corrections.near([fingerprints(text) for text in texts], _MOST_COMPARED)
    return [
        _decided(mention, verdict, _nearest(text, own.get(mention.mention_id), some))
        for mention, verdict, text, some in zip(mentions, verdicts, texts, near, strict=True)
    ]


def _nearest(text: str, own: Correction | None, near: Sequence[Correction]) -> Correction | None:
    """The word that this text follows, if there is one: its own before others'."""
    if own is not None and own.text == text:
        return own
    alike = [one for one in near if repeats(text, one.text)]
    return max(alike, default=None, key=lambda one: (similarity(text, one.text), one.number))


def _decided(mention: Mention, verdict: Verdict, word: Correction | None) -> Verdict:
    """The verdict as the word has it; as it was, where there is none or it may not decide."""
    if word is None:
        return verdict
    its_own = (word.mention_id, word.text) == (mention.mention_id, document(mention))
    if not verdict.relevant and not (its_own and word.complaint):
        return verdict
    if verdict.urgency is Urgency.RED and not (word.complaint or its_own):
        return verdict
    return corrected(verdict, word)


def corrected(verdict: Verdict, word: Correction) -> Verdict:
    """The verdict with the person's complaint and categories instead of its own. What a person
    calls a complaint is about the resort, whatever was read; taken back, it is as it was."""
    said = {tag.category: tag for tag in verdict.complaints}
    tags = [said.get(code) or ComplaintTag(category=code, confidence=1.0, evidence=())
            for code in word.categories]  # fmt: skip
    urgency = verdict.urgency
    if not word.complaint:
        urgency = Urgency.NONE
    elif urgency is Urgency.NONE:
        urgency = Urgency.BLUE
    relevant, reason = _about_us(verdict, word)
    return replace(
        verdict,
        relevant=relevant,
        reason=reason,
        complaints=tuple(replace(tag, confidence=1.0) for tag in tags) if word.complaint else (),
        urgency=urgency,
        version=verdict.version.partition(_MARK)[0] + f"{_MARK}{shanghai(word.at):%Y%m%d}",
    )


def _about_us(verdict: Verdict, word: Correction) -> tuple[bool, str]:
    """``relevant`` and ``reason``, which keeps behind its colon what was read before."""
    said, _, before = verdict.reason.partition(":")
    if word.complaint and not verdict.relevant:
        return True, f"{BY_PERSON}:{verdict.reason}"
    if not word.complaint and said == BY_PERSON:
        return False, before
    return verdict.relevant, verdict.reason


def said_by(version: str) -> str:
    """``2026-11-23`` when a correction of that day decided the verdict of this version, else ""."""
    _, mark, day = version.partition(_MARK)
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if mark else ""


# --- people's words


def check(plan: Plan, actor: Actor, complaint: bool, categories: Sequence[str]) -> None:
    """Raises NotPermitted or IllegalAction, in Chinese."""
    if actor.role not in DECIDERS:
        raise NotPermitted("是不是投诉由宣传部或审核员判定，请联系宣传部")
    unknown = [code for code in categories if code not in plan.categories]
    if unknown:
        known = "、".join(f"{code} {one.name}" for code, one in plan.categories.items())
        raise IllegalAction(f"没有类别“{'、'.join(unknown)}”；现有：{known}")
    if complaint and not categories:
        raise IllegalAction("是投诉的须写明类别：--category 类别代码，可写多个")
    if categories and not complaint:
        raise IllegalAction("不是投诉就没有类别，请去掉 --category")


def correction(
    mention: Mention, verdict: Verdict, *, at: datetime, actor: Actor, origin: Origin,
    complaint: bool, categories: Sequence[str],
) -> Correction:  # fmt: skip
    """A person's word on the mention as its words stand now."""
    return Correction(
        mention_id=mention.mention_id, at=at, actor=actor, origin=origin, complaint=complaint,
        categories=tuple(dict.fromkeys(categories)), platform=mention.platform, kind=mention.kind,
        text=document(mention), context=mention.context, said=verdict.complaints,
        polarity=verdict.polarity, urgency=verdict.urgency, version=verdict.version,
    )  # fmt: skip


def keep(books: Books, words: Sequence[Correction]) -> None:
    """Store them; of nearly equal texts with the same judgement one, for one look was enough."""
    kept: list[Correction] = []
    for word in words:
        if len(kept) == _MOST_KEPT:
            return
        if not any(_same(word, other) for other in kept):
            kept.append(word)
            books.corrections.add(word, fingerprints(word.text))


def _same(one: Correction, other: Correction) -> bool:
    judged = (one.complaint, one.categories) == (other.complaint, other.categories)
    return judged and repeats(one.text, other.text)


def from_false_alarm(app: App, books: Books, mention_ids: Sequence[str], actor: Actor) -> None:
    """A case was closed as 误报: none of its texts is a complaint."""
    judge(app, books, mention_ids, actor, Origin.FALSE_ALARM, complaint=False, categories={})


def judge(
    app: App, books: Books, mention_ids: Sequence[str], actor: Actor, origin: Origin, *,
    complaint: bool, categories: dict[str, Sequence[str]],
) -> list[tuple[Mention, Verdict]]:  # fmt: skip
    """Keep the person's word on these mentions, and correct their verdicts; both, in the order of
    first seen. ``categories``: by mention."""
    mentions, verdicts = books.mentions.many(mention_ids), books.mentions.verdicts(mention_ids)
    unread = books.mentions.unread(mention_ids)  # changed since the person looked: read anew first
    words = [
        correction(
            mention, verdicts[mention.mention_id], at=app.clock(), actor=actor, origin=origin,
            complaint=complaint, categories=categories.get(mention.mention_id, ()),
        )
        for mention in mentions
    ]  # fmt: skip
    known = [word for word in words if word.mention_id not in unread]
    keep(books, known)
    books.mentions.put_verdicts([corrected(verdicts[w.mention_id], w) for w in known])
    done = [corrected(verdicts[word.mention_id], word) for word in words]
    return list(zip(mentions, done, strict=True))


def correct(
    app: App, mention_id: str, *, actor: Actor, complaint: bool, categories: Sequence[str]
) -> str | None:
    """A person's word on one mention, whatever the program thought. Its verdict follows at once,
    and triage takes it up; the case it is in, which stays as it is.

    Raises NoSuchMention, NotPermitted or IllegalAction.
    """
    check(app.plan, actor, complaint, categories)
    with app.ledger.write() as books:
        if not books.mentions.verdicts([mention_id]):
            raise NoSuchMention(
                f"没有编号为 {mention_id} 的反映，或者还没有判读；用 tingxue search 查编号"
            )
        if _said_already(books, mention_id, complaint, categories):
            return books.cases.by_mention([mention_id]).get(mention_id)
        waits = books.reviews.by_mention([mention_id]).get(mention_id)
        if waits:
            raise IllegalAction(
                f"这条反映在待研判项 {waits} 里，请在待研判清单里判定"
                "（命令行：tingxue review confirm 或 dismiss）"
            )
        judge(
            app, books, [mention_id], actor, Origin.HAND, complaint=complaint,
            categories={mention_id: categories},
        )  # fmt: skip
        return books.cases.by_mention([mention_id]).get(mention_id)


def _said_already(
    books: Books, mention_id: str, complaint: bool, categories: Sequence[str]
) -> bool:
    """Whether the newest word on these very words is the same: twice is once."""
    last = books.corrections.of([mention_id]).get(mention_id)
    [mention] = books.mentions.many([mention_id])
    if last is None or last.text != document(mention):
        return False
    return (last.complaint, set(last.categories)) == (complaint, set(categories))
