"""The same post as an export would hand it over: what is heard must be the same post."""

import json
from pathlib import Path

from contracts.listened_contract import KEY, NOW, OURS

from crawlers.imports import open_import
from domain.types import Incoming


def exported(
    folder: Path, platform: str, kind: str, generation: str = "new", **cells: str
) -> Incoming:
    """The one mention of a MediaCrawler export of that table, with these cells in its row."""
    rows = OURS.parent / "imports" / "mediacrawler.jsonl"
    row = next(
        one["row"] for one in map(json.loads, rows.read_text("utf-8").splitlines())
        if (one["platform"], one["kind"], one["generation"]) == (platform, kind, generation)
    )  # fmt: skip
    file = folder / "export.jsonl"
    file.write_text(json.dumps(row | cells, ensure_ascii=False) + "\n", "utf-8")
    (found,) = open_import(file, pseudonym=KEY.pseudonym, now=NOW).rows
    assert isinstance(found, Incoming), found
    return found
