"""The figures of a finished edition as a file: every one with its ids, to be compared with later.

JSON under gzip; each id stands there once. Codes, names and ids only, no word of anybody.
"""

import gzip
import json
from datetime import datetime
from itertools import chain
from typing import Any

from tingxue.counting import Period
from tingxue.reports.figure import Figure, Figures
from tingxue.reports.revision import CHANGED

_FORMAT = 1


def kept_bytes(figures: Figures) -> bytes:
    """The file. The same figures give the same bytes."""
    printed = [f for f in figures.by_key.values() if f.key.split(".")[0] != CHANGED]
    ids = dict.fromkeys(chain.from_iterable(f.ids for f in printed))
    numbers = {one: number for number, one in enumerate(ids)}
    rows = [
        [
            f.key, f.name, f.value, f.unit, f.how, f.at_least, f.parts, f.pair,
            [*map(numbers.__getitem__, f.ids)],
        ]
        for f in printed
    ]  # fmt: skip
    content = {
        "format": _FORMAT, "as_of": figures.as_of.isoformat(), "figures": rows, "ids": [*numbers],
    }  # fmt: skip
    packed = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(packed, 6, mtime=0)


def kept_figures(data: bytes, period: Period) -> Figures:
    """The figures of the period from such a file, whose hash was looked at before. Raises
    ValueError for another format."""
    content = json.loads(gzip.decompress(data))
    if content["format"] != _FORMAT:
        raise ValueError(f"kept figures of format {content['format']!r}")
    ids = content["ids"]
    made = {row[0]: _figure(row, ids) for row in content["figures"]}
    return Figures(period=period, as_of=datetime.fromisoformat(content["as_of"]), by_key=made)


def _figure(row: list[Any], ids: list[str]) -> Figure:
    key, name, value, unit, how, at_least, parts, pair, numbers = row
    return Figure(
        key=key, name=name, value=value, unit=unit, how=how, at_least=at_least,
        parts=tuple(parts), pair=tuple(pair) if pair else None,
        ids=tuple(ids[number] for number in numbers),
    )  # fmt: skip
