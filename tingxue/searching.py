"""The search index that the settings ask for, opened at first need: a file, or a server.

The server's client is loaded with it, and only there: it takes a third of a second.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING

from domain.plan import Plan
from domain.ports import RecordIndex, SearchIndex
from domain.times import Clock
from index.embedded import EmbeddedIndex
from tingxue import names
from tingxue.home import Home

if TYPE_CHECKING:
    from index.elastic import ElasticIndex
    from index.elasticdocs import Names


@dataclass(slots=True)
class Search:
    """One for an app: the connections to a server are kept and, at the end, let go."""

    _server: "ElasticIndex | None" = None
    _lock: Lock = field(default_factory=Lock)

    def index(self, plan: Plan, home: Home, clock: Clock) -> SearchIndex:
        """The index of mentions; an archive's is a file of its own, for a server shows the season
        that goes on."""
        if plan.search.kind == "embedded" or home.sealed:
            return EmbeddedIndex.open(home.index, user_words=plan.user_dictionary)
        return self._opened(plan, clock)

    def records(self, plan: Plan, home: Home, clock: Clock) -> RecordIndex | None:
        """What is shown beside the mentions; None where no server shows it."""
        only_file = plan.search.kind == "embedded" or home.sealed
        return None if only_file else self._opened(plan, clock).records()

    def _opened(self, plan: Plan, clock: Clock) -> "ElasticIndex":
        from index.elastic import ElasticIndex

        with self._lock:
            if self._server is None:
                self._server = ElasticIndex.open(
                    plan.search, names=all_names(plan), user_words=plan.user_dictionary,
                    clock=clock,
                )  # fmt: skip
            return self._server

    def close(self) -> None:
        """Let go of what was opened; a later call opens it again."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.close()


def all_names(plan: Plan) -> "Names":
    """The Chinese name of every code."""
    from index.elasticdocs import Names

    return Names(
        platforms=plan.platform_names,
        categories={code: category.name for code, category in plan.categories.items()},
        kinds=names.KINDS,
        stances=names.STANCES,
        polarities=names.POLARITIES,
        urgencies=names.URGENCIES,
        duties=names.DUTIES,
        deliveries=names.DELIVERIES,
        outcomes=names.OUTCOMES,
        sources={source.name: source.title for source in plan.sources},
        reason=names.reason,
    )
