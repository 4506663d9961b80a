"""Rows per second of every import format, against ``csv.DictReader`` over the same rows.

Both are timed in turn in one run, and the median of the rounds counts: the ratio holds on any
machine, the rows per second on this one only. The second figure is memory: the peak of a file three
times as long over that of the short one. 1 means constant.
"""

import csv
import json
import platform
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import xlsxwriter

from crawlers.imports import open_import
from domain.types import Incoming

ROWS = 10_000
ROUNDS = 3
NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)

Row = Mapping[str, str]
_TEXT = "第{0}条：天定山滑雪场门口打车被拒载，司机张口就要二百，排队的人都没走成"


def figures() -> Iterator[dict[str, object]]:
    """One dict per figure: bench, name, value, unit, baseline, ratio, conditions."""
    with tempfile.TemporaryDirectory() as folder:
        for name, rows, write in _CASES:
            yield _speed(name, rows, write, Path(folder))
        for name, rows, write in _CASES:
            if name in _SHAPES:
                yield _memory(name, rows, write, Path(folder))


def _worksheets(many: int) -> Iterator[Row]:
    for number in range(many):
        yield {
            "工单编号": f"CC20261123{number:06}", "工单标题": "出租车拒载",
            "诉求内容": _TEXT.format(number), "诉求类型": "投诉",
            "区交办时间": "2026-11-22 15:00:00", "区交办办结期限": "2026-11-25 15:00:00",
            "求助人员": "某某", "求助号码": "1**********", "事件发生地": "莲花山度假区",
        }  # fmt: skip


def _crawled(many: int) -> Iterator[Row]:
    for number in range(many):
        yield {
            "aweme_id": str(7560000000000000000 + number), "aweme_type": "0", "title": "拒载",
            "desc": _TEXT.format(number), "create_time": str(1795312800 + number),
            "creator_hash": f"{number:016x}", "nickname": "用***1", "liked_count": "1.2万",
            "collected_count": "12", "comment_count": "87", "share_count": "41",
            "last_modify_ts": "1795400000000", "cover_url": "", "source_keyword": "天定山滑雪场",
            "aweme_url": f"https://www.douyin.com/video/{7560000000000000000 + number}",
        }  # fmt: skip


def _searched(many: int) -> Iterator[Row]:
    for number in range(many):
        yield {
            "id": str(5123456789000000 + number), "bid": "z0JH2lOMb", "user_id": str(number),
            "用户昵称": "某某", "微博正文": _TEXT.format(number), "转发数": "3", "评论数": "12",
            "点赞数": "45", "发布时间": "2026-11-22 15:00", "ip": "吉林",
        }  # fmt: skip


def _generic(many: int) -> Iterator[Row]:
    for number in range(many):
        yield {
            "platform": "weibo", "kind": "post", "id": str(5123456789000000 + number),
            "text": _TEXT.format(number), "author": str(number), "likes": "10+",
            "published_at": "2026-11-22T15:00:00+08:00",
        }  # fmt: skip


def _as_csv(path: Path, rows: Iterator[Row], encoding: str = "utf-8") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        first = next(rows)
        writer = csv.DictWriter(file, list(first))
        writer.writeheader()
        writer.writerow(first)
        writer.writerows(rows)


def _as_gbk(path: Path, rows: Iterator[Row]) -> None:
    _as_csv(path, rows, "gb18030")


def _as_jsonl(path: Path, rows: Iterator[Row]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _as_json(path: Path, rows: Iterator[Row]) -> None:
    path.write_text(json.dumps(list(rows), ensure_ascii=False), "utf-8")


def _as_xlsx(path: Path, rows: Iterator[Row]) -> None:
    book = xlsxwriter.Workbook(path)
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        if number == 0:
            page.write_row(0, 0, list(row))
        page.write_row(number + 1, 0, list(row.values()))
    book.close()


Write = Callable[[Path, Iterator[Row]], None]
_CASES: tuple[tuple[str, Callable[[int], Iterator[Row]], Write], ...] = (
    ("worksheet csv gbk", _worksheets, _as_gbk),
    ("worksheet xlsx", _worksheets, _as_xlsx),
    ("mediacrawler csv", _crawled, _as_csv),
    ("mediacrawler json", _crawled, _as_json),
    ("mediacrawler jsonl", _crawled, _as_jsonl),
    ("weibo_search csv", _searched, _as_csv),
    ("generic csv", _generic, _as_csv),
    ("generic jsonl", _generic, _as_jsonl),
)

_SHAPES = ("worksheet csv gbk", "worksheet xlsx", "mediacrawler json", "generic jsonl")
"""One case of each shape of file: memory depends on the shape alone."""


def _pseudonym(platform_code: str, account: str) -> str | None:
    return "none"  # its own cost is no cost of reading files


def _import(path: Path) -> int:
    rows = open_import(path, pseudonym=_pseudonym, now=NOW).rows
    return sum(isinstance(row, Incoming) for row in rows)


def _plain(path: Path) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))


def _seconds(read: Callable[[Path], int], path: Path) -> float:
    start = time.perf_counter()
    assert read(path) == ROWS
    return time.perf_counter() - start


def _speed(
    name: str, rows: Callable[[int], Iterator[Row]], write: Write, folder: Path
) -> dict[str, object]:
    path, plain = folder / "import", folder / "plain"
    write(path, rows(ROWS))
    _as_csv(plain, rows(ROWS))
    pairs = [(_seconds(_import, path), _seconds(_plain, plain)) for _ in range(ROUNDS)]
    value, baseline = (ROWS / median(seconds) for seconds in zip(*pairs, strict=True))
    return _figure(f"{name}: speed", value, "rows/s", baseline)


def _peak(path: Path) -> float:
    tracemalloc.start()
    try:
        assert _import(path) > 0
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _memory(
    name: str, rows: Callable[[int], Iterator[Row]], write: Write, folder: Path
) -> dict[str, object]:
    peaks = []
    for many in (ROWS, ROWS * 3):
        write(folder / "import", rows(many))
        peaks.append(_peak(folder / "import"))
    return _figure(f"{name}: peak memory", peaks[1], "MB", peaks[0])


def _figure(name: str, value: float, unit: str, baseline: float) -> dict[str, object]:
    against = "csv.DictReader over the same rows" if unit == "rows/s" else f"{ROWS} rows"
    size = f"{ROWS} rows" if unit == "rows/s" else f"{ROWS * 3} rows, traced"
    return {
        "bench": "imports", "name": name, "value": round(value, 1), "unit": unit,
        "baseline": round(baseline, 1), "ratio": round(value / baseline, 3),
        "conditions": f"{size}; baseline: {against}; Python {platform.python_version()}",
    }  # fmt: skip


def main(argv: list[str]) -> list[dict[str, object]]:
    """Print every figure as it comes: a table, or with ``--json`` one line each."""
    done = []
    for figure in figures():
        done.append(figure)
        if "--json" in argv:
            print(json.dumps(figure, ensure_ascii=False), flush=True)
        else:
            shown = "{name:32} {value:>10} {unit:7} baseline {baseline:>10}  ratio {ratio}"
            print(shown.format(**figure), flush=True)
    return done


if __name__ == "__main__":
    main(sys.argv[1:])
