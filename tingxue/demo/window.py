"""One evening of the demo's 抖音, met by a real browser on a replica of its search page.

Where no browser is to be had, or it does not bring all of it, the same posts come in by the export
that lies beside; the ledger then holds the same mentions.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crawlers import programs
from domain.errors import NotConfigured
from tingxue.demo import replica, week
from tingxue.demo.replica import NOTHING, Answer, Asked

FILE = "douyin_search_contents_new_d6_2130.jsonl"
"""The export whose posts the replica shows."""

SOURCE = "demo_douyin"
WORDS = "天定山滑雪场"

_SEARCH = "/aweme/v1/web/general/search/stream/"
_PAGE = f"""<!doctype html><meta charset="utf-8"><title>演练：{WORDS}</title>
<p>这是演练用的仿真搜索页，内容全部虚构。</p>
<script>fetch("{_SEARCH}?keyword={quote(WORDS)}").then(answer => answer.text())</script>"""

CONFIG: Mapping[str, Any] = {
    "sources": [{
        "name": SOURCE, "title": "演练抖音", "kind": "douyin", "platform": "douyin",
        "enabled": "true", "every_minutes": "60", "expected_per_day": "5", "mode": "automatic",
        "account": SOURCE, "daily_cap": "1", "pause_seconds": ["3", "4"], "keywords": [WORDS],
        "options": {"wait_seconds": "10"},
        "go_ahead": {"by": "演练", "on": "2026-12-01", "basis": "演练", "assessed": "演练"},
    }],
    "accounts": [{"name": SOURCE, "platform": "douyin", "title": "演练账号", "owner": "office"}],
    "assessments": {"douyin": {
        "date": "2026-12-01",
        **dict.fromkeys(("by", "purpose", "data_kinds", "necessity", "impact", "terms_read",
                         "personal_data", "retention"), "演练"),
    }},
}  # fmt: skip
"""What sources.yaml says of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Whether there is a browser. environ: what leads it to the replica; note: what a reader of the
    summary is told."""

    open: bool
    environ: Mapping[str, str]
    note: str


@contextmanager
def window(start: datetime, environ: Mapping[str, str]) -> Iterator[Window]:
    """The replica while the block runs, if a browser is here."""
    try:
        programs.find(environ)
    except NotConfigured:
        note = "没有找到浏览器：这一晚的抖音改由导出文件导入（安装 Chromium 后可以看到浏览器采集）"
        yield Window(open=False, environ={}, note=note)
        return
    with replica.serving(_answering(start)) as served:
        note = f"其中抖音 {len(works(start))} 条由浏览器从本机的仿真搜索页听到"
        yield Window(open=True, environ=served.environment, note=note)


def works(start: datetime) -> list[dict[str, Any]]:
    """The export's posts, as the site's search answers them."""
    return [{"type": 1, "aweme_info": _work(one, start)} for one in week.of_file(FILE)]


def _work(one: week.Line, start: datetime) -> dict[str, Any]:
    count = one.in_file(FILE)
    shown = {
        name: value
        for name, value in (
            ("digg_count", count and count.likes), ("comment_count", count and count.comments),
            ("share_count", count and count.shares),
        )
        if value is not None
    }  # fmt: skip
    return {
        "aweme_id": week.id_for(one.platform, one.kind, one.ref), "desc": one.text,
        "create_time": int(week.moment(start, one.published).timestamp()),
        "author": {"uid": one.author}, "statistics": shown,
    }  # fmt: skip


def _answering(start: datetime) -> replica.Answering:
    answer = {"status_code": 0, "has_more": 0, "cursor": 10, "data": works(start)}
    piece = json.dumps(answer, ensure_ascii=False).encode()
    framed = b"%x\r\n%s\r\n0\r\n\r\n" % (len(piece), piece)

    def answering(asked: Asked) -> Answer:
        if asked.path == _SEARCH:
            return Answer(body=framed)
        if asked.path.startswith("/search/"):
            return Answer(body=_PAGE.encode(), kind="text/html; charset=utf-8")
        return NOTHING

    return answering
