"""What every channel that posts to a provider must do beyond ``ChannelContract``.

class TestWecom(PostingContract):
    KIND = Kind(...)
"""

import json
import logging
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any, ClassVar

import httpx
import pytest
from contracts.channel_contract import NOW, ChannelContract, Stand, a_delivery
from fakes import FakeClock, LoopbackServer, reset
from loopback import Loopback, Reply, Seen, self_signed

from alerts.dispatcher import dispatch
from alerts.messages import RESENT
from alerts.routing import deliveries_for
from domain.errors import ConfigError
from domain.plan import ChannelSpec
from domain.ports import Channel
from domain.types import Delivery
from ledger.engine import open_ledger

SECRET = "planted-4711"
"""Part of every key, token and secret in these tests; nothing may show it."""

_DATA = Path(__file__).parents[1] / "data" / "alerts"
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One channel with the provider it talks to.

    options: without the address, which goes under ``address``. provider: made with a clock, answers
    requests and keeps ``texts``. yes: the body of an answer that accepts. first: answers what is
    asked before the message (a token), None for the message. answers: the file of recorded ones.
    """

    module: ModuleType
    options: Mapping[str, str]
    required: tuple[str, ...]
    provider: Callable[[FakeClock], Any]
    yes: bytes
    address: str = "base_url"
    first: Callable[[str], bytes | None] = field(default=lambda _: None)

    @property
    def name(self) -> str:
        return self.module.__name__.rpartition(".")[2]

    @property
    def impatient(self) -> dict[str, str]:
        """A short time-out; longer where something is asked before the message, for that must be
        answered within it on a busy machine too."""
        return {"read_timeout": "1" if self.first("/cgi-bin/gettoken") else "0.2"}

    def make(
        self, changed: Mapping[str, str], answer: Answer | None = None,
        clock: FakeClock | None = None,
    ) -> Channel:  # fmt: skip
        """With these options only; ``answer`` stands for the network and the provider."""
        spec = ChannelSpec(name="tested", kind=self.name, options=changed)
        transport = httpx.MockTransport(self._after_first(answer)) if answer else None
        made: Channel = self.module.channel(
            spec, home=Path("unused"), clock=clock or FakeClock(NOW), transport=transport
        )
        return made

    def at(self, address: str) -> dict[str, str]:
        return {**self.options, self.address: address}

    def mocked(self, answer: Answer, clock: FakeClock | None = None) -> Channel:
        return self.make(self.at("https://provider.example.org"), answer, clock)

    def _after_first(self, answer: Answer) -> Answer:
        def both(request: httpx.Request) -> httpx.Response:
            early = self.first(request.url.path)
            return answer(request) if early is None else httpx.Response(200, content=early)

        return both


def recorded(name: str) -> list[dict[str, Any]]:
    lines = (_DATA / f"{name}_responses.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def _raising(error: type[httpx.TransportError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error(f"planted: {request.url}")

    return answer


def _echo(seen: Seen) -> Reply:
    """Refuses, and quotes everything it was sent."""
    quoted = f"{seen.target} {seen.headers} {seen.body!r}"
    return Reply(status=403, headers={"X-Echo": seen.target}, body=quoted.encode())


class _Endless(httpx.SyncByteStream):
    """Never an end, and never anything that can be read as an answer."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b" " * 1024


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def raw(
    kind: Kind, answer: bytes | None, seen: list[bytes], pause: float = 0.0
) -> Callable[[socket.socket], None]:
    """Reads one request and answers with exactly these bytes, None for a reset; a byte every
    ``pause`` seconds, again and again."""

    def talk(connection: socket.socket) -> None:
        head, body = _request(connection)
        early = kind.first(head.split(b" ")[1].decode().partition("?")[0])
        if early is not None:
            connection.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(early) + early)
            return
        seen.append(head + b"\r\n\r\n" + body)
        if answer is None:
            reset(connection)
        elif not pause:
            connection.sendall(answer)
        else:
            connection.sendall(answer[:-1])
            while True:
                connection.sendall(answer[-1:])
                time.sleep(pause)

    return talk


def _request(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    ]
    while len(body) < sum(lengths):
        body += connection.recv(65_536)
    return head, body


class PostingContract(ChannelContract):
    """Inherit, set ``KIND``."""

    KIND: ClassVar[Kind]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "answer_of_provider" in metafunc.fixturenames:
            rows = [*recorded(self.KIND.name), *recorded("http")]
            metafunc.parametrize("answer_of_provider", rows, ids=[row["name"] for row in rows])

    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock(NOW)

    @pytest.fixture
    def stand(self, clock: FakeClock) -> Iterator[Stand]:
        kind, provider = self.KIND, self.KIND.provider(clock)
        with Loopback(provider) as server, Loopback(_echo) as echo:
            yield Stand(
                module=kind.module,
                make=lambda options: kind.make({kind.address: server.address, **options},
                                               clock=clock),
                options=kind.options, required=kind.required,
                received=lambda: list(provider.texts), secret=SECRET,
                failing={
                    "refused, quoting everything": (kind.make(kind.at(echo.address)), {"dead"}),
                    "no connection": (kind.mocked(_raising(httpx.ConnectError)), {"retry"}),
                    "no answer": (kind.mocked(_raising(httpx.ReadTimeout)), {"unknown"}),
                },
            )  # fmt: skip

    def test_each_recorded_answer_is_classed(self, answer_of_provider: dict[str, Any]) -> None:
        row = answer_of_provider
        body = str(row["body"]).encode("utf-8", "surrogateescape")

        def give(_: httpx.Request) -> httpx.Response:
            return httpx.Response(row["status"], headers=row["headers"], content=body)

        result = self.KIND.mocked(give).send(a_delivery())
        assert (result.outcome, result.retry_after) == (row["outcome"], row["retry_after"])
        assert result.error or result.outcome == "ok"
        assert "192.0.2.1" not in result.error

    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (httpx.ConnectError, "retry"), (httpx.ConnectTimeout, "retry"),
            (httpx.PoolTimeout, "retry"), (httpx.ProxyError, "retry"),
            (httpx.WriteError, "unknown"), (httpx.WriteTimeout, "unknown"),
            (httpx.ReadError, "unknown"), (httpx.ReadTimeout, "unknown"),
            (httpx.RemoteProtocolError, "unknown"), (httpx.CloseError, "unknown"),
        ],
    )  # fmt: skip
    def test_before_the_first_byte_is_retry_and_after_it_unknown(
        self, error: type[httpx.TransportError], outcome: str
    ) -> None:
        assert self.KIND.mocked(_raising(error)).send(a_delivery()).outcome == outcome

    @pytest.mark.parametrize(
        "fault", ["ok", "chunked", "half body", "gzip", "not http", "closed", "reset"]
    )
    def test_over_a_real_socket(self, fault: str) -> None:
        yes, seen = self.KIND.yes, list[bytes]()
        length = b"Content-Length: %d\r\n\r\n" % len(yes)
        answer = {
            "ok": _HEAD + length + yes,
            "chunked": _HEAD
            + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(yes), yes),
            "half body": _HEAD + b"Content-Length: 500\r\n\r\n" + yes,
            "gzip": _HEAD + b"Content-Encoding: gzip\r\n" + length + yes,
            "not http": b"SSH-2.0-OpenSSH\r\n",
            "closed": b"",
            "reset": None,
        }[fault]
        with LoopbackServer(raw(self.KIND, answer, seen)) as server:
            channel = self.KIND.make(self.KIND.at(f"http://127.0.0.1:{server.port}"))
            result = channel.send(a_delivery())
        assert result.outcome == ("ok" if fault in ("ok", "chunked") else "unknown")
        assert len(seen) == 1

    @pytest.mark.full
    @pytest.mark.parametrize(
        "answer",
        [_HEAD + b"X", _HEAD + b"Content-Length: 60000\r\n\r\n ", b"HTTP/1.1 200 O"],
        ids=["head", "body", "status line"],
    )
    def test_a_server_that_sends_a_byte_at_a_time_is_left(self, answer: bytes) -> None:
        """A time-out per read never ends this: 60,000 bytes would take 20 minutes."""
        kind = self.KIND
        with LoopbackServer(raw(kind, answer, [], pause=0.02)) as server:
            options = kind.at(f"http://127.0.0.1:{server.port}") | kind.impatient
            assert kind.make(options).send(a_delivery()).outcome == "unknown"

    def test_an_answer_without_end_is_left(self) -> None:
        answer = httpx.Response(200, stream=_Endless())
        assert self.KIND.mocked(lambda _: answer).send(a_delivery()).outcome == "unknown"

    def test_a_silent_server_is_unknown(self) -> None:
        def talk(connection: socket.socket) -> None:
            head, _ = _request(connection)
            early = kind.first(head.split(b" ")[1].decode().partition("?")[0])
            if early is not None:
                connection.sendall(_HEAD + b"Content-Length: %d\r\n\r\n" % len(early) + early)
                return
            while connection.recv(65_536):
                pass

        kind = self.KIND
        with LoopbackServer(talk) as server:
            options = kind.at(f"http://127.0.0.1:{server.port}") | kind.impatient
            assert kind.make(options).send(a_delivery()).outcome == "unknown"

    def test_nobody_listening_is_retry(self) -> None:
        address = f"http://127.0.0.1:{_closed_port()}"
        assert self.KIND.make(self.KIND.at(address)).send(a_delivery()).outcome == "retry"

    def test_a_plain_server_where_tls_was_asked_is_retry_and_gets_no_secret(self) -> None:
        seen: list[bytes] = []

        def talk(connection: socket.socket) -> None:
            seen.append(connection.recv(65_536))
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        with LoopbackServer(talk) as server:
            channel = self.KIND.make(self.KIND.at(f"https://127.0.0.1:{server.port}"))
            assert channel.send(a_delivery()).outcome == "retry"
        assert SECRET.encode() not in b"".join(seen)

    def test_tls_with_a_ca_of_ones_own_and_nothing_sent_without_it(
        self, tmp_path: Path, clock: FakeClock
    ) -> None:
        kind, ca_file = self.KIND, self_signed(tmp_path / "ca.pem")
        with Loopback(kind.provider(clock), ca_file) as server:
            trusting = kind.make(kind.at(server.address) | {"ca_file": str(ca_file)}, clock=clock)
            assert kind.make(kind.at(server.address), clock=clock).send(a_delivery()).outcome == (
                "retry"
            )
            assert server.seen == []
            assert trusting.send(a_delivery()).outcome == "ok"

    def test_a_proxy_carries_the_message(self, clock: FakeClock) -> None:
        kind, provider = self.KIND, self.KIND.provider(clock)

        def forward(seen: Seen) -> Reply:
            reply: Reply = provider(seen)
            return reply

        with Loopback(forward) as proxy:
            options = kind.at(f"http://127.0.0.1:{_closed_port()}") | {"proxy": proxy.address}
            assert kind.make(options, clock=clock).send(a_delivery()).outcome == "ok"
        assert all(seen.target.startswith("http://127.0.0.1:") for seen in proxy.seen)

    def test_after_not_so_fast_nothing_leaves_until_the_wait_is_over(
        self, clock: FakeClock, tmp_path: Path
    ) -> None:
        """The channel says how long, the ledger sees to it, for every process."""
        replies = [httpx.Response(429, headers={"Retry-After": "30"})]
        asked: list[float] = []
        begun = clock()

        def answer(_: httpx.Request) -> httpx.Response:
            asked.append((clock() - begun).total_seconds())
            return replies.pop() if replies else httpx.Response(200, content=self.KIND.yes)

        channel = self.KIND.mocked(answer, clock)
        url = f"sqlite:///{tmp_path / 'ledger.db'}"
        with closing(open_ledger(url, drill=False, now=begun)) as ledger:
            for number in range(3):
                alert = replace(a_delivery().alert, alert_id=f"a{number}", created_at=begun)
                with ledger.write() as books:
                    books.queue(alert, deliveries_for(alert, "住建局", ["it"]))
            for _ in range(10):
                outbox = ledger.paced({}, lambda _alert, _receiver: ())
                dispatch(outbox, {"it": channel}, clock=clock, rng=Random(0))
                clock.move(5)
            assert ledger.outbox.states() == {"sent": 3}
        assert asked[0] == 0.0 and min(asked[1:]) >= 30.0 and len(asked) == 4

    def test_the_clients_own_log_is_on_and_holds_no_secret(
        self, stand: Stand, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        stand.make(stand.options).send(a_delivery())
        assert "HTTP Request" in caplog.text
        assert SECRET not in caplog.text

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("address", "http://provider.example.org"), ("address", "provider.example.org"),
            ("address", f"https://u:{SECRET}@example.org"), ("address", "https://"),
            ("address", "https://[::1"), ("read_timeout", "60"), ("connect_timeout", "0"),
            ("ca_file", "missing.pem"), ("proxy", f"socks9://u:{SECRET}@proxy"),
            ("proxy", f"socks5://u:{SECRET}@proxy"), ("wehbook", SECRET),
        ],
    )  # fmt: skip
    def test_a_wrong_option_is_refused_by_name_line_and_without_the_secret(
        self, key: str, value: str
    ) -> None:
        kind = self.KIND
        key = kind.address if key == "address" else key
        spec = ChannelSpec(
            name="tested", kind=kind.name, lines={key: 17, "": 9},
            options=kind.at("https://provider.example.org") | {key: value},
        )  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            kind.module.channel(spec, home=Path("unused"), clock=FakeClock(NOW))
        assert f"settings.yaml:17 [channels.tested.options.{key}]" in str(caught.value)
        assert SECRET not in str(caught.value) + repr(caught.value.__cause__)


class PartsContract(PostingContract):
    """For those that can send one alert as several messages."""

    def test_a_long_message_comes_whole_in_as_many_parts_as_the_office_allows(
        self, stand: Stand
    ) -> None:
        lines = [f"第 {number:03d} 行：{'雪' * 200}" for number in range(150)]
        channel = stand.make({**stand.options, "parts": "3"})
        assert channel.send(a_delivery(body="\n".join(lines))).outcome == "ok"
        texts = stand.received()
        assert ["（1/3）" in texts[0], "（2/3）" in texts[1], "（3/3）" in texts[2]] == [True] * 3
        kept = [line for line in lines if any(line in text for text in texts)]
        assert kept == lines[: len(kept)]
        assert "…详见编号 LHS-20261123-0012" in texts[-1] or kept == lines
        assert all(text.count("新投诉：拒载") >= 1 for text in texts)

    def test_after_an_accepted_part_nothing_is_surely_not_accepted(self, stand: Stand) -> None:
        replies = [httpx.Response(503), httpx.Response(200, content=self.KIND.yes)]
        options = self.KIND.at("https://provider.example.org") | {"parts": "3"}
        channel = self.KIND.make(options, lambda _: replies.pop())
        result = channel.send(a_delivery(body="行：" + "雪" * 20_000))
        assert result.outcome == "unknown"
        assert "3 条中已发出 1 条" in result.error


def a_second_copy(**changed: Any) -> Delivery:
    """A delivery whose earlier copy was perhaps accepted, marked as the dispatcher marks it."""
    delivery = a_delivery(title=f"【橙色】新投诉：拒载{RESENT}")
    return replace(delivery, unconfirmed=1, attempts=2, **changed)
