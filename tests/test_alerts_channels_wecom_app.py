"""The 企业微信 application: on the contracts, its token, its copies, its cards."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from contracts.channel_contract import NOW, a_delivery
from contracts.posting_contract import SECRET, Kind, PartsContract, a_second_copy
from fakes import FakeClock
from loopback import Loopback
from providers import WecomApp

from alerts.channels import wecom_app
from domain.errors import ConfigError
from domain.ports import Channel

OPTIONS = {
    "corpid": f"{SECRET}-corp", "secret": f"{SECRET}-secret", "agentid": "1000002",
    "users": "zhangsan, lisi",
}  # fmt: skip
CARD = {"format": "card", "link": "https://desk.example.org/t/{case}"}


def _provider(_: FakeClock) -> WecomApp:
    return WecomApp(corpid=OPTIONS["corpid"], secret=OPTIONS["secret"])


def _first(path: str) -> bytes | None:
    token = {"errcode": 0, "errmsg": "ok", "access_token": f"{SECRET}-t", "expires_in": 7200}
    return json.dumps(token).encode() if path.endswith("/gettoken") else None


KIND = Kind(
    module=wecom_app, options=OPTIONS, required=("corpid", "secret", "agentid", "users"),
    provider=_provider, yes=b'{"errcode":0,"errmsg":"ok","msgid":"m1"}', first=_first,
)  # fmt: skip


@contextmanager
def _facing(changed: Mapping[str, str] | None = None) -> Iterator[tuple[Channel, WecomApp]]:
    provider = _provider(FakeClock(NOW))
    with Loopback(provider) as server:
        yield KIND.make(KIND.at(server.address) | (changed or {})), provider


class TestWecomApp(PartsContract):
    KIND = KIND


def test_one_token_serves_many_messages() -> None:
    with _facing() as (channel, provider):
        for number in range(5):
            assert channel.send(a_delivery(title=f"第 {number} 条")).outcome == "ok"
    assert (provider.tokens, len(provider.texts)) == (1, 5)


@pytest.mark.parametrize("code", [40014, 42001])
def test_a_token_that_is_over_is_renewed_once_and_the_message_still_arrives(code: int) -> None:
    with _facing() as (channel, provider):
        channel.send(a_delivery())
        provider.token, provider.over = "another one, taken by another program", code
        assert channel.send(a_delivery(title="第二条")).outcome == "ok"
    assert (provider.tokens, len(provider.texts)) == (2, 2)


def test_a_token_that_is_refused_again_is_tried_later_not_in_a_circle() -> None:
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json={"errcode": 42001, "errmsg": "access_token expired"})

    assert KIND.mocked(refuse).send(a_delivery()).outcome == "retry"
    assert len(asked) == 2


def test_a_token_about_to_end_is_renewed_before_it_does() -> None:
    with _facing() as (channel, provider):
        provider.expires_in = 0
        channel.send(a_delivery())
        channel.send(a_delivery(title="第二条"))
    assert provider.tokens == 2


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, {"errcode": 40001, "errmsg": "invalid credential"}, "dead"),
        (200, {"errcode": 40013, "errmsg": "invalid corpid"}, "dead"),
        (200, {"errcode": 60020, "errmsg": "ip 192.0.2.1"}, "dead"),
        (200, {"errcode": 45009, "errmsg": "freq"}, "retry"),
        (200, {"errcode": 0, "errmsg": "ok"}, "retry"),
        (200, {"errcode": 0, "access_token": "", "expires_in": 0}, "retry"),
        (200, {}, "retry"),
        (502, {}, "retry"),
        (302, {}, "retry"),
    ],
)
def test_without_a_token_no_message_leaves_so_nothing_is_unknown(
    status: int, body: dict[str, object], outcome: str
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(status, json=body)

    bare = replace(KIND, first=lambda _: None)
    result = bare.mocked(answer).send(a_delivery())
    assert result.outcome == outcome
    assert result.error.startswith("取令牌失败")
    assert asked == ["/cgi-bin/gettoken"]


def test_a_second_copy_is_folded_into_the_first() -> None:
    with _facing() as (channel, provider):
        assert channel.send(a_delivery()).outcome == "ok"
        assert channel.send(a_second_copy()).outcome == "ok"
    assert (len(provider.texts), provider.folded) == (1, 1)
    assert provider.contents[0]["duplicate_check_interval"] == 14_400


def test_after_the_provider_has_forgotten_the_first_a_copy_says_that_it_is_one() -> None:
    old = replace(a_second_copy().alert, created_at=NOW - timedelta(hours=4))
    with _facing() as (channel, provider):
        channel.send(a_second_copy(alert=old))
    assert "（重发，请以编号为准）" in provider.texts[0]


def test_a_card_holds_what_must_be_seen_and_opens_the_case() -> None:
    with _facing(CARD) as (channel, provider):
        assert channel.send(a_delivery()).outcome == "ok"
    [content] = provider.contents
    card = content["template_card"]
    assert isinstance(card, dict)
    assert (content["touser"], content["agentid"]) == ("zhangsan|lisi", 1000002)
    assert card["card_type"] == "text_notice"
    assert card["main_title"] == {"title": "【橙色】新投诉：拒载"}
    assert card["horizontal_content_list"] == [{"keyname": "编号", "value": "LHS-20261123-0012"}]
    assert card["card_action"] == {
        "type": 1, "url": "https://desk.example.org/t/LHS-20261123-0012",
    }  # fmt: skip
    assert card["task_id"] == "tx_" + "0f" * 16


def test_a_task_id_seen_before_means_arrived_only_after_an_unconfirmed_try() -> None:
    with _facing(CARD) as (channel, provider):
        assert channel.send(a_delivery()).outcome == "ok"
        assert channel.send(a_second_copy()).outcome == "ok"
        assert len(provider.texts) == 1
        other = channel.send(a_delivery(title="另一条，却用了同一个编号"))
    assert other.outcome == "dead"
    assert "42014" in other.error


def test_an_odd_delivery_id_makes_a_task_id_of_the_documented_shape() -> None:
    made = wecom_app.task_id("a b\n雪" * 50)
    assert made.isascii()
    assert 0 < len(made) <= 128
    assert made != wecom_app.task_id("a b\n雪" * 51)


def test_receivers_that_are_unknown_there_are_counted_and_not_named() -> None:
    with _facing() as (channel, provider):
        provider.unknown = "lisi|wangwu"
        result = channel.send(a_delivery())
    assert (result.outcome, result.provider_id) == ("ok", "m1")
    assert "2 个接收人无效" in result.error
    assert "lisi" not in result.error


def test_text_is_sent_without_markup() -> None:
    with _facing({"format": "text"}) as (channel, provider):
        channel.send(a_delivery())
    assert provider.texts == ["【橙色】新投诉：拒载\n编号：LHS-1\n请签收"]


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"format": "html"}, "format"), ({"format": "card"}, "link"), ({"agentid": "x"}, "agentid"),
        ({"users": "张三"}, "users"), ({"parties": ",".join(map(str, range(101)))}, "parties"),
        ({"parts": "9"}, "parts"), ({"format": "card", "link": "javascript:x"}, "link"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_word_is_refused_by_name(changed: dict[str, str], key: str) -> None:
    with pytest.raises(ConfigError, match=f"options.{key}"):
        KIND.make(OPTIONS | changed)
