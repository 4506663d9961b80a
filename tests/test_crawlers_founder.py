"""crawlers/platforms/founder.py and crawlers/extraction.py: pages as bytes, without any network."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from crawlers.decoding import decode
from crawlers.extraction import Cache, Fetched, Finds, Page, main_text, plain
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.platforms.founder import FounderReader, days_to_read, source
from domain.errors import NotConfigured
from domain.plan import SourceSpec
from domain.times import at_shanghai
from domain.types import Outcome

SITE = Path(__file__).parent / "data" / "site"
SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "newspaper"
BASE = "http://paper.invalid/xycb"
LAYOUT = f"{BASE}/pc/paper/layout/202611/23/node_01.html"
ARTICLE = f"{BASE}/pc/paper/c/202611/23/content_9001.html"
TODAY = date(2026, 11, 23)
LONG = "接驳车在山门外等了四十分钟，没有人说明原因，也没有人安排老人和孩子先上车。" * 3


def reader(words: tuple[str, ...] = ()) -> FounderReader:
    return FounderReader(platform="news", own_channel=False, words=words, bases=(BASE,),
                         first_node="node_01.html", days=(TODAY,))  # fmt: skip


def got(body: bytes | str, url: str = ARTICLE, *, status: int = 200, came: str = "") -> Fetched:
    page = Page(url=url, entry="/layout/" in url, cache=Cache.NEVER)
    return Fetched(page=page, url=came or url, status=status, content_type="text/html",
                   body=body.encode() if isinstance(body, str) else body)  # fmt: skip


def article(title: str, body: str) -> str:
    return f'<html><h1 id="Title">{title}</h1>{body}</html>'


def site(path: str) -> bytes:
    return (SITE / "xycb" / "pc" / "paper" / path).read_bytes()


def urls(finds: Finds) -> list[str]:
    return [page.url.removeprefix(f"{BASE}/pc/paper/") for page in finds.pages]


def test_a_layout_gives_its_nodes_and_articles_and_leaves_other_sites() -> None:
    finds = reader().read(got(site("layout/202611/23/node_01.html"), LAYOUT))
    assert urls(finds) == [
        "layout/202611/23/node_01.html", "layout/202611/23/node_02.html",
        "c/202611/23/content_9001.html", "c/202611/23/content_9002.html",
        "c/202611/23/content_9003.html",
    ]  # fmt: skip
    assert [page.cache for page in finds.pages] == [Cache.NEVER] * 2 + [Cache.KEEP] * 3


def test_links_of_another_day_another_paper_and_broken_ones_are_left() -> None:
    html = f"""<a href="node_02.html">2</a><a href="../22/node_01.html">昨天</a>
        <a href="/other/pc/paper/c/202611/23/content_1.html">兄弟报</a>
        <a href="../../../c/202613/99/content_2.html">没有这一天</a><a href="http://[">坏</a>
        <a href="{ARTICLE.replace("http", "https")}#top">文章</a>"""
    assert urls(reader().read(got(html, LAYOUT))) == [
        "layout/202611/23/node_02.html",
        ARTICLE.replace("http", "https"),
    ]


def test_an_article_has_joined_titles_paragraph_lines_and_the_day_of_its_address() -> None:
    (item,) = reader().read(got(site("c/202611/23/content_9004.html"))).items
    assert item.title == "读者来信 停车场收费牌该挂出来了 ——来自莲花山景区的一封信"
    assert item.text.splitlines()[1] == "问收费员，他说“都是这个价”。希望有关部门管一管。"
    assert "版权所有" not in item.text
    assert item.published_at == at_shanghai(TODAY) == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert (item.url, item.native_id, item.context.source_kind) == (ARTICLE, None, "news")


def test_only_articles_with_a_search_word_are_handed_over_and_all_are_counted() -> None:
    paper = reader(("莲花山",))
    finds = [paper.read(got(site(f"c/202611/23/content_{no}.html"))) for no in (9001, 9002, 9004)]
    assert [len(one.items) for one in finds] == [1, 0, 1]
    assert [one.seen for one in finds] == [1, 1, 1]


def test_words_are_found_whatever_their_width_and_case() -> None:
    paper = reader(("ski", "12345"))
    assert paper.read(got(article("题", "<founder-content>ＳＫＩ</founder-content>"))).items
    assert paper.read(got(article("１２３４５", "<founder-content>字</founder-content>"))).items


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_page_is_read_in_the_encoding_it_has_whatever_it_claims(encoding: str) -> None:
    html = '<meta charset="big5">' + article("停运", f"<founder-content>{LONG}</founder-content>")
    (item,) = reader().read(got(html.encode(encoding))).items
    assert (item.title, item.text) == ("停运", LONG)


def test_one_broken_character_does_not_turn_a_page_into_another_encoding() -> None:
    page = article("停运", f"<founder-content>{LONG * 3}</founder-content>").encode() + b"\xe5\x81"
    (item,) = reader().read(got(page)).items
    assert item.title == "停运"


def test_bytes_of_no_known_encoding_are_a_changed_shape() -> None:
    assert decode(b"\xff\xfe\x00\x81" * 50) is None
    with pytest.raises(ShapeChanged, match="编码"):
        reader().read(got(b"\xff\xfe\x00\x81" * 50))


@pytest.mark.parametrize(
    "body",
    [
        "<founder-content><p>甲乙<p>丙<br>丁<script>x('<p>')</script></founder-content>",
        "<!--enpcontent--><p>甲乙</p>丙<br/>丁<!--/enpcontent--><p>广告</p>",
        "<div><founder-content><p>甲\n乙</p><div>丙</div><p>　　丁&nbsp;</p>\n\n</div>",
    ],
    ids=["unclosed", "comments only", "closed too early"],
)
def test_broken_markup_still_gives_the_text(body: str) -> None:
    assert reader().read(got(article("题", body))).items[0].text == "甲乙\n丙\n丁"


def test_a_page_of_pictures_is_read_and_all_pages_without_text_are_a_changed_shape() -> None:
    paper = reader()
    finds = paper.read(got(site("layout/202611/23/node_01.html"), LAYOUT))
    assert finds.pages
    assert (
        paper.read(got(site("c/202611/23/content_9003.html"))).items[0].text == "图片新闻 雪后初晴"
    )
    assert paper.ending()[0] is Outcome.SCHEMA_CHANGED
    paper.read(got(site("c/202611/23/content_9001.html")))
    assert paper.ending() == (
        Outcome.OK, "1 期有报，0 期无报，读文章 2 篇；1 篇只有图没有字")  # fmt: skip


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<h1>某站</h1><founder-content>正文</founder-content>", "标题"),
        ('<h1 id="Title">题</h1><div>太短</div>', "正文"),
        ("", "标题"),
    ],
)
def test_an_article_without_title_or_body_is_a_changed_shape(html: str, reason: str) -> None:
    with pytest.raises(ShapeChanged, match=reason):
        reader().read(got(html))


def test_a_body_without_marks_is_taken_by_readability_and_said_so() -> None:
    paper = reader()
    paper.read(got(site("layout/202611/23/node_01.html"), LAYOUT))
    menu = "<ul>" + "<li><a href='/'>栏目</a></li>" * 30 + "</ul>"
    html = article("停运", f"{menu}<div class='neirong'><p>{LONG}</p><p>{LONG}</p></div>{menu}")
    (item,) = paper.read(got(html)).items
    assert item.text.endswith(f"{LONG}\n{LONG}") and "栏目" not in item.text
    outcome, detail = paper.ending()
    assert outcome is Outcome.SCHEMA_CHANGED and "方正正文标记" in detail


def test_readability_finds_nothing_on_an_empty_page() -> None:
    assert [main_text(""), main_text("<html></html>"), main_text("<!-- -->")] == ["", "", ""]


def test_a_day_without_edition_is_confirmed_empty_by_its_404() -> None:
    paper = reader()
    assert paper.read(got("", LAYOUT, status=404)) == Finds()
    assert paper.ending() == (Outcome.EMPTY_CONFIRMED, "0 期有报，1 期无报，读文章 0 篇")


def test_an_older_edition_in_place_of_a_missing_one_is_no_edition() -> None:
    paper = reader()
    other = LAYOUT.replace("/23/", "/22/")
    assert paper.read(got(site("layout/202611/22/node_01.html"), LAYOUT, came=other)) == Finds()
    assert paper.ending()[0] is Outcome.EMPTY_CONFIRMED


def test_a_layout_without_articles_is_ambiguous_and_a_strange_page_a_changed_shape() -> None:
    paper = reader()
    paper.read(got('<a href="node_02.html">第02版</a>', LAYOUT))
    assert paper.ending()[0] is Outcome.EMPTY_AMBIGUOUS
    with pytest.raises(ShapeChanged):
        reader().read(got('<a href="/shop">商城</a>', LAYOUT))


def test_articles_that_are_all_gone_are_not_called_empty() -> None:
    paper = reader()
    paper.read(got(site("layout/202611/23/node_01.html"), LAYOUT))
    paper.read(got("", status=404))
    outcome, detail = paper.ending()
    assert outcome is Outcome.SCHEMA_CHANGED and "1 篇已撤（404）" in detail


@pytest.mark.parametrize(
    ("back", "since", "count"),
    [
        (1, None, 2),
        (0, None, 1),
        (1, at_shanghai(date(2026, 11, 23)), 2),
        (1, at_shanghai(date(2026, 11, 18), 23), 6),
        (1, at_shanghai(date(2025, 11, 18)), 31),
    ],
)
def test_an_absence_is_caught_up_but_never_narrows_the_days(
    back: int, since: datetime | None, count: int
) -> None:
    days = days_to_read(TODAY, back, since)
    assert (days[0], len(days)) == (TODAY, count)


def _given(folder: Path, now: datetime) -> Given:
    return Given(clock=lambda: now, pseudonym=lambda *_: None, cache_dir=folder, since=None)


def test_today_is_the_day_in_changchun(tmp_path: Path) -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # 07:30 on the 23rd
    built = source(_spec({"days_back": "0"}), _given(tmp_path, late))
    assert [page.url for page in built.reader.first()] == [LAYOUT]  # type: ignore[attr-defined]


@pytest.mark.parametrize("options", [{"days_back": "-1"}, {"timeout_seconds": "soon"},
                                     {"contact": "宣传部"}])  # fmt: skip
def test_a_wrong_option_switches_the_source_off_by_name(
    options: dict[str, str], tmp_path: Path
) -> None:
    with pytest.raises(NotConfigured, match=next(iter(options))):
        source(_spec(options), _given(tmp_path, at_shanghai(TODAY)))


def test_plain_keeps_paragraphs_and_drops_what_nobody_sees() -> None:
    html = "<!-- x --><style>p{}</style><p>雪\n场 A\nB</p>1 &lt; 2<div> </div>&amp;"
    assert plain(html) == "雪场 A B\n1 < 2\n&"


@pytest.mark.parametrize(
    "piece",
    [
        "<!--enpcontent-->",
        "<script>",
        "<!--",
        "<p",
        "雪\n",
        "\u3000",
        "雪 ",
        "<div>",
        "&nbsp;",
        "<br>",
    ],
)
@pytest.mark.timeout(20)  # linear: well below a second; quadratic: minutes
def test_a_page_made_to_hurt_is_read_in_bounded_time(piece: str) -> None:
    size = 1_000_000 // len(piece)
    plain(piece * size)
    try:
        reader().read(got('<h1 id="Title">题</h1>' + piece * size))
    except ShapeChanged:
        return


def test_the_reference_samples_are_read() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("../shared/samples is not here")
    paper, day = reader(), "202611/22"
    paper.days = (date(2026, 11, 22),)
    layout = (SAMPLES / "founder_layout_node_01.html").read_bytes()
    finds = paper.read(got(layout, LAYOUT.replace("202611/23", day)))
    assert urls(finds) == [f"layout/{day}/node_02.html", f"c/{day}/content_1060001.html",
                           f"c/{day}/content_1060002.html"]  # fmt: skip
    page = (SAMPLES / "founder_content.html").read_bytes()
    (item,) = paper.read(got(page, finds.pages[1].url)).items
    assert item.title == "冰雪经济 天定山滑雪场今冬开板"
    assert len(item.text.splitlines()) == 2


def _spec(options: dict[str, str]) -> SourceSpec:
    return SourceSpec(name="xycb", title="雪原晨报", kind="founder", platform="news", enabled=True,
                      start_urls=(BASE + "/",), own_channel=False, every_minutes=60,
                      expected_per_day=1.0, delay_seconds=1.0, options=options)  # fmt: skip
