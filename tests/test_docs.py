"""The documents say what is so: tables, commands, files, numbers, dependencies.

Tables between ``<!-- name -->`` and ``<!-- /name -->`` are made here from the code and the config;
``.venv/bin/python tests/test_docs.py`` writes them anew.
"""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from pkgutil import resolve_name

import click
import pytest

from config.loader import load
from domain.actions import RULES, SYSTEM_ACTIONS, Rule
from domain.plan import Plan
from domain.types import Role, State
from tingxue.cli import main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FLOORS = ("alerts", "config", "crawlers", "domain", "index", "ledger", "nlp", "tingxue")
FOLDERS = (*FLOORS, ".ci", "bench", "deploy", "docs", "tests")
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "repo1.maven" + ".org",
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)


# --- what is generated


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell or "–" for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _actions(_plan: Plan) -> str:
    head = ("action", "名称", "who", "from", "to", "needs", "clock")
    return _table(head, [_action(rule) for rule in RULES.values()])


def _action(rule: Rule) -> tuple[str, ...]:
    who = "、".join(role for role in Role if role in rule.who)
    return (
        rule.action,
        rule.name,
        who + ("（own）" if rule.own else ""),
        "、".join(state for state in State if state in rule.sources),
        rule.target or "",
        "、".join(f"`--{need}`" for need in rule.needs),
        rule.clock,
    )


def _system(_plan: Plan) -> str:
    return _table(("action", "名称"), list(SYSTEM_ACTIONS.items()))


def _platforms(plan: Plan) -> str:
    return " · ".join(f"{code} {name}" for code, name in plan.platform_names.items())


def _categories(plan: Plan) -> str:
    rows = [
        (c.code, c.name, c.lead, "、".join(c.supports), c.task) for c in plan.categories.values()
    ]
    return _table(("code", "name", "lead", "support", "task of the plan"), rows)


def _leads(plan: Plan) -> str:
    rows = [(c.name, c.lead, "、".join(c.supports)) for c in plan.categories.values()]
    return _table(("类别", "牵头", "配合"), rows)


GENERATED: dict[str, tuple[Path, Callable[[Plan], str]]] = {
    "actions": (ROOT / "docs" / "flow.md", _actions),
    "system": (ROOT / "docs" / "flow.md", _system),
    "platforms": (ROOT / "docs" / "flow.md", _platforms),
    "categories": (ROOT / "docs" / "flow.md", _categories),
    "leads": (ROOT / "README.zh-CN.md", _leads),
}


def _split(name: str) -> tuple[str, str, str]:
    """The page before the generated part, the part, and the page after it."""
    text = GENERATED[name][0].read_text("utf-8")
    before, begin, rest = text.partition(f"<!-- {name} -->\n")
    part, end, after = rest.partition(f"<!-- /{name} -->\n")
    assert begin and end, f"no place for {name}"
    return before, part.removesuffix("\n"), after


def rewrite() -> None:
    """Write every generated part into its page."""
    plan = load(environ={})
    for name, (page, make) in GENERATED.items():
        before, _, after = _split(name)
        text = f"{before}<!-- {name} -->\n{make(plan)}\n<!-- /{name} -->\n{after}"
        page.write_text(text, "utf-8")


@pytest.mark.parametrize("name", GENERATED)
def test_a_table_in_the_docs_is_the_code(name: str) -> None:
    assert _split(name)[1] == GENERATED[name][1](load(environ={}))


# --- what is named


def _spans(text: str) -> list[str]:
    """Code within lines; not the blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S))


def _shell_lines(text: str) -> list[str]:
    """Commands of the ``sh`` blocks, continued lines joined."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.M | re.S)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def _commands(line: str) -> Iterator[list[str]]:
    """The words after each ``tingxue``."""
    if not re.search(r"(?<![\w/.-])tingxue( |$)", line):
        return
    words = shlex.split(line, comments=True)
    for at, word in enumerate(words):
        if word == "tingxue":
            end = (n for n in range(at, len(words)) if words[n] in {"|", "&&", "||", ";", ">"})
            yield words[at + 1 : next(end, len(words))]


def _descend(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the words name, and the words that are left for it."""
    found: click.Command = main
    while isinstance(found, click.Group) and words and not words[0].startswith("-"):
        named = found.get_command(click.Context(found), words[0])
        assert named, f"tingxue has no command {words[0]!r}"
        found, words = named, words[1:]
    return found, words


def _check_named(words: list[str]) -> None:
    command, rest = _descend(words)
    known = {name for param in command.params for name in param.opts} | {"--help", "-h"}
    assert {word.split("=")[0] for word in rest if word.startswith("--")} <= known, words


def _check_complete(words: list[str]) -> None:
    """As the command line would take it: nothing missing, nothing unknown, choices that exist."""
    command, rest = _descend(words)
    if {"--help", "-h"} & set(rest):
        return
    context = click.Context(command, info_name=command.name)
    given, left, _ = command.make_parser(context).parse_args(list(rest))
    assert not left, words
    for param in command.params:
        value = given.get(param.name or "")
        absent = not isinstance(value, str | bool | list | tuple) or value == ()
        assert not (param.required and absent), f"{words}: {param.name} is missing"
        for one in value if isinstance(value, list) else [] if absent else [value]:
            if isinstance(param.type, click.Choice):
                param.type.convert(one, param, context)


@each_page
def test_commands_in_the_docs_are_commands(page: Path) -> None:
    text = page.read_text("utf-8")
    for span in _spans(text):
        for words in _commands(span):
            _check_named(words)
    for line in _shell_lines(text):
        for words in _commands(line):
            _check_complete(words)


def test_an_invented_command_or_option_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        _check_named(["case", "shred"])
    with pytest.raises(AssertionError):
        _check_named(["case", "ack", "--quietly"])
    with pytest.raises(AssertionError):
        _check_complete(["case", "ack", "LHS-20261123-0012", "--by", "值班员"])
    with pytest.raises(click.UsageError):
        _check_complete(["case", "list", "--status", "没有"])


@each_page
def test_words_of_run_in_the_docs_are_words_of_run(page: Path) -> None:
    labels = re.findall(r"^([a-z |]+)\)$", (ROOT / "run").read_text("utf-8"), re.M)
    known = {word for label in labels for word in label.split(" | ")}
    text = page.read_text("utf-8")
    assert set(re.findall(r"\./run ([a-z]+)", text)) <= known
    benches = set(re.findall(r"\./run bench ([a-z]+)", text))
    assert benches <= {path.stem for path in (ROOT / "bench").glob("*.py")}


def _is_path(span: str) -> bool:
    if not re.fullmatch(r"[\w./*-]+", span) or span.startswith(("/", "..", "TINGXUE_HOME")):
        return False
    first = span.split("/")[0]
    file = span.endswith((".py", ".md", ".yaml", ".toml", ".txt"))
    return file or ("/" in span and first in FOLDERS)


def _exists(span: str) -> bool:
    if "/" in span or (ROOT / span).exists():
        return any(ROOT.glob(span.rstrip("/")))
    return any(any((ROOT / folder).rglob(span)) for folder in FOLDERS)


@each_page
def test_files_named_in_the_docs_exist(page: Path) -> None:
    named = [span for span in _spans(page.read_text("utf-8")) if _is_path(span)]
    future = {
        "tests/test_alerts_channels_<name>.py", "crawlers/platforms/xueyou.py",
        "tests/data/platforms/xueyou/search.json", "tests/test_crawlers_xueyou.py",
    }  # fmt: skip
    assert [span for span in named if span not in future and not _exists(span)] == []


@each_page
def test_names_of_code_in_the_docs_exist(page: Path) -> None:
    dotted = re.compile(rf"({'|'.join(FLOORS)})(\.\w+)+")
    for span in _spans(page.read_text("utf-8")):
        if dotted.fullmatch(span) and not span.endswith((".db", ".jsonl", ".yaml", ".py")):
            resolve_name(span)


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if target.startswith("http"):
            continue
        path, _, anchor = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists(), target
        assert not anchor or anchor in _anchors(there), target


def test_numbers_in_the_docs_are_those_of_the_config() -> None:
    plan = load(environ={})
    counts = {
        r"(\d+) complaint categories": len(plan.categories),
        r"(\d+) 类投诉": len(plan.categories),
        r"(\d+) member departments": len(plan.departments),
        r"(\d+) 个成员单位": len(plan.departments),
    }
    text = "\n".join((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))
    for pattern, count in counts.items():
        said = set(re.findall(pattern, text))
        assert said == {str(count)}, pattern


# --- what is complete


def test_every_dependency_has_its_line_and_none_is_left_over() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    listed = project["dependencies"] + [
        one for name in ("bench", "dev", "train") for one in project["optional-dependencies"][name]
    ]
    text = (ROOT / "docs" / "dependencies.md").read_text("utf-8").split("## Looked at")[0]
    rows = re.findall(r"^\| ([\w-]+) \| [^|]+ \| [^|]+ \|$", text, re.M)
    assert sorted(set(rows) - {"package"}) == sorted(
        re.split(r"[<>=\[ ]", one)[0] for one in listed
    )


def test_every_decision_says_context_choice_and_price() -> None:
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        text = page.read_text("utf-8").lower()
        assert all(word in text for word in ("context", "choice", "price")), page.name


def test_every_decision_has_a_number_of_its_own() -> None:
    numbers = sorted(page.name[:4] for page in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == [f"{n:04d}" for n in range(1, len(numbers) + 1)]


def test_no_package_registry_is_named_in_a_tracked_file() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    for name in filter(None, listed):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".txt", ".cfg", ""} and path.is_file():
            text = path.read_text("utf-8", "replace")
            assert not any(host in text for host in HOSTS), name


if __name__ == "__main__":
    rewrite()
