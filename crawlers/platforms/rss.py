"""Any RSS or Atom feed.

A feed that is not well-formed is not read at all: the loose parsing that feedparser offers would
store half an entry of a feed that was cut off. A valid feed without entries is empty_confirmed.

Options: ``words`` (comma-separated; only entries holding one are handed over; none = all), and
those of ``crawlers.manners.limits``. ``since`` is not used: feeds are short, intake is idempotent.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from xml.sax import SAXException

import feedparser

from crawlers.addresses import article_id
from crawlers.decoding import shown
from crawlers.extraction import Cache, Fetched, Finds, Page, mentions_any, plain, words_of
from crawlers.fields import Unreadable
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.manners import bases
from crawlers.moments import moment
from crawlers.spider import SpiderSource
from domain.identity import Pseudonym
from domain.plan import SourceSpec
from domain.ports import Source
from domain.times import SHANGHAI
from domain.types import Context, Incoming, Kind, Outcome


def source(spec: SourceSpec, given: Given) -> Source:
    """One or more feeds as one source. Raises NotConfigured for a wrong address or option."""
    reader = FeedReader(
        platform=spec.platform,
        own_channel=spec.own_channel,
        words=words_of(spec.options.get("words", "")),
        urls=tuple(bases(spec)),
        pseudonym=given.pseudonym,
        now=given.clock(),
    )
    return SpiderSource(spec=spec, reader=reader, given=given)


@dataclass(slots=True, kw_only=True)
class FeedReader:
    """Reads feeds into articles, and counts what its ending needs."""

    platform: str
    own_channel: bool
    words: tuple[str, ...]
    urls: tuple[str, ...]
    pseudonym: Pseudonym
    now: datetime
    entries: int = 0
    gone: int = 0

    def first(self) -> Sequence[Page]:
        return [Page(url=url, entry=True, cache=Cache.ASK) for url in self.urls]

    def read(self, got: Fetched) -> Finds:
        if got.status != 200:
            self.gone += 1
            return Finds()
        entries = _parse(got).entries
        self.entries += len(entries)
        items = tuple(filter(None, map(self._incoming, entries)))
        if entries and not items:
            raise ShapeChanged("订阅里的条目都没有标题和正文", shown(got.body))
        wanted = tuple(item for item in items if mentions_any(self.words, item.title, item.text))
        return Finds(items=wanted, seen=len(entries))

    def ending(self) -> tuple[Outcome, str]:
        if self.gone:
            return Outcome.ITEM_GONE, f"{self.gone} 个订阅地址已经不在了（404）"
        if not self.entries:
            return Outcome.EMPTY_CONFIRMED, "订阅有效，没有条目"
        return Outcome.OK, f"读条目 {self.entries} 条"

    def _incoming(self, entry: Any) -> Incoming | None:
        title = plain(entry.get("title", "")).replace("\n", " ")
        body = max((plain(html) for html in _bodies(entry)), key=len, default="")
        if not (title or body):
            return None
        url = _http(entry.get("link", ""))
        return Incoming(
            platform=self.platform,
            kind=Kind.ARTICLE,
            title=title,
            text=body or title,
            native_id=article_id(url) if url else entry.get("id") or None,
            url=url,
            author_ref=self.pseudonym(self.platform, entry.get("author", "").strip()),
            published_at=_published(entry, self.now),
            context=Context(source_kind="news", own_channel=self.own_channel),
        )


def _parse(got: Fetched) -> Any:
    headers = {"content-type": got.content_type, "content-location": got.url}
    feed = feedparser.parse(io.BytesIO(got.body), response_headers=headers)
    if isinstance(feed.get("bozo_exception"), SAXException):
        raise ShapeChanged("订阅的 XML 有错", shown(got.body))
    if not feed.get("version"):
        raise ShapeChanged("不是 RSS 或 Atom", shown(got.body))
    return feed


def _bodies(entry: Any) -> list[str]:
    return [entry.get("summary", ""), *(part.get("value", "") for part in entry.get("content", ()))]


def _http(link: str) -> str:
    return link if link.startswith(("http://", "https://")) else ""


def _published(entry: Any, now: datetime) -> datetime | None:
    """Aware UTC; None for a missing or unreadable time. A time without zone is Changchun time.
    feedparser's own reading is not used: 2026年11月23日 is the 1st to it, and no zone is UTC."""
    # By "in": feedparser warns when asked for an absent "updated" and answers with "published".
    field = next((name for name in ("published", "updated") if name in entry), None)
    if field is None:
        return None
    raw = str(entry[field]).strip()
    try:
        return moment(raw, anchor=now)
    except Unreadable:
        return _rfc822(raw)


def _rfc822(raw: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(raw)
    except ValueError:
        return None
    if found.tzinfo is None:  # no zone; "-0000" is UTC without saying where (RFC 5322 §3.3)
        found = found.replace(tzinfo=UTC if raw.endswith("-0000") else SHANGHAI)
    return found.astimezone(UTC)
