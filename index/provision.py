"""Tells a search server what it must know beside the documents, and says what it has otherwise.

First the server is asked what it can (a core without x-pack has no policies and no roles); what it
lacks is named, never skipped in silence. Twice is once, and nothing is deleted. Policies, snapshot
plans, roles and keys have never been applied to a full Elasticsearch: only their JSON is checked,
and the way they are put and compared, against a stub.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from elasticsearch import ApiError, Elasticsearch

from domain.errors import SearchUnavailable
from index.differing import differences
from index.elasticerrors import explained
from index.mappings import KINDS, body
from index.pieces import Feature, Piece, Wanted, key, pieces

OLDEST = 9
State = Literal["same", "missing", "differs", "unsupported"]
_PROBES: Mapping[Feature, str] = {
    "ilm": "/_ilm/status", "slm": "/_slm/status", "security": "/_security/_authenticate",
}  # fmt: skip
_JSON = {"accept": "application/json", "content-type": "application/json"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A piece, and how the server has it. paths: where it differs."""

    piece: Piece
    state: State
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One kind's indices as they are. current: whether all have the mapping of this program.
    blocked: the server has made one read-only (its disk is full)."""

    alias: str
    indices: tuple[str, ...]
    documents: int
    current: bool
    blocked: bool


@dataclass(frozen=True, slots=True)
class Server:
    """One server under one prefix. Every method raises SearchUnavailable."""

    client: Elasticsearch = field(repr=False)
    wanted: Wanted

    def version(self) -> str:
        """Its number; refuses one older than the client can talk to."""
        with explained():
            number = str(self.client.info()["version"]["number"])
        if int(number.split(".")[0]) < OLDEST:
            raise SearchUnavailable(f"检索服务器是 Elasticsearch {number}，要 9 或更新；请先升级")
        return number

    def features(self) -> frozenset[Feature]:
        """What it can."""
        return frozenset[Feature](["core", *(f for f, at in _PROBES.items() if self._has(at))])

    def _has(self, path: str) -> bool:
        try:
            self.client.perform_request("GET", path, headers=_JSON)
        except ApiError as error:
            if error.status_code in (400, 404, 405) and _no_handler(error):
                return False
            with explained():
                raise
        return True

    def look(self) -> list[Found]:
        """Every piece as it is there."""
        can = self.features()
        return [self._find(piece, can) for piece in pieces(self.wanted, ilm="ilm" in can)]

    def _find(self, piece: Piece, can: frozenset[Feature]) -> Found:
        if piece.feature not in can:
            return Found(piece=piece, state="unsupported")
        with explained():
            answer = self.client.options(ignore_status=404).perform_request(
                "GET", piece.path, headers=_JSON
            )
        theirs: Any = None if answer.meta.status == 404 else answer.body
        for step in piece.inside:
            theirs = _step(theirs, step)
        if theirs is None:
            return Found(piece=piece, state="missing")
        paths = tuple(differences(_normal(piece.body), _normal(theirs)))
        return Found(piece=piece, state="differs" if paths else "same", paths=paths)

    def apply(self, found: Sequence[Found]) -> int:
        """Put what is missing or differs; how many."""
        wanted = [one.piece for one in found if one.state in ("missing", "differs")]
        for piece in wanted:
            with explained():
                self.client.perform_request("PUT", piece.path, headers=_JSON, body=piece.body)
        return len(wanted)

    def new_key(self, role: Literal["write", "read"]) -> str | None:
        """The secret of a new API key; None when there is one of that name in force. It is shown
        this once."""
        request = key(role, self.wanted)
        with explained():
            there = self.client.security.get_api_key(name=request["name"], active_only=True)
            if there["api_keys"]:
                return None
            return str(self.client.security.create_api_key(**request)["encoded"])

    def shown(self) -> list[Shown]:
        """The indices of every kind, as people read them."""
        with explained():
            return [self._shown(f"{self.wanted.prefix}{kind.name}", body(kind)) for kind in KINDS]

    def _shown(self, alias: str, ours: Mapping[str, Any]) -> Shown:
        there = self.client.options(ignore_status=404).indices.get(index=alias)
        found: Mapping[str, Any] = {} if there.meta.status == 404 else there.body
        count = self.client.count(index=alias)["count"] if found else 0
        wanted = ours["mappings"]["_meta"]["hash"]
        hashes = {one["mappings"].get("_meta", {}).get("hash") for one in found.values()}
        blocks = [one["settings"]["index"].get("blocks", {}) for one in found.values()]
        return Shown(
            alias=alias, indices=tuple(sorted(found)), documents=count, current=hashes <= {wanted},
            blocked=any(one.get("read_only_allow_delete") == "true" for one in blocks),
        )  # fmt: skip


def _no_handler(error: ApiError) -> bool:
    return "no handler found" in str(error.body) or error.status_code == 405


def _step(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and len(value) > step else None
    return value.get(step) if isinstance(value, Mapping) else None


def _normal(value: Any) -> Any:
    """Index settings as one flat table of texts, which is how a server may give them back."""
    if not isinstance(value, Mapping):
        return value
    made = {name: _normal(one) for name, one in value.items()}
    if "index_patterns" in value and isinstance(value.get("template"), Mapping):
        settings = value["template"].get("settings", {})
        made["template"] = {**made["template"], "settings": _flat(settings)}
    return made


def _flat(settings: Mapping[str, Any], at: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, one in settings.items():
        path = f"{at}.{name}" if at else name
        if isinstance(one, Mapping):
            made |= _flat(one, path)
            continue
        full = path if path.startswith("index.") else f"index.{path}"
        made[full] = str(one).lower() if isinstance(one, bool) else _text(one)
    return made


def _text(one: Any) -> Any:
    return [str(part) for part in one] if isinstance(one, list) else str(one)
