"""Who may sign in at the duty desk, with what role, for which department."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from domain.errors import InputError
from domain.types import Actor, Role
from ledger import deskschema
from ledger.rows import insert_new

_U = deskschema.users.c


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of the office. password: what argon2 made of it; "" until one is set. setup: the
    sha256 of the one-time code that is good until ``setup_until``."""

    name: str
    role: Role
    department: str
    created_at: datetime
    password: str = field(default="", repr=False)
    setup: str | None = field(default=None, repr=False)
    setup_until: datetime | None = None
    disabled: bool = False

    @property
    def actor(self) -> Actor:
        """The person as casework knows it."""
        return Actor(name=self.name, role=self.role, department=self.department)


class Users:
    """The accounts, inside one transaction."""

    __slots__ = ("_db",)

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def find(self, name: str) -> User | None:
        """The account of this name."""
        row = self._db.execute(select(deskschema.users).where(_U.name == name)).mappings().first()
        return to_user(dict(row)) if row else None

    def get(self, name: str) -> User:
        """The same. Raises InputError."""
        user = self.find(name)
        if user is None:
            raise InputError(f"没有“{name}”这个账号；用 tingxue desk user list 查看")
        return user

    def all(self) -> list[User]:
        """Every account, by name."""
        rows = self._db.execute(select(deskschema.users).order_by(_U.name)).mappings()
        return [to_user(dict(row)) for row in rows]

    def add(self, user: User) -> None:
        """A new account. Raises InputError when the name is taken."""
        values = {name: getattr(user, name) for name in User.__dataclass_fields__}
        row = values | {"role": str(user.role)}
        if self._db.execute(insert_new(self._db, deskschema.users), row).rowcount == 0:
            raise InputError(f"“{user.name}”已有账号；同名的人请写成“姓名（部门）”")

    def invite(self, name: str, setup: str, until: datetime) -> None:
        """Only the one-time code opens the account from now on."""
        self._set(name, password="", setup=setup, setup_until=until, disabled=False)

    def set_password(self, name: str, password: str) -> None:
        """The code, if there was one, is used up."""
        self._set(name, password=password, setup=None, setup_until=None)

    def place(self, name: str, role: Role, department: str) -> None:
        """What the person may do from the next request on, and for which department."""
        self._set(name, role=str(role), department=department)

    def disable(self, name: str) -> None:
        """Nothing opens the account any more."""
        self._set(name, disabled=True, setup=None, setup_until=None)

    def _set(self, name: str, **values: object) -> None:
        self._db.execute(update(deskschema.users).where(_U.name == name).values(**values))


def to_user(row: Mapping[str, Any]) -> User:
    """A row of ``users`` as a User."""
    values = {name: row[name] for name in User.__dataclass_fields__}
    return User(**values | {"role": Role(row["role"])})
