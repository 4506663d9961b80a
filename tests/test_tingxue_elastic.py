"""Stage 5 on a real search server that fails in every way: the other stages go on, the backlog
drains by itself, nothing is lost and nothing is doubled."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from contracts.review_contract import an_item
from elasticnode import Node
from elasticsearch import Elasticsearch, NotFoundError
from elasticworld import own_names
from sqlalchemy import func, select
from world import World, opened_world

from config.loader import load
from domain.plan import SearchSpec
from domain.records import sighting_id, step_id
from domain.search import SearchQuery
from domain.types import Counts, Incoming, Kind
from index.mappings import KINDS, RUNS
from ledger import schema
from tingxue import doctor, indexing, pipeline, schedule
from tingxue.intake import LedgerIntake

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]
ALL = SearchQuery(relevant=None)


@pytest.fixture
def prefix(own_node: Node) -> Iterator[str]:
    with own_names(own_node.url) as prefix:
        yield prefix


@pytest.fixture
def world(own_node: Node, prefix: str, tmp_path: Path) -> Iterator[World]:
    spec = SearchSpec(kind="elastic", url=own_node.url, prefix=prefix, timeout_seconds=10)
    plan = replace(load(environ={}), search=spec)
    with opened_world(tmp_path, plan) as world:
        yield world
        world.app.search.close()


@pytest.fixture
def client(own_node: Node) -> Iterator[Elasticsearch]:
    with Elasticsearch(own_node.url, request_timeout=60) as client:
        yield client


def ids(client: Elasticsearch, alias: str) -> list[str]:
    """Every document that the alias shows, as often as it shows it."""
    client.indices.refresh(index=alias)
    found = client.search(index=alias, size=10_000, source=False)
    return sorted(hit["_id"] for hit in found["hits"]["hits"])


def agrees(world: World, client: Elasticsearch, prefix: str) -> None:
    """The server shows what the ledger holds, each once."""
    m, c, o, d = (schema.mentions.c, schema.cases.c, schema.obligations.c, schema.deliveries.c)
    e, s, r = (schema.events.c, schema.sightings.c, schema.reviews.c)
    with world.app.ledger.read() as books:
        held = {
            "mentions": sorted(books.connection.scalars(select(m.mention_id))),
            "cases": sorted(books.connection.scalars(select(c.case_id))),
            "obligations": sorted(books.connection.scalars(select(o.case_id + "|" + o.department))),
            "deliveries": sorted(books.connection.scalars(select(d.delivery_id))),
            "steps": sorted(
                step_id(*row) for row in books.connection.execute(select(e.case_id, e.no))
            ),
            "sightings": sorted(
                sighting_id(*row)
                for row in books.connection.execute(select(s.mention_id, s.seen_at))
            ),
            "reviews": sorted(books.connection.scalars(select(r.review_id))),
        }
        waiting = books.connection.scalar(
            select(func.count()).select_from(schema.mentions).where(m.change_no > m.indexed_no)
        )
    assert {name: ids(client, f"{prefix}{name}") for name in held} == held
    assert waiting == 0


def many(world: World, count: int, start: int = 0) -> None:
    """So many mentions, stored at once."""
    numbers = range(start, start + count)
    world.analyser.said |= {str(number): {} for number in numbers}
    LedgerIntake(world.app.ledger, "test", world.clock)([
        Incoming(platform="weibo", kind=Kind.POST, native_id=str(number),
                 text=f"第{number}条：天定山门口出租车拒载，排队很久") for number in numbers
    ])  # fmt: skip


def test_what_the_ledger_holds_is_shown_and_follows_it(
    world: World, client: Elasticsearch, prefix: str
) -> None:
    case_id = world.say(1, ["taxi_refusal"], places=("天定山滑雪场",))
    world.say(2)
    pipeline.index(world.app)
    agrees(world, client, prefix)
    assert client.get(index=f"{prefix}cases-000001", id=case_id)["_source"]["status"] == "待签收"
    world.do(case_id, "ack", "住建局")
    pipeline.index(world.app)
    owed = client.get(index=f"{prefix}obligations-000001", id=f"{case_id}|住建局")["_source"]
    assert (owed["status"], owed["owes_ack"], owed["ack_minutes"]) == ("已签收", False, 0.0)
    assert pipeline.index(world.app) == 0


def test_what_is_purged_is_gone_from_the_server_too(
    world: World, client: Elasticsearch, prefix: str
) -> None:
    case_id = world.say(1, ["taxi_refusal"])
    world.close(case_id)
    doubtful = world.said(2, counts=Counts(likes=1))
    with world.app.ledger.write() as books:
        books.reviews.put(an_item(1, [doubtful], world.clock()))
    pipeline.index(world.app)
    agrees(world, client, prefix)
    assert all(ids(client, f"{prefix}{kind.name}") for kind in KINDS if kind is not RUNS)
    world.clock.move(731 * 86400)
    schedule.purge(world.app)
    for kind in KINDS:
        assert ids(client, f"{prefix}{kind.name}") == []


def test_a_server_killed_in_the_middle_of_a_bulk_loses_and_doubles_nothing(
    world: World, own_node: Node, client: Elasticsearch, prefix: str
) -> None:
    many(world, 1500)
    done = threading.Event()
    stage = threading.Thread(target=lambda: (pipeline.index(world.app), done.set()))
    stage.start()
    while _count(client, prefix) < 500 and not done.is_set():
        time.sleep(0.02)
    own_node.kill()
    stage.join(60)
    assert done.is_set()  # it gave up by itself
    with world.app.ledger.read() as books:
        assert books.mentions.to_index(1)  # in the middle
    case_id = world.say(9001, ["taxi_refusal"], urgency="red")
    assert case_id and world.told(case_id)
    assert pipeline.index(world.app) == 0
    own_node.start()
    for _ in range(10):  # as watch does at each tick: a server that has just started may be slow
        pipeline.index(world.app)
    agrees(world, client, prefix)
    assert world.app.index().search(replace(ALL, words=("拒载",))).total == 1500


def _count(client: Elasticsearch, prefix: str) -> int:
    try:
        client.indices.refresh(index=f"{prefix}mentions")
        return int(client.count(index=f"{prefix}mentions")["count"])
    except NotFoundError:
        return 0


def test_a_server_that_says_nothing_holds_nobody_up(
    world: World, own_node: Node, client: Elasticsearch, prefix: str
) -> None:
    many(world, 10)
    pipeline.index(world.app)
    hasty = replace(world.app, search=type(world.app.search)(), plan=replace(
        world.app.plan, search=replace(world.app.plan.search, timeout_seconds=0.5)))  # fmt: skip
    many(world, 10, start=10)
    own_node.pause()
    try:
        assert pipeline.index(hasty) == 0
        assert world.say(9001, ["taxi_refusal"])
    finally:
        own_node.resume()
        hasty.search.close()
    pipeline.index(world.app)
    agrees(world, client, prefix)


def test_a_full_disk_stops_nothing_else_and_is_made_good_afterwards(
    world: World, client: Elasticsearch, prefix: str, caplog: pytest.LogCaptureFixture
) -> None:
    many(world, 10)
    pipeline.index(world.app)
    flood = "index.blocks.read_only_allow_delete"
    client.indices.put_settings(index=f"{prefix}*", settings={flood: True})
    many(world, 10, start=10)
    assert pipeline.index(world.app) == 0
    assert "检索服务器只读（磁盘可能快满了）" in caplog.text
    assert world.say(9001, ["taxi_refusal"])
    client.indices.put_settings(index=f"{prefix}*", settings={flood: None})
    pipeline.index(world.app)
    agrees(world, client, prefix)


def test_what_the_server_refuses_is_kept_with_its_reason_until_it_is_taken(
    world: World, client: Elasticsearch, prefix: str
) -> None:
    world.app.index().upsert([])
    ((name, said),) = client.indices.get_alias(index=f"{prefix}mentions-*").body.items()
    old = client.indices.get(index=name)[name]["mappings"]
    del old["properties"]["due_at"]
    settings = {"analysis": client.indices.get_settings(index=name).body[name]["settings"]["index"][
        "analysis"]}  # fmt: skip
    client.indices.delete(index=name)
    client.indices.create(index=name, mappings=old, settings=settings, aliases=said["aliases"])
    bad = world.said(1, due_at=world.clock())
    world.said(2)
    assert pipeline.index(world.app) == 2
    assert pipeline.index(world.app) == 0  # not given again for nothing
    with world.app.ledger.read() as books:
        (refused,) = books.refusals.pending()
    assert (refused.kind, refused.doc_id, refused.times) == ("mentions", bad, 1)
    assert "due_at" in refused.reason
    assert any("不肯收 1 条" in found.text for found in doctor.examine(world.app))
    assert indexing.retry(world.app) == 1
    indexing.rebuild(world.app)
    with world.app.ledger.read() as books:
        assert books.refusals.pending() == []
    agrees(world, client, prefix)


def test_a_lost_index_is_made_again_as_a_whole(
    world: World, client: Elasticsearch, prefix: str
) -> None:
    world.say(1, ["taxi_refusal"])
    pipeline.index(world.app)
    for name in client.indices.get(index=f"{prefix}*").body:
        client.indices.delete(index=name)
    world.say(2, ["parking"])
    pipeline.index(world.app)
    agrees(world, client, prefix)
    indexing.rebuild(world.app)
    agrees(world, client, prefix)
