"""jieba as the room loads it, each time in a process of its own."""

import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_WAYS = {
    "sentiment": "from nlp.sentiment import scorer; scorer('snownlp_words')('雪')",
    "words": "from nlp.words import cutter; cutter(()).cut('雪')",
}

_CUT = """
import jieba
assert jieba.dt.initialized
print("/".join(jieba.lcut("出租车拒载游客")))
"""


@pytest.mark.full
@pytest.mark.parametrize("way", _WAYS)
def test_neither_reads_nor_writes_a_dictionary_in_the_temp_folder(tmp_path: Path, way: str) -> None:
    """What lies there, anybody may have put there: here it would cut every word to pieces."""
    strange = tmp_path / "jieba.cache"
    for there in (False, True):
        if there:
            strange.write_bytes(marshal.dumps(({"拒": 1}, 1)))
        written = strange.read_bytes() if there else None
        script = f"{_WAYS[way]}\n{_CUT}"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script], cwd=ROOT,
            env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": "."},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr, done.stdout) == (0, "", "出租车/拒载/游客\n")
        assert (strange.read_bytes() if strange.exists() else None) == written
