"""Cuts texts into hashed character n-grams: what the learned models read.

A batch of texts becomes pairs (text number, 32-bit hash), each pair once. Training and running use
the same functions, so a changed line here needs new weights (``./run train``). Three views of a
text: its characters; its characters with word classes and numbers each as one sign; pairs of
characters with a gap, inside a clause.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.clauses import Span
from nlp.rulebook import word_classes

Codes = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]

READ = 1_200
"""Characters of a normalised text that the models read; they were trained on up to 400."""
_BEGIN, _END = "\x02", "\x03"
_FACTOR = np.uint32(0x9E3779B1)
_NUMBER = re.compile(
    r"\d+(?:\.\d+)?|[一二两三四五六七八九十百千万俩仨几半]+"
    r"(?=[个台辆位点块元分小公里人次天晚年遍圈条层口号家米斤份瓶碗张])"
)
_PAUSES = re.compile(r"[,、;: ]+")
_GAPS = range(2, 6)
_MIN_CLAUSE = 6


@dataclass(frozen=True, slots=True)
class Grams:
    """Pairs (owners[i], hashes[i]), sorted by owner, each pair once; owners count from 0."""

    owners: Numbers
    hashes: Codes
    count: int


def characters(texts: Sequence[str]) -> Grams:
    """Character 1- to 4-grams with marks at both ends."""
    return _once(*_grams(_joined(texts), 4, salt=1), len(texts))


def classed(texts: Sequence[str]) -> Grams:
    """The same over `class_signs`."""
    return _once(*_grams(_joined([class_signs(text) for text in texts]), 4, salt=2), len(texts))


def gapped(texts: Sequence[str]) -> Grams:
    """Pairs of characters 2 to 5 apart inside a clause of `class_signs`."""
    codes, owners = _joined([class_signs(text) for text in texts])
    clause = np.cumsum(_separators(codes) | (np.diff(owners, prepend=0) > 0))
    apart = _separators(codes)
    found_owners, found = [], []
    for gap in _GAPS:
        if len(codes) <= gap:
            break
        inside = (clause[gap:] == clause[:-gap]) & ~apart[:-gap] & ~apart[gap:]
        mixed = codes[:-gap] * _FACTOR + codes[gap:]
        found.append(_stirred(mixed[inside], 3))
        found_owners.append(owners[:-gap][inside])
    return _once(*_together(found_owners, found), len(texts))


VIEWS = (characters, classed, gapped)


def clause_views(texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> tuple[Grams, ...]:
    """For the clauses of all texts in a row: a clause's own 1- to 4-grams, and the 1- to 3-grams
    of the clause before and of the one after."""
    spans = [text[s.start : s.end] for text, own in zip(texts, parts, strict=True) for s in own]
    text_of = np.repeat(np.arange(len(parts)), [len(own) for own in parts])
    joined = _joined(spans)
    own = _once(*_grams(joined, 4, salt=4), len(spans))
    beside = [_grams(joined, 3, salt=5), _grams(joined, 3, salt=6)]
    shifted = []
    for step, (owners, hashes) in zip((1, -1), beside, strict=True):
        to = owners + step
        inside = (to >= 0) & (to < len(spans))
        inside[inside] = text_of[to[inside]] == text_of[owners[inside]]
        shifted.append(_once(to[inside], hashes[inside], len(spans)))
    return (own, *shifted)


def reading_clauses(parts: Sequence[Span], limit: int = READ) -> list[Span]:
    """Clauses joined until each has at least six characters; those that begin within the limit."""
    joined: list[Span] = []
    start = 0
    for number, part in enumerate(parts):
        if part.start >= limit:
            break
        last = number + 1 == len(parts)
        if part.end - start < _MIN_CLAUSE and not (last and not joined):
            if last:
                joined[-1] = Span(start=joined[-1].start, end=part.end)
            continue
        joined.append(Span(start=start, end=part.end))
        start = part.end
    return joined or [Span(start=0, end=min(limit, parts[-1].end if parts else 0))]


@functools.lru_cache(maxsize=1024)
def class_signs(text: str) -> str:
    """The text with numbers as 0, pauses as one comma and each word class as one private sign."""
    signs, words = _classes()
    text = _NUMBER.sub("0", text[:READ])
    return _PAUSES.sub(",", words.sub(lambda hit: signs[hit.group()], text))


@functools.cache
def _classes() -> tuple[dict[str, str], re.Pattern[str]]:
    """Word -> its class's sign (a private character), and one pattern, longer words first."""
    signs: dict[str, str] = {}
    for number, words in enumerate(word_classes().values()):
        for word in words.split("|"):
            signs.setdefault(word, chr(0xE000 + number))
    longest_first = sorted(signs, key=lambda word: (-len(word), word))
    return signs, re.compile("|".join(map(re.escape, longest_first)))


def _joined(texts: Sequence[str]) -> tuple[Codes, Numbers]:
    """All code points in a row, and the number of the text that each belongs to."""
    marked = [f"{_BEGIN}{text[:READ]}{_END}" for text in texts]
    packed = "".join(marked).replace("\n", " ").encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(packed, dtype="<u4").astype(np.uint32)
    return codes, np.repeat(np.arange(len(marked)), [len(text) for text in marked])


def _grams(joined: tuple[Codes, Numbers], longest: int, salt: int) -> tuple[Numbers, Codes]:
    codes, owners = joined
    rolling = np.zeros(len(codes), dtype=np.uint32)
    found_owners, found = [], []
    for length in range(1, longest + 1):
        if len(codes) < length:
            break
        rolling = rolling[: len(codes) - length + 1] * _FACTOR + codes[length - 1 :]
        inside = owners[: len(rolling)] == owners[length - 1 :]
        found.append(_stirred(rolling[inside], salt * 16 + length))
        found_owners.append(owners[: len(rolling)][inside])
    return _together(found_owners, found)


def _stirred(mixed: Codes, salt: int) -> Codes:
    stirred = mixed ^ np.uint32((salt * 0x85EBCA6B) & 0xFFFFFFFF)
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        stirred = (stirred ^ (stirred >> np.uint32(shift))) * np.uint32(factor)
    return stirred ^ (stirred >> np.uint32(16))


def _separators(codes: Codes) -> npt.NDArray[np.bool_]:
    return np.isin(codes, np.frombuffer(f"{_BEGIN}{_END},。!?~ ".encode("utf-32-le"), "<u4"))


def _once(owners: Numbers, hashes: Codes, count: int) -> Grams:
    keys = owners.astype(np.uint64) << np.uint64(32) | hashes.astype(np.uint64)
    keys.sort()
    if len(keys):
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    return Grams(
        owners=(keys >> np.uint64(32)).astype(np.int64),
        hashes=(keys & np.uint64(0xFFFFFFFF)).astype(np.uint32),
        count=count,
    )


def _together(owners: list[Numbers], hashes: list[Codes]) -> tuple[Numbers, Codes]:
    if not owners:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint32)
    return np.concatenate(owners), np.concatenate(hashes)
