"""The index on an Elasticsearch server: the contract, and what only a server can get wrong."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from contracts.search_contract import NOW, USER_WORDS, OpenIndex, SearchIndexContract
from elasticsearch import Elasticsearch
from fakes import FakeClock

from domain.plan import SearchSpec
from index.elastic import ElasticIndex
from index.elasticdocs import Names
from tingxue import names

pytestmark = pytest.mark.full
NAMES = Names(
    platforms={"weibo": "微博"}, categories={"taxi_refusal": "拒载"}, kinds=names.KINDS,
    stances=names.STANCES, polarities=names.POLARITIES, urgencies=names.URGENCIES,
    duties=names.DUTIES, deliveries=names.DELIVERIES, outcomes=names.OUTCOMES, sources={},
    reason=names.reason,
)  # fmt: skip


@pytest.fixture
def prefix(elasticsearch_url: str) -> Iterator[str]:
    """Names of one's own on a shared server, cleared away afterwards."""
    prefix = f"test-{uuid4().hex[:12]}-"
    yield prefix
    with Elasticsearch(elasticsearch_url) as client:
        for name in client.indices.get(index=f"{prefix}*").body:
            client.indices.delete(index=name)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def open_elastic(elasticsearch_url: str, prefix: str, clock: FakeClock) -> Iterator[OpenIndex]:
    handles = []

    def opened() -> ElasticIndex:
        spec = SearchSpec(kind="elastic", url=elasticsearch_url, prefix=prefix)
        handles.append(ElasticIndex.open(spec, names=NAMES, user_words=USER_WORDS, clock=clock))
        return handles[-1]

    yield opened
    for handle in handles:
        handle.close()


class TestElasticIndex(SearchIndexContract):
    @pytest.fixture
    def open_index(self, open_elastic: OpenIndex) -> OpenIndex:
        return open_elastic
