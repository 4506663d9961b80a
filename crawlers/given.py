"""What the hall hands to a plug-in that reads a site, beside its entry in config.

Apart from the spider, so that who only hands it over does not load Scrapy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from crawlers.health import KeepFragment
from domain.identity import Pseudonym
from domain.times import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """cache_dir: the source's own folder for pages; since: when its last run began (aware UTC, None
    for never); keep_fragment: where a page of unknown shape leaves a piece; marks: what its last
    runs handed to ``intake(items, marks={…})``, stored with the items or not at all. The sources of
    today read no marks: the page cache and ``since`` say what is known."""

    clock: Clock
    pseudonym: Pseudonym
    cache_dir: Path
    since: datetime | None
    keep_fragment: KeepFragment | None = None
    marks: Mapping[str, str] = field(default_factory=dict)
