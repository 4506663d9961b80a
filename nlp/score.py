"""Scores single JSON lines, for `tingxue score` and for anyone who wants to try a sentence.

A line without ``context`` is taken for a comment on the resort's own channel, and the answer says
so (``assumed_context``): without that, a text that names no place could only be "undetermined".
"""

from collections.abc import Mapping
from datetime import datetime

from domain.ports import Analyser
from domain.privacy import mask
from domain.types import ComplaintTag, Context, Kind, Mention, Verdict

_KINDS = {"hotline": Kind.CALL, "news": Kind.ARTICLE, "wechat_article": Kind.ARTICLE,
          "ctrip": Kind.REVIEW, "meituan": Kind.REVIEW}  # fmt: skip
_CONTEXT_KEYS = {"own_channel", "parent_text", "query", "source_kind"}


def score_line(raw: Mapping[str, object], analyser: Analyser, now: datetime) -> dict[str, object]:
    """The verdict on one line {id, platform, text, title?, context?}, as JSON values.

    ``id`` may be a string or a number and comes back unchanged. ``context`` may hold own_channel,
    parent_text, query and source_kind. Texts are masked first, as they are on their way into the
    ledger, at equal length. Evidence offsets count in ``analyser.document``: for a line
    without title, in its text. Raises ValueError that says what is wrong with the line.
    """
    mention, assumed = mention_of(raw, now)
    answer = _answer(raw["id"], analyser.analyse(mention, now))
    return answer | ({"assumed_context": "own_channel"} if assumed else {})


def mention_of(raw: Mapping[str, object], now: datetime) -> tuple[Mention, bool]:
    """The line as a mention, and whether its context had to be assumed. Raises ValueError."""
    identity = raw.get("id")
    if isinstance(identity, bool) or not isinstance(identity, str | int):
        raise ValueError("id: 应为字符串或整数")
    platform = _text(raw, "platform")
    assumed = raw.get("context") is None
    return Mention(
        mention_id=str(identity), platform=platform, native_id=str(identity),
        kind=_KINDS.get(platform, Kind.COMMENT), title=mask(_text(raw, "title", "")),
        text=mask(_text(raw, "text")), url="", parent_id=None, author_ref=None, published_at=None,
        first_seen_at=now, due_at=None, ip_region="", queries=(), source="score",
        context=Context(own_channel=True) if assumed else _context(raw["context"]), drill=False,
    ), assumed  # fmt: skip


def _text(raw: Mapping[str, object], key: str, default: str | None = None) -> str:
    value = raw.get(key, default)
    if not isinstance(value, str):
        raise ValueError(f"{key}: 应为字符串" if key in raw else f"缺少 {key}")
    return value


def _context(raw: object) -> Context:
    if not isinstance(raw, Mapping):
        raise ValueError("context: 应为对象")
    unknown = sorted(str(key) for key in raw if key not in _CONTEXT_KEYS)
    if unknown:
        raise ValueError(f"context: 不认识的字段 {'、'.join(unknown)}")
    own = raw.get("own_channel", False)
    if not isinstance(own, bool):
        raise ValueError("context.own_channel: 应为 true 或 false")
    return Context(
        own_channel=own,
        parent_text=mask(_text(raw, "parent_text", "")),
        query=_text(raw, "query", ""),
        source_kind=_text(raw, "source_kind", ""),
    )


def _answer(identity: object, verdict: Verdict) -> dict[str, object]:
    return {
        "id": identity,
        "relevant": verdict.relevant,
        "relevance_reason": verdict.reason,
        "polarity": verdict.polarity.value,
        "sentiment": verdict.sentiment,
        "stance": verdict.stance.value,
        "categories": [_category(tag) for tag in verdict.complaints],
        "places": list(verdict.places),
        "urgency": verdict.urgency.value,
    }


def _category(tag: ComplaintTag) -> dict[str, object]:
    evidence = [
        {"start": one.start, "end": one.end, "text": one.text, "why": one.why}
        for one in tag.evidence
    ]
    return {"code": tag.category, "confidence": tag.confidence, "evidence": evidence}
