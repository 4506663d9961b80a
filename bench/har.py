"""A HAR file of 500 MB: bytes and mentions per second and peak memory, against plain ``json.load``.

Plain ``json.load`` holds the whole file, so it is given a tenth of it: its speed is compared as it
is, its memory too, although the file that we read is ten times as large. Each runs in a process of
its own; its peak is what the system counts, from before the file was opened.
"""

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from crawlers.har import open_har
from crawlers.listened import hear, listened_platforms

MEGABYTES = 500
SMALLER = 10
"""json.load gets a file so many times smaller."""
COMMENTS = 20
_MB = 1 << 20
_URL = "https://www.douyin.com/aweme/v1/web/comment/list/?aweme_id=7561000000000000101&cursor=0"


def figures() -> Iterator[dict[str, object]]:
    """One dict per figure: bench, name, value, unit, baseline, ratio, conditions."""
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder) / "large.har", Path(folder) / "small.har"
        _write(large, MEGABYTES * _MB)
        _write(small, MEGABYTES * _MB // SMALLER)
        ours, plain = _measured("ours", large), _measured("plain", small)
    size = f"{MEGABYTES} MB; baseline json.load of {MEGABYTES // SMALLER} MB"
    yield _figure("speed", MEGABYTES / ours[0], "MB/s", MEGABYTES / SMALLER / plain[0], size)
    yield _figure("mentions", ours[2] / ours[0], "rows/s", plain[2] / plain[0], size)
    yield _figure("peak memory over start", ours[1], "MB", plain[1], size)


def _figure(
    name: str, value: float, unit: str, baseline: float, conditions: str
) -> dict[str, object]:
    return {
        "bench": "har", "name": name, "value": round(value, 1), "unit": unit,
        "baseline": round(baseline, 1), "ratio": round(value / baseline, 3),
        "conditions": f"{conditions}; Python {platform.python_version()}",
    }  # fmt: skip


# --- the file ---------------------------------------------------------------------------------


def _write(path: Path, size: int) -> None:
    """One answer with comments to eight of somebody else: scripts, pictures, a film."""
    number = 0
    with path.open("w", encoding="utf-8") as file:
        file.write('{"log": {"version": "1.2", "entries": [\n')
        while file.tell() < size:
            file.write(",\n".join(json.dumps(e, ensure_ascii=False) for e in _visit(number)))
            file.write(",\n")
            number += 1
        file.write(json.dumps(_entry("https://cdn.example/end", "x")) + "]}}")


def _visit(number: int) -> Iterator[dict[str, object]]:
    script = 'function f(a){return "雪" + a.b["c"];}\n' * 4000
    for no in range(6):
        yield _entry(f"https://cdn.example/{no}.js", script)
    yield _entry("https://cdn.example/a.jpg", "iVBORw0KGgo" * 20_000)
    yield _entry("https://cdn.example/a.mp4", "AAAAIGZ0eXA" * 100_000)
    yield _entry(_URL, _comments(number))


def _comments(number: int) -> str:
    faces = [f"https://p.example/{part}.jpeg" for part in range(12)]
    found = [
        {
            "aweme_id": "7561000000000000101", "cid": str(7561900000000000000 + number * 100 + no),
            "text": f"第{no}条：缆车停了两个小时，没有人出来解释", "create_time": 1795345200,
            "digg_count": no, "ip_label": "吉林", "image_list": None, "text_extra": [],
            "user": {"uid": str(91000000000 + no), "nickname": "某某", "avatar_thumb": faces},
        }
        for no in range(COMMENTS)
    ]  # fmt: skip
    return json.dumps({"status_code": 0, "comments": found, "has_more": 1, "total": 999})


def _entry(url: str, text: str) -> dict[str, object]:
    headers = [{"name": f"x-header-{no}", "value": "v" * 40} for no in range(25)]
    return {
        "startedDateTime": "2026-11-23T04:00:00.000Z", "time": 20.5,
        "request": {"method": "GET", "url": url, "headers": headers, "cookies": headers},
        "response": {"status": 200, "headers": headers, "redirectURL": "",
                     "content": {"size": len(text), "mimeType": "x", "text": text}},
    }  # fmt: skip


# --- in a process of its own --------------------------------------------------------------------


def _measured(way: str, path: Path) -> tuple[float, float, int]:
    """(seconds, MB over the start, mentions)."""
    root = str(Path(__file__).parents[1])
    ran = subprocess.run(
        [sys.executable, __file__, way, str(path)], check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    seconds, peak, rows = json.loads(ran.stdout)
    return float(seconds), float(peak), int(rows)


def _ours(path: Path) -> int:
    count = 0
    for _, listened, exchange in open_har(path, listened_platforms()).exchanges:
        parsed = hear(listened, exchange, lambda _platform, _account: "none")
        count += len(parsed.items) if parsed is not None else 0
    return count


def _plain(path: Path) -> int:
    """What a script would do: load all, look at the addresses, load the answers."""
    with path.open(encoding="utf-8") as file:
        document = json.load(file)
    count = 0
    for entry in document["log"]["entries"]:
        if "/comment/list/" in entry["request"]["url"]:
            answer = json.loads(entry["response"]["content"]["text"])
            count += sum(1 for _ in answer["comments"])
            datetime.fromisoformat(entry["startedDateTime"]).astimezone(UTC)
    return count


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(way: str, path: str) -> None:
    """One measurement, as JSON."""
    listened_platforms()  # loading the parsers is no cost of the file
    before, start = _peak(), time.perf_counter()
    rows = (_ours if way == "ours" else _plain)(Path(path))
    print(json.dumps([time.perf_counter() - start, _peak() - before, rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
