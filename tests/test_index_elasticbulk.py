"""Many documents in one request: what goes out when, and whose answer is whose."""

import json
import threading
import time
from collections.abc import Iterator, Sequence

import pytest
from elasticsearch import ApiError, Elasticsearch
from loopback import Loopback, Reply, Seen

from index.elasticbulk import Operation, Untaken, as_json, delete, put, send

LARGE = "雪" * 30_000
"""Three of them fill a request."""


def many(count: int) -> Iterator[Operation]:
    return (put("x", str(number), as_json({"text": LARGE})) for number in range(count))


def sent(server: Loopback, operations: Iterator[Operation] | list[Operation]) -> list[Untaken]:
    with Elasticsearch(server.address, request_timeout=10, max_retries=0) as client:
        return send(client, operations, to_alias=True)


def ids(seen: Seen) -> list[str]:
    heads = [json.loads(line) for line in seen.body.split(b"\n") if b"_id" in line]
    return [next(iter(head.values()))["_id"] for head in heads]


def answered(statuses: Sequence[int], what: str = "index") -> Reply:
    """Of each item its status, and of those that failed why."""
    items = [
        {what: {"status": status} | ({"error": {"type": "t"}} if status > 299 else {})}
        for status in statuses
    ]
    return reply(200, {"items": items})


def reply(status: int, said: object) -> Reply:
    headers = {
        "X-Elastic-Product": "Elasticsearch",
        "content-type": "application/vnd.elasticsearch+json; compatible-with=9",
    }
    return Reply(status=status, headers=headers, body=json.dumps(said).encode())


def taken(seen: Seen) -> Reply:
    return answered([201] * len(ids(seen)))


def test_one_request_holds_what_fits_and_says_what_is_asked_of_it() -> None:
    with Loopback(taken) as server:
        assert sent(server, many(7)) == []
    assert sorted(map(ids, server.seen)) == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert {seen.query["require_alias"] for seen in server.seen} == {"true"}
    assert {seen.query["filter_path"] for seen in server.seen} == {"items.*.status,items.*.error"}


def test_a_request_is_under_way_while_the_next_is_made() -> None:
    came = threading.Event()

    def note(seen: Seen) -> Reply:
        came.set()
        return taken(seen)

    def made() -> Iterator[Operation]:
        yield from many(3)
        assert came.wait(10), "nothing is sent before everything is made"
        yield delete("x", "last")

    with Loopback(note) as server:
        assert sent(server, made()) == []
    assert [len(ids(seen)) for seen in server.seen] == [3, 1]


def test_a_server_has_at_most_two_requests_of_ours_to_work_on() -> None:
    both, at_once, most = threading.Barrier(2), threading.Semaphore(2), list[bool]()

    def slowly(seen: Seen) -> Reply:
        most.append(at_once.acquire(blocking=False))
        both.wait(10)  # answers none before another has come
        time.sleep(0.2)  # long enough for a third to come
        at_once.release()
        return taken(seen)

    with Loopback(slowly) as server:
        assert sent(server, many(12)) == []
    assert most == [True] * 4


def test_each_refusal_is_of_its_own_document() -> None:
    def odd(seen: Seen) -> Reply:
        return answered([400 if int(one) % 2 else 200 for one in ids(seen)])

    with Loopback(odd) as server:
        refused = sent(server, many(8))
    assert refused == [Untaken(str(n), False, 400, {"type": "t"}) for n in (1, 3, 5, 7)]


def test_what_was_to_be_deleted_and_was_not_there_is_said_so() -> None:
    def gone(_seen: Seen) -> Reply:
        return reply(200, {"items": [{"delete": {"status": 404}}]})

    with Loopback(gone) as server:
        assert sent(server, [delete("x", "a")]) == [Untaken("a", True, 404, None)]


def test_only_what_a_busy_server_turned_away_is_given_again() -> None:
    def at_first(seen: Seen) -> Reply:
        return answered({3: [429, 400, 201], 1: [201]}[len(ids(seen))])

    with Loopback(at_first) as server:
        assert sent(server, many(3)) == [Untaken("1", False, 400, {"type": "t"})]
    assert [ids(seen) for seen in server.seen] == [["0", "1", "2"], ["0"]]


def test_a_server_that_stays_busy_is_asked_three_times() -> None:
    with Loopback(lambda _seen: answered([503])) as server:
        assert [one.status for one in sent(server, many(1))] == [503]
    assert len(server.seen) == 3
    with Loopback(lambda _seen: reply(503, {"error": "busy"})) as server:
        with pytest.raises(ApiError, match="503"):
            sent(server, many(1))
    assert len(server.seen) == 3


def test_a_refused_request_is_said_at_once_and_ends_the_rest() -> None:
    with Loopback(lambda _seen: reply(401, {"error": "key"})) as server:
        with pytest.raises(ApiError, match="401"):
            sent(server, many(30))
    assert len(server.seen) <= 3
