"""The 钉钉 robot: on the contracts, its signature, its keyword, whom it rings."""

from collections.abc import Mapping
from typing import Any

from contracts.channel_contract import NOW, a_delivery
from contracts.posting_contract import SECRET, Kind, PartsContract
from fakes import FakeClock
from loopback import Loopback
from providers import Dingtalk

from alerts.channels import dingtalk

OPTIONS = {"token": f"{SECRET}-token", "secret": f"SEC{SECRET}"}


def _provider(clock: FakeClock, keyword: str = "") -> Dingtalk:
    return Dingtalk(token=OPTIONS["token"], secret=OPTIONS["secret"], clock=clock, keyword=keyword)


KIND = Kind(
    module=dingtalk, options=OPTIONS, required=("token",), provider=_provider,
    yes=b'{"errcode":0,"errmsg":"ok"}',
)  # fmt: skip


def _sent(changed: Mapping[str, str], keyword: str = "", body: str = "请签收") -> dict[str, Any]:
    provider = _provider(FakeClock(NOW), keyword)
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address) | changed)
        result = channel.send(a_delivery(body=body))
    assert result.outcome == "ok", result.error
    return provider.contents[0]


class TestDingtalk(PartsContract):
    KIND = KIND


def test_every_signature_is_encoded_exactly_once() -> None:
    """Base64 ends in "=" and may hold "+" and "/": half the signatures would fail otherwise."""
    clock = FakeClock(NOW)
    provider = _provider(clock)
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address), clock=clock)
        for _ in range(40):
            assert channel.send(a_delivery()).outcome == "ok"
            clock.move(3.217)
    queries = [seen.raw_query for seen in server.seen]
    assert len(set(queries)) == 40
    assert any("%2B" in query for query in queries)
    assert any("%2F" in query for query in queries)


def test_a_signature_is_the_documented_one() -> None:
    signed = dingtalk.signature("SECplanted", NOW)
    assert signed.startswith("timestamp=1795413600000&sign=")


def test_a_clock_an_hour_off_is_dead_and_says_so() -> None:
    provider = _provider(FakeClock(NOW))
    late = FakeClock(NOW)
    late.move(3700)
    with Loopback(provider) as server:
        result = KIND.make(KIND.at(server.address), clock=late).send(a_delivery())
    assert result.outcome == "dead"
    assert "时钟不准" in result.error


def test_without_a_secret_nothing_is_signed() -> None:
    provider = Dingtalk(token=OPTIONS["token"], secret="", clock=FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make({"token": OPTIONS["token"], "base_url": server.address})
        assert channel.send(a_delivery()).outcome == "ok"
    assert server.seen[0].raw_query == f"access_token={OPTIONS['token']}"


def test_those_to_be_rung_are_named_in_the_text_too() -> None:
    content = _sent({"at": "13800001111, manager01"})
    assert content["at"] == {
        "atMobiles": ["13800001111"], "atUserIds": ["manager01"], "isAtAll": False,
    }  # fmt: skip
    assert content["markdown"]["text"].endswith("@13800001111 @manager01")


def test_the_whole_group_is_rung_when_the_office_says_so() -> None:
    assert _sent({"at": "all"})["at"]["isAtAll"] is True


def test_the_robots_keyword_is_put_where_a_message_lacks_it() -> None:
    assert _sent({"keyword": "听雪"}, "听雪")["markdown"]["title"].startswith("听雪｜")
    assert not _sent({"keyword": "拒载"}, "拒载")["markdown"]["title"].startswith("拒载｜")


def test_lines_stay_lines_in_its_markdown() -> None:
    content = _sent({}, body="编号：LHS-1\n请签收")
    assert content["markdown"]["text"].endswith("编号：LHS-1  \n请签收")


def test_after_twenty_a_minute_the_robot_asks_for_ten_minutes() -> None:
    clock = FakeClock(NOW)
    provider = _provider(clock)
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address), clock=clock)
        results = [channel.send(a_delivery()) for _ in range(21)]
        assert [one.outcome for one in results] == ["ok"] * 20 + ["retry"]
        assert results[-1].retry_after == 600.0  # which the outbox keeps (PostingContract)
        clock.move(600)
        assert channel.send(a_delivery()).outcome == "ok"


def test_no_request_is_above_twenty_thousand_bytes_however_it_is_written() -> None:
    body = '"\\\t雪🚡' * 5_000
    _sent({"at": ",".join(f"138000011{number:02d}" for number in range(20))}, body=body)
