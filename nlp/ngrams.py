"""Cuts texts into hashed character n-grams: what the learned models read.

A batch of texts becomes pairs (text number, 32-bit hash), each pair once. Training and running use
the same functions, so a changed hash needs new weights (``./run train``). All views are made in one
go: for one text alone, calling numpy costs more than what it does.
"""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
from ahocorasick_rs import AhoCorasick, MatchKind

from nlp.clauses import Span
from nlp.rulebook import word_classes

Codes = npt.NDArray[np.uint32]
Numbers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]
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
        first, last = self.starts[number], self.starts[number + 1]
        here = slice(*self.owners.searchsorted((first, last)))
        end = self.starts[-1]
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
    codes, owners, sizes = _codes(ids[: 2 * n + m], texts, signs, spans)
    rolled, whole = _rolled(codes, owners, 4)

    at = sizes[0] + sizes[1]
    clauses = (rolled[:3, at:], whole[:3, at:], owners[at:] - 3 * n)
    signed = slice(sizes[0], at)
    keys = [
        (rolled ^ _salts(1, 2, 4).repeat(sizes, axis=1) | _high(owners))[whole],
        *_beside(*clauses, np.repeat(np.arange(n), [len(own) for own in parts]), starts[4:6]),
        _gaps(codes[signed], owners[signed] + n),
    ]
    return Bag(*_once(np.concatenate(keys)), starts)


def characters(texts: Sequence[str]) -> Grams:
    """The first of TEXT_VIEWS alone."""
    codes, owners, _ = _codes(np.arange(len(texts)), texts)
    rolled, whole = _rolled(codes, owners, 4)
    return Grams(*_once((rolled ^ _salts(1) | _high(owners))[whole]), len(texts))


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


def _codes(ids: Numbers, *groups: Sequence[str]) -> tuple[Codes, Numbers, tuple[int, ...]]:
    """All code points of all texts in a row, with marks around each; the number, of ``ids``, of
    the text that each belongs to; how many belong to each group."""
    marked = [[f"{_BEGIN}{text[:READ]}{_END}" for text in group] for group in groups]
    lengths = [[len(text) for text in group] for group in marked]
    packed = "".join(chain.from_iterable(marked)).replace("\n", " ")
    codes = np.frombuffer(packed.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    return codes, ids.repeat(list(chain(*lengths))), tuple(map(sum, lengths))


def _rolled(codes: Codes, owners: Numbers, longest: int) -> tuple[Codes, Mask]:
    """Row k: the n-grams of k + 1 code points that begin at each place, mixed into one number; and
    which of them end in the text in which they begin."""
    rolled = np.zeros((longest, len(codes)), dtype=np.uint32)
    whole = np.zeros((longest, len(codes)), dtype=np.bool_)
    rolled[0], whole[0] = codes, True
    for k in range(1, min(longest, len(codes))):
        np.multiply(rolled[k - 1, :-k], _FACTOR, out=rolled[k, :-k])
        rolled[k, :-k] += codes[k:]
        np.equal(owners[:-k], owners[k:], out=whole[k, :-k])
    return rolled, whole


def _beside(
    rolled: Codes, whole: Mask, clause: Numbers, text_of: Numbers, starts: Sequence[int]
) -> Iterator[Keys]:
    """The n-grams of each clause as the clause after it hears them, then as that before it does:
    if it is of the same text. ``text_of``: each clause's text."""
    same = np.zeros(len(text_of) + 1, dtype=np.bool_)
    np.equal(text_of[1:], text_of[:-1], out=same[1:-1])
    for start, step, salt, heard in ((starts[0], 1, 5, same[1:]), (starts[1], -1, 6, same)):
        keys = rolled ^ _salts(salt)[:3] | _high(clause + (start + step))
        yield keys[whole & heard.take(clause)]


def _gaps(codes: Codes, owners: Numbers) -> Keys:
    """Pairs of code points inside one clause. A mark that separates begins a new clause, and is in
    none; there is one at both ends of a text."""
    apart = _separates(codes)
    clause = np.cumsum(apart)
    first = np.where(apart, -1, clause)
    begin = [(clause[gap:] == first[:-gap]).nonzero()[0] for gap in _GAPS]
    one = np.concatenate(begin)
    other = one + np.array(_GAPS).repeat(list(map(len, begin)))
    mixed = (codes * _FACTOR).take(one) + codes.take(other)
    keys: Keys = mixed ^ _GAP_SALT | _high(owners).take(one)
    return keys


def _high(owners: Numbers) -> Keys:
    """Owners in the upper half of a key; the lower half is the hash."""
    return owners.view(np.uint64) << np.uint64(32)


@functools.cache
def _salts(*views: int) -> Codes:
    """By length of the n-gram, then by view."""
    salts = [[(view * 16 + length) * _SALT & _LOW for view in views] for length in range(5)]
    return np.array(salts[1:], dtype=np.uint32)


def _stirred(mixed: Codes) -> Codes:
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        mixed ^= mixed >> np.uint32(shift)
        mixed *= np.uint32(factor)
    mixed ^= mixed >> np.uint32(16)
    return mixed


@functools.cache
def _separators() -> Mask:
    table = np.zeros(0x10000, dtype=np.bool_)
    table[[ord(char) for char in f"{_BEGIN}{_END},。!?~ "]] = True
    return table


def _separates(codes: Codes) -> Mask:
    return _separators()[np.minimum(codes, np.uint32(0xFFFF))]


def _once(keys: Keys) -> tuple[Numbers, Codes]:
    """Owners and hashes, sorted, each pair once; the lower halves of the keys are stirred first."""
    keys = keys & np.uint64(_LOW << 32) | _stirred(keys.astype(np.uint32))
    keys.sort()
    new = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    keys = keys[new]
    return (keys >> np.uint64(32)).view(np.int64), keys.astype(np.uint32)
