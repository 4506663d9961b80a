"""A Kibana on loopback that behaves as its documents say (shared reference elastic.md section 4).

It refuses a write without kbn-xsrf, without its key, and with any key of the body that the strict
schema does not know; it fills in defaults, so that what it gives back is not what was put. It draws
nothing: whether a real Kibana likes the boards, no test here can say.
"""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from loopback import Reply, Seen

SCHEMA = Path(__file__).parent / "data" / "kibana" / "dashboard.schema.json"
_MISSING = "Saved object [{}] not found"


@cache
def validator() -> Draft202012Validator:
    schema = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def refusals(body: Any) -> list[str]:
    """Where the body is not what the API takes."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(body)]


@dataclass
class StubKibana:
    """Answers for ``loopback.Loopback``."""

    key: str = "key"
    version: str = "9.5.0"
    has_boards: bool = True
    views: dict[str, Any] = field(default_factory=dict)
    boards: dict[str, Any] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == "/api/status":
            return _said(200, version={"number": self.version})
        if seen.headers.get("authorization") != f"ApiKey {self.key}":
            return _said(401, message="Unauthorized")
        if seen.method in ("POST", "PUT") and seen.headers.get("kbn-xsrf") is None:
            return _said(400, message="Request must contain a kbn-xsrf header.")
        path = seen.path.removeprefix("/s/office")
        if path.startswith("/api/data_views/data_view"):
            return self._data_view(seen, path.removeprefix("/api/data_views/data_view").strip("/"))
        if path.startswith("/api/dashboards/") and self.has_boards:
            return self._board(seen, path.removeprefix("/api/dashboards/"))
        return _said(404, message="Not Found")

    def _data_view(self, seen: Seen, view_id: str) -> Reply:
        if seen.method == "GET":
            found = self.views.get(view_id)
            if found is None:
                return _said(404, message=_MISSING.format(f"index-pattern/{view_id}"))
            return _said(200, data_view=found)
        body = json.loads(seen.body)
        made = body["data_view"]
        if made["id"] in self.views and not body.get("override"):
            return _said(400, message="Duplicate data view")
        self.writes.append(made["id"])
        self.views[made["id"]] = {**made, "version": "WzEsMV0=", "namespaces": ["default"]}
        return _said(200, data_view=self.views[made["id"]])

    def _board(self, seen: Seen, board_id: str) -> Reply:
        if seen.method == "GET":
            found = self.boards.get(board_id)
            if found is None:
                return _said(404, message=_MISSING.format(f"dashboard/{board_id}"))
            return _said(200, id=board_id, data=found, meta={"managed": False})
        body = json.loads(seen.body)
        if wrong := refusals(body):
            return _said(400, message=f"[request body]: {wrong[0]}")
        self.writes.append(board_id)
        self.boards[board_id] = {"description": "", "filters": [], **_with_defaults(body)}
        return _said(200, id=board_id, data=self.boards[board_id], meta={})


def _with_defaults(body: Any) -> Any:
    """As 9.5 gives it back: more than was put."""
    if isinstance(body, dict):
        made = {key: _with_defaults(value) for key, value in body.items()}
        if "config" in made and "grid" in made:
            made["config"].setdefault("description", "")
        if made.get("operation") == "count":
            made.setdefault("empty_as_null", True)
        return made
    return [_with_defaults(one) for one in body] if isinstance(body, list) else body


def _said(status: int, **fields: Any) -> Reply:
    return Reply(
        status=status,
        headers={"Content-Type": "application/json"},
        body=json.dumps(fields, ensure_ascii=False).encode(),
    )
