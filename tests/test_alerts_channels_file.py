"""The file channel, on the contract, after a crash, and with a disk that refuses."""

import json
import os
import resource
import signal
import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from contracts.channel_contract import NOW, ChannelContract, Stand, a_delivery
from fakes import FakeClock

from alerts.channels import file
from domain.errors import ConfigError
from domain.plan import ChannelSpec
from domain.ports import Channel


def _make(home: Path, options: Mapping[str, str]) -> Channel:
    spec = ChannelSpec(name="tested", kind="file", options=options)
    return file.channel(spec, home=home, clock=FakeClock(NOW))


def _entries(path: Path) -> list[dict[str, str]]:
    """As a reader should: lines that are not JSON were torn and are skipped."""
    found = []
    for line in path.read_bytes().split(b"\n"):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


class TestFile(ChannelContract):
    @pytest.fixture
    def stand(self, tmp_path: Path) -> Stand:
        path = tmp_path / "out" / "alerts.jsonl"
        (tmp_path / "a file").touch()
        return Stand(
            module=file, make=lambda options: _make(tmp_path, options),
            options={"path": "out/alerts.jsonl"}, required=("path",),
            received=lambda: [one["title"] + "\n" + one["body"] for one in _entries(path)],
            failing={
                "a file where a folder should be": (
                    _make(tmp_path, {"path": "a file/alerts.jsonl"}), {"dead"}),
                "a folder where the file should be": (_make(tmp_path, {"path": "."}), {"dead"}),
            },
        )  # fmt: skip

    def test_a_line_break_in_a_title_makes_no_second_line_or_header(self, stand: Stand) -> None:
        """One JSON line keeps any title apart; here the line is what must stay one."""
        stand.make(stand.options).send(a_delivery(title="第一行\r\nBcc: x@example.com"))
        assert len(stand.received()) == 1

    def test_no_text_breaks_it(self, stand: Stand) -> None:
        """JSON escapes what a terminal would obey, so the text itself is kept."""
        body = "\ud83d half \x1b[2J \u202e 👨\u200d👩\n\r\n" * 1_000
        assert stand.make(stand.options).send(a_delivery(body=body)).outcome == "ok"
        assert len(stand.received()) == 1


def test_one_line_holds_everything_a_program_needs(tmp_path: Path) -> None:
    _make(tmp_path, {"path": "a.jsonl"}).send(a_delivery())
    [entry] = _entries(tmp_path / "a.jsonl")
    assert entry == {
        "delivery_id": "0f" * 16, "case_id": "LHS-20261123-0012", "purpose": "new",
        "receiver": "住建局", "channel": "tested", "level": "橙",
        "title": "【橙色】新投诉：拒载", "body": "编号：LHS-1\n请签收",
        "at": "2026-11-23T06:00:00+00:00",
    }  # fmt: skip


def test_the_file_is_for_its_owner_only_also_when_it_was_not(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.touch(mode=0o644)
    _make(tmp_path, {"path": "a.jsonl"}).send(a_delivery())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("keep", [1, 20, -1], ids=["one byte", "some", "all but the line end"])
def test_a_line_torn_by_a_crash_does_not_swallow_the_next(tmp_path: Path, keep: int) -> None:
    path, channel = tmp_path / "a.jsonl", _make(tmp_path, {"path": "a.jsonl"})
    channel.send(a_delivery(title="第一条"))
    channel.send(a_delivery(title="第二条"))
    whole = path.read_bytes()
    second = whole.index(b"\n") + 1
    os.truncate(path, len(whole) - 1 if keep < 0 else second + keep)
    assert channel.send(a_delivery(title="第三条")).outcome == "ok"
    titles = [entry["title"] for entry in _entries(path)]
    assert titles == (["第一条", "第二条", "第三条"] if keep < 0 else ["第一条", "第三条"])


def test_many_writers_never_mix_their_lines(tmp_path: Path) -> None:
    def write(number: int) -> str:
        delivery = replace(a_delivery(body="雪" * 3_000), delivery_id=f"{number:032x}")
        return _make(tmp_path, {"path": "a.jsonl"}).send(delivery).outcome

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(write, range(40))) == {"ok"}
    assert len({entry["delivery_id"] for entry in _entries(tmp_path / "a.jsonl")}) == 40


def test_a_full_disk_is_tried_again_and_the_torn_line_repaired(tmp_path: Path) -> None:
    channel = _make(tmp_path, {"path": "a.jsonl"})
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        assert channel.send(a_delivery()).outcome == "retry"
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert channel.send(a_delivery(title="后来")).outcome == "ok"
    assert [entry["title"] for entry in _entries(tmp_path / "a.jsonl")] == ["后来"]


@pytest.mark.parametrize("lasting", [True, False])
def test_a_line_waits_for_the_disk_unless_it_need_not_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lasting: bool
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n")  # so that the folder's own entry is not waited for
    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", waited.append)
    channel = file.JsonLines(path=path, clock=FakeClock(NOW), lasting=lasting)
    assert channel.send(a_delivery()).outcome == "ok"
    assert bool(waited) is lasting


def test_an_unknown_option_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="pth"):
        _make(tmp_path, {"path": "a.jsonl", "pth": "b"})
