"""The plan and the mentions that the tests of nlp/ share: the shipped plan, invented mentions."""

import functools
import json
from datetime import UTC, datetime
from pathlib import Path

from config.loader import load
from domain.plan import Plan
from domain.ports import Analyser
from domain.types import Context, Kind, Mention
from nlp.analyser import build

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
CASES = Path(__file__).parent / "data" / "nlp" / "cases.jsonl"


@functools.cache
def plan() -> Plan:
    """The shipped plan: places and look-alikes are what the rules were written for."""
    return load(environ={})


@functools.cache
def analyser() -> Analyser:
    return build(plan())


def mention(
    text: str,
    *,
    title: str = "",
    platform: str = "douyin",
    kind: Kind = Kind.COMMENT,
    context: Context = Context(own_channel=True),  # noqa: B008  frozen
) -> Mention:
    return Mention(
        mention_id="m" * 24, platform=platform, native_id="1", kind=kind, title=title, text=text,
        url="", parent_id=None, author_ref=None, published_at=None, first_seen_at=NOW, due_at=None,
        ip_region="", queries=(), source="test", context=context, drill=False,
    )  # fmt: skip


def cases(*groups: str) -> list[dict[str, object]]:
    rows = [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["group"] in groups]
