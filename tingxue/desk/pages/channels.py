"""设置 / 通知渠道: what is configured, how each has done, and a test message through the outbox.

Options of a channel are never shown: among them are its secrets.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.errors import BadForm, NotPermitted, TooManyTries
from domain.types import TEST
from ledger.books import Books
from ledger.tries import Trial, Tried
from tingxue.app import App
from tingxue.desk import access, forms, screen
from tingxue.desk.pages.parts import OwnForm, SignedIn
from tingxue.desk.signin import Visit
from tingxue.doctor import TEST_RECEIVER, trial
from tingxue.telling import tell

ROUTES = APIRouter()
EVERY = timedelta(minutes=2)
"""One test of a channel at most so often."""
A_DAY = timedelta(hours=24)
MOST_A_DAY = 50
KINDS = {
    "console": "终端", "file": "文件", "mail": "邮件", "wecom": "企业微信群", "feishu": "飞书群",
    "wecom_app": "企业微信应用", "dingtalk": "钉钉群", "aliyun_sms": "短信", "webhook": "网址推送",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A channel as it is shown. active: its options are complete. users: whose messages go over it.
    test: its newest test of the last day."""

    name: str
    kind: str
    active: bool
    users: list[str]
    tried: Tried
    waiting: int
    test: Trial | None


@ROUTES.get("/settings/channels")
def list_channels(request: Request, found: SignedIn) -> Response:
    """All of them, in the order of config."""
    _check(found)
    app = found.app
    with app.ledger.read() as books:
        tests = books.tries.tests(app.clock() - A_DAY)
        ways = [_way(app, books, name, tests) for name in app.plan.channels]
    sent = request.query_params.get("done", "")
    return screen.page(
        request, "channels.html", found=found, ways=ways, sent=sent in app.plan.channels and sent
    )


@ROUTES.post("/settings/channels/test")
def try_channel(request: Request, form: OwnForm, found: SignedIn) -> Response:
    """A test message, into the outbox: it takes the way of every other. Raises TooManyTries."""
    _check(found)
    app, name = found.app, forms.word(form, "channel")
    if name not in app.plan.channels:
        raise BadForm("没有这个渠道，请刷新页面")
    now, text = app.clock(), trial(app)
    with app.ledger.write() as books:
        _slow_down(books, name, now)
        occasion = (TEST, name, now.isoformat())
        tell(app, books, TEST_RECEIVER, TEST, text, occasion, channels=[name])
        books.audit.write(now, found.actor, "channel-test", name, "发送测试消息")
    return RedirectResponse(f"/settings/channels?done={name}", status_code=303)


def _slow_down(books: Books, name: str, now: datetime) -> None:
    tests = books.tries.tests(now - A_DAY)
    if any(one.channel == name and one.created_at > now - EVERY for one in tests):
        raise TooManyTries("这个渠道两分钟内已发过测试消息，请看它的结果，或稍后再试")
    if len(tests) >= MOST_A_DAY:
        raise TooManyTries(f"24 小时内已发过 {MOST_A_DAY} 条测试消息，请明天再试")


def _check(found: Visit) -> None:
    if not access.tries_channels(found.actor):
        raise NotPermitted("通知渠道只对宣传部和管理员开放")


def _way(app: App, books: Books, name: str, tests: list[Trial]) -> Way:
    plan = app.plan
    used = [one.name for one in plan.departments.values() if name in one.channels]
    used += [receiver for receiver, over in plan.receivers.items() if name in over]
    kind = plan.channels[name].kind
    return Way(
        name=name, kind=KINDS.get(kind, kind), active=name in app.channels,
        users=list(dict.fromkeys(used)), tried=books.tries.of(name),
        waiting=books.tries.waiting(name),
        test=next((one for one in tests if one.channel == name), None),
    )  # fmt: skip
