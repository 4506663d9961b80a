"""The embedded index: the contract, and what only a file on this machine can get wrong."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from contracts.search_contract import (
    USER_WORDS,
    OpenIndex,
    SearchIndexContract,
    a_doc,
    texts,
)

from domain.errors import SearchUnavailable
from domain.identity import digest
from domain.search import SearchDoc, SearchQuery
from index.embedded import EmbeddedIndex
from index.locks import held
from index.words import CUTS_KEPT, Cutter, Searched, plain, searched
from tingxue.demo import week

ROOT = Path(__file__).parents[1]
ALL = SearchQuery(limit=10_000)


class TestEmbeddedIndex(SearchIndexContract):
    @pytest.fixture
    def open_index(self, tmp_path: Path) -> OpenIndex:
        return lambda: EmbeddedIndex.open(tmp_path / "index.db", user_words=USER_WORDS)


@pytest.fixture
def index(tmp_path: Path) -> EmbeddedIndex:
    return EmbeddedIndex.open(tmp_path / "index.db", user_words=USER_WORDS)


def found(index: EmbeddedIndex) -> set[str]:
    return set(texts(index.search(ALL)))


# --- a file that cannot be used -------------------------------------------------------------------


def test_a_missing_file_says_to_rebuild(index: EmbeddedIndex) -> None:
    with pytest.raises(SearchUnavailable, match="还没有检索库；请运行 tingxue index rebuild"):
        index.search(ALL)
    assert not index.path.exists()


def test_a_missing_folder_says_what_to_look_at(tmp_path: Path) -> None:
    index = EmbeddedIndex.open(tmp_path / "gone" / "index.db", user_words=())
    for act in (lambda: index.upsert([a_doc("雪")]), lambda: index.rebuild(iter([]))):
        with pytest.raises(SearchUnavailable, match="请检查文件夹"):
            act()


def _spoil(path: Path, how: str) -> None:
    whole = path.read_bytes()
    if how == "another file":
        path.write_bytes(b"PK\x03\x04 no database" * 500)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "cut off":
        path.write_bytes(whole[: len(whole) // 2])
    else:
        path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


@pytest.mark.parametrize("how", ["another file", "empty", "cut off", "overwritten"])
def test_a_spoiled_file_says_to_rebuild_and_a_rebuild_mends_it(
    index: EmbeddedIndex, how: str
) -> None:
    index.rebuild(a_doc(f"雪{n}") for n in range(300))
    _spoil(index.path, how)
    for act in (lambda: index.search(ALL), lambda: index.upsert([a_doc("冰")])):
        with pytest.raises(SearchUnavailable, match="请运行 tingxue index rebuild"):
            act()
    assert index.rebuild(iter([a_doc("雪")])).count == 1
    assert found(index) == {"雪"}


def test_a_file_of_another_version_says_to_rebuild(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("雪")])
    db = sqlite3.connect(index.path)
    db.execute("PRAGMA user_version = 1")
    db.close()
    with pytest.raises(SearchUnavailable, match="另一版本写成；请运行 tingxue index rebuild"):
        index.search(ALL)
    index.rebuild(iter([a_doc("冰")]))
    assert found(index) == {"冰"}


def test_the_file_is_for_its_owner_only(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("雪")])
    index.rebuild(iter([a_doc("冰")]))
    index.upsert([a_doc("霜")])
    kept = list(index.path.parent.glob("index.db*"))
    assert index.path in kept
    assert {path.name: path.stat().st_mode & 0o077 for path in kept} == dict.fromkeys(
        (path.name for path in kept), 0
    )


@pytest.mark.parametrize("what", ["疯狂排队", "zqxv7"])
def test_of_what_is_removed_no_word_stays_in_any_file(index: EmbeddedIndex, what: str) -> None:
    index.rebuild(a_doc(f"雪{n}") for n in range(50))
    index.upsert([a_doc(f"{what}的人")])
    held = {what, *what} if what.isascii() else {what, *what, " ".join(what)}
    marks = [one.encode() for one in held if len(one) > 1]
    kept = list(index.path.parent.iterdir())
    assert any(mark in path.read_bytes() for path in kept for mark in marks)
    index.remove([digest(f"{what}的人")])
    stays = [path.name for path in index.path.parent.iterdir()
             for mark in marks if mark in path.read_bytes()]  # fmt: skip
    assert stays == []


def test_what_a_killed_rebuild_left_goes_with_the_next_removal(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("旧"), a_doc("新")])
    draft = index.path.with_name("index.db.new")
    draft.write_bytes(b"half an index")
    index.remove([digest("旧")])
    assert found(index) == {"新"} and not draft.exists()


def test_a_rebuild_that_fails_leaves_no_half(index: EmbeddedIndex) -> None:
    def docs() -> Iterator[SearchDoc]:
        yield a_doc("新")
        raise OSError("the ledger's disk")

    with pytest.raises(OSError, match="the ledger's disk"):
        index.rebuild(docs())
    assert not index.path.with_name("index.db.new").exists()


def test_what_the_disk_refuses_is_said_in_chinese(index: EmbeddedIndex) -> None:
    index.path.mkdir()  # a folder where the file should be
    acts = (lambda: index.upsert([a_doc("雪")]), lambda: index.search(ALL),
            lambda: index.rebuild(iter([a_doc("雪")])))  # fmt: skip
    for act in acts:
        with pytest.raises(SearchUnavailable, match=r"检索库(不能使用|写不了)"):
            act()


def test_logs_left_by_a_deleted_index_are_not_read_into_a_new_one(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("旧")])
    reader = sqlite3.connect(index.path)
    reader.execute("SELECT count(*) FROM docs").fetchone()  # keeps the log from being folded in
    index.upsert([a_doc("旧二")])
    index.path.unlink()
    assert index.path.with_name("index.db-wal").stat().st_size > 0
    index.upsert([a_doc("新")])
    reader.close()
    assert found(index) == {"新"}


# --- several at once ------------------------------------------------------------------------------

_WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from contracts.search_contract import a_doc
from index.embedded import EmbeddedIndex
index = EmbeddedIndex.open(Path({path!r}), user_words=())
{act}
"""


def _process(index: EmbeddedIndex, act: str) -> subprocess.Popen[str]:
    script = _WRITER.format(tests=str(ROOT / "tests"), path=str(index.path), act=act)
    return subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, text=True, env={**os.environ, "PYTHONPATH": "."},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.full
def test_two_processes_write_one_new_index_and_nothing_is_lost(index: EmbeddedIndex) -> None:
    act = "for n in range(40): index.upsert([a_doc(f'{name}{{n}}'), a_doc(f'both{{n}}')])"
    workers = [_process(index, act.replace("{name}", name).replace("{{", "{").replace("}}", "}"))
               for name in ("甲", "乙")]  # fmt: skip
    for worker in workers:
        _, errors = worker.communicate(timeout=60)
        assert worker.returncode == 0 and errors == "", errors
    assert found(index) == {f"{name}{n}" for name in ("甲", "乙", "both") for n in range(40)}


def test_what_is_written_during_a_rebuild_is_kept(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("旧")])
    writer = threading.Thread(target=lambda: index.upsert([a_doc("其间")]))

    def docs() -> Iterator[SearchDoc]:
        yield a_doc("新")
        writer.start()
        writer.join(0.2)
        assert writer.is_alive()  # it waits, for what it writes now would be replaced

    index.rebuild(docs())
    writer.join(30)
    assert found(index) == {"新", "其间"}


def test_readers_who_relieve_each_other_do_not_keep_a_rebuild_out(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("旧")])
    done = threading.Event()

    def reads() -> None:
        while not done.is_set():
            with held(index.path.with_name("index.db.users"), alone=False, seconds=30):
                done.wait(0.05)

    readers = [threading.Thread(target=reads) for _ in range(8)]
    for reader in readers:
        reader.start()
    try:
        assert replace(index, seconds=3).rebuild(iter([a_doc("新")])).count == 1
    finally:
        done.set()
        for reader in readers:
            reader.join(30)
    assert found(index) == {"新"}


def test_who_waits_too_long_is_told_so(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("旧")])
    hasty = replace(index, seconds=0.05)

    def docs() -> Iterator[SearchDoc]:
        for act in (lambda: hasty.upsert([a_doc("冰")]), lambda: hasty.rebuild(iter([]))):
            with pytest.raises(SearchUnavailable, match="正在重建或正忙；请稍后再试"):
                act()
        assert found(hasty) == {"旧"}
        yield a_doc("新")

    assert index.rebuild(docs()).count == 1


def test_a_locked_file_is_busy_not_broken(index: EmbeddedIndex) -> None:
    index.upsert([a_doc("旧")])
    other = sqlite3.connect(index.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(SearchUnavailable, match="检索库正忙；请稍后再试"):
        replace(index, seconds=0.05).upsert([a_doc("冰")])
    assert found(index) == {"旧"}
    other.execute("ROLLBACK")
    other.close()
    index.upsert([a_doc("冰")])
    assert found(index) == {"旧", "冰"}


def test_a_rebuild_that_is_killed_leaves_the_old_index_and_the_next_one_cleans_up(
    index: EmbeddedIndex,
) -> None:
    index.upsert([a_doc("旧")])
    act = """
def docs():
    for n in range(3000):
        if n == 1500:
            print("half", flush=True); sys.stdin.read()
        yield a_doc(f"新{n}")
index.rebuild(docs())"""
    worker = _process(index, act)
    assert worker.stdout is not None and worker.stdout.readline() == "half\n"
    assert found(index) == {"旧"}
    worker.send_signal(signal.SIGKILL)
    worker.communicate(timeout=30)
    draft = index.path.with_name("index.db.new")
    assert draft.exists() and found(index) == {"旧"}
    index.upsert([a_doc("冰")])  # the dead process holds no lock
    index.rebuild(iter([a_doc("新")]))
    assert found(index) == {"新"} and not draft.exists()


def test_loading_the_dictionary_says_nothing(index: EmbeddedIndex) -> None:
    worker = _process(index, "index.upsert([a_doc('天定山')])")
    out, errors = worker.communicate(timeout=60)
    assert (worker.returncode, out, errors) == (0, "", "")


def test_words_are_cut_as_jieba_cuts_them() -> None:
    """docs/decisions/0011: signs and numbers apart, the two agree on the demo week."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 warns of its own regexes
        import jieba

    own = jieba.Tokenizer()
    own.FREQ, own.total = own.gen_pfdict(own.get_dict_file())
    own.initialized = True
    cutter, texts = Cutter(()), [plain(line.text) for line in week.lines()]
    theirs = [" ".join(filter(None, map(searched, own.cut_for_search(text)))) for text in texts]
    same = [cutter.words(text) == words for text, words in zip(texts, theirs, strict=True)]
    assert sum(same) >= 0.99 * len(texts)


def test_our_own_words_are_never_cut_apart() -> None:
    cutter = Cutter(("天定山滑雪场 99999 n",))
    assert "天定山滑雪场" in cutter.words(plain("今天在天定山滑雪场门口")).split()


def test_cuts_are_remembered_but_not_without_end() -> None:
    cuts = Searched()
    assert {cuts[f"{number}。"] for number in range(CUTS_KEPT)} == set(map(str, range(CUTS_KEPT)))
    assert len(cuts) == CUTS_KEPT
    assert (cuts["最后，"], len(cuts)) == ("最后", 1)
