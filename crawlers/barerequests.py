"""What is kept of a request that a page made: what a parser may read of it, and nothing else.

Most of what a page sends describes the browser of the person who looked, or proves who that is.
"""

import html
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from crawlers.scrubbing import scrub
from domain.privacy import mask

PARAMETERS = frozenset(
    """keyword keywords kw q qw query wd word search_word search_key p s t z
    aweme_id item_id comment_id note_id photoid photo_id id mid bvid aid oid tid fid pid kz
    poiid poi_id objectid exportid feedid root root_comment_id rootcommentid top_comment_id reply_id
    cid fetch_level rn pn page offset cursor pcursor count limit ps next max_id max_id_type
    since_id flow type mode search_type sort sort_type order order_by containerid page_type
    is_reload is_mix cl tn rtt bsst timescope""".split()
)


def bare_request(url: str) -> str:
    """The address of a request with only those parameters that a parser may read, masked."""
    parts = urlsplit(url)
    host = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    return urlunsplit((parts.scheme, host, mask(parts.path), _form(parts.query), ""))


def bare_form(text: str, platform: str) -> str:
    """The same for what was sent: JSON, or a form."""
    found = scrub(text.encode("utf-8", "replace"), platform) if text[:1] in ("{", "[") else ""
    return found or _form(html.unescape(text))


def _form(text: str) -> str:
    pairs = [(k, mask(v)) for k, v in parse_qsl(text) if k.lower() in PARAMETERS]
    return urlencode(pairs, quote_via=quote)
