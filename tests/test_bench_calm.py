"""What the demo week rings, by person: no more than people bear. ``./run bench calm`` plays it."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

BENCH = Path(__file__).parents[1] / "bench" / "calm.py"


@pytest.mark.full
@pytest.mark.timeout(600)
def test_nobody_gets_more_than_a_phone_is_left_switched_on_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TINGXUE_BENCH_SMALL", "1")
    bench: Any = _loaded()
    found = {row["name"]: row for row in bench.figures()}
    assert found["most to one person in a day"]["value"] <= bench.DAILY
    assert found["most to one person in a night, neither 红 nor 橙"]["value"] <= bench.NIGHTLY
    assert found["messages in the week"]["value"] > 200  # red and orange are not kept back
    assert found["messages in the week"]["ratio"] < 0.7


def _loaded() -> object:
    spec = importlib.util.spec_from_file_location("bench_calm", BENCH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
