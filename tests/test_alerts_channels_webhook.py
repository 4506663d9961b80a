"""The webhook: on the contracts, its signature, what it sends, what counts as accepted."""

import json
from dataclasses import replace

import httpx
import pytest
from contracts.channel_contract import NOW, a_delivery
from contracts.posting_contract import SECRET, Kind, PostingContract, a_second_copy
from fakes import FakeClock
from loopback import Loopback
from providers import Webhook

from alerts.channels import webhook
from domain.errors import ConfigError

OPTIONS = {"secret": f"{SECRET}-long-enough"}
KIND = Kind(
    module=webhook, options=OPTIONS, required=("secret",), address="url",
    provider=lambda clock: Webhook(secret=OPTIONS["secret"], clock=clock), yes=b'{"ok":true}',
)  # fmt: skip


class TestWebhook(PostingContract):
    KIND = KIND


def test_the_other_side_gets_everything_it_needs_to_act() -> None:
    provider = Webhook(secret=OPTIONS["secret"], clock=FakeClock(NOW))
    with Loopback(provider) as server:
        result = KIND.make(KIND.at(server.address)).send(a_delivery())
    assert (result.outcome, result.provider_id) == ("ok", "w1")
    assert provider.contents == [{
        "delivery_id": "0f" * 16, "case_id": "LHS-20261123-0012", "purpose": "new",
        "receiver": "住建局", "level": "橙", "title": "【橙色】新投诉：拒载",
        "body": "编号：LHS-1\n请签收", "created_at": "2026-11-23T06:00:00+00:00",
        "drill": False, "copy": False,
    }]  # fmt: skip


def test_every_copy_has_the_same_key_and_says_that_it_is_one() -> None:
    provider = Webhook(secret=OPTIONS["secret"], clock=FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address))
        channel.send(a_delivery())
        channel.send(a_second_copy())
    assert provider.keys == ["0f" * 16] * 2
    assert [content["copy"] for content in provider.contents] == [False, True]


def test_a_path_and_a_query_are_kept_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    provider = Webhook(secret=OPTIONS["secret"], clock=FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(f"{server.address}/hook/{SECRET}?key={SECRET}%20x"))
        assert channel.send(a_delivery()).outcome == "ok"
    assert server.seen[0].target == f"/hook/{SECRET}?key={SECRET}%20x"
    assert SECRET not in caplog.text + repr(channel)


def test_a_wrong_key_is_refused_by_the_other_side() -> None:
    provider = Webhook(secret="another key, long enough", clock=FakeClock(NOW))
    with Loopback(provider) as server:
        assert KIND.make(KIND.at(server.address)).send(a_delivery()).outcome == "dead"


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (202, "ok"), (204, "ok"),
                                                 (404, "dead"), (500, "retry")])  # fmt: skip
def test_only_when_the_office_says_so_a_status_is_enough(status: int, outcome: str) -> None:
    options = KIND.at("https://e.org") | {"confirm": "status"}
    channel = KIND.make(options, lambda _: httpx.Response(status))
    assert channel.send(a_delivery()).outcome == outcome
    strict = KIND.make(KIND.at("https://e.org"), lambda _: httpx.Response(status))
    assert strict.send(a_delivery()).outcome != "ok"


def test_a_long_body_is_cut_between_lines_to_the_size_that_was_asked() -> None:
    delivery = a_delivery(body="\n".join(["雪" * 50] * 200))
    body = webhook.content(delivery, 4_096)
    assert 3_800 < len(body) <= 4_096
    assert json.loads(body)["body"].splitlines()[-1] == "…详见编号 LHS-20261123-0012"


def test_an_odd_delivery_id_makes_a_valid_header() -> None:
    provider = Webhook(secret=OPTIONS["secret"], clock=FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address))
        assert channel.send(replace(a_delivery(), delivery_id="a\r\nX: 雪")).outcome == "ok"
    assert provider.keys[0].isascii()


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"url": "https://例.org/x"}, "url"), ({"secret": "short"}, "secret"),
        ({"confirm": "maybe"}, "confirm"), ({"max_bytes": "100"}, "max_bytes"),
        ({"max_bytes": "70000"}, "max_bytes"), ({"base_url": "https://e.org"}, "base_url"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_word_is_refused_by_name(changed: dict[str, str], key: str) -> None:
    with pytest.raises(ConfigError, match=f"options.{key}"):
        KIND.make(KIND.at("https://e.org") | changed)
