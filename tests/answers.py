"""Every answer that the tests of the listened-to platforms know: ours, and those of
../shared/samples where they are at hand."""

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contracts.listened_contract import ListenedContract, marks

from crawlers.listened import listened_platforms


def every_class() -> Iterator[type[ListenedContract]]:
    """The contract's classes, those of one platform together."""
    tests = {path.stem for path in Path(__file__).parent.glob("test_crawlers_*.py")}
    for platform in listened_platforms():
        assert f"test_crawlers_{platform.code}" in tests
        module = importlib.import_module(f"test_crawlers_{platform.code}")
        for _, one in inspect.getmembers(module, inspect.isclass):
            if issubclass(one, ListenedContract) and one is not ListenedContract:
                yield one


def every_answer() -> Iterator[Any]:
    """(platform, answer) as parameters of a test; a sample that is not at hand is skipped by
    name."""
    for one in every_class():
        for answer in one.ANSWERS:
            yield pytest.param(one.LISTENED, answer, id=answer.file, marks=marks(answer))
