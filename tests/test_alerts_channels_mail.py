"""The mail channel against a real SMTP server on loopback, with TLS, and against broken ones."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from contracts.channel_contract import NOW, ChannelContract, Stand, a_delivery
from fakes import FakeClock, LoopbackServer, reset
from loopback import self_signed
from smtpserver import SECRET, Inbox, check_login, free_port, server, server_side

from alerts.channels import mail
from domain.errors import ConfigError, NotConfigured
from domain.plan import ChannelSpec
from domain.types import Level


def _make(home: Path, options: Mapping[str, str]) -> mail.Mail:
    spec = ChannelSpec(name="tested", kind="mail", options=options)
    return mail.channel(spec, home=home, clock=FakeClock(NOW))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls") / "server.pem")


def _plain(port: int) -> dict[str, str]:
    return {
        "host": "127.0.0.1", "port": str(port), "security": "none",
        "from": "tingxue@example.org", "to": "duty@example.org", "timeout": "1",
    }  # fmt: skip


def _talk(replies: Mapping[str, str | None]) -> Callable[[socket.socket], None]:
    """An SMTP server from a table: verb -> reply; None cuts the connection there. "." is the end
    of the text, "+" the greeting."""

    def answer(connection: socket.socket, verb: str) -> bool:
        reply = replies.get(verb, {"DATA": "354 go", "+": "220 hi"}.get(verb, "250 ok"))
        if reply is None:
            reset(connection)
            return False
        connection.sendall(f"{reply}\r\n".encode())
        return True

    def talk(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        if not answer(connection, "+"):
            return
        in_text = False
        while line := lines.readline():
            if in_text and line != b".\r\n":
                continue
            verb = "." if in_text else line[:4].decode().strip().upper()
            if not answer(connection, verb):
                return
            in_text = verb == "DATA" and replies.get("DATA", "354")[:3] == "354"  # type: ignore[index]

    return talk


class TestMail(ChannelContract):
    """Over STARTTLS with a login, as an office would use it."""

    @pytest.fixture
    def stand(self, tmp_path: Path, certificate: Path) -> Iterator[Stand]:
        inbox = Inbox()
        with ExitStack() as stack:
            port = stack.enter_context(
                server(inbox, tls_context=server_side(certificate), require_starttls=True,
                        authenticator=check_login, auth_required=True)
            )  # fmt: skip
            cut = stack.enter_context(LoopbackServer(_talk({".": None}))).port
            options = _plain(port) | {
                "security": "starttls", "user": "tingxue", "password": SECRET,
                "ca_file": str(certificate), "timeout": "5",
            }  # fmt: skip
            yield Stand(
                module=mail, make=lambda given: _make(tmp_path, given), options=options,
                required=("host", "from", "to"), received=inbox.texts, secret=SECRET,
                failing={
                    "nobody listens": (_make(tmp_path, _plain(free_port())), {"retry"}),
                    "cut after the text": (_make(tmp_path, _plain(cut)), {"unknown"}),
                    "wrong password": (
                        _make(tmp_path, {**options, "password": SECRET + "x"}), {"dead"}),
                },
            )  # fmt: skip


def test_a_mail_carries_its_headers_and_its_text(tmp_path: Path) -> None:
    inbox = Inbox()
    with server(inbox) as port:
        options = _plain(port) | {"to": "a@example.org, 值班 <b@example.org>"}
        result = _make(tmp_path, options).send(a_delivery())
    assert result.outcome == "ok"
    [got] = inbox.mails
    assert got["Subject"] == "【橙色】新投诉：拒载"
    assert got["To"] == "a@example.org, b@example.org"
    assert got["Message-ID"] == result.provider_id == f"<{'0f' * 16}@example.org>"
    assert got["Date"] == "Mon, 23 Nov 2026 06:00:00 +0000"
    assert (got["Importance"], got["Auto-Submitted"]) == ("high", "auto-generated")
    assert got.get_content().splitlines() == ["编号：LHS-1", "请签收"]
    assert inbox.hello == "example.org"


def test_a_second_copy_has_the_same_message_id(tmp_path: Path) -> None:
    inbox = Inbox()
    with server(inbox) as port:
        channel = _make(tmp_path, _plain(port))
        channel.send(a_delivery())
        channel.send(a_delivery(title="【橙色】新投诉：拒载（重发，请以编号为准）"))
    assert inbox.mails[0]["Message-ID"] == inbox.mails[1]["Message-ID"]


def test_an_odd_delivery_id_makes_a_valid_message_id() -> None:
    made = mail.message_id("a b>\r\nBcc: x", "t@example.org")
    assert made.isascii()
    assert made.count("@") == 1
    assert " " not in made


def test_a_blue_message_is_not_marked_important(tmp_path: Path) -> None:
    inbox, delivery = Inbox(), a_delivery()
    blue = replace(delivery, alert=replace(delivery.alert, level=Level.BLUE))
    with server(inbox) as port:
        _make(tmp_path, _plain(port)).send(blue)
    assert inbox.mails[0]["Importance"] is None


def test_tls_from_the_first_byte(tmp_path: Path, certificate: Path) -> None:
    inbox = Inbox()
    with server(inbox, ssl_context=server_side(certificate)) as port:
        options = _plain(port) | {"security": "tls", "ca_file": str(certificate)}
        assert _make(tmp_path, options | {"timeout": "5"}).send(a_delivery()).outcome == "ok"
    assert len(inbox.mails) == 1


def test_a_certificate_nobody_vouches_for_sends_nothing(tmp_path: Path, certificate: Path) -> None:
    inbox = Inbox()
    with server(inbox, tls_context=server_side(certificate)) as port:
        options = _plain(port) | {"security": "starttls"}
        result = _make(tmp_path, options).send(a_delivery())
    assert (result.outcome, inbox.mails) == ("retry", [])


def test_a_server_without_encryption_gets_nothing_when_encryption_was_asked(
    tmp_path: Path,
) -> None:
    inbox = Inbox()
    with server(inbox) as port:
        result = _make(tmp_path, _plain(port) | {"security": "starttls"}).send(a_delivery())
    assert (result.outcome, inbox.mails) == ("dead", [])


@pytest.mark.parametrize(
    ("replies", "outcome"),
    [
        ({"+": "421 busy"}, "retry"),
        ({"+": "554 go away"}, "dead"),
        ({"+": None}, "retry"),
        ({"EHLO": None}, "retry"),
        ({"EHLO": "502 no", "HELO": "550 no"}, "dead"),
        ({"MAIL": "451 greylisted"}, "retry"),
        ({"MAIL": "550 unknown sender"}, "dead"),
        ({"MAIL": None}, "retry"),
        ({"RCPT": "450 mailbox busy"}, "retry"),
        ({"RCPT": "550 no such user"}, "dead"),
        ({"RCPT": "251 will forward"}, "ok"),
        ({"RCPT": None}, "retry"),
        ({"DATA": "451 try later"}, "retry"),
        ({"DATA": "554 no"}, "dead"),
        ({"DATA": None}, "retry"),
        ({".": "250 ok"}, "ok"),
        ({".": "452 full"}, "retry"),
        ({".": "554 spam"}, "dead"),
        ({".": None}, "unknown"),
        ({".": "nonsense"}, "unknown"),
        ({"QUIT": None}, "ok"),
    ],
    ids=str,
)
def test_each_answer_of_a_server_is_classed(
    tmp_path: Path, replies: dict[str, str | None], outcome: str
) -> None:
    with LoopbackServer(_talk(replies)) as server:
        result = _make(tmp_path, _plain(server.port)).send(a_delivery())
    assert result.outcome == outcome
    assert bool(result.error) == (outcome != "ok")
    assert not any(word in result.error for word in ("no such", "spam", "example.org"))


def test_a_server_that_goes_silent_after_the_text_is_unknown(tmp_path: Path) -> None:
    def talk(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        connection.sendall(b"220 hi\r\n")
        while line := lines.readline():
            if line.startswith(b"DATA"):
                connection.sendall(b"354 go\r\n")
                while lines.readline():
                    pass  # until the client gives up
                return
            connection.sendall(b"250 ok\r\n")

    with LoopbackServer(talk) as server:
        options = _plain(server.port) | {"timeout": "0.3"}
        assert _make(tmp_path, options).send(a_delivery()).outcome == "unknown"


def test_a_server_that_took_too_long_before_the_text_gets_none(tmp_path: Path) -> None:
    inbox = Inbox()
    with server(inbox) as port:
        channel = replace(_make(tmp_path, _plain(port)), budget_seconds=0.0)
        result = channel.send(a_delivery())
    assert (result.outcome, inbox.mails) == ("retry", [])


@pytest.mark.parametrize(
    ("at", "outcome"),
    [
        pytest.param("+", "retry", marks=pytest.mark.full),
        pytest.param("EHLO", "retry", marks=pytest.mark.full),
        pytest.param("DATA", "retry", marks=pytest.mark.full),
        (".", "unknown"),
    ],
)
def test_a_server_that_answers_a_byte_at_a_time_is_left(
    tmp_path: Path, at: str, outcome: str
) -> None:
    """A time-out per read never ends this; the lease would."""

    def trickle(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"2")
            time.sleep(0.02)

    def talk(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        verb, in_text = "+", False
        while True:
            if verb == at:
                trickle(connection)
            greeting = {"+": b"220 hi", "DATA": b"354 go"}.get(verb, b"250 ok")
            if not in_text or verb == ".":
                connection.sendall(greeting + b"\r\n")
            in_text = verb == "DATA" or (in_text and verb != ".")
            line = lines.readline()
            verb = line[:4].decode("latin-1").strip().upper()

    with LoopbackServer(talk) as server:
        channel = replace(_make(tmp_path, _plain(server.port)), send_seconds=1.5)
        assert channel.send(a_delivery()).outcome == outcome


def test_a_server_that_never_shakes_hands_for_tls_is_left(tmp_path: Path) -> None:
    def talk(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"\x16")
            time.sleep(0.02)

    with LoopbackServer(talk) as server:
        options = _plain(server.port) | {"security": "tls", "timeout": "5"}
        channel = replace(_make(tmp_path, options), send_seconds=0.5)
        assert channel.send(a_delivery()).outcome == "retry"


def test_one_refused_address_of_two_sends_nothing_to_either(tmp_path: Path) -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        lines = connection.makefile("rb")
        connection.sendall(b"220 hi\r\n")
        while line := lines.readline():
            seen.append(line.upper())
            bad = line.upper().startswith(b"RCPT") and b"gone@" in line
            connection.sendall(b"550 no\r\n" if bad else b"250 ok\r\n")

    with LoopbackServer(talk) as server:
        options = _plain(server.port) | {"to": "duty@example.org,gone@example.org"}
        result = _make(tmp_path, options).send(a_delivery())
    assert result.outcome == "dead", result.error
    assert "1/2" in result.error
    assert not any(line.startswith(b"DATA") for line in seen)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"security": "ssl"}, "security"),
        ({"port": "70000"}, "port"),
        ({"port": "smtp"}, "port"),
        ({"timeout": "60"}, "timeout"),
        ({"timeout": "soon"}, "timeout"),
        ({"from": "not an address"}, "from"),
        ({"from": "a@example.org,b@example.org"}, "from"),
        ({"to": "值班@example.org"}, "to"),
        ({"user": "u"}, "user"),
        ({"user": "u", "password": SECRET}, "security"),
        ({"security": "tls", "ca_file": "missing.pem"}, "ca_file"),
        ({"prot": "25"}, "prot"),
    ],
    ids=str,
)
def test_a_wrong_option_is_refused_by_name_and_without_the_secret(
    tmp_path: Path, changed: dict[str, str], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _make(tmp_path, _plain(25) | changed)
    assert f"channels.tested.options.{key}" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_without_a_host_it_switches_itself_off(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured, match="host"):
        _make(tmp_path, {})
