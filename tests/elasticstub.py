"""A full Elasticsearch on loopback, as far as provisioning asks one: what our test node has not.

It behaves as the documents say: refuses a wrong key, an unknown key of a body (the strict schema),
and gives objects back with defaults that nobody put. That a real one agrees, no test here can say.
"""

import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from loopback import Reply, Seen

SCHEMA = Path(__file__).parent / "data" / "provisioning.schema.json"
_OBJECTS = {
    "/_ilm/policy/": "ilm", "/_index_template/": "template", "/_snapshot/": "snapshot",
    "/_slm/policy/": "slm", "/_security/role/": "role",
}  # fmt: skip


@cache
def _schema() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(SCHEMA.read_text("utf-8"))
    Draft202012Validator.check_schema(made)
    return made


def refusals(kind: str, body: Any) -> list[str]:
    """Where the body is not what the server takes for an object of that kind."""
    validator = Draft202012Validator({**_schema(), "$ref": f"#/$defs/{kind}"})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)]


@dataclass
class StubElastic:
    """Answers for ``loopback.Loopback``. full: the disk is, and nothing may be written."""

    key: str = "key"
    version: str = "9.5.0"
    full: bool = False
    objects: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)

    def __call__(self, seen: Seen) -> Reply:
        if seen.headers.get("authorization") != f"ApiKey {self.key}":
            return _refused(401, "security_exception", "unable to authenticate")
        if seen.path == "/":
            return _said(200, {"version": {"number": self.version}})
        if seen.path in ("/_ilm/status", "/_slm/status", "/_security/_authenticate"):
            return _said(200, {"operation_mode": "RUNNING"})
        if seen.path == "/_security/api_key":
            return self._keys(seen)
        for path, kind in _OBJECTS.items():
            if seen.path.startswith(path):
                return self._object(seen, kind, seen.path.removeprefix(path))
        return _refused(404, "index_not_found_exception", "no such index")

    def _keys(self, seen: Seen) -> Reply:
        if seen.method == "GET":
            named = [one for one in self.keys if one["name"] == seen.query.get("name")]
            return _said(200, {"api_keys": named})
        body = json.loads(seen.body)
        if wrong := refusals("api_key", body):
            return _refused(400, "x_content_parse_exception", wrong[0])
        self.keys.append(body)
        return _said(200, {"id": "1", "name": body["name"], "encoded": "c2VjcmV0"})

    def _object(self, seen: Seen, kind: str, name: str) -> Reply:
        if seen.method == "GET":
            found = self.objects.get(seen.path)
            return _said(200, _given_back(kind, name, found)) if found else _said(404, {})
        body = json.loads(seen.body)
        if self.full:
            return _refused(429, "cluster_block_exception", "index [x] blocked by: flood-stage")
        if wrong := refusals(kind, body):
            return _refused(400, "x_content_parse_exception", wrong[0])
        self.puts.append(seen.path)
        self.objects[seen.path] = body
        return _said(200, {"acknowledged": True})


def _given_back(kind: str, name: str, body: Any) -> Any:
    copy = json.loads(json.dumps(body))
    if kind == "ilm":
        if "delete" in copy["policy"]["phases"]:
            gone = copy["policy"]["phases"]["delete"]["actions"]["delete"]
            gone["delete_searchable_snapshot"] = True
        return {name: {"version": 1, "modified_date": "2026-11-23T00:00:00.000Z", **copy}}
    if kind == "template":
        settings = {re.sub(r"^index\.", "", k): v for k, v in copy["template"]["settings"].items()}
        copy["template"]["settings"] = {"index": settings}
        return {"index_templates": [{"name": name, "index_template": copy}]}
    if kind == "slm":
        return {name: {"version": 1, "policy": copy, "next_execution_millis": 0}}
    if kind == "role":
        copy["indices"][0]["allow_restricted_indices"] = False
        return {name: {**copy, "applications": [], "run_as": []}}
    return {name: copy}


def _said(status: int, body: Any) -> Reply:
    headers = {"Content-Type": "application/json", "X-Elastic-Product": "Elasticsearch"}
    return Reply(status=status, headers=headers, body=json.dumps(body).encode())


def _refused(status: int, kind: str, reason: str) -> Reply:
    return _said(status, {"error": {"type": kind, "reason": reason}, "status": status})
