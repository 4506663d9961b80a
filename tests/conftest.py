"""What all test files share: how long properties are tried, the shipped plan, an app on an empty
ledger, and a real Elasticsearch.

How many examples a property is tried on: few in the fast lane, many in ``./run test --full`` and
wherever pytest is started by hand. In CI they are the same each time, so that a change is judged by
itself; new ones are found by people."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import elasticnode
import pytest
from hypothesis import settings
from postgres_server import empty_postgres_url, other_postgres_url, postgres_url

if TYPE_CHECKING:  # a file that needs no app loads none
    from world import World

    from domain.plan import Plan

__all__ = ["empty_postgres_url", "other_postgres_url", "postgres_url"]

_LONGEST = (
    "test_tingxue_workers", "test_tingxue_kill", "test_tingxue_planted", "test_alerts_faults",
    "test_tingxue_planted_many", "test_tingxue_desk_browser", "test_tingxue_reports_elastic",
    "test_crawlers_kill",
)  # fmt: skip

settings.register_profile("fast", max_examples=25, deadline=None)
settings.register_profile("full", max_examples=150, deadline=None, derandomize="CI" in os.environ)


def pytest_configure(config: pytest.Config) -> None:
    fast = config.getoption("markexpr") == "not full"
    settings.load_profile("fast" if fast else "full")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first: begun last, one process would work on alone for minutes."""
    items.sort(key=lambda item: item.path.stem not in _LONGEST)


@pytest.fixture(scope="session")
def plan() -> "Plan":
    """The plan that ships."""
    from config.loader import load

    return load(environ={})


@pytest.fixture
def world(tmp_path: Path, plan: "Plan") -> Iterator["World"]:
    """An app with that plan on an empty ledger."""
    from world import opened_world

    with opened_world(tmp_path, plan) as made:
        yield made


@pytest.fixture(scope="session")
def elasticsearch_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server that TINGXUE_TEST_ES names, or a node of our own for this worker's session."""
    if named := os.environ.get("TINGXUE_TEST_ES"):
        yield named
        return
    with elastic_or_skip(tmp_path_factory) as node:
        yield node.url


@pytest.fixture(scope="module")
def own_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[elasticnode.Node]:
    """A node that a test may kill."""
    with elastic_or_skip(tmp_path_factory) as node:
        yield node


def elastic_or_skip(factory: pytest.TempPathFactory) -> AbstractContextManager[elasticnode.Node]:
    """Without JDK or Maven a loud skip; in CI, which installs both, a failure."""
    try:
        elasticnode.built()
        elasticnode.java_home()
    except elasticnode.Missing as missing:
        reason = f"NO ELASTICSEARCH WAS TESTED: {missing}; or name a server in TINGXUE_TEST_ES"
        pytest.fail(reason) if "CI" in os.environ else pytest.skip(reason)
    return elasticnode.running(factory.mktemp("elasticsearch") / "node")
