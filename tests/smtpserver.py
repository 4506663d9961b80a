"""A real SMTP server on loopback, with TLS and a login where a test wants them, and its mailbox."""

import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

SECRET = "planted-mail-password"


def free_port() -> int:
    """A port on which nobody listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@dataclass
class Inbox:
    """An aiosmtpd handler that keeps what it accepts."""

    mails: list[EmailMessage] = field(default_factory=list)
    hello: str = ""

    async def handle_DATA(self, _server, session, envelope) -> str:  # type: ignore[no-untyped-def]
        self.hello = session.host_name
        self.mails.append(
            email.message_from_bytes(envelope.original_content, policy=email.policy.default)  # type: ignore[arg-type]
        )
        return "250 2.0.0 taken"

    def texts(self) -> list[str]:
        return [f"Subject: {one['Subject']}\n{one.get_content()}" for one in self.mails]


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextmanager
def server(inbox: Inbox, port: int = 0, **how: object) -> Iterator[int]:
    """On a port of 127.0.0.1, of its own choice without one; ``how``: as aiosmtpd takes it."""
    port = port or free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **how)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def check_login(_server, _session, _envelope, _mechanism, given) -> AuthResult:  # type: ignore[no-untyped-def]
    good = isinstance(given, LoginPassword) and given.password == SECRET.encode()
    return AuthResult(success=good, handled=False)
