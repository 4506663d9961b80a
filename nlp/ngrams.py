"""Cuts texts into hashed character n-grams: what the learned models read.

A batch of texts becomes pairs (text number, 32-bit hash), each pair once. Training and running use
the same functions, so a changed hash needs new weights (``./run train``). All views are made in one
go: for one text alone, calling numpy costs more than what it does.
"""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.clauses import Span
from nlp.rulebook import word_classes

Codes = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Keys = Numbers
Mask = npt.NDArray[np.bool_]

READ = 1_200
"""Characters of a normalised text that the models read; they were trained on up to 400."""
_BEGIN, _END = "\x02", "\x03"
_LOW = 0xFFFFFFFF
_FACTOR, _SALT = np.uint32(0x9E3779B1), 0x85EBCA6B
_GAP_SALT = np.uint32(3 * _SALT & _LOW)
_NUMBER = re.compile(
    r"\d+(?:\.\d+)?|[一二两三四五六七八九十百千万俩仨几半]+"
    r"(?=[个台辆位点块元分小公里人次天晚年遍圈条层口号家米斤份瓶碗张])"
)
_PAUSES = re.compile(r"[,、;: ]+")
_GAPS = range(2, 6)
_GAPS_COLUMN = np.array(_GAPS)[:, None]
_LENGTHS = np.arange(4)[:, None]
_OWNER = np.int64(-1 << 32)
_STIRS = ((np.uint32(16), np.uint32(0x7FEB352D)), (np.uint32(15), np.uint32(0x846CA68B)))
_MIN_CLAUSE = 6


@dataclass(frozen=True, slots=True)
class Grams:
    """Pairs (owners[i], hashes[i]), sorted by owner, each pair once; owners count from 0."""

    owners: Numbers
    hashes: Codes
    count: int


@dataclass(frozen=True, slots=True)
class Bag:
    """All views of a batch in a row, view after view, as Grams are within one. The owners of view
    k count from ``starts[k]``; ``starts[-1]`` of them in all."""

    owners: Numbers
    hashes: Codes
    starts: tuple[int, ...]

    def view(self, number: int) -> Grams:
        """One view alone."""
        first, last = self.starts[number], self.starts[number + 1]
        here = slice(*self.owners.searchsorted((first, last)))
        return Grams(self.owners[here] - first, self.hashes[here], last - first)

    def with_view_again(self, number: int) -> "Bag":
        """The same with one view repeated at the end, for another table."""
        first, last, end = self.starts[number], self.starts[number + 1], self.starts[-1]
        here = slice(*self.owners.searchsorted((first, last)).tolist())
        return Bag(
            np.concatenate([self.owners, self.owners[here] + (end - first)]),
            np.concatenate([self.hashes, self.hashes[here]]),
            (*self.starts, end + last - first),
        )


TEXT_VIEWS = ("characters", "classed", "gapped")
"""Of a text: character 1- to 4-grams with marks at both ends; the same over `class_signs`; pairs of
characters 2 to 5 apart inside a clause of `class_signs`."""
CLAUSE_VIEWS = ("own", "before", "after")
"""Of a clause: its 1- to 4-grams; the 1- to 3-grams of the clause before and of that after it."""


def read(texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> Bag:
    """The TEXT_VIEWS of all texts, then the CLAUSE_VIEWS of their clauses, all in a row."""
    spans = [text[s.start : s.end] for text, own in zip(texts, parts, strict=True) for s in own]
    signs = [class_signs(text) for text in texts]
    n, m = len(texts), len(spans)
    starts = (0, n, 2 * n, 3 * n, 3 * n + m, 3 * n + 2 * m, 3 * n + 3 * m)
    ids = np.arange(3 * n + m)
    ids[2 * n :] += n  # between the signs and the clauses there is the view of the gaps
    codes, owners, left = _codes(ids[: 2 * n + m], *texts, *signs, *spans)
    rolled = _rolled(codes)
    inside = left > _LENGTHS

    first, at = owners.searchsorted((n << 32, 3 * n << 32)).tolist()
    salts = _salts(1, 2, 4).repeat((first, at - first, len(codes) - at), axis=1)
    follows = np.array([*(k > 0 for own in parts for k in range(len(own))), False])
    clause = (owners[at:] >> 32) - 3 * n
    heard, hears = follows[1:].take(clause), follows.take(clause)
    short, ends = rolled[:3, at:], inside[:3, at:]
    pairs, near = _gaps(codes[first:at])
    keys = [rolled ^ salts | owners, short ^ _salts(5)[:3] | owners[at:] + (m + 1 << 32),
            short ^ _salts(6)[:3] | owners[at:] + (2 * m - 1 << 32),
            pairs | owners[first:at] + (n << 32)]  # fmt: skip
    kept = [inside, ends & heard, ends & hears, near]
    return Bag(*_once(_only(keys, kept)), starts)


def characters(texts: Sequence[str]) -> Grams:
    """The first of TEXT_VIEWS alone."""
    codes, owners, left = _codes(np.arange(len(texts)), *texts)
    keys = _only([_rolled(codes) ^ _salts(1) | owners], [left > _LENGTHS])
    return Grams(*_once(keys), len(texts))


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
    plain = text.encode("utf-8", "replace").decode("utf-8")  # it refuses lone surrogates
    pieces, done = list[str](), 0
    for number, start, end in words.find_matches_as_indexes(plain):
        pieces += text[done:start], signs[number]
        done = end
    return _PAUSES.sub(",", "".join([*pieces, text[done:]]))


@functools.cache
def _classes() -> tuple[tuple[str, ...], AhoCorasick]:
    """Of each word of a class its class's sign (a private character); and what finds the words, of
    two that begin at one place the longer."""
    signs: dict[str, str] = {}
    for number, words in enumerate(word_classes().values()):
        for word in words.split("|"):
            signs.setdefault(word, chr(0xE000 + number))
    finder = AhoCorasick(list(signs), matchkind=MatchKind.LeftmostLongest)
    return tuple(signs.values()), finder


def _codes(ids: Numbers, *texts: str) -> tuple[Codes, Numbers, Numbers]:
    """All code points of all texts in a row, with marks around each; for each the number, of
    ``ids``, of its text, in the upper half; and how many are left of that text from it on."""
    marked = [f"{_BEGIN}{text[:READ]}{_END}" for text in texts]
    packed = "".join(marked).replace("\n", " ")
    codes = np.frombuffer(packed.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    lengths = np.array(list(map(len, marked)), dtype=np.int64)
    left = lengths.cumsum().repeat(lengths)
    left -= np.arange(len(codes))
    return codes, (ids << 32).repeat(lengths), left


def _rolled(codes: Codes) -> Codes:
    """Row k: the n-grams of k + 1 code points that begin at each place, mixed into one number."""
    rolled = np.empty((len(_LENGTHS), len(codes)), dtype=np.uint32)
    rolled[0] = codes
    for k in range(1, len(rolled)):
        np.multiply(rolled[k - 1], _FACTOR, out=rolled[k])
        begun = rolled[k, :-k]
        begun += codes[k:]
    return rolled


def _gaps(codes: Codes) -> tuple[Codes, Mask]:
    """Pairs of code points, by gap and place of the first; and which lie inside one clause. A mark
    that separates is in none; one is at both ends of a text."""
    marks = _separators().take(codes, mode="clip").nonzero()[0]
    widths = marks.copy()
    widths[1:] -= marks[:-1]
    widths[:1] += 1
    room = marks.repeat(widths)
    room -= np.arange(len(codes))
    first = codes * _FACTOR
    mixed = np.zeros((len(_GAPS), len(codes)), dtype=np.uint32)
    for row, gap in zip(mixed, _GAPS, strict=True):
        np.add(first[:-gap], codes[gap:], out=row[:-gap])
    mixed ^= _GAP_SALT
    return mixed, room > _GAPS_COLUMN


def _only(keys: Sequence[Keys], kept: Sequence[Mask]) -> Keys:
    """Those that are kept, of all in a row."""
    mask = np.concatenate([one.ravel() for one in kept])
    return np.concatenate([one.ravel() for one in keys]).compress(mask)


@functools.cache
def _salts(*views: int) -> Codes:
    """By length of the n-gram, then by view."""
    salts = [[(view * 16 + length) * _SALT & _LOW for view in views] for length in range(5)]
    return np.array(salts[1:], dtype=np.uint32)


def _stirred(mixed: Codes) -> Codes:
    for shift, factor in _STIRS:
        mixed ^= mixed >> shift
        mixed *= factor
    mixed ^= mixed >> _STIRS[0][0]
    return mixed


@functools.cache
def _separators() -> Mask:
    """By code point; the last stands for all beyond."""
    table = np.zeros(0x10000, dtype=np.bool_)
    table[[ord(char) for char in f"{_BEGIN}{_END},。!?~ "]] = True
    return table


def _once(keys: Keys) -> tuple[Numbers, Codes]:
    """Owners and hashes, sorted, each pair once, from keys: owners in the upper half, in the lower
    half hashes that are still to be stirred."""
    hashes = _stirred(keys.astype(np.uint32))
    keys = keys & _OWNER | hashes
    keys.sort()
    new = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    keys = keys.compress(new)
    return keys >> 32, keys.astype(np.uint32)
