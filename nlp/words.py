"""Cuts Chinese text into words with jieba and the plan's own dictionary.

jieba reads its dictionary at the first call, not at import. It logs and warns while it loads, and
trusts a file in the system's temp folder that anybody may have put there; ``loaded`` ends all that.
"""

import logging
import threading
import warnings
from collections.abc import Iterable
from typing import Any

CUT_LIMIT = 20_000
"""Characters of a text that are cut into words; the rest is left out."""


class Words:
    """A jieba tokeniser of its own, so that no other user's dictionary leaks in."""

    def __init__(self, dictionary: Iterable[str]) -> None:
        self._dictionary = tuple(dictionary)
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def cut(self, text: str) -> list[str]:
        """The words of the first CUT_LIMIT characters, in order, without blanks."""
        if self._tokenizer is None:
            with self._lock:
                if self._tokenizer is None:
                    self._tokenizer = _tokenizer(self._dictionary)
        return [word for word in self._tokenizer.cut(text[:CUT_LIMIT]) if word.strip()]


def cutter(dictionary: Iterable[str]) -> Words:
    """Words with the plan's ``user_dictionary`` (one word a line; "词 频次 词性" is taken too)."""
    return Words(dictionary)


def loaded() -> Any:
    """jieba's own tokenizer with its dictionary, which is in memory once, and on no disk but where
    it was installed: jieba's own cache of it loads more slowly than the dictionary itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42.1 warns of its own regexes
        import jieba

    own = jieba.dt
    with own.lock:
        if not own.initialized:
            jieba.setLogLevel(logging.WARNING)
            own.FREQ, own.total = own.gen_pfdict(own.get_dict_file())
            own.initialized = True
    return own


def _tokenizer(dictionary: tuple[str, ...]) -> Any:
    own = loaded()
    tokenizer = type(own)()
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = dict(own.FREQ), own.total, True
    for line in dictionary:
        word, frequency, tag = (*line.split(), None, None, None)[:3]
        if word:
            tokenizer.add_word(word, int(frequency) if frequency else None, tag)
    return tokenizer
