"""Channel ``wecom``: a 企业微信 group robot (企业微信群机器人), markdown messages.

A refusal comes as HTTP 200 with an errcode, so only ``errcode == 0`` is "ok". Options: ``key``
(required, secret), ``parts`` (1: how many messages one long alert may become), ``at`` and
``at_from`` (whom to ring), ``base_url`` (default the public service; 政务微信 and private
deployments have their own), ``ca_file``, ``proxy``, ``connect_timeout`` (5 s), ``read_timeout``
(10 s). One markdown message holds 4096 bytes, one text 2048; a robot takes 20 a minute. Mobile
numbers can only be rung in a text, so an alert that rings one goes out as text. Source: alerting.md
sections 2, 6 and 7.1.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx

from alerts.answers import Codes
from alerts.mentions import MENTION_OPTIONS, Mentions, mentions
from alerts.options import needed, number, only
from alerts.parts import MOST, coloured, send_parts, titled
from alerts.posting import HTTP_OPTIONS, Poster, poster
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Alert, Delivery, SendResult

MARKDOWN_BYTES = 4096
TEXT_BYTES = 2048
CODES = Codes(
    name="企业微信", fields=("errcode",),
    retry={-1: None, 45033: None, 45009: 65.0},
    meaning={
        -1: "系统繁忙", 40001: "密钥不合法", 40008: "消息类型不合法", 40033: "请求字符不合法",
        40058: "参数不合法或超长", 40063: "参数为空", 41001: "缺少密钥", 43004: "需要接收者关注",
        44004: "消息内容为空", 45002: "消息超长", 45009: "发送过于频繁", 45033: "并发过多",
        47001: "消息格式不合法", 48002: "接口未授权", 60020: "本机地址不在许可范围",
        93000: "机器人地址无效或已被移出群", 93004: "机器人被停用", 93008: "机器人不在群里",
    },
)  # fmt: skip
OPTIONS = ("key", "parts", *MENTION_OPTIONS, *HTTP_OPTIONS)
_PUBLIC = "https://qyapi.weixin.qq.com"
_PATH = "/cgi-bin/webhook/send"


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "WecomRobot":
    """Raises NotConfigured without ``key`` and ConfigError for options that cannot be used.
    ``transport`` replaces the network in tests."""
    only(spec, *OPTIONS)
    key = needed(spec, "key", "企业微信群机器人")
    return WecomRobot(
        poster=poster(spec, home, clock, name=CODES.name, base=_PUBLIC, transport=transport),
        target=f"{_PATH}?{urlencode({'key': key})}",
        most=number(spec, "parts", 1, most=MOST), at=mentions(spec),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomRobot:
    """Implements ``domain.ports.Channel``."""

    poster: Poster
    target: str = field(repr=False)
    most: int
    at: Mentions

    def send(self, delivery: Delivery) -> SendResult:
        """See ``domain.types.SendResult``; the robot gives no id for what it accepted."""
        return send_parts(contents(delivery.alert, self.most, self.at), self._post)

    def _post(self, content: dict[str, object]) -> SendResult:
        body = json.dumps(content, ensure_ascii=False).encode()
        return self.poster.post(_PATH, CODES, target=self.target, body=body)


def contents(alert: Alert, most: int, at: Mentions) -> list[dict[str, object]]:
    """The messages that one alert becomes; the first rings those to be rung."""
    at = at.for_alert(alert)
    if at.mobiles or at.everyone:
        return _texts(alert, most, at)
    names = "".join(f"<@{user}>" for user in at.users)
    parts = titled(
        alert, limit=MARKDOWN_BYTES, most=most, head=coloured(alert.level),
        tail=f"\n{names}" if names else "",
    )  # fmt: skip
    return [{"msgtype": "markdown", "markdown": {"content": part}} for part in parts]


def _texts(alert: Alert, most: int, at: Mentions) -> list[dict[str, object]]:
    parts = titled(alert, limit=TEXT_BYTES, most=most)
    everyone = ["@all"] if at.everyone else []
    rung = {"mentioned_list": [*at.users, *everyone], "mentioned_mobile_list": list(at.mobiles)}
    contents = [{"content": part, **(rung if part is parts[0] else {})} for part in parts]
    return [{"msgtype": "text", "text": content} for content in contents]
