"""crawlers/platforms/rss.py: feeds as bytes, without any network."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.extraction import Fetched
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.platforms.rss import FeedReader, source
from crawlers.spider import SpiderSource
from domain.errors import NotConfigured
from domain.identity import AuthorKey
from domain.plan import SourceSpec
from domain.types import Incoming, Kind, Outcome

SITE = Path(__file__).parent / "data" / "site"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
URL = "http://paper.invalid/feed"


def reader(words: tuple[str, ...] = ()) -> FeedReader:
    return FeedReader(platform="rss", own_channel=True, words=words, urls=(URL,),
                      pseudonym=AuthorKey("2026", b"test").pseudonym, now=NOW)  # fmt: skip


def got(body: bytes, content_type: str = "application/xml", status: int = 200) -> Fetched:
    return Fetched(page=reader().first()[0], url=URL, status=status,
                   content_type=content_type, body=body)  # fmt: skip


def items(file: str) -> tuple[Incoming, ...]:
    return reader().read(got((SITE / file).read_bytes())).items


def feed_of(inner: str, head: str = "") -> str:
    return (
        f'{head}<rss version="2.0"><channel><title>报</title><item>{inner}</item></channel></rss>'
    )


def one(inner: str) -> Incoming:
    return reader().read(got(feed_of(inner).encode())).items[0]


def test_an_rss_entry_becomes_an_article_without_html_and_scripts() -> None:
    first = items("rss.xml")[0]
    assert first.title == "接驳车停运一小时游客滞留"
    assert first.text == "上午九时许，山门接驳车\n停运。\n十时恢复。"
    assert (first.kind, first.platform, first.url) == (
        Kind.ARTICLE, "rss", "http://paper.invalid/news/7001.html")  # fmt: skip
    assert first.context.source_kind == "news" and first.context.own_channel


def test_atom_gives_the_longer_text_the_absolute_address_and_no_author_name() -> None:
    (entry,) = items("atom.xml")
    assert entry.text == "到了山下才知道缆车检修。\n公众号是当天中午才发的。"
    assert entry.url == "http://paper.invalid/reader/7101.html"
    assert entry.author_ref is not None and entry.author_ref.startswith("2026:")
    assert "测试号甲" not in repr(entry)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Mon, 23 Nov 2026 09:30:00 +0800", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 01:30:00 GMT", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("2026-11-23T01:30:00Z", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("2026-11-23 09:30:00", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:30:00", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("2026年11月23日 09:30", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)),
        ("冬月十五", None),
        ("", None),
    ],
)
def test_a_time_is_aware_and_without_zone_it_is_changchun_time(
    written: str, moment: datetime | None
) -> None:
    assert one(f"<title>题</title><pubDate>{written}</pubDate>").published_at == moment


@pytest.mark.parametrize(
    ("link", "native"),
    [
        ("http://a.invalid/n/1.html", "http://a.invalid/n/1.html"),
        ("http://a.invalid/n/1.html?utm_source=rss&amp;from=app", "http://a.invalid/n/1.html"),
        ("http://a.invalid/view?id=7&amp;utm_source=rss", "http://a.invalid/view?id=7"),
        ("javascript:alert(1)", "g-1"),
        ("", "g-1"),
    ],
)
def test_two_entries_that_differ_only_by_query_stay_two(link: str, native: str | None) -> None:
    entry = one(f'<title>题</title><link>{link}</link><guid isPermaLink="false">g-1</guid>')
    assert entry.native_id == native


@pytest.mark.parametrize(
    "body",
    [
        (SITE / "rss.xml").read_bytes()[:700],
        b'<rss version="2.0"><channel><item><title>a</b></item></channel></rss>',
        "<html><body><p>页面搬家了</p></body></html>".encode(),
        b"",
        b'{"items": []}',
    ],
    ids=["cut off", "wrong nesting", "a web page", "nothing", "json"],
)
def test_what_is_not_a_whole_feed_is_a_changed_shape(body: bytes) -> None:
    with pytest.raises(ShapeChanged):
        reader().read(got(body))


def test_a_valid_feed_without_entries_is_confirmed_empty() -> None:
    feed = reader()
    finds = feed.read(got((SITE / "empty.xml").read_bytes()))
    assert (finds.items, finds.seen) == ((), 0)
    assert feed.ending()[0] is Outcome.EMPTY_CONFIRMED


def test_a_feed_that_is_gone_is_not_called_empty() -> None:
    feed = reader()
    feed.read(got(b"", status=404))
    assert feed.ending()[0] is Outcome.ITEM_GONE


def test_a_gbk_feed_is_read() -> None:
    body = feed_of("<title>缆车停运</title>", '<?xml version="1.0" encoding="gbk"?>')
    assert reader().read(got(body.encode("gbk"))).items[0].title == "缆车停运"


def test_only_entries_with_a_search_word_are_handed_over_and_all_are_counted() -> None:
    finds = reader(("押金",)).read(got((SITE / "rss.xml").read_bytes()))
    assert ([item.title for item in finds.items], finds.seen) == (["雪具大厅排队"], 3)


def test_entities_that_expand_without_end_are_refused() -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = feed_of("<title>&e9;</title>", f'<!DOCTYPE r [<!ENTITY e0 "哈哈哈">{levels}]>')
    try:
        finds = reader().read(got(bomb.encode()))
    except ShapeChanged:
        return
    assert len(finds.items[0].title) < 100


def test_an_outside_file_named_in_a_feed_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("topsecret", "utf-8")
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    body = feed_of("<title>题&x;</title>", head)
    try:
        finds = reader().read(got(body.encode()))
    except ShapeChanged:
        return
    assert "topsecret" not in repr(finds)


def _given(folder: Path) -> Given:
    return Given(clock=lambda: NOW, pseudonym=lambda *_: None, cache_dir=folder, since=None)


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "paper.invalid/feed", "http://"])
def test_a_wrong_address_switches_the_source_off_with_the_reason(url: str, tmp_path: Path) -> None:
    spec = SourceSpec(name="s", title="s", kind="rss", platform="rss", enabled=True,
                      start_urls=(url,), own_channel=False, every_minutes=60, expected_per_day=1.0,
                      delay_seconds=1.0, options={})  # fmt: skip
    with pytest.raises(NotConfigured, match="start_urls"):
        source(spec, _given(tmp_path))


def test_the_source_is_built_without_touching_the_network_or_the_disk(tmp_path: Path) -> None:
    spec = SourceSpec(name="s", title="s", kind="rss", platform="rss", enabled=True,
                      start_urls=(URL,), own_channel=False, every_minutes=60, expected_per_day=1.0,
                      delay_seconds=1.0, options={})  # fmt: skip
    built = source(spec, _given(tmp_path / "none"))
    assert isinstance(built, SpiderSource) and not (tmp_path / "none").exists()
