"""Sessions at the duty desk, failed attempts to begin one, and links that were used.

An attempt counts as failed from its beginning until it has succeeded, so that many at once cannot
all slip in before the first is counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select, update

from ledger import deskschema
from ledger.rows import insert_new
from ledger.users import User, to_user

_S, _F, _L = deskschema.sessions.c, deskschema.signin_failures.c, deskschema.used_links.c
_TOUCH_AFTER = timedelta(seconds=60)
"""A session is noted as seen at most so often: a look at a page should write nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in. sid: sha256 of what the cookie holds. It ends at ``ends_at``, or when
    nothing was asked of it for ``idle_minutes``."""

    sid: str = field(repr=False)
    user: User
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    idle_minutes: int
    ends_at: datetime

    def over(self, now: datetime) -> bool:
        """Whether it opens nothing any more."""
        idle = now - self.seen_at >= timedelta(minutes=self.idle_minutes)
        return idle or now >= self.ends_at

    def seen_before(self, now: datetime) -> bool:
        """Whether it is time to note that it is in use."""
        return now - self.seen_at >= _TOUCH_AFTER


class Signins:
    """Sessions, failures and used links, inside one transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def begin(self, session: Session) -> None:
        """Somebody has signed in."""
        names = ("sid", "csrf", "created_at", "seen_at", "idle_minutes", "ends_at")
        values = {name: getattr(session, name) for name in names}
        self._db.execute(deskschema.sessions.insert(), values | {"user": session.user.name})

    def find(self, sid: str, now: datetime) -> Session | None:
        """The session of this id, while it lasts and its account is not disabled."""
        columns = [*deskschema.sessions.c, *deskschema.users.c]
        query = (
            select(*(c.label(f"{c.table.name}_{c.name}") for c in columns))
            .join(deskschema.users, deskschema.users.c.name == _S.user)
            .where(_S.sid == sid)
        )
        row = self._db.execute(query).mappings().first()
        if row is None:
            return None
        ours = {c.name: row[f"sessions_{c.name}"] for c in deskschema.sessions.c}
        user = to_user({c.name: row[f"users_{c.name}"] for c in deskschema.users.c})
        session = Session(**ours | {"user": user})
        return None if session.over(now) or user.disabled else session

    def touch(self, session: Session, now: datetime) -> Session:
        """It is in use."""
        self._db.execute(
            update(deskschema.sessions).where(_S.sid == session.sid).values(seen_at=now)
        )
        return replace(session, seen_at=now)

    def end(self, sid: str) -> None:
        """It opens nothing any more; an unknown one is fine."""
        self._db.execute(delete(deskschema.sessions).where(_S.sid == sid))

    def end_all(self, user: str) -> int:
        """Every session of this account; how many."""
        return self._db.execute(delete(deskschema.sessions).where(_S.user == user)).rowcount

    # --- attempts

    def failed_since(self, keys: Mapping[str, str], since: datetime) -> dict[str, int]:
        """By kind of key, how many attempts that have not succeeded."""
        return {
            kind: self._db.scalar(
                select(func.count()).where(_F.kind == kind, _F.key == key, _F.at > since)
            )
            or 0
            for kind, key in keys.items()
        }

    def attempt(self, attempt: str, keys: Mapping[str, str], at: datetime) -> None:
        """One attempt, failed until ``succeeded``."""
        rows = [
            {"attempt": attempt, "kind": kind, "key": key, "at": at} for kind, key in keys.items()
        ]
        self._db.execute(deskschema.signin_failures.insert(), rows)

    def succeeded(self, attempt: str, account: str) -> None:
        """That attempt, and all earlier ones on the account, count no more."""
        mine = (_F.kind == "account") & (_F.key == account)
        self._db.execute(delete(deskschema.signin_failures).where((_F.attempt == attempt) | mine))

    def forget(self, now: datetime, failures_before: datetime) -> None:
        """What has no effect any more."""
        self._db.execute(delete(deskschema.sessions).where(_S.ends_at <= now))
        self._db.execute(delete(deskschema.signin_failures).where(_F.at <= failures_before))
        self._db.execute(delete(deskschema.used_links).where(_L.until <= now))

    # --- links

    def used(self, nonce: str) -> bool:
        """Whether the link has done its work."""
        return self._db.scalar(select(_L.nonce).where(_L.nonce == nonce)) is not None

    def use(self, nonce: str, at: datetime, until: datetime) -> bool:
        """The link does its work now; False when it has before."""
        row = {"nonce": nonce, "used_at": at, "until": until}
        return self._db.execute(insert_new(self._db, deskschema.used_links), row).rowcount > 0
