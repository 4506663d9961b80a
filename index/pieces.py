"""What a search server is to know beside the documents, piece by piece, as JSON.

The JSON stands in ``index/provisioning``; only the mappings come from ``index.mappings``. The
retention is a net under the ledger's own purge, which is exact to the day and knows of legal holds:
so it is longer than anything the ledger keeps, and there is none while something is held.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Literal

from index.mappings import KINDS, MENTIONS, template

Feature = Literal["core", "ilm", "slm", "security"]
Body = dict[str, Any]
FEATURES: Mapping[Feature, str] = {
    "core": "核心",
    "ilm": "索引生命周期（ILM）",
    "slm": "快照计划（SLM）",
    "security": "安全（角色、密钥）",
}
SLACK_DAYS = 62
"""A month's index is as old as its first day, and nobody is to be faster than the purge."""
_FOLDER = Path(__file__).with_name("provisioning")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the office has settled. days: how long the ledger may keep anything of a mention.
    held: something is under legal hold. snapshots: a folder below the server's ``path.repo``; ""
    for none."""

    prefix: str
    days: int
    held: bool = False
    snapshots: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One object on the server. inside: the way through the answer of GET to what ``body`` is to
    be compared with."""

    feature: Feature
    title: str
    path: str
    body: Body
    inside: tuple[str | int, ...]


def pieces(wanted: Wanted, *, ilm: bool) -> Iterator[Piece]:
    """In the order in which they need each other. ilm: whether templates may name the policy (a
    server without it refuses the setting)."""
    prefix = wanted.prefix
    yield _policy(wanted)
    for kind in KINDS:
        made = template(kind, prefix)
        if ilm and kind is MENTIONS:
            made["template"]["settings"] |= _filled("retention-settings", wanted)
        name = f"{prefix}{kind.name}"
        path = f"/_index_template/{name}"
        inside = ("index_templates", 0, "index_template")
        yield Piece(feature="core", title=f"模板 {name}", path=path, body=made, inside=inside)
    if wanted.snapshots:
        yield from _snapshots(wanted)
    for role in ("write", "read"):
        name = f"{prefix}{role}"
        yield Piece(feature="security", title=f"角色 {name}", path=f"/_security/role/{name}",
                    body=_filled(f"role-{role}", wanted), inside=(name,))  # fmt: skip


def _policy(wanted: Wanted) -> Piece:
    name = f"{wanted.prefix}mentions"
    body = _filled("retention-held" if wanted.held else "retention", wanted)
    return Piece(feature="ilm", title=f"保存期限 {name}", path=f"/_ilm/policy/{name}", body=body,
                 inside=(name,))  # fmt: skip


def _snapshots(wanted: Wanted) -> Iterator[Piece]:
    name = f"{wanted.prefix}snapshots"
    yield Piece(feature="core", title=f"快照仓库 {name}", path=f"/_snapshot/{name}",
                body=_filled("repository", wanted), inside=(name,))  # fmt: skip
    name = f"{wanted.prefix}nightly"
    yield Piece(feature="slm", title=f"每夜快照 {name}", path=f"/_slm/policy/{name}",
                body=_filled("nightly", wanted), inside=(name, "policy"))  # fmt: skip


def key(role: Literal["write", "read"], wanted: Wanted) -> Body:
    """The request for an API key of that role."""
    return _filled(f"key-{role}", wanted)


def _filled(name: str, wanted: Wanted) -> Body:
    days = wanted.days + SLACK_DAYS
    values = {"prefix": wanted.prefix, "location": wanted.snapshots, "days": str(days)}
    return dict(_with(json.loads(_text(name)), values))


@cache
def _text(name: str) -> str:
    return (_FOLDER / f"{name}.json").read_text("utf-8")


def _with(value: Any, values: Mapping[str, str]) -> Any:
    """The placeholders filled in the parsed JSON: no value can break out of its string."""
    if isinstance(value, str):
        return Template(value).substitute(values)
    if isinstance(value, list):
        return [_with(one, values) for one in value]
    if isinstance(value, dict):
        return {name: _with(one, values) for name, one in value.items()}
    return value
