"""Reads one sitemap file (sitemaps.org 0.9, with Google's news fields), packed with gzip or not.

Bounded in bytes and entries, and without entities: a document type declaration is refused, so
nothing in the file can grow or lead elsewhere. A file that is not well-formed is not read at all.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from crawlers.decoding import shown
from crawlers.health import ShapeChanged

MOST_BYTES = 50 * 1024 * 1024
MOST_ENTRIES = 50_000
"""Of one file, unpacked: the protocol's own limits."""

_WANTED = ("loc", "lastmod", "publication_date")
_LONGEST = 2048  # characters of one address, the protocol's limit


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry. ``changed``: lastmod, else a news sitemap's publication date, as written."""

    url: str
    changed: str


@dataclass(frozen=True, slots=True)
class Sitemap:
    """An index lists sitemaps, any other lists pages."""

    is_index: bool
    listed: Sequence[Listed]


def sitemap(body: bytes) -> Sitemap:
    """Raises ShapeChanged for what is no sitemap, is broken, or goes beyond the limits."""
    document = _unpacked(body)
    build = _Build()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = build.doctype
    parser.StartElementHandler = build.start
    parser.EndElementHandler = build.end
    parser.CharacterDataHandler = build.text
    try:
        parser.Parse(document, True)
    except (expat.ExpatError, LookupError, ValueError):  # LookupError: an encoding nobody knows
        raise ShapeChanged("站点地图的 XML 有错", shown(document)) from None
    except _Refused as refused:
        raise ShapeChanged(str(refused), shown(document)) from None
    return Sitemap(build.root == "sitemapindex", build.listed)


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unpacking = zlib.decompressobj(wbits=31)
    try:
        document = unpacking.decompress(body, MOST_BYTES)
    except zlib.error:
        raise ShapeChanged("站点地图的压缩坏了", "") from None
    if unpacking.unconsumed_tail:
        raise ShapeChanged(f"站点地图超过 {MOST_BYTES >> 20} MB", shown(document))
    if not unpacking.eof:
        raise ShapeChanged("站点地图的压缩坏了", shown(document))
    return document


class _Refused(Exception):
    pass


@dataclass(slots=True)
class _Build:
    """Takes the parser's events."""

    root: str = ""
    listed: list[Listed] = field(default_factory=list)
    entry: dict[str, str] = field(default_factory=dict)
    inside: str = ""

    def doctype(self, *_: object) -> None:
        raise _Refused("站点地图里有 DOCTYPE，不读")

    def start(self, tag: str, _attributes: object) -> None:
        name = _local(tag)
        if not self.root:
            if name not in ("urlset", "sitemapindex"):
                raise _Refused("不是站点地图")
            self.root = name
        if name in ("url", "sitemap"):
            self.entry = {}
        # A picture's address (image:loc) is no page.
        foreign = "/sitemap-" in tag and name != "publication_date"
        self.inside = name if name in _WANTED and not foreign else ""

    def text(self, text: str) -> None:
        if self.inside and len(self.entry.get(self.inside, "")) <= _LONGEST:
            self.entry[self.inside] = self.entry.get(self.inside, "") + text

    def end(self, tag: str) -> None:
        self.inside = ""
        if _local(tag) not in ("url", "sitemap"):
            return
        url = self.entry.get("loc", "").strip()
        changed = (self.entry.get("lastmod") or self.entry.get("publication_date", "")).strip()
        if len(self.listed) >= MOST_ENTRIES:
            raise _Refused(f"站点地图超过 {MOST_ENTRIES} 条")
        if url:
            self.listed.append(Listed(url, changed))


def _local(tag: str) -> str:
    return tag.rpartition(" ")[2].lower()
