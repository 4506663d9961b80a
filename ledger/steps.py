"""When the machine's clock is set: waits keep their length, whatever time it is said to be now.

A due time and a lease are moments of the wall clock, which may be set back by a day while a message
waits five seconds. So the ledger keeps how far the wall clock is from one that cannot be set; when
that changes, what is waiting for a span of time is moved by as much, once, whichever process sees
it first. What waits for a moment people named (the end of quiet hours, a limit) stays.

A ledger that several hosts share has waits by the clocks of all of them, and nothing tells which:
there nothing is moved, and the hosts must keep one time (``tingxue doctor`` compares).
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, and_, or_, select, update

from ledger import postgres, schema
from ledger.transactions import writing

_D, _A, _W, _M = schema.deliveries.c, schema.attempts.c, schema.waits.c, schema.meta.c
_KEY = "clock"
TOLERANCE = 5.0
"""Seconds; smaller corrections are made by every machine all the time, and delay nobody."""
_WINDOW = timedelta(minutes=5)


def follow(engine: Engine, now: datetime, steady: float, machine: str) -> float:
    """By how many seconds the wall clock was set since the last call, 0.0 for not at all.

    steady: seconds by a clock that nobody sets, the same in all processes of one start of one
    ``machine``; after a restart, or on another machine, nothing can be told and nothing is moved.
    """
    if postgres.is_it(engine):
        return 0.0
    ours = {"machine": machine, "offset": now.timestamp() - steady}
    with engine.connect() as db, db.begin():
        if _step(_kept(db), ours) == 0.0:
            return 0.0
    with writing(engine) as db:
        kept = _kept(db)  # another process may have seen it first
        step = _step(kept, ours)
        if kept is None:
            db.execute(schema.meta.insert().values(key=_KEY, value=json.dumps(ours)))
        elif step is None or step:
            db.execute(update(schema.meta).where(_M.key == _KEY).values(value=json.dumps(ours)))
        if step:
            _move(db, now, timedelta(seconds=step))
        return step or 0.0


def _kept(db: Connection) -> dict[str, object] | None:
    found = db.scalar(select(_M.value).where(_M.key == _KEY))
    return None if found is None else dict(json.loads(found))


def _step(kept: dict[str, object] | None, ours: dict[str, object]) -> float | None:
    """Seconds from the kept offset to ours; None where the two cannot be compared."""
    if kept is None or kept["machine"] != ours["machine"]:
        return None
    step = float(str(ours["offset"])) - float(str(kept["offset"]))
    return step if abs(step) > TOLERANCE else 0.0


def _move(db: Connection, now: datetime, step: timedelta) -> None:
    """Move what waits for a span: retries, leases, pauses, what was due by the old clock, and the
    sends of the last minutes, by which a channel's pace is counted."""
    before = now - step
    waiting = or_(
        _D.state.in_(("retry", "sending")), and_(_D.state == "pending", _D.next_at <= before)
    )
    due = select(_D.delivery_id, _D.next_at).where(_D.next_at.is_not(None), waiting)
    for name, at in db.execute(due).all():
        row = update(schema.deliveries).where(_D.delivery_id == name)
        db.execute(row.values(next_at=at + step))
    for channel, receiver, until in db.execute(select(schema.waits)).all():
        row = update(schema.waits).where(_W.channel == channel, _W.receiver == receiver)
        db.execute(row.values(until=until + step))
    recent = select(_A.delivery_id, _A.no, _A.started_at, _A.finished_at).where(
        _A.started_at > before - _WINDOW
    )
    for name, no, begun, ended in db.execute(recent).all():
        row = update(schema.attempts).where(_A.delivery_id == name, _A.no == no)
        moved = ended + step if ended else None
        db.execute(row.values(started_at=begun + step, finished_at=moved))
