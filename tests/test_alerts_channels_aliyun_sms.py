"""阿里云短信: on the contracts, its signature, its template, its limits."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from contracts.channel_contract import NOW, ChannelContract, Stand, a_delivery
from contracts.posting_contract import SECRET, Kind, PostingContract
from fakes import FakeClock
from loopback import Loopback
from providers import AliyunSms

from alerts.channels import aliyun_sms
from domain.errors import ConfigError

OPTIONS = {
    "access_key_id": f"{SECRET}-id", "access_key_secret": f"{SECRET}-secret",
    "phones": "13800001111, 13800002222", "sign_name": "莲花山管委会", "template": "SMS_100",
    "params": "level=level, no=no, t=ask, about=title", "templates": "remind=SMS_200",
}  # fmt: skip


def _provider(clock: FakeClock) -> AliyunSms:
    return AliyunSms(
        key_id=OPTIONS["access_key_id"], key_secret=OPTIONS["access_key_secret"], clock=clock,
        variables=("level", "no", "t"),
    )  # fmt: skip


KIND = Kind(
    module=aliyun_sms, options=OPTIONS,
    required=("access_key_id", "access_key_secret", "phones", "sign_name", "template"),
    provider=_provider, yes=b'{"Code":"OK","Message":"OK","BizId":"b1"}',
)  # fmt: skip


def _params(**changed: Any) -> dict[str, str]:
    delivery = a_delivery()
    delivery = replace(delivery, alert=replace(delivery.alert, **changed))
    channel = KIND.make(OPTIONS)
    assert isinstance(channel, aliyun_sms.AliyunSms)
    return aliyun_sms.parameters(delivery, channel.sms)


class TestAliyunSms(PostingContract):
    KIND = KIND

    def test_an_accepted_message_is_ok_and_arrives_whole(self, stand: Stand) -> None:
        """A template says what may be said; the text of a complaint may not."""
        body = "编号：LHS-1\n请办：请于 11月23日 14:35 前签收\n反映内容（抖音，未核实）：「拒载」"
        assert stand.make(stand.options).send(a_delivery(body=body)).outcome == "ok"
        [text] = stand.received()
        assert "橙色\nLHS-20261123-0012\n请于 11月23日 14:35 前签收" in text
        assert "反映内容" not in text

    def test_a_line_break_in_a_title_makes_no_second_line_or_header(self, stand: Stand) -> None:
        ChannelContract.test_a_line_break_in_a_title_makes_no_second_line_or_header(self, stand)


def test_a_signature_is_the_documented_one() -> None:
    """The worked example of 阿里云's description of signature V3."""
    channel = KIND.make(
        OPTIONS | {"access_key_id": "YourAccessKeyId", "access_key_secret": "YourAccessKeySecret"}
    )
    assert isinstance(channel, aliyun_sms.AliyunSms)
    query = aliyun_sms.canonical_query({
        "RegionId": "cn-shanghai",
        "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
    })  # fmt: skip
    headers = aliyun_sms.signed_headers(
        channel.sms, host="ecs.cn-shanghai.aliyuncs.com", path="/", query=query,
        nonce="3156853299f313e23d1673dc12e1703d",
        now=datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        action="RunInstances", version="2014-05-26",
    )  # fmt: skip
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_a_path_of_a_private_gateway_is_signed_too() -> None:
    provider = _provider(FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(f"{server.address}/gateway/sms"))
        assert channel.send(a_delivery()).outcome == "ok"
    assert server.seen[0].path == "/gateway/sms/"


def test_each_try_is_signed_anew() -> None:
    provider = _provider(FakeClock(NOW))
    with Loopback(provider) as server:
        channel = KIND.make(KIND.at(server.address))
        assert {channel.send(a_delivery()).outcome for _ in range(3)} == {"ok"}
    assert len(provider.nonces) == 3


def test_what_is_sent_is_the_documented_request() -> None:
    params = _params()
    assert params["PhoneNumbers"] == "13800001111,13800002222"
    assert (params["SignName"], params["TemplateCode"]) == ("莲花山管委会", "SMS_100")
    assert json.loads(params["TemplateParam"])["level"] == "橙色"


def test_an_alert_of_another_purpose_takes_its_own_template() -> None:
    assert _params(purpose="remind")["TemplateCode"] == "SMS_200"


def test_no_variable_is_too_long_or_holds_a_link() -> None:
    words = json.loads(_params(title="拒载" * 50, body="请办：" + "请尽快" * 50)["TemplateParam"])
    assert all(0 < len(word) <= 35 for word in words.values())


def test_a_test_message_fills_every_variable() -> None:
    words = json.loads(_params(case_id=None, level=None, body="")["TemplateParam"])
    assert words["level"] == "测试"
    assert all(words.values())


def test_phone_numbers_stay_out_of_logs_and_repr(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Loopback(_provider(FakeClock(NOW))) as server:
        channel = KIND.make(KIND.at(server.address))
        result = channel.send(a_delivery())
    assert "13800001111" in str(server.seen)
    assert "13800001111" not in caplog.text + repr(channel) + repr(result)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"phones": "12345"}, "phones"), ({"template": "100"}, "template"),
        ({"params": "level"}, "params"), ({"params": "level=weather"}, "params"),
        ({"templates": "remind:SMS_2"}, "templates"),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_word_is_refused_by_name(changed: Mapping[str, str], key: str) -> None:
    with pytest.raises(ConfigError, match=f"options.{key}"):
        KIND.make({**OPTIONS, **changed})
