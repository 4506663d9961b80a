"""The handbook says what is on the screen: its 「words」 are words of the desk and the messages,
its limits those of the config, and its pictures are there, small, and all used."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from domain.plan import Limit, Plan

ROOT = Path(__file__).parents[1]
HANDBOOK = ROOT / "docs" / "值守手册.md"
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES, MOST_BYTES_IN_ALL = 80_000, 1_000_000
SAID_BY = ("tingxue/desk", "alerts", "domain", "tingxue/drill")
MODULES = ("tingxue/names.py", "tingxue/watchdog.py", "tingxue/cli_watchdog.py",
           "tingxue/reports/edition.py", "tingxue/reports/excel.py")  # fmt: skip


def _quoted(text: str) -> list[str]:
    return re.findall(r"「([^「」\n]+)」", text)


@cache
def _on_screen() -> str:
    """Everything that templates, code and config can show; comments and docstrings not."""
    templates = (ROOT / "tingxue" / "desk" / "templates").glob("*.html")
    shown = [re.sub(r"\{#.*?#\}", "", page.read_text("utf-8"), flags=re.S) for page in templates]
    modules = [path for folder in SAID_BY for path in (ROOT / folder).rglob("*.py")]
    for path in [*modules, *(ROOT / name for name in MODULES)]:
        shown += _literals(ast.parse(path.read_text("utf-8")))
    shown += [path.read_text("utf-8") for path in (ROOT / "tingxue/desk/static").glob("*.js")]
    shown += [path.read_text("utf-8") for path in (ROOT / "tingxue/drill/data").glob("*.yaml")]
    return "\n".join(shown)


def _literals(tree: ast.AST) -> list[str]:
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    found = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and id(n) not in prose)
    return [n.value for n in found if isinstance(n.value, str)]


def _absent(quoted: str) -> list[str]:
    """The parts, between ``…``, that nothing shows; a level's colour stands apart in the code."""
    parts = [part.strip() for part in quoted.split("…")]
    return [part for part in parts if part and part not in _on_screen()]


def test_every_word_that_the_handbook_quotes_is_on_the_screen() -> None:
    quoted = _quoted(HANDBOOK.read_text("utf-8"))
    assert len(quoted) > 150
    assert {one: _absent(one) for one in quoted if _absent(one)} == {}


@pytest.mark.parametrize("word", ["一键撤销", "确认签收", "以 … 的名义答复"])
def test_an_invented_word_would_be_noticed(word: str) -> None:
    assert _absent(word)


def test_every_action_that_a_page_offers_is_in_the_handbook() -> None:
    from domain.actions import RULES

    text = HANDBOOK.read_text("utf-8")
    assert [rule.name for rule in RULES.values() if f"「{rule.name}」" not in text] == []


def _span(limit: "Limit") -> str:
    hours, minutes = divmod(limit.minutes, 60)
    return f"{limit.minutes} 分钟" if minutes or not hours else f"{hours} 小时"


def test_the_limits_of_the_handbook_are_those_that_ship(plan: "Plan") -> None:
    rows = HANDBOOK.read_text("utf-8").splitlines()
    for level, rule in plan.levels.rules.items():
        [row] = [line for line in rows if re.match(rf"\| . {level}色 \|", line)]
        [_, sign, reply, _] = row.strip("| ").split(" | ")
        assert sign == _span(rule.ack) + ("，只算上班时间" if rule.ack.working else "")
        assert reply == _span(rule.reply)


def test_every_picture_is_shown_described_and_small() -> None:
    shown = re.findall(r"!\[([^\]]+)\]\(pictures/([^)]+)\)", HANDBOOK.read_text("utf-8"))
    kept = {path.name: path.read_bytes() for path in PICTURES.iterdir()}
    assert sorted(name for _, name in shown) == sorted(kept)
    assert all(len(words) > 10 for words, _ in shown)
    palette = {name for name, png in kept.items() if png[:4] == b"\x89PNG" and png[25] == 3}
    assert palette == set(kept)
    sizes = [len(png) for png in kept.values()]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) <= MOST_BYTES_IN_ALL


def test_the_handbook_can_be_read_in_a_night() -> None:
    assert len(HANDBOOK.read_text("utf-8").splitlines()) <= 250
