"""The labelled texts in nlp/train/data, one file a writer, and what the rules say of each.

They were written for this project (nlp/models/CARD.md); all invented, no real person or event.
Texts count as said on the resort's own channel, as LABELS.md counts those without a place.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from domain.plan import Plan
from domain.types import Context, Kind, Mention
from nlp.analyser import Prepared, prepare
from nlp.learned import OTHER_HEADS, POLARITIES, STANCES, URGENCIES
from nlp.places import gazetteer
from nlp.train import corrected

Array = npt.NDArray[np.float32]
RULES_SEEN = ("dev", "P", "Q", "R")
"""Writers whose texts were read while the rules were written: rules look better on them."""
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One labelled text. ``evidence``: category -> [start, end) in the text; empty where the file
    has none."""

    writer: str
    platform: str
    prepared: Prepared
    relevant: bool
    polarity: str
    stance: str
    categories: frozenset[str]
    evidence: dict[str, tuple[int, int]]
    places: frozenset[str]
    urgency: str

    @property
    def hot(self) -> bool:
        return self.urgency in {"red", "orange"}


def writers() -> list[str]:
    """Names of all files, the demo set first."""
    names = sorted(name.removesuffix(".jsonl") for name in _files())
    return ["dev", *(name for name in names if name != "dev")]


def examples(plan: Plan, only: str | None = None) -> list[Example]:
    """All labelled texts, writer after writer; or one writer's."""
    places = gazetteer(plan)
    found = []
    for writer in writers() if only is None else [only]:
        for line in _files()[f"{writer}.jsonl"].decode("utf-8").splitlines():
            row = json.loads(line)
            mention = as_mention(row)
            found.append(_example(writer, row, prepare(mention, places)))
    return found


def corrections(plan: Plan, path: Path) -> list[Example]:
    """What people of an office corrected, as texts of the writer "corrections": from its home, or
    from the file it exported. Raises ValueError for a file that is none."""
    places = gazetteer(plan)
    return [
        _example("corrections", row, prepare(as_mention(row), places))
        for row in corrected.rows(path)
    ]


def as_mention(row: Mapping[str, object]) -> Mention:
    """The labelled text as a mention, said on the resort's own channel."""
    kind = Kind.CALL if row["platform"] == "hotline" else Kind.COMMENT
    return Mention(
        mention_id=str(row["id"]), platform=str(row["platform"]), native_id=str(row["id"]),
        kind=kind, title="", text=str(row["text"]), url="", parent_id=None, author_ref=None,
        published_at=None,
        first_seen_at=NOW, due_at=None, ip_region="", queries=(), source="train",
        context=Context(own_channel=True), drill=False,
    )  # fmt: skip


def hashes() -> dict[str, str]:
    """File -> sha256, for the model card."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(_files().items())}


def targets(rows: Sequence[Example], categories: Sequence[str]) -> Array:
    """Texts by (categories + OTHER_HEADS), 0 or 1; an unknown stance is its mean share."""
    stances = [[one.stance == name for name in STANCES] for one in rows]
    known = np.array([bool(one.stance) for one in rows])
    filled = np.array(stances, dtype=np.float32)
    filled[~known] = filled[known].mean(axis=0)
    columns = [
        [[code in one.categories for code in categories] for one in rows],
        [[bool(one.categories)] for one in rows],
        [[one.polarity == name for name in POLARITIES] for one in rows],
        filled,
        [[one.hot] for one in rows],
        [[one.urgency == name for name in URGENCIES] for one in rows],
    ]
    stacked = np.concatenate([np.array(part, dtype=np.float32) for part in columns], axis=1)
    assert stacked.shape[1] == len(categories) + len(OTHER_HEADS)  # noqa: S101
    return stacked


def clause_targets(rows: Sequence[Example], categories: Sequence[str]) -> tuple[Array, Array]:
    """Clauses of all texts by categories: 1 where a clause shares half of itself or three
    characters with the evidence; and a weight, 0 for clauses whose evidence is unknown."""
    labels, weights = [], []
    for one in rows:
        parts = one.prepared.inputs.parts
        unknown = bool(one.categories) and not one.evidence and len(parts) > 1
        for part in parts:
            start, end = part.start, part.end
            if end > start:
                start, end = one.prepared.normal.span(start, end)
            labels.append([_carries(one, code, start, end) for code in categories])
            weights.append(0.0 if unknown else 1.0)
    return np.array(labels, dtype=np.float32), np.array(weights, dtype=np.float32)


def _carries(one: Example, code: str, start: int, end: int) -> bool:
    if code not in one.categories:
        return False
    if code not in one.evidence:
        return not one.evidence
    first, last = one.evidence[code]
    return min(end, last) - max(start, first) >= min(3, (end - start) / 2)


def _example(writer: str, row: dict[str, object], prepared: Prepared) -> Example:
    text = str(row["text"])
    quoted = row.get("evidence") or {}
    assert isinstance(quoted, dict)  # noqa: S101
    spans = {code: (text.index(part), text.index(part) + len(part))
             for code, part in quoted.items()}  # fmt: skip
    return Example(
        writer=writer,
        platform=str(row["platform"]),
        prepared=prepared,
        relevant=bool(row["relevant"]),
        polarity=str(row["sentiment"]),
        stance=str(row.get("frame", "")),
        categories=frozenset(map(str, row["categories"])),  # type: ignore[call-overload]
        evidence=spans,
        places=frozenset(map(str, row["places"])),  # type: ignore[call-overload]
        urgency=str(row["urgency"]),
    )


def _files() -> dict[str, bytes]:
    folder = resources.files("nlp").joinpath("train", "data")
    return {path.name: path.read_bytes() for path in folder.iterdir()
            if path.name.endswith(".jsonl")}  # fmt: skip
