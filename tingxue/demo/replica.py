"""A web server on this machine that stands for every host a browser asks for, over TLS.

With ``Replica.environment`` our browser reaches this server and nothing else: every name leads
here, and no certificate but this server's own, made for the run, is taken without question.
"""

import base64
import hashlib
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from crawlers.programs import REPLICA
from domain.times import system_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. came: monotonic seconds."""

    host: str
    method: str
    path: str
    query: Mapping[str, str]
    body: str
    came: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is sent. wait: seconds before it; body may be pieces that are sent one by one."""

    body: bytes | Iterator[bytes] = b""
    status: int = 200
    kind: str = "application/json; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0


Answering = Callable[[Asked], Answer]

NOTHING = Answer(status=404, kind="text/plain")


@dataclass(slots=True, kw_only=True)
class Replica:
    """The running server; ``asked`` holds every request in the order in which it came."""

    answering: Answering
    port: int
    fingerprint: str
    asked: list[Asked] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What makes the browser take this server for the whole web."""
        return {REPLICA: f"127.0.0.1:{self.port},{self.fingerprint}"}


@contextmanager
def serving(answering: Answering) -> Iterator[Replica]:
    """The server while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        pem, fingerprint = _certificate(Path(folder) / "key.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
    server = _Server(("127.0.0.1", 0), _Handler)
    replica = Replica(answering=answering, port=server.server_port, fingerprint=fingerprint)
    server.replica, server.tls = replica, context
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield replica
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a browser keeps its connections open
    replica: Replica
    tls: ssl.SSLContext

    def get_request(self) -> tuple[Any, Any]:
        """The hands are shaken in the connection's own thread."""
        connection, address = super().get_request()
        connection.settimeout(30)
        wrapped = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer after the first waits 40 ms
    server: _Server

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        asked = Asked(
            host=self.headers.get("Host", ""), method=self.command, path=parts.path,
            query={name: values[0] for name, values in parse_qs(parts.query).items()},
            body=self.rfile.read(length).decode("utf-8", "replace"), came=time.monotonic(),
        )  # fmt: skip
        self.server.replica.asked.append(asked)
        answer = self.server.replica.answering(asked)
        time.sleep(answer.wait)
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        pieces = answer.body
        if isinstance(pieces, bytes):
            self.send_header("Content-Length", str(len(pieces)))
            pieces = iter((pieces,))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        for piece in pieces:
            self.wfile.write(piece)

    do_GET = do_POST = do_OPTIONS = _serve

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: ``asked`` is the account."""


def _certificate(path: Path) -> tuple[Path, str]:
    """A key and a certificate in one file, and the fingerprint by which a browser knows the key."""
    from cryptography import x509  # a demo without a browser needs none
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "replica")])
    now = system_clock()
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    path.touch(mode=0o600)
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(pem)
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return path, base64.b64encode(hashlib.sha256(public).digest()).decode()
