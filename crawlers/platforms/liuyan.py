"""人民网领导留言板: what citizens write to a leader, by the form that the board's own page posts.

Addresses and shape: platforms.md §13. The board answers fast readers with 403, so a run asks the
list page first, then one page for each forum, never faster than ``LEAST_DELAY``. The nickname on
the board was masked by the site and is no account: it is not read, nor is any answer's text.

Options: ``fids`` (comma-separated numbers of forums; needed), ``state`` (1 all, 2 waiting, 3 in
hand, 4 answered), ``most_pages`` (1, of each forum), ``words`` (the board has no search; none =
all), and those of ``crawlers.manners.limits``. A forum's next page is read while the last one
reaches back to ``since``; intake is idempotent, so pages may overlap.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from crawlers.decoding import decode, shown
from crawlers.extraction import Cache, Fetched, Finds, Page, mentions_any, words_of
from crawlers.fields import Unreadable, identifier, words
from crawlers.given import Given
from crawlers.health import ShapeChanged
from crawlers.manners import bases, whole_number
from crawlers.moments import moment
from crawlers.spider import SpiderSource
from domain.errors import NotConfigured
from domain.plan import SourceSpec
from domain.ports import Source
from domain.types import Context, Incoming, Kind, Outcome

LEAST_DELAY = 1.5
"""Seconds between two requests, whatever the config says."""

LATE = timedelta(days=7)
"""A letter stands under its number, in the order of writing, but appears only when the board has
checked it: so far before ``since`` a page may still hold new ones (our margin, not measured)."""

_LIST, _QUERY = "/threads/list?fid=", "/threads/queryThreadsList"


def source(spec: SourceSpec, given: Given) -> Source:
    """The board. No mark is of use: a letter may appear below the newest number (``LATE``). Raises
    NotConfigured for a wrong address or option, above all without fids."""
    state = spec.options.get("state", "1")
    if state not in ("1", "2", "3", "4"):
        raise NotConfigured(f"来源 {spec.name} 的选项 state 只能是 1、2、3、4，现在是 {state!r}")
    reader = BoardReader(
        base=bases(spec)[0].rstrip("/"),
        fids=_fids(spec),
        state=state,
        most_pages=whole_number(spec, "most_pages", 1),
        words=words_of(spec.options.get("words", "")),
        own_channel=spec.own_channel,
        now=given.clock(),
        since=given.since,
    )
    slow = replace(spec, delay_seconds=max(spec.delay_seconds, LEAST_DELAY))
    return SpiderSource(
        spec=slow,
        reader=reader,
        given=given,
        steps={"crawlers.visit.Visit": 700},
    )


def _fids(spec: SourceSpec) -> tuple[str, ...]:
    fids = tuple(filter(None, re.split(r"[,，\s]+", spec.options.get("fids", ""))))
    if not fids or not all(fid.isascii() and fid.isdigit() for fid in fids):
        raise NotConfigured(
            f"来源 {spec.name} 的选项 fids 要写留言板的编号，用逗号隔开："
            "用浏览器打开要看的领导的留言板，地址里 fid= 后面的数字就是"
        )
    return tuple(dict.fromkeys(fids))


@dataclass(slots=True, kw_only=True)
class BoardReader:
    """Reads the lists of some forums, and counts what its ending needs."""

    base: str
    fids: tuple[str, ...]
    state: str
    most_pages: int
    words: tuple[str, ...]
    own_channel: bool
    now: datetime
    since: datetime | None
    pages: Counter[str] = field(default_factory=Counter)
    seen: int = 0
    answered: int = 0
    strange: int = 0

    def first(self) -> Sequence[Page]:
        start = Page(url=f"{self.base}{_LIST}{self.fids[0]}", entry=False, cache=Cache.NEVER)
        return [start, *(self._page(fid, "0") for fid in self.fids)]

    def read(self, got: Fetched) -> Finds:
        if not got.page.form:
            return Finds()  # drawn by the page's own program: its words are in the lists
        form = dict(got.page.form)
        self.pages[form["fid"]] += 1
        rows = _rows(got)
        read = [self._incoming(row) for row in rows]
        items = [one for one in read if one is not None]
        self.seen += len(items)
        self.answered += sum(bool(row.get("answerOrganization")) for row in rows)
        wanted = tuple(one for one in items if mentions_any(self.words, one.title, one.text))
        return Finds(
            pages=tuple(self._older(form["fid"], form["lastItem"], items)),
            items=wanted,
            seen=len(items),
            strange=self._strange(rows, len(rows) - len(items)),
        )

    def ending(self) -> tuple[Outcome, str]:
        notes = f"{len(self.fids)} 个留言板，读留言 {self.seen} 条，其中已答复 {self.answered} 条"
        if self.strange:
            return Outcome.SCHEMA_CHANGED, f"{self.strange} 条留言的样子不认识；{notes}"
        if not self.seen:
            return Outcome.EMPTY_AMBIGUOUS, f"网站说成功，却一条也没有，请核对 fids；{notes}"
        return Outcome.OK, notes

    def _page(self, fid: str, last: str) -> Page:
        form = (("fid", fid), ("state", self.state), ("lastItem", last))
        return Page(url=f"{self.base}{_QUERY}", entry=True, cache=Cache.NEVER, form=form,
                    referer=f"{self.base}{_LIST}{fid}")  # fmt: skip

    def _older(self, fid: str, last: str, items: Sequence[Incoming]) -> Iterator[Page]:
        """The next page, where this one brought something new and all of it may not be all."""
        tids = [int(one.native_id or 0) for one in items]
        lower = [tid for tid in tids if last == "0" or tid < int(last)]
        if not lower or self.pages[fid] >= self.most_pages or self._known(items):
            return
        yield self._page(fid, str(min(lower)))

    def _known(self, items: Sequence[Incoming]) -> bool:
        """Whether the page reaches back to what the last run saw."""
        written = [one.published_at for one in items if one.published_at]
        return self.since is not None and min(written) < self.since - LATE

    def _incoming(self, row: Mapping[str, Any]) -> Incoming | None:
        """None for a row that is not of the known shape."""
        try:
            tid, title = identifier(row["tid"]), words(row["subject"])
            text, written = words(row["content"]), moment(row["dateline"], anchor=self.now)
        except (KeyError, Unreadable):
            return None
        if not (tid.isascii() and tid.isdigit() and (title or text) and written):
            return None
        return Incoming(
            platform="liuyan",
            kind=Kind.POST,
            title=title,
            text=text or title,
            native_id=tid,
            url=f"{self.base}/threads/content?tid={tid}",
            published_at=written,
            context=Context(source_kind="search", own_channel=self.own_channel),
        )

    def _strange(self, rows: Sequence[Mapping[str, Any]], many: int) -> ShapeChanged | None:
        if not many:
            return None
        self.strange += many
        bad = next(row for row in rows if self._incoming(row) is None)
        return ShapeChanged("留言的字段不认识", _shape(bad))


def _rows(got: Fetched) -> list[dict[str, Any]]:
    """The threads of one answer. Raises ShapeChanged for anything but the board's envelope."""
    try:
        data = json.loads(decode(got.body) or "")
    except ValueError:
        raise ShapeChanged("留言板的回答不是 JSON", shown(got.body)) from None
    rows = data.get("responseData") if isinstance(data, dict) else None
    well = isinstance(data, dict) and data.get("result") == "success" and data.get("success")
    if not well or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ShapeChanged("留言板的回答不是认识的样子", _shape(data))
    return rows


def _shape(data: object) -> str:
    """Names and kinds of the fields, without what stands in them: these are people's letters."""
    if not isinstance(data, dict):
        return type(data).__name__
    kinds = {str(key)[:40]: type(value).__name__ for key, value in list(data.items())[:80]}
    return json.dumps(kinds, ensure_ascii=False)
