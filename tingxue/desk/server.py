"""The desk's web application: every page under its headers, every refusal a page in Chinese.

Made for one office: one process, sessions in the ledger, so that it can be killed at any time.
"""

import logging
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from jinja2 import Environment
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.errors import (
    BadForm,
    BadLink,
    CaseworkError,
    Conflict,
    DeskError,
    IllegalAction,
    NoSuchCase,
    NoSuchMention,
    NoSuchPaper,
    NoSuchReview,
    NotPermitted,
    NotSignedIn,
    TingxueError,
    TooManyTries,
)
from tingxue.app import App
from tingxue.desk import screen
from tingxue.desk.api import routes
from tingxue.desk.api.bodies import misread
from tingxue.desk.api.problems import problem
from tingxue.desk.pages import (
    act,
    attachment,
    audit,
    case,
    cases,
    channels,
    figures,
    finals,
    handover,
    leads,
    link,
    login,
    now,
    original,
    password,
    reports,
    reviews,
    roster,
    settings,
    shift,
    sources,
    trends,
    users,
)

LOG = logging.getLogger(__name__)
_PAGES = (
    now, login, password, cases, original, attachment, act, case, reviews, link,
    leads, trends, sources, audit, roster, shift, handover, finals, reports,
    settings, users, channels,
    figures,
)  # fmt: skip
_STATUS: dict[type[TingxueError], int] = {
    NoSuchCase: 404, NoSuchReview: 404, NoSuchMention: 404, NotPermitted: 403, IllegalAction: 409,
    Conflict: 409, BadForm: 400, BadLink: 410, TooManyTries: 429, NoSuchPaper: 404,
}  # fmt: skip
# FastAPI would hand addresses (a link in one signs) and the texts of errors to any OpenTelemetry
# exporter that the environment names.
_UNTOLD: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False,
    "auto_configure": False,
}  # fmt: skip
_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    # not no-referrer: under that a browser sends "Origin: null" with our own forms too
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-robots-tag": "noindex",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a request needs. allow_http: the office has said that it has no certificate."""

    app: App
    allow_http: bool
    screen: Environment


def desk(app: App, *, allow_http: bool = False) -> FastAPI:
    """The web application on an open app."""
    web = FastAPI(
        title="听雪值守台", docs_url=None, redoc_url=None, openapi_url=None, telemetry=_UNTOLD
    )
    web.state.desk = Desk(app=app, allow_http=allow_http, screen=screen.environment(app))
    for one in _PAGES:
        web.include_router(one.ROUTES)
    web.include_router(routes.ROUTES)
    web.mount("/static", StaticFiles(directory=screen.STATIC))
    web.add_middleware(Guarded)
    web.add_exception_handler(NotSignedIn, _to_the_door)
    web.add_exception_handler(TingxueError, _refused)
    web.add_exception_handler(RequestValidationError, _misread)
    web.add_exception_handler(HTTPException, _not_there)
    web.add_exception_handler(Exception, _broken)
    return web


class Guarded:
    """Sets the headers of every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kept = scope["path"].startswith("/static/")

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers["cache-control"] = "public, max-age=86400" if kept else "no-store"
            await send(message)

        await self._app(scope, receive, guarded)


def _to_the_door(request: Request, error: Exception) -> Response:
    """To sign in, and back; what was typed into a form is shown, so that it is not lost."""
    if _is_api(request):
        return problem(401, str(error))
    if request.method == "POST":
        return _refusal(request, 401, "登录已过期，刚才的操作没有执行；请重新登录后再提交一次")
    if request.headers.get("x-poll"):
        return Response(status_code=401)
    there = request.url.path if request.url.path != "/" else ""
    door = "/password" if str(error) == "请先设置密码" else "/login"
    return RedirectResponse(f"{door}?next={there}" if there else door, status_code=303)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _misread(request: Request, error: Exception) -> Response:
    """Of the API only: pages read their forms themselves."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for nothing else
    return _refusal(request, 422, misread(error))


def _refused(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
    if not isinstance(error, CaseworkError | DeskError | Conflict):
        LOG.error("%s %s：%s", request.method, request.url.path, error)
    return _refusal(request, status, str(error))


def _not_there(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for nothing else
    said = {404: "没有这个页面", 405: "这个地址不能这样打开"}.get(error.status_code, "请求没有看懂")
    return _refusal(request, error.status_code, said)


def _broken(request: Request, error: Exception) -> Response:
    """A defect: the log has its traceback, the page says what to do meanwhile."""
    del error
    said = "程序出错，这一步没有执行。请返回重试；仍不行请改用电话办理，并告诉管理员出错的时间"
    return _refusal(request, 500, said)


def _refusal(request: Request, status: int, said: str) -> Response:
    if _is_api(request):
        return problem(status, said)
    form = getattr(request.state, "form", {})
    return screen.page(
        request, "refused.html", status=status, said=said, typed=form.get("note", ""), code=status
    )
