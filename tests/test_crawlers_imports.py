"""Real file formats become mentions: worksheets, MediaCrawler, weibo-search, the generic table."""

import csv
import json
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

import crawlers.imports as imports
from crawlers.imports import Import, open_import, replay, title
from domain import identity, plugins
from domain.errors import InputError, PluginError
from domain.types import Context, Counts, Incoming, Kind, Reject

DATA = Path(__file__).parent / "data" / "imports"
SAMPLES = Path(__file__).parents[2] / "shared" / "samples"
NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)

needs_samples = pytest.mark.skipif(not SAMPLES.exists(), reason="../shared/samples is absent")


def pseudonym(platform: str, account: str) -> str | None:
    """Recognisable, and without the account."""
    return f"ours:{platform}:{len(account)}" if account else None


def opened(path: Path, **options: Any) -> Import:
    return open_import(path, pseudonym=pseudonym, now=NOW, **options)


def read(path: Path, **options: Any) -> tuple[list[Incoming], list[Reject]]:
    rows = list(opened(path, **options).rows)
    good = [row for row in rows if isinstance(row, Incoming)]
    bad = [row for row in rows if isinstance(row, Reject)]
    return good, bad


def mention_id(row: Incoming) -> str:
    native = identity.native_id(row.native_id, row.url, row.text, row.published_at)
    return identity.mention_id(row.platform, row.kind, native)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], encoding: str = "utf-8-sig") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_xlsx(path: Path, *sheets: tuple[str, Sequence[Mapping[str, Any]]]) -> Path:
    book = xlsxwriter.Workbook(path)
    for name, rows in sheets:
        page = book.add_worksheet(name)
        page.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row.values()):
                page.write(number, column, value)
    book.close()
    return path


def write_json(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
    return path


def write_jsonl(path: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


# --- the samples ----------------------------------------------------------------------------


@needs_samples
@pytest.mark.parametrize(
    "name",
    [
        "worksheet_12345/workorders.csv",
        "mediacrawler_export/douyin_search_contents_new.jsonl",
        "mediacrawler_export/douyin_search_comments_legacy.json",
        "mediacrawler_export/xhs_search_contents_legacy.csv",
    ],
)
def test_a_sample_file_has_no_rejects(name: str) -> None:
    good, bad = read(SAMPLES / name)
    assert (len(good), bad) == (1, [])


@needs_samples
def test_the_sample_worksheet_is_read_whole() -> None:
    (row,), _ = read(SAMPLES / "worksheet_12345" / "workorders.csv")
    assert row == Incoming(
        platform="hotline",
        kind=Kind.CALL,
        native_id="CC202611220001",
        title="天定山滑雪场门口出租车拒载",
        text="市民反映…\n事件发生地：莲花山度假区\n诉求详细地址：天定山滑雪场南门",
        published_at=at("2026-11-22 15:00:00"),
        due_at=at("2026-11-25 15:00:00"),
        context=Context(source_kind="hotline"),
    )


@needs_samples
def test_the_sample_comment_hangs_on_the_sample_post() -> None:
    folder = SAMPLES / "mediacrawler_export"
    (post,), _ = read(folder / "douyin_search_contents_new.jsonl")
    (comment,), _ = read(folder / "douyin_search_comments_legacy.json")
    assert comment.parent_id == mention_id(post)
    assert post.author_ref == "foreign:0123456789abcdef"
    assert comment.author_ref == "ours:douyin:8"
    assert comment.counts == Counts(likes=45, comments=2)


@needs_samples
def test_a_like_count_of_one_point_two_wan_is_a_lower_bound() -> None:
    (row,), _ = read(SAMPLES / "mediacrawler_export" / "xhs_search_contents_legacy.csv")
    assert row.counts == Counts(
        likes=12000, comments=45, shares=5, lower_bounds=frozenset(["likes"])
    )


# --- worksheets -------------------------------------------------------------------------------

CALLERS = ("史测一", "史测二", "史测三", "15422220001", "15422220002", "15422220003")


def test_worksheets_with_other_headers_and_a_title_row_are_read() -> None:
    file = opened(DATA / "worksheets.csv")
    good = [row for row in file.rows if isinstance(row, Incoming)]
    assert (file.format, file.title, file.unmapped) == ("worksheet", "热线工单", ("备注",))
    assert file.personal == ("求助人员", "求助号码", "联系电话")
    assert [row.native_id for row in good] == [f"CC20261123010{no}" for no in (1, 2, 3)]
    assert good[0].text == (
        "来电人反映天定山滑雪场缆车下午停运没有提前告知，\n要求退还半天雪票。\n事件发生地：天定山滑雪场"
    )
    assert [row.published_at for row in good] == [
        at("2026-11-23 09:05:00"), at("2026-11-23 10:20:30"), at("2026-11-23 11:00:00")
    ]  # fmt: skip
    assert good[1].due_at == at("2026-11-26 00:00:00")
    assert good[2].text == "反映停车场没有公示收费标准。"


def test_who_called_appears_nowhere_in_what_comes_out(tmp_path: Path) -> None:
    lines = (DATA / "worksheets.csv").read_text("utf-8").replace("2026-11-23 10:20:30", "十点多")
    path = tmp_path / "12345.csv"
    path.write_text(lines, "utf-8")
    file = opened(path)
    rows = list(file.rows)
    assert [type(row) for row in rows] == [Incoming, Reject, Incoming]
    for planted in CALLERS:
        assert planted not in repr((file, rows))


def worksheet(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "工单编号": f"CC20261123{number:04}", "工单标题": "雪具押金", "诉求内容": "反映押金未退😡",
        "区交办时间": "2026-11-23 09:00", "区交办办结期限": "2026-11-26 09:00",
        "求助人员": "史测一", "求助号码": "15422220001", "市交办时间": "2026-11-23 08:30",
        "市交办办结期限": "2026-11-27 08:30",
    } | changes  # fmt: skip


def test_gbk_csv_and_utf8_xlsx_of_one_content_are_equal(tmp_path: Path) -> None:
    rows = [worksheet(number) for number in range(1, 6)]
    from_csv = read(write_csv(tmp_path / "a.csv", rows, "gb18030"))
    from_xlsx = read(write_xlsx(tmp_path / "a.xlsx", ("工单", rows)))
    assert from_csv == from_xlsx
    assert len(from_csv[0]) == 5


def test_without_the_districts_times_the_citys_count(tmp_path: Path) -> None:
    rows = [worksheet(区交办时间="", 区交办办结期限="")]
    (row,), _ = read(write_csv(tmp_path / "a.csv", rows))
    assert row.published_at == at("2026-11-23 08:30:00")
    assert row.due_at == at("2026-11-27 08:30:00")


def test_a_worksheet_with_a_title_only_has_the_title_for_its_text(tmp_path: Path) -> None:
    row = {"工单编号": "CC1", "工单标题": "路灯不亮", "问题点位": "天定山停车场"}
    (found,), _ = read(write_csv(tmp_path / "a.csv", [row]))
    assert (found.title, found.text) == ("", "路灯不亮\n事件发生地：天定山停车场")


def test_an_operators_own_header_can_be_named(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "a.csv", [{"工单编号": "CC1", "我区反映": "拒载", "姓名": "史测一"}]
    )
    with pytest.raises(InputError, match="没有认出"):
        opened(path)
    (found,), _ = read(path, aliases={"我区反映 ": "诉求内容"})
    assert found.text == "拒载"


def test_a_bad_row_is_kept_with_its_place_and_reason_and_the_good_are_taken(tmp_path: Path) -> None:
    rows = [
        worksheet(1),
        worksheet(2, 区交办时间="周一上午"),
        worksheet(3, 工单编号=""),
        worksheet(4),
    ]
    good, bad = read(write_csv(tmp_path / "12345.csv", rows))
    assert [row.native_id for row in good] == ["CC202611230001", "CC202611230004"]
    assert [(row.file, row.row, row.format) for row in bad] == [
        ("12345.csv", 3, "worksheet"), ("12345.csv", 4, "worksheet")
    ]  # fmt: skip
    assert bad[0].reason == "「发布时间」不是时间"
    assert bad[1].reason == "缺少「编号」"
    assert bad[1].fields["text"] == "反映押金未退😡"


def test_a_reject_is_masked(tmp_path: Path) -> None:
    row = worksheet(
        区交办时间="史测一", 诉求内容="请回电15422220001，我叫史测一", 工单编号="15422220001"
    )
    _, (bad,) = read(write_csv(tmp_path / "张三15422220001.csv", [row]))
    assert "15422220001" not in repr(bad)
    assert "史测一" not in repr(bad)
    assert bad.fields["published_at"] == "？"


def test_a_corrected_reject_is_taken_on_replay(tmp_path: Path) -> None:
    _, (bad,) = read(write_csv(tmp_path / "a.csv", [worksheet(区交办时间="2026-13-01")]))
    assert bad.fields["published_at"] == "2026-13-01"
    assert replay(bad, pseudonym=pseudonym, now=NOW) == bad
    fixed = replace(bad, fields=bad.fields | {"published_at": "2026-11-23 09:00"})
    (expected,), _ = read(write_csv(tmp_path / "b.csv", [worksheet()]))
    assert replay(fixed, pseudonym=pseudonym, now=NOW) == expected


def test_a_reject_whose_number_had_to_be_masked_cannot_come_back_under_another(
    tmp_path: Path,
) -> None:
    row = worksheet(工单编号="15422220001", 区交办时间="2026-13-01")
    _, (bad,) = read(write_csv(tmp_path / "a.csv", [row]))
    fixed = replace(bad, fields=bad.fields | {"published_at": "2026-11-23 09:00"})
    again = replay(fixed, pseudonym=pseudonym, now=NOW)
    assert isinstance(again, Reject)
    assert "被遮挡" in again.reason


# --- MediaCrawler -------------------------------------------------------------------------------


def tables() -> list[dict[str, Any]]:
    lines = (DATA / "mediacrawler.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def table(platform: str, kind: str, generation: str) -> dict[str, Any]:
    row: dict[str, Any] = next(
        one["row"] for one in tables()
        if (one["platform"], one["kind"], one["generation"]) == (platform, kind, generation)
    )  # fmt: skip
    return row


@pytest.mark.parametrize(
    "one", tables(), ids=lambda one: f"{one['platform']}-{one['kind']}-{one['generation']}"
)
def test_every_table_of_every_platform_and_generation_is_told_apart(
    tmp_path: Path, one: dict[str, Any]
) -> None:
    file = opened(write_jsonl(tmp_path / "x.jsonl", [one["row"]]))
    (row,) = file.rows
    assert isinstance(row, Incoming)
    assert (file.format, file.unmapped) == ("mediacrawler", ())
    assert (row.platform, row.kind) == (one["platform"], Kind(one["kind"]))
    assert row.text == "夜场造雪机太吵，孩子没睡好"
    assert row.published_at == at("2026-11-22 11:00:00")
    assert row.context.source_kind == ("comment" if row.kind is Kind.COMMENT else "search")
    new = one["generation"] == "new"
    assert row.author_ref == (
        "foreign:0a1b2c3d4e5f6071" if new else _ours(one["row"], row.platform)
    )
    assert "acct-planted-77" not in repr(row)
    assert "滑雪测试小鱼" not in repr(row)
    assert "xsec_token" not in row.url
    assert row.counts is not None
    assert row.counts.lower_bounds <= {"likes", "views"}


def _ours(row: Mapping[str, str], platform: str) -> str | None:
    return f"ours:{platform}:{len(row['user_id'])}" if "user_id" in row else None


@pytest.mark.parametrize("platform", sorted({one["platform"] for one in tables()}))
def test_a_comment_hangs_on_its_post_in_both_generations(tmp_path: Path, platform: str) -> None:
    found = {}
    for kind in ("post", "comment"):
        for generation in ("new", "legacy"):
            path = write_jsonl(tmp_path / "x.jsonl", [table(platform, kind, generation)])
            (found[kind, generation],), _ = read(path)
    post = mention_id(found["post", "new"])
    assert mention_id(found["post", "legacy"]) == post
    assert found["comment", "new"].parent_id == found["comment", "legacy"].parent_id == post
    assert mention_id(found["comment", "new"]) == mention_id(found["comment", "legacy"])


@pytest.mark.parametrize("platform", ["bilibili", "weibo", "zhihu"])
def test_all_four_shapes_of_one_export_give_the_same_mentions(
    tmp_path: Path, platform: str
) -> None:
    rows = [table(platform, "post", "new")]
    shapes = [
        read(write_csv(tmp_path / "a.csv", rows)),
        read(write_json(tmp_path / "a.json", rows)),
        read(write_jsonl(tmp_path / "a.jsonl", rows)),
        read(write_xlsx(tmp_path / "a.xlsx", ("Contents", rows))),
    ]
    assert all(shape == shapes[0] for shape in shapes)
    assert len(shapes[0][0]) == 1


def test_contents_and_comments_of_one_workbook_are_read_and_creators_are_not(
    tmp_path: Path,
) -> None:
    creator = {"user_id": "acct-planted-77", "nickname": "滑雪测试小鱼", "fans": "10"}
    path = write_xlsx(
        tmp_path / "douyin.xlsx",
        ("Contents", [table("douyin", "post", "new")]),
        ("Comments", [table("douyin", "comment", "new") | {"comment_id": ""}]),
        ("Creators", [creator]),
    )
    file = opened(path)
    post, reject = file.rows
    assert isinstance(post, Incoming)
    assert isinstance(reject, Reject)
    assert reject.reason == "工作表「Comments」：缺少「编号」"
    assert file.skipped == ("Creators",)
    assert "滑雪测试小鱼" not in repr((post, reject))


def test_av_numbers_become_bv_ids_and_addresses(tmp_path: Path) -> None:
    (row,), _ = read(write_jsonl(tmp_path / "a.jsonl", [table("bilibili", "post", "new")]))
    assert row.native_id == "BV17x411w7KC"
    assert row.url == "https://www.bilibili.com/video/BV17x411w7KC"


def test_a_title_that_repeats_the_text_is_dropped(tmp_path: Path) -> None:
    same = table("douyin", "post", "new") | {"title": "夜场造雪机太吵，孩子没睡好"}
    none = table("bilibili", "post", "new") | {"desc": ""}
    (row,), _ = read(write_jsonl(tmp_path / "a.jsonl", [same]))
    assert (row.title, row.text) == ("", "夜场造雪机太吵，孩子没睡好")
    (row,), _ = read(write_jsonl(tmp_path / "b.jsonl", [none]))
    assert (row.title, row.text) == ("", "雪场记")


def test_rows_appended_under_another_key_set_are_refused_and_keep_nothing(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [table("xiaohongshu", "post", "new")])
    longer = table("xiaohongshu", "post", "legacy")
    shifted = {"new_key": "1"} | table("xiaohongshu", "post", "new")
    shifted.pop("xsec_token")
    good_one = table("xiaohongshu", "post", "new")
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([longer.values(), shifted.values(), good_one.values()])
    good, bad = read(path)
    assert len(good) == 2
    assert [row.row for row in bad] == [3, 4]
    assert [row.fields for row in bad] == [{}, {}]
    assert "错位" in bad[0].reason
    assert "对不上" in bad[1].reason
    assert replay(bad[0], pseudonym=pseudonym, now=NOW) == bad[0]


def test_a_nickname_under_the_hash_column_does_not_come_in_as_an_author(tmp_path: Path) -> None:
    row = table("xiaohongshu", "comment", "new") | {"creator_hash": "滑雪测试小鱼"}
    good, (bad,) = read(write_csv(tmp_path / "a.csv", [row]))
    assert good == []
    assert "滑雪测试小鱼" not in repr(bad)


def test_an_id_that_excel_rounded_is_refused_with_the_way_out(tmp_path: Path) -> None:
    row = table("douyin", "post", "new") | {"aweme_id": "7.56E+18"}
    _, (bad,) = read(write_csv(tmp_path / "a.csv", [row]))
    assert "设为文本" in bad.reason


# --- weibo-search ---------------------------------------------------------------------------------


def test_weibo_search_results_are_read() -> None:
    file = opened(DATA / "weibo_search.csv")
    first, second = file.rows
    assert (file.format, file.unmapped) == ("weibo_search", ())
    assert first == Incoming(
        platform="weibo",
        kind=Kind.POST,
        native_id="3501756485200075",
        text="#长春滑雪# 雪票现场比网上贵一倍",
        url="https://m.weibo.cn/detail/3501756485200075",
        author_ref="ours:weibo:10",
        published_at=at("2026-11-22 15:00:00"),
        ip_region="吉林",
        counts=Counts(likes=45, comments=12, shares=3),
        context=Context(source_kind="search"),
    )
    assert "雪地测试员" not in repr((first, second))
    assert "测试好友" not in repr((first, second))


# --- the generic table ----------------------------------------------------------------------------


def test_the_generic_table_is_read_under_chinese_names() -> None:
    file = opened(DATA / "generic.csv")
    douyin, bilibili, weibo = file.rows
    assert (file.format, file.unmapped) == ("generic", ("心情",))
    assert douyin == Incoming(
        platform="douyin",
        kind=Kind.POST,
        native_id="7560000000000000101",
        text="滑雪教练临时加价两百，太坑了",
        url="https://www.douyin.com/video/7560000000000000101",
        author_ref="ours:douyin:9",
        published_at=at("2026-11-23 08:00:00"),
        counts=Counts(
            likes=12000, comments=87, views=100_000, lower_bounds=frozenset(["likes", "views"])
        ),
        context=Context(query="天定山滑雪场"),
    )
    assert isinstance(bilibili, Incoming)
    assert bilibili.native_id == "BV17x411w7KC"
    assert bilibili.published_at == at("2026-11-23 08:30:00")
    assert isinstance(weibo, Incoming)
    assert (weibo.kind, weibo.context.own_channel) == (Kind.COMMENT, True)
    assert weibo.published_at == at("2026-11-23 11:30:00")
    assert weibo.counts == Counts(likes=0)


def generic(**changes: Any) -> dict[str, Any]:
    return {"platform": "weibo", "kind": "post", "text": "拒载", "id": "5123456789012345"} | changes


def test_a_parent_is_named_by_id_short_id_or_address(tmp_path: Path) -> None:
    rows = [
        generic(kind="comment", parent="z0JH2lOMb"),
        generic(kind="comment", parent="3501756485200075"),
        generic(platform="news", kind="comment", parent="https://Example.org/a/1/?utm_source=x"),
    ]
    good, _ = read(write_jsonl(tmp_path / "a.jsonl", rows))
    weibo = identity.mention_id("weibo", Kind.POST, "3501756485200075")
    assert [row.parent_id for row in good] == [
        weibo, weibo, identity.mention_id("news", Kind.POST, "https://example.org/a/1")
    ]  # fmt: skip


def test_every_fault_of_a_row_is_said_at_once(tmp_path: Path) -> None:
    rows = [generic(), generic(platform="某站", text="", likes="很多", published_at="不详")]
    _, (bad,) = read(write_jsonl(tmp_path / "a.jsonl", rows))
    assert bad.row == 2
    for part in (
        "缺少「内容」",
        "「平台」不是已知的平台",
        "「点赞数」不是数量",
        "「发布时间」不是时间",
    ):
        assert part in bad.reason
    assert "某站" not in bad.reason


def test_nested_values_are_refused_and_not_printed_into_a_text(tmp_path: Path) -> None:
    _, (bad,) = read(write_jsonl(tmp_path / "a.jsonl", [generic(text={"a": 1})]))
    assert bad.reason == "「内容」不是文字"


def test_an_account_leaves_as_a_pseudonym_and_a_hotline_caller_not_at_all(tmp_path: Path) -> None:
    rows = [generic(author="acct-planted-77"), generic(platform="hotline", kind="call", author="x")]
    good, _ = read(write_jsonl(tmp_path / "a.jsonl", rows))
    assert [row.author_ref for row in good] == ["ours:weibo:15", None]
    bad_row = [generic(author="acct-planted-77", likes="多")]
    _, (bad,) = read(write_jsonl(tmp_path / "b.jsonl", bad_row))
    assert bad.fields["author_ref"] == "ours:weibo:15"
    assert "acct-planted-77" not in repr(bad)


# --- files as a whole -----------------------------------------------------------------------------


HEADERS = [
    *(tuple(one["row"]) for one in tables()),
    tuple(worksheet()),
    tuple((DATA / "weibo_search.csv").read_text("utf-8").split("\n")[0].split(",")),
    tuple((DATA / "generic.csv").read_text("utf-8").split("\n")[0].split(",")),
]


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header[0])
def test_a_header_belongs_to_one_format_only(header: tuple[str, ...]) -> None:
    names = plugins.names(imports)
    assert names == ["generic", "mediacrawler", "weibo_search", "worksheet"]
    mine = [name for name in names if plugins.load(imports, name).recognises(header, "x.csv")]
    assert len(mine) == 1
    assert title(mine[0])


def test_a_reject_of_a_format_that_is_gone_says_so() -> None:
    gone = Reject(file="a", row=1, format="no_such", reason="x", fields={"text": "x"})
    with pytest.raises(PluginError):
        replay(gone, pseudonym=pseudonym, now=NOW)


def test_a_json_array_that_breaks_off_gives_the_rows_before_and_one_reject(tmp_path: Path) -> None:
    path = write_json(tmp_path / "a.json", [generic(id=str(10**15 + no)) for no in range(50)])
    path.write_bytes(path.read_bytes()[:-30])
    good, bad = read(path)
    assert (len(good), len(bad)) == (49, 1)
    assert (bad[0].row, bad[0].fields) == (50, {})
    assert "中断" in bad[0].reason


def test_a_file_nobody_reads_on_is_closed(tmp_path: Path) -> None:
    for path in (write_jsonl(tmp_path / "a.jsonl", [generic()]),
                 write_json(tmp_path / "a.json", [generic()]),
                 write_csv(tmp_path / "a.csv", [generic()]),
                 write_xlsx(tmp_path / "a.xlsx", ("x", [generic()]))):  # fmt: skip
        opened(path)  # a ResourceWarning would fail this test
        file = opened(path)
        next(file.rows)
        del file


PLANTED = [
    planted
    for no in range(100)
    for planted in (f"154222{no:05}", f"22019919900101{no:04}", f"yanlian{no}@example.com")
]


def _planted_rows(format_name: str) -> list[dict[str, Any]]:
    """Rows with one planted piece each in every column that is kept, and a time that is none."""
    makers = {
        "worksheet": lambda p: worksheet(
            工单编号=p, 工单标题=p, 诉求内容=f"请回{p}谢谢", 区交办时间=f"{p} 点", 求助号码=p
        ),
        "mediacrawler": lambda p: table("xiaohongshu", "post", "legacy")
        | {"title": p, "desc": f"加{p}，退票", "liked_count": p, "source_keyword": p, "time": "?"},
        "generic": lambda p: generic(
            platform=p, kind=p, id=p, title=p, text=f"电{p}", url=f"https://example.org/{p}",
            parent=p, author=p, published_at=p, likes=p, ip_region=p, query=p, parent_text=p,
        ),
    }  # fmt: skip
    return [makers[format_name](planted) for planted in PLANTED]


@pytest.mark.parametrize("format_name", ["worksheet", "mediacrawler", "generic"])
@pytest.mark.parametrize("shape", ["csv", "xlsx", "jsonl", "json"])
def test_no_planted_number_or_address_is_found_in_a_reject(
    tmp_path: Path, format_name: str, shape: str
) -> None:
    path, rows = tmp_path / "a", _planted_rows(format_name)
    if shape == "xlsx":
        write_xlsx(path, ("x", rows))
    else:
        {"csv": write_csv, "jsonl": write_jsonl, "json": write_json}[shape](path, rows)
    _, bad = read(path)
    assert len(bad) == len(PLANTED)
    everything = repr(bad)
    assert [planted for planted in PLANTED if planted in everything] == []


def big(path: Path, rows: int) -> Path:
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            row = generic(id=str(10**15 + number), text=f"第{number}条，司机拒载" * 10, author="u")
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return path


@pytest.mark.full
@pytest.mark.parametrize("rows", [15_000, 100_000])
def test_rows_stream_in_constant_memory(tmp_path: Path, rows: int) -> None:
    """15,000 rows held at once would be 20 MB and more, 100,000 rows seven times that."""
    path = big(tmp_path / "big.jsonl", rows)
    tracemalloc.start()
    try:
        taken = sum(isinstance(row, Incoming) for row in opened(path).rows)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken == rows
    assert peak < 12_000_000


# --- the document ---------------------------------------------------------------------------------

DOCUMENT = (Path(__file__).parents[1] / "docs" / "import-format.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["generic", "worksheet"])
def test_the_document_names_every_column_in_order_of_preference(name: str) -> None:
    module = plugins.load(imports, name)
    for names in (*module.COLUMNS.values(), *getattr(module, "PLACES", {}).values()):
        assert f"| {' '.join(names)} |" in DOCUMENT


def test_the_documents_example_imports_whole(tmp_path: Path) -> None:
    path = tmp_path / "example.jsonl"
    path.write_text(DOCUMENT.split("```jsonl\n")[1].split("```")[0], "utf-8")
    good, bad = read(path)
    assert (len(good), bad) == (3, [])
    assert good[1].parent_id == mention_id(good[0])
