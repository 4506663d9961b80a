"""Signed links in messages: one tap leads to one case, one department and one action, for a day.

The link itself is what authorises, so its key never leaves the home (0600) and the link is good
once: what is kept of a used one is its digest. Nothing here belongs to the desk's web server, for
``watch`` makes links and must not load one.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.errors import BadLink
from tingxue.app import App
from tingxue.home import Home, kept_secret

_SEPARATOR = "|"
_FIELDS = 6
_LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link is good for. version: of the case when the message was made. who: "duty" for the
    person on duty, "deputy" for the one who stands in."""

    case_id: str
    version: int
    department: str
    action: str
    who: str
    until: datetime


def address(
    app: App, case_id: str, version: int, department: str, *, action: str = "ack",
    who: str = "duty",
) -> str:  # fmt: skip
    """The link for one message; "" where the settings name no desk."""
    if not app.plan.desk.base_url:
        return ""
    until = app.clock() + timedelta(hours=app.plan.desk.link_hours)
    link = Link(case_id=case_id, version=version, department=department, action=action, who=who,
                until=until)  # fmt: skip
    return f"{app.plan.desk.base_url}/l/{sign(link, key(app.home))}"


def key(home: Home) -> bytes:
    """The key of this home, made when first needed."""
    return bytes.fromhex(kept_secret(home.path / "desk-keys", "links"))


def sign(link: Link, secret: bytes) -> str:
    """The link as it stands in an address."""
    fields = (link.case_id, str(link.version), link.department, link.action, link.who,
              str(int(link.until.timestamp())))  # fmt: skip
    body = _SEPARATOR.join(fields).encode()
    return f"{_text(body)}.{_text(_seal(body, secret))}"


def read(token: str, secret: bytes, now: datetime) -> Link:
    """The link that was signed. Raises BadLink."""
    body, _, seal = token.partition(".")
    try:
        said, given = _bytes(body), _bytes(seal)
    except (NotBase64, ValueError):
        raise _forged() from None
    if len(token) > _LONGEST or not hmac.compare_digest(given, _seal(said, secret)):
        raise _forged()
    link = _link(said.decode().split(_SEPARATOR))
    if now >= link.until:
        raise BadLink("expired", "链接已过期，请登录值守台办理")
    return link


def _forged() -> BadLink:
    text = "链接不完整或不是本系统发出的，请从消息里重新点开，或登录值守台办理"
    return BadLink("forged", text)


def nonce(token: str) -> str:
    """What is kept of a link that was used."""
    return hashlib.sha256(token.encode()).hexdigest()


def fresh_token() -> str:
    """256 random bits, for a session or a form."""
    return secrets.token_urlsafe(32)


def _link(fields: list[str]) -> Link:
    if len(fields) != _FIELDS:
        raise _forged()
    case_id, version, department, action, who, until = fields
    return Link(case_id=case_id, version=int(version), department=department, action=action,
                who=who, until=datetime.fromtimestamp(int(until), UTC))  # fmt: skip


def _seal(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"tingxue link 1|" + body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
