"""Channel ``feishu``: a 飞书 group robot (自定义机器人), as a card or as text.

A refusal comes with a code in the answer, mostly as HTTP 200. Options: ``token`` (required, secret:
the last part of the robot's address), ``secret`` (its 签名校验 secret), ``format`` "card" (default)
or "text", ``link`` (the address a card's button opens, with ``{case}`` where the case number goes;
no button without it), ``parts`` (1), ``at`` (open ids or "all") and ``at_from``, ``base_url``,
``ca_file``, ``proxy``, ``connect_timeout`` (5 s), ``read_timeout`` (10 s).

A request holds 20 KB; a robot takes 100 a minute and 5 a second. The signature is keyed with time
and secret over nothing, and stands in the body. Source: alerting.md sections 2, 6 and 7.4.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx

from alerts.answers import Codes
from alerts.mentions import MENTION_OPTIONS, Mentions, mentions
from alerts.options import choice, needed, number, only, wrong
from alerts.parts import MOST, ending_for, in_json, mark, send_parts, short_title, split
from alerts.posting import HTTP_OPTIONS, Poster, poster
from alerts.texts import plain_lines
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Alert, Delivery, Level, SendResult

REQUEST_BYTES = 20_000
CODES = Codes(
    name="飞书", fields=("code", "StatusCode"),
    retry={11232: None, 230020: None, 99991400: None},
    meaning={
        9499: "请求格式不对或超长", 11232: "发送过于频繁", 19001: "机器人地址无效",
        19002: "参数不合法", 19021: "签名不对，或本机时钟不准", 19022: "本机地址不在许可范围",
        19024: "没有机器人要求的关键词", 19036: "消息超长", 230020: "群内发送过于频繁",
        99991400: "调用过于频繁",
    },
)  # fmt: skip
OPTIONS = ("token", "secret", "format", "link", "parts", *MENTION_OPTIONS, *HTTP_OPTIONS)
_PUBLIC = "https://open.feishu.cn"
_PATH = "/open-apis/bot/v2/hook"
_COLOURS = {Level.RED: "red", Level.ORANGE: "orange", Level.YELLOW: "yellow", Level.BLUE: "blue"}


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "FeishuRobot":
    """Raises NotConfigured without ``token`` and ConfigError for options that cannot be used.
    ``transport`` replaces the network in tests."""
    only(spec, *OPTIONS)
    token = needed(spec, "token", "飞书群机器人")
    at = mentions(spec)
    if at.mobiles:
        raise wrong(spec, "at", "飞书机器人不能按手机号提醒，要写 open_id（ou_ 开头）或 all")
    link = spec.options.get("link", "").strip()
    if link and urlsplit(link).scheme not in ("http", "https"):
        raise wrong(spec, "link", "网址要以 http:// 或 https:// 开头")
    return FeishuRobot(
        poster=poster(spec, home, clock, name=CODES.name, base=_PUBLIC, transport=transport),
        token=token, secret=spec.options.get("secret", "").strip(),
        style=Style(card=choice(spec, "format", ("card", "text"), "card") == "card", link=link,
                    most=number(spec, "parts", 1, most=MOST), at=at),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How an alert looks."""

    card: bool = True
    link: str = ""
    most: int = 1
    at: Mentions = field(default_factory=Mentions)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeishuRobot:
    """Implements ``domain.ports.Channel``."""

    poster: Poster
    token: str = field(repr=False)
    secret: str = field(repr=False)
    style: Style

    def send(self, delivery: Delivery) -> SendResult:
        """See ``domain.types.SendResult``; the robot gives no id for what it accepted."""
        signed = signature(self.secret, self.poster.clock()) if self.secret else {}
        return send_parts(bodies(delivery.alert, self.style, signed), self._post)

    def _post(self, body: bytes) -> SendResult:
        target = f"{_PATH}/{quote(self.token, safe='')}"
        return self.poster.post(_PATH, CODES, target=target, body=body)


def signature(secret: str, now: datetime) -> dict[str, str]:
    """The body's ``timestamp`` (seconds) and ``sign``."""
    stamp = str(int(now.timestamp()))
    made = hmac.new(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": stamp, "sign": base64.b64encode(made).decode()}


def bodies(alert: Alert, style: Style, signed: dict[str, str]) -> list[bytes]:
    """The requests that one alert becomes, each of at most 20,000 bytes; the first rings those to
    be rung."""
    at, make = style.at.for_alert(alert), _card if style.card else _text
    frame = len(_body(make(alert, "", mark(9, 9), at, style.link), signed))
    texts = split(
        plain_lines(alert.body), REQUEST_BYTES - frame, most=style.most,
        ending=ending_for(alert), size=in_json,
    )  # fmt: skip
    rung = [at, *[Mentions()] * (len(texts) - 1)]
    return [
        _body(make(alert, text, mark(number, len(texts)), who, style.link), signed)
        for number, (text, who) in enumerate(zip(texts, rung, strict=True), start=1)
    ]


def _text(alert: Alert, body: str, marked: str, at: Mentions, _link: str) -> dict[str, object]:
    rung = "".join(f'<at user_id="{user}"></at>' for user in _users(at))
    lines = [short_title(alert.title) + marked, body, rung]
    return {"msg_type": "text", "content": {"text": "\n".join(lines).rstrip("\n")}}


def _card(alert: Alert, body: str, marked: str, at: Mentions, link: str) -> dict[str, object]:
    """The body as plain text, in which nothing acts as markup; the title is the card's own."""
    title = short_title(alert.title) + marked
    elements: list[dict[str, object]] = [
        {"tag": "div", "text": {"tag": "plain_text", "content": body or "（无正文）"}}
    ]
    if rung := "".join(f"<at id={user}></at>" for user in _users(at)):
        elements.append({"tag": "div", "text": {"tag": "lark_md", "content": rung}})
    if link:
        elements.append({"tag": "action", "actions": [_button(alert, link)]})
    colour = _COLOURS[alert.level] if alert.level else "grey"
    header = {"template": colour, "title": {"tag": "plain_text", "content": title}}
    return {"msg_type": "interactive", "card": {"header": header, "elements": elements}}


def _button(alert: Alert, link: str) -> dict[str, object]:
    address = link.replace("{case}", quote(alert.case_id or "", safe=""))
    return {
        "tag": "button", "type": "primary", "url": address,
        "text": {"tag": "plain_text", "content": "查看案件"},
    }  # fmt: skip


def _users(at: Mentions) -> tuple[str, ...]:
    return (*at.users, *(("all",) if at.everyone else ()))


def _body(content: dict[str, object], signed: dict[str, str]) -> bytes:
    return json.dumps({**signed, **content}, ensure_ascii=False).encode()
