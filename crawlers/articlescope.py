"""Which addresses of a news site are read as articles: by host, by shape, by day.

The day comes from what the site says of an address (a sitemap's lastmod) or from the address
itself; an address without any date is new. Only the page cache saves such a one from being asked
for again.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from crawlers.manners import bases, whole_number
from domain.errors import NotConfigured
from domain.plan import SourceSpec
from domain.times import shanghai_day

OVERLAP = timedelta(days=1)
"""Read again before ``since``: an address and a lastmod often give the day alone."""

MOST_DAYS = 31
"""A longer absence is caught up with no further back than this."""

_DAY = re.compile(r"(?<!\d)(20\d\d)[-/_]?(\d\d)(?:[-/_]?(\d\d))?(?=[/_-])")


def regex_of(spec: SourceSpec, key: str) -> re.Pattern[str]:
    """An option that is looked for in path and query of an address. Raises NotConfigured."""
    try:
        return re.compile(spec.options[key])
    except re.error:
        raise NotConfigured(f"来源 {spec.name} 的选项 {key} 不是正则表达式") from None


def oldest_day(now: datetime, days_back: int, since: datetime | None) -> date:
    """The first Shanghai day that is of interest: ``days_back`` before today, or the day before
    ``since`` where that is longer ago, but ``MOST_DAYS`` at most."""
    today = shanghai_day(now)
    wanted = today - timedelta(days=days_back)
    if since is not None:
        wanted = min(wanted, shanghai_day(since - OVERLAP))
    return max(wanted, today - timedelta(days=MOST_DAYS))


def last_day_of(url: str) -> date | None:
    """The day that an address names (``t20201215_…``, ``/2020-01-20/``), for ``/202605/`` the last
    of the month; None without any. Only for leaving out what is old."""
    day, in_month = _dated(url)
    if day is None or in_month:
        return day
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def day_of(url: str) -> date | None:
    """The full day that an address names; None without any."""
    day, in_month = _dated(url)
    return day if in_month else None


def _dated(url: str) -> tuple[date | None, bool]:
    """(a day or the first of a month, whether it is a day), of the latest date in the path: a
    number may look like an older one, as in ``/20261123/200412_1.html``."""
    found = []
    for year, month, day in _DAY.findall(urlsplit(url).path):
        try:
            found.append((date(int(year), int(month), int(day or 1)), bool(day)))
        except ValueError:
            continue
    return max(found, default=(None, False))


def path_of(url: str) -> str:
    """What the regular expressions of a source are looked for in."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which addresses of a site are read as articles."""

    hosts: frozenset[str]
    article: re.Pattern[str]
    oldest: date
    most: int

    def ours(self, url: str) -> bool:
        """Whether the crawl may go there (``crawlers.manners.OwnHosts``)."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        near = any(host == own or host.endswith(f".{own}") for own in self.hosts)
        return near and parts.scheme in ("http", "https")

    def is_article(self, url: str) -> bool:
        return self.ours(url) and self.article.search(path_of(url)) is not None

    def is_new(self, url: str, told: date | None = None) -> bool:
        """By what the site said (lastmod), else by the address; without a date it is new."""
        day = told or last_day_of(url)
        return day is None or day >= self.oldest


def scope_of(spec: SourceSpec, now: datetime, since: datetime | None) -> Scope:
    """Options ``article`` (needed), ``days_back`` (3), ``most_articles`` (200). Raises
    NotConfigured and names the option."""
    if not spec.options.get("article"):
        raise NotConfigured(f"来源 {spec.name} 缺少选项 article：文章地址的正则表达式")
    return Scope(
        hosts=frozenset(urlsplit(url).hostname or "" for url in bases(spec)),
        article=regex_of(spec, "article"),
        oldest=oldest_day(now, whole_number(spec, "days_back", 3), since),
        most=whole_number(spec, "most_articles", 200),
    )
