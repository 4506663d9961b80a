"""Channel ``dingtalk``: a 钉钉 group robot (自定义机器人), markdown messages.

A refusal comes as HTTP 200 with an errcode. Options: ``token`` (required, secret: the part of the
address after ``access_token=``), ``secret`` (the robot's 加签 secret, SEC…; without it the robot
must be guarded by a keyword or by addresses), ``keyword`` (the robot's 自定义关键词, put where a
message lacks it), ``parts`` (1), ``at`` and ``at_from``, ``base_url``, ``ca_file``, ``proxy``,
``connect_timeout`` (5 s), ``read_timeout`` (10 s).

A request holds 20,000 bytes; a robot takes 20 a minute and then blocks for ten, so after that
refusal the whole channel waits. Signed with our clock, which may be an hour off at most. Source:
alerting.md sections 2, 6 and 7.3, and the robot's own list of error codes.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import httpx

from alerts.answers import Codes
from alerts.mentions import MENTION_OPTIONS, Mentions, mentions
from alerts.options import needed, number, only
from alerts.parts import MOST, in_json, send_parts, short_title, titled
from alerts.posting import HTTP_OPTIONS, Poster, poster
from alerts.texts import inert
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Alert, Delivery, SendResult

REQUEST_BYTES = 20_000
CODES = Codes(
    name="钉钉", fields=("errcode",),
    retry={-1: None, 130101: 600.0, 410100: 600.0, 460101: 60.0, 90030: 60.0},
    meaning={
        -1: "系统繁忙", 40035: "缺少参数", 43004: "请求格式不对", 88: "鉴权失败",
        90030: "机器人调用超限", 130101: "超过每分钟20条，须等10分钟", 300001: "机器人令牌不存在",
        300005: "机器人令牌不存在", 410100: "发送太快被限流，须等10分钟", 460101: "发送过于频繁",
        310000: "未过机器人的安全设置：加签、关键词或IP，或本机时钟不准",
        400013: "群已解散", 400101: "机器人令牌不存在", 400102: "机器人已停用",
        400105: "消息类型不支持", 400106: "机器人不存在", 400402: "缺少消息标题",
        430101: "含有不安全的外链", 430102: "含有不合适的文本", 430103: "含有不合适的图片",
        430104: "含有不合适的内容",
    },
)  # fmt: skip
OPTIONS = ("token", "secret", "keyword", "parts", *MENTION_OPTIONS, *HTTP_OPTIONS)
_PUBLIC = "https://oapi.dingtalk.com"
_PATH = "/robot/send"


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "DingtalkRobot":
    """Raises NotConfigured without ``token`` and ConfigError for options that cannot be used.
    ``transport`` replaces the network in tests."""
    only(spec, *OPTIONS)
    token = needed(spec, "token", "钉钉群机器人")
    return DingtalkRobot(
        poster=poster(spec, home, clock, name=CODES.name, base=_PUBLIC, transport=transport),
        token=token, secret=spec.options.get("secret", "").strip(),
        keyword=inert(spec.options.get("keyword", "")),
        most=number(spec, "parts", 1, most=MOST), at=mentions(spec),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DingtalkRobot:
    """Implements ``domain.ports.Channel``."""

    poster: Poster
    token: str = field(repr=False)
    secret: str = field(repr=False)
    keyword: str
    most: int
    at: Mentions

    def send(self, delivery: Delivery) -> SendResult:
        """See ``domain.types.SendResult``; the robot gives no id for what it accepted."""
        return send_parts(bodies(delivery.alert, self.most, self.at, self.keyword), self._post)

    def _post(self, body: bytes) -> SendResult:
        target = f"{_PATH}?access_token={quote(self.token, safe='')}"
        if self.secret:
            target += "&" + signature(self.secret, self.poster.clock())
        return self.poster.post(_PATH, CODES, target=target, body=body)


def signature(secret: str, now: datetime) -> str:
    """``timestamp=…&sign=…``, percent-encoded once; the time in milliseconds."""
    stamp = int(now.timestamp() * 1000)
    made = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={stamp}&sign={quote(base64.b64encode(made), safe='')}"


def bodies(alert: Alert, most: int, at: Mentions, keyword: str = "") -> list[bytes]:
    """The requests that one alert becomes, each of at most 20,000 bytes; the first rings those to
    be rung, who must be named in its text too."""
    at = at.for_alert(alert)
    called = "".join(f"@{one} " for one in (*at.mobiles, *at.users))
    tail = f"\n\n{called.rstrip()}" if called else ""
    title = short_title(alert.title)
    needs = "" if keyword in title else f"{keyword}｜"
    frame = len(_body(needs + title, "", at))
    # 钉钉's markdown joins single line breaks; two blanks before one keep it.
    texts = titled(
        alert, limit=REQUEST_BYTES - frame, most=most, head=lambda line: f"### {needs}{line}\n",
        tail=tail, size=_spaced,
    )  # fmt: skip
    rung = [at, *[Mentions()] * (len(texts) - 1)]
    return [
        _body(needs + title, text.replace("\n", "  \n"), who)
        for text, who in zip(texts, rung, strict=True)
    ]


def _spaced(text: str) -> int:
    return in_json(text) + 2 * text.count("\n")


def _body(title: str, text: str, at: Mentions) -> bytes:
    content = {
        "msgtype": "markdown",
        "markdown": {"title": title, "text": text},
        "at": {
            "atMobiles": list(at.mobiles), "atUserIds": list(at.users), "isAtAll": at.everyone,
        },
    }  # fmt: skip
    return json.dumps(content, ensure_ascii=False).encode()
