"""Files opened by content: what they are, what they are not, and rows that are broken."""

import csv
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.rows import Row, header_name
from crawlers.tables import OpenFile, open_tables
from domain.errors import InputError

HEAD = ("编号", "内容", "时间")


def is_header(names: Sequence[str]) -> bool:
    return {"编号", "内容"} <= set(names)


def opened(path: Path) -> OpenFile:
    return open_tables(path, is_header=is_header)


def rows(path: Path) -> list[Row]:
    file = opened(path)
    try:
        return [row for table in file.tables for row in table.rows]
    finally:
        file.close()


def texts(path: Path) -> list[object]:
    return [row.cells.get("内容") for row in rows(path)]


def csv_text(*lines: Sequence[str], delimiter: str = ",") -> str:
    return "".join(delimiter.join(line) + "\r\n" for line in lines)


def workbook(path: Path, *lines: Sequence[object], sheet: str = "Sheet1") -> Path:
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm"})
    page = book.add_worksheet(sheet)
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            if value is not None:
                page.write(number, column, value)
    book.close()
    return path


TWO = (HEAD, ("a1", "拒载", "2026-11-22"), ("a2", "停运😡", "2026-11-23"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_is_read_whatever_its_encoding_and_separator(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = tmp_path / "wrong.jpg"
    path.write_bytes(csv_text(*TWO, delimiter=delimiter).encode(encoding))
    file = opened(path)
    assert (file.shape, file.tables[0].header) == ("csv", HEAD)
    assert [row.cells["内容"] for row in file.tables[0].rows] == ["拒载", "停运😡"]
    file.close()


def test_chinese_that_begins_after_a_megabyte_of_ascii_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    plain = "".join(f"x{number},plain text,2026\r\n" for number in range(60_000))
    path.write_bytes(("编号,内容,时间\r\n" + plain + "z,拒载,2026\r\n").encode("gb18030"))
    assert rows(path)[-1].cells["内容"] == "拒载"


def test_one_broken_byte_spoils_one_row(tmp_path: Path) -> None:
    path = tmp_path / "byte.csv"
    lines = [",".join(line).encode() for line in (*TWO, ("a3", "排队两小时", ""))]
    path.write_bytes(lines[0] + b"\n" + lines[1] + b"\xff\xfe\n" + b"\n".join(lines[2:]))
    found = rows(path)
    assert [bool(row.problem) for row in found] == [True, False, False]
    assert "编码" in found[0].problem


def test_a_title_row_blank_rows_and_trailing_rows_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "title.csv"
    path.write_text("某某台账,,\n,,\n\n" + csv_text(*TWO) + ",,\n\n", "utf-8")
    assert [(row.number, row.problem) for row in rows(path)] == [(5, ""), (6, "")]


def test_a_row_of_another_length_is_a_problem_and_not_a_shift(tmp_path: Path) -> None:
    path = tmp_path / "uneven.csv"
    path.write_text(
        csv_text(HEAD, ("a1", "短"), ("a2", "长", "t", "多"), ("a3", "好", "t")), "utf-8"
    )
    found = rows(path)
    assert [row.number for row in found] == [2, 3, 4]
    assert "2 格，表头有 3 格" in found[0].problem
    assert "4 格，表头有 3 格" in found[1].problem
    assert (found[0].cells, found[1].cells) == ({}, {})
    assert found[2].cells["内容"] == "好"


def test_empty_cells_beyond_the_header_are_no_problem(tmp_path: Path) -> None:
    path = tmp_path / "commas.csv"
    path.write_text(csv_text(HEAD, ("a1", "好", "t", "", "")), "utf-8")
    assert texts(path) == ["好"]


def test_a_quote_that_never_closes_spoils_its_own_line_only(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    good = [(f"a{number}", f"第{number}条", "t") for number in range(400)]
    path.write_text(csv_text(HEAD, *good[:5], ("bad", '"没有关上', "t"), *good[5:]), "utf-8")
    found = rows(path)
    assert [row.number for row in found if row.problem] == [7]
    assert "引号" in found[5].problem
    assert [row.cells["内容"] for row in found if not row.problem] == [text for _, text, _ in good]


def test_a_quoted_line_end_stays_in_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEAD, ("a1", '一\n二,"三"', "t"), ("a2", "四", "t")])
    assert texts(path) == ['一\n二,"三"', "四"]


def test_of_two_columns_of_one_name_the_first_stands(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text("编号,内容,内容,,备注\na1,先,后,x,\n", "utf-8")
    file = opened(path)
    assert file.tables[0].header == ("编号", "内容", "内容#2", "#4", "备注")
    assert next(file.tables[0].rows).cells["内容"] == "先"
    file.close()


def test_header_names_are_compared_without_blanks_marks_and_widths() -> None:
    assert header_name(" *工单 编号\n： ") == "工单编号"
    assert header_name("\ufeffＩＰ属地") == "IP属地"


def test_an_xlsx_gives_native_values_and_ignores_a_wrong_size(tmp_path: Path) -> None:
    when = datetime(2026, 11, 22, 15, 0)  # noqa: DTZ001  Excel knows no zones
    path = workbook(
        tmp_path / "book.csv",
        ("台账",), (), HEAD, ("a1", "拒载", when), (), ("a2", None, None), ("a3", "停运", when),
    )  # fmt: skip
    _rewrite(path, lambda xml: xml.replace('<dimension ref="A1:C7"/>', '<dimension ref="A1"/>'))
    found = rows(path)
    assert [row.number for row in found] == [4, 6, 7]
    assert found[0].cells == {"编号": "a1", "内容": "拒载", "时间": when}
    assert found[1].cells["内容"] is None


def _rewrite(path: Path, change: Callable[[str], str]) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    changed = change(parts[sheet].decode())
    assert changed.encode() != parts[sheet]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts | {sheet: changed.encode()}).items():
            archive.writestr(name, data)


def test_all_sheets_with_a_known_header_are_read_and_the_others_named(tmp_path: Path) -> None:
    path = tmp_path / "sheets.xlsx"
    book = xlsxwriter.Workbook(path)
    for name, lines in (("一", TWO), ("说明", [("填表说明",)]), ("二", TWO[:2])):
        page = book.add_worksheet(name)
        for number, line in enumerate(lines):
            page.write_row(number, 0, line)
    book.close()
    file = opened(path)
    assert [table.name for table in file.tables] == ["一", "二"]
    assert file.skipped == ("说明",)
    assert [len(list(table.rows)) for table in file.tables] == [2, 1]
    file.close()


def test_damage_inside_an_xlsx_gives_the_rows_before_it_and_says_so(tmp_path: Path) -> None:
    lines = [(f"a{number}", "好", "t") for number in range(1000)]
    path = workbook(tmp_path / "damaged.xlsx", HEAD, *lines)
    _rewrite(path, lambda xml: xml[: int(len(xml) * 0.8)])
    found = rows(path)
    assert len(found) > 200
    assert [row.problem for row in found if row.problem] == [found[-1].problem]
    assert "损坏" in found[-1].problem


def test_a_number_that_excel_has_rounded_is_told_from_a_whole_one(tmp_path: Path) -> None:
    lines = (HEAD, (7560000000000000001, "a", ""), (12345, "b", ""))
    found = rows(workbook(tmp_path / "round.xlsx", *lines))
    assert isinstance(found[0].cells["编号"], float)
    assert found[1].cells["编号"] == 12345


ITEMS = [{"编号": f"a{number}", "内容": f"第{number}条"} for number in range(2000)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_json_array_streams_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "array.txt"
    path.write_bytes(json.dumps(ITEMS, ensure_ascii=False).encode(encoding))
    file = opened(path)
    assert file.shape == "json"
    assert [row.cells for row in file.tables[0].rows] == ITEMS
    file.close()


@pytest.mark.parametrize("damage", ["cut", "mess"])
def test_a_broken_json_array_gives_the_whole_rows_before_and_says_so(
    tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "cut.json"
    whole = json.dumps(ITEMS, ensure_ascii=False)
    half = whole[: whole.index('"a1500"') - 1]
    path.write_text(half if damage == "cut" else half + "@@" + whole[len(half) :], "utf-8")
    found = rows(path)
    assert [row.cells for row in found[:-1]] == ITEMS[:1500]
    assert found[-1].number == 1501
    assert "中断" in found[-1].problem


def test_a_bad_line_of_jsonl_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "lines.json"
    good = json.dumps(ITEMS[0], ensure_ascii=False)
    path.write_text("\n".join((good, '{"编号": "a', "", "[1, 2]", "[" * 100_000, good)), "utf-8")
    found = rows(path)
    assert [(row.number, bool(row.problem)) for row in found] == [
        (1, False), (2, True), (4, True), (5, True), (6, False)
    ]  # fmt: skip


def test_large_ids_in_json_stay_exact(tmp_path: Path) -> None:
    for text in (
        '[{"编号": 7560000000000000001, "内容": "a"}]',
        '{"编号": 7560000000000000001, "内容": 1}',
    ):
        path = tmp_path / "ids.json"
        path.write_text(text, "utf-8")
        assert rows(path)[0].cells["编号"] == 7560000000000000001


def _ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1_500_000) + stream.encode("utf-16-le")


def _zip(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "x")
    return path.read_bytes()


def _cut_workbook(path: Path) -> bytes:
    whole = workbook(path, *TWO).read_bytes()
    return whole[: len(whole) // 2]


BROKEN: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "照片.csv": (lambda _: b"\xff\xd8\xff\xe0" + bytes(500), "是图片，不是表格"),
    "文件.xlsx": (lambda _: b"%PDF-1.7\n" + bytes(500), "是 ?PDF 文件，不是表格"),
    "乱码.csv": (lambda _: bytes(range(256)) * 40, "二进制数据"),
    "加密.xlsx": (lambda _: _ole("EncryptedPackage"), "打开密码"),
    "旧版.xls": (lambda _: _ole("Workbook"), "旧版 Excel"),
    "旧版.doc": (lambda _: _ole("WordDocument"), "旧版 Word"),
    "网页.xls": (lambda _: b"<html><table>", "其实是网页"),
    "半截.xlsx": (_cut_workbook, "不完整或已损坏"),
    "文稿.docx": (lambda path: _zip(path, "word/document.xml"), "压缩包或其他文档"),
    "空.csv": (lambda _: b"", "是空文件"),
    "空行.csv": (lambda _: b"\xef\xbb\xbf\r\n \r\n", "是空文件"),
    "无表头.csv": (lambda _: "a1,拒载,15422220001\na2,停运,15422220002\n".encode(), "没有表头"),
    "名单.csv": (lambda _: "史测一,某某\n史测二,某某\n".encode(), "没有表头"),
    "别的表.csv": (lambda _: "姓名,班级,分数\n某,一,2\n".encode(), "没有认出.*姓名、班级、分数"),
    "对象.json": (lambda _: b'{\n "data": []\n}', "JSON 对象"),
    "没有.json": (lambda _: b"[]", "没有记录"),
    "全坏.jsonl": (lambda _: b'{"a\n{"b\n', "没有能读的 JSON"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_table_is_refused_with_its_own_message(tmp_path: Path, name: str) -> None:
    make, message = BROKEN[name]
    path = tmp_path / name
    data = make(path)
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as caught:
        opened(path)
    assert name in str(caught.value)
    assert "15422220001" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="找不到文件"):
        opened(tmp_path / "no.csv")
    with pytest.raises(InputError, match="是文件夹"):
        opened(tmp_path)


def test_no_two_refusals_say_the_same(tmp_path: Path) -> None:
    said = set()
    for name, (make, _) in BROKEN.items():
        path = tmp_path / name
        path.write_bytes(make(path))
        with pytest.raises(InputError) as caught:
            opened(path)
        assert str(caught.value).endswith(("。", "）"))
        said.add(str(caught.value).replace(name, ""))
    assert len(said) == len(BROKEN) - 2  # two are empty, two have no header


def test_the_position_runs_to_the_end_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text(csv_text(HEAD, *((f"a{n}", "内容" * 20, "t") for n in range(5000))), "utf-8")
    file = opened(path)
    seen = [file.position() for _ in file.tables[0].rows]
    file.close()
    assert seen == sorted(seen)
    assert seen[0] < file.total_bytes / 2
    assert file.position() == file.total_bytes == path.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=200).map("编号,内容,时间\n".encode().__add__),
        st.binary(max_size=200).map("编号,内容,时间\n".encode("gb18030").__add__),
        st.binary(max_size=200).map('[{"编号":1,"内容":2},'.encode().__add__),
        st.binary(max_size=200).map('{"编号":1,"内容":2}\n'.encode().__add__),
        st.binary(max_size=200).map("编号,内容,时间\n".encode("utf-16").__add__),
        st.binary(max_size=200).map(b"PK\x03\x04".__add__),
    )
)
def test_no_bytes_make_the_reader_crash(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    try:
        found = rows(path)
    except InputError:
        return
    assert all(row.problem or row.cells for row in found)
