"""The index on an Elasticsearch server: the contract, and what only a server can get wrong."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from contracts.search_contract import (
    NOW,
    OpenIndex,
    SearchIndexContract,
    a_doc,
    a_mention,
    full_doc,
    texts,
)
from elasticsearch import Elasticsearch
from elasticworld import opened, own_names
from fakes import FakeClock

from domain.errors import SearchUnavailable
from domain.identity import digest
from domain.search import SearchDoc, SearchQuery
from index.elastic import ElasticIndex
from index.elasticstore import LEASE
from index.mappings import MENTIONS, body

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[1]
ALL = SearchQuery(relevant=None, limit=1000)


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    with own_names(elasticsearch_url) as prefix:
        yield prefix


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def open_elastic(elasticsearch_url: str, prefix: str, clock: FakeClock) -> Iterator[OpenIndex]:
    handles = []

    def open_one() -> ElasticIndex:
        handles.append(opened(elasticsearch_url, prefix, clock))
        return handles[-1]

    yield open_one
    for handle in handles:
        handle.close()


@pytest.fixture
def index(open_elastic: OpenIndex) -> ElasticIndex:
    made = open_elastic()
    assert isinstance(made, ElasticIndex)
    return made


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with Elasticsearch(elasticsearch_url, request_timeout=60) as client:
        yield client


class TestElasticIndex(SearchIndexContract):
    @pytest.fixture
    def open_index(self, open_elastic: OpenIndex) -> OpenIndex:
        return open_elastic


def found(index: ElasticIndex) -> set[str]:
    return set(texts(index.search(ALL)))


# --- what stands there ----------------------------------------------------------------------------


def test_every_code_has_its_name_beside_it(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.upsert([full_doc()])
    index.store.refresh(MENTIONS)
    (hit,) = client.search(index=f"{prefix}mentions")["hits"]["hits"]
    shown = hit["_source"]
    assert hit["_id"] == full_doc().mention.mention_id
    names = {name: shown[name] for name in shown if name.endswith(("_name", "_names"))}
    assert names == {
        "platform_name": "hotline", "kind_name": "工单", "stance_name": "亲历",
        "polarity_name": "负面", "urgency_name": "红", "category_names": ["拒载"],
        "reason_name": "正文提到天定山滑雪场",
    }  # fmt: skip
    assert (shown["level"], shown["level_rank"], shown["complaint"]) == ("红", 3, True)
    assert {"body", "words"} & set(shown) == set()  # asked, not kept


def test_a_month_in_changchun_has_an_index_of_its_own(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    last = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    index.upsert([
        SearchDoc(mention=a_mention(f"{n}", first_seen_at=last + timedelta(minutes=n)),
                  verdict=None) for n in range(2)
    ])  # fmt: skip
    shown = client.indices.get_alias(name=f"{prefix}mentions").body
    assert sorted(shown) == [f"{prefix}mentions-2026.{month}.01-000001" for month in (11, 12)]
    index.remove([digest("1"), digest("0"), "unknown"])
    assert found(index) == set()


def test_people_in_kibana_find_parts_of_the_text(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.upsert([a_doc("天定山，ＡＴＶ出租车拒载")])
    index.store.refresh(MENTIONS)
    for typed in ("text:拒载", "text:(定山 AND atv)", "body.uni:载", "text:出租车拒"):
        answer = client.search(index=f"{prefix}mentions", q=typed)
        assert answer["hits"]["total"]["value"] == 1, typed


def test_what_a_search_opened_is_closed(index: ElasticIndex, client: Elasticsearch) -> None:
    index.upsert([a_doc(f"雪{n}") for n in range(700)])
    hits = index.each(ALL)
    next(hits)
    assert _open(client) == 1
    hits.close()
    assert _open(client) == 0
    assert len(list(index.each(ALL))) == 700 and _open(client) == 0


def _open(client: Elasticsearch) -> int:
    (node,) = client.nodes.stats(metric="indices", index_metric="search")["nodes"].values()
    return int(node["indices"]["search"]["open_contexts"])


def test_pages_beyond_the_servers_window_are_the_same_pages(index: ElasticIndex) -> None:
    index.upsert([a_doc(f"拒载{n:02}", hours=n) for n in range(25)])
    for words in ((), ("拒载",)):
        query = SearchQuery(words=words, limit=7, offset=11)
        assert replace(index, window=10).search(query) == index.search(query)


# --- what it will not take ------------------------------------------------------------------------


def test_what_the_mapping_does_not_know_is_refused_and_the_rest_is_taken(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.upsert([])
    _make_it_older(client, f"{prefix}mentions")
    good, bad = a_doc("好"), full_doc()  # only this one has a limit
    (refused,) = index.upsert([good, bad])
    assert (refused.kind, refused.doc_id) == ("mentions", bad.mention.mention_id)
    assert "strict_dynamic_mapping_exception" in refused.reason and "due_at" in refused.reason
    assert found(index) == {"好"}
    assert index.rebuild(iter([good, bad])).refused == ()
    assert found(index) == {"好", "出租车拒载"}


def _make_it_older(client: Elasticsearch, alias: str) -> None:
    """As an earlier version, which knew no limits, would have made it."""
    ((name, said),) = client.indices.get_alias(index=f"{alias}-*").body.items()
    old = body(MENTIONS)
    del old["mappings"]["properties"]["due_at"]
    client.indices.delete(index=name)
    client.indices.create(index=name, aliases=said["aliases"], **old)


def test_a_full_disk_is_said_and_nothing_is_lost(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.upsert([a_doc("旧")])
    for act in (
        lambda: index.upsert([a_doc("新")]),
        lambda: index.upsert([a_doc("旧"), a_doc("新")]),
    ):
        _block(client, prefix, True)  # each time: the server lifts it when it sees a disk with room
        with pytest.raises(SearchUnavailable, match="只读（磁盘可能快满了）"):
            act()
    assert found(index) == {"旧"}
    _block(client, prefix, True)
    with pytest.raises(SearchUnavailable, match="只读"):
        index.remove([digest("旧")])
    _block(client, prefix, None)
    index.upsert([a_doc("新")])
    index.remove([digest("旧")])
    assert found(index) == {"新"}


def _block(client: Elasticsearch, prefix: str, on: bool | None) -> None:
    """What a server does to its indices at the flood stage of its disk."""
    name = "index.blocks.read_only_allow_delete"
    client.indices.put_settings(index=f"{prefix}mentions", settings={name: on})


# --- rebuilding -----------------------------------------------------------------------------------


def test_after_a_rebuild_only_the_new_generation_is_there(
    index: ElasticIndex, open_elastic: OpenIndex, client: Elasticsearch, prefix: str
) -> None:
    other = open_elastic()
    other.upsert([a_doc("旧")])
    index.rebuild(iter([a_doc("新")]))
    names = client.indices.get_alias(index=f"{prefix}mentions-*").body
    assert list(names) == [f"{prefix}mentions-2026.11.01-000002"]
    settings = client.indices.get_settings(index=f"{prefix}mentions").body
    assert [one["settings"]["index"]["refresh_interval"] for one in settings.values()] == ["1s"]
    other.upsert([a_doc("又")])  # its handle is of the old generation
    assert found(index) == {"新", "又"}


def test_of_two_who_rebuild_one_is_told_to_wait(
    index: ElasticIndex, open_elastic: OpenIndex
) -> None:
    index.upsert([a_doc("旧")])
    other = open_elastic()

    def docs() -> Iterator[SearchDoc]:
        yield a_doc("新")
        with pytest.raises(SearchUnavailable, match="正在重建；请稍后再试"):
            other.rebuild(iter([]))

    index.rebuild(docs())
    assert found(index) == {"新"}


_REBUILDER = """
import sys
sys.path.insert(0, {tests!r})
from contracts.search_contract import NOW, a_doc
from elasticworld import opened
index = opened({url!r}, {prefix!r}, lambda: NOW)
def docs():
    for n in range(2500):
        if n == 2200:
            print("half", flush=True); sys.stdin.read()
        yield a_doc(f"新{{n}}")
index.rebuild(docs())
"""


def test_a_rebuild_that_is_killed_holds_up_writers_for_two_minutes_and_leaves_nothing(
    index: ElasticIndex, elasticsearch_url: str, prefix: str, clock: FakeClock,
    client: Elasticsearch,
) -> None:  # fmt: skip
    index.upsert([a_doc("旧")])
    script = _REBUILDER.format(tests=str(ROOT / "tests"), url=elasticsearch_url, prefix=prefix)
    worker = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout is not None and worker.stdout.readline() == "half\n"
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=30)
    assert len(client.indices.get_alias(index=f"{prefix}mentions-*").body) == 2
    with pytest.raises(SearchUnavailable, match="正在重建；请稍后再试"):
        index.upsert([a_doc("冰")])
    assert "旧" in found(index)
    clock.move(LEASE.total_seconds() + 1)
    index.upsert([a_doc("冰")])
    assert found(index) == {"旧", "冰"}
    assert len(client.indices.get_alias(index=f"{prefix}mentions-*").body) == 1


def test_an_index_that_somebody_deleted_is_not_quietly_begun_anew(
    index: ElasticIndex, client: Elasticsearch, prefix: str
) -> None:
    index.upsert([a_doc("旧")])
    client.indices.delete(index=f"{prefix}mentions-2026.11.01-000001")
    assert not index.present()
    with pytest.raises(SearchUnavailable, match="少了一部分；请运行 tingxue index rebuild"):
        index.upsert([a_doc("新")])
    with pytest.raises(SearchUnavailable, match="还没有检索库；请运行 tingxue index rebuild"):
        index.search(ALL)
    index.rebuild(iter([a_doc("旧"), a_doc("新")]))
    assert found(index) == {"旧", "新"}
