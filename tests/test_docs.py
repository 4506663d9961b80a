"""The documents say what is so: actions, files, commands, dependencies."""

import re
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from domain.actions import RULES
from tingxue.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "repo1.maven" + ".org",
)


def actions_table() -> str:
    """The table of actions as docs/flow.md shows it."""
    lines = ["| action | 名称 | who | from | to | clock |", "|---|---|---|---|---|---|"]
    for rule in RULES.values():
        who = "、".join(sorted(map(str, rule.who))) + (" (own department)" if rule.own else "")
        sources = "、".join(sorted(map(str, rule.sources))) or "the case"
        lines.append(
            f"| {rule.action} | {rule.name} | {who} | {sources} | {rule.target or '–'} "
            f"| {rule.clock or '–'} |"
        )
    return "\n".join(lines)


def test_the_table_of_actions_in_the_docs_is_the_code() -> None:
    text = (ROOT / "docs" / "flow.md").read_text("utf-8")
    shown = text.split("<!-- actions -->")[1].split("<!-- /actions -->")[0].strip()
    assert shown == actions_table()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def _command(words: list[str]) -> bool:
    found: click.Command = main
    for word in words:
        if not isinstance(found, click.Group):
            return True
        if word not in found.commands:
            return False
        found = found.commands[word]
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_named_in_the_docs_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    for line in re.findall(r"(?:`|exec )tingxue ([a-z][a-z -]*)", text):
        words = [word for word in line.split() if not word.startswith("-")]
        assert _command(words[:2]), f"tingxue {line}"


def test_every_dependency_has_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = project["dependencies"] + project["optional-dependencies"]["dev"]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8")
    names = [re.split(r"[<>=\[ ]", one)[0] for one in listed]
    assert [name for name in names if name not in text] == []


def test_every_decision_says_context_choice_and_price() -> None:
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        text = page.read_text("utf-8").lower()
        assert all(word in text for word in ("context", "choice", "price")), page.name


def test_no_package_registry_is_named_in_a_tracked_file() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".cfg", ""} and path.is_file():
            text = path.read_text("utf-8", "replace")
            assert not any(host in text for host in HOSTS), name
