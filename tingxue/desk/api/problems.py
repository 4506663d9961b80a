"""Refusals of the API: problem details (RFC 9457) in Chinese, with the status that a page has."""

from typing import Any

from starlette.responses import JSONResponse

_TITLES = {
    400: "请求不对", 401: "未登录", 403: "没有权限", 404: "没有找到", 405: "不能这样打开",
    409: "没有执行", 422: "内容不对", 429: "请稍后再试", 500: "程序出错",
}  # fmt: skip
MEDIA = "application/problem+json"
_SCHEMA = {
    "type": "object", "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}  # fmt: skip


def problem(status: int, detail: str) -> JSONResponse:
    """The answer."""
    body = {
        "type": "about:blank", "title": _TITLES.get(status, "没有执行"), "status": status,
        "detail": detail,
    }  # fmt: skip
    return JSONResponse(body, status_code=status, media_type=MEDIA)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: these statuses are problems."""
    return {
        status: {"description": _TITLES[status], "content": {MEDIA: {"schema": _SCHEMA}}}
        for status in statuses
    }
