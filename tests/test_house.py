"""The house rules that a program can check; the floors are import-linter's, the documents
``test_docs.py``'s.
"""

import ast
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tingxue.names import AUDITED

ROOT = Path(__file__).parents[1]
PACKAGES = ("domain", "config", "crawlers", "nlp", "ledger", "index", "alerts", "tingxue")
ROOMS = ("crawlers", "nlp", "ledger", "index", "alerts")
LONGEST_FUNCTION, LONGEST_FILE, LONGEST_TEST = 60, 500, 800
"""Lines. A hard look is due far earlier (40 and 300); these are where the look must end."""
MIGRATIONS = "ledger/migrations/versions/"
"""Written once, never mended: one function that makes all tables may be as long as they are."""


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git keeps or would keep."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def sources(*folders: str) -> list[Path]:
    """Python files of these top-level folders; of all without any."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    ]


def said(path: Path) -> str:
    """The path as a person would write it."""
    return str(path.relative_to(ROOT))


@cache
def tree(path: Path) -> ast.Module:
    """The parsed file; parsed once."""
    return ast.parse(path.read_text("utf-8"))


# --- names and layout -----------------------------------------------------------------------------


def test_no_other_distribution_ships_our_names() -> None:
    ours = set(PACKAGES)
    strangers = {
        f"{found.metadata['Name']}: {file}"
        for found in importlib.metadata.distributions()
        if found.metadata["Name"] != "tingxue"
        for file in found.files or ()
        if file.parts[0].removesuffix(".py") in ours
    }
    assert strangers == set()


@pytest.mark.parametrize("name", PACKAGES)
def test_our_names_import_from_this_folder(name: str) -> None:
    spec = importlib.util.find_spec(name)
    assert spec is not None and spec.origin is not None
    assert Path(spec.origin) == ROOT / name / "__init__.py"


def test_no_test_folder_hides_a_package() -> None:
    assert [said(path) for path in sources("tests") if path.name == "__init__.py"] == []


def test_the_wheel_holds_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    built = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert sorted(built) == sorted(PACKAGES)
    folders = {path.relative_to(ROOT).parts[0] for path in sources()} - {"tests", "bench"}
    assert folders == set(PACKAGES)


# --- size and style -------------------------------------------------------------------------------


def test_no_file_is_too_long() -> None:
    lengths = {said(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    limits = {name: LONGEST_TEST if name.startswith("tests/") else LONGEST_FILE for name in lengths}
    assert {name: n for name, n in lengths.items() if n > limits[name]} == {}


def test_no_function_is_too_long() -> None:
    lengths = dict(_functions())
    long = {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION}
    assert {name: n for name, n in long.items() if not name.startswith(MIGRATIONS)} == {}


def _functions() -> Iterator[tuple[str, int]]:
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{said(path)}:{node.lineno} {node.name}", lines


def test_what_goes_into_the_audit_has_a_name_in_chinese() -> None:
    written = {
        node.args[2].value
        for path in sources("tingxue")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("audit.write")
        and isinstance(node.args[2], ast.Constant)
    }
    assert len(written) > 10 and written - set(AUDITED) == set()


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        said(path)
        for path in sources(*PACKAGES, "bench", "tests")
        if tree(path).body and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_time_comes_from_a_clock_that_is_given() -> None:
    asked = [
        f"{said(path)}:{node.lineno}"
        for path in sources(*PACKAGES)
        if said(path) != "domain/times.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
        if isinstance(node.value, ast.Name) and node.value.id in ("datetime", "date")
    ]
    assert asked == []


def test_no_room_reads_the_config() -> None:
    reads = [
        f"{said(path)}:{node.lineno}"
        for path in sources(*ROOMS)
        for node in ast.walk(tree(path))
        for name in _imported(node)
        if name.split(".")[0] == "config"
    ]
    assert reads == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return []


def test_no_module_is_called_helper_or_the_like() -> None:
    vague = re.compile("manager|helper|utils?|base|common", re.IGNORECASE)
    assert [said(path) for path in sources() if vague.fullmatch(path.stem)] == []
    classes = [
        f"{said(path)} {node.name}"
        for path in sources(*PACKAGES)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and re.search("Manager|Helper|Util|Common", node.name)
    ]
    assert classes == []


def test_no_file_holds_a_path_of_one_machine() -> None:
    paths = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+|Users)/")
    held = [said(path) for path in tracked() if paths.search(_text(path))]
    assert held == []


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="ignore")


def test_the_run_script_is_plain_shell() -> None:
    run = ROOT / "run"
    assert run.stat().st_mode & 0o111
    assert run.read_text("utf-8").startswith("#!/bin/sh\n")
    checked = subprocess.run(["sh", "-n", run], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
