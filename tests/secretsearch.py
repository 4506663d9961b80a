"""Looks for planted identifiers in bytes: as they were planted, folded, and as ASCII JSON."""

import json
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path


class Secrets:
    """Finds any of many strings in bytes: as it was planted, folded, and as ASCII JSON."""

    def __init__(self, secrets: frozenset[str]) -> None:
        self._by_start: dict[tuple[int, ...], list[tuple[bytes, str]]] = {}
        for secret in secrets:
            for form in {text.encode() for text in _forms(secret)}:
                self._by_start.setdefault(tuple(form[:_START]), []).append((form, secret))

    def found(self, content: bytes) -> set[str]:
        """Those that occur."""
        there = set(zip(*(content[n:] for n in range(_START)), strict=False))
        starts = there & self._by_start.keys()
        return {
            secret for start in starts for form, secret in self._by_start[start] if form in content
        }


_START = 4
"""Bytes; no identifier is shorter."""


def _forms(secret: str) -> Iterator[str]:
    folded = unicodedata.normalize("NFKC", secret)
    for form in (secret, folded, folded.casefold(), re.sub(r"[\s\u200b]+", " ", folded)):
        yield form
        yield json.dumps(form)[1:-1]


def content(path: Path) -> bytes:
    """What stands in a file; a paper or a pack is opened, and its words are also read without
    their tags."""
    raw = path.read_bytes()
    if path.suffix in (".docx", ".xlsx", ".zip"):
        with zipfile.ZipFile(path) as pack:
            raw = b"\n".join(pack.read(name) for name in pack.namelist())
        return raw + re.sub(rb"<[^>]*>", b"", raw)
    return raw
