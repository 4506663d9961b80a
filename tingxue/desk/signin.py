"""Signing in and out: attempts, sessions, and what the cookie holds.

A session id is 256 random bits that only the browser has; the ledger keeps its digest. An account
that does not exist is answered like a wrong password, in the same words and the same time.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from domain.errors import BadForm, NotSignedIn, TooManyTries
from domain.types import Actor, Role
from ledger.books import Books
from ledger.signins import Session
from ledger.users import User
from tingxue.app import App
from tingxue.desk import passwords
from tingxue.links import fresh_token

WINDOW = timedelta(minutes=15)
MOST_PER_ACCOUNT, MOST_PER_ADDRESS = 5, 20
SETUP_LASTS = timedelta(hours=24)
DESK = Actor(name="值守台", role=Role.SYSTEM)
_WRONG = "姓名或密码不对。首次登录请用管理员给的一次性口令；忘记密码请管理员重置"
_SLOW_DOWN = "试错次数太多，请 15 分钟后再试；急事请打值班电话"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request by somebody who is signed in."""

    app: App
    session: Session

    @property
    def actor(self) -> Actor:
        """The person as casework knows it."""
        return self.session.user.actor


def visit(request: Request) -> Visit:
    """Who asks. Raises NotSignedIn. A page that polls does not keep a session alive."""
    app: App = request.app.state.desk.app
    sid = request.cookies.get(cookie_name(request), "")
    now = app.clock()
    with app.ledger.read() as books:
        session = books.signins.find(digest_of(sid), now) if sid else None
    if session is None:
        raise NotSignedIn("请先登录")
    if session.seen_before(now) and "x-poll" not in request.headers:
        with app.ledger.write() as books:
            session = books.signins.touch(session, now)
    return Visit(app=app, session=session)


def settled(request: Request) -> Visit:
    """The same, of somebody whose password is set; who came with a one-time code sets one first."""
    found = visit(request)
    if not found.session.user.password:
        raise NotSignedIn("请先设置密码")
    return found


def sign_in(
    app: App, name: str, secret: str, *, address: str, phone: bool, before: str = ""
) -> str:
    """A new session; what the cookie is to hold. ``before``: what it held, which ends. Raises
    TooManyTries or BadForm."""
    now, attempt = app.clock(), hashlib.sha256(fresh_token().encode()).hexdigest()[:32]
    keys = {"account": digest_of(name), "address": digest_of(address)}
    with app.ledger.write() as books:
        books.signins.forget(now, now - WINDOW)
        failed = books.signins.failed_since(keys, now - WINDOW)
        if failed["account"] >= MOST_PER_ACCOUNT or failed["address"] >= MOST_PER_ADDRESS:
            raise TooManyTries(_SLOW_DOWN)
        books.signins.attempt(attempt, keys, now)
        user = books.users.find(name)
    known = _opens(user, secret, now)  # outside of any transaction: it takes its time
    with app.ledger.write() as books:
        user = books.users.find(name)  # as it is now: it may have been disabled meanwhile
        if not known or user is None or user.disabled:
            _note_failure(books, now, user)
            known = False
        else:
            books.signins.succeeded(attempt, keys["account"])
            books.signins.end(digest_of(before))
            sid = _begin(app, books, user, now, phone=phone)
    if not known:
        raise BadForm(_WRONG)
    return sid


def _opens(user: User | None, secret: str, now: datetime) -> bool:
    """Whether the password, or else the one-time code, is right."""
    secret = secret[: passwords.LONGEST + 1]
    fits = passwords.right(user.password if user else "", secret)
    if user is None or user.setup is None or user.setup_until is None:
        return fits
    return fits or (now < user.setup_until and passwords.kept_of_code(secret) == user.setup)


def _note_failure(books: Books, now: datetime, user: User | None) -> None:
    """What was typed is not noted: it may be a password in the wrong place."""
    subject = user.name if user else "（没有这个账号）"
    books.audit.write(now, DESK, "signin-failed", subject, "登录失败")


def _begin(app: App, books: Books, user: User, now: datetime, *, phone: bool) -> str:
    spec, sid = app.plan.desk, fresh_token()
    books.signins.begin(Session(
        sid=digest_of(sid), user=user, csrf=fresh_token(), created_at=now, seen_at=now,
        idle_minutes=spec.phone_idle_minutes if phone else spec.idle_minutes,
        ends_at=now + timedelta(hours=spec.session_hours),
    ))  # fmt: skip
    how = "值班手机" if phone else "电脑"
    books.audit.write(now, user.actor, "signin", user.name, how)
    return sid


def sign_out(found: Visit) -> None:
    """The session opens nothing any more."""
    now = found.app.clock()
    with found.app.ledger.write() as books:
        books.signins.end(found.session.sid)
        books.audit.write(now, found.actor, "signout", found.actor.name, "退出登录")


def change_password(found: Visit, old: str, new: str, again: str) -> str:
    """Set it, end every session of the account and begin a new one; what the cookie is to hold.
    Raises BadForm. Whoever came with a one-time code has no old one."""
    app, user = found.app, found.session.user
    if user.password:
        _check_old(app, user, old)
    if new != again:
        raise BadForm("两次输入的新密码不一样")
    passwords.check(new, user.name)
    kept, now = passwords.made(new), app.clock()
    with app.ledger.write() as books:
        if books.users.get(user.name).password != user.password:
            raise BadForm("密码刚刚被重置过，请重新登录")
        books.users.set_password(user.name, kept)
        books.signins.end_all(user.name)
        books.audit.write(now, found.actor, "password", user.name, "设置密码")
        phone = found.session.idle_minutes == app.plan.desk.phone_idle_minutes
        return _begin(app, books, books.users.get(user.name), now, phone=phone)


def _check_old(app: App, user: User, old: str) -> None:
    """A session left open is no way to guess the password: attempts count as those at the door."""
    now, keys = app.clock(), {"account": digest_of(user.name)}
    attempt = hashlib.sha256(fresh_token().encode()).hexdigest()[:32]
    with app.ledger.write() as books:
        failed = books.signins.failed_since(keys, now - WINDOW)
        if failed["account"] >= MOST_PER_ACCOUNT:
            raise TooManyTries(_SLOW_DOWN)
        books.signins.attempt(attempt, keys, now)
    if not passwords.right(user.password, old[: passwords.LONGEST + 1]):
        raise BadForm("原密码不对")
    with app.ledger.write() as books:
        books.signins.succeeded(attempt, keys["account"])


def digest_of(text: str) -> str:
    """What the ledger keeps of a session id, a typed name or an address."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


# --- the cookie


def cookie_name(request: Request) -> str:
    """``__Host-`` binds it to this host and to https; without https there is no such cookie."""
    return "sid" if request.app.state.desk.allow_http else "__Host-sid"


def hand_over(request: Request, response: Response, sid: str) -> None:
    """Put the session into the browser."""
    secure = not request.app.state.desk.allow_http
    response.set_cookie(
        cookie_name(request), sid, secure=secure, httponly=True, samesite="lax", path="/"
    )


def take_back(request: Request, response: Response) -> None:
    """Out of the browser."""
    secure = not request.app.state.desk.allow_http
    response.delete_cookie(
        cookie_name(request), secure=secure, httponly=True, samesite="lax", path="/"
    )
