"""Which reports are one event: keys under which reports are filed, and for how long they join.

Two complaints are one event when they are near-duplicates, stand in one thread, or share a
category and a named place within a few hours. A hotline worksheet is always a case of its own:
its keys carry a mark, by which other cases are linked to it and never merged.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.types import Kind, Mention, Verdict

TEXT_WINDOW = timedelta(hours=72)
THREAD_WINDOW = timedelta(days=7)
RECURRENCE_WINDOW = timedelta(days=3)
"""So long after its last report a closed event that is reported again counts as 再次发生."""

CALL = "call!"

_CUT_OFF = re.compile(r"(?:…{1,6}|\.{3,6})?\s{0,3}(?:全文|展开)?$")

PARENT_LIMIT = 500
"""Characters of a post that are kept with its comments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The reports that are counted: those of a case and of all merged into it ("": of none), and
    one more; only those first seen after a moment, if one is given."""

    case_id: str
    also: str
    after: datetime | None = None


def said(post: Mention) -> str:
    """What a comment's context keeps of the post above it."""
    return f"{post.title}\n{post.text}".strip()[:PARENT_LIMIT]


def is_excerpt(now: Mention, known: Mention) -> bool:
    """Whether the words now are only a part of those that are known: a page of results cuts long
    posts off or shows a title alone, and of an article it shows what lies around the words that
    were searched. Whoever shortens a post keeps its longer words here."""
    if (now.title, now.text) == (known.title, known.text):
        return False
    if now.kind is Kind.ARTICLE and now.context.source_kind == "search":
        return True
    shown = _CUT_OFF.sub("", f"{now.title}\n{now.text}".strip()).rstrip()
    whole = f"{known.title}\n{known.text}".strip()
    return bool(shown) and (whole.startswith(shown) or known.text.startswith(shown))


def keys_for(mention: Mention, verdict: Verdict, fingerprints: tuple[str, ...]) -> tuple[str, ...]:
    """The keys of one report, without the worksheets' mark.

    Below a post of the resort's own there is no one event, so such a thread does not join.
    """
    keys = [f"text:{key}" for key in fingerprints]
    if not mention.context.own_channel:
        keys.append(f"thread:{mention.parent_id or mention.mention_id}")
    for tag in verdict.complaints:
        keys += [f"event:{tag.category}:{place}" for place in verdict.places]
    return tuple(keys)


def is_worksheet(mention: Mention) -> bool:
    """A hotline worksheet: the registry counts it, so it is never merged by the machine."""
    return mention.kind is Kind.CALL


def windows(keys: tuple[str, ...], now: datetime, event_hours: int) -> Mapping[str, datetime]:
    """key -> since when a report under it is the same event."""
    spans = {
        "text": TEXT_WINDOW,
        "thread": THREAD_WINDOW,
        "event": timedelta(hours=event_hours),
    }
    return {key: now - spans[key.split(":", 1)[0]] for key in keys}
