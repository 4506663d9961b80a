"""Channel ``mail``: one mail per message over SMTP.

Options: ``host``, ``from``, ``to`` (required; several addresses separated by commas), ``security``
("starttls" default, "tls", "none"), ``port`` (587, 465, 25), ``user`` and ``password`` (secret),
``ca_file``, ``helo``, ``timeout`` (10 s).

The Message-ID follows from the delivery, so that a second copy can be folded by whoever gets it.
Either all addresses are accepted or nothing is sent: a mail that reached two of three is not sent.
Papers that go with a message are attached, read from ``reports`` in the home: only as what was
recorded, or the mail is not sent.
"""

import hashlib
import re
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, getaddresses
from pathlib import Path

from alerts.deadlines import SEND_SECONDS, Deadline
from alerts.options import choice, number, only, seconds, trusted, wrong
from alerts.texts import one_line, printable
from domain.errors import NotConfigured
from domain.identity import digest
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Delivery, Level, SendResult

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
OPTIONS = ("host", "port", "security", "user", "password", "from", "to", "helo", "timeout",
            "ca_file")  # fmt: skip
PAPERS = "reports"
"""The folder of finished papers in the home."""
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = {
    ".docx": f"{_OFFICE}.wordprocessingml.document", ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    ".pdf": "application/pdf",
}  # fmt: skip
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9.-]+")
_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """Where and how to send. The password is in no ``repr``."""

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    helo: str
    timeout: float
    user: str
    password: str = field(repr=False)
    tls: ssl.SSLContext = field(repr=False)


def channel(spec: ChannelSpec, *, home: Path, clock: Clock) -> "Mail":
    """Raises NotConfigured without ``host``, and ConfigError for options that cannot be used."""
    only(spec, *OPTIONS)
    if not spec.options.get("host"):
        raise NotConfigured(f"渠道 {spec.name}（邮件）没有配置 host，未启用")
    return Mail(settings=_settings(spec, home), clock=clock, papers=home / PAPERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Implements ``domain.ports.Channel``; one connection per message.

    budget_seconds: a server slower than this before the text gets no text, for by the time it
    answered, the lease might have run out and another copy be on its way. send_seconds: when the
    connection is cut, wherever it stands.
    """

    settings: MailSettings
    clock: Clock
    papers: Path
    budget_seconds: float = 25.0
    send_seconds: float = SEND_SECONDS

    def send(self, delivery: Delivery) -> SendResult:
        """ "ok" on the server's 250 after the text; provider_id is the Message-ID. 4xx "retry",
        5xx "dead", no answer after the text "unknown", no connection "retry"."""
        message = self._message(delivery)
        for name, sha256 in delivery.alert.files:
            refused = _attach(message, self.papers / name, sha256)
            if refused is not None:
                return refused
        with Deadline(self.send_seconds) as deadline:
            return self._send(message, deadline)

    def _send(self, message: EmailMessage, deadline: Deadline) -> SendResult:
        until = time.monotonic() + self.budget_seconds
        try:
            smtp = self._connect(deadline)
        except smtplib.SMTPConnectError as error:
            return _refused(error.smtp_code, "连接")
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            return SendResult(outcome="retry", error=f"连不上邮件服务器（{type(error).__name__}）")
        try:
            return self._talk(smtp, message, until)
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.close()

    def _connect(self, deadline: Deadline) -> smtplib.SMTP:
        """Connected by hand, so that the deadline watches from the first byte on: smtplib reads
        the greeting, and shakes hands for TLS, before it lets anybody see the socket."""
        s = self.settings
        smtp = smtplib.SMTP(local_hostname=s.helo, timeout=s.timeout)
        connected = socket.create_connection((s.host, s.port), s.timeout)
        smtp.sock = connected
        try:
            deadline.watch(connected)
            if s.security == "tls":
                self._encrypt(smtp)
            code, words = smtp.getreply()
            if code != 220:
                raise smtplib.SMTPConnectError(code, words)
        except (OSError, smtplib.SMTPException):
            smtp.close()
            raise
        return smtp

    def _encrypt(self, smtp: smtplib.SMTP) -> None:
        """TLS over the present connection. What the server said before it no longer counts."""
        if smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("closed")
        smtp.sock = self.settings.tls.wrap_socket(smtp.sock, server_hostname=self.settings.host)
        smtp.file = None
        smtp.helo_resp = smtp.ehlo_resp = None
        smtp.esmtp_features = {}
        smtp.does_esmtp = False

    def _talk(self, smtp: smtplib.SMTP, message: EmailMessage, until: float) -> SendResult:
        """Everything up to the text is surely not accepted; after it, perhaps."""
        try:
            refused = self._greet(smtp) or self._envelope(smtp)
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code, "握手或登录")
        except smtplib.SMTPNotSupportedError:
            return SendResult(outcome="dead", error="邮件服务器不支持所要求的加密或登录方式")
        except (OSError, smtplib.SMTPException) as error:
            return SendResult(outcome="retry", error=f"邮件连接中断（{type(error).__name__}）")
        if refused is None and time.monotonic() > until:
            return SendResult(outcome="retry", error="邮件服务器太慢，正文未发")
        return refused or _text(smtp, message)

    def _greet(self, smtp: smtplib.SMTP) -> SendResult | None:
        s = self.settings
        smtp.ehlo_or_helo_if_needed()
        if s.security == "starttls":
            if not smtp.has_extn("starttls"):
                raise smtplib.SMTPNotSupportedError("no STARTTLS")
            code, _ = smtp.docmd("STARTTLS")
            if code != 220:
                return _refused(code, "加密")
            self._encrypt(smtp)
            smtp.ehlo_or_helo_if_needed()
        if s.user:
            smtp.login(s.user, s.password)
        return None

    def _envelope(self, smtp: smtplib.SMTP) -> SendResult | None:
        code, _ = smtp.mail(self.settings.sender)
        if code != 250:
            return _refused(code, "发件人")
        codes = [smtp.rcpt(address)[0] for address in self.settings.to]
        bad = [code for code in codes if code not in (250, 251)]
        if bad:
            return _refused(max(bad), f"{len(bad)}/{len(codes)} 个收件人")
        code, _ = smtp.docmd("DATA")
        return None if code == 354 else _refused(code, "正文")

    def _message(self, delivery: Delivery) -> EmailMessage:
        alert, s = delivery.alert, self.settings
        message = EmailMessage(policy=SMTP_POLICY)
        message["Subject"] = one_line(alert.title)
        message["From"], message["To"] = s.sender, ", ".join(s.to)
        message["Date"] = format_datetime(self.clock())
        message["Message-ID"] = message_id(delivery.delivery_id, s.sender)
        message["Auto-Submitted"] = "auto-generated"
        if alert.level in (Level.RED, Level.ORANGE):
            message["Importance"] = "high"
        message.set_content(printable(alert.body), charset="utf-8", cte="base64")
        return message


def _attach(message: EmailMessage, path: Path, sha256: str) -> SendResult | None:
    """Put the file into the mail; or why not."""
    try:
        data = path.read_bytes()
    except OSError:
        return SendResult(outcome="retry", error=f"附件 {path.name} 不在这台主机上，没有发出")
    if hashlib.sha256(data).hexdigest() != sha256:
        return SendResult(outcome="dead", error=f"附件 {path.name} 与编发时的校验值不符，没有发出")
    main, _, sub = _TYPES.get(path.suffix, "application/octet-stream").partition("/")
    message.add_attachment(data, maintype=main, subtype=sub, filename=path.name)
    return None


def message_id(delivery_id: str, sender: str) -> str:
    """``<delivery id@domain of the sender>``; the same for every copy."""
    safe = delivery_id if _PLAIN_ID.fullmatch(delivery_id) else digest(delivery_id, length=32)
    return f"<{safe}@{sender.rpartition('@')[2]}>"


def _text(smtp: smtplib.SMTP, message: EmailMessage) -> SendResult:
    """After 354: the text, its final dot, and the answer that decides."""
    data = re.sub(rb"(?m)^\.", b"..", message.as_bytes())
    try:
        smtp.send(data + b".\r\n")
        code, _ = smtp.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return SendResult(outcome="unknown", error=f"邮件已发出但未确认（{type(error).__name__}）")
    if 400 <= code < 600:
        return _refused(code, "正文")
    if code != 250:
        return SendResult(outcome="unknown", error=f"邮件已发出，回答看不懂（SMTP {code}）")
    with suppress(OSError, smtplib.SMTPException):
        smtp.quit()
    return SendResult(outcome="ok", provider_id=str(message["Message-ID"]))


def _refused(code: int, what: str) -> SendResult:
    """By the first digit. The server's words are not quoted: they may repeat an address."""
    outcome = "dead" if 500 <= code < 600 else "retry"
    return SendResult(outcome=outcome, error=f"邮件服务器拒绝{what}：SMTP {code}")


def _settings(spec: ChannelSpec, home: Path) -> MailSettings:
    options = spec.options
    security = choice(spec, "security", tuple(_PORTS), "starttls")
    user, password = options.get("user", ""), options.get("password", "")
    if bool(user) != bool(password):
        raise wrong(spec, "user", "用户名和密码要么都填，要么都不填")
    if user and security == "none":
        raise wrong(spec, "security", "不加密的连接不能带密码登录")
    sender, *more = _addresses(spec, "from")
    if more:
        raise wrong(spec, "from", "发件人只能有一个")
    return MailSettings(
        host=options["host"], port=number(spec, "port", _PORTS[security], most=65535),
        security=security, sender=sender, to=_addresses(spec, "to"),
        timeout=seconds(spec, "timeout", 10.0),
        helo=options.get("helo", "") or sender.rpartition("@")[2],
        user=user, password=password,
        tls=trusted(spec, home),
    )  # fmt: skip


def _addresses(spec: ChannelSpec, key: str) -> tuple[str, ...]:
    found = tuple(address for _, address in getaddresses([spec.options.get(key, "")]) if address)
    if not found:
        raise wrong(spec, key, "缺少邮件地址")
    if not all(_ADDRESS.fullmatch(address) for address in found):
        raise wrong(spec, key, "邮件地址不合格式")
    return found
