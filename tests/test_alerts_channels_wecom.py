"""The 企业微信 robot: on the contracts, what it sends, and whom it rings."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest
from contracts.channel_contract import NOW, a_delivery
from contracts.posting_contract import SECRET, Kind, PartsContract
from fakes import FakeClock
from loopback import Loopback
from providers import Wecom

from alerts.channels import wecom
from alerts.mentions import Mentions
from domain.errors import ConfigError, NotConfigured
from domain.types import Level

OPTIONS = {"key": f"{SECRET}-key"}
KIND = Kind(
    module=wecom, options=OPTIONS, required=("key",),
    provider=lambda clock: Wecom(key=OPTIONS["key"], clock=clock),
    yes=b'{"errcode":0,"errmsg":"ok"}',
)  # fmt: skip


def _sent(changed: Mapping[str, str], level: Level | None = Level.ORANGE) -> list[dict[str, Any]]:
    delivery = a_delivery()
    delivery = replace(delivery, alert=replace(delivery.alert, level=level))
    provider = Wecom(key=OPTIONS["key"], clock=FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address) | changed)
        assert channel.send(delivery).outcome == "ok"
    return provider.contents


class TestWecom(PartsContract):
    KIND = KIND


def test_the_request_is_the_one_the_robot_expects() -> None:
    seen: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=KIND.yes)

    KIND.make({**OPTIONS, "base_url": "https://wx.example.gov.cn/private/"}, accept).send(
        a_delivery()
    )
    [request] = seen
    assert str(request.url) == (
        f"https://wx.example.gov.cn/private/cgi-bin/webhook/send?key={OPTIONS['key']}"
    )
    assert request.headers["Content-Type"].startswith("application/json")
    assert json.loads(request.content) == {
        "msgtype": "markdown",
        "markdown": {
            "content": '<font color="warning">**【橙色】新投诉：拒载**</font>\n编号：LHS-1\n请签收'
        },
    }
    assert "拒载".encode() in request.content


def test_only_red_and_orange_are_coloured() -> None:
    [content] = _sent({}, Level.BLUE)
    assert "<font" not in str(content)


def test_a_long_message_ends_between_lines_and_points_to_the_case() -> None:
    body = "\n".join(f"第 {number} 行：{'雪' * 20}" for number in range(200))
    [content] = wecom.contents(a_delivery(body=body).alert, 1, Mentions())
    text = content["markdown"]["content"]  # type: ignore[index]
    lines = text.split("\n")
    assert 3_900 < len(text.encode()) <= 4_096
    assert lines[-1] == "…详见编号 LHS-20261123-0012"
    assert lines[1:-1] == body.split("\n")[: len(lines) - 2]


def test_a_visitor_can_neither_ring_the_group_nor_write_markup() -> None:
    [content] = wecom.contents(a_delivery(body="<@all> **急** [点](http://x)").alert, 1, Mentions())
    text = content["markdown"]["content"]  # type: ignore[index]
    assert text.splitlines()[1] == "＜@all＞ ＊＊急＊＊ ［点］(http://x)"


def test_members_are_rung_in_markdown() -> None:
    [content] = _sent({"at": "zhangsan, lisi"})
    assert content["markdown"]["content"].endswith("\n<@zhangsan><@lisi>")


def test_a_mobile_number_is_rung_in_a_text() -> None:
    [content] = _sent({"at": "13800001111, zhangsan, all"})
    assert content["msgtype"] == "text"
    assert content["text"]["mentioned_mobile_list"] == ["13800001111"]
    assert content["text"]["mentioned_list"] == ["zhangsan", "@all"]


@pytest.mark.parametrize(
    ("level", "at_from", "rings"),
    [
        (Level.RED, "", True), (Level.YELLOW, "", False), (Level.YELLOW, "蓝", True),
        (Level.ORANGE, "红", False), (None, "蓝", False),
    ],
)  # fmt: skip
def test_who_is_rung_follows_the_level(level: Level | None, at_from: str, rings: bool) -> None:
    changed = {"at": "zhangsan"} | ({"at_from": at_from} if at_from else {})
    [content] = _sent(changed, level)
    assert ("<@zhangsan>" in str(content)) == rings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("at", "张三"),
        ("at", "a b"),
        ("at_from", "紫"),
        ("parts", "0"),
        ("parts", "6"),
        ("parts", "x"),
    ],
)
def test_a_wrong_word_is_refused_by_name(key: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"options.{key}"):
        KIND.make(OPTIONS | {key: value})


def test_without_a_key_it_switches_itself_off() -> None:
    with pytest.raises(NotConfigured, match="没有配置 key"):
        KIND.make({"key": "  "})


def test_after_the_twentieth_message_of_a_minute_the_robot_asks_for_a_pause() -> None:
    clock = FakeClock(NOW)
    provider = Wecom(key=OPTIONS["key"], clock=clock)
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address), clock=clock)
        results = [channel.send(a_delivery()) for _ in range(21)]
        assert [one.outcome for one in results] == ["ok"] * 20 + ["retry"]
        assert results[-1].retry_after == 65.0  # which the outbox keeps (PostingContract)
        clock.move(65)
        assert channel.send(a_delivery()).outcome == "ok"
