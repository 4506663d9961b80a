"""docs/adding-a-platform.md is followed to the letter: one file, one sample, one line of test."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "adding-a-platform.md").read_text("utf-8")

_CONFTEST = """
import crawlers.platforms

crawlers.platforms.__path__.append({folder!r})
"""


def _step(number: int) -> tuple[str, str]:
    """The path that the step names, and what it says is to stand there."""
    found = re.search(rf"^{number}\. `([^`]+)`[^\n]*\n```\w+\n(.*?)^```", PAGE, re.S | re.M)
    assert found, f"step {number} is not there"
    return Path(found[1]).name, found[2]


@pytest.mark.full
def test_a_platform_is_one_file_one_sample_and_one_line_of_test(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        name, words = _step(number)
        (tmp_path / name).write_text(words.replace("ours/xueyou", f"ours/{tmp_path}"), "utf-8")
    (tmp_path / "conftest.py").write_text(_CONFTEST.format(folder=str(tmp_path)), "utf-8")
    test = (tmp_path / _step(3)[0]).read_text("utf-8")
    assert len([line for line in test.splitlines() if line.startswith("Test")]) == 1
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
         "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 5
