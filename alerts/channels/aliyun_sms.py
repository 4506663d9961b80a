"""Channel ``aliyun_sms``: a text message to phones over 阿里云短信 (``SendSms``, signature V3).

A message is a template that the operator has approved and the words for its variables; no
complaint's text and no link may stand in it. Options: ``access_key_id``, ``access_key_secret``
(required, secret), ``phones``, ``sign_name`` (the approved 签名), ``template`` (its code),
``params`` (``variable=word`` pairs, words: level no title ask receiver time), ``templates`` (other
templates by purpose of the alert, ``remind=SMS_2, escalate=SMS_3``), ``base_url``, ``ca_file``,
``proxy``, ``connect_timeout`` (5 s), ``read_timeout`` (10 s).

There is no idempotency: a second copy is a second message. One phone takes 50 a day of one
template; then this channel is dead for that message and the receiver's next one gets it. Source:
alerting.md sections 6 and 7.5; signature: 阿里云 OpenAPI "V3版本请求体&签名机制".
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import httpx

from alerts.answers import Answer, Codes, code_of, fields_of, judged
from alerts.options import filled, listed, needed, only, present, wrong
from alerts.posting import HTTP_OPTIONS, Poster, poster
from alerts.texts import clusters, one_line
from domain.identity import digest
from domain.plan import ChannelSpec
from domain.times import Clock, on_screen, utc
from domain.types import Delivery, SendResult

VARIABLE_LENGTH = 35
"""Characters that one variable may hold."""

LIMITED = "isv.BUSINESS_LIMIT_CONTROL"
CODES = Codes(
    name="阿里云短信", fields=("Code",), ok="OK",
    retry={
        "isp.SYSTEM_ERROR": None, "isv.SYSTEM_ERROR": None, "InternalError": None,
        "ServiceUnavailable": None, "ServiceUnavailableTemporary": None, "SignatureNonceUsed": None,
        "Throttling": 60.0, "Throttling.User": 60.0, "Throttling.Api": 60.0,
    },
    meaning={
        LIMITED: "同一号码发送超限", "isv.DAY_LIMIT_CONTROL": "超过每日限额",
        "isv.MONTH_LIMIT_CONTROL": "超过每月限额", "isv.OUT_OF_SERVICE": "业务停机，请查余额",
        "isv.AMOUNT_NOT_ENOUGH": "余额不足", "isv.PRODUCT_UN_SUBSCRIPT": "短信服务未开通",
        "isv.PRODUCT_UNSUBSCRIBE": "短信服务未开通", "isv.ACCOUNT_NOT_EXISTS": "账户不存在",
        "isv.ACCOUNT_ABNORMAL": "账户异常", "isv.SMS_TEMPLATE_ILLEGAL": "模板不存在或未通过审核",
        "isv.SMS_SIGNATURE_ILLEGAL": "签名不存在或未通过审核", "isv.SMS_SIGN_ILLEGAL": "签名不可用",
        "isv.SMS_CONTENT_ILLEGAL": "内容含禁用词", "isv.TEMPLATE_PARAMS_ILLEGAL": "变量含禁用词",
        "isv.INVALID_PARAMETERS": "参数不合法", "isv.INVALID_JSON_PARAM": "变量不是合法 JSON",
        "isv.MOBILE_NUMBER_ILLEGAL": "号码不合法", "isv.MOBILE_COUNT_OVER_LIMIT": "号码过多",
        "isv.TEMPLATE_MISSING_PARAMETERS": "模板的变量没有给全",
        "isv.BLACK_KEY_CONTROL_LIMIT": "内容被黑名单拦下", "isv.PARAM_LENGTH_LIMIT": "变量超长",
        "isv.PARAM_NOT_SUPPORT_URL": "变量里不能有网址", "isv.DENY_IP_RANGE": "本机地址被禁用",
        "isv.DOMESTIC_NUMBER_NOT_SUPPORTED": "国际模板不能发境内号码",
        "isp.RAM_PERMISSION_DENY": "密钥没有短信权限", "NoPermission": "密钥没有短信权限",
        "Forbidden.RAM": "密钥没有短信权限", "Forbidden": "密钥没有权限",
        "SignatureDoesNotMatch": "密钥不对", "IncompleteSignature": "签名不完整",
        "InvalidAccessKeyId.NotFound": "密钥不存在", "InvalidAccessKeyId.Inactive": "密钥已停用",
        "InvalidTimeStamp.Expired": "本机时钟不准", "InvalidVersion": "接口版本不对",
        "InvalidAction.NotFound": "接口地址不对", "MissingParameter": "缺少参数",
    },
)  # fmt: skip
OPTIONS = ("access_key_id", "access_key_secret", "phones", "sign_name", "template", "params",
           "templates", *HTTP_OPTIONS)  # fmt: skip
_PUBLIC = "https://dysmsapi.aliyuncs.com"
_PHONE = re.compile(r"(?:\+?86)?1\d{10}")
_TEMPLATE = re.compile(r"SMS_\d{1,20}")
_PARAM = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}=[a-z]+")
_BY_PURPOSE = re.compile(r"[a-z-]{1,20}=SMS_\d{1,20}")
_ASK = "请办："
_EMPTY = hashlib.sha256(b"").hexdigest()
# "触发分钟级流控Permits:1": of all the limits only this one is over before the message is old.
_MINUTE, _MINUTE_SECONDS = "分钟级", 65.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """What to send, to whom, in whose name. Neither key nor a phone number is in a ``repr``."""

    key_id: str = field(repr=False)
    key_secret: str = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    sign_name: str
    template: str
    templates: Mapping[str, str]
    params: Mapping[str, str]


def channel(
    spec: ChannelSpec, *, home: Path, clock: Clock, transport: httpx.BaseTransport | None = None
) -> "AliyunSms":
    """Raises NotConfigured without ``access_key_id`` and ConfigError for options that cannot be
    used. ``transport`` replaces the network in tests."""
    only(spec, *OPTIONS)
    sms = Sms(
        key_id=needed(spec, "access_key_id", "阿里云短信"),
        key_secret=present(spec, "access_key_secret"),
        phones=filled(spec, "phones", _PHONE, most=100), sign_name=present(spec, "sign_name"),
        template=filled(spec, "template", _TEMPLATE, most=1)[0],
        templates=dict(one.split("=") for one in listed(spec, "templates", _BY_PURPOSE, most=30)),
        params=_params(spec),
    )  # fmt: skip
    way = poster(spec, home, clock, name=CODES.name, base=_PUBLIC, transport=transport)
    return AliyunSms(poster=way, sms=sms)


def _params(spec: ChannelSpec) -> dict[str, str]:
    pairs = dict(one.split("=") for one in listed(spec, "params", _PARAM, most=10))
    if strange := [word for word in pairs.values() if word not in _WORDS]:
        reason = f"没有「{strange[0]}」这个内容；可用：{'、'.join(_WORDS)}"
        raise wrong(spec, "params", reason)
    return pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class AliyunSms:
    """Implements ``domain.ports.Channel``."""

    poster: Poster
    sms: Sms

    def send(self, delivery: Delivery) -> SendResult:
        """provider_id is the BizId, by which 阿里云 finds the message again."""
        return self.poster.message(
            lambda: self._asked(parameters(delivery, self.sms)),
            lambda answer: _judged(answer, self.poster.clock()),
        )

    def _asked(self, query: Mapping[str, str]) -> Answer | SendResult:
        """The query holds phone numbers, so it stays out of the log like a secret."""
        canonical = canonical_query(query)
        nonce = secrets.token_hex(16)
        host = self.poster.client.base_url.netloc.decode()
        path = self.poster.client.base_url.path.rstrip("/") + "/"
        headers = signed_headers(
            self.sms, host=host, path=path, query=canonical, nonce=nonce, now=self.poster.clock()
        )
        return self.poster.ask("POST", "/", target=f"/?{canonical}", headers=headers)


def parameters(delivery: Delivery, sms: Sms) -> dict[str, str]:
    """The parameters of ``SendSms``."""
    words = {name: _WORDS[word](delivery) for name, word in sms.params.items()}
    template = sms.templates.get(delivery.alert.purpose, sms.template)
    return {
        "PhoneNumbers": ",".join(sms.phones),
        "SignName": sms.sign_name,
        "TemplateCode": template,
        "TemplateParam": json.dumps(words, ensure_ascii=False),
        "OutId": digest(delivery.delivery_id, length=32),
    }


def canonical_query(query: Mapping[str, str]) -> str:
    """Sorted and percent-encoded as RFC 3986 has it: what is signed is what is sent."""
    return "&".join(f"{quote(key, safe='')}={quote(query[key], safe='')}" for key in sorted(query))


def signed_headers(
    sms: Sms, *, host: str, path: str, query: str, nonce: str, now: datetime,
    action: str = "SendSms", version: str = "2017-05-25",
) -> dict[str, str]:  # fmt: skip
    """The headers of a POST without a body, ACS3-HMAC-SHA256."""
    headers = {
        "host": host, "x-acs-action": action, "x-acs-content-sha256": _EMPTY,
        "x-acs-date": utc(now).strftime("%Y-%m-%dT%H:%M:%SZ"), "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }  # fmt: skip
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n{path}\n{query}\n{lines}\n{names}\n{_EMPTY}"
    text = f"ACS3-HMAC-SHA256\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(sms.key_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    said = f"Credential={sms.key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": f"ACS3-HMAC-SHA256 {said}"}


def _judged(answer: Answer, now: datetime) -> SendResult:
    result, said = judged(answer, CODES, now), fields_of(answer) or {}
    if result.outcome == "ok":
        return replace(result, provider_id=str(said.get("BizId") or "")[:128])
    if code_of(answer, CODES) == LIMITED and _MINUTE in str(said.get("Message")):
        return replace(result, outcome="retry", retry_after=_MINUTE_SECONDS)
    return result


def _ask(delivery: Delivery) -> str:
    """What the body asks for, which ``alerts.messages`` puts on a line of its own."""
    lines = [one_line(line) for line in delivery.alert.body.splitlines()]
    asked = [line.removeprefix(_ASK) for line in lines if line.startswith(_ASK)]
    return _short(asked[0] if asked else "请登录值守台或查看群消息")


def _level(delivery: Delivery) -> str:
    level = delivery.alert.level
    return f"{level.value}色" if level else "测试"


_WORDS: Mapping[str, Callable[[Delivery], str]] = {
    "level": _level,
    "no": lambda delivery: _short(delivery.alert.case_id or "无"),
    "title": lambda delivery: _short(one_line(delivery.alert.title)),
    "ask": _ask,
    "receiver": lambda delivery: _short(one_line(delivery.receiver)),
    "time": lambda delivery: on_screen(delivery.alert.created_at),
}


def _short(text: str) -> str:
    """At most 35 code points, of whole characters."""
    kept = ""
    for cluster in clusters(text):
        if len(kept) + len(cluster) > VARIABLE_LENGTH:
            break
        kept += cluster
    return kept or "无"
