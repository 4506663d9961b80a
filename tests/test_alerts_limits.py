"""No text goes over a provider's limit, breaks UTF-8, or leaves markup open: 10,000 made up here,
a twentieth of them in the fast lane.

Made of what breaks senders: Chinese, emoji of several code points, right-to-left script, zero-width
signs, stacked accents, control characters, halves of surrogate pairs, markup, masks and addresses.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from contracts.channel_contract import NOW, a_delivery
from fakes import FakeClock
from test_alerts_channels_aliyun_sms import KIND as SMS
from test_alerts_channels_wecom_app import KIND as APP

from alerts.channels import aliyun_sms, dingtalk, feishu, webhook, wecom, wecom_app
from alerts.channels.wecom_app import AppSettings
from alerts.mentions import Mentions
from domain.types import Alert, Delivery, Level

TEXTS = 10_000
CHUNKS = 20
_PIECES = (
    "天定山拒载", "编号：LHS-20261123-0012", "a", " ", "\n", "\n\n", "\r\n", "\t", "🚡", "👨‍👩‍👧‍👦",
    "🏂🏽", "🇨🇳", "مرحبا بالعالم", "שלום", "\u202eevil\u2066", "\u200b", "\u200d", "\ufeff",
    "e\u0301\u0323", "क्षि", "\x00", "\x1b[2J", "\ud83d", "\udc00", "<@all>", "**", "**粗**",
    "[点](",
    "](http://x)", "<font color=\"warning\">", "</font>", "`", "# 标题", "> 引用", "138****5678",
    "张**", "https://example.org/a?b=1&c=**[x]", '"', "\\", "<at user_id=\"all\"></at>", "雪" * 700,
    "z\u0301" * 300, "👩‍🚀" * 200, "x" * 3_000, "𠮷",
)  # fmt: skip
# Long ones seldom: they are where the time goes.
_WEIGHTS = tuple(1.0 if len(piece) < 100 else 0.2 for piece in _PIECES)
_OURS = re.compile(
    r'<font color="warning">|</font>|<@[A-Za-z0-9]+>|<at id=[a-z_0-9]+></at>|'
    r'<at user_id="[a-z_0-9]+"></at>|\*\*'
)


def _texts(seed: int) -> Iterator[Delivery]:
    rng = Random(seed)
    for number in range(TEXTS // CHUNKS):
        most = rng.choice((2, 8, 8, 20, 20, 60))
        body = "".join(rng.choices(_PIECES, _WEIGHTS, k=rng.randint(0, most)))
        title = "".join(rng.choices(_PIECES, _WEIGHTS, k=rng.randint(0, 12)))
        delivery = a_delivery(title=title, body=body)
        case = rng.choice(("LHS-20261123-0012", None))
        alert = replace(delivery.alert, level=rng.choice([*Level, None]), case_id=case)
        yield replace(delivery, delivery_id=f"{number:032x}", alert=alert)


def _balanced(text: str) -> None:
    assert text.count("<font") == text.count("</font>")
    assert text.count("**") % 2 == 0
    for line in text.split("\n"):
        assert line.count("**") % 2 == 0, line
    left = _OURS.sub("", text)
    assert not set("<>[]`*") & set(left), left


def _wecom(alert: Alert, most: int) -> None:
    at = Mentions(users=("zhangsan",), lowest=Level.BLUE)
    for content in wecom.contents(alert, most, at):
        text = content["markdown"]["content"]  # type: ignore[index]
        assert len(text.encode()) <= 4_096
        _balanced(text)
    for content in wecom.contents(alert, most, replace(at, mobiles=("13800001111",))):
        [part] = [content[kind] for kind in ("text", "markdown") if kind in content]
        text = part["content"]  # type: ignore[index]
        assert len(text.encode()) <= (2_048 if "text" in content else 4_096)
        _balanced(text)


def _app(delivery: Delivery, settings: AppSettings) -> None:
    for style in ("markdown", "text"):
        for content in wecom_app.contents(delivery, replace(settings, format=style)):
            text = content[style]["content"]  # type: ignore[index]
            assert len(text.encode()) <= 2_048
            _balanced(text)
    [content] = wecom_app.contents(delivery, replace(settings, format="card"))
    card: Any = content["template_card"]
    assert len(card["main_title"]["title"]) <= 36
    assert len(card["sub_title_text"]) <= 160
    json.dumps(content, ensure_ascii=False).encode()


def _robots(alert: Alert, most: int) -> None:
    at = Mentions(users=("ou_1",), mobiles=("13800001111",), lowest=Level.BLUE)
    for body in dingtalk.bodies(alert, most, at, "听雪"):
        assert len(body) <= 20_000
        text = json.loads(body)["markdown"]["text"]
        assert "听雪" in json.loads(body)["markdown"]["title"]
        _balanced(text)
    signed = feishu.signature("secret", NOW)
    for card in (True, False):
        style = feishu.Style(card=card, link="https://e.org/{case}", most=most, at=at)
        for body in feishu.bodies(alert, style, signed):
            assert len(body) <= 20_000
            _balanced_feishu(json.loads(body))


def _balanced_feishu(content: Mapping[str, Any]) -> None:
    if content["msg_type"] == "text":
        _balanced(content["content"]["text"])
        return
    for element in content["card"]["elements"]:
        if element.get("text", {}).get("tag") == "lark_md":
            _balanced(element["text"]["content"])


@pytest.mark.parametrize(
    "seed",
    [pytest.param(seed, marks=[pytest.mark.full] if seed else []) for seed in range(CHUNKS)],
)
def test_no_text_goes_over_a_limit_or_leaves_markup_open(seed: int) -> None:
    rng = Random(seed)
    app: Any = APP.make(APP.options, clock=FakeClock(NOW))
    sms: Any = SMS.make(SMS.options, clock=FakeClock(NOW))
    link = replace(app.settings, link="https://e.org/{case}")
    for delivery in _texts(seed):
        most = rng.choice((1, 1, 2, 5))
        _wecom(delivery.alert, most)
        _app(delivery, replace(link, most=most))
        _robots(delivery.alert, most)
        assert len(webhook.content(delivery, 2_048)) <= 2_048
        words = json.loads(aliyun_sms.parameters(delivery, sms.sms)["TemplateParam"])
        assert all(0 < len(word) <= 35 for word in words.values())


def test_the_checks_above_can_fail() -> None:
    for broken in ("**", '<font color="warning">x', "<@all", "[a](b)", "a**\n**b"):
        with pytest.raises(AssertionError):
            _balanced(broken)
