"""/metrics: the text of ``tingxue metrics``, for a monitor that asks over the network.

Behind a token of its own and not behind loopback: a proxy on the same machine makes everybody look
local. Without a token the address does not exist.
"""

import hmac

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.errors import NotConfigured
from tingxue import metrics
from tingxue.app import App

ROUTES = APIRouter()
TOKEN = "TINGXUE_METRICS_TOKEN"  # noqa: S105 -- a variable's name
SHORTEST = 32
"""Characters: long enough that nobody guesses it, however often."""


@ROUTES.get("/metrics")
def show_metrics(request: Request) -> Response:
    """Counts and moments only, nothing of a visitor, an account or a member of staff."""
    app: App = request.app.state.desk.app
    expected = app.environ.get(TOKEN, "")
    if not expected:
        raise HTTPException(404)
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    right = hmac.compare_digest(given.strip().encode(), expected.encode())
    if kind.lower() != "bearer" or not right:
        return PlainTextResponse(
            f"请带上 Authorization: Bearer 和令牌（{TOKEN}），见 docs/operating.md\n",
            status_code=401, headers={"www-authenticate": "Bearer"},
        )  # fmt: skip
    return Response(metrics.text(app), media_type=metrics.CONTENT_TYPE)


def check(app: App) -> None:
    """Raises NotConfigured for a token that could be guessed or never be sent."""
    token = app.environ.get(TOKEN, "")
    if token and (len(token) < SHORTEST or not token.isascii() or not token.isprintable()):
        raise NotConfigured(
            f"{TOKEN} 太短或有不能用的字符（至少 {SHORTEST} 个字符）："
            "请用 openssl rand -hex 32 另生成一个"
        )
