"""crawlers/articlepages.py, articlescope.py, sitemaps.py and the two plug-ins on them: pages as
bytes, without any network."""

import gzip
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

import newssite
import pytest
from newssite import MARKS, PARAGRAPHS, article, menu, paragraphs, section, urlset

import crawlers.platforms
from crawlers.articlepages import Rules, article_of, rules_of
from crawlers.articlescope import day_of, last_day_of, oldest_day, scope_of
from crawlers.extraction import Cache, Fetched, Finds, Page
from crawlers.given import Given
from crawlers.health import ShapeChanged, asks_to_login, sent_to_login
from crawlers.sitemaps import MOST_BYTES, MOST_ENTRIES, sitemap
from domain.errors import NotConfigured
from domain.plan import Plan, SourceSpec
from domain.plugins import load
from domain.times import at_shanghai
from domain.types import Outcome

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SITE = "http://news.invalid"
LIST = f"{SITE}/jwyc/"
ONE = f"{SITE}/jwyc/202611/1.html"
AT = datetime(2026, 11, 23, 0, 15, tzinfo=UTC)
XPATHS = Rules(**{key: MARKS[key] for key in ("title", "body", "time", "origin")})
NONE = Rules()


def spec(kind: str = "articles", url: str = LIST, **options: str) -> SourceSpec:
    return SourceSpec(
        name="bcxw", title="北城新闻网", kind=kind, platform="news", enabled=True,
        start_urls=(url,), own_channel=False, every_minutes=60, expected_per_day=1.0,
        delay_seconds=1.0, options={**MARKS, **options},
    )  # fmt: skip


def reader(kind: str = "articles", url: str = LIST, *, since: datetime | None = None,
           **options: str) -> Any:  # fmt: skip
    given = Given(
        clock=lambda: NOW, cache_dir=Path("unused"), since=since,
        pseudonym=lambda platform, account: f"{platform}:{account}" if account else None,
    )  # fmt: skip
    return load(crawlers.platforms, kind).source(spec(kind, url, **options), given).reader


def got(body: bytes | str, url: str = ONE, *, entry: bool = False, status: int = 200) -> Fetched:
    page = Page(url=url, entry=entry, cache=Cache.NEVER)
    return Fetched(page=page, url=url, status=status, content_type="",
                   body=body.encode() if isinstance(body, str) else body)  # fmt: skip


def listed(html: str, url: str = LIST) -> Fetched:
    return got(html, url, entry=True)


def paths(finds: Finds) -> list[str]:
    return [page.url.removeprefix(SITE) for page in finds.pages]


# --- one article ----------------------------------------------------------------------------------

LONG = "\n".join(PARAGRAPHS)
META = "<meta property='og:title' content='夜场停运'><meta itemprop='datePublished' content='{}'>"
BARE = f"{menu()}<div><div>{paragraphs()}{paragraphs()}</div></div>{menu()}"
TWICE = f"{LONG}\n{LONG}"


@pytest.mark.parametrize(
    ("html", "rules", "title", "body", "at"),
    [
        (article("夜场停运"), XPATHS, "夜场停运", LONG, AT),
        (newssite.unclosed("夜场停运"), XPATHS, "夜场停运", LONG, AT),
        (article("图", "<img src=x>"), XPATHS, "图", "", AT),
        (article("题", "<div class='content'><p>甲</p></div><p>乙</p>"), XPATHS, "题", "甲\n乙",
         AT),
        (article("题", stamp="11月31日"), XPATHS, "题", LONG, None),
        (article("题", stamp="2026-12-23 08:15"), XPATHS, "题", LONG, None),
        (f"<title>夜场 停运_站</title><h1>站</h1><h1>夜场停运</h1>{BARE}", NONE, "夜场停运", TWICE,
         None),
        (f"{META.format('2026-11-23T08:15:00+08:00')}<h1>站</h1>{BARE}", NONE, "夜场停运", TWICE,
         AT),
        (f"<h1>夜场停运</h1><span>2026年11月23日 08:15</span>{BARE}", NONE, "夜场停运", TWICE, AT),
        (f"<h1>夜场停运</h1><p>2026-11-23 08:15:00 来源：</p><div>{escape(paragraphs())}</div>",
         NONE, "夜场停运", LONG, AT),
        (article("夜场停运", escape(paragraphs())), XPATHS, "夜场停运", LONG, AT),
        (f"<h1>夜场停运</h1><time datetime='2026-11-23T00:15:00Z'>今早</time>{BARE}", NONE,
         "夜场停运", TWICE, AT),
    ],
    ids=["marked", "broken markup", "picture", "nested match", "no such day", "future",
         "heading agrees with title", "meta", "line below", "markup for a script",
         "markup for a script, marked", "time tag"],
)  # fmt: skip
def test_an_article_is_read_by_the_sites_marks_and_without_them_by_what_the_page_says(
    html: str, rules: Rules, title: str, body: str, at: datetime | None
) -> None:
    found = article_of(html, ONE, rules, NOW)
    assert found.body.endswith(body) and "栏目" not in found.body
    assert (found.title, found.published_at) == (title, at)
    assert bool(found.body) == bool(body)


@pytest.mark.parametrize(
    ("html", "rules", "reason"),
    [
        ("", XPATHS, "没有标题"),
        (article("题").replace("</h1>", "").replace("</div>", ""), XPATHS, "标题太长"),
        (f"<title>站</title><h1>甲</h1><h1>乙</h1>{BARE}", NONE, "没有标题"),
        (article("题").replace("'content'", "'text'"), XPATHS, "XPath 什么也没有取到"),
        ("<h1>题</h1><p>短</p>", NONE, "取不到正文"),
    ],
    ids=["empty", "heading never closed", "two headings", "marks gone", "too short"],
)
def test_what_a_page_does_not_say_is_a_changed_shape_and_no_guess(
    html: str, rules: Rules, reason: str
) -> None:
    with pytest.raises(ShapeChanged, match=reason):
        article_of(html, ONE, rules, NOW)


def test_a_day_in_the_address_dates_an_article_that_does_not_say_when() -> None:
    url = f"{SITE}/folder510/2026-11-20/1106602.html"
    found = article_of(article("题", stamp=""), url, XPATHS, NOW)
    assert found.published_at == at_shanghai(date(2026, 11, 20))


@pytest.mark.parametrize(
    ("path", "day", "last"),
    [
        ("/zw_33994/tpxx/202012/t20201215_2656437.html", date(2020, 12, 15), date(2020, 12, 15)),
        ("/newpc/jx/folder510/2020-01-20/1106602.html", date(2020, 1, 20), date(2020, 1, 20)),
        ("/jwyc/202605/4051609.html", None, date(2026, 5, 31)),
        ("/jwyc/202612/4051609.html", None, date(2026, 12, 31)),
        ("/zonghe/20210113/200412.html", date(2021, 1, 13), date(2021, 1, 13)),
        ("/2026/1123/200412_1.html", date(2026, 11, 23), date(2026, 11, 23)),
        ("/news/201905.html", None, None),
        ("/news/20261399/1.html", None, None),
    ],
)
def test_an_address_is_dated_by_what_it_says(
    path: str, day: date | None, last: date | None
) -> None:
    assert (day_of(SITE + path), last_day_of(SITE + path)) == (day, last)


@pytest.mark.parametrize(
    ("back", "since", "oldest"),
    [
        (3, None, date(2026, 11, 20)),
        (3, datetime(2026, 11, 23, 3, tzinfo=UTC), date(2026, 11, 20)),
        (0, datetime(2026, 11, 23, 3, tzinfo=UTC), date(2026, 11, 22)),
        (3, datetime(2026, 11, 10, 3, tzinfo=UTC), date(2026, 11, 9)),
        (3, datetime(2025, 11, 10, 3, tzinfo=UTC), date(2026, 10, 23)),
    ],
)
def test_an_absence_widens_the_days_and_nothing_narrows_them(
    back: int, since: datetime | None, oldest: date
) -> None:
    assert oldest_day(NOW, back, since) == oldest


# --- lists ----------------------------------------------------------------------------------------


def test_a_section_leads_to_new_articles_of_the_site_and_to_its_paging() -> None:
    sections = reader(sections=r"^/(?:jwyc|culture)/(?:index_\d+\.html)?$", most_sections="2")
    html = section(
        ["202611/1.html", "./202611/1.html#top", "202601/2.html", "/jwyc/202611/3.html"],
        ["index_1.html", "/culture/", "index_2.html", "/jwyc/"],
    )
    finds = sections.read(listed(html))
    assert paths(finds) == ["/jwyc/index_1.html", "/culture/",
                            "/jwyc/202611/1.html", "/jwyc/202611/3.html"]  # fmt: skip
    assert [page.cache for page in finds.pages] == [Cache.NEVER] * 2 + [Cache.KEEP] * 2
    again = sections.read(listed(html, f"{SITE}/culture/"))
    assert paths(again) == ["/culture/202611/1.html"]


def test_an_article_becomes_a_mention_and_its_paper_a_pseudonym() -> None:
    news = reader(words="莲花山")
    finds = news.read(got(article("夜场停运")))
    (item,) = finds.items
    assert (item.platform, item.url, item.native_id, item.title) == ("news", ONE, ONE, "夜场停运")
    assert (item.author_ref, item.published_at) == ("news:北城晚报", AT)
    other = news.read(got(article("别处", paragraphs(["龙嘉机场今天一切如常。"]))))
    assert (other.seen, other.items) == (1, ())


def test_a_page_of_unknown_shape_is_kept_while_the_others_are_read() -> None:
    news = reader()
    news.read(listed(section([f"202611/{n}.html" for n in range(1, 4)])))
    for html in (article("甲"), "<h1>改版</h1>", article("丙")):
        finds = news.read(got(html))
        assert (finds.strange is None) == (finds.seen == 1)
    assert news.ending() == (Outcome.OK, "读文章 2 篇；1 篇的页面不认识，已留片段")
    news.read(got("<h1>改版</h1>"))
    assert news.ending()[0] is Outcome.OK  # half is not most
    news.read(got("<h1>改版</h1>"))
    assert news.ending()[0] is Outcome.SCHEMA_CHANGED


@pytest.mark.parametrize(
    ("pages", "outcome", "piece"),
    [
        ([listed(section(["202601/1.html"]))], Outcome.EMPTY_CONFIRMED, "都是以前的"),
        ([listed(section([]))], Outcome.SCHEMA_CHANGED, "没有文章的链接"),
        ([got("", LIST, entry=True, status=404)], Outcome.ITEM_GONE, "栏目已经不在"),
        ([listed(section(["202611/1.html"])), got("", status=404)], Outcome.SCHEMA_CHANGED,
         "都打不开"),
        ([listed(section(["202611/1.html"])), got(article("图", "<img>"))],
         Outcome.SCHEMA_CHANGED, "都没有正文"),
        ([listed(section(["202611/1.html"], head="<link rel=alternate href='/feed' "
                         "type='application/rss+xml'>")), got(article("甲"))],
         Outcome.OK, "读文章 1 篇；网站有订阅：http://news.invalid/feed"),
        ([listed(section([f"202611/{n}.html" for n in range(300)])), got(article("甲"))],
         Outcome.OK, "100 篇超过一次的上限"),
    ],
    ids=["all old", "no links", "section gone", "articles gone", "pictures", "feed", "too many"],
)  # fmt: skip
def test_a_run_over_a_site_ends_as_its_pages_say(
    pages: list[Fetched], outcome: Outcome, piece: str
) -> None:
    news = reader()
    for page in pages:
        news.read(page)
    ended, detail = news.ending()
    assert ended is outcome and piece in detail


# --- sitemaps -------------------------------------------------------------------------------------

MAP = f"{SITE}/sitemap.xml"
INDEX = {"root": "sitemapindex", "item": "sitemap"}


def test_a_sitemap_gives_the_newest_articles_of_the_site_first() -> None:
    entries = [(f"{SITE}/jwyc/202611/1.html", "2026-11-21"), (f"{SITE}/about.html", "2026-11-23"),
               (f"{SITE}/jwyc/202611/2.html", "2026-11-23T08:00:00+08:00"),
               (f"{SITE}/jwyc/202611/3.html", "2026-11-01"), (f"{SITE}/jwyc/202601/4.html", ""),
               ("http://elsewhere.invalid/jwyc/202611/5.html", "2026-11-23"),
               (f"{SITE}/jwyc/202611/6.html", "yesterday")]  # fmt: skip
    for body in (urlset(entries).encode(), gzip.compress(urlset(entries).encode())):
        finds = reader("sitemap", MAP).read(got(body, MAP, entry=True))
        assert [path[-6:] for path in paths(finds)] == ["2.html", "1.html", "6.html"]


def test_an_index_and_robots_txt_lead_to_sitemaps_up_to_a_depth_and_a_number() -> None:
    news = reader("sitemap", SITE + "/", most_sitemaps="3")
    assert [page.url for page in news.first()] == [f"{SITE}/robots.txt"]
    robots = got(f"User-agent: *\nSITEMAP: {MAP}\n", f"{SITE}/robots.txt", entry=True)
    assert paths(news.read(robots)) == ["/sitemap.xml"]
    index = urlset([(f"{SITE}/{n}.xml", stamp) for n, stamp in
                    enumerate(("2026-11-22", "2026-01-01", "2026-11-23", "", "2026-11-20"))],
                   **INDEX)  # fmt: skip
    assert paths(news.read(got(index, MAP, entry=True))) == ["/2.xml", "/0.xml"]
    assert "2 个站点地图超过上限" in news.ending()[1]
    deep = reader("sitemap", MAP)
    for level in range(3):
        below = urlset([(f"{SITE}/{level}.xml", "")], **INDEX)
        url = f"{SITE}/{level - 1}.xml" if level else MAP
        led = paths(deep.read(got(below, url, entry=True)))
        assert bool(led) == (level < 2)
    assert deep.ending()[0] is Outcome.SCHEMA_CHANGED


def test_robots_txt_without_a_sitemap_leads_to_the_usual_address() -> None:
    for status, body in ((404, ""), (200, "User-agent: *\nDisallow:")):
        robots = got(body, f"{SITE}/robots.txt", entry=True, status=status)
        assert paths(reader("sitemap", SITE).read(robots)) == ["/sitemap.xml"]


def test_a_news_sitemap_is_dated_by_its_publication_and_a_picture_is_no_page() -> None:
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
        ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"><url>'
        f"<loc>{ONE}</loc><news:news><news:publication_date>2026-11-23</news:publication_date>"
        "</news:news><image:image><image:loc>http://news.invalid/x.jpg</image:loc></image:image>"
        "</url></urlset>"
    )
    (entry,) = sitemap(body.encode()).listed
    assert (entry.url, entry.changed) == (ONE, "2026-11-23")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html><body>404</body></html>", "不是站点地图"),
        (urlset([(ONE, "")])[:-9].encode(), "XML 有错"),
        (b'<?xml version="1.0" encoding="x-none"?><urlset/>', "XML 有错"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><urlset>&a;</urlset>", "DOCTYPE"),
        (gzip.compress(urlset([(ONE, "")]).encode(), mtime=0)[:-12], "压缩坏了"),
        (b"\x1f\x8b\x08\x00broken", "压缩坏了"),
        (gzip.compress(b" " * (MOST_BYTES + 1), mtime=0), "超过 50 MB"),
        (b"<urlset>" + b"<url><loc>x</loc></url>" * (MOST_ENTRIES + 1), "50000 条"),
    ],
    ids=["page", "cut", "encoding", "entities", "cut gzip", "broken gzip", "bomb", "entries"],
)
def test_a_file_that_is_no_sound_sitemap_is_a_changed_shape(body: bytes, reason: str) -> None:
    with pytest.raises(ShapeChanged, match=reason):
        sitemap(body)


@pytest.mark.parametrize(
    ("entries", "outcome"),
    [
        ([], Outcome.EMPTY_CONFIRMED),
        ([(f"{SITE}/about.html", "")], Outcome.SCHEMA_CHANGED),
        ([(ONE, "2026-01-01")], Outcome.EMPTY_CONFIRMED),
    ],
)
def test_a_sitemap_without_new_articles_says_why(
    entries: list[tuple[str, str]], outcome: Outcome
) -> None:
    news = reader("sitemap", MAP)
    assert news.read(got(urlset(entries), MAP, entry=True)).pages == ()
    assert news.ending()[0] is outcome


# --- what ships -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "address"),
    [  # platforms.md §16
        ("cnjiwang", "https://news.cnjiwang.com/jwyc/202605/4051609.html"),
        ("jlntv", "http://www.jlntv.cn/newpc/jx/folder510/2020-01-20/1106602.html"),
        ("ccradio", "http://www.ccradio.cn/zonghe/20210113/118635.html"),
        ("changchungov", "http://www.changchun.gov.cn/zw_33994/tpxx/202012/t20201215_2656437.html"),
        ("changchunews", "http://www.changchunews.com/szxw/yaowen/1.html"),
        ("chinactv", "https://chinactv.com/article/1977982283562655745.html"),
    ],
)
def test_a_shipped_site_knows_its_own_articles(plan: Plan, name: str, address: str) -> None:
    (shipped,) = (one for one in plan.sources if one.name == name)
    assert rules_of(shipped)
    scope = scope_of(shipped, NOW, None)
    assert scope.is_article(address)
    assert not any(scope.is_article(url) for url in shipped.start_urls)


# --- config and signs -----------------------------------------------------------------------------


@pytest.mark.parametrize("option", [{"article": ""}, {"article": "("}, {"body": "//["},
                                    {"sections": "("}, {"most_articles": "all"}])  # fmt: skip
def test_a_wrong_option_switches_the_source_off_by_name(option: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=f"bcxw .*选项 {next(iter(option))}"):
        reader(**option)
    assert rules_of(spec()) == XPATHS


def test_a_login_page_is_known_by_where_it_leads_or_by_being_nothing_else() -> None:
    assert sent_to_login(ONE, f"{SITE}/login?back=/jwyc/")
    assert sent_to_login(ONE, "http://passport.news.invalid/")
    assert not sent_to_login(ONE, f"{SITE}/jwyc/202611/login2.html")
    assert not sent_to_login(f"{SITE}/login/1.html", f"{SITE}/login/1.html")
    form = "<form>用户名<input name=u>密码<input type='password'></form>"
    assert asks_to_login(form) and not asks_to_login("<input name=password>")


@pytest.mark.parametrize(
    "piece", ["<h1>", "2026-11-23 ", "来源", "<div class='content'>", "<a href=x>"]
)
@pytest.mark.timeout(20)  # linear: well below a second; quadratic: minutes
def test_a_page_made_to_hurt_is_read_in_bounded_time(piece: str) -> None:
    html = article("题") + piece * (400_000 // len(piece))
    reader(sections="x").read(listed(html))
    reader().read(got(html))
