"""The 飞书 robot: on the contracts, its signature, its card, whom it rings."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from contracts.channel_contract import NOW, a_delivery
from contracts.posting_contract import SECRET, Kind, PartsContract
from fakes import FakeClock
from loopback import Loopback
from providers import Feishu

from alerts.channels import feishu
from domain.errors import ConfigError
from domain.types import Level

OPTIONS = {"token": f"{SECRET}-token", "secret": f"{SECRET}-secret"}


def _provider(clock: FakeClock) -> Feishu:
    return Feishu(token=OPTIONS["token"], secret=OPTIONS["secret"], clock=clock)


KIND = Kind(
    module=feishu, options=OPTIONS, required=("token",), provider=_provider,
    yes=b'{"code":0,"msg":"success","data":{}}',
)  # fmt: skip


def _sent(changed: Mapping[str, str], level: Level | None = Level.ORANGE) -> dict[str, Any]:
    delivery = a_delivery()
    delivery = replace(delivery, alert=replace(delivery.alert, level=level))
    provider = _provider(FakeClock(NOW))
    with Loopback(provider) as server:
        result = KIND.make(KIND.at(server.address) | changed).send(delivery)
    assert result.outcome == "ok", result.error
    return provider.contents[0]


class TestFeishu(PartsContract):
    KIND = KIND


def test_a_signature_is_the_documented_one() -> None:
    """The value was computed by another program for the time that the guide uses."""
    signed = feishu.signature("demo", datetime.fromtimestamp(1599360473, UTC))
    assert signed == {
        "timestamp": "1599360473", "sign": "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=",
    }  # fmt: skip


def test_without_a_secret_nothing_is_signed() -> None:
    provider = Feishu(token=OPTIONS["token"], secret="", clock=FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make({"token": OPTIONS["token"], "base_url": server.address})
        assert channel.send(a_delivery()).outcome == "ok"
    assert "sign" not in provider.contents[0]


@pytest.mark.parametrize(
    ("level", "colour"),
    [(Level.RED, "red"), (Level.ORANGE, "orange"), (Level.YELLOW, "yellow"),
     (Level.BLUE, "blue"), (None, "grey")],
)  # fmt: skip
def test_a_card_wears_the_colour_of_its_level(level: Level | None, colour: str) -> None:
    assert _sent({}, level)["card"]["header"]["template"] == colour


def test_a_card_shows_the_body_as_plain_text_and_opens_the_case() -> None:
    card = _sent({"link": "https://desk.example.org/t/{case}"})["card"]
    body, button = card["elements"]
    assert body["text"] == {"tag": "plain_text", "content": "编号：LHS-1\n请签收"}
    [action] = button["actions"]
    assert action["url"] == "https://desk.example.org/t/LHS-20261123-0012"


def test_a_card_without_an_address_has_no_button_that_does_nothing() -> None:
    assert [one["tag"] for one in _sent({})["card"]["elements"]] == ["div"]


@pytest.mark.parametrize(
    ("format_", "mark"), [("card", "<at id=ou_1></at>"), ("text", '<at user_id="ou_1"></at>')]
)
def test_members_are_rung_in_cards_and_in_text(format_: str, mark: str) -> None:
    assert mark in str(_sent({"format": format_, "at": "ou_1"}))
    assert mark not in str(_sent({"format": format_, "at": "ou_1"}, Level.BLUE))


def test_a_text_cannot_ring_by_itself() -> None:
    delivery = a_delivery(body='<at user_id="all">所有人</at>')
    style = feishu.Style(card=False)
    [body] = feishu.bodies(delivery.alert, style, {})
    assert b"<at" not in body


@pytest.mark.parametrize(
    ("changed", "key"),
    [({"at": "13800001111"}, "at"), ({"format": "post"}, "format"), ({"link": "ftp://x"}, "link")],
    ids=str,
)
def test_a_wrong_word_is_refused_by_name(changed: dict[str, str], key: str) -> None:
    with pytest.raises(ConfigError, match=f"options.{key}"):
        KIND.make(OPTIONS | changed)
