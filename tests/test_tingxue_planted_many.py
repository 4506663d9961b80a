"""5,000 texts, each with an identifier planted in it: none in a paper, a pack, the list of backups,
the log or the figures. ``test_tingxue_planted.py`` goes through every format with fewer."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import planted
import pytest
from click.testing import CliRunner
from secretsearch import Secrets, content
from world import MONDAY, World, opened_world

from domain.plan import Plan
from domain.times import shanghai_day
from domain.types import Actor, Role
from tingxue import (
    backing,
    casepapers,
    door,
    evidence,
    importing,
    logfile,
    metrics,
    pipeline,
    reporting,
)
from tingxue.cli import main

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
MANY, SEED = 5_000, 20261128
COMPLAINTS = 8
"""One text in so many is a complaint: these go on into cases, and their words onto papers."""
CASES = 2
KINDS = ("taxi_refusal", "price_gouging", "safety_hazard", "visitor_service", "parking")
PLACES = ("天定山滑雪场", "冰雪新天地", "龙嘉机场")
CLERK = Actor(name="值班员", role=Role.PUBLICITY, department="宣传部")


@dataclass(frozen=True)
class Left:
    """What went in, and what came out of it: name -> bytes."""

    secrets: frozenset[str]
    originals: bytes
    out: dict[str, bytes]


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, plan: Plan) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("many")
    sentences = planted.planted(MANY, SEED)
    with _logged(folder / "log" / "tingxue.log"), opened_world(folder, plan) as world:
        assert importing.import_file(world.app, _file(folder, world, sentences)).taken == MANY
        pipeline.analyse(world.app)
        pipeline.triage(world.app)
        world.clock.now += timedelta(days=7)
        pipeline.chase(world.app)
        cases = world.cases()[:CASES]
        assert len(cases) == CASES
        _papers(world, cases)
        for case_id in cases:
            evidence.pack(world.app, case_id, folder / "packs", CLERK)
        opened = [o for case_id in cases for o in door.originals(world.app, case_id, CLERK, "核实")]
        backing.create(world.app, folder / "backups", None, CLERK)
        listed = CliRunner().invoke(main, ["backup", "list", str(folder / "backups")])
        assert listed.exit_code == 0 and "未加密" in listed.output
        out = {"figures": metrics.text(world.app).encode(), "backup list": listed.output.encode()}
        reports = world.app.home.reports
    for path in (*reports.rglob("*"), *(folder / "packs").iterdir(), *(folder / "log").iterdir()):
        if path.is_file():
            out[path.name] = path.name.encode() + b"\n" + content(path)
    words = "\n".join(f"{one.title}\n{one.text}" for one in opened).encode()
    yield Left(frozenset(one.value for one in sentences), words, out)


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """All that ``tingxue -v --log-file`` writes."""
    handler, root = logfile.rotating(path), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        handler.close()


def _file(folder: Path, world: World, sentences: list[planted.Planted]) -> Path:
    """The texts as a file of the plain format, and what the analyser will say of each."""
    rows = []
    for number, one in enumerate(sentences):
        complaint = [KINDS[number // COMPLAINTS % len(KINDS)]] if number % COMPLAINTS == 0 else []
        name = str(900_000_000 + number)
        world.analyser.said[name] = {
            "categories": complaint, "places": (PLACES[number % len(PLACES)],),
            "urgency": "yellow" if complaint else "none",
        }  # fmt: skip
        rows.append({
            "platform": "ctrip", "kind": "review", "id": name, "title": one.text[:30],
            "text": f"第{number}条：{one.text}", "author": one.value,
            "parent_text": one.text, "likes": number, "published_at": "2026-11-23 09:30:00",
        })  # fmt: skip
    path = folder / "many.jsonl"
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    return path


def _papers(world: World, cases: list[str]) -> None:
    reporting.make(world.app, "day", shanghai_day(MONDAY))
    reporting.make(world.app, "week", shanghai_day(MONDAY))
    for case_id in cases:
        casepapers.special(world.app, case_id)
        casepapers.assign(world.app, case_id)
        casepapers.urge(world.app, case_id)
    casepapers.arrears(world.app)


def test_the_originals_of_the_cases_hold_identifiers(left: Left) -> None:
    """Or the other test could not fail."""
    assert len(Secrets(left.secrets).found(left.originals)) > CASES


def test_no_paper_pack_list_of_backups_log_or_figure_holds_one(left: Left) -> None:
    kinds = {name.rpartition(".")[2] for name in left.out}
    assert {"docx", "xlsx", "zip", "log", "figures", "backup list"} <= kinds
    assert len(left.out) >= 6 * CASES and left.out["figures"] and left.out["tingxue.log"]
    search = Secrets(left.secrets)
    held = {name: sorted(search.found(data))[:5] for name, data in left.out.items()}
    assert {name: found for name, found in held.items() if found} == {}
