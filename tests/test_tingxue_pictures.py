"""Screenshots: kept and deleted like originals, shown through the door of the originals alone."""

import json
import os
import zipfile
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from world import World

from domain.errors import NotPermitted
from domain.plan import Plan
from domain.types import Actor, Role
from tingxue import evidence, pictures, schedule

CLERK = Actor(name="甲", role=Role.PUBLICITY)
JPEG = b"\xff\xd8 a picture \xff\xd9"
DAYS = 86400


def keep(world: World, *mention_ids: str, jpeg: bytes = JPEG) -> pictures.Kept:
    pictures.keep(
        world.app, "douyin", jpeg, url="https://www.douyin.com/search/x",
        taken_at=world.clock(), mention_ids=mention_ids,
    )  # fmt: skip
    return pictures.of(world.app.home, mention_ids)[-1]


def lying(world: World) -> set[str]:
    return {path.suffix for path in world.app.home.pictures.glob("*")}


def test_nobody_takes_one_unless_config_says_so(plan: Plan) -> None:
    assert plan.screenshots is False


def test_one_is_for_its_owner_only_and_found_by_what_it_shows(world: World) -> None:
    first, second = (world.said(n) for n in (1, 2))
    kept = keep(world, first, second)
    assert (kept.jpeg.read_bytes(), kept.sha256) == (JPEG, sha256(JPEG).hexdigest())
    folder = world.app.home.pictures
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert pictures.of(world.app.home, [second]) == [kept]
    assert pictures.of(world.app.home, ["0" * 24]) == []


def test_it_goes_with_the_originals_but_not_what_is_held(world: World) -> None:
    gone, held = world.said(1), world.say(2, ["taxi_refusal"])
    with world.app.ledger.write() as books:
        books.purge.hold(held, held=True)
        (member,) = books.cases.get(held).mention_ids
    keep(world, gone)
    stays = keep(world, member, jpeg=JPEG + b"2")
    world.clock.move(179 * DAYS)
    assert schedule.purge(world.app)["pictures"] == 0
    world.clock.move(2 * DAYS)
    assert schedule.purge(world.app)["pictures"] == 1
    assert pictures.of(world.app.home, [gone, member]) == [stays]


def test_half_a_picture_that_a_crash_left_goes_too(world: World) -> None:
    kept = keep(world, world.said(1))
    kept.jpeg.with_suffix(".json").unlink()
    old = (world.clock() - timedelta(days=200)).timestamp()
    os.utime(kept.jpeg, (old, old))
    schedule.purge(world.app)
    assert lying(world) == set()


def test_only_a_pack_that_is_made_for_a_reason_shows_it(world: World, tmp_path: Path) -> None:
    case_id = world.say(1, ["taxi_refusal"])
    (member,) = world.case(case_id).mention_ids
    kept = keep(world, member)
    keep(world, world.said(2), jpeg=JPEG + b"another's")
    plain = unpacked(evidence.pack(world.app, case_id, tmp_path / "plain", CLERK))
    assert not [name for name in plain if "picture" in name]
    stranger = Actor(name="乙", role=Role.HANDLER, department="供水公司")
    with pytest.raises(NotPermitted):
        evidence.pack(world.app, case_id, tmp_path, stranger, "看看")
    full = unpacked(evidence.pack(world.app, case_id, tmp_path / "full", CLERK, "复核"))
    name = f"pictures/{kept.jpeg.name}"
    assert full[name] == JPEG and sum(one.startswith("pictures/") for one in full) == 1
    (said,) = json.loads(full["pictures.json"])
    assert (said["file"], said["sha256_when_taken"]) == (name, sha256(JPEG).hexdigest())
    assert f'href="{name}"' in full["index.html"].decode()
    assert f"{sha256(JPEG).hexdigest()}  {name}" in full["SHA256SUMS"].decode()
    with world.app.ledger.read() as books:
        assert books.audit.lines()[-1]["subject"] == f"{case_id} 含原文、截图 1 张"


def unpacked(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}
