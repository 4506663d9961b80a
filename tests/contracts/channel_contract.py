"""What every channel must do (``domain.ports.Channel``); a subclass provides a ``Stand``.

class TestConsole(ChannelContract):
    @pytest.fixture
    def stand(self, tmp_path): return Stand(...)
"""

import inspect
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import ModuleType

import pytest

from domain.errors import ConfigError, NotConfigured
from domain.ports import Channel
from domain.types import Alert, Delivery, Level, SendResult

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
OUTCOMES = {"ok", "retry", "unknown", "dead"}


@dataclass(frozen=True, kw_only=True)
class Stand:
    """One channel with its other side.

    make: options -> the channel, facing a side that accepts. options: what ``make`` needs.
    required: option keys without which the factory must refuse. received: the texts that arrived.
    failing: channels whose other side fails, each with the outcomes allowed for it. secret: a
    value inside ``options`` that nothing may show.
    """

    module: ModuleType
    make: Callable[[Mapping[str, str]], Channel]
    options: Mapping[str, str]
    required: tuple[str, ...]
    received: Callable[[], list[str]]
    failing: Mapping[str, tuple[Channel, set[str]]] = field(default_factory=dict)
    secret: str = ""


def a_delivery(title: str = "【橙色】新投诉：拒载", body: str = "编号：LHS-1\n请签收") -> Delivery:
    alert = Alert(
        alert_id="a1", case_id="LHS-20261123-0012", purpose="new", level=Level.ORANGE,
        title=title, body=body, created_at=NOW, drill=False,
    )  # fmt: skip
    return Delivery(
        delivery_id="0f" * 16, alert=alert, receiver="住建局", channel="tested", fallback=(),
        state="sending", attempts=1, unconfirmed=0, next_at=NOW,
    )  # fmt: skip


class ChannelContract:
    """Inherit, provide ``stand``."""

    @pytest.fixture
    def stand(self) -> Stand:
        raise NotImplementedError

    def test_an_accepted_message_is_ok_and_arrives_whole(self, stand: Stand) -> None:
        delivery = a_delivery(title="【演练】【橙色】新投诉：拒载")
        assert stand.make(stand.options).send(delivery).outcome == "ok"
        [text] = stand.received()
        for piece in ("【演练】", "拒载", "编号：LHS-1", "请签收"):
            assert piece in text

    def test_each_send_arrives_once(self, stand: Stand) -> None:
        channel = stand.make(stand.options)
        for number in range(3):
            delivery = replace(a_delivery(title=f"第 {number} 条"), delivery_id=f"{number:032x}")
            assert channel.send(delivery).outcome == "ok"
        assert len(stand.received()) == 3

    @pytest.mark.parametrize(
        "body",
        ["", "🚡🏂🏽👨‍👩‍👧‍👦🇨🇳" * 50, "\ud83d half a pair \udc00", "\x1b[2J\x00\x07控制符",
         "a\r\nb\rc",
         "\u202eright to left\u2066", "一行" * 20_000, "行\n" * 5_000, ".\n.\r\n..\n"],
        ids=["empty", "emoji", "surrogates", "control", "line-ends", "bidi", "long-line",
             "many-lines", "dots"],
    )  # fmt: skip
    def test_no_text_breaks_it(self, stand: Stand, body: str) -> None:
        result = stand.make(stand.options).send(a_delivery(body=body))
        assert result.outcome == "ok"
        [text] = stand.received()
        text.encode()
        assert "\x1b" not in text

    def test_a_line_break_in_a_title_makes_no_second_line_or_header(self, stand: Stand) -> None:
        delivery = a_delivery(title="第一行\r\nBcc: x@example.com")
        assert stand.make(stand.options).send(delivery).outcome == "ok"
        [text] = stand.received()
        assert not any(line.lower().startswith("bcc:") for line in text.splitlines())

    def test_a_failing_other_side_is_classed_and_never_raised(self, stand: Stand) -> None:
        for name, (channel, allowed) in stand.failing.items():
            result = channel.send(a_delivery())
            assert result.outcome in allowed <= OUTCOMES, name
            assert result.error, name

    def test_no_secret_is_shown_anywhere(
        self, stand: Stand, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channels = [stand.make(stand.options), *(channel for channel, _ in stand.failing.values())]
        results: list[SendResult] = [channel.send(a_delivery()) for channel in channels]
        shown = [repr(channel) for channel in channels] + [repr(result) for result in results]
        shown += [record.getMessage() + str(record.args) for record in caplog.records]
        assert not stand.secret or not [text for text in shown if stand.secret in text]

    def test_a_missing_option_is_refused_by_name_and_without_the_secret(self, stand: Stand) -> None:
        for key in stand.required:
            options = {name: value for name, value in stand.options.items() if name != key}
            with pytest.raises((ConfigError, NotConfigured)) as caught:
                stand.make(options)
            assert key in str(caught.value)
            assert "tested" in str(caught.value)
            assert not stand.secret or stand.secret not in str(caught.value)

    def test_the_factory_has_the_signature_of_all_channels(self, stand: Stand) -> None:
        parameters = inspect.signature(stand.module.channel).parameters
        assert list(parameters)[:3] == ["spec", "home", "clock"]
        for name, parameter in parameters.items():
            assert (parameter.kind is parameter.KEYWORD_ONLY) == (name != "spec")
            needed = parameter.default is parameter.empty
            assert needed == (name in ("spec", "home", "clock"))
