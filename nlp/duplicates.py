"""Recognises one text under its reposts, truncations and decorations.

`fingerprints` gives a few stable keys: texts that share a key are candidates, `same` and `repeats`
verify them. Keys never change between runs, machines or versions of Python, so they may be stored.
"""

import functools
import hashlib
import re
import struct
import unicodedata

from rensa import RMinHash

EXACT_ONLY_BELOW = 12
"""Bare characters below which two texts are the same only if they are equal: short comments are
alike by chance."""
ALIKE, INSIDE = 0.4, 0.8
"""Similarity, or containment, from which on two texts are one. Of 5,149 texts written for this
project two pairs come so near that are not."""
REPEATED = 0.8
"""Similarity from which on one text has the very words of another."""
READ_LIMIT = 2_000
"""Bare characters that are read; longer texts are compared by their beginning."""
_SHINGLE = 3
_BANDS, _ROWS = 20, 2
_SEED = 20261123
"""Of the hash functions. Another seed, or other functions in another rensa, makes other keys: texts
filed before it are then not recognised again, which matters for three days."""

_FORWARD = re.compile(r"//\s*@[^:：]{1,40}[:：]")
_NOISE = re.compile(
    r"回复\s*@[^:：]{1,40}[:：]|https?://[!-~]+|@[\w\-·]{1,30}|\[[^\[\]\n]{1,8}\]|"
    r"#[^#\s]{1,30}#?|(?:转发|快转|轉發)\s*微博|网页链接|展开全文|收起全文"
)
_PLACES = tuple(
    (f"b{band:02d}", band * _ROWS * 2, (band + 1) * _ROWS * 2) for band in range(_BANDS)
)
"""Of each band its name, and where its numbers begin and end in two digits each."""
_SIGNS = re.compile(r"[\W_]+")


def bare(text: str) -> str:
    """What is left of a text when decoration goes: letters, digits and Chinese characters only. Of
    a forward (own words//@name: the words of another) the longest part: what it is about."""
    return max(_parts(text), key=len)[:READ_LIMIT]


@functools.lru_cache(maxsize=1024)
def fingerprints(text: str) -> tuple[str, ...]:
    """Keys of a text: one exact key, and 20 band keys from 12 bare characters on. () if it is
    nothing but decoration. Two texts with Jaccard similarity s share a band key with probability
    1-(1-s²)²⁰ (0.99 at s=0.5, 0.56 at 0.2); unrelated ones seldom do, and must be verified."""
    kept, grams = _grams(text)
    if not kept:
        return ()
    exact = "x" + hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if len(kept) < EXACT_ONLY_BELOW:
        return (exact,)
    hashes = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    hashes.update(grams)
    packed = struct.pack(f"<{_BANDS * _ROWS}I", *hashes.digest())
    # the lower half of each number: the upper bits of a minimum are nearly always zero
    low, high = packed[0::4].hex(), packed[1::4].hex()
    return (exact, *[name + low[at:end] + high[at:end] for name, at, end in _PLACES])


def same(a: str, b: str) -> bool:
    """Whether both are one text: much alike, or one is nearly whole inside the other. Finds 94 % of
    texts that have one character in ten changed (`bench/clusters.py`)."""
    return similarity(a, b) >= ALIKE or containment(a, b) >= INSIDE


def repeats(a: str, b: str) -> bool:
    """Whether ``a`` says what ``b`` says and adds nothing: nearly the same words, and beside a
    forwarded text no words of its own that ``b`` does not hold."""
    if similarity(a, b) < REPEATED:
        return False
    parts, known = _parts(a), "".join(_parts(b))
    longest = max(parts, key=len)
    return all(part in known for part in parts if part is not longest)


def similarity(a: str, b: str) -> float:
    """Jaccard similarity 0…1 of the 3-grams of both bare texts; short texts: 1 if equal, else 0."""
    (bare_a, left), (bare_b, right) = _grams(a), _grams(b)
    if bare_a == bare_b:
        return 1.0 if bare_a else 0.0
    if min(len(bare_a), len(bare_b)) < EXACT_ONLY_BELOW:
        return 0.0
    both = len(left & right)
    return both / (len(left) + len(right) - both)


def containment(a: str, b: str) -> float:
    """Share 0…1 of the shorter text's 3-grams that the longer one holds: 1 for a truncation; short
    texts as in `similarity`."""
    (bare_a, left), (bare_b, right) = _grams(a), _grams(b)
    if min(len(bare_a), len(bare_b)) < EXACT_ONLY_BELOW:
        return similarity(a, b)
    return len(left & right) / min(len(left), len(right))


def _parts(text: str) -> list[str]:
    """Bare words of a text and of each text that it forwards; at least one part."""
    plain = unicodedata.normalize("NFKC", text[: READ_LIMIT * 4]).lower()
    if "//" not in plain:
        return [_letters(plain)]
    return [_letters(part) for part in _FORWARD.split(plain)]


def _letters(part: str) -> str:
    return _SIGNS.sub("", _NOISE.sub("", part))


@functools.lru_cache(maxsize=1024)
def _grams(text: str) -> tuple[str, frozenset[str]]:
    """The bare text and its 3-grams, kept: one text is compared with many."""
    kept = bare(text)
    whole = kept.encode("utf-8", "replace").decode("utf-8")  # rensa refuses lone surrogates
    last = max(1, len(whole) - _SHINGLE + 1)
    return kept, frozenset([whole[i : i + _SHINGLE] for i in range(last)])
