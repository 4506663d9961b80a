"""From what a source hands over to what the ledger keeps: ids, masks, first sight.

This is the only door into the ledger for words from outside, live or imported.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.identity import mention_id, native_of
from domain.joining import said
from domain.plan import SearchRule
from domain.ports import Books, Intake, Ledger
from domain.privacy import mask
from domain.searchwords import wanted
from domain.times import Clock
from domain.types import Context, Incoming, Kind, Mention

Pair = tuple[Mention, Incoming]

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # neither database takes them


def storable(text: str) -> str:
    """The text with NUL and lone surrogates as U+FFFD, at equal length."""
    return _UNSTORABLE.sub("\ufffd", text)


def to_mention(raw: Incoming, *, source: str, now: datetime, drill: bool) -> Mention:
    """The masked mention. ``now`` becomes first_seen_at, unless the ledger knows it already."""
    native = native_of(raw)
    context = raw.context
    return Mention(
        mention_id=mention_id(raw.platform, raw.kind, native),
        platform=raw.platform,
        native_id=mask(native),
        kind=raw.kind,
        title=mask(raw.title),
        text=mask(raw.text),
        url=mask(raw.url),
        parent_id=raw.parent_id,
        author_ref=raw.author_ref,
        published_at=raw.published_at,
        first_seen_at=now,
        due_at=raw.due_at,
        ip_region=mask(raw.ip_region),
        queries=(mask(context.query),) if context.query else (),
        source=source,
        context=replace(context, parent_text=mask(context.parent_text), query=mask(context.query)),
        drill=drill,
    )


@dataclass(slots=True)
class LedgerIntake:
    """domain.ports.Intake for one source; counts what passed through it."""

    ledger: Ledger
    source: str
    clock: Clock
    seen: int = 0
    new: int = 0

    def __call__(self, items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
        """Store items and marks in one transaction; how many items were not seen before."""
        now, drill = self.clock(), self.ledger.drill
        clean = [_clean(raw) for raw in items]
        pairs = [(to_mention(r, source=self.source, now=now, drill=drill), r) for r in clean]
        with self.ledger.write() as books:
            new = len(books.mentions.store(_with_parents(books, pairs)))
            if marks:
                books.marks.put(self.source, marks, now)
        self.seen += len(items)
        self.new += new
        return new


@dataclass(frozen=True, slots=True)
class Sieve:
    """domain.ports.Intake that passes on what speaks of our places (``domain.searchwords``): a site
    of the whole city is nobody's business here. Without rules everything goes on, and so does a
    comment, which its post speaks for."""

    behind: Intake
    rules: Sequence[SearchRule]

    def __call__(self, items: Sequence[Incoming], *, marks: Mapping[str, str] | None = None) -> int:
        """As the intake behind it; marks go on also where nothing else does."""
        kept = [one for one in items if one.kind is Kind.COMMENT or self._wanted(one)]
        return self.behind(kept, marks=marks) if kept or marks else 0

    def _wanted(self, raw: Incoming) -> bool:
        return wanted(self.rules, f"{raw.title}\n{raw.text}")


def _with_parents(books: Books, pairs: Sequence[Pair]) -> list[Pair]:
    """A comment learns from its post, where that is known, what it is about: exports of comments
    carry only the post's number."""
    wanted = [m.parent_id for m, _ in pairs if m.parent_id]
    known = {m.mention_id: m for m in books.mentions.many(wanted)}
    known |= {m.mention_id: m for m, _ in pairs}
    return [(_placed(m, known.get(m.parent_id or "")), raw) for m, raw in pairs]


def _placed(mention: Mention, parent: Mention | None) -> Mention:
    if parent is None:
        return mention
    context = mention.context
    own = context.own_channel or parent.context.own_channel
    words = context.parent_text or said(parent)
    return replace(mention, context=replace(context, parent_text=words, own_channel=own))


def _clean(raw: Incoming) -> Incoming:
    context: Context = replace(
        raw.context,
        parent_text=storable(raw.context.parent_text),
        query=storable(raw.context.query),
    )
    return replace(
        raw,
        title=storable(raw.title),
        text=storable(raw.text),
        url=storable(raw.url),
        ip_region=storable(raw.ip_region),
        native_id=storable(raw.native_id) if raw.native_id else None,
        context=context,
    )
