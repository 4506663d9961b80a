"""Channel ``wecom``: a 企业微信 group robot (企业微信群机器人), markdown messages.

A refusal comes as HTTP 200 with an errcode, so only ``errcode == 0`` is "ok". Options: ``key``
(required, secret), ``base_url`` (default the public service; 政务微信 and private deployments have
their own), ``ca_file``, ``proxy``, ``connect_timeout`` (5 s), ``read_timeout`` (10 s). One message
holds 4096 bytes; a robot takes 20 a minute. Source: alerting.md sections 2, 6 and 7.1.

200 with something that is not the provider's answer (an error page, half an answer) is "unknown",
not "retry": a gateway may have cut the answer to a message that was accepted.
"""

import json
import ssl
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from alerts.options import only, seconds, wrong
from alerts.texts import cut_bytes, fit_lines, one_line, printable
from domain.errors import NotConfigured
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Delivery, Level, SendResult

MARKDOWN_BYTES = 4096
_TITLE_BYTES = 512
_ANSWER_BYTES = 64 * 1024
_PUBLIC = "https://qyapi.weixin.qq.com"
# A fresh connection for each message: on a kept one a reset would leave "was it taken?" open.
_ONE_EACH = httpx.Limits(max_keepalive_connections=0)
_RETRY: dict[int, float | None] = {-1: None, 45033: None, 45009: 65.0}
# Only to say more in the error; a code that is missing here is "dead" all the same.
_MEANING = {
    -1: "系统繁忙", 40001: "密钥不合法", 40008: "消息类型不合法", 40033: "请求字符不合法",
    40058: "参数不合法或超长", 40063: "参数为空", 41001: "缺少密钥", 43004: "需要接收者关注",
    44004: "消息内容为空", 45002: "消息超长", 45009: "发送过于频繁", 45033: "并发过多",
    47001: "消息格式不合法", 48002: "接口未授权", 60020: "本机地址不在许可范围",
    93000: "机器人地址无效或已被移出群", 93004: "机器人被停用", 93008: "机器人不在群里",
}  # fmt: skip


_OPTIONS = ("key", "base_url", "ca_file", "proxy", "connect_timeout", "read_timeout")


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "WecomRobot":
    """Raises NotConfigured without ``key`` and ConfigError for options that cannot be used.
    ``transport`` replaces the network in tests."""
    only(spec, *_OPTIONS)
    key = spec.options.get("key", "").strip()
    if not key:
        raise NotConfigured(f"渠道 {spec.name}（企业微信群机器人）没有配置 key，未启用")
    base = _base(spec)
    limits = httpx.Timeout(
        seconds(spec, "read_timeout", 10.0), connect=seconds(spec, "connect_timeout", 5.0)
    )
    keyed = _Keyed(key, transport or _network(spec, home))
    # trust_env off: a proxy or CA from the environment would be used without anybody having said so
    client = httpx.Client(transport=keyed, base_url=base, timeout=limits, trust_env=False)
    return WecomRobot(client=client, answer_seconds=(limits.read or 10.0) * 2)


class _Keyed(httpx.BaseTransport):
    """Adds the key below the client, which writes the address of every request into its log."""

    def __init__(self, key: str, inner: httpx.BaseTransport) -> None:
        self._key, self._inner = key, inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = request.url.copy_add_param("key", self._key)
        keyed = httpx.Request(
            request.method, address, headers=request.headers, stream=request.stream,
            extensions=request.extensions,
        )  # fmt: skip
        return self._inner.handle_request(keyed)

    def close(self) -> None:
        self._inner.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomRobot:
    """Implements ``domain.ports.Channel``. answer_seconds: a whole answer must be read by then,
    for a server that sends a byte a second never runs into a read timeout."""

    client: httpx.Client = field(repr=False)
    answer_seconds: float = 20.0

    def send(self, delivery: Delivery) -> SendResult:
        """See ``domain.types.SendResult``; the robot gives no id for what it accepted."""
        content = {"msgtype": "markdown", "markdown": {"content": markdown(delivery)}}
        body = json.dumps(content, ensure_ascii=False).encode()
        try:
            with self.client.stream(
                "POST", "/cgi-bin/webhook/send", content=body,
                headers={"Content-Type": "application/json"},
            ) as response:  # fmt: skip
                if response.status_code != 200:
                    return _by_status(response)
                return _by_errcode(_read(response, self.answer_seconds))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError):
            return SendResult(outcome="retry", error="连不上企业微信")
        except (httpx.TransportError, httpx.DecodingError) as error:
            # Bytes were sent: the robot may have taken the message.
            return SendResult(outcome="unknown", error=f"企业微信未确认（{type(error).__name__}）")


def markdown(delivery: Delivery) -> str:
    """Title and body in at most 4096 bytes of valid UTF-8, cut between lines."""
    alert = delivery.alert
    title = one_line(alert.title).replace("<", "＜").replace("*", "＊")
    title = f"**{cut_bytes(title, _TITLE_BYTES)}**"
    if alert.level in (Level.RED, Level.ORANGE):
        title = f'<font color="warning">{title}</font>'
    lines = [title, *printable(alert.body).splitlines()]
    ending = f"…详见编号 {alert.case_id}" if alert.case_id else "…后文从略"
    return fit_lines(lines, MARKDOWN_BYTES, ending)


def _by_status(response: httpx.Response) -> SendResult:
    """The class of an answer that is not HTTP 200."""
    status = response.status_code
    error = f"企业微信 HTTP {status}"
    if status == 429 or status >= 500:
        return SendResult(outcome="retry", error=error, retry_after=_retry_after(response))
    if 200 < status < 300:
        return SendResult(outcome="unknown", error=error)
    # 408 and 425 ask for another try; a redirect is some portal in between, seldom for ever.
    passing = status in (408, 425) or 300 <= status < 400
    return SendResult(outcome="retry" if passing else "dead", error=error)


def _by_errcode(answer: bytes) -> SendResult:
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return SendResult(outcome="unknown", error="企业微信 HTTP 200，但回答不是 JSON")
    code = said.get("errcode") if isinstance(said, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        return SendResult(outcome="unknown", error="企业微信 HTTP 200，但回答里没有 errcode")
    if code == 0:
        return SendResult(outcome="ok")
    # The errmsg is not quoted: it may repeat what was sent.
    error = f"企业微信 errcode {code}（{_MEANING.get(code, '见企业微信全局错误码')}）"
    if code in _RETRY:
        return SendResult(outcome="retry", error=error, retry_after=_RETRY[code])
    return SendResult(outcome="dead", error=error)


def _retry_after(response: httpx.Response) -> float | None:
    """Retry-After in seconds; its date form and anything else is left to our own backoff."""
    value = response.headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _read(response: httpx.Response, seconds: float) -> bytes:
    """The answer, at most 64 KiB. Raises httpx.ReadTimeout when it trickles in too slowly."""
    until = time.monotonic() + seconds
    answer = b""
    for chunk in response.iter_bytes():
        answer += chunk
        if len(answer) > _ANSWER_BYTES:
            break
        if time.monotonic() > until:
            raise httpx.ReadTimeout("answer took too long", request=response.request)
    return answer


def _network(spec: ChannelSpec, home: Path) -> httpx.HTTPTransport:
    options = spec.options
    try:
        ca_file = str(home / options["ca_file"]) if options.get("ca_file") else None
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise wrong(spec, "ca_file", f"证书文件不能用（{type(error).__name__}）") from error
    try:
        return httpx.HTTPTransport(
            verify=context, proxy=options.get("proxy") or None, limits=_ONE_EACH
        )
    except (ValueError, httpx.InvalidURL):
        # Without the cause: a proxy address may hold a password.
        raise wrong(spec, "proxy", "代理地址不能用") from None


def _base(spec: ChannelSpec) -> str:
    base = spec.options.get("base_url", "").strip().rstrip("/") or _PUBLIC
    parts = urlsplit(base)
    local = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if (
        not parts.hostname
        or parts.query
        or not (parts.scheme == "https" or (parts.scheme == "http" and local))
    ):
        raise wrong(spec, "base_url", "要以 https:// 开头（密钥在地址里），不带问号后的部分")
    return base
