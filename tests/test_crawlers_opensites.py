"""Whole crawls of list+article sites, sitemaps and the leaders' board against replicas on the
loopback, each in a process of its own: all of them are crawled once, by the fixture ``crawled``."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from newssite import MARKS, PARAGRAPHS, article, paragraphs, section, unclosed, urlset

from crawlers.platforms.liuyan import LEAST_DELAY
from tests.local_site import Answer, LocalSite, Script
from tests.test_crawlers_spider import CAPTCHA, DELAY, crawl, handed_over, html, job, to

pytestmark = pytest.mark.full

THREADS = Path(__file__).parent / "data" / "platforms" / "liuyan" / "threads.json"
LIST, QUERY = "/threads/list?fid=2002", "/threads/queryThreadsList"
LOGIN = html("<title>登录</title><form>用户名<input name=u>密码<input type=password></form>")
FRAUD = (  # no captcha and no login, whatever it speaks of and whatever stands in its head
    "<input type=password><h1>冒充客服骗取验证码</h1><p>有疑问请打13800138000</p>"
    + paragraphs(PARAGRAPHS * 5)
)
PACKED = {"Content-Type": "text/html", "Content-Encoding": "gzip"}
HUGE = 200 << 20
SLOW = ("loris", "liuyan", "liuyan_blocked")


def one(no: int) -> str:
    return f"/jwyc/202611/{no}.html"


def news(*articles: Script, **more: Script) -> dict[str, Script]:
    """A site of one section with these articles, numbered from 1; ``more`` as path=answer."""
    numbered = {one(n): answer for n, answer in enumerate(articles, start=1)}
    return {"/jwyc/": html(section(numbered)), **numbered, **more}


def written(title: str) -> Answer:
    return html(article(title))


def gbk(page: str) -> Answer:
    return Answer(body=page.encode("gbk"), headers={"Content-Type": "text/html; charset=utf-8"})


def inflating() -> Answer:
    """200 MB that travel as 200 kB, made in pieces."""
    packing = zlib.compressobj(1, wbits=31)
    pieces = [packing.compress(b" " * (1 << 20)) for _ in range(HUGE >> 20)]
    return Answer(body=b"".join([*pieces, packing.flush()]), headers=PACKED)


TWO_SECTIONS = {
    "/jwyc/": html(section([one(1), one(2)], ["/jwyc/index_1.html"])),
    "/jwyc/index_1.html": html(section([one(2), one(3)], ["/jwyc/", "/jwyc/index_2.html"])),
    "/culture/": html(section([one(3), one(4), "/jwyc/202601/5.html"], ["/culture/index_9.html"])),
    **{one(n): written(f"第{n}篇") for n in range(1, 5)},
}

SITES: dict[str, Mapping[str, Script]] = {
    "gbk": {"/jwyc/": gbk(section([one(1), one(2)])), one(1): gbk(article("甲")),
            one(2): gbk(article("乙"))},
    "unclosed": {**news(html(unclosed("甲"))), "/jwyc/": html(section([one(1)])[:-40])},
    "one_strange": news(written("甲"), html(FRAUD), written("丙")),
    "most_strange": news(written("甲"), *[html("<h1>改版</h1>")] * 7),
    "limited": news(written("甲"), Answer(status=429), written("丙")),
    "loop": news(written("甲"), to("/a"), written("丙"), **{"/a": to("/b"), "/b": to("/a")}),
    "away": news(written("甲"), to("http://elsewhere.invalid/x"), written("丙")),
    "huge": news(written("甲"), html("<p>", filler=HUGE), written("丙")),
    "endless": {"/jwyc/": html("<p>", endless=True)},
    "inflated": news(written("甲")),
    "robots": {**news(written("甲")), "/robots.txt": Answer(
        body=b"User-agent: *\nDisallow: /jwyc/202611/\n")},
    "login_moved": news(written("甲"), to("/user/login?back=1"), written("丙"),
                        **{"/user/login?back=1": LOGIN}),
    "captcha": news(written("甲"), CAPTCHA, written("丙")),
    "loris": news(written("甲"), html("x" * 500, drip=0.1), written("丙")),
    "section_gone": {},
}  # fmt: skip
EXPECTED = {  # outcome, seen, a piece of the detail
    "news": ("ok", 4, "读文章 4 篇"),
    "gbk": ("ok", 2, "读文章 2 篇"),
    "unclosed": ("ok", 1, "读文章 1 篇"),
    "one_strange": ("ok", 2, "1 篇的页面不认识，已留片段"),
    "most_strange": ("schema_changed", 1, "多数文章页不是认识的样子"),
    "limited": ("rate_limited", 1, "太频繁（429）"),
    "loop": ("ok", 2, "1 页没有读到"),
    "away": ("ok", 2, "1 页没有读到"),
    "huge": ("schema_changed", 1, "超过 5 MB"),
    "endless": ("schema_changed", 0, "超过 5 MB"),
    "inflated": ("schema_changed", 1, "超过 5 MB"),
    "robots": ("ip_or_account_blocked", 0, "robots.txt 不许读"),
    "login_moved": ("login_required", 1, "转到了登录页"),
    "captcha": ("verify_required", 1, "网站要求验证"),
    "loris": ("ok", 2, "1 页没有读到"),
    "section_gone": ("item_gone", 0, "栏目已经不在"),
    "sitemap": ("ok", 2, "读文章 2 篇"),
    "liuyan": ("ok", 6, "其中已答复 2 条"),
    "liuyan_blocked": ("ip_or_account_blocked", 0, "网站拒绝访问（403）"),
}


def mapped(url: str) -> dict[str, Script]:
    """A site that names its sitemaps in robots.txt."""
    entries = [(url + one(1), "2026-11-22"), (url + one(2), ""), (url + one(3), "2026-01-01")]
    index = urlset([(url + "/news.xml.gz", "")], root="sitemapindex", item="sitemap")
    return {
        **news(*[written(f"第{n}篇") for n in range(1, 4)]),
        "/robots.txt": Answer(body=f"User-agent: *\nSitemap: {url}/index.xml\n".encode()),
        "/index.xml": Answer(body=index.encode()),
        "/news.xml.gz": Answer(body=gzip.compress(urlset(entries).encode())),
    }


@pytest.fixture(scope="module")
def crawled(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Path, dict[str, LocalSite], Any]]:
    """Every replica, crawled once."""
    folder = tmp_path_factory.mktemp("open")
    with ExitStack() as stack:
        scripts = {"news": TWO_SECTIONS, **SITES, "sitemap": {}}
        sites = {name: stack.enter_context(LocalSite(answers=answers))
                 for name, answers in scripts.items()}  # fmt: skip
        sites["sitemap"].answers.update(mapped(sites["sitemap"].url))
        sites["inflated"].answers.update(news(written("甲"), inflating(), written("丙")))
        jobs = [_news(name, sites[name], folder) for name in ("news", *SITES)]
        jobs.append(job("sitemap", sites["sitemap"].url, folder, kind="sitemap", **MARKS))
        start = html("<div id=app></div>")
        welcome = Answer(headers={**start.headers, "Set-Cookie": "visit=secret7; Domain=127.0.0.1"})
        for name, answer in {"liuyan": Answer(body=THREADS.read_bytes()),
                             "liuyan_blocked": Answer(status=403)}.items():  # fmt: skip
            sites[name] = stack.enter_context(
                LocalSite(answers={LIST: welcome, QUERY: answer}))  # fmt: skip
            jobs.append(job(name, sites[name].url, folder, kind="liuyan", fids="2002,2003"))
        jobs.sort(key=lambda one: one["name"] not in SLOW)  # side by side, not one after another
        yield folder, sites, crawl(jobs)


def _news(name: str, site: LocalSite, folder: Path) -> dict[str, Any]:
    seconds = "1" if name == "loris" else "20"
    made = job(name, site.url + "/jwyc/", folder, kind="articles", timeout_seconds=seconds,
               sections=r"^/\w+/index_[1-3]\.html$", **MARKS)  # fmt: skip
    if name == "news":
        made["start_urls"].append(site.url + "/culture/")
    return made


@pytest.mark.parametrize("name", EXPECTED)
def test_the_outcome_says_what_happened(name: str, crawled: Any) -> None:
    report = crawled[2][name]
    outcome, seen, detail = EXPECTED[name]
    assert (report["outcome"], report["seen"]) == (outcome, seen), report
    assert detail in report["detail"]


def test_two_sections_and_their_paging_give_each_article_once(crawled: Any) -> None:
    folder, sites, _ = crawled
    assert [item["title"] for item in handed_over(folder, "news")] == [
        f"第{n}篇" for n in range(1, 5)
    ]
    paths = sites["news"].paths
    assert paths[0] == "/robots.txt" and len(paths) == len(set(paths))
    assert set(paths[1:]) == {*TWO_SECTIONS, "/jwyc/index_2.html"}


def test_gbk_and_unclosed_pages_give_the_words_that_were_written(crawled: Any) -> None:
    titles = [item["title"] for name in ("gbk", "unclosed")
              for item in handed_over(crawled[0], name)]  # fmt: skip
    assert titles == ["甲", "乙", "甲"]
    (item,) = handed_over(crawled[0], "unclosed")
    assert len(item["text"].splitlines()) == 3
    assert item["published_at"] == "2026-11-23 00:15:00+00:00"


def test_one_request_at_a_time_and_never_faster_than_configured(crawled: Any) -> None:
    for name, delay in {"news": DELAY, "sitemap": DELAY, "liuyan": LEAST_DELAY}.items():
        asked = crawled[1][name].requests
        assert all(next_.came >= last.done for last, next_ in pairwise(asked))
        # The site's own clock; the first two may come together, robots.txt and the first page.
        assert asked[-1].came - asked[0].came >= (len(asked) - 2) * delay * 0.9, name


def test_no_request_goes_out_after_a_refusal(crawled: Any) -> None:
    sites = crawled[1]
    for name in ("limited", "captcha", "huge"):
        assert sites[name].paths[-1] == one(2), name
    assert sites["login_moved"].paths[-1] == "/user/login?back=1"
    assert sites["robots"].paths == ["/robots.txt", "/jwyc/"]
    assert sites["liuyan_blocked"].paths == ["/robots.txt", LIST, QUERY]


def test_no_answer_however_large_takes_much_memory(crawled: Any) -> None:
    reports = crawled[2]
    peaks = {name: reports[name]["peak_mb"] for name in EXPECTED}
    assert max(peaks.values()) < 300, peaks


def test_a_ring_of_redirects_is_followed_a_few_times_and_no_more(crawled: Any) -> None:
    asked = crawled[1]["loop"].paths
    assert 2 <= sum(path in ("/a", "/b") for path in asked) <= 5
    assert asked[-1] == one(3), "the other articles are read"


def test_strange_pages_leave_a_few_masked_fragments(crawled: Any) -> None:
    reports = crawled[2]
    kept = {name: len(reports[name]["fragments"]) for name in EXPECTED
            if reports[name]["fragments"]}  # fmt: skip
    assert kept == {"one_strange": 1, "most_strange": 5}
    assert "13800138000" not in json.dumps(reports)


def test_the_board_is_asked_as_its_own_page_asks_and_its_cookie_ends_with_the_run(
    crawled: Any,
) -> None:
    folder, sites, reports = crawled
    site = sites["liuyan"]
    assert site.paths == ["/robots.txt", LIST, QUERY, QUERY]
    assert [asked.posted for asked in site.requests[2:]] == [
        f"fid={fid}&state=1&lastItem=0" for fid in ("2002", "2003")
    ]
    assert site.requests[2].headers["referer"] == site.url + LIST
    assert site.requests[2].headers["cookie"] == "visit=secret7"
    assert "cookie" not in sites["news"].requests[-1].headers
    kept = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert not any(b"secret7" in content for content in [*kept, json.dumps(reports).encode()])


def test_a_second_run_asks_for_sections_only_and_again_for_what_was_strange(crawled: Any) -> None:
    folder, sites, _ = crawled
    sites["one_strange"].answers[one(2)] = written("乙")
    for name in ("news", "one_strange"):
        sites[name].requests.clear()
    again = crawl([_news(name, sites[name], folder) for name in ("news", "one_strange")])
    assert (again["news"]["seen"], again["news"]["new"]) == (4, 0)
    assert set(sites["news"].paths) == {"/robots.txt", "/jwyc/", "/culture/",
                                        "/jwyc/index_1.html", "/jwyc/index_2.html"}  # fmt: skip
    assert (again["one_strange"]["seen"], again["one_strange"]["new"]) == (3, 1)
    assert sites["one_strange"].paths == ["/robots.txt", "/jwyc/", one(2)]
