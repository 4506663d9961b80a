"""The 企业微信 robot: every answer classed, the key shown nowhere, no text over the limit."""

import json
import logging
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from contracts.channel_contract import NOW, ChannelContract, Stand, a_delivery
from fakes import FakeClock, LoopbackServer, reset
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels import wecom
from domain.errors import ConfigError, NotConfigured
from domain.plan import ChannelSpec
from domain.types import Level

SECRET = "planted-robot-key-4711"
OPTIONS = {"key": SECRET}
ANSWERS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "alerts" / "wecom_responses.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
ACCEPTED = httpx.Response(200, json={"errcode": 0, "errmsg": "ok"})


def _make(
    answer: Callable[[httpx.Request], httpx.Response] | None = None,
    options: Mapping[str, str] = OPTIONS,
) -> wecom.WecomRobot:
    spec = ChannelSpec(name="tested", kind="wecom", options=options)
    transport = httpx.MockTransport(answer) if answer else None
    return wecom.channel(spec, home=Path("unused"), clock=FakeClock(NOW), transport=transport)


def _raising(error: type[httpx.TransportError]) -> Callable[[httpx.Request], httpx.Response]:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error(f"planted: {request.url}")

    return answer


class TestWecom(ChannelContract):
    @pytest.fixture
    def stand(self) -> Stand:
        taken: list[str] = []

        def accept(request: httpx.Request) -> httpx.Response:
            taken.append(json.loads(request.content)["markdown"]["content"])
            return httpx.Response(200, json={"errcode": 0, "errmsg": "ok"})

        def quoting(request: httpx.Request) -> httpx.Response:
            text = f"invalid webhook url {request.url}"
            return httpx.Response(200, json={"errcode": 93000, "errmsg": text})

        return Stand(
            module=wecom, make=lambda options: _make(accept, options), options=OPTIONS,
            required=("key",), received=lambda: list(taken), secret=SECRET,
            failing={
                "refused, quoting the key": (_make(quoting), {"dead"}),
                "no connection": (_make(_raising(httpx.ConnectError)), {"retry"}),
                "no answer": (_make(_raising(httpx.ReadTimeout)), {"unknown"}),
            },
        )  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["name"])
def test_each_answer_is_classed(answer: dict[str, object]) -> None:
    body = str(answer["body"]).encode("utf-8", "surrogateescape")

    def give(_: httpx.Request) -> httpx.Response:
        headers: dict[str, str] = answer["headers"]  # type: ignore[assignment]
        return httpx.Response(int(str(answer["status"])), headers=headers, content=body)

    result = _make(give).send(a_delivery())
    assert (result.outcome, result.retry_after) == (answer["outcome"], answer["retry_after"])
    assert bool(result.error) == (result.outcome != "ok")
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
    error: type[httpx.TransportError], outcome: str
) -> None:
    assert _make(_raising(error)).send(a_delivery()).outcome == outcome


def test_the_request_is_the_one_the_robot_expects() -> None:
    seen: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return ACCEPTED

    _make(accept, {**OPTIONS, "base_url": "https://wx.example.gov.cn/private/"}).send(a_delivery())
    [request] = seen
    assert str(request.url) == (
        f"https://wx.example.gov.cn/private/cgi-bin/webhook/send?key={SECRET}"
    )
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.content) == {
        "msgtype": "markdown",
        "markdown": {
            "content": '<font color="warning">**【橙色】新投诉：拒载**</font>\n编号：LHS-1\n请签收'
        },
    }
    assert "拒载".encode() in request.content


def test_the_clients_own_log_is_on_and_holds_no_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _make(lambda _: ACCEPTED).send(a_delivery())
    assert "/cgi-bin/webhook/send" in caplog.text
    assert SECRET not in caplog.text


def test_only_red_and_orange_are_coloured() -> None:
    delivery = a_delivery()
    blue = replace(delivery, alert=replace(delivery.alert, level=Level.BLUE))
    assert "<font" not in wecom.markdown(blue)


def test_a_long_message_ends_between_lines_and_points_to_the_case() -> None:
    body = "\n".join(f"第 {number} 行：{'雪' * 20}" for number in range(200))
    text = wecom.markdown(a_delivery(body=body))
    lines = text.split("\n")
    assert 3_900 < len(text.encode()) <= 4_096
    assert lines[-1] == "…详见编号 LHS-20261123-0012"
    assert lines[1:-1] == body.split("\n")[: len(lines) - 2]


@given(st.text(max_size=400), st.text(max_size=3_000), st.sampled_from(list(Level)))
def test_no_text_goes_over_the_limit_or_breaks_the_markup(
    title: str, body: str, level: Level
) -> None:
    delivery = a_delivery(title=title, body=body * 3)
    text = wecom.markdown(replace(delivery, alert=replace(delivery.alert, level=level)))
    assert len(text.encode()) <= 4_096
    first = text.split("\n")[0]
    assert first.count("**") == 2
    assert first.count("<font") == first.count("</font>") == (level.rank >= Level.ORANGE.rank)


def _http(answer: bytes | None, seen: list[bytes]) -> Callable[[socket.socket], None]:
    """Reads one whole request, then answers with these bytes, or resets."""

    def talk(connection: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65_536)
        head, _, body = data.partition(b"\r\n\r\n")
        [length] = [
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ]
        while len(body) < length:
            body += connection.recv(65_536)
        seen.append(head + b"\r\n\r\n" + body)
        if answer is None:
            reset(connection)
        else:
            connection.sendall(answer)

    return talk


_OK = b'{"errcode":0,"errmsg":"ok"}'
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (_HEAD + b"Content-Length: 27\r\n\r\n" + _OK, "ok"),
        (_HEAD + b"Transfer-Encoding: chunked\r\n\r\n1b\r\n" + _OK + b"\r\n0\r\n\r\n", "ok"),
        (_HEAD + b"Content-Length: 500\r\n\r\n" + _OK, "unknown"),
        (_HEAD + b"Content-Encoding: gzip\r\nContent-Length: 27\r\n\r\n" + _OK, "unknown"),
        (b"SSH-2.0-OpenSSH\r\n", "unknown"),
        (b"", "unknown"),
        (None, "unknown"),
    ],
    ids=["ok", "chunked", "half body", "broken gzip", "not http", "closed", "reset"],
)
def test_over_a_real_socket(answer: bytes | None, outcome: str) -> None:
    seen: list[bytes] = []
    with LoopbackServer(_http(answer, seen)) as server:
        robot = _make(options={**OPTIONS, "base_url": f"http://127.0.0.1:{server.port}"})
        assert robot.send(a_delivery()).outcome == outcome
    assert len(seen) == 1
    assert seen[0].startswith(f"POST /cgi-bin/webhook/send?key={SECRET} HTTP/1.1".encode())


def test_nobody_listening_is_retry() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    robot = _make(options={**OPTIONS, "base_url": f"http://127.0.0.1:{port}"})
    assert robot.send(a_delivery()).outcome == "retry"


def test_a_plain_server_where_tls_was_asked_is_retry_and_gets_no_key() -> None:
    seen: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        seen.append(connection.recv(65_536))
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with LoopbackServer(talk) as server:
        robot = _make(options={**OPTIONS, "base_url": f"https://127.0.0.1:{server.port}"})
        assert robot.send(a_delivery()).outcome == "retry"
    assert SECRET.encode() not in b"".join(seen)


def test_a_server_that_stays_silent_is_unknown() -> None:
    def talk(connection: socket.socket) -> None:
        while connection.recv(65_536):
            pass

    with LoopbackServer(talk) as server:
        options = {"base_url": f"http://127.0.0.1:{server.port}", "read_timeout": "0.2"}
        assert _make(options=OPTIONS | options).send(a_delivery()).outcome == "unknown"


class _Trickle(httpx.SyncByteStream):
    """A byte at a time, for ever: never a read timeout, never an end."""

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b" "


@pytest.mark.parametrize("seconds", [0.0, 20.0], ids=["too slow", "too long"])
def test_an_answer_without_end_is_left(seconds: float) -> None:
    robot = _make(lambda _: httpx.Response(200, stream=_Trickle()))
    assert replace(robot, answer_seconds=seconds).send(a_delivery()).outcome == "unknown"


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"base_url": "http://qyapi.example.org"}, "base_url"),
        ({"base_url": "qyapi.example.org"}, "base_url"),
        ({"base_url": f"https://e.org/cgi-bin/webhook/send?key={SECRET}"}, "base_url"),
        ({"read_timeout": "60"}, "read_timeout"),
        ({"connect_timeout": "0"}, "connect_timeout"),
        ({"ca_file": "missing.pem"}, "ca_file"),
        ({"proxy": f"socks9://u:{SECRET}@proxy"}, "proxy"),
        ({"webhook": SECRET}, "webhook"),
    ],
    ids=["http", "no scheme", "whole address", "too long", "zero", "ca", "proxy", "unknown"],
)
def test_a_wrong_option_is_refused_by_name_and_without_the_secret(
    changed: dict[str, str], key: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _make(options=OPTIONS | changed)
    assert f"channels.tested.options.{key}" in str(caught.value)
    assert SECRET not in str(caught.value) + repr(caught.value.__cause__)


def test_without_a_key_it_switches_itself_off() -> None:
    with pytest.raises(NotConfigured, match="没有配置 key"):
        _make(options={"key": "  "})
