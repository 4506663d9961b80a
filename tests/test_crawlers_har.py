"""A HAR file is read request by request: what is ours, whole, and nothing of anybody else."""

import base64
import gzip
import json
import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from harmaking import COMMENTS, SEARCH, SECRET, comments, entry, har, turned, write
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from crawlers.har import MOST_FILE, OpenHar, is_har, open_har
from crawlers.listened import Exchange, Listened, listened_platforms
from crawlers.platforms import douyin
from domain.errors import InputError
from domain.types import Mode

PLATFORMS = (douyin.LISTENED,)


def opened(path: Path) -> OpenHar:
    return open_har(path, PLATFORMS)


def read(path: Path) -> list[Exchange]:
    return [exchange for _, _, exchange in opened(path).exchanges]


def refused(path: Path) -> str:
    assert is_har(path)
    with pytest.raises(InputError) as caught:
        read(path)
    return str(caught.value)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "douyin.har"


def test_every_platform_with_a_parser_is_found() -> None:
    assert douyin.LISTENED in listened_platforms()
    assert len({one.code for one in listened_platforms()}) == len(listened_platforms())


def test_what_is_ours_is_read_and_no_header_cookie_or_stranger(path: Path) -> None:
    asked = entry(SEARCH, "{}", posted="a=1", method="POST", status=461,
                  headers={"VerifyType": "102", "Set-Cookie": SECRET})  # fmt: skip
    shop = entry("https://shop.example/aweme/v1/web/comment/list/", "stranger")
    write(path, shop, asked, entry(COMMENTS, comments(1), method="OPTIONS"))
    file = opened(path)
    ((number, platform, exchange),) = file.exchanges
    assert (number, platform) == (2, douyin.LISTENED)
    assert exchange == Exchange(
        url=SEARCH, body=b"{}", received_at=datetime(2026, 11, 23, 4, 0, 0, 250500, tzinfo=UTC),
        method="POST", request_body="a=1", status=461, headers={"verifytype": "102"},
    )  # fmt: skip
    assert SECRET not in repr((exchange, file.seen)) and "stranger" not in repr(exchange)


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_the_order_of_members_does_not_matter(path: Path, indent: int | None, bom: bytes) -> None:
    document = har([entry(COMMENTS, comments(1, 2)), entry("https://example.invalid/", "x")])
    found = []
    for one in (document, {"log": turned(document["log"])}):
        path.write_bytes(bom + json.dumps(one, ensure_ascii=False, indent=indent).encode())
        found.append(read(path))
    assert found[0] == found[1]
    assert [exchange.body.decode() for exchange in found[0]] == [comments(1, 2)]


def packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


@pytest.mark.parametrize(
    ("text", "more", "body"),
    [
        ("é雪😡", {}, "é雪😡".encode()),
        (base64.b64encode("雪".encode()).decode(), {"encoding": "base64"}, "雪".encode()),
        (packed("雪"), {"encoding": "base64"}, "雪".encode()),
        ("", {"size": 0}, b""),
        (None, {"size": 0}, b""),
        (None, {"status": 403}, b""),
        (None, {"status": 302, "redirected": "https://www.douyin.com/login"}, b""),
    ],
)
def test_a_body_is_what_the_page_got(
    path: Path, text: str | None, more: dict[str, Any], body: bytes
) -> None:
    (exchange,) = read(write(path, entry(COMMENTS, text, **more)))
    assert exchange.body == body
    assert exchange.headers.get("location", "") == more.get("redirected", "")


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        ({"text": None}, "unsaved"),
        ({"text": "雪" * (7 << 20)}, "too_long"),
        ({"encoding": "base64", "text": "a"}, "damaged"),
        ({"encoding": "base64", "text": packed("雪")[:-12]}, "damaged"),
        ({"started": "2026-11-23 12:00"}, "damaged"),
        ({"started": "0001-01-01T00:00:00+14:00"}, "damaged"),
        ({"started": None}, "damaged"),
        ({"status": 0}, "unanswered"),
        ({"status": 304}, "unanswered"),
    ],
)
def test_what_cannot_be_read_is_counted_and_said_and_spoils_nothing_else(
    path: Path, more: dict[str, Any], counted: str
) -> None:
    text = more.pop("text", comments(2))
    write(path, entry(COMMENTS, comments(1)), entry(COMMENTS, text, **more), entry(COMMENTS, "x"))
    file = opened(path)
    assert [exchange.body.decode() for _, _, exchange in file.exchanges] == [comments(1), "x"]
    assert getattr(file.seen, counted) == 1
    (notice,) = file.seen.notices()
    assert notice.startswith("1 次请求")


@pytest.mark.parametrize(
    ("started", "hour"),
    [
        ("2026-11-23T12:00:00.000+08:00", 4),
        ("2026-11-23T12:00:00.1234567+08:00", 4),
        ("2026-11-23T04:00:00Z", 4),
    ],
)
def test_times_of_all_programs_are_read(path: Path, started: str, hour: int) -> None:
    (exchange,) = read(write(path, entry(COMMENTS, "x", started=started, time=-1)))
    assert (exchange.received_at.hour, exchange.received_at.tzinfo) == (hour, UTC)


def test_a_platform_that_is_not_imported_is_not_read(path: Path) -> None:
    write(path, entry(COMMENTS, "x"))
    only_own: Listened = replace(douyin.LISTENED, modes=frozenset((Mode.OWN,)))
    with pytest.raises(InputError, match="没有认得的"):
        list(open_har(path, (only_own,)).exchanges)


# --- what is no such file -----------------------------------------------------------------------


def _sparse(path: Path) -> None:
    path.write_bytes(b'{"log": {')
    with path.open("r+b") as file:
        file.truncate(MOST_FILE + 1)


_STRANGERS = [entry(f"https://h{no}.example/secret/path", "x") for no in (1, 1, 1, 2, 2, 3, 3, 4)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"log": 1}', "不是 HAR 文件"),
        ('{"log": {"lines": ["x"]}}', "不是 HAR 文件"),
        ('{"log": [{"entries": 1}]}', "不是 HAR 文件"),
        ('{"log": {"entries": []}}', "里没有请求"),
        ('{"log": {"entries": [{"request"', "被截断"),
        ('{"log": {"entries": [' + "[" * 20_000, "被截断"),
        ('{"log": {"entries": [7, "x", null, {}, {"request": {"url": 5}}]}}', "没有认得的"),
        (json.dumps(har(_STRANGERS)), "（见到的网站：h1.example、h2.example、h3.example）"),
        (json.dumps(har([entry(COMMENTS, None), entry(SEARCH, None)])), "没有保存内容"),
        (json.dumps(har([entry(COMMENTS, "x", status=0)])), "没有能读的内容"),
        ('{"log": {"entries": [NaN]}}', "损坏"),
    ],
)
def test_each_mistake_has_its_own_message(path: Path, content: str, said: str) -> None:
    path.write_text(content, "utf-8")
    message = refused(path)
    assert said in message and message.startswith("douyin.har")
    assert "/secret" not in message and "planted" not in message


def test_a_file_that_is_too_large_or_in_another_encoding_is_refused_unread(path: Path) -> None:
    _sparse(path)
    assert "2 GB" in refused(path)
    for encoding in ("utf-16", "utf-16-le"):
        write(path, entry(COMMENTS, comments(1)), encoding=encoding)
        if encoding == "utf-16":
            assert "UTF-16" in refused(path)
        else:
            assert not is_har(path)


def test_what_begins_like_anything_else_is_no_har_file(path: Path) -> None:
    for content in (b"", b"[]", b'{"a": 1}', b"\x1f\x8b", b"\x1f\x8b" + b"x" * 50, b"\xff\xfe"):
        path.write_bytes(content)
        assert not is_har(path)
    assert not is_har(path / "nowhere") and not is_har(path.parent)


def test_a_packed_file_is_read_and_a_cut_one_as_far_as_it_goes(path: Path) -> None:
    entries = [entry(COMMENTS, comments(no, no + 1000)) for no in range(200)]
    path.write_bytes(gzip.compress(json.dumps(har(entries)).encode()))
    assert len(read(path)) == 200
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    file = opened(path)
    taken = len(list(file.exchanges))
    assert 0 < taken < 200 and "压缩的文件不完整" in file.seen.notices()[-1]


# --- cuts, noise and size -----------------------------------------------------------------------

_SMALL = json.dumps(
    har([entry(COMMENTS, comments(no), posted="x=雪") for no in range(3)]), ensure_ascii=False
).encode()


def _ends() -> list[int]:
    """Where each entry is whole."""
    ends, at = [], _SMALL.index(b'"entries"')
    for one in json.loads(_SMALL)["log"]["entries"]:
        written = json.dumps(one, ensure_ascii=False).encode()
        at = _SMALL.index(written, at) + len(written)
        ends.append(at)
    return ends


ENDS = _ends()


def _taken(path: Path) -> int:
    """How many exchanges come out; InputError is none."""
    if not is_har(path):
        return 0
    count = 0
    try:
        for _ in opened(path).exchanges:
            count += 1
    except InputError:
        assert count == 0
    return count


@pytest.mark.parametrize("step", [97, pytest.param(1, marks=pytest.mark.full)])
def test_a_cut_at_any_byte_keeps_the_whole_entries_before_it(path: Path, step: int) -> None:
    for cut in range(0, len(_SMALL), step):
        path.write_bytes(_SMALL[:cut])
        assert _taken(path) == sum(end <= cut for end in ENDS), cut


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(10, len(_SMALL) - 1), st.binary(min_size=1, max_size=6))
@example(20, b"[" * 6)
def test_noise_in_the_middle_is_never_more_than_an_input_error(
    path: Path, at: int, noise: bytes
) -> None:
    path.write_bytes(_SMALL[:at] + noise + _SMALL[at + len(noise) :])
    assert _taken(path) >= sum(end <= at for end in ENDS)


def test_long_strings_and_data_addresses_are_not_held(path: Path) -> None:
    """Thirty answers of somebody else, 2 MB each, and pictures in the address."""
    other = [entry("https://cdn.example/v.mp4", "A" * (2 << 20)) for _ in range(10)]
    pictures = [entry("data:image/png;base64," + "A" * (1 << 20), "") for _ in range(20)]
    write(path, *other, entry(COMMENTS, comments(1)), *pictures, turned(other[0]))
    tracemalloc.start()
    try:
        assert len(read(path)) == 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 12_000_000


def test_a_file_nobody_reads_on_is_closed(path: Path) -> None:
    write(path, entry(COMMENTS, "x"), entry(COMMENTS, "x"))
    opened(path)  # a ResourceWarning would fail this test
    next(opened(path).exchanges)


_CHILD = """
import resource, sys
from pathlib import Path
from crawlers.har import open_har
from crawlers.listened import hear, listened_platforms
platforms = listened_platforms()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
har = open_har(Path(sys.argv[1]), platforms)
taken = sum(len(hear(p, e, lambda *_: None).items) for _, p, e in har.exchanges)
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(taken, har.seen.entries, har.seen.too_long, grown)
"""


@pytest.mark.full
def test_memory_stays_bounded_whatever_a_file_of_125_mb_holds(path: Path) -> None:
    """Ours and strangers' answers, among them one of 19 MB, and two of 25 MB that are too long."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"entries": [\n')
        for number in range(40):
            other = entry("https://cdn.example/a.mp4", "A" * (1 << 20), encoding="base64")
            ours = entry(COMMENTS, comments(*range(number * 20, number * 20 + 20)))
            file.write(f"{json.dumps(other)},\n{json.dumps(ours)},\n")
        for size in (19, 25):
            film = entry("https://cdn.example/b.mp4", "A" * (size << 20))
            file.write(json.dumps(turned(film)) + ",\n")
        file.write(json.dumps(entry(COMMENTS, "A" * (25 << 20))) + "]}}")
    root = str(Path(__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, "-c", _CHILD, path], check=True, capture_output=True, text=True, cwd=root,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    taken, seen, too_long, grown = map(int, ran.stdout.split())
    assert (taken, seen, too_long) == (800, 83, 1)
    assert grown < 120
