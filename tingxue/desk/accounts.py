"""Accounts are made, closed and opened again; a one-time code is all that anybody is handed."""

from domain.errors import InputError
from domain.types import Actor, Role
from ledger.users import User
from tingxue.app import App
from tingxue.desk import access, passwords
from tingxue.desk.signin import SETUP_LASTS

LONGEST_NAME = 40
_USUAL_OFFICE = {Role.PUBLICITY: "宣传部", Role.REVIEWER: "宣传部", Role.INSPECTION: "督查室"}


def checked(app: App, name: str, role: Role, department: str) -> User:
    """An account that may be added. Raises InputError."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise InputError(f"姓名应为 1 到 {LONGEST_NAME} 个字")
    office = _office(app, role, department)
    return User(name=name, role=role, department=office, created_at=app.clock())


def _office(app: App, role: Role, department: str) -> str:
    """The department, or the usual one of the role. Raises InputError."""
    office = department or _USUAL_OFFICE.get(role, "")
    names = "、".join(app.plan.departments)
    if role is Role.SYSTEM:
        raise InputError("system 是程序自己，不能是人的身份")
    if role in access.DEPARTMENTAL and not office:
        raise InputError(f"{role} 要写明部门；现有：{names}")
    if department and department not in app.plan.departments:
        raise InputError(f"没有“{department}”这个部门；现有：{names}")
    return office


def move(app: App, name: str, role: Role, department: str, by: Actor) -> None:
    """Another role or department, from the next request on. Raises InputError."""
    office, now = _office(app, role, department), app.clock()
    with app.ledger.write() as books:
        before = books.users.get(name)
        books.users.place(name, role, office)
        reason = f"{before.role} {before.department} → {role} {office}"
        books.audit.write(now, by, "user-move", name, " ".join(reason.split()))


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
