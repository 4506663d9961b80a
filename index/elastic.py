"""The search index on an Elasticsearch server.

What ``index.embedded`` is on one machine, with the same contract. What is written stands in the
server's log at once and is seen by searches after a refresh; a search asks for that refresh, so
that no writer waits for it.
"""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from elastic_transport.client_utils import DEFAULT
from elasticsearch import Elasticsearch

from domain.plan import SearchSpec
from domain.search import Facets, Rebuilt, Refused, SearchDoc, SearchHit, SearchPage, SearchQuery
from domain.times import Clock
from index.elasticdocs import Names, from_source, to_source
from index.elasticerrors import explained
from index.elasticquery import asked, counted, facets
from index.elasticrecords import ElasticRecords
from index.elasticstore import Row, Store
from index.mappings import MENTIONS
from index.words import Cutter, shown, snippet

WINDOW = 10_000
"""Hits that one request may reach (the server's max_result_window); beyond them a point in time."""
_PAGE = 500
_KEPT = "2m"


@dataclass(frozen=True, slots=True)
class ElasticIndex:
    """domain.ports.SearchIndex on one server; ``close`` lets its connections go."""

    store: Store
    names: Names
    user_words: tuple[str, ...]
    window: int = WINDOW

    @classmethod
    def open(
        cls, spec: SearchSpec, *, names: Names, user_words: Sequence[str], clock: Clock
    ) -> "ElasticIndex":
        """The index that the settings name. Connects with the first call."""
        return cls(Store(connect(spec), spec.prefix, clock), names, tuple(user_words))

    def close(self) -> None:
        """No further calls."""
        self.store.client.close()

    def records(self) -> ElasticRecords:
        """What stands beside the mentions, over the same connections."""
        return ElasticRecords(self.store, self.names)

    def present(self) -> bool:
        """Whether there is an index of mentions."""
        return self.store.present(MENTIONS)

    def upsert(self, docs: Sequence[SearchDoc]) -> Sequence[Refused]:
        """See domain.ports.SearchIndex."""
        if not docs:
            self.store.make(MENTIONS)
            return ()
        return self.store.write(MENTIONS, lambda: self._rows(docs))

    def remove(self, mention_ids: Sequence[str]) -> None:
        """See domain.ports.SearchIndex."""
        self.store.remove(MENTIONS, mention_ids)

    def rebuild(self, docs: Iterator[SearchDoc]) -> Rebuilt:
        """See domain.ports.SearchIndex: a new generation beside, then shown in one step."""
        return self.store.rebuild(MENTIONS, self._rows(docs))

    def _rows(self, docs: Sequence[SearchDoc] | Iterator[SearchDoc]) -> Iterator[Row]:
        cutter = Cutter(self.user_words)
        for doc in docs:
            source = to_source(doc, self.names, cutter)
            yield Row.of(doc.mention.mention_id, source, doc.mention.first_seen_at)

    def search(self, query: SearchQuery) -> SearchPage:
        """See domain.ports.SearchIndex."""
        what, order = asked(query, Cutter(self.user_words))
        size, start = query.limit, query.offset
        with explained():
            self.store.refresh(MENTIONS)
            deep = start + size > self.window
            found = self.store.client.search(
                index=self.store.alias(MENTIONS), query=what, sort=order, track_total_hits=True,
                track_scores=True, size=0 if deep else size, from_=0 if deep else start,
                search_type="dfs_query_then_fetch",
            )  # fmt: skip
        hits: Iterator[dict[str, Any]] = iter(found["hits"]["hits"])
        if deep:
            hits = islice(self._all(what, order), start, start + size)
        return SearchPage(hits=tuple(_hit(one, query.words) for one in hits),
                          total=found["hits"]["total"]["value"])  # fmt: skip

    def each(self, query: SearchQuery) -> Generator[SearchHit, None, None]:
        """See domain.ports.SearchIndex."""
        what, order = asked(query, Cutter(self.user_words))
        self.store.refresh(MENTIONS)
        hits = self._all(what, order)
        try:
            for one in hits:
                yield _hit(one, query.words)
        finally:
            hits.close()

    def _all(
        self, what: dict[str, Any], order: list[dict[str, Any]]
    ) -> Generator[dict[str, Any], None, None]:
        """Every hit, page after page of one point in time."""
        after: list[Any] | None = None
        with self._point_in_time() as pit:
            while True:
                with explained():
                    found = self.store.client.search(
                        pit={"id": pit, "keep_alive": _KEPT}, query=what, size=_PAGE,
                        sort=order, search_after=after, track_total_hits=False, track_scores=True,
                        search_type="dfs_query_then_fetch",
                    )  # fmt: skip
                hits = found["hits"]["hits"]
                yield from hits
                if len(hits) < _PAGE:
                    return
                after = hits[-1]["sort"]

    @contextmanager
    def _point_in_time(self) -> Iterator[str]:
        """Closed whatever happens: a server has room for a few hundred only."""
        client = self.store.client
        with explained():
            opened = client.open_point_in_time(index=self.store.alias(MENTIONS), keep_alive=_KEPT)
        try:
            yield opened["id"]
        finally:
            with explained():
                client.options(ignore_status=404).close_point_in_time(id=opened["id"])

    def facets(self, query: SearchQuery) -> Facets:
        """See domain.ports.SearchIndex."""
        what, _ = asked(query, Cutter(self.user_words))
        with explained():
            self.store.refresh(MENTIONS)
            found = self.store.client.search(
                index=self.store.alias(MENTIONS), query=what, size=0, aggs=counted()
            )
        return facets(found["aggregations"])


def connect(spec: SearchSpec) -> Elasticsearch:
    """A client that says at once what is wrong; who called decides when to try again."""
    return Elasticsearch(
        spec.url, api_key=spec.api_key or None, ca_certs=spec.ca_file or DEFAULT,
        request_timeout=spec.timeout_seconds, max_retries=0, retry_on_timeout=False,
    )  # fmt: skip


def _hit(found: dict[str, Any], words: Sequence[str]) -> SearchHit:
    doc = from_source(found["_source"])
    text = shown(doc.mention.title, doc.mention.text)
    return SearchHit(doc=doc, score=found["_score"] or 0.0, snippet=snippet(text, words))
