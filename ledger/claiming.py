"""Which delivery is sent next: turns, paces, cool-downs, and what goes together as one digest.

Everything is looked up and written within the transaction that claims, so it holds over all
dispatchers of one ledger. On SQLite these follow one another; on PostgreSQL they claim side by
side, each skipping the rows that others have in hand, but one at a time over a channel whose pace
must be counted (``_turns``). A digest is claimed through its first delivery: that one has the
attempts, the lease and the id that the channel sees; the others share its state, have no time of
their own (``next_at`` NULL), and name it in ``deliveries.digest``.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, exists, func, not_, or_, select, update

from domain.plan import Pace
from domain.types import Alert, Delivery, Digested, Level
from ledger import postgres, schema
from ledger.rows import Row, insert_new

_D, _A, _W = schema.deliveries.c, schema.attempts.c, schema.waits.c
ALERT = [
    schema.alerts.c[name]
    for name in ("case_id", "purpose", "level", "title", "body", "created_at", "drill", "files")
]
RED, ORANGE, ALONE, MAY_WAIT = range(4)
"""Turns, lower first. ALONE: neither red nor orange, and about no case, so in no digest."""
_MINUTE = timedelta(seconds=60)
_LONGEST_SEND = timedelta(seconds=60)
_MOST_IN_ONE = 500

# Statements of every delivery: built once, for building costs more than running.
_HELD = exists().where(
    _W.channel == _D.channel,
    _W.until > bindparam("now"),
    or_(
        _W.receiver == "",
        and_(_W.receiver == _D.receiver, _D.turn == MAY_WAIT, _D.attempts == 0),
    ),
)
_NEXT = (  # without the alerts: only the one that is chosen is read whole
    select(_D.delivery_id)
    .where(
        _D.next_at <= bindparam("now"),
        _D.channel.not_in(bindparam("full", expanding=True)),
        or_(_D.turn == RED, _D.channel.not_in(bindparam("tight", expanding=True))),
        not_(_HELD),
    )
    .order_by(_D.turn, _D.next_at, _D.delivery_id)
    .limit(1)
)
_PEEK = select(_D.channel).where(_D.delivery_id == _NEXT.scalar_subquery())
_CHOSEN = (  # locked outside too: then it is read as it is now, not as it was when we began to look
    select(schema.deliveries, *ALERT)
    .join(schema.alerts, schema.alerts.c.alert_id == _D.alert_id)
    .where(_D.delivery_id == _NEXT.with_for_update(skip_locked=True).scalar_subquery())
    .with_for_update(of=schema.deliveries)
)
_BEGUN = (  # a send counts until a minute after its end: only then has it surely left the window
    select(_A.channel, func.sum(_A.posts))
    .where(
        _A.channel.in_(bindparam("channels", expanding=True)),
        _A.started_at > bindparam("early"),
        _A.started_at < bindparam("late"),
        or_(_A.finished_at.is_(None), _A.finished_at > bindparam("since")),
    )
    .group_by(_A.channel)
)
_TOGETHER = (
    select(_D.delivery_id)
    .where(
        _D.turn == MAY_WAIT,
        _D.next_at <= bindparam("now"),
        _D.state == "pending",
        _D.attempts == 0,
        _D.channel == bindparam("over"),
        _D.receiver == bindparam("to"),
        _D.stands_for == bindparam("instead"),
    )
    .order_by(_D.next_at, _D.delivery_id)
    .limit(_MOST_IN_ONE)
    .with_for_update(skip_locked=True)
)
_LEASE = update(schema.deliveries).where(_D.delivery_id == bindparam("of"))
_JOIN = update(schema.deliveries).where(_D.delivery_id.in_(bindparam("ids", expanding=True)))
_OTHERS = update(schema.deliveries).where(
    _D.digest == bindparam("of"), _D.delivery_id != bindparam("of")
)
_REPORTS = (
    select(func.count())
    .where(schema.case_mentions.c.case_id == schema.alerts.c.case_id)
    .scalar_subquery()
)
_MEMBERS = (
    select(_D.alert_id, *ALERT, _REPORTS.label("reports"))
    .join(schema.alerts, schema.alerts.c.alert_id == _D.alert_id)
    .where(_D.digest == bindparam("of"))
    .order_by(
        case((_D.delivery_id == bindparam("of"), 0), else_=1),
        schema.alerts.c.created_at,
        _D.alert_id,
    )
)


def turn_of(alert: Alert) -> int:
    """Which turn an alert's deliveries have."""
    if alert.level in (Level.RED, Level.ORANGE):
        return RED if alert.level is Level.RED else ORANGE
    return ALONE if alert.case_id is None else MAY_WAIT


def claim_one(
    db: Connection, now: datetime, lease_seconds: int, paces: Mapping[str, Pace],
    held: set[str] | None = None,
) -> Delivery | None:  # fmt: skip
    """The next delivery that may be sent, leased and counted as begun; None when none may.
    ``held``: one set for all claims of a transaction, for the channels whose locks it holds."""
    if postgres.is_it(db):
        row = _turns(db, now, paces, set() if held is None else held)
    else:
        row = _chosen(db, now, paces)
    if row is None:
        return None
    lead = row["delivery_id"]
    grouped = row["digest"] == lead or _gathered(db, row, now, paces)
    begun = {
        "state": "sending",
        "attempts": row["attempts"] + 1,
        "unconfirmed": row["unconfirmed"] + (row["state"] == "sending"),
    }
    until = now + timedelta(seconds=lease_seconds)
    db.execute(_LEASE, {"of": lead, "next_at": until, **begun})
    db.execute(
        schema.attempts.insert(),
        {
            "delivery_id": lead,
            "no": begun["attempts"],
            "channel": row["channel"],
            "started_at": now,
            "detail": "",
            "posts": paces.get(row["channel"], Pace()).posts,
        },
    )
    members: tuple[Digested, ...] = ()
    if grouped:
        db.execute(_OTHERS.values(next_at=None, **begun), {"of": lead})
        members = _members(db, lead)
    return Delivery(**(to_delivery(row) | begun | {"next_at": until, "digest": members}))


def _chosen(
    db: Connection, now: datetime, paces: Mapping[str, Pace], shut: Iterable[str] = ()
) -> Row | None:
    """The next delivery with its alert, over none of the channels that are ``shut``."""
    full, tight = _spent(db, now, paces)
    values = {"now": now, "full": [*full, *shut], "tight": tight}
    return db.execute(_CHOSEN, values).mappings().first()


def _turns(db: Connection, now: datetime, paces: Mapping[str, Pace], held: set[str]) -> Row | None:
    """The same where others claim at this moment. What is counted or gathered (sends of a minute, a
    digest) must not be counted by two at once, so who claims over such a channel holds its lock
    until the transaction ends. The first one is waited for; while one is held another is only
    tried, for two who wait for each other's would wait for ever.
    """
    counted = {name for name, pace in paces.items() if pace.per_minute or pace.digest_seconds}
    shut = set[str]()
    while counted:
        full, tight = _spent(db, now, paces)
        values = {"now": now, "full": [*full, *shut], "tight": tight}
        channel = db.scalar(_PEEK, values)
        if channel is None:
            return None
        if channel in counted - held:
            if not held:
                postgres.wait_for(db, f"channel {channel}")
            elif not postgres.try_for(db, f"channel {channel}"):
                shut.add(channel)
                continue
            held.add(channel)
        row = _chosen(db, now, paces, shut | (counted - held))
        if row is not None:
            return row
        shut.add(channel)
    return _chosen(db, now, paces)


def wait_until(db: Connection, channel: str, receiver: str, until: datetime) -> None:
    """Hold a channel (receiver "") or what may wait for one receiver of it; a longer wait that
    stands already is kept."""
    row = {"channel": channel, "receiver": receiver, "until": until}
    if db.execute(insert_new(db, schema.waits), row).rowcount == 0:
        mine = and_(_W.channel == channel, _W.receiver == receiver, _W.until < until)
        db.execute(update(schema.waits).where(mine).values(until=until))


def to_delivery(row: Row) -> dict[str, Any]:
    """The fields of a Delivery, from a row of deliveries joined with its alert."""
    plain = (
        "delivery_id", "receiver", "channel", "state", "attempts", "unconfirmed", "next_at",
        "provider_id", "error", "accepted_at", "stands_for",
    )  # fmt: skip
    return {
        "alert": to_alert(row),
        "fallback": tuple(row["fallback"]),
        **{name: row[name] for name in plain},
    }


def to_alert(row: Row) -> Alert:
    """An Alert, from a row with its columns."""
    level = Level(row["level"]) if row["level"] else None
    plain = ("alert_id", "case_id", "purpose", "title", "body", "created_at", "drill")
    files = tuple((name, digest) for name, digest in row["files"])
    return Alert(level=level, files=files, **{name: row[name] for name in plain})


def _spent(db: Connection, now: datetime, paces: Mapping[str, Pace]) -> tuple[list[str], list[str]]:
    """The channels that may begin no send now, and those that may begin one of a red alert."""
    limited = {name: pace for name, pace in paces.items() if pace.per_minute}
    if not limited:
        return [], []
    window = {
        "channels": list(limited),
        "since": now - _MINUTE,
        "early": now - _MINUTE - _LONGEST_SEND,
        "late": now + _MINUTE,  # another dispatcher's clock was read while ours waited for the lock
    }
    begun = {channel: posts for channel, posts in db.execute(_BEGUN, window)}
    # how many posts a message will be is known when it was sent: until then the most count
    after = {name: begun.get(name, 0) + pace.posts for name, pace in limited.items()}
    full = [name for name, pace in limited.items() if after[name] > pace.per_minute]
    tight = [name for name, pace in limited.items() if after[name] > pace.per_minute - pace.reserve]
    return full, tight


def _gathered(db: Connection, row: Row, now: datetime, paces: Mapping[str, Pace]) -> bool:
    """Join all that waits beside this delivery to it; whether there was anything. The next ones
    for this receiver then wait their time."""
    pace = paces.get(row["channel"], Pace())
    fresh = row["state"] == "pending" and row["attempts"] == 0
    if not pace.digest_seconds or row["turn"] != MAY_WAIT or not fresh:
        return False
    beside = {
        "now": now,
        "over": row["channel"],
        "to": row["receiver"],
        "instead": row["stands_for"],
    }
    ids = list(db.scalars(_TOGETHER, beside))
    until = now + timedelta(seconds=pace.digest_seconds)
    wait_until(db, row["channel"], row["receiver"], until)
    if len(ids) < 2:
        return False
    lead = row["delivery_id"]
    db.execute(_JOIN.values(digest=lead), {"ids": list({lead, *ids})})
    return True


def _members(db: Connection, lead: str) -> tuple[Digested, ...]:
    rows = db.execute(_MEMBERS, {"of": lead}).mappings()
    return tuple(Digested(alert=to_alert(row), reports=row["reports"]) for row in rows)
