"""Channel ``webhook``: each alert as signed JSON to an address of the office's own.

Options: ``url`` (required; a secret in it as ``${…}``), ``secret`` (required, secret: the key of
the signature, at least 16 characters), ``confirm`` "json" (default) or "status", ``max_bytes``
(65536), ``ca_file``, ``proxy``, ``connect_timeout`` (5 s), ``read_timeout`` (10 s).

POST with ``Idempotency-Key: <delivery_id>``, the same for every copy, ``X-Tingxue-Timestamp``
(seconds) and ``X-Tingxue-Signature: v1=<hex of HMAC-SHA256 over "timestamp.body">``. The other side
should refuse a timestamp that is more than five minutes off. It says "accepted" with HTTP 200 and
``{"ok": true}``, "never" with ``{"ok": false}``, "later" with ``{"ok": false, "retry_after":
seconds}``. With ``confirm: status`` any 2xx counts as accepted, which is for receivers that cannot
say more; then a page that somebody else answers with 200 counts too.
"""

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from alerts.answers import Answer, asked_wait, believed, by_status, fields_of
from alerts.options import choice, needed, number, only, present, wrong
from alerts.parts import ending_for, in_json, short_title, split
from alerts.posting import HTTP_OPTIONS, Poster, checked, poster
from alerts.texts import printable
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Delivery, SendResult

NAME = "网络回调"
OPTIONS = ("url", "secret", "confirm", "max_bytes",
           *(name for name in HTTP_OPTIONS if name != "base_url"))  # fmt: skip
_MOST_BYTES = 65_536
_LEAST_BYTES = 2_048
_LEAST_SECRET = 16
_PRINTABLE = re.compile(r"[!-~]+")


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "Webhook":
    """Raises NotConfigured without ``url`` and ConfigError for options that cannot be used.
    ``transport`` replaces the network in tests."""
    only(spec, *OPTIONS)
    needed(spec, "url", "网络回调")
    secret = present(spec, "secret")
    if len(secret) < _LEAST_SECRET:
        raise wrong(spec, "secret", f"至少要 {_LEAST_SECRET} 个字符")
    size = number(spec, "max_bytes", _MOST_BYTES, most=_MOST_BYTES)
    if size < _LEAST_BYTES:
        raise wrong(spec, "max_bytes", f"至少要 {_LEAST_BYTES}")
    host, target = _address(spec)
    return Webhook(
        poster=poster(spec, home, clock, name=NAME, base=host, transport=transport),
        target=target, secret=secret, max_bytes=size,
        lenient=choice(spec, "confirm", ("json", "status"), "json") == "status",
    )  # fmt: skip


def _address(spec: ChannelSpec) -> tuple[str, str]:
    """(scheme and host, path and query) of ``url``; the second may hold a secret."""
    url = spec.options["url"].strip()
    if not _PRINTABLE.fullmatch(url):
        raise wrong(spec, "url", "网址里不能有空格和中文")
    shown, _, query = url.partition("?")
    checked(spec, "url", shown)
    parts = urlsplit(shown)
    target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=-._~")
    return f"{parts.scheme}://{parts.netloc}", f"{target}?{query}" if query else target


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Implements ``domain.ports.Channel``."""

    poster: Poster
    target: str = field(repr=False)
    secret: str = field(repr=False)
    max_bytes: int
    lenient: bool

    def send(self, delivery: Delivery) -> SendResult:
        """See the head of this file for what the other side answers."""
        body = content(delivery, self.max_bytes)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": quote(delivery.delivery_id, safe=""),
            **signature(self.secret, body, self.poster.clock()),
        }
        return self.poster.message(
            lambda: self.poster.ask("POST", "/", target=self.target, body=body, headers=headers),
            self._judged,
        )

    def _judged(self, answer: Answer) -> SendResult:
        now = self.poster.clock()
        if self.lenient and 200 <= answer.status < 300:
            return SendResult(outcome="ok")
        if answer.status != 200:
            return by_status(answer, NAME, now)
        said = fields_of(answer) or {}
        if said.get("ok") is True:
            return SendResult(outcome="ok", provider_id=str(said.get("id") or "")[:128])
        if said.get("ok") is not False:
            error = f"{NAME} HTTP 200，但回答里没有 ok"
            return SendResult(outcome="unknown", error=error)
        wait = said.get("retry_after", asked_wait(answer, now))
        if isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait < 10**9:
            return SendResult(
                outcome="retry", error=f"{NAME} 请稍后再发", retry_after=believed(float(wait))
            )
        return SendResult(outcome="dead", error=f"{NAME} 拒绝接收")


def signature(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The two headers by which the other side knows that we sent it, and when."""
    stamp = str(int(now.timestamp()))
    made = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"X-Tingxue-Timestamp": stamp, "X-Tingxue-Signature": f"v1={made}"}


def content(delivery: Delivery, max_bytes: int = _MOST_BYTES) -> bytes:
    """The JSON, in at most ``max_bytes``; only the body is ever shortened."""
    alert = delivery.alert
    entry = {
        "delivery_id": delivery.delivery_id,
        "case_id": alert.case_id,
        "purpose": alert.purpose,
        "receiver": delivery.receiver,
        "level": alert.level.value if alert.level else None,
        "title": short_title(alert.title),
        "body": "",
        "created_at": alert.created_at.isoformat(),
        "drill": alert.drill,
        "copy": delivery.unconfirmed > 0,
    }
    room = max_bytes - len(json.dumps(entry, ensure_ascii=False).encode())
    lines = printable(alert.body).splitlines()
    [entry["body"]] = split(lines, room, most=1, ending=ending_for(alert), size=in_json)
    return json.dumps(entry, ensure_ascii=False).encode()
