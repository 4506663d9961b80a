"""Between a SearchDoc and what stands in Elasticsearch (``index.mappings``), both ways.

What only comes back with the document goes into ``rest``. A lone surrogate, which no UTF-8 can
hold, is replaced where people see it; the document itself then comes back from ``rest.exact``.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from domain.search import SearchDoc
from domain.types import (
    Context,
    Duty,
    Kind,
    Level,
    Mention,
    Outcome,
    Polarity,
    Stance,
    Urgency,
    Verdict,
)
from index.documents import from_json, to_json, verdict_from_json
from index.words import Cutter, Plain, pieces, plain

_SURROGATES = re.compile("[\ud800-\udfff]")
_NOT_USUAL = re.compile("[^\u4e00-\u9fff]+")
_MENTION = (
    "mention_id", "platform", "title", "text", "url", "parent_id", "author_ref", "ip_region",
    "source", "drill", "revision",
)  # fmt: skip
_MOMENTS = ("published_at", "first_seen_at", "due_at")
_VERDICT = ("relevant", "reason", "stance", "sentiment", "polarity", "urgency", "version")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The Chinese name of every code, as the hall knows them; a platform, category,
    source or state without one is shown by its code."""

    platforms: Mapping[str, str]
    categories: Mapping[str, str]
    kinds: Mapping[Kind, str]
    stances: Mapping[Stance, str]
    polarities: Mapping[Polarity, str]
    urgencies: Mapping[Urgency, str]
    duties: Mapping[Duty, str]
    deliveries: Mapping[str, str]
    outcomes: Mapping[Outcome, str]
    sources: Mapping[str, str]
    reason: Callable[[str], str]


def moment(at: datetime | None) -> str | None:
    """As the server reads it."""
    return at.isoformat() if at else None


def to_source(doc: SearchDoc, names: Names, cutter: Cutter) -> dict[str, Any]:
    """The document as it goes to the server."""
    mention = doc.mention
    made: dict[str, Any] = {name: getattr(mention, name) for name in _MENTION}
    made |= {name: moment(getattr(mention, name)) for name in _MOMENTS}
    made |= _searched(mention, cutter)
    made |= {
        "platform_name": names.platforms.get(mention.platform, mention.platform),
        "kind": str(mention.kind),
        "kind_name": names.kinds[mention.kind],
        "queries": list(mention.queries),
        "source_kind": mention.context.source_kind,
        "own_channel": mention.context.own_channel,
        "case_id": doc.case_id,
        "level": str(doc.level) if doc.level else None,
        "level_rank": doc.level.rank if doc.level else None,
        "departments": list(doc.departments),
    }
    rest: dict[str, Any] = {
        "native_id": mention.native_id,
        "parent_text": mention.context.parent_text,
        "query": mention.context.query,
    }
    if doc.verdict is not None:
        made |= _judged(doc.verdict, names)
        rest["complaints"] = _complaints(doc.verdict)
    made["rest"] = rest
    return said(made if _whole(mention) else _cleaned(made, doc))


def said(made: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is not known: a missing field costs nothing."""
    return {name: value for name, value in made.items() if value is not None}


def _judged(verdict: Verdict, names: Names) -> dict[str, Any]:
    made: dict[str, Any] = {name: getattr(verdict, name) for name in _VERDICT}
    codes = [tag.category for tag in verdict.complaints]
    return made | {
        "reason_kind": verdict.reason.partition(":")[0],
        "reason_name": names.reason(verdict.reason),
        "places": list(verdict.places),
        "stance_name": names.stances[verdict.stance],
        "polarity_name": names.polarities[verdict.polarity],
        "urgency_name": names.urgencies[verdict.urgency],
        "complaint": bool(codes),
        "categories": codes,
        "category_names": [names.categories.get(code, code) for code in codes],
        "signs": _signs(verdict),
        "scored_at": moment(verdict.scored_at),
    }


def _signs(verdict: Verdict) -> list[str]:
    """What the rules saw, by their Chinese names, each once; a model's cue has no name."""
    seen = {e.why for tag in verdict.complaints for e in tag.evidence}
    return sorted(why for why in seen if not why.startswith("model:"))


def _complaints(verdict: Verdict) -> list[dict[str, Any]]:
    return [
        {
            "category": tag.category,
            "confidence": tag.confidence,
            "evidence": [
                {"start": e.start, "end": e.end, "text": e.text, "why": e.why} for e in tag.evidence
            ],
        }
        for tag in verdict.complaints
    ]


def _whole(mention: Mention) -> bool:
    """Whether UTF-8 can hold every text of it."""
    try:
        "".join((mention.title, mention.text, mention.url, mention.native_id, mention.source,
                 mention.ip_region, mention.context.parent_text, mention.context.query,
                 *mention.queries)).encode()  # fmt: skip
    except UnicodeEncodeError:
        return False
    return True


def _cleaned(made: dict[str, Any], doc: SearchDoc) -> dict[str, Any]:
    exact = json.dumps(json.loads(to_json(doc)))  # in ASCII
    shown: dict[str, Any] = _without_surrogates({**made, "rest": {}})
    return {**shown, "rest": {"exact": exact}}


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATES.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(one) for one in value]
    if isinstance(value, dict):
        return {key: _without_surrogates(one) for key, one in value.items()}
    return value


def from_source(source: Mapping[str, Any]) -> SearchDoc:
    """The document as it was given to ``to_source``."""
    rest = source["rest"]
    if "exact" in rest:
        return from_json(json.loads(rest["exact"]))
    given: dict[str, Any] = {name: source.get(name) for name in _MENTION}
    moments = {n: datetime.fromisoformat(source[n]) if n in source else None for n in _MOMENTS}
    mention = Mention(
        **{**given, **moments},
        native_id=rest["native_id"],
        kind=Kind(source["kind"]),
        queries=tuple(source["queries"]),
        context=Context(
            own_channel=source["own_channel"], parent_text=rest["parent_text"],
            query=rest["query"], source_kind=source["source_kind"],
        ),
    )  # fmt: skip
    level = source.get("level")
    return SearchDoc(
        mention=mention, verdict=_verdict(source, rest), case_id=source.get("case_id"),
        level=Level(level) if level else None, departments=tuple(source["departments"]),
    )  # fmt: skip


def _verdict(source: Mapping[str, Any], rest: Mapping[str, Any]) -> Verdict | None:
    if "complaints" not in rest:
        return None
    given = {name: source[name] for name in (*_VERDICT, "mention_id", "places", "scored_at")}
    return verdict_from_json({**given, "complaints": rest["complaints"]})


# --- words ----------------------------------------------------------------------------------------


def _searched(mention: Mention, cutter: Cutter) -> dict[str, Any]:
    both = [plain(text) for text in (mention.title, mention.text) if text]
    return {
        "body": [spaced(text) for text in both],  # two values: a phrase spans no gap between them
        "words": [cutter.words(text) for text in both],
    }


def spaced(text: Plain) -> str:
    """The text as the server's tokenizer cuts it into ``index.words.pieces``, neither more nor
    less: signs are gone, runs and lone characters stand alone, Chinese characters in a row."""
    return _NOT_USUAL.sub(_between, text)


def lonely(said: str) -> bool:
    """Whether a Chinese character of what was ``spaced`` has no neighbour: no pair holds it."""
    return any(len(run) == 1 and _chinese(run) for run in said.split())


def _between(found: re.Match[str]) -> str:
    return _apart(Plain(found[0]))


@lru_cache(maxsize=65536)
def _apart(stretch: Plain) -> str:
    """What stands between the usual Chinese characters; often the same few signs."""
    return "".join(map(_alone, pieces(stretch)))


def _alone(piece: str) -> str:
    if piece.isascii():
        return f" {piece} "
    if _chinese(piece):
        return piece
    return f" u{ord(piece):x} "  # pictures, kana, Cyrillic: a word of one's own for each


def _chinese(piece: str) -> bool:
    return unicodedata.name(piece[0], "").startswith("CJK UNIFIED")
