"""Whole crawls against a site on the loopback, each in a process of its own.

``crawl`` runs several sources side by side through tests/crawl_one.py. The scripted sites below
are one per kind of trouble; all of them are crawled once, by the module fixture ``troubles``.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.utils.request import RequestFingerprinter

import crawlers.platforms
from crawlers.given import Given
from crawlers.health import Tally, asks_to_verify, refusal
from crawlers.pagecache import KEEP_DAYS, PageStore
from crawlers.scrubbing import FRAGMENT, fragment_of
from crawlers.spider import PageSpider, SpiderSource
from domain.plan import SourceSpec
from domain.plugins import load
from domain.types import Outcome
from tests.local_site import Answer, LocalSite, Script

HERE = Path(__file__).parent
SITE = HERE / "data" / "site"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DELAY = 0.05
PAPER = "/pc/paper"
NODE = f"{PAPER}/layout/202611/23/node_01.html"
YESTERDAY = f"{PAPER}/layout/202611/22/node_01.html"


def job(
    name: str, url: str, folder: Path, *, kind: str = "founder", **options: str
) -> dict[str, Any]:
    return {
        "kind": kind, "name": name, "platform": "news", "start_urls": [url], "options": options,
        "delay": DELAY, "own_channel": False, "now": NOW.isoformat(), "since": None,
        "cache": str(folder / "cache"), "intake": str(folder / f"{name}.jsonl"),
    }  # fmt: skip


def start(jobs: list[dict[str, Any]]) -> subprocess.Popen[str]:
    clean = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
    child = subprocess.Popen(
        [sys.executable, str(HERE / "crawl_one.py")], env=clean, text=True, cwd=HERE.parent,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert child.stdin is not None
    child.stdin.write(json.dumps(jobs))
    child.stdin.close()
    child.stdin = None
    return child


def crawl(jobs: list[dict[str, Any]]) -> dict[str, Any]:
    """{name: report}, and under "stderr" what the process logged."""
    out, err = start(jobs).communicate(timeout=90)
    assert out, err
    return {**json.loads(out), "stderr": err}


def handed_over(folder: Path, name: str) -> list[dict[str, Any]]:
    lines = (folder / f"{name}.jsonl").read_text("utf-8").splitlines()
    return [item for line in lines for item in json.loads(line)]


# --- one newspaper and two feeds, end to end ------------------------------------------------------


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, LocalSite, Any]]:
    """The bundled site, crawled once with nothing in the cache."""
    folder = tmp_path_factory.mktemp("morning")
    with LocalSite(SITE) as site:
        reports = crawl([
            job("xycb", site.url + "/xycb", folder, words="莲花山", contact="desk@paper.invalid"),
        ])  # fmt: skip
        yield folder, site, reports


def test_a_paper_is_read_end_to_end(morning: Any) -> None:
    folder, _, reports = morning
    report = reports["xycb"]
    assert (report["outcome"], report["seen"], report["new"]) == ("ok", 8, 3)
    assert report["detail"] == "2 期有报，0 期无报，读文章 8 篇；1 篇只有图没有字"
    items = {item["url"].rsplit("_")[-1]: item for item in handed_over(folder, "xycb")}
    assert sorted(items) == ["8902.html", "9001.html", "9004.html"]
    assert items["9001.html"]["title"] == "冰雪经济 莲花山滑雪场新增夜场 首周末接待游客过万人次"
    assert "接驳车等了四十分钟" in items["9001.html"]["text"]
    assert items["8902.html"]["published_at"] == "2026-11-21 16:00:00+00:00"


def test_every_page_is_asked_for_once_and_robots_first(morning: Any) -> None:
    _, site, _ = morning
    assert site.paths[0] == "/robots.txt"
    assert len(site.paths) == len(set(site.paths)) == 1 + 4 + 8


def test_one_request_at_a_time_and_never_faster_than_the_delay(morning: Any) -> None:
    _, site, _ = morning
    asked = site.requests
    assert all(next_.came >= last.done for last, next_ in pairwise(asked))
    # The site's own clock: n requests cannot fit in less than n-1 delays (a tenth for jitter).
    assert asked[-1].came - asked[0].came >= (len(asked) - 1) * DELAY * 0.9


def test_the_site_is_told_who_asks_and_whom_to_write_to(morning: Any) -> None:
    _, site, _ = morning
    agents = {asked.agent for asked in site.requests}
    assert len(agents) == 1 and agents.pop().startswith("Tingxue/")
    assert all("desk@paper.invalid" in asked.agent for asked in site.requests)


def test_nothing_of_the_pages_is_logged(morning: Any) -> None:
    assert morning[2]["stderr"] == ""


@pytest.mark.full
def test_a_second_run_asks_again_for_layouts_only(morning: Any) -> None:
    folder, site, _ = morning
    site.requests.clear()
    again = crawl([job("xycb", site.url + "/xycb", folder, words="莲花山")])["xycb"]
    assert (again["outcome"], again["seen"], again["new"]) == ("ok", 8, 0)
    assert sorted(path.rsplit("/", 2)[-2:] for path in site.paths[1:]) == [
        ["22", "node_01.html"], ["22", "node_02.html"],
        ["23", "node_01.html"], ["23", "node_02.html"],
    ]  # fmt: skip


def test_every_spider_schedules_a_request(tmp_path: Path) -> None:
    needed = {"founder": {}, "rss": {}, "articles": {"article": "x"}, "sitemap": {"article": "x"},
              "liuyan": {"fids": "7"}}  # fmt: skip
    given = Given(clock=lambda: NOW, pseudonym=lambda *_: None, cache_dir=tmp_path, since=None)
    for kind, options in needed.items():
        spec = replace(_spec(kind), options=options)
        built = load(crawlers.platforms, kind).source(spec, given)
        assert isinstance(built, SpiderSource)
        spider = PageSpider(name="s", reader=built.reader, intake=len, tally=Tally(),
                            keep_fragment=None)  # fmt: skip
        assert asyncio.run(_first(spider)).startswith("http://paper.invalid/"), kind


async def _first(spider: PageSpider) -> str:
    async for request in spider.start():
        return str(request.url)
    return ""


def _spec(kind: str) -> SourceSpec:
    return SourceSpec(name="s", title="s", kind=kind, platform="news", enabled=True,
                      start_urls=("http://paper.invalid/x",), own_channel=False, every_minutes=60,
                      expected_per_day=1.0, delay_seconds=1.0, options={})  # fmt: skip


# --- one scripted site per trouble ------------------------------------------------------------


def html(body: str, **more: Any) -> Answer:
    return Answer(body=body.encode(), headers={"Content-Type": "text/html"}, **more)


def paper(*articles: Script, **more: Script) -> dict[str, Script]:
    """A paper of one page with these articles, numbered from 1; ``more`` as path=answer."""
    links = "".join(f'<a href="../../../c/202611/23/content_{n}.html">文</a>'
                    for n in range(1, len(articles) + 1))  # fmt: skip
    pages = {f"{PAPER}/c/202611/23/content_{n}.html": answer
             for n, answer in enumerate(articles, start=1)}  # fmt: skip
    return {NODE: html(links + '<a href="node_01.html">第01版</a>'), **pages, **more}


def text(title: str) -> Answer:
    return html(f'<h1 id="Title">{title}</h1><founder-content><p>正文</p></founder-content>')


def to(path: str) -> Answer:
    return Answer(status=302, headers={"Location": path})


CAPTCHA = html("<html><title>安全验证</title><p>请拖动滑块完成拼图</p></html>")
STRANGE = html("<html><h1>全新改版</h1><p>编辑电话 13800138000</p></html>")
LARGE = Answer(body=b"x" * (6 << 20), headers={"Content-Type": "text/html"})
FEED = (SITE / "rss.xml").read_bytes()

PAPERS: dict[str, Mapping[str, Script]] = {
    "robots_forbid": {**paper(text("甲")), "/robots.txt": Answer(
        body=b"User-agent: *\nAllow: /\n\nUser-agent: Tingxue\nDisallow: /pc/")},
    "robots_broken": {**paper(text("甲")), "/robots.txt": Answer(status=503)},
    "robots_limited": {**paper(text("甲")), "/robots.txt": Answer(status=429)},
    "robots_slow": {**paper(text("甲"), text("乙")), "/robots.txt": Answer(
        body=b"User-agent: *\nCrawl-delay: 0.4")},
    "no_edition": {},
    "forbidden": paper(text("甲"), Answer(status=403), text("丙"), text("丁")),
    "limited": {NODE: Answer(status=429)},
    "captcha": paper(text("甲"), CAPTCHA, text("丙")),
    "captcha_moved": paper(text("甲"), to("/verify/slide"), text("丙")),
    "login": {NODE: Answer(status=401)},
    "loop": {NODE: to("/a"), "/a": to("/b"), "/b": to("/a")},
    "elsewhere": {NODE: to("http://elsewhere.invalid/")},
    "endless": paper(text("甲"), Answer(headers={"Content-Type": "text/html"}, endless=True)),
    "large": paper(text("甲"), LARGE),
    "slow": {NODE: html("late", wait=1.6)},
    "down": {NODE: Answer(status=502), YESTERDAY: Answer(status=502)},
    "strange": {NODE: STRANGE},
    "no_title": paper(text("甲"), STRANGE, text("丙")),
    "gbk": paper(Answer(body='<h1 id="Title">夜场</h1><founder-content>停运</founder-content>'
                        .encode("gbk"), headers={"Content-Type": "text/html; charset=utf-8"})),
    "holes": paper(text("甲"), Answer(status=404), Answer(status=500), text("丁"), text("戊")),
    "missing_is_redirected": {**paper(text("甲")), YESTERDAY: to(NODE)},
    "teapot": {NODE: Answer(status=400)},
}  # fmt: skip
EXPECTED = {  # outcome, seen, a piece of the detail
    "robots_forbid": ("ip_or_account_blocked", 0, "robots.txt 不许读"),
    "robots_broken": ("no_response_seen", 0, "robots.txt 读不到（503）"),
    "robots_limited": ("rate_limited", 0, "robots.txt 读不到（429）"),
    "robots_slow": ("ok", 2, "读文章 2 篇"),
    "no_edition": ("empty_confirmed", 0, "2 期无报"),
    "forbidden": ("ip_or_account_blocked", 1, "网站拒绝访问（403）"),
    "limited": ("rate_limited", 0, "太频繁（429）"),
    "captcha": ("verify_required", 1, "网站要求验证"),
    "captcha_moved": ("verify_required", 1, "转到了验证页"),
    "login": ("login_required", 0, "要求登录"),
    "loop": ("no_response_seen", 0, "转向不止"),
    "elsewhere": ("schema_changed", 0, "别的域名"),
    "endless": ("schema_changed", 1, "超过 5 MB"),
    "large": ("schema_changed", 1, "超过 5 MB"),
    "slow": ("no_response_seen", 0, "超时没有回应"),
    "down": ("no_response_seen", 0, "网站出错（502）"),
    "strange": ("schema_changed", 0, "没有版面和文章的链接"),
    "no_title": ("schema_changed", 1, "没有方正标题"),
    "gbk": ("ok", 1, "读文章 1 篇"),
    "holes": ("ok", 3, "1 篇已撤（404）；1 页没有读到"),
    "missing_is_redirected": ("ok", 1, "1 期有报，1 期无报"),
    "teapot": ("schema_changed", 0, "状态码（400）"),
    "refused": ("no_response_seen", 0, "连接被拒"),
    "feed": ("ok", 3, "读条目 3 条"),
    "feed_broken": ("schema_changed", 0, "XML 有错"),
    "feed_page": ("schema_changed", 0, "不是 RSS 或 Atom"),
    "feed_empty": ("empty_confirmed", 0, "没有条目"),
    "feed_blocked": ("ip_or_account_blocked", 0, "拒绝访问"),
}  # fmt: skip
FEEDS: dict[str, Script] = {
    "feed": lambda headers: Answer(status=304) if headers.get("if-none-match") == '"v1"'
    else Answer(body=FEED, headers={"ETag": '"v1"', "Content-Type": "application/xml"}),
    "feed_broken": Answer(body=FEED[:700]),
    "feed_page": html("<html><p>页面搬家了</p></html>"),
    "feed_empty": Answer(body=(SITE / "empty.xml").read_bytes()),
    "feed_blocked": Answer(status=403),
}  # fmt: skip


@pytest.fixture(scope="module")
def troubles(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, dict[str, LocalSite], Any]]:
    """Every scripted site, crawled once."""
    folder = tmp_path_factory.mktemp("troubles")
    with ExitStack() as stack:
        sites = {name: stack.enter_context(LocalSite(answers=answers))
                 for name, answers in PAPERS.items()}  # fmt: skip
        jobs = [job(name, site.url, folder, timeout_seconds="1") for name, site in sites.items()]
        jobs.append(job("refused", f"http://127.0.0.1:{_closed_port()}", folder))
        for name, script in FEEDS.items():
            sites[name] = stack.enter_context(LocalSite(answers={"/feed": script}))
            jobs.append(job(name, sites[name].url + "/feed", folder, kind="rss"))
        jobs.append({**job("ledger_full", sites["gbk"].url, folder), "intake": None})
        yield folder, sites, crawl(jobs)


def _closed_port() -> int:
    with LocalSite() as site:
        return int(site.url.rsplit(":")[-1])


@pytest.mark.full
@pytest.mark.parametrize("name", EXPECTED)
def test_the_outcome_says_what_happened(name: str, troubles: Any) -> None:
    report = troubles[2][name]
    outcome, seen, detail = EXPECTED[name]
    assert (report["outcome"], report["seen"]) == (outcome, seen), report
    assert detail in report["detail"]


@pytest.mark.full
def test_no_request_goes_out_after_a_refusal(troubles: Any) -> None:
    sites = troubles[1]
    assert sites["robots_forbid"].paths == ["/robots.txt"]
    assert sites["robots_broken"].paths == ["/robots.txt"] * 2  # one retry of a 503
    assert sites["robots_limited"].paths == ["/robots.txt"]
    assert sites["limited"].paths == ["/robots.txt", NODE]
    for name in ("forbidden", "captcha", "no_title"):
        assert sites[name].paths[-1].endswith("content_2.html"), name
    assert sites["captcha_moved"].paths[-1] == "/verify/slide"
    assert sites["feed_blocked"].paths == ["/robots.txt", "/feed"]


@pytest.mark.full
def test_a_longer_crawl_delay_in_robots_txt_is_kept(troubles: Any) -> None:
    asked = troubles[1]["robots_slow"].requests
    assert len(asked) == 5
    assert asked[-1].came - asked[1].came >= 3 * 0.4 * 0.9


@pytest.mark.full
def test_a_strange_page_leaves_a_masked_fragment_and_others_leave_none(troubles: Any) -> None:
    reports = troubles[2]
    ((url, reason, piece),) = reports["no_title"]["fragments"]
    assert url.endswith("content_2.html") and "方正标题" in reason
    assert "全新改版" in piece and "13800138000" not in json.dumps(reports)
    kept = {name for name in EXPECTED if reports[name]["fragments"]}
    assert kept == {"strange", "no_title", "feed_broken", "feed_page"}


@pytest.mark.full
def test_a_gbk_page_that_claims_utf8_is_read(troubles: Any) -> None:
    (item,) = handed_over(troubles[0], "gbk")
    assert (item["title"], item["text"]) == ("夜场", "停运")


@pytest.mark.full
def test_what_was_read_before_the_trouble_is_handed_over(troubles: Any) -> None:
    for name in ("forbidden", "captcha", "endless", "no_title"):
        assert [item["title"] for item in handed_over(troubles[0], name)] == ["甲"], name


@pytest.mark.full
def test_a_ledger_that_refuses_is_not_the_sites_fault(troubles: Any) -> None:
    assert troubles[2]["ledger_full"] == {"error": "disk full"}
    assert "正文" not in troubles[2]["stderr"]


@pytest.mark.full
def test_a_rerun_asks_again_for_bad_pages_and_with_etag_for_feeds(troubles: Any) -> None:
    folder, sites, _ = troubles
    bad = f"{PAPER}/c/202611/23/content_2.html"
    sites["no_title"].answers[bad] = text("乙")
    for name in ("no_title", "feed"):
        sites[name].requests.clear()
    again = crawl([job("no_title", sites["no_title"].url, folder),
                   job("feed", sites["feed"].url + "/feed", folder, kind="rss")])  # fmt: skip
    assert (again["no_title"]["outcome"], again["no_title"]["seen"]) == ("ok", 3)
    assert bad in sites["no_title"].paths
    assert (again["feed"]["outcome"], again["feed"]["seen"], again["feed"]["new"]) == ("ok", 3, 0)
    assert sites["feed"].paths == ["/robots.txt", "/feed"]


@pytest.mark.full
def test_a_site_that_went_down_is_not_answered_from_the_cache(tmp_path: Path) -> None:
    with LocalSite(answers={"/feed": FEEDS["feed"]}) as site:
        feed = job("feed", site.url + "/feed", tmp_path, kind="rss")
        assert crawl([feed])["feed"]["outcome"] == "ok"
        site.answers["/feed"] = Answer(hang_up=True)
        assert crawl([feed])["feed"]["outcome"] == "no_response_seen"


@pytest.mark.full
def test_kill_nine_in_the_middle_leaves_whole_batches_and_a_rerun_brings_the_rest(
    tmp_path: Path,
) -> None:
    with LocalSite(answers=paper(*(text(f"第{n}篇") for n in range(1, 13)))) as site:
        child = start([job("killed", site.url, tmp_path)])
        file = tmp_path / "killed.jsonl"
        deadline = time.monotonic() + 30
        while not (file.exists() and file.read_bytes().count(b"\n") >= 3):
            assert time.monotonic() < deadline and child.poll() is None
            time.sleep(0.01)
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate(timeout=10)
        before = handed_over(tmp_path, "killed")
        assert 3 <= len(before) < 12
        report = crawl([job("killed", site.url, tmp_path)])["killed"]
    assert (report["outcome"], report["seen"], report["new"]) == ("ok", 12, 12 - len(before))
    after = handed_over(tmp_path, "killed")
    assert {item["title"] for item in after} == {f"第{n}篇" for n in range(1, 13)}


@pytest.mark.full
def test_a_run_that_is_told_to_stop_says_that_it_is_not_complete(tmp_path: Path) -> None:
    with LocalSite(answers=paper(*(text(f"第{n}篇") for n in range(1, 40)))) as site:
        child = start([job("stopped", site.url, tmp_path)])
        file, deadline = tmp_path / "stopped.jsonl", time.monotonic() + 30
        while not (file.exists() and file.stat().st_size):
            assert time.monotonic() < deadline and child.poll() is None
            time.sleep(0.01)
        for pid in _children(child.pid):
            os.kill(pid, signal.SIGTERM)
        out, _ = child.communicate(timeout=20)
    report = json.loads(out)["stopped"]
    assert report["outcome"] == "no_response_seen" and "页没有读" in report["detail"]


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_cached_page_is_deleted_after_its_days_and_nobody_else_may_read_it(
    tmp_path: Path,
) -> None:
    store = PageStore(Settings({"HTTPCACHE_DIR": str(tmp_path / "cache")}))
    spider = SimpleNamespace(name="s", crawler=Crawler(PageSpider))
    spider.crawler.request_fingerprinter = RequestFingerprinter()
    store.open_spider(spider)
    old, young = Request("http://a.invalid/old"), Request("http://a.invalid/young")
    for request in (old, young):
        store.store_response(spider, request, Response(request.url, body=b"text"))
    kept = {path.stat().st_mode & 0o777 for path in store.folder.iterdir()}
    assert (kept, store.folder.stat().st_mode & 0o777) == ({0o600}, 0o700)
    long_ago = time.time() - (KEEP_DAYS + 1) * 86_400
    for path in store.folder.iterdir():
        if b"old" in path.read_bytes():
            os.utime(path, (long_ago, long_ago))
    store.open_spider(spider)
    assert store.retrieve_response(spider, old) is None
    again = store.retrieve_response(spider, young)
    assert again is not None and again.body == b"text"


# --- the bookkeeping, pure --------------------------------------------------------------------


def test_the_first_reason_to_stop_stands() -> None:
    tally = Tally()
    tally.stop(Outcome.RATE_LIMITED, "太频繁", "http://a.invalid/x?token=1")
    tally.stop(Outcome.SCHEMA_CHANGED, "别的", "http://a.invalid/y")
    report = tally.report(Outcome.OK, "", unread=3)
    assert (report.outcome, report.detail) == (Outcome.RATE_LIMITED, "太频繁：http://a.invalid/x")


def test_three_pages_in_a_row_without_answer_end_the_run() -> None:
    tally = Tally(seen=9)
    for _ in range(2):
        tally.lose("超时", "http://a.invalid/x", entry=False)
    tally.answered()
    for _ in range(2):
        tally.lose("超时", "http://a.invalid/x", entry=False)
    assert tally.stopped is None
    tally.lose("超时", "http://a.invalid/x", entry=False)
    assert tally.stopped is not None and tally.stopped[0] is Outcome.NO_RESPONSE_SEEN


@pytest.mark.parametrize(
    ("seen", "lost", "entries", "unread", "outcome"),
    [
        (5, 0, 0, 0, Outcome.OK),
        (5, 2, 0, 0, Outcome.OK),
        (1, 2, 0, 0, Outcome.NO_RESPONSE_SEEN),
        (5, 0, 1, 0, Outcome.NO_RESPONSE_SEEN),
        (5, 0, 0, 1, Outcome.NO_RESPONSE_SEEN),
    ],
)
def test_a_run_with_holes_is_ok_only_when_most_came_and_nothing_was_left(
    seen: int, lost: int, entries: int, unread: int, outcome: Outcome
) -> None:
    tally = Tally(seen=seen, lost=["x"] * lost, lost_entries=["y"] * entries)
    assert tally.report(Outcome.OK, "", unread=unread).outcome is outcome


def test_an_article_address_that_speaks_of_verifying_nothing_is_no_refusal() -> None:
    assert refusal(200, "http://a.invalid/c/content_1.html?from=verify") is None
    assert refusal(200, "http://a.invalid/antibot/check") is not None
    assert asks_to_verify("<title>人机验证</title>") and not asks_to_verify("<h1>改版</h1>")


def test_a_fragment_is_masked_before_it_is_cut() -> None:
    piece = fragment_of("雪" * (FRAGMENT - 5) + "13800138000" + "雪" * 5000)
    assert len(piece) == FRAGMENT and piece.endswith("雪*****")


def test_a_crawl_keeps_nothing_in_the_users_home(tmp_path: Path) -> None:
    """Scrapy's remote control would: the key to a port where it runs any Python that it is sent."""
    order = job("one", f"http://127.0.0.1:{_closed_port()}", tmp_path)
    script = "import json, sys; from crawl_one import collect; collect(json.loads(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(order)], cwd=HERE.parent, text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "user"), "PYTHONPATH": ".:tests"},
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "user").exists()
