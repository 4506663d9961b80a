"""crawlers/platforms/liuyan.py: answers of the board as bytes, without any network."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawlers.extraction import Cache, Fetched, Page
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.platforms.liuyan import LEAST_DELAY, BoardReader, source
from crawlers.spider import SpiderSource
from domain.errors import NotConfigured
from domain.plan import SourceSpec
from domain.types import Kind, Outcome

ANSWER = Path(__file__).parent / "data" / "platforms" / "liuyan" / "threads.json"
SAMPLE = Path(__file__).parents[2] / "shared" / "samples" / "liuyan" / "queryThreadsList.json"
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BASE = "https://liuyan.invalid"


def made(
    since: datetime | None = None, base: str = BASE + "/", **options: str
) -> SpiderSource:  # fmt: skip
    spec = SourceSpec(name="liuyan", title="留言板", kind="liuyan", platform="liuyan", enabled=True,
                      start_urls=(base,), own_channel=False, every_minutes=60,
                      expected_per_day=1.0, delay_seconds=0.1,
                      options={"fids": "2002, 2003", **options})  # fmt: skip
    given = Given(clock=lambda: NOW, pseudonym=lambda *_: pytest.fail("no account here"),
                  cache_dir=Path("unused"), since=since)  # fmt: skip
    built = source(spec, given)
    assert isinstance(built, SpiderSource)
    return built


def board(since: datetime | None = None, **options: str) -> BoardReader:
    reader = made(since, **options).reader
    assert isinstance(reader, BoardReader)
    return reader


def got(body: bytes | str, *, last: str = "0", status: int = 200) -> Fetched:
    form = (("fid", "2002"), ("state", "1"), ("lastItem", last))
    page = Page(url=f"{BASE}/threads/queryThreadsList", entry=True, cache=Cache.NEVER, form=form)
    return Fetched(page=page, url=page.url, status=status, content_type="application/json",
                   body=body.encode() if isinstance(body, str) else body)  # fmt: skip


def answer(*rows: Any) -> str:
    return json.dumps({"result": "success", "success": True, "responseData": list(rows)})


def row(**changed: Any) -> dict[str, Any]:
    return {"tid": 7, "subject": "题", "content": "文", "dateline": 1795399200} | changed


def test_the_list_page_is_asked_first_and_then_one_page_of_each_forum() -> None:
    built = made()
    start, *forums = built.reader.first()
    assert (start.url, start.form) == (f"{BASE}/threads/list?fid=2002", ())
    assert [dict(page.form) for page in forums] == [
        {"fid": fid, "state": "1", "lastItem": "0"} for fid in ("2002", "2003")
    ]
    assert forums[1].referer == f"{BASE}/threads/list?fid=2003"
    assert built.settings["DOWNLOAD_DELAY"] == LEAST_DELAY


def test_a_board_that_has_moved_below_a_path_is_asked_there() -> None:
    start, form, _ = made(base=f"{BASE}/pro-dfbbs-front").reader.first()
    assert start.url == f"{BASE}/pro-dfbbs-front/threads/list?fid=2002"
    assert form.url == f"{BASE}/pro-dfbbs-front/threads/queryThreadsList"


def test_a_letter_becomes_a_post_and_neither_nickname_nor_answer_is_read() -> None:
    finds = board().read(got(ANSWER.read_bytes()))
    first, _, third = finds.items
    assert (first.platform, first.kind, first.native_id) == ("liuyan", Kind.POST, "9100012")
    assert first.url == f"{BASE}/threads/content?tid=9100012"
    assert first.text.splitlines()[0] == "散场时班车已经没有了，<山下>只有喊高价的车。"
    assert first.published_at == datetime.fromtimestamp(1795399200, UTC)
    assert third.text == third.title == "莲花山雪场押金怎么退"
    assert {item.author_ref for item in finds.items} == {None}
    assert not any("***" in repr(item) or "供热办" in repr(item) for item in finds.items)


def test_only_letters_with_a_search_word_are_handed_over_and_all_are_counted() -> None:
    reader = board(words="莲花山")
    finds = reader.read(got(ANSWER.read_bytes()))
    assert [item.native_id for item in finds.items] == ["9100012", "9100001"]
    assert (finds.seen, reader.ending()) == (
        3, (Outcome.OK, "2 个留言板，读留言 3 条，其中已答复 1 条"))  # fmt: skip


@pytest.mark.parametrize(
    ("most", "since", "last", "further"),
    [
        ("1", None, "0", []),
        ("3", None, "0", ["9100001"]),
        ("3", NOW - timedelta(hours=1), "0", []),
        ("3", NOW - timedelta(days=30), "0", ["9100001"]),
        ("3", None, "9100001", []),
    ],
    ids=["one page", "no mark", "known", "long away", "nothing new"],
)
def test_older_pages_are_read_while_they_may_hold_something_new(
    most: str, since: datetime | None, last: str, further: list[str]
) -> None:
    reader = board(since, most_pages=most)
    pages = reader.read(got(ANSWER.read_bytes(), last=last)).pages
    assert [dict(page.form)["lastItem"] for page in pages] == further


def test_an_empty_list_is_not_called_confirmed_and_the_start_page_is_not_read() -> None:
    reader = board()
    start = Page(url=f"{BASE}/threads/list?fid=2002", entry=False, cache=Cache.NEVER)
    reader.read(Fetched(page=start, url=start.url, status=200, content_type="", body=b"<div>"))
    assert reader.read(got(answer())).items == ()
    outcome, detail = reader.ending()
    assert outcome is Outcome.EMPTY_AMBIGUOUS and "请核对 fids" in detail


@pytest.mark.parametrize(
    "body",
    [
        "<html>系统维护</html>", "[]", "null", '{"result":"fail","success":false}',
        '{"result":"success","success":true,"responseData":null}',
        '{"result":"success","success":true,"responseData":[7]}',
        '{"result":"success","success":true,"nickName":"雪山客","responseData":{}}',
    ],
)  # fmt: skip
def test_another_envelope_is_a_changed_shape_without_anybodys_words(body: str) -> None:
    with pytest.raises(ShapeChanged) as changed:
        board().read(got(body))
    assert "雪山客" not in changed.value.fragment


@pytest.mark.parametrize(
    "bad",
    [row(tid="甲"), row(tid=7.5e18), row(subject=None, content=""), row(content=[]),
     row(dateline=None), row(dateline="很久以前"), {"tid": 7, "subject": "题", "dateline": 1}],
)  # fmt: skip
def test_a_letter_of_unknown_shape_is_kept_by_its_fields_and_the_others_are_taken(bad: Any) -> None:
    reader = board()
    finds = reader.read(got(answer(row(tid=8), bad | {"nickName": "雪山客"})))
    assert [item.native_id for item in finds.items] == ["8"]
    assert finds.strange is not None and "雪山客" not in finds.strange.fragment
    assert '"nickName": "str"' in finds.strange.fragment
    assert reader.ending()[0] is Outcome.SCHEMA_CHANGED


@pytest.mark.parametrize("option", [{"fids": ""}, {"fids": "12,市长"}, {"state": "5"}])
def test_a_wrong_option_switches_the_source_off_by_name(option: dict[str, str]) -> None:
    with pytest.raises(NotConfigured, match=next(iter(option))):
        made(**option)


def test_the_reference_sample_is_read() -> None:
    if not SAMPLE.is_file():
        pytest.skip("../shared/samples is not here")
    (item,) = board().read(got(SAMPLE.read_bytes())).items
    assert (item.native_id, item.title) == ("9000001", "滑雪场门口道路结冰无人清理")
    assert item.author_ref is None and item.published_at is not None
