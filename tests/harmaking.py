"""HAR files as browsers and proxies write them, for tests: newly written, nobody's traffic."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SECRET = "sid=planted-cookie-7f3a"
_API = "https://www.douyin.com/aweme/v1/web"
COMMENTS = f"{_API}/comment/list/?aweme_id=7561000000000000101&msToken=planted-token-9c"
SEARCH = f"{_API}/general/search/single/?keyword=%E5%A4%A9%E5%AE%9A%E5%B1%B1&a_bogus=planted-token"


def comment(number: int, text: str = "缆车又停了，没人解释") -> dict[str, Any]:
    """One comment as 抖音 writes it."""
    return {
        "aweme_id": "7561000000000000101", "cid": str(7561900000000000000 + number), "text": text,
        "create_time": 1795345200, "digg_count": 3, "ip_label": "吉林",
        "user": {"uid": "91000000003", "nickname": "测试小鱼"},
    }  # fmt: skip


def comments(*numbers: int, **more: Any) -> str:
    """An answer with these comments."""
    found = [comment(number) for number in numbers]
    answer = {"status_code": 0, "comments": found, "has_more": 0, "total": len(found)}
    return json.dumps(answer | more, ensure_ascii=False)


def entry(url: str, text: str | None, **more: Any) -> dict[str, Any]:
    """One request and its answer. ``more``: status, method, started, time, encoding, size, posted,
    headers; ``text`` None leaves the content out."""
    secrets = [{"name": "Cookie", "value": SECRET}, {"name": "X-Token", "value": SECRET}]
    content: dict[str, Any] = {"size": more.get("size", len(text or "x")), "mimeType": "text/x"}
    if text is not None:
        content["text"] = text
    if "encoding" in more:
        content["encoding"] = more["encoding"]
    request: dict[str, Any] = {"method": more.get("method", "GET"), "url": url, "headers": secrets,
                               "cookies": [{"name": "sid", "value": SECRET}]}  # fmt: skip
    if "posted" in more:
        request["postData"] = {"mimeType": "x", "text": more["posted"], "params": []}
    return {
        "_initiator": {"type": "script", "stack": {"callFrames": [{"url": url}]}},
        "startedDateTime": more.get("started", "2026-11-23T04:00:00.000Z"),
        "time": more.get("time", 250.5),
        "request": request,
        "response": {
            "status": more.get("status", 200), "redirectURL": more.get("redirected", ""),
            "headers": [*secrets, *_pairs(more.get("headers", {}))],
            "cookies": [], "content": content,
        },
        "cache": {}, "timings": {"wait": 1},
    }  # fmt: skip


def _pairs(headers: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def har(entries: Iterable[Mapping[str, Any]], **more: Any) -> dict[str, Any]:
    """The whole document, in Chrome's order."""
    creator = {"name": "WebInspector", "version": "537.36"}
    return {"log": {"version": "1.2", "creator": creator, "pages": [{"id": "page_1"}], **more,
                    "entries": list(entries)}}  # fmt: skip


def write(path: Path, *entries: Mapping[str, Any], encoding: str = "utf-8") -> Path:
    """A file of these entries, indented as browsers do."""
    path.write_text(json.dumps(har(entries), ensure_ascii=False, indent=2), encoding)
    return path


def turned(value: Any) -> Any:
    """The same with the members of every object the other way round: answer before request."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(list(value))}
    return [turned(one) for one in value] if isinstance(value, list) else value
