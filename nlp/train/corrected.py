"""A person's correction as a labelled text, from a ledger or from the file an office exported.

One line of JSON a text, in the words of the labelled files beside (``data/*.jsonl``). Evidence,
places and stance are unknown; attitude and urgency are those that the verdict of then had.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

Row = dict[str, object]
NEEDED = frozenset(("id", "platform", "text", "categories", "sentiment", "urgency"))
_NEWEST = (
    "SELECT mention_id, platform, text, complaint, categories, said FROM corrections"
    " WHERE correction_id IN (SELECT max(correction_id) FROM corrections GROUP BY mention_id)"
    " ORDER BY correction_id"
)


def row(
    mention_id: str, platform: str, text: str, *, categories: Sequence[str], polarity: str,
    urgency: str,
) -> Row:  # fmt: skip
    """The labelled text. ``categories``: () for what is no complaint."""
    if not categories:
        urgency = "none"
    elif urgency == "none":
        urgency = "blue"
    return {
        "id": mention_id, "platform": platform, "text": text, "evidence": {}, "places": [],
        "relevant": True, "sentiment": polarity, "categories": list(categories),
        "urgency": urgency,
    }  # fmt: skip


def rows(path: Path) -> Iterator[Row]:
    """What an office corrected: ``path`` is its TINGXUE_HOME, or a file of ``tingxue quality
    export``. Raises ValueError, with the line, for a file that is none."""
    yield from _of_file(path) if path.is_file() else _of_home(path)


def _of_home(home: Path) -> Iterator[Row]:
    """The newest one of each text."""
    address = f"{(home.absolute() / 'ledger.db').as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as db:
        found = db.execute(_NEWEST).fetchall()
    for mention_id, platform, text, complaint, categories, said in found:
        then = json.loads(said)
        yield row(
            mention_id, platform, text, categories=json.loads(categories) if complaint else [],
            polarity=then["polarity"], urgency=then["urgency"],
        )  # fmt: skip


def _of_file(path: Path) -> Iterator[Row]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            found = json.loads(line)
        except json.JSONDecodeError as error:
            raise ValueError(f"{path.name} line {number} is no JSON: {error.msg}") from None
        if not isinstance(found, dict) or NEEDED - found.keys():
            raise ValueError(f"{path.name} line {number} is no text of `tingxue quality export`")
        yield found
