"""Providers on loopback that behave as their documents say (alerting.md sections 6 and 7).

They check what the real ones check (keys, signatures, sizes, rates, ids), with code of their own,
so that a wrong signature or a message one byte too long is refused here too. ``texts`` holds what
people would have read.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote

from loopback import Reply, Seen

from domain.times import Clock

_HOUR = 3600.0


def said(**fields: object) -> Reply:
    """A JSON answer with HTTP 200."""
    body = json.dumps(fields, ensure_ascii=False).encode()
    return Reply(headers={"Content-Type": "application/json"}, body=body)


@dataclass
class Rate:
    """At most so many accepted messages a minute; ``blocked`` seconds without any afterwards."""

    clock: Clock
    most: int
    blocked: float = 0.0
    _taken: list[datetime] = field(default_factory=list)
    _until: datetime | None = None

    def allows(self) -> bool:
        now = self.clock()
        if self._until is not None and now < self._until:
            return False
        self._taken = [one for one in self._taken if (now - one).total_seconds() < 60]
        if len(self._taken) >= self.most:
            if self.blocked:
                self._until = now + timedelta(seconds=self.blocked)
            return False
        self._taken.append(now)
        return True


@dataclass
class Wecom:
    """企业微信 group robot, 7.1."""

    key: str
    clock: Clock
    texts: list[str] = field(default_factory=list)
    contents: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rate = Rate(self.clock, 20)

    def __call__(self, seen: Seen) -> Reply:
        if seen.path != "/cgi-bin/webhook/send" or seen.query.get("key") != self.key:
            return said(errcode=93000, errmsg=f"invalid webhook url, hint: {seen.target}")
        content = json.loads(seen.body)
        kind = content["msgtype"]
        text = content[kind]["content"]
        if not text:
            return said(errcode=44004, errmsg="empty content")
        if len(text.encode()) > {"text": 2048, "markdown": 4096}[kind]:
            return said(errcode=40058, errmsg=f"{kind}.content exceed max length: {text[:20]}")
        if not self.rate.allows():
            return said(errcode=45009, errmsg="api freq out of limit")
        self.texts.append(text)
        self.contents.append(content)
        return said(errcode=0, errmsg="ok")


@dataclass
class WecomApp:
    """企业微信 application, 7.2: tokens that end, equal messages folded, a task id only once."""

    corpid: str
    secret: str
    texts: list[str] = field(default_factory=list)
    contents: list[dict[str, object]] = field(default_factory=list)
    tokens: int = 0
    folded: int = 0
    unknown: str = ""
    token: str = ""
    over: int = 42001
    expires_in: int = 7200

    def __post_init__(self) -> None:
        self._seen: set[str] = set()
        self._tasks: set[str] = set()

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/cgi-bin/gettoken":
            return self._gettoken(seen.query)
        if seen.path != "/cgi-bin/message/send":
            return Reply(status=404)
        if not self.token or seen.query.get("access_token") != self.token:
            return said(errcode=self.over, errmsg=f"access_token expired: {seen.target}")
        return self._send(json.loads(seen.body))

    def _gettoken(self, query: Mapping[str, str]) -> Reply:
        if (query.get("corpid"), query.get("corpsecret")) != (self.corpid, self.secret):
            return said(errcode=40001, errmsg=f"invalid credential {query.get('corpsecret')}")
        self.tokens += 1
        self.token = f"planted-token-{self.tokens}"
        return said(errcode=0, errmsg="ok", access_token=self.token, expires_in=self.expires_in)

    def _send(self, content: dict[str, object]) -> Reply:
        kind = str(content["msgtype"])
        part = content[kind]
        assert isinstance(part, dict)
        if not any(content.get(to) for to in ("touser", "toparty", "totag")):
            return said(errcode=81013, errmsg="user & party & tag all invalid")
        if kind == "template_card":
            if (task := str(part["task_id"])) in self._tasks or not 0 < len(task) <= 128:
                return said(errcode=42014, errmsg="task_id exists, empty or too long")
            self._tasks.add(task)
            rows = "\n".join(
                f"{r['keyname']}：{r['value']}" for r in part["horizontal_content_list"]
            )
            text = f"{part['main_title']['title']}\n{part['sub_title_text']}\n{rows}"
        else:
            text = str(part["content"])
            if len(text.encode()) > 2048:
                return said(errcode=45002, errmsg="content size out of limit")
        same = json.dumps(content, sort_keys=True)
        if content.get("enable_duplicate_check") == 1 and same in self._seen:
            self.folded += 1
        else:
            self.texts.append(text)
            self.contents.append(content)
        self._seen.add(same)
        return said(errcode=0, errmsg="ok", invaliduser=self.unknown, msgid=f"m{len(self.texts)}")


@dataclass
class Dingtalk:
    """钉钉 robot, 7.3: the sign decoded once, 20,000 bytes, 20 a minute and then ten minutes
    nothing."""

    token: str
    secret: str
    clock: Clock
    keyword: str = ""
    texts: list[str] = field(default_factory=list)
    contents: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rate = Rate(self.clock, 20, blocked=600.0)

    def __call__(self, seen: Seen) -> Reply:
        raw = dict(pair.split("=", 1) for pair in seen.raw_query.split("&"))
        if seen.path != "/robot/send" or raw.get("access_token") != self.token:
            return said(errcode=400101, errmsg=f"token is not exist: {seen.target}")
        if self.secret and (wrong := self._unsigned(raw)):
            return said(errcode=310000, errmsg=wrong)
        content = json.loads(seen.body)
        text = content["markdown"]["text"]
        if not content["markdown"]["title"]:
            return said(errcode=400402, errmsg="title is empty")
        if len(seen.body) > 20_000:
            return said(errcode=40035, errmsg="message too long")
        if self.keyword not in text:
            return said(errcode=310000, errmsg="keywords not in content")
        if not self.rate.allows():
            return said(errcode=130101, errmsg="send too fast, exceed 20 times per minute")
        self.texts.append(text)
        self.contents.append(content)
        return said(errcode=0, errmsg="ok")

    def _unsigned(self, raw: Mapping[str, str]) -> str:
        stamp = raw.get("timestamp", "0")
        if abs(int(stamp) / 1000 - self.clock().timestamp()) > _HOUR:
            return "invalid timestamp"
        text = stamp + "\n" + self.secret
        due = base64.b64encode(hmac.digest(self.secret.encode(), text.encode(), "sha256")).decode()
        return "" if unquote(raw.get("sign", "")) == due else "sign not match"


@dataclass
class Feishu:
    """飞书 robot, 7.4: the sign in the body, 20 KB, 100 a minute."""

    token: str
    secret: str
    clock: Clock
    texts: list[str] = field(default_factory=list)
    contents: list[dict[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rate = Rate(self.clock, 100)

    def __call__(self, seen: Seen) -> Reply:
        if seen.path != f"/open-apis/bot/v2/hook/{self.token}":
            return said(code=19001, msg=f"param invalid: token invalid {seen.target}", data={})
        content = json.loads(seen.body)
        if self.secret and not self._signed(content):
            message = "sign match fail or timestamp is not within one hour from current time"
            return said(code=19021, msg=message, data={})
        if len(seen.body) > 20 * 1000:
            return said(code=9499, msg="Bad Request", data={})
        if not self.rate.allows():
            return said(code=11232, msg="frequency limited", data={})
        self.texts.append(_words(content))
        self.contents.append(content)
        return said(code=0, msg="success", data={}, StatusCode=0, StatusMessage="success")

    def _signed(self, content: Mapping[str, object]) -> bool:
        stamp = str(content.get("timestamp", "0"))
        if abs(int(stamp) - self.clock().timestamp()) > _HOUR:
            return False
        key = f"{stamp}\n{self.secret}".encode()
        return content.get("sign") == base64.b64encode(hmac.digest(key, b"", "sha256")).decode()


def _words(content: dict[str, object]) -> str:
    """What a 飞书 message shows."""
    if content["msg_type"] == "text":
        return str(content["content"]["text"])  # type: ignore[index]
    card = content["card"]
    assert isinstance(card, dict)
    shown = [card["header"]["title"]["content"]]
    shown += [one["text"]["content"] for one in card["elements"] if "text" in one]
    return "\n".join(shown)


@dataclass
class AliyunSms:
    """阿里云 SendSms, 7.5, with signature V3 checked over what came over the wire."""

    key_id: str
    key_secret: str
    clock: Clock
    variables: tuple[str, ...] = ()
    texts: list[str] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)

    def __call__(self, seen: Seen) -> Reply:
        wrong = self._unsigned(seen)
        if wrong:
            body = json.dumps({"Code": wrong, "Message": f"{seen.headers['authorization']}"})
            return Reply(status=400, body=body.encode())
        self.nonces.add(seen.headers["x-acs-signature-nonce"])
        params = json.loads(seen.query["TemplateParam"])
        if set(self.variables) - set(params):
            return said(Code="isv.TEMPLATE_MISSING_PARAMETERS", Message="", RequestId="r")
        if any(len(value) > 35 for value in params.values()):
            return said(Code="isv.PARAM_LENGTH_LIMIT", Message="", RequestId="r")
        if any("http" in value for value in params.values()):
            return said(Code="isv.PARAM_NOT_SUPPORT_URL", Message="", RequestId="r")
        self.texts.append("\n".join([*params.values(), seen.query["TemplateCode"]]))
        return said(Code="OK", Message="OK", BizId=f"b{len(self.texts)}", RequestId="r")

    def _unsigned(self, seen: Seen) -> str:
        said_by = dict(
            one.split("=", 1) for one in seen.headers["authorization"].split(" ", 1)[1].split(",")
        )
        if said_by["Credential"] != self.key_id:
            return "InvalidAccessKeyId.NotFound"
        if seen.headers["x-acs-signature-nonce"] in self.nonces:
            return "SignatureNonceUsed"
        stamp = datetime.fromisoformat(seen.headers["x-acs-date"])
        if abs((stamp - self.clock()).total_seconds()) > 15 * 60:
            return "InvalidTimeStamp.Expired"
        names = said_by["SignedHeaders"].split(";")
        asked = [seen.method, seen.path, "&".join(sorted(seen.raw_query.split("&")))]
        asked += [f"{name}:{seen.headers[name]}" for name in names]
        asked += ["", ";".join(names), hashlib.sha256(seen.body).hexdigest()]
        hashed = hashlib.sha256("\n".join(asked).encode()).hexdigest()
        text = f"ACS3-HMAC-SHA256\n{hashed}".encode()
        due = hmac.digest(self.key_secret.encode(), text, "sha256").hex()
        return "" if said_by["Signature"] == due else "SignatureDoesNotMatch"


@dataclass
class Webhook:
    """An office's own receiver, as ``alerts/channels/webhook.py`` says it should behave."""

    secret: str
    clock: Clock
    texts: list[str] = field(default_factory=list)
    contents: list[dict[str, object]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Reply:
        stamp = seen.headers["x-tingxue-timestamp"]
        due = hmac.digest(self.secret.encode(), stamp.encode() + b"." + seen.body, "sha256").hex()
        late = abs(int(stamp) - self.clock().timestamp()) > 300
        if late or seen.headers["x-tingxue-signature"] != f"v1={due}":
            return Reply(status=401, body=b'{"ok": false, "error": "signature"}')
        content = json.loads(seen.body)
        self.texts.append(f"{content['title']}\n{content['body']}")
        self.contents.append(content)
        self.keys.append(seen.headers["idempotency-key"])
        return said(ok=True, id=f"w{len(self.keys)}")
