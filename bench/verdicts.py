"""How good the verdicts are, on the labelled texts written for this project, beside SnowNLP.

The rules were developed on mentions_dev and the seed files P, Q and R, whose figures are therefore
"seen"; the texts of the other writers were never read for the rules ("unseen"), though their totals
were looked at a few times on the way. Texts without context count as said on the resort's own
channel, as LABELS.md counts them. Run: python -m bench.verdicts (from the project's folder).
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from config.loader import load
from domain.ports import Analyser
from domain.types import Context, Kind, Mention, Urgency, Verdict
from nlp.analyser import build
from nlp.sentiment import by_number, snownlp

DATA = Path(__file__).parents[2] / "shared" / "data"
SEEN = ("P", "Q", "R")
_HOT = {Urgency.RED, Urgency.ORANGE}
_NOW = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts over one set of texts; ``add`` takes one labelled text."""

    texts: int = 0
    right_tags: int = 0
    wrong_tags: int = 0
    missed_tags: int = 0
    complaints: int = 0
    caught: int = 0
    alarms: int = 0
    relevance: int = 0
    places: int = 0
    polarity: int = 0
    hot: int = 0
    hot_caught: int = 0
    hot_alarms: int = 0
    stances: int = 0
    stance: int = 0
    snow_caught: int = 0
    snow_alarms: int = 0
    snow_polarity: int = 0
    per_category: dict[str, list[int]] = field(default_factory=dict)

    def add(self, row: dict[str, object], verdict: Verdict, snow: float) -> None:
        self.texts += 1
        self._tags(set(_strings(row["categories"])), verdict, snow < 0)
        self.relevance += row["relevant"] == verdict.relevant
        self.places += set(_strings(row["places"])) == set(verdict.places)
        self.polarity += row["sentiment"] == verdict.polarity
        self.snow_polarity += row["sentiment"] == by_number(snow)
        self._urgency(row["urgency"] in {one.value for one in _HOT}, verdict.urgency in _HOT)
        if "frame" in row:
            self.stances += 1
            self.stance += row["frame"] == verdict.stance

    def _tags(self, gold: set[str], verdict: Verdict, snow: bool) -> None:
        found = {tag.category for tag in verdict.complaints}
        self.right_tags += len(gold & found)
        self.wrong_tags += len(found - gold)
        self.missed_tags += len(gold - found)
        for code in gold | found:
            counts = self.per_category.setdefault(code, [0, 0])
            counts[0] += code in gold and code in found
            counts[1] += (code in gold) != (code in found)
        if gold:
            self.complaints += 1
            self.caught += bool(found)
            self.snow_caught += snow
        else:
            self.alarms += bool(found)
            self.snow_alarms += snow

    def _urgency(self, gold: bool, found: bool) -> None:
        self.hot += gold
        self.hot_caught += gold and found
        self.hot_alarms += found and not gold


def figures() -> Iterator[dict[str, object]]:
    """{bench, name, value, unit, baseline, ratio, conditions} a figure; none, and a loud line on
    stderr, when ../shared/data is not there. The baseline is SnowNLP's number alone: complaint =
    below 0.5 of its scale, polarity by 0.2 and 0.8. ``ratio`` is value / baseline."""
    if not DATA.exists():
        print(f"bench verdicts: SKIPPED, no labelled texts at {DATA}", file=sys.stderr)
        return
    analyser = build(load(environ={}))
    tallies = {name: _tally(path, analyser) for name, path in _files()}
    for name, tally in tallies.items():
        condition = "seen" if name == "dev" or name in SEEN else "unseen"
        yield from _figures(name, tally, f"{condition}, {tally.texts} texts, one writer")
    unseen = [tally for name, tally in tallies.items() if name not in (*SEEN, "dev")]
    yield from _figures("unseen", _sum(unseen), f"unseen, {len(unseen)} writers together")
    yield from _per_category(_sum(unseen))


def _files() -> Iterator[tuple[str, Path]]:
    yield "dev", DATA / "mentions_dev.jsonl"
    for path in sorted((DATA / "seeds").glob("?.jsonl")):
        yield path.stem, path


def _tally(path: Path, analyser: Analyser) -> Tally:
    tally = Tally()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        tally.add(row, analyser.analyse(_mention(row), _NOW), snownlp(row["text"]))
    return tally


def _mention(row: dict[str, str]) -> Mention:
    kind = Kind.CALL if row["platform"] == "hotline" else Kind.COMMENT
    return Mention(
        mention_id=row["id"], platform=row["platform"], native_id=row["id"], kind=kind, title="",
        text=row["text"], url="", parent_id=None, author_ref=None, published_at=None,
        first_seen_at=_NOW, due_at=None, ip_region="", queries=(), source="bench",
        context=Context(own_channel=True), drill=False,
    )  # fmt: skip


def _figures(name: str, t: Tally, conditions: str) -> Iterator[dict[str, object]]:
    harmless = t.texts - t.complaints
    shares: list[tuple[str, float, float | None]] = [
        ("category micro-F1", _f1(t.right_tags, t.wrong_tags + t.missed_tags), None),
        ("complaint recall", t.caught / t.complaints, t.snow_caught / t.complaints),
        ("false alarms", t.alarms / harmless, t.snow_alarms / harmless),
        ("relevance", t.relevance / t.texts, None),
        ("places", t.places / t.texts, None),
        ("polarity", t.polarity / t.texts, t.snow_polarity / t.texts),
        ("red/orange recall", t.hot_caught / t.hot, None),
        ("red/orange false", t.hot_alarms / (t.texts - t.hot), None),
    ]
    if t.stances:
        shares.append(("stance", t.stance / t.stances, None))
    for figure, value, baseline in shares:
        yield _row(f"{name}: {figure}", value, baseline, conditions)


def _per_category(t: Tally) -> Iterator[dict[str, object]]:
    for code, (right, wrong) in sorted(t.per_category.items()):
        yield _row(f"unseen: F1 {code}", _f1(right, wrong), None, "unseen, all writers together")


def _row(name: str, value: float, baseline: float | None, conditions: str) -> dict[str, object]:
    return {
        "bench": "verdicts",
        "name": name,
        "value": round(value, 3),
        "unit": "share",
        "baseline": None if baseline is None else round(baseline, 3),
        "ratio": round(value / baseline, 2) if baseline else None,
        "conditions": conditions,
    }


def _sum(tallies: list[Tally]) -> Tally:
    total = Tally()
    for name in Tally.__slots__:
        if name != "per_category":
            setattr(total, name, sum(getattr(tally, name) for tally in tallies))
    for tally in tallies:
        for code, (right, wrong) in tally.per_category.items():
            counts = total.per_category.setdefault(code, [0, 0])
            counts[0] += right
            counts[1] += wrong
    return total


def _f1(right: int, wrong: int) -> float:
    return 2 * right / (2 * right + wrong) if right else 0.0


def _strings(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(one) for one in value]


def main() -> None:
    """Prints the figures as a table, SnowNLP beside the verdicts."""
    print(f"{'figure':40} {'verdict':>8} {'SnowNLP':>8}  conditions")
    for one in figures():
        baseline = "" if one["baseline"] is None else f"{one['baseline']:.3f}"
        print(f"{one['name']:40} {one['value']:>8.3f} {baseline:>8}  {one['conditions']}")


if __name__ == "__main__":
    main()
