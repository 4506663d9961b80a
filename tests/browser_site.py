"""Pages of the platforms as a real browser meets them: a table of what each address answers.

A ``Feed`` is a page that loads its screens by XHR, the first at once and each further one when it
is scrolled to its end. The hosts are the real ones; every one of them is ``tingxue.demo.replica``.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import pytest

from domain.plan import SearchRule, SourceSpec
from domain.types import Mode
from tingxue.demo.replica import NOTHING, Answer, Asked

DATA = Path(__file__).parent / "data" / "platforms"

HTML = "text/html; charset=utf-8"

_PAGE = """<!doctype html><meta charset="utf-8"><title>%(title)s</title>
<style>html,body{margin:0;height:100%%} .card{height:240px;border-bottom:1px solid}
#inner{height:400px;overflow:auto}</style>
%(above)s
<div id="%(scroller)s" %(box)s><p id="notice"></p><div id="list"></div></div>
<script>
const opener = document.getElementById("opener");
const screens = %(screens)s, delay = %(delay)s, inner = document.getElementById("inner");
let at = 0, busy = false;
const sleep = ms => new Promise(done => setTimeout(done, ms));
async function load() {
    if (busy || at >= screens.length) return;
    busy = true;
    await sleep(delay);
    const one = screens[at];
    try {
        const json = {"Content-Type": "application/json"};
        const answer = await fetch(one.url, one.body
            ? {method: one.method, body: one.body, headers: json} : {method: one.method});
        await answer.text();
        if (one.notice) document.getElementById("notice").textContent = one.notice;
        if (one.script) eval(one.script);
        for (let n = 0; n < 3; n++) {
            const card = document.createElement("div");
            card.className = "card";
            document.getElementById("list").append(card);
        }
        at += 1;
    } catch (error) { document.title += "!"; }
    busy = false;
}
function near() {
    const it = inner || document.scrollingElement;
    if (it.scrollTop + it.clientHeight > it.scrollHeight - 400) load();
}
(inner || window).addEventListener("scroll", near);
if (opener) opener.onclick = load; else load();
</script>"""

_BACK_END = """<!doctype html><meta charset="utf-8"><title>评论管理</title>
<div id="app"></div>
<script>
const works = %(works)s, root = document.getElementById("app");
const app = %(shadow)s ? root.attachShadow({mode: "open"}) : root;
app.innerHTML = `<style>.box{height:300px;overflow:auto} .card{height:240px}</style>
%(opener)s<ul class="%(list)s" %(hidden)s></ul>
<div class="box %(box)s"><div id="list"></div></div>`;
const list = app.querySelector("ul"), box = app.querySelector(".box");
const opener = app.querySelector("button");
let work = 0, at = 0, busy = false;
async function load() {
    if (busy || at >= works[work].urls.length) return;
    busy = true;
    await (await fetch(works[work].urls[at])).text();
    at += 1;
    for (let n = 0; n < 3; n++) {
        const card = document.createElement("div");
        card.className = "card";
        app.querySelector("#list").append(card);
    }
    busy = false;
}
works.forEach((one, number) => {
    const item = document.createElement("li");
    item.className = "%(each)s";
    item.textContent = one.line;
    item.onclick = () => {
        if (opener) list.hidden = true;
        if (number === work) return;  // it stands there already
        [work, at] = [number, 0];
        app.querySelector("#list").replaceChildren();
        load();
    };
    list.append(item);
});
if (opener) opener.onclick = () => { list.hidden = false; };
box.addEventListener("wheel", load);
load();
</script>"""


@dataclass(frozen=True, kw_only=True)
class Screen:
    """One XHR of a page. notice: what the page shows once it is there; script: what it does."""

    url: str
    answer: Answer | Callable[[Asked], Answer]
    method: str = "GET"
    body: str = ""
    notice: str = ""
    script: str = ""


@dataclass(frozen=True, kw_only=True)
class Feed:
    """A page with its screens. inner: it scrolls in a box of its own, which has the attributes of
    ``box``; above: what stands over it; a button of the id opener there loads the first screen."""

    screens: Sequence[Screen]
    title: str = "搜索"
    delay: float = 0.0
    inner: bool = False
    box: str = ""
    above: str = ""

    def html(self) -> Answer:
        rows = [
            {"url": s.url, "method": s.method, "body": s.body, "notice": s.notice,
             "script": s.script}
            for s in self.screens
        ]  # fmt: skip
        text = _PAGE % {
            "title": self.title, "screens": json.dumps(rows), "delay": int(self.delay * 1000),
            "scroller": "inner" if self.inner else "outer", "box": self.box, "above": self.above,
        }  # fmt: skip
        return Answer(body=text.encode(), kind=HTML)


@dataclass
class Site:
    """What is answered at present: pages by their path, and the screens of feeds by theirs."""

    pages: Mapping[str, Feed | Answer | Callable[[Asked], Answer]] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Answer:
        answer = self._answer(asked)
        if asked.method == "OPTIONS":
            answer = Answer(status=204)
        return replace(answer, headers={**_CORS, **answer.headers})

    def _answer(self, asked: Asked) -> Answer:
        page = self.pages.get(unquote(asked.path))
        if isinstance(page, Feed):
            return page.html()
        if page is not None:
            return page if isinstance(page, Answer) else page(asked)
        for feed in self.pages.values():
            for screen in feed.screens if isinstance(feed, Feed) else ():
                if _same(screen, asked):
                    answer = screen.answer
                    return answer if isinstance(answer, Answer) else answer(asked)
        return NOTHING


_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
"""Some sites ask another host of theirs."""


def _same(screen: Screen, asked: Asked) -> bool:
    path, _, query = screen.url.partition("?")
    given = parse_qs(query)
    wanted = path == asked.path or path == f"https://{asked.host}{asked.path}"
    return wanted and all(asked.query.get(name) == values[0] for name, values in given.items())


@dataclass(frozen=True, kw_only=True)
class BackEnd:
    """The comments of an account's own works, one work after the other: (line, addresses of its
    screens). opens: the words of the button that shows the works; shadow: all of it in a tree of
    its own, as micro-frontends have it."""

    works: Sequence[tuple[str, Sequence[str]]]
    opens: str = ""
    each: str = ""
    listed: str = ""
    box: str = ""
    shadow: bool = False

    def html(self) -> Answer:
        works = [{"line": line, "urls": list(urls)} for line, urls in self.works]
        text = _BACK_END % {
            "works": json.dumps(works), "each": self.each, "list": self.listed, "box": self.box,
            "shadow": json.dumps(self.shadow), "hidden": "hidden" if self.opens else "",
            "opener": f"<button>{self.opens}</button>" if self.opens else "",
        }  # fmt: skip
        return Answer(body=text.encode(), kind=HTML)


# --- 抖音 --------------------------------------------------------------------------------------

SINGLE = "/aweme/v1/web/general/search/single/"
STREAM = "/aweme/v1/web/general/search/stream/"
COMMENTS = "/aweme/v1/web/comment/list/"
DETAIL = "/aweme/v1/web/aweme/detail/"


def page_of(words: str) -> str:
    """The path of its search page."""
    return f"/search/{words}"


def work(number: int, text: str = "魔毯停了") -> dict[str, Any]:
    """A work as a search answers it."""
    return {
        "type": 1,
        "aweme_info": {
            "aweme_id": str(7561000000000000000 + number), "desc": f"{text} 第{number}条",
            "create_time": 1795341600, "author": {"uid": str(91000000000 + number % 7)},
            "statistics": {"digg_count": number}, "status": {"is_delete": False},
        },
    }  # fmt: skip


def search(numbers: Sequence[int], *, more: bool, **extra: Any) -> dict[str, Any]:
    """An answer of 抖音's search."""
    found = [work(number) for number in numbers]
    return {"status_code": 0, "data": found, "has_more": int(more), "cursor": 10, **extra}


def framed(*documents: Mapping[str, Any]) -> bytes:
    """As the first screen comes: each document after its length in hex."""
    pieces = [json.dumps(one, ensure_ascii=False).encode() for one in documents]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def sent(document: Mapping[str, Any]) -> Answer:
    """As JSON."""
    return Answer(body=json.dumps(document, ensure_ascii=False).encode())


def douyin(
    pages: int, *, each: int = 4, first: int = 0, words: str = "天定山", **feed: Any
) -> Feed:
    """A search with so many pages: the first framed, as on the site; works are numbered on."""
    screens = []
    keyword = f"keyword={quote(words)}"
    for page in range(pages):
        numbers = range(first + page * each, first + (page + 1) * each)
        answer = search(numbers, more=page < pages - 1)
        screens.append(
            Screen(url=f"{STREAM}?{keyword}", answer=Answer(body=framed(answer)))
            if page == 0
            else Screen(url=f"{SINGLE}?{keyword}&offset={page * 10}", answer=sent(answer))
        )
    return Feed(screens=screens, **feed)


# --- other platforms: their page and two of its screens, of the data of their parsers -----------


def screen(file: str, url: str, *changes: tuple[str, str], body: str = "") -> Screen:
    """A file of tests/data/platforms as an answer, with pieces of it changed."""
    text = (DATA / file).read_text("utf-8")
    for old, new in changes:
        assert old in text, f"{file} has no {old}"
        text = text.replace(old, new)
    method = "POST" if body else "GET"
    return Screen(url=url, answer=Answer(body=text.encode()), method=method, body=body)


def _kuaishou(words: str) -> Feed:
    url, file = "/rest/v/search/feed?caver=2", "kuaishou/search_feed.json"
    body = {"keyword": words, "page": "search", "pcursor": ""}
    first = screen(file, f"{url}&n=1", body=json.dumps(body))
    second = screen(file, f"{url}&n=2", ("3xhill01", "3xhill02"), ('"pcursor": "2"',
                    '"pcursor": "no_more"'), body=json.dumps(body))  # fmt: skip
    return Feed(screens=[first, second], inner=True)


def _xiaohongshu(words: str) -> Feed:
    url = "https://edith.xiaohongshu.com/api/sns/web/v1/search/notes"
    file, ask = "xiaohongshu/search_notes.json", {"keyword": words, "page": 1}
    first = screen(file, f"{url}?n=1", body=json.dumps(ask))
    second = screen(file, f"{url}?n=2", ("0000000001", "0000000002"),
                    ('"has_more": true', '"has_more": false'),
                    body=json.dumps({**ask, "page": 2}))  # fmt: skip
    return Feed(screens=[first, second])


def _weibo(words: str) -> Feed:
    """No answer says that there is no more: the one after the last is empty."""
    container = quote(f"100103type=61&q={words}", safe="")
    url = f"/api/container/getIndex?containerid={container}"
    file = "weibo/container_search.json"
    empty = Screen(url=f"{url}&page=3", answer=sent({"ok": 1, "data": {"cards": []}}))
    second = screen(file, f"{url}&page=2", ("53000000000001", "53000000000002"))
    return Feed(screens=[screen(file, f"{url}&page=1"), second, empty])


FAMILIES: Mapping[str, tuple[str, Callable[[str], Feed]]] = {
    "kuaishou": ("/search/天定山", _kuaishou),
    "xiaohongshu": ("/search_result", _xiaohongshu),
    "weibo": ("/search", _weibo),
}
"""code -> path of the search page, and what it holds."""


def chromium_or_skip() -> None:
    """Without Chromium a loud skip; in CI, which installs it, a failure."""
    if not shutil.which("chromium"):
        reason = "NO BROWSER WAS TESTED: there is no chromium (Debian: apt-get install chromium)"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)


def raised(mode: Mode, *words: str) -> SourceSpec:
    """A source of 抖音 that has been let run, faster than config would allow."""
    return SourceSpec(
        name="dy", title="抖音", kind="douyin", platform="douyin", enabled=True, start_urls=(),
        own_channel=False, every_minutes=60, expected_per_day=5, delay_seconds=0,
        options={"wait_seconds": "5"}, mode=mode, daily_cap=1000, pause_seconds=(0.02, 0.05),
        search=tuple(SearchRule(any=(word,)) for word in words),
    )  # fmt: skip
