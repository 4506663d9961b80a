"""Who may write a kind of documents on the server: one small document a kind, as a sequence lock.

It says which generation is shown and, while somebody rebuilds, until when that is taken for alive
(docs/decisions/0016). It changes only where nobody else has changed it since it was read.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from elasticsearch import BadRequestError, ConflictError, Elasticsearch

from domain.errors import SearchUnavailable

_BODY: dict[str, Any] = {
    "settings": {"number_of_shards": 1, "number_of_replicas": 0},
    "mappings": {
        "dynamic": "strict",
        "properties": {
            "generation": {"type": "integer"},
            "holder": {"type": "keyword"},
            "until": {"type": "date"},
        },
    },
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a kind, as it was read. until: of a rebuild; None when nobody rebuilds."""

    generation: int
    seq: tuple[int, int]
    until: datetime | None


@dataclass(frozen=True, slots=True)
class State:
    """The states of all kinds, in the index ``name``. Raises the client's errors."""

    client: Elasticsearch
    name: str

    def read(self, kind: str) -> Standing | None:
        """None when nothing was said yet."""
        found = self.client.options(ignore_status=404).get(index=self.name, id=kind)
        if not found.get("found"):
            return None
        source, until = found["_source"], found["_source"]["until"]
        return Standing(
            source["generation"], (found["_seq_no"], found["_primary_term"]),
            datetime.fromisoformat(until) if until else None,
        )  # fmt: skip

    def say(self, kind: str, now: Standing | int, until: datetime | None) -> Standing:
        """Write it, if it is still as it was read (an int: if there is none). Raises
        SearchUnavailable if it is not."""
        generation = now if isinstance(now, int) else now.generation
        holder = uuid4().hex if until else ""
        source = {"generation": generation, "holder": holder,
                  "until": until.isoformat() if until else None}  # fmt: skip
        try:
            if isinstance(now, int):
                self._make()
                done = self.client.create(index=self.name, id=kind, document=source)
            else:
                done = self.client.index(
                    index=self.name, id=kind, document=source,
                    if_seq_no=now.seq[0], if_primary_term=now.seq[1],
                )  # fmt: skip
        except ConflictError as error:
            raise SearchUnavailable("另一个程序刚动过检索库；请稍后再试") from error
        return Standing(generation, (done["_seq_no"], done["_primary_term"]), until)

    def _make(self) -> None:
        try:
            self.client.indices.create(index=self.name, **_BODY)
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
