"""Takes a picture of what a page shows: one JPEG of the window, never larger than ``MOST_BYTES``.

A picture shows names and faces and cannot be masked, so it is an original: who takes one says where
it is kept (``tingxue/pictures.py``), and where nobody does, none is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from playwright.async_api import Page

from domain.identity import canonical_url

MOST_BYTES = 300 * 1024
_QUALITIES = (60, 40, 20, 10)
"""Of the JPEG, tried in turn until it is small enough."""
_MILLISECONDS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """jpeg: of the window at ``taken_at`` (aware UTC), at most ``MOST_BYTES``. url: of the page.
    mention_ids: what the page had just brought."""

    jpeg: bytes
    url: str
    taken_at: datetime
    mention_ids: tuple[str, ...]


KeepPicture = Callable[[Picture], None]


async def taken(page: Page, mention_ids: tuple[str, ...], now: datetime) -> Picture | None:
    """What the window shows now; None where it is too large at every quality. Raises playwright's
    Error where the page has gone."""
    for quality in _QUALITIES:
        jpeg = await page.screenshot(
            type="jpeg", quality=quality, scale="css", timeout=_MILLISECONDS
        )
        if len(jpeg) <= MOST_BYTES:
            url = canonical_url(page.url)
            return Picture(jpeg=jpeg, url=url, taken_at=now, mention_ids=mention_ids)
    return None
