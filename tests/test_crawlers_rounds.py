"""The browser's rounds, in a real Chromium on replica pages at the real addresses."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser_rounds import NOW, WORDS, Chromium, Shelf, chromium_at
from browser_site import (
    COMMENTS,
    DETAIL,
    FAMILIES,
    HTML,
    SINGLE,
    STREAM,
    Feed,
    Screen,
    douyin,
    framed,
    search,
    sent,
    work,
)

import crawlers.platforms
from crawlers.listened import Exchange, Listened, hear
from crawlers.platforms.douyin import LISTENED as DOUYIN
from crawlers.turns import PAGES, POST, Visit, looked_at
from domain.identity import AuthorKey
from domain.plugins import load
from domain.types import Outcome
from tingxue.demo.replica import Answer, Asked

pytestmark = pytest.mark.full

PAGE = f"/search/{WORDS}"
PAUSE = (0.25, 0.35)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium_at(tmp_path_factory.mktemp("browser"), PAUSE) as one:
        yield one


def test_reads_the_framed_first_screen_and_every_one_that_scrolling_brings(
    chromium: Chromium,
) -> None:
    chromium.site.pages = {PAGE: douyin(4)}
    shelf = Shelf()
    report = chromium.run(shelf)
    assert (report.outcome, report.seen, report.new) == (Outcome.OK, 16, 16)
    assert sorted(item.text for item in shelf.items.values())[0] == "魔毯停了 第0条"
    assert {item.context.query for item in shelf.items.values()} == {WORDS}
    assert shelf.marks[PAGES] == "2026-12-21 4"
    assert shelf.marks[f"search:{WORDS}"].endswith(" done")
    came = [a.came for a in chromium.replica.asked if a.path in (STREAM, SINGLE)]
    gaps = [later - sooner for sooner, later in pairwise(came)]
    assert min(gaps) >= PAUSE[0], "faster than configured"


@pytest.mark.parametrize("code", FAMILIES)
def test_every_platform_is_heard_on_its_own_pages(chromium: Chromium, code: str) -> None:
    path, made = FAMILIES[code]
    listened, feed, shelf = load(crawlers.platforms, code).LISTENED, made(WORDS), Shelf()
    chromium.site.pages = {path: feed}
    report = chromium.run(shelf, listened=listened)
    assert report.outcome is Outcome.OK, report.detail
    screens = [_read(listened, screen) for screen in feed.screens[:2]]
    assert all(screens) and not screens[0] & screens[1]
    assert {str(item.native_id) for item in shelf.items.values()} == screens[0] | screens[1]
    assert {item.context.query for item in shelf.items.values()} == {WORDS}


def _read(listened: Listened, screen: Screen) -> set[str]:
    """The ids that its parser reads of the same answer in a file."""
    assert isinstance(screen.answer, Answer) and isinstance(screen.answer.body, bytes)
    url = screen.url if "://" in screen.url else f"https://m.{listened.hosts[0]}{screen.url}"
    exchange = Exchange(url=url, body=screen.answer.body, received_at=NOW,
                        method=screen.method, request_body=screen.body)  # fmt: skip
    parsed = hear(listened, exchange, AuthorKey("2026", b"k").pseudonym)
    assert parsed is not None
    return {str(item.native_id) for item in parsed.items}


def test_waits_for_what_comes_late_and_scrolls_a_box_of_its_own(chromium: Chromium) -> None:
    chromium.site.pages = {PAGE: douyin(2, delay=1.5, inner=True)}
    listened = replace(DOUYIN, scrolls="#inner")
    report = chromium.run(Shelf(), listened=listened)
    assert (report.outcome, report.new) == (Outcome.OK, 8)


def test_posts_are_opened_last_and_show_their_counts_anew_or_that_they_are_gone(
    chromium: Chromium,
) -> None:
    chromium.site.pages = {PAGE: douyin(1)}
    shelf = Shelf()
    chromium.run(shelf)
    hot, gone = list(shelf.items)[:2]
    grown = work(0)["aweme_info"] | {"statistics": {"digg_count": 4321}}
    posts = []
    for known, answer in ((hot, grown), (gone, None)):
        path = urlsplit(shelf.items[known].url).path
        url = f"{DETAIL}?aweme_id={path.rpartition('/')[2]}"
        detail = sent({"status_code": 0, "aweme_detail": answer})
        chromium.site.pages = {**chromium.site.pages,
                               path: Feed(screens=[Screen(url=url, answer=detail)])}  # fmt: skip
        posts.append(Visit(key=POST + known, address=shelf.items[known].url))
    report = chromium.run(shelf, posts=lambda: posts)
    assert (report.outcome, report.new) == (Outcome.OK, 0), report.detail
    counts = shelf.items[hot].counts
    assert counts is not None and counts.likes == 4321
    assert looked_at(shelf.marks) == {hot: NOW, gone: NOW}
    asked = [a.path for a in chromium.replica.asked if a.path in (STREAM, DETAIL)]
    assert asked == [STREAM, DETAIL, DETAIL]


def test_stops_where_a_page_brings_nothing_new(chromium: Chromium) -> None:
    chromium.site.pages = {PAGE: douyin(4)}
    shelf = Shelf()
    chromium.run(shelf)
    report = chromium.run(shelf)
    assert (report.outcome, report.seen, report.new) == (Outcome.OK, 4, 0)


def test_a_page_that_reloads_itself_is_read_to_its_end(chromium: Chromium) -> None:
    feed = douyin(4)
    once = "if (!sessionStorage.again) { sessionStorage.again = 1; location.reload(); }"
    screens = [*feed.screens[:1], replace(feed.screens[1], script=once), *feed.screens[2:]]
    chromium.site.pages = {PAGE: Feed(screens=screens)}
    shelf = Shelf()
    assert chromium.run(shelf).outcome is Outcome.OK
    assert len(shelf.items) == 16
    assert sum(a.path == STREAM for a in chromium.replica.asked) == 2


def test_a_round_that_was_broken_off_goes_through_what_it_knew_to_the_rest(
    chromium: Chromium,
) -> None:
    chromium.site.pages = {PAGE: douyin(4)}
    shelf = Shelf()
    chromium.run(shelf, cap=2)
    shelf.marks[f"search:{WORDS}"] = f"{NOW.isoformat()} 2"  # as a crash leaves it
    report = chromium.run(shelf)
    assert (report.new, len(shelf.items)) == (8, 16)


def test_the_days_pages_are_counted_over_all_runs(chromium: Chromium) -> None:
    chromium.site.pages = {PAGE: douyin(4), "/search/莲花山": douyin(4, first=50, words="莲花山")}
    shelf = Shelf()
    first = chromium.run(shelf, words=(WORDS, "莲花山"), cap=3)
    assert (first.outcome, first.seen) == (Outcome.OK, 12)
    assert "上限" in first.detail
    chromium.run(shelf, words=(WORDS, "莲花山"), cap=3)
    assert chromium.replica.asked == [], "opened a page although the day's were used up"
    third = chromium.run(shelf, words=(WORDS, "莲花山"), cap=5)
    assert third.seen == 8
    assert {item.context.query for item in shelf.items.values()} == {WORDS, "莲花山"}


def _big(asked: Asked) -> Answer:
    return Answer(body=(b" " * 2**20 for _ in range(200)))


def _never(asked: Asked) -> Answer:
    return Answer(body=b"{}", wait=6)


def _one(answer: Answer | Callable[[Asked], Answer], *more: Screen, **screen: Any) -> Feed:
    return Feed(screens=[Screen(url=STREAM, answer=answer, **screen), *more])


EMPTY = sent(search((), more=False))
VERIFY = sent(search((), more=False, search_nil_info={"search_nil_type": "verify_check"}))
HITS = Answer(body=framed(search(range(4), more=True)))

ENDINGS = {
    "an empty list that the page explains": (
        _one(EMPTY, notice="暂无搜索结果"), Outcome.EMPTY_CONFIRMED, 0),
    "an empty list without a word": (_one(EMPTY), Outcome.EMPTY_AMBIGUOUS, 0),
    "a captcha instead of results": (_one(VERIFY), Outcome.VERIFY_REQUIRED, 0),
    "a captcha over the results": (
        _one(HITS, notice="验证码中间页"), Outcome.VERIFY_REQUIRED, 4),
    "a captcha in a frame": (
        _one(HITS, script="list.innerHTML += `<iframe srcdoc='<p>验证码中间页'></iframe>`"),
        Outcome.VERIFY_REQUIRED, 4),
    "a visitor who writes about captchas": (
        Feed(screens=[Screen(url=STREAM, answer=Answer(body=framed(search((1,), more=False))),
                             notice="我那天买票的时候网站老是跳到验证码中间页，试了五六次才进去，气死人")]),
        Outcome.OK, 1),
    "nobody is logged in": (_one(sent({"status_code": 2483})), Outcome.LOGIN_REQUIRED, 0),
    "the page's own asking says so": (
        Feed(screens=[Screen(url="/aweme/v1/web/user/profile/self/",
                             answer=sent({"status_code": 8}))]), Outcome.LOGIN_REQUIRED, 0),
    "429 in the middle": (
        _one(HITS, Screen(url=SINGLE, answer=Answer(status=429))), Outcome.RATE_LIMITED, 4),
    "an empty body in the middle": (
        _one(HITS, Screen(url=SINGLE, answer=Answer())), Outcome.IP_OR_ACCOUNT_BLOCKED, 4),
    "an answer of unknown shape": (_one(sent({"foo": 1})), Outcome.SCHEMA_CHANGED, 0),
    "a request that is led to a check": (
        _one(Answer(status=302, headers={"Location": "https://verify.example/captcha"})),
        Outcome.VERIFY_REQUIRED, 0),
    "an answer that never comes": (_one(_never), Outcome.NO_RESPONSE_SEEN, 0),
    "a page that asks nothing": (Feed(screens=[]), Outcome.NO_RESPONSE_SEEN, 0),
    "the page itself is refused": (
        Answer(status=403, body=b"no", kind=HTML), Outcome.IP_OR_ACCOUNT_BLOCKED, 0),
    "the page itself breaks": (
        Answer(status=502, body=b"no", kind=HTML), Outcome.NO_RESPONSE_SEEN, 0),
    "a way to the login page": (
        Answer(status=302, headers={"Location": "https://www.douyin.com/passport/login"}),
        Outcome.LOGIN_REQUIRED, 0),
    "a script that leads to the login page": (
        Answer(body=b"<script>setTimeout(() => location.replace('/passport/login'), 300)</script>",
               kind=HTML), Outcome.LOGIN_REQUIRED, 0),
    "a ring of redirects": (
        lambda asked: Answer(status=302, headers={"Location": f"{asked.path}?x"}),
        Outcome.NO_RESPONSE_SEEN, 0),
}  # fmt: skip


@pytest.mark.parametrize("case", ENDINGS)
def test_says_how_it_ended_and_asks_no_further(chromium: Chromium, case: str) -> None:
    page, outcome, seen = ENDINGS[case]
    login = Answer(body=b"<p>login", kind=HTML)
    chromium.site.pages = {PAGE: page, "/passport/login": login, "/search/莲花山": douyin(1)}
    report = chromium.run(Shelf(), wait=1.5)
    assert (report.outcome, report.seen) == (outcome, seen), report.detail
    if outcome is Outcome.SCHEMA_CHANGED:
        assert chromium.kept
    elif outcome is not Outcome.OK:
        assert report.detail or outcome is Outcome.EMPTY_CONFIRMED


def test_an_answer_of_200_mb_stays_in_the_browser(chromium: Chromium) -> None:
    chromium.site.pages = {PAGE: _one(_big)}
    before = [_peak(pid) for pid in (os.getpid(), *_drivers())]
    report = chromium.run(Shelf(), wait=5.0)
    grown = [_peak(pid) - was for pid, was in zip((os.getpid(), *_drivers()), before, strict=True)]
    assert "过大" in report.detail
    assert max(grown) < 60, "MiB more than before, in us or in Playwright's driver"


def _drivers() -> list[int]:
    """Playwright's own process beneath this one."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for task in tasks for pid in task.read_text().split()]


def _peak(pid: int) -> int:
    """The most memory it has had, in MiB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1024


def test_the_first_refusal_ends_the_whole_round(chromium: Chromium) -> None:
    chromium.site.pages = {PAGE: _one(VERIFY), "/search/莲花山": douyin(1, words="莲花山")}
    shelf = Shelf()
    report = chromium.run(shelf, words=(WORDS, "莲花山"))
    assert report.outcome is Outcome.VERIFY_REQUIRED
    assert [a.path for a in chromium.replica.asked if "search" in a.path and "web" in a.path] == [
        STREAM
    ]
    assert not shelf.items


def test_what_the_office_hosts_is_its_own_channel(chromium: Chromium) -> None:
    answer = Answer(
        body=(Path(__file__).parent / "data/platforms/douyin/creator_comments.json").read_bytes()
    )
    url = "/aweme/v1/creator/comment/list/?item_id=7561000000000000101"
    path = "/creator-micro/interactive/comment"
    chromium.site.pages = {path: Feed(screens=[Screen(url=url, answer=answer)])}
    shelf = Shelf()
    report = chromium.run(shelf, own=True)
    assert (report.outcome, report.new) == (Outcome.OK, 1)
    assert [item.context.own_channel for item in shelf.items.values()] == [True]


def test_comments_are_taken_beside_what_a_search_found_and_nowhere_else(
    chromium: Chromium,
) -> None:
    def comment(number: int, of: int) -> Screen:
        one = {"cid": str(number), "aweme_id": str(7561000000000000000 + of), "text": "我也是",
               "create_time": 1795341600, "user": {"uid": "9"}}  # fmt: skip
        body = {"status_code": 0, "comments": [one], "has_more": 0, "total": 1}
        script = f"fetch('{COMMENTS}?n={number}')"
        return Screen(url=f"{COMMENTS}?n={number}", answer=sent(body), script=script)

    first, second = comment(1, of=0), comment(2, of=99)
    hits = Screen(url=STREAM, answer=Answer(body=framed(search(range(4), more=False))),
                  script=f"{first.script}; {second.script}")  # fmt: skip
    chromium.site.pages = {PAGE: Feed(screens=[hits]), "": Feed(screens=[first, second])}
    shelf = Shelf()
    chromium.run(shelf)
    assert sorted(str(i.native_id) for i in shelf.items.values() if i.text == "我也是") == ["1"]


def test_hears_what_a_service_worker_fetches_for_the_page_once(chromium: Chromium) -> None:
    worker = """self.addEventListener("install", e => self.skipWaiting());
        self.addEventListener("activate", e => e.waitUntil(clients.claim()));
        self.addEventListener("fetch", e => e.respondWith(fetch(e.request)));"""
    start = """<script>navigator.serviceWorker.register("/worker.js").then(async () => {
        await navigator.serviceWorker.ready;
        if (!navigator.serviceWorker.controller)
            await new Promise(go => navigator.serviceWorker.oncontrollerchange = go);
        fetch("%s?keyword=x");
    });</script>"""
    hits = Answer(body=framed(search(range(4), more=False)))
    chromium.site.pages = {
        PAGE: Answer(body=(start % STREAM).encode(), kind=HTML),
        "/worker.js": Answer(body=worker.encode(), kind="text/javascript"),
        STREAM: hits,
    }
    shelf = Shelf()
    report = chromium.run(shelf)
    assert (report.outcome, report.seen, len(shelf.items)) == (Outcome.OK, 4, 4)
