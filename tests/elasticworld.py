"""Handles on the Elasticsearch of the tests, under names of their own, cleared away afterwards."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from contracts.search_contract import USER_WORDS
from elasticsearch import Elasticsearch

from domain.plan import SearchSpec
from domain.times import Clock
from index.elastic import ElasticIndex
from index.elasticdocs import Names
from tingxue import names

NAMES = Names(
    platforms={"weibo": "微博"}, categories={"taxi_refusal": "拒载"}, kinds=names.KINDS,
    stances=names.STANCES, polarities=names.POLARITIES, urgencies=names.URGENCIES,
    duties=names.DUTIES, deliveries=names.DELIVERIES, outcomes=names.OUTCOMES,
    sources={"ccrb": "长春日报"}, reason=names.reason,
)  # fmt: skip


@contextmanager
def own_names(url: str) -> Iterator[str]:
    """A prefix that nobody else uses; what was made under it is deleted."""
    prefix = f"test-{uuid4().hex[:12]}-"
    yield prefix
    with Elasticsearch(url, request_timeout=60) as client:
        for name in client.indices.get(index=f"{prefix}*").body:
            client.indices.delete(index=name)


def opened(url: str, prefix: str, clock: Clock, seconds: float = 60) -> ElasticIndex:
    """One more handle; the caller closes it."""
    spec = SearchSpec(kind="elastic", url=url, prefix=prefix, timeout_seconds=seconds)
    return ElasticIndex.open(spec, names=NAMES, user_words=USER_WORDS, clock=clock)
