"""Plain forms: read with limits, cleaned of what no page shows, and refused when they are not ours.

Only ``application/x-www-form-urlencoded``; files: ``uploads``, ``replyfiles``.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request

from alerts.texts import printable
from domain.errors import BadForm
from domain.times import SHANGHAI, at_shanghai, utc

_MOST_BYTES = 64 * 1024
_MOST_FIELDS = 40
LONGEST_NOTE = 2_000
LONGEST_WORD = 200
HEADER = "x-csrf-token"
"""Where a program sends the token that a page's form has in a field."""
_SAME_SITE = "same-origin"
_YEARS = range(2000, 3000)
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::\d{2})?")

Form = Mapping[str, str]
_EVERY_TEXT = frozenset({"password", "again", "old"})
"""Fields whose signs all count."""


async def posted(request: Request) -> Form:
    """The form of a request that our own page has sent. Raises BadForm."""
    check_origin(request)
    body = await read_body(request)
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS,
            errors="replace",
        )  # fmt: skip
    except ValueError:
        raise BadForm("表单没有传完整，请返回重试") from None
    form = {name: value if name in _EVERY_TEXT else clean(value) for name, value in pairs}
    request.state.form = form  # a refusal shows what was typed
    return form


async def read_body(request: Request) -> bytes:
    """What was sent, at most ``_MOST_BYTES`` of it. Raises BadForm."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BYTES:
            raise BadForm("内容太长，请缩短后再提交")
    return body


def check_origin(request: Request) -> None:
    """A browser says where a form comes from; another site's does not count, nor one that does not
    say it. Raises BadForm."""
    origin = request.headers.get("origin", "null")
    desk = request.app.state.desk
    ours = {
        f"{request.url.scheme}://{request.headers.get('host', '')}",
        desk.app.plan.desk.base_url,
    }
    if origin in ours - {""}:
        return
    if origin == "null" and request.headers.get("sec-fetch-site") == _SAME_SITE:
        return
    raise BadForm("这个请求不是从值守台的页面发出的，没有执行；请在值守台里操作")


def check_token(form: Form, csrf: str) -> None:
    """Raises BadForm unless the form was made for this session."""
    given = form.get("csrf", "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, csrf.encode()):
        raise BadForm("页面已过期（可能重新登录过），请刷新后再提交")


def clean(text: str) -> str:
    """Without what no screen shows and no database takes."""
    return printable(text).replace("\x00", "").strip()


def word(form: Form, name: str, longest: int = LONGEST_WORD) -> str:
    """One line. Raises BadForm when it is too long."""
    return " ".join(text(form, name, longest).split())


def text(form: Form, name: str, longest: int = LONGEST_NOTE) -> str:
    """What was typed there. Raises BadForm when it is too long."""
    value = form.get(name, "")
    if len(value) > longest:
        raise BadForm(f"写得太长（最多 {longest} 字），请缩短后再提交")
    return value


def number(form: Form, name: str) -> int:
    """A count from 0 to a million. Raises BadForm."""
    value = form.get(name, "")
    if not re.fullmatch(r"[0-9]{1,7}", value):
        raise BadForm("页面没有传完整，请刷新后再提交")
    return int(value)


def moment(form: Form, name: str) -> datetime | None:
    """A time in Changchun; None where nothing was given. Raises BadForm."""
    value = form.get(name, "")
    if not value:
        return None
    try:
        given = _read(value)
    except ValueError:
        given = None
    if given is None or given.year not in _YEARS:
        raise BadForm("时间没有看懂，请写成 2026-11-23 17:00 这样")
    return utc(given)


def _read(value: str) -> datetime | None:
    found = _MOMENT.fullmatch(value)
    if found is None:
        return None
    year, month, day, hour, minute = map(int, found.groups())
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def day(value: str) -> datetime | None:
    """The beginning of a day in Changchun; None for what is no day."""
    try:
        found = date.fromisoformat(value[:10])
    except ValueError:
        return None
    return at_shanghai(found) if found.year in _YEARS else None


def day_after(value: str) -> datetime | None:
    """The end of that day."""
    start = day(value)
    return start + timedelta(days=1) if start else None
