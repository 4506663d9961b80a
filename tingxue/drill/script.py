"""A drill's script: what is said when, and what the people on duty are expected to do about it.

One YAML file in ``data/`` is one script:

    name, about   in Chinese; minutes: how long it plays
    goals         minutes from the moment a step falls due: ``reply_minutes`` (a lead's first
                  answer; the real limits are longer than a drill), ``review_minutes`` (待研判),
                  ``verify_minutes`` (核实 a red or orange that the program read),
                  ``transfer_minutes`` (宣传部 decides after 不属本部门), ``refute_minutes``
                  (a rumour is answered)
    mentions      each with ``at`` (minutes after the start), ``ref`` (d and a number of its own),
                  ``platform``, ``text``; ``kind`` post (of the hotline: call), ``under`` (the ref
                  of the post), ``title``, ``author`` (invented), ``due`` (minutes, worksheets),
                  counts; ``rumor: true``. ``again``: the counts of an earlier one, seen anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from domain.errors import InputError
from domain.types import Kind
from tingxue.demo.week import Count, Line

_DATA = files("tingxue.drill") / "data"
_SAID_BEFORE = 1
"""Minutes between saying and being heard."""
_COUNTS = ("likes", "comments", "shares", "views")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """Minutes; None: no such step is looked for."""

    reply_minutes: int
    review_minutes: int
    verify_minutes: int
    transfer_minutes: int
    refute_minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What arrives at one minute: new mentions, and earlier ones with new counts."""

    at: int
    lines: tuple[Line, ...]

    @property
    def file(self) -> str:
        """The name of the file that brings it."""
        return f"drill_{self.at:03d}.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One drill. rumors: refs of the mentions that are rumours."""

    name: str
    about: str
    minutes: int
    goals: Goals
    beats: tuple[Beat, ...]
    rumors: frozenset[str]

    def line(self, ref: str) -> Line:
        """The mention of that ref. Raises KeyError."""
        for beat in self.beats:
            for line in beat.lines:
                if line.ref == ref:
                    return line
        raise KeyError(ref)


@cache
def scripts() -> Mapping[str, Script]:
    """Every script by its name."""
    found = [_script(path) for path in _DATA.iterdir() if path.name.endswith(".yaml")]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def named(name: str) -> Script:
    """The script of that name. Raises InputError."""
    known = scripts()
    if name not in known:
        raise InputError(f"没有“{name}”这个演练脚本；现有：{'、'.join(known)}")
    return known[name]


def _script(path: Traversable) -> Script:
    read: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    rows: list[dict[str, Any]] = read["mentions"]
    said = {row["ref"]: row for row in rows if "ref" in row}
    at: dict[int, list[Line]] = {}
    for row in rows:
        at.setdefault(row["at"], []).append(_line(said[row.get("again") or row["ref"]], row))
    return Script(
        name=read["name"], about=read["about"], minutes=read["minutes"],
        goals=Goals(**read["goals"]),
        beats=tuple(Beat(at=minute, lines=tuple(lines)) for minute, lines in sorted(at.items())),
        rumors=frozenset(row["ref"] for row in rows if row.get("rumor")),
    )  # fmt: skip


def _line(said: Mapping[str, Any], shown: Mapping[str, Any]) -> Line:
    """The mention as it was said, with the counts of the moment in which it is shown."""
    call = said["platform"] == "hotline"
    file = Beat(at=shown["at"], lines=()).file
    count = Count(
        seen=shown["at"], file=file, likes=shown.get("likes"), comments=shown.get("comments"),
        shares=shown.get("shares"), views=shown.get("views"),
    )  # fmt: skip
    return Line(
        ref=said["ref"], seen=said["at"], published=said["at"] - _SAID_BEFORE,
        platform=said["platform"], kind=Kind(said.get("kind", "call" if call else "post")),
        title=said.get("title", ""), text=said["text"], parent=said.get("under"),
        author=said.get("author"), own_channel=False, query="", file=file,
        counts=(count,) if any(name in shown for name in _COUNTS) else (),
        due=said["at"] + said["due"] if "due" in said else None, story=None,
    )  # fmt: skip
