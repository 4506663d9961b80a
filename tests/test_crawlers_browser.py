"""Which browser is opened and on which profile, without opening one."""

import asyncio
import os
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from browser_site import raised

from crawlers.browser import _left_by_its_last_browser, alone
from crawlers.listened import listened_platforms
from crawlers.platforms.douyin import LISTENED as DOUYIN
from crawlers.programs import BROWSER, REPLICA, command_line, find, has_screen
from crawlers.turns import PAGES, Visit, depth, in_turn, pages_today
from crawlers.visits import manner, visits
from domain.collection import RAISED
from domain.errors import NotConfigured
from domain.types import Mode


def _program(folder: Path, name: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.touch(mode=0o700)
    return path


def test_takes_the_named_browser_else_one_from_the_path_else_says_what_to_do(
    tmp_path: Path,
) -> None:
    edge = _program(tmp_path / "bin", "microsoft-edge")
    path = {"PATH": str(edge.parent)}
    assert find(path) == str(edge)
    own = _program(tmp_path / "own", "browser")
    assert find({**path, BROWSER: str(own)}) == str(own)
    with pytest.raises(NotConfigured, match=BROWSER):
        find({**path, BROWSER: str(tmp_path / "none")})
    with pytest.raises(NotConfigured, match="HAR"):
        find({"PATH": str(tmp_path)})


@pytest.mark.skipif(sys.platform != "linux", reason="other systems always have a screen")
def test_a_server_has_no_screen() -> None:
    assert not has_screen({})
    assert has_screen({"DISPLAY": ":0"}) and has_screen({"WAYLAND_DISPLAY": "wayland-0"})


def test_a_profile_is_its_owners_and_one_process_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "profiles" / "douyin"
    with alone(folder):
        modes = {p.stat().st_mode & 0o777 for p in (folder, folder.parent)}
        assert modes == {0o700}
        with pytest.raises(NotConfigured, match="另一个程序"), alone(folder):
            pass
    with alone(folder):  # nothing is left of the first
        pass


def test_a_profile_is_no_link(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "profiles" / "douyin"
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotConfigured, match="不是本用户"), alone(folder):
        pass


def test_takes_away_what_a_dead_browser_left_and_waits_for_a_living_one(tmp_path: Path) -> None:
    lock = tmp_path / "SingletonLock"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    for left in (f"{socket.gethostname()}-{dead.pid}", f"another-host-{os.getpid()}"):
        lock.symlink_to(left)
        asyncio.run(_left_by_its_last_browser(tmp_path))
        assert not lock.is_symlink()
    living = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5)"])
    lock.symlink_to(f"{socket.gethostname()}-{living.pid}")

    async def both() -> None:
        waits = asyncio.create_task(_left_by_its_last_browser(tmp_path))
        await asyncio.sleep(0.1)
        assert not waits.done() and lock.is_symlink()
        await asyncio.to_thread(living.wait)
        await waits

    asyncio.run(both())
    assert not lock.is_symlink()


@pytest.mark.parametrize("given", ["10.0.0.1:80,x", "127.0.0.1:80", "127.0.0.1:80,a --proxy=b"])
def test_a_replica_is_on_this_machine(given: str) -> None:
    with pytest.raises(NotConfigured, match=REPLICA):
        command_line({REPLICA: given})


def test_what_was_broken_off_comes_first_then_the_new_then_the_oldest() -> None:
    marks = {"a": "2026-12-21T04:00:00+00:00 done", "b": "2026-12-20T04:00:00+00:00 done",
             "c": "2026-12-21T05:00:00+00:00 3"}  # fmt: skip
    visits = [Visit(key=key, address="") for key in "abcd"]
    assert [visit.key for visit in in_turn(visits, marks)] == ["c", "d", "b", "a"]
    assert [depth(marks.get(key, "")) for key in "abcd"] == [0, 0, 3, 0]


def test_pages_are_counted_by_the_day_in_changchun() -> None:
    marks = {PAGES: "2026-12-21 17"}
    evening, midnight = (datetime(2026, 12, 21, hour, 30, tzinfo=UTC) for hour in (15, 16))
    assert pages_today(marks, evening) == 17
    assert pages_today(marks, midnight) == 0


def test_opens_what_the_mode_says_and_nothing_where_a_person_is_to() -> None:
    automatic = raised(Mode.AUTOMATIC, "天定山", "莲花山")
    assert [visit.key for visit in visits(automatic, DOUYIN)] == ["search:天定山", "search:莲花山"]
    assert [v.address for v in visits(raised(Mode.OWN), DOUYIN)] == list(DOUYIN.own_pages)
    for mode in (Mode.ASSISTED, Mode.OPEN):
        with pytest.raises(NotConfigured):
            visits(raised(mode, "天定山"), DOUYIN)
    with pytest.raises(NotConfigured, match="keywords"):
        visits(raised(Mode.AUTOMATIC), DOUYIN)


def test_a_source_of_its_own_wait_says_so_in_seconds() -> None:
    spec = replace(raised(Mode.OWN), options={"wait_seconds": "bald"}, pause_seconds=(0.0, 0.0))
    with pytest.raises(NotConfigured, match="wait_seconds"):
        manner(spec)
    usual = manner(replace(spec, options={}, daily_cap=0))
    assert usual.pause[0] >= 3 and usual.daily_cap > 0


def test_every_mode_that_a_platform_offers_has_a_page_of_its_own_to_open() -> None:
    for one in listened_platforms():
        assert bool(one.own_pages) == (Mode.OWN in one.modes), one.code
        assert one.works is None or Mode.OWN in one.modes, one.code
        if Mode.AUTOMATIC in one.modes:
            assert one.search_page is not None and one.at_home(one.search_page("雪")), one.code
        if one.modes & RAISED - {Mode.ASSISTED}:
            assert one.at_home(one.login_page), one.code
        assert all(one.at_home(url) for url in one.own_pages), one.code
