"""HTTP for channels: one request, and an ``Answer`` or the class of what went wrong.

Secrets in an address are added below the client, which writes the address of every request into
its log. Every request has one deadline for all of it: a server that sends a byte a second never
runs into a read time-out, but the lease of 45 s runs out and another copy leaves.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from alerts.answers import Answer, Codes, judged
from alerts.deadlines import Deadline
from alerts.options import seconds, trusted, wrong
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import SendResult

HTTP_OPTIONS = ("base_url", "ca_file", "proxy", "connect_timeout", "read_timeout")
_ANSWER_BYTES = 64 * 1024
_LEAST_SECONDS = 2.0
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_TARGET = "tingxue_target"
# A fresh connection for each message: on a kept one a reset would leave "was it taken?" open.
_ONE_EACH = httpx.Limits(max_keepalive_connections=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The way to one provider. answer_seconds: the deadline of one request."""

    name: str
    client: httpx.Client = field(repr=False)
    clock: Clock
    answer_seconds: float = 20.0

    def ask(
        self, method: str, path: str, *, target: str = "", body: bytes = b"",
        headers: Mapping[str, str] = _JSON, until: float | None = None,
    ) -> Answer | SendResult:  # fmt: skip
        """The answer, whatever it says; or "retry" when surely nothing arrived, "unknown" when
        bytes were sent. ``target``: path and query with the secrets in them, percent-encoded;
        ``path`` is what logs may show. ``until``: ``time.monotonic`` at which all must be over."""
        left = self.answer_seconds if until is None else until - time.monotonic()
        if until is not None and left < _LEAST_SECONDS:
            return SendResult(outcome="retry", error=f"{self.name} 太慢，这次没有发出")
        try:
            with Deadline(min(left, self.answer_seconds)) as deadline:
                return self._exchange(method, path, target or path, body, headers, deadline)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            return SendResult(outcome="retry", error=f"连不上{self.name}")
        except (httpx.TransportError, httpx.DecodingError) as error:
            # Bytes were sent: the provider may have taken the message.
            return SendResult(
                outcome="unknown", error=f"{self.name}未确认（{type(error).__name__}）"
            )

    def _exchange(
        self, method: str, path: str, target: str, body: bytes, headers: Mapping[str, str],
        deadline: Deadline,
    ) -> Answer:  # fmt: skip
        real = self.client.base_url.path.rstrip("/") + target
        extensions = {_TARGET: real, "trace": partial(_watch, deadline)}
        with self.client.stream(
            method, path, content=body, headers=headers, extensions=extensions
        ) as response:
            names = {name.lower(): value for name, value in response.headers.items()}
            return Answer(
                status=response.status_code, headers=names, body=_read(response, deadline.until)
            )

    def post(self, path: str, codes: Codes, *, target: str, body: bytes) -> SendResult:
        """One message in one request, judged by the provider's codes alone."""
        return self.message(
            lambda: self.ask("POST", path, target=target, body=body),
            lambda answer: judged(answer, codes, self.clock()),
        )

    def message(
        self, ask: Callable[[], Answer | SendResult], judge: Callable[[Answer], SendResult]
    ) -> SendResult:
        """What became of one message. A pause that the provider asks for stands in the result: the
        ledger keeps it, for all processes (``domain.ports.Outbox.finish``)."""
        answer = ask()
        return judge(answer) if isinstance(answer, Answer) else answer


def poster(
    spec: ChannelSpec, home: Path, clock: Clock, *, name: str, base: str,
    transport: httpx.BaseTransport | None = None,
) -> Poster:  # fmt: skip
    """From the channel's ``HTTP_OPTIONS``. ``base``: the address where ``base_url`` gives none.
    ``transport`` replaces the network in tests. Raises ConfigError."""
    limits = httpx.Timeout(
        seconds(spec, "read_timeout", 10.0), connect=seconds(spec, "connect_timeout", 5.0)
    )
    address = checked(spec, "base_url", spec.options.get("base_url", "").strip() or base)
    hidden = _Unlogged(transport or _network(spec, home))
    # httpcore's debug lines hold an answer's headers, which may quote the address we asked for.
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    # trust_env off: a proxy or CA from the environment would be used without anybody having said so
    client = httpx.Client(transport=hidden, base_url=address, timeout=limits, trust_env=False)
    return Poster(
        name=name, client=client, clock=clock,
        answer_seconds=min((limits.read or 10.0) * 2, 20.0),
    )  # fmt: skip


def checked(spec: ChannelSpec, key: str, address: str) -> str:
    """The address without a slash at its end. Raises ConfigError for one that would carry secrets
    in plain: only this machine may be spoken to without TLS."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL("")
    local = url.host in ("127.0.0.1", "::1", "localhost")
    safe = url.scheme == "https" or (url.scheme == "http" and local)
    if not (safe and url.host) or url.userinfo or "?" in address or "#" in address:
        raise wrong(spec, key, "要以 https:// 开头（密钥会随请求发出），不带问号后的部分")
    return address.rstrip("/")


class _Unlogged(httpx.BaseTransport):
    """Puts the real path and query in, below the client and its log."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = str(request.extensions[_TARGET]).encode("ascii")
        real = httpx.Request(
            request.method, request.url.copy_with(raw_path=target), headers=request.headers,
            stream=request.stream, extensions=request.extensions,
        )  # fmt: skip
        return self._inner.handle_request(real)

    def close(self) -> None:
        self._inner.close()


def _watch(deadline: Deadline, event: str, info: Mapping[str, Any]) -> None:
    """httpx's extension ``trace``, which is called in the sending thread as things happen."""
    if event == "connection.connect_tcp.complete":
        deadline.watch(info["return_value"].get_extra_info("socket"))


def _read(response: httpx.Response, until: float) -> bytes:
    """The answer, at most 64 KiB. Raises httpx.ReadTimeout when it trickles in too slowly."""
    answer = b""
    for chunk in response.iter_bytes():
        answer += chunk
        if len(answer) > _ANSWER_BYTES:
            break
        if time.monotonic() > until:
            raise httpx.ReadTimeout("answer took too long", request=response.request)
    return answer


def _network(spec: ChannelSpec, home: Path) -> httpx.HTTPTransport:
    try:
        return httpx.HTTPTransport(
            verify=trusted(spec, home), proxy=spec.options.get("proxy") or None, limits=_ONE_EACH
        )
    except (ValueError, ImportError, httpx.InvalidURL):
        # Without the cause: a proxy address may hold a password.
        raise wrong(spec, "proxy", "代理地址不能用，应写成 http://主机:端口") from None
