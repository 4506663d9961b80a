"""``./run bench [NAME…] [--json]``: runs the benches and prints their figures.

A bench is a file here with ``figures() -> Iterator[dict]``; each dict has bench, name, value, unit,
baseline, ratio and conditions, the ratio being against a baseline measured in the same run.
"""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

FOLDER = Path(__file__).parent
COLUMNS = ("bench", "name", "value", "unit", "baseline", "ratio", "conditions")


def names() -> list[str]:
    """All benches."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def figures(name: str) -> Iterator[dict[str, object]]:
    """The figures of one bench, as it measures them."""
    spec = importlib.util.spec_from_file_location(f"bench_{name}", FOLDER / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield from module.figures()


def main(words: list[str]) -> int:
    """Exit code 2 for an unknown bench."""
    as_json = "--json" in words
    chosen = [word for word in words if not word.startswith("-")] or names()
    unknown = sorted(set(chosen) - set(names()))
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    table = Table(*COLUMNS)
    for name in chosen:
        for figure in _measured(name):
            if as_json:
                print(json.dumps(figure, ensure_ascii=False), flush=True)
            else:
                table.add_row(*(_shown(figure.get(column)) for column in COLUMNS))
    if not as_json:
        Console(width=None if sys.stdout.isatty() else 160).print(table)
    return 0


def _measured(name: str) -> Iterator[dict[str, object]]:
    """The figures; none, and a line that says so, where the extra ``train`` is missing."""
    try:
        yield from figures(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"sklearn", "scipy"}:
            raise
        print(f"bench {name}: SKIPPED, it needs: pip install -e '.[train]'", file=sys.stderr)


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
