"""Channel ``wecom_app``: messages of a 企业微信 application (应用消息), to people, not a group.

Options: ``corpid``, ``secret`` (required, the application's), ``agentid``; ``users``, ``parties``,
``tags`` (at least one; ids separated by commas, ``users`` may be @all); ``format`` "markdown"
(default), "text" or "card"; ``link`` (needed for cards: the address that a card opens, with
``{case}`` where the case number goes); ``parts``, ``base_url``, ``ca_file``, ``proxy``,
``connect_timeout``, ``read_timeout`` as for ``wecom``. Text and markdown hold 2048 bytes.

No copy is seen twice: the provider folds an equal message within four hours
(``enable_duplicate_check``), so a second copy leaves without its mark; and it refuses a card's
``task_id`` that it has seen (42014), which after an unconfirmed send means that it arrived.
Source: alerting.md sections 0, 6 and 7.2. Buttons that answer come with the duty desk.
"""

import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import httpx

from alerts.answers import Answer, Codes, code_of, fields_of, judged
from alerts.deadlines import SEND_SECONDS
from alerts.messages import RESENT
from alerts.options import choice, listed, needed, number, only, present, wrong
from alerts.parts import MOST, coloured, send_parts, titled
from alerts.posting import HTTP_OPTIONS, Poster, poster
from alerts.texts import clusters, one_line, plain_lines
from domain.identity import digest
from domain.plan import ChannelSpec
from domain.times import Clock
from domain.types import Delivery, SendResult

BYTES = 2048
FOLDED_FOR = timedelta(hours=4)
TASK_SEEN = 42014
TOKEN_OVER = (40014, 42001)
CODES = Codes(
    name="企业微信应用", fields=("errcode",),
    retry={-1: None, 40014: None, 42001: None, 45033: None, 45009: 65.0},
    meaning={
        -1: "系统繁忙", 40001: "密钥不合法", 40003: "接收人不合法", 40013: "企业号不合法",
        40014: "令牌不合法", 40056: "应用号不合法", 40058: "参数不合法或超长", 41001: "缺少令牌",
        41004: "缺少密钥", 42001: "令牌已过期", 42014: "任务号重复、为空或超长",
        44004: "消息内容为空", 45002: "消息超长", 45009: "调用过于频繁", 45033: "并发过多",
        48002: "接口未授权", 60020: "本机地址不在可信IP内", 60011: "应用没有权限",
        81013: "接收人全部无效", 82001: "接收人全部无效", 301002: "应用没有权限",
    },
)  # fmt: skip
OPTIONS = ("corpid", "secret", "agentid", "users", "parties", "tags", "format", "link", "parts",
           *HTTP_OPTIONS)  # fmt: skip
_PUBLIC = "https://qyapi.weixin.qq.com"
_SEND, _TOKEN = "/cgi-bin/message/send", "/cgi-bin/gettoken"
_ID = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")
_MOST_OF = {"users": 1000, "parties": 100, "tags": 100}
# A token that ends while a message is under way costs a second round.
_MARGIN_SECONDS = 300.0
# What the card's documentation advises, in characters.
_CARD_TITLE, _CARD_TEXT = 36, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """Whose application, to whom, and how. The secret is in no ``repr``."""

    corpid: str = field(repr=False)
    secret: str = field(repr=False)
    agentid: int
    to: Mapping[str, str] = field(repr=False)
    format: str
    link: str
    most: int


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "WecomApp":
    """Raises NotConfigured without ``secret`` and ConfigError for options that cannot be used.
    ``transport`` replaces the network in tests."""
    only(spec, *OPTIONS)
    settings = _settings(spec)
    way = poster(spec, home, clock, name=CODES.name, base=_PUBLIC, transport=transport)
    return WecomApp(poster=way, settings=settings, tokens=_Tokens(poster=way, settings=settings))


def _settings(spec: ChannelSpec) -> AppSettings:
    secret = needed(spec, "secret", "企业微信应用")
    style = choice(spec, "format", ("markdown", "text", "card"), "markdown")
    agentid = present(spec, "agentid")
    if not (agentid.isascii() and agentid.isdigit() and len(agentid) < 10):
        raise wrong(spec, "agentid", "要是应用的 AgentId，一个整数")
    to = {
        name: "|".join(listed(spec, key, _ID, most=_MOST_OF[key]))
        for key, name in (("users", "touser"), ("parties", "toparty"), ("tags", "totag"))
    }
    if not any(to.values()):
        raise wrong(spec, "users", "users、parties、tags 至少要写一个")
    return AppSettings(
        corpid=present(spec, "corpid"), secret=secret, agentid=int(agentid), to=to, format=style,
        link=_link(spec, style), most=number(spec, "parts", 1, most=MOST),
    )  # fmt: skip


def _link(spec: ChannelSpec, style: str) -> str:
    link = spec.options.get("link", "").strip()
    if style == "card" and urlsplit(link).scheme not in ("http", "https"):
        raise wrong(spec, "link", "卡片必须有点开的网址，以 http:// 或 https:// 开头")
    return link


@dataclass(frozen=True, slots=True, kw_only=True)
class WecomApp:
    """Implements ``domain.ports.Channel``."""

    poster: Poster
    settings: AppSettings
    tokens: "_Tokens"

    def send(self, delivery: Delivery) -> SendResult:
        """provider_id is the provider's msgid. An "ok" with an error text: it was accepted, but
        some receivers are unknown there."""
        until = time.monotonic() + SEND_SECONDS
        delivery = _unmarked(delivery, self.poster.clock())
        bodies = [
            json.dumps(content, ensure_ascii=False).encode()
            for content in contents(delivery, self.settings)
        ]
        return send_parts(bodies, lambda body: self._post(body, delivery, until))

    def _post(self, body: bytes, delivery: Delivery, until: float) -> SendResult:
        return self.poster.message(
            lambda: self._asked(body, until),
            lambda answer: _judged(answer, delivery, self.poster.clock()),
        )

    def _asked(self, body: bytes, until: float) -> Answer | SendResult:
        """The answer to the message; a token that the provider calls over is renewed once."""
        for fresh in (False, True):
            token = self.tokens.get(until, fresh=fresh)
            if isinstance(token, SendResult):
                return token
            answer = self.poster.ask(
                "POST", _SEND, target=f"{_SEND}?{urlencode({'access_token': token})}", body=body,
                until=until,
            )  # fmt: skip
            if isinstance(answer, SendResult) or code_of(answer, CODES) not in TOKEN_OVER:
                break
        return answer


@dataclass(slots=True, kw_only=True)
class _Tokens:
    """The access token, kept until shortly before its end; asked for by one thread at a time."""

    poster: Poster
    settings: AppSettings
    _token: str = field(default="", repr=False)
    _ends: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, until: float, *, fresh: bool) -> str | SendResult:
        """A token, or why there is none: then no message left, so never "unknown"."""
        with self._lock:
            if fresh or time.monotonic() >= self._ends:
                failed = self._renew(until)
                if failed is not None:
                    self._ends = 0.0
                    return failed
            return self._token

    def _renew(self, until: float) -> SendResult | None:
        query = {"corpid": self.settings.corpid, "corpsecret": self.settings.secret}
        answer = self.poster.ask("GET", _TOKEN, target=f"{_TOKEN}?{urlencode(query)}", until=until)
        if isinstance(answer, Answer):
            said, result = fields_of(answer) or {}, judged(answer, CODES, self.poster.clock())
            token, seconds = said.get("access_token") or None, said.get("expires_in")
            if result.outcome == "ok" and isinstance(token, str) and isinstance(seconds, int):
                self._token = token
                self._ends = time.monotonic() + max(seconds - _MARGIN_SECONDS, seconds / 2)
                return None
        else:
            result = answer
        outcome = "dead" if result.outcome == "dead" else "retry"
        return replace(result, outcome=outcome, error=f"取令牌失败：{result.error or '回答不全'}")


def contents(delivery: Delivery, settings: AppSettings) -> list[dict[str, object]]:
    """The messages that one delivery becomes."""
    alert = delivery.alert
    frame: dict[str, object] = {
        **{key: value for key, value in settings.to.items() if value},
        "agentid": settings.agentid, "msgtype": settings.format,
        "enable_duplicate_check": 1, "duplicate_check_interval": int(FOLDED_FOR.total_seconds()),
    }  # fmt: skip
    if settings.format == "card":
        return [{**frame, "msgtype": "template_card", "template_card": _card(delivery, settings)}]
    head = coloured(alert.level) if settings.format == "markdown" else str
    parts = titled(alert, limit=BYTES, most=settings.most, head=head)
    return [{**frame, settings.format: {"content": part}} for part in parts]


def _card(delivery: Delivery, settings: AppSettings) -> dict[str, object]:
    alert = delivery.alert
    rows = [{"keyname": "编号", "value": alert.case_id}] if alert.case_id else []
    case = quote(alert.case_id or "", safe="")
    return {
        "card_type": "text_notice",
        "task_id": task_id(delivery.delivery_id),
        "main_title": {"title": _cut(one_line(alert.title), _CARD_TITLE)},
        "sub_title_text": _cut("\n".join(plain_lines(alert.body)), _CARD_TEXT),
        "horizontal_content_list": rows,
        "card_action": {"type": 1, "url": settings.link.replace("{case}", case)},
    }


def task_id(delivery_id: str) -> str:
    """The same for every copy, and of the documented shape: 42014 is also said of a wrong one."""
    made = f"tx_{delivery_id}"
    return made if _TASK_ID.fullmatch(made) else f"tx_{digest(delivery_id, length=32)}"


def _cut(text: str, limit: int) -> str:
    """At most ``limit`` code points of whole characters, "…" where something was left out."""
    if len(text) <= limit:
        return text
    kept = ""
    for cluster in clusters(text):
        if len(kept) + len(cluster) >= limit:
            break
        kept += cluster
    return kept + "…"


def _unmarked(delivery: Delivery, now: datetime) -> Delivery:
    """Without the mark of a second copy while the provider still folds it into the first: all
    tries lie within the time since the alert was made."""
    alert = delivery.alert
    if not alert.title.endswith(RESENT) or now - alert.created_at >= FOLDED_FOR:
        return delivery
    return replace(delivery, alert=replace(alert, title=alert.title.removesuffix(RESENT)))


def _judged(answer: Answer, delivery: Delivery, now: datetime) -> SendResult:
    result = judged(answer, CODES, now)
    if delivery.unconfirmed and code_of(answer, CODES) == TASK_SEEN:
        return SendResult(outcome="ok", provider_id=task_id(delivery.delivery_id))
    if result.outcome != "ok":
        return result
    said = fields_of(answer) or {}
    unknown = [
        one
        for key in ("invaliduser", "invalidparty", "invalidtag", "unlicenseduser")
        for one in str(said.get(key) or "").split("|")
        if one
    ]
    # Their ids are people's accounts; how many is enough to go and look.
    error = f"已接收，但有 {len(unknown)} 个接收人无效，请核对名单" if unknown else ""
    return replace(result, provider_id=str(said.get("msgid") or "")[:128], error=error)
