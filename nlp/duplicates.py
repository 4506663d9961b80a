"""Recognises one text under its reposts, truncations and decorations.

`fingerprints` gives a few stable keys: texts that share a key are candidates, `similarity` verifies
them. Keys never change between runs, machines or versions of Python, so they may be stored.
"""

import functools
import hashlib
import re
import struct
import unicodedata
import zlib

from rensa import RMinHash

EXACT_ONLY_BELOW = 12
"""Bare characters below which two texts are the same only if they are equal: short comments are
alike by chance."""
READ_LIMIT = 2_000
"""Bare characters that are read; longer texts are compared by their beginning."""
_SHINGLE = 3
_BANDS, _ROWS = 20, 2
_SEED = 20261123
"""Of the hash functions. Another seed, or other functions in another rensa, makes other keys: texts
filed before it are then not recognised again, which matters for three days."""

_FORWARD = re.compile(r"//\s*@[^:：]{1,40}[:：].*|回复\s*@[^:：]{1,40}[:：]", re.DOTALL)
_NOISE = re.compile(
    r"https?://[!-~]+|@[\w\-·]{1,30}|\[[^\[\]\n]{1,8}\]|(?:转发|快转|轉發)\s*微博|#[^#\s]{1,30}#?|"
    r"(?:网页链接|展开全文|收起全文)"
)


def bare(text: str) -> str:
    """What is left of a text when decoration goes: letters, digits and Chinese characters only."""
    plain = unicodedata.normalize("NFKC", text[: READ_LIMIT * 4]).lower()
    own = _FORWARD.sub("", plain)
    kept = _letters(_NOISE.sub("", own))
    # a bare forward ("转发微博//@甲：原文") has no words of its own: it is the forwarded text
    return (kept or _letters(_NOISE.sub("", _forwarded(plain))))[:READ_LIMIT]


@functools.lru_cache(maxsize=1024)
def fingerprints(text: str) -> tuple[str, ...]:
    """Keys of a text: one exact key, and 20 band keys from 12 bare characters on. () if it is
    nothing but decoration. Two texts with Jaccard similarity s share a band key with probability
    1-(1-s²)²⁰ (0.99 at s=0.5, 0.56 at 0.2); unrelated ones seldom do, and must be verified."""
    kept = bare(text)
    if not kept:
        return ()
    exact = "x" + hashlib.sha256(kept.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if len(kept) < EXACT_ONLY_BELOW:
        return (exact,)
    hashes = RMinHash(num_perm=_BANDS * _ROWS, seed=_SEED)
    hashes.update(_shingles(kept))
    lows = struct.pack(f"<{_BANDS * _ROWS}I", *hashes.digest())
    bands = (lows[i * _ROWS * 4 : (i + 1) * _ROWS * 4] for i in range(_BANDS))
    return (exact, *(f"b{i:02d}{zlib.crc32(band):08x}" for i, band in enumerate(bands)))


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
    """Share 0…1 of the shorter text's 3-grams that the longer one holds: 1 for a truncation."""
    left, right = _shingles(bare(a)), _shingles(bare(b))
    smaller = min(len(left), len(right))
    return len(left & right) / smaller if smaller else 0.0


def _forwarded(plain: str) -> str:
    hit = re.search(r"//\s*@[^:：]{1,40}[:：](.*)", plain, re.DOTALL)
    return _FORWARD.sub("", hit[1]) or hit[1] if hit else ""


def _letters(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


@functools.lru_cache(maxsize=1024)
def _grams(text: str) -> tuple[str, frozenset[str]]:
    """The bare text and its 3-grams, kept: one text is compared with many."""
    kept = bare(text)
    return kept, frozenset(_shingles(kept))


def _shingles(kept: str) -> set[str]:
    encoded = kept.encode("utf-8", "replace").decode("utf-8")
    return {encoded[i : i + _SHINGLE] for i in range(max(1, len(kept) - _SHINGLE + 1))}
