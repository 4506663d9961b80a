"""JSON from outside reaches the parser whole, but for endless strings and broken signs."""

import io
import json
from dataclasses import dataclass
from typing import Any

import ijson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.jsonbytes import CUT, Shortened


@dataclass
class Dribbling:
    """A file that gives so many bytes at a time, whatever it is asked for."""

    content: bytes
    step: int
    at: int = 0

    def read(self, _size: int, /) -> bytes:
        piece = self.content[self.at : self.at + self.step]
        self.at += self.step
        return piece


def through(content: bytes, step: int, longest: int = 1 << 20) -> bytes:
    reader = Shortened(Dribbling(content, step), longest)
    return b"".join(iter(reader.read, b""))


_TEXT = st.text(st.sampled_from('\\"\n/u雪😡d8é{}[]:,') | st.characters(codec="utf-8"))
_JSON = st.recursive(
    _TEXT | st.integers() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
    max_leaves=8,
)


@given(_JSON, st.integers(1, 40), st.booleans())
def test_what_is_sound_passes_as_it_is_however_it_is_cut_into_pieces(
    value: Any, step: int, ascii_only: bool
) -> None:
    content = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert through(content, step) == content


@given(_TEXT.filter(lambda text: len(text) < 10), st.integers(1, 40), st.integers(50, 200))
def test_a_string_above_the_limit_is_replaced_and_its_neighbours_are_not(
    word: str, step: int, longest: int
) -> None:
    raw = json.dumps((word or "雪") * 60, ensure_ascii=False)
    short = json.dumps(word, ensure_ascii=False)
    content = f'[{short}, {raw}, {short}, {{"k": {raw}}}, 7]'.encode()
    fits = len(raw.encode()) - 2 <= longest
    expected = json.loads(raw) if fits else CUT
    assert json.loads(through(content, step, longest)) == [
        word, expected, word, {"k": expected}, 7,
    ]  # fmt: skip


def test_each_string_comes_in_one_piece() -> None:
    content = json.dumps(["x" * 90, "y", "雪" * 50], ensure_ascii=False).encode()
    reader = Shortened(Dribbling(content, 7), 1000)
    pieces = list(iter(reader.read, b""))
    assert b"".join(pieces) == content
    assert all(piece.count(b'"') % 2 == 0 for piece in pieces)


@pytest.mark.parametrize("step", [1, 7, 1000])
@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b'["\\ud83d\\ude21"]', "😡"),
        (b'["a\\ude21b"]', "a\ufffdb"),
        (b'["{\\"a\\":\\"\\\\ud83d\\\\ude21\\"}"]', '{"a":"\\ud83d\\ude21"}'),
        ('["雪'.encode()[:-1] + b'x"]', "\ufffdx"),
        (b'\xef\xbb\xbf["bom"]', "bom"),
    ],
)
def test_broken_signs_spoil_no_more_than_themselves(step: int, raw: bytes, read: str) -> None:
    (found,) = ijson.items(io.BytesIO(through(raw, step)), "item")
    assert found == read
