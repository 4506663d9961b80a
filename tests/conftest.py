"""How many examples a property is tried on: few in the fast lane, many in ``./run test --full`` and
wherever pytest is started by hand. In CI they are the same each time, so that a change is judged by
itself; new ones are found by people."""

import os

import pytest
from hypothesis import settings

settings.register_profile("fast", max_examples=25, deadline=None)
settings.register_profile("full", max_examples=150, deadline=None, derandomize="CI" in os.environ)


def pytest_configure(config: pytest.Config) -> None:
    fast = config.getoption("markexpr") == "not full"
    settings.load_profile("fast" if fast else "full")
