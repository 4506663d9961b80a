"""Accounts are made, closed and opened again; a one-time code is all that anybody is handed."""

from domain.types import Actor
from ledger.users import User
from tingxue.app import App
from tingxue.desk import passwords
from tingxue.desk.signin import SETUP_LASTS


def add(app: App, user: User, by: Actor) -> str:
    """A new account; its one-time code, which is kept nowhere. Raises InputError."""
    code, now = passwords.code(), app.clock()
    with app.ledger.write() as books:
        books.users.add(user)
        books.users.invite(user.name, passwords.kept_of_code(code), now + SETUP_LASTS)
        reason = f"{user.role} {user.department}".strip()
        books.audit.write(now, by, "user-add", user.name, reason)
    return code


def reset(app: App, name: str, by: Actor) -> str:
    """The password is void and every session ends; a new one-time code. Raises InputError."""
    code, now = passwords.code(), app.clock()
    with app.ledger.write() as books:
        books.users.get(name)
        books.users.invite(name, passwords.kept_of_code(code), now + SETUP_LASTS)
        books.signins.end_all(name)
        books.audit.write(now, by, "user-reset", name, "重置")
    return code


def disable(app: App, name: str, by: Actor) -> int:
    """Nothing opens the account any more; how many sessions ended. Raises InputError."""
    now = app.clock()
    with app.ledger.write() as books:
        books.users.get(name)
        books.users.disable(name)
        books.audit.write(now, by, "user-disable", name, "停用")
        return books.signins.end_all(name)
