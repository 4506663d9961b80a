"""Documents of one kind on an Elasticsearch server: written once, forgotten, rebuilt without a gap.

A kind's indices have a generation in their names (``mentions-2026.11.01-000002``); the alias
(``mentions``), which people and Kibana read, shows one generation at a time. A rebuild fills the
next one beside it, and one request makes it the one that is shown.

Who may write is settled by one small document a kind (``index.elasticstate``): a writer that finds
it changed after its writing has perhaps written into an index that a rebuild took away, and writes
again; while somebody rebuilds, writers are told to come later. A write goes through an alias of
that one index and asks that it exists, so no index ever comes into being without its mapping.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from elasticsearch import BadRequestError, Elasticsearch

from domain.errors import SearchUnavailable
from domain.search import Rebuilt, Refused
from domain.times import Clock, shanghai
from index.elasticbulk import Operation, as_json, delete, put, send
from index.elasticerrors import BLOCK, BUSY, REBUILD, answered, explained
from index.elasticstate import Standing, State
from index.mappings import Kind, body

LEASE = timedelta(minutes=2)
"""How long a rebuild that says nothing is taken for alive; it speaks with every batch."""
_BATCH = 1000
_LOOKED_UP = 1000
_TURNS = 3
_LATER = frozenset({401, 403, 429, 502, 503, 504})
_REASON = 300


class Row(NamedTuple):
    """One document: its id, its content as JSON, and the month it is filed under (None: not by
    months)."""

    doc_id: str
    source: bytes
    month: datetime | None = None

    @classmethod
    def of(cls, doc_id: str, source: dict[str, Any], month: datetime | None = None) -> "Row":
        """As bytes at once, while all of it is at hand: to come back to a batch of objects is
        dear."""
        return cls(doc_id, as_json(source), month)


@dataclass(frozen=True, slots=True)
class Store:
    """All kinds on one server, under one ``prefix``. Safe to use from several threads."""

    client: Elasticsearch
    prefix: str
    clock: Clock
    _known: dict[str, Standing] = field(default_factory=dict)
    _made: set[str] = field(default_factory=set)

    def alias(self, kind: Kind) -> str:
        """What is read."""
        return f"{self.prefix}{kind.name}"

    def present(self, kind: Kind) -> bool:
        """Whether there is anything to read."""
        with explained():
            return bool(self.client.indices.exists_alias(name=self.alias(kind)))

    def refresh(self, kind: Kind) -> None:
        """Have searches see all that was written."""
        with explained():
            self.client.indices.refresh(index=self.alias(kind))

    # --- writing

    def make(self, kind: Kind) -> None:
        """There is something to read, if empty."""

        def act(standing: Standing) -> tuple[Refused, ...] | None:
            if not self.present(kind):
                self._make(kind, self._now(kind, standing.generation), standing)
            return ()

        self._undisturbed(kind, act)

    def write(self, kind: Kind, rows: Callable[[], Iterable[Row]]) -> tuple[Refused, ...]:
        """Add or replace; the refused ones. rows: of as many documents, made while others are on
        their way, and anew when somebody rebuilt meanwhile."""
        return self._undisturbed(kind, lambda standing: self._put(kind, standing, rows()))

    def remove(self, kind: Kind, doc_ids: Sequence[str]) -> None:
        """Forget these, in whichever month they are."""

        def act(_standing: Standing) -> tuple[Refused, ...] | None:
            for where in self._where(kind, doc_ids):
                self._send(where, kind, to_alias=False)
            return ()

        if self.present(kind):
            self._undisturbed(kind, act)

    def _where(self, kind: Kind, doc_ids: Sequence[str]) -> Iterator[list[Operation]]:
        self.refresh(kind)
        for start in range(0, len(doc_ids), _LOOKED_UP):
            part = list(doc_ids[start : start + _LOOKED_UP])
            found = self.client.search(
                index=self.alias(kind), query={"ids": {"values": part}}, size=2 * _LOOKED_UP,
                source=False,
            )  # fmt: skip
            yield [delete(hit["_index"], hit["_id"]) for hit in found["hits"]["hits"]]

    def _undisturbed(
        self, kind: Kind, act: Callable[[Standing], tuple[Refused, ...] | None]
    ) -> tuple[Refused, ...]:
        """``act`` again until nobody rebuilt while it was done. None from it: an index it wrote
        into is gone."""
        with explained():
            for _ in range(_TURNS):
                before = self._known.get(kind.name) or self._settled(kind)
                done = act(before)
                after = self._state.read(kind.name)
                if after == before:
                    if done is None:
                        raise SearchUnavailable(f"检索库少了一部分；{REBUILD}")
                    self._known[kind.name] = before
                    return done
                self._known.pop(kind.name, None)
        raise SearchUnavailable("检索库正在重建；请稍后再试")

    def _put(
        self, kind: Kind, standing: Standing, rows: Iterable[Row]
    ) -> tuple[Refused, ...] | None:
        def made(name: str) -> None:
            if not self._make(kind, name, standing):
                raise _Disturbed

        with suppress(_Disturbed):
            return self._send(self._puts(kind, rows, standing.generation, made), kind)
        return None

    def _puts(
        self, kind: Kind, rows: Iterable[Row], generation: int, make: Callable[[str], None]
    ) -> Iterator[Operation]:
        """Each row into the index of its month, which ``make`` makes when it is not there."""
        for row in rows:
            name = self._index(kind, row.month, generation)
            if name not in self._made:
                make(name)
            yield put(_write(name), row.doc_id, row.source)

    def _send(
        self, operations: Iterable[Operation], kind: Kind, *, to_alias: bool = True
    ) -> tuple[Refused, ...] | None:
        """The refused ones; None when an index is gone. Raises SearchUnavailable when the server
        would take them later."""
        refused: list[Refused] = []
        gone = False
        for one in send(self.client, operations, to_alias=to_alias):
            if one.deletes and one.status == 404:
                continue
            kind_of = one.error.get("type", "") if isinstance(one.error, dict) else str(one.error)
            if kind_of == BLOCK or one.status in _LATER:
                raise SearchUnavailable(answered(one.status, kind_of))
            if kind_of == "index_not_found_exception":
                gone = True
                continue
            refused.append(Refused(kind=kind.name, doc_id=one.doc_id, reason=_said(one.error)))
        if gone:
            self._made.clear()
        return None if gone else tuple(refused)

    # --- indices

    def _index(self, kind: Kind, month: datetime | None, generation: int) -> str:
        return f"{self.alias(kind)}-{_month(month)}{generation:06d}"

    def _now(self, kind: Kind, generation: int) -> str:
        """Where a document of today would go."""
        return self._index(kind, self.clock() if kind.monthly else None, generation)

    def _make(self, kind: Kind, name: str, standing: Standing) -> bool:
        """The index of that name is there and shown; False when somebody rebuilt meanwhile."""
        if not self.client.indices.exists_alias(name=_write(name)):
            now = self._state.read(kind.name)
            if now != standing:
                return False
            self._create(kind, name, shown=True)
            now = self._state.read(kind.name)
            if now != standing:  # or it would be read beside the new ones
                self.client.options(ignore_status=404).indices.delete(index=name)
                return False
        self._made.add(name)
        return True

    def _create(self, kind: Kind, name: str, *, shown: bool) -> None:
        made = body(kind)
        aliases: dict[str, Any] = {_write(name): {}}
        settings = made["settings"]
        if shown:
            aliases[self.alias(kind)] = {}
        else:
            settings = {**settings, "refresh_interval": "-1"}
        try:
            self.client.indices.create(
                index=name, settings=settings, mappings=made["mappings"], aliases=aliases
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise

    def generations(self, kind: Kind) -> dict[str, bool]:
        """Every index of the kind, and whether it is shown."""
        found = self.client.indices.get_alias(index=f"{self.alias(kind)}-*")
        return {name: self.alias(kind) in said["aliases"] for name, said in found.items()}

    def _shown(self, kind: Kind) -> int:
        """The generation that is read; of an index that is lost, one that nothing is left of."""
        found = self.generations(kind)
        shown = [_generation(name) for name, is_shown in found.items() if is_shown]
        return max(shown) if shown else max(map(_generation, found), default=0) + 1

    # --- who may write

    @property
    def _state(self) -> State:
        return State(self.client, f"{self.prefix}state")

    def _settled(self, kind: Kind) -> Standing:
        """The state when nobody rebuilds. Raises SearchUnavailable while somebody does."""
        for _ in range(_TURNS):
            now = self._state.read(kind.name)
            if now is not None and now.until is None:
                return now
            if now is not None and now.until is not None and now.until > self.clock():
                raise SearchUnavailable("检索库正在重建；请稍后再试")
            shown = self._shown(kind)
            if now is not None:  # a rebuild that died: what it has not shown goes
                self._drop_others(kind, shown)
            with suppress(SearchUnavailable):  # another was faster: read what it said
                return self._state.say(
                    kind.name, replace(now, generation=shown) if now else shown, None
                )
        raise SearchUnavailable(BUSY)

    # --- rebuilding

    def rebuild(self, kind: Kind, rows: Iterator[Row]) -> Rebuilt:
        """Replace everything; see domain.ports.SearchIndex."""
        with self._alone(kind) as hold:
            target = hold.standing.generation + 1
            self._drop_others(kind, hold.standing.generation)
            count, refused = 0, list[Refused]()
            while batch := list(islice(rows, _BATCH)):
                with explained():
                    refused += self._fill(kind, target, batch)
                    hold.renew(self)
                count += len(batch)
            with explained():
                if not count:
                    self._create(kind, self._now(kind, target), shown=False)
                self._show(kind, target, hold)
        return Rebuilt(count=count - len(refused), refused=tuple(refused))

    def _fill(self, kind: Kind, target: int, rows: Sequence[Row]) -> tuple[Refused, ...]:
        def make(name: str) -> None:
            self._create(kind, name, shown=False)
            self._made.add(name)

        done = self._send(self._puts(kind, rows, target, make), kind)
        if done is None:
            raise SearchUnavailable("重建中的检索库被删掉了；请再运行一次 tingxue index rebuild")
        return done

    def _show(self, kind: Kind, target: int, hold: "_Hold") -> None:
        new = f"{self.alias(kind)}-*{target:06d}"
        usual = body(kind)["settings"]["refresh_interval"]
        self.client.indices.put_settings(index=new, settings={"refresh_interval": usual})
        self.client.indices.refresh(index=new)
        hold.renew(self, now=True)
        old = [name for name in self.generations(kind) if _generation(name) != target]
        actions: list[dict[str, Any]] = [{"add": {"index": new, "alias": self.alias(kind)}}]
        actions += [{"remove_index": {"index": name}} for name in old]
        self.client.indices.update_aliases(actions=actions)
        self._made.difference_update(old)
        hold.standing = replace(hold.standing, generation=target)

    @contextmanager
    def _alone(self, kind: Kind) -> Iterator["_Hold"]:
        with explained():
            self._known.pop(kind.name, None)
            self._made.clear()  # of a lost index the names come again
            hold = _Hold(
                kind, self._state.say(kind.name, self._settled(kind), self.clock() + LEASE)
            )
        try:
            yield hold
        except BaseException:
            with suppress(SearchUnavailable), explained():  # else the next one clears up
                self._drop_others(kind, hold.standing.generation)
                self._state.say(kind.name, hold.standing, None)
            raise
        with explained():
            self._known[kind.name] = self._state.say(kind.name, hold.standing, None)

    def _drop_others(self, kind: Kind, generation: int) -> None:
        """What a rebuild left that never was shown."""
        found = self.generations(kind).items()
        gone = [name for name, shown in found if _generation(name) != generation and not shown]
        for name in gone:
            self.client.options(ignore_status=404).indices.delete(index=name)
        self._made.difference_update(gone)


@dataclass(slots=True)
class _Hold:
    """One's own rebuild, under way."""

    kind: Kind
    standing: Standing

    def renew(self, store: Store, *, now: bool = False) -> None:
        """Say that we are alive. Raises SearchUnavailable when another has taken over."""
        until = self.standing.until
        if now or until is None or until - store.clock() < LEASE * 3 / 4:
            self.standing = store._state.say(self.kind.name, self.standing, store.clock() + LEASE)


class _Disturbed(Exception):
    """Somebody began a rebuild meanwhile."""


def _write(index: str) -> str:
    return f"{index}-write"


def _month(at: datetime | None) -> str:
    if at is None:
        return ""
    here = shanghai(at)
    return f"{here.year}.{here.month:02}.01-"


def _generation(index: str) -> int:
    found = re.search(r"-(\d{6})$", index)
    return int(found[1]) if found else 0


def _said(error: Any) -> str:
    """Type and reason, without the preview of the value that the server may add."""
    if not isinstance(error, dict):
        return str(error)[:_REASON]
    cause = error.get("caused_by") or {}
    parts = (error.get("type"), error.get("reason"), cause.get("reason"))
    plain = "：".join(str(part) for part in parts if part)
    return re.sub(r"Preview of field's value: '.*?'", "", plain, flags=re.S)[:_REASON]
