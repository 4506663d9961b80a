"""Many documents to the server in one request, and what it says of those that it did not take.

In place of the client's ``helpers.streaming_bulk``: documents come as bytes, the server leaves out
of its answer what went well, and it works on two requests while the next is made.
"""

import json
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

from elasticsearch import ApiError, Elasticsearch

_BYTES = 2**18
"""After which a request goes off: some 250 short documents."""
_AT_ONCE = 2
_BUSY = frozenset({429, 502, 503, 504})
_WAITS = (0.2, 0.4)
"""Seconds before what a busy server turned away is given again."""
_SAID = ("items.*.status", "items.*.error")

_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


class Operation(NamedTuple):
    """One line or two of the request: what to do, and the document."""

    doc_id: str
    lines: bytes


class Untaken(NamedTuple):
    """An operation that the server did not do. error: its object or text; None where a document to
    delete was not there."""

    doc_id: str
    deletes: bool
    status: int
    error: Any


def as_json(made: dict[str, Any]) -> bytes:
    """On one line, as the client writes it."""
    return _JSON.encode(made).encode("utf-8", "surrogatepass")


def put(index: str, doc_id: str, source: bytes) -> Operation:
    """Add or replace. source: JSON on one line."""
    head = as_json({"index": {"_index": index, "_id": doc_id}})
    return Operation(doc_id, b"%b\n%b" % (head, source))


def delete(index: str, doc_id: str) -> Operation:
    """Forget."""
    return Operation(doc_id, as_json({"delete": {"_index": index, "_id": doc_id}}))


def send(
    client: Elasticsearch, operations: Iterable[Operation], *, to_alias: bool
) -> list[Untaken]:
    """Do all; what was not done, also after a busy server was asked three times. While the server
    works on a request or two, the next is made: take ``operations`` from an iterator that makes
    them. No two may be of one document, for which is done last is not settled. to_alias: the
    indices named are aliases, and are not made when they are missing. Raises ApiError and
    TransportError for a request that failed as a whole, after those under way."""
    untaken = list[Untaken]()
    with ThreadPoolExecutor(_AT_ONCE) as senders:
        under_way = deque[Future[list[Untaken]]]()
        for part in _parts(operations):
            if len(under_way) == _AT_ONCE:
                untaken += under_way.popleft().result()
            under_way.append(senders.submit(_persistently, client, part, to_alias=to_alias))
        for one in under_way:
            untaken += one.result()
    return untaken


def _parts(operations: Iterable[Operation]) -> Iterator[list[Operation]]:
    part: list[Operation] = []
    size = 0
    for one in operations:
        part.append(one)
        size += len(one.lines)
        if size >= _BYTES:
            yield part
            part, size = [], 0
    if part:
        yield part


def _persistently(client: Elasticsearch, part: list[Operation], *, to_alias: bool) -> list[Untaken]:
    done = list[Untaken]()
    for wait in _WAITS:
        try:
            untaken = list(_once(client, part, to_alias=to_alias))
        except ApiError as error:
            if error.status_code not in _BUSY:
                raise
        else:
            later = {number for number, one in untaken if one.status in _BUSY}
            done += [one for number, one in untaken if number not in later]
            if not later:
                return done
            part = [part[number] for number in sorted(later)]
        time.sleep(wait)
    return [*done, *(one for _, one in _once(client, part, to_alias=to_alias))]


def _once(
    client: Elasticsearch, part: list[Operation], *, to_alias: bool
) -> Iterator[tuple[int, Untaken]]:
    """Of one request, the places and answers of what was not done."""
    lines: list[Any] = [one.lines for one in part]  # which the client passes on as they are
    answer = client.bulk(operations=lines, require_alias=to_alias, filter_path=_SAID)
    for number, (one, item) in enumerate(zip(part, answer["items"], strict=True)):
        ((what, said),) = item.items()
        if said["status"] >= 300:
            error = said.get("error")
            yield number, Untaken(one.doc_id, what == "delete", said["status"], error)
