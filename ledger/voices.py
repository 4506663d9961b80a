"""Who speaks of what, hour by hour: the counts that the surge alarm judges, in one statement.

An hour here ends at the present moment or whole hours before it, so that the newest one is always
a whole hour. A mention counts in the hour in which it was said: so last week's worksheets, imported
today, are last week's. What was first seen is used where only the day is known; of an imported row
without an hour nobody knows when it was said, and it is not counted at all. One person is one
author_ref; a text without one (a hotline worksheet, say) is one person.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    select,
    union_all,
)

from domain.alarms import Heard, Series, SeriesKind, Voice
from domain.types import Polarity
from ledger import schema
from ledger.rows import chunks
from ledger.spelling import elements, first_of, seconds

_M = schema.mentions.c
_V = schema.verdicts.c
_HOUR, _DAY = 3600, 86_400
_SHANGHAI_MIDNIGHT = 16 * _HOUR
"""Seconds of the UTC day. A source that knows the day only says midnight."""
IMPORTED = "import:%"


class Voices:
    """Counts over one open transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def first_sights(self) -> dict[str, datetime]:
        """platform -> when its first mention was seen."""
        query = select(_M.platform, func.min(_M.first_seen_at)).group_by(_M.platform)
        return {name: first for name, first in self._db.execute(query)}

    def hourly(self, since: datetime, now: datetime, platforms: Sequence[str]) -> list[Heard]:
        """Every hour of every series in which somebody spoke, of [since, now], on these platforms;
        in no order."""
        rows = self._db.execute(_hourly(), _span(since, now, platforms))
        return [
            Heard(
                series=Series(kind=SeriesKind(kind), what=what, place=place),
                ago=ago, voices=voices, negative=negative,
            )
            for kind, what, place, ago, voices, negative in rows
        ]  # fmt: skip

    def of(
        self, series: Series, since: datetime, now: datetime, platforms: Sequence[str]
    ) -> list[Voice]:
        """The mentions that ``hourly`` counts for this series, in the order in which they were
        said."""
        named = {**_span(since, now, platforms), "what": series.what, "place": series.place}
        found = {row[0]: row for row in self._db.execute(_named(series.kind), named)}
        voices = []
        for part in chunks(list(found)):
            table = (
                select(_M.mention_id, _M.platform, _M.title, _M.text, _V.polarity)
                .join_from(schema.mentions, schema.verdicts)
                .where(_M.mention_id.in_(part))
            )
            for mention_id, platform, title, text, polarity in self._db.execute(table):
                _, said, author = found[mention_id]
                voices.append(Voice(
                    mention_id=mention_id, at=datetime.fromtimestamp(said, UTC), author=author,
                    platform=platform, text=text if text.startswith(title) else f"{title}\n{text}",
                    negative=polarity == Polarity.NEGATIVE,
                ))  # fmt: skip
        return sorted(voices, key=lambda voice: (voice.at, voice.mention_id))

    def imported(self, platform: str, since: datetime) -> int:
        """Mentions of the platform that an import has brought since then."""
        query = select(func.count()).where(
            _M.platform == platform, _M.first_seen_at >= since, _M.source.like(IMPORTED)
        )
        return self._db.scalar(query) or 0

    def first_import(self, platform: str) -> datetime | None:
        """When an import first brought something of this platform."""
        query = select(func.min(_M.first_seen_at)).where(
            _M.platform == platform, _M.source.like(IMPORTED)
        )
        first: datetime | None = self._db.scalar(query)
        return first


def _said() -> ColumnElement[Any]:
    """When it was said, in seconds since 1970; NULL where it is not counted."""
    published = seconds(_M.published_at)
    to_the_hour = and_(_M.published_at.is_not(None), published % _DAY != _SHANGHAI_MIDNIGHT)
    seen = seconds(_M.first_seen_at)
    return case(
        (and_(to_the_hour, _M.published_at <= _M.first_seen_at), published),
        (_M.source.like(IMPORTED), None),
        else_=seen,
    )


# Statements of every look: built once, for building costs more than running.


def _span(since: datetime, now: datetime, platforms: Sequence[str]) -> dict[str, object]:
    """What ``_heard`` asks for."""
    start, end = int(since.timestamp()), int(now.timestamp())
    return {"since": since, "now": now, "start": start, "end": end, "platforms": platforms}


@cache
def _hourly() -> CompoundSelect[Any]:
    return union_all(*_by_series(_heard()))


@cache
def _named(kind: SeriesKind) -> Select[Any]:
    named = _members(_heard())[kind].subquery().c
    return select(named.mention_id, named.said, named.author).where(
        named.what == bindparam("what"), named.place == bindparam("place")
    )


def _heard() -> CTE:
    """What is counted at all, read once. Nothing is said after the moment in which it was first
    seen, so an index on that finds it."""
    end, said = bindparam("end", type_=BigInteger), _said()
    counted = (
        select(
            _M.mention_id, _M.platform, said.label("said"),
            ((end - said) // _HOUR).label("ago"),
            func.coalesce(_M.author_ref, _M.mention_id).label("author"),
            (_V.polarity == str(Polarity.NEGATIVE)).label("bad"),
            _V.places, _V.complaints,
        )
        .join_from(schema.mentions, schema.verdicts)
        .where(
            _V.relevant, _M.first_seen_at >= bindparam("since"),
            _M.first_seen_at <= bindparam("now"),
            said > bindparam("start", type_=BigInteger), said <= end,
            _M.platform.in_(bindparam("platforms", expanding=True)),
        )
    )  # fmt: skip
    return counted.cte("heard").prefix_with("MATERIALIZED")


def _members(heard: CTE) -> dict[SeriesKind, Select[Any]]:
    """mention_id, said, ago, author, bad, what, place: a row for each series a mention is in."""
    h = heard.c
    tag = elements(h.complaints).table_valued("value", name="tag")
    spot = elements(h.places).table_valued("value", name="spot")
    here = func.coalesce(spot.c.value, "")
    fixed = (h.mention_id, h.said, h.ago, h.author, h.bad)
    complains = func.json_array_length(h.complaints) > 0
    tagged = select(*fixed, first_of(tag.c.value).label("what"), here.label("place")).select_from(
        heard.join(tag, literal(True)).outerjoin(spot, literal(True))
    )
    on = select(*fixed, h.platform.label("what"), literal("").label("place"))
    at = select(*fixed, literal("").label("what"), spot.c.value.label("place"))
    return {
        SeriesKind.COMPLAINT: tagged,
        SeriesKind.PLATFORM: on.where(complains),
        SeriesKind.TONE_AT: at.select_from(heard.join(spot, literal(True))),
        SeriesKind.TONE_ON: on,
    }


def _by_series(heard: CTE) -> list[Select[Any]]:
    counted = []
    for kind, members in _members(heard).items():
        m = members.subquery().c
        bad = func.count(m.author.distinct()).filter(m.bad)
        counted.append(
            select(
                literal(str(kind)), m.what, m.place, m.ago, func.count(m.author.distinct()), bad
            ).group_by(m.what, m.place, m.ago)
        )
    return counted
