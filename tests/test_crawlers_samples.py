"""Every recorded or derived answer that the project was given is read by some test."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SAMPLES = TESTS.parents[1] / "shared" / "samples"


def _answered() -> Iterator[str]:
    """The files that classes of listened platforms name in ANSWERS."""
    for path in sorted(TESTS.glob("test_crawlers_*.py")):
        if "ListenedContract" in path.read_text("utf-8") and path != Path(__file__):
            module = importlib.import_module(path.stem)
            for one in vars(module).values():
                yield from (answer.file for answer in getattr(one, "ANSWERS", ()))


def test_every_sample_is_used() -> None:
    """Named by an ANSWERS, or its name stands in a test beside that of its folder."""
    if not SAMPLES.is_dir():
        pytest.skip("../shared/samples is not here")
    answered = set(_answered())
    texts = [path.read_text("utf-8") for path in TESTS.glob("test_*.py")]
    unused = []
    for path in sorted(one for one in SAMPLES.rglob("*") if one.is_file()):
        folder, name = path.parent.name, path.name
        named = any(name in text and folder in text for text in texts)
        if path.parent != SAMPLES and f"{folder}/{name}" not in answered and not named:
            unused.append(f"{folder}/{name}")
    assert unused == []
