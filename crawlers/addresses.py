"""The id of an article that nothing but its address names (百度, 头条, 公众号, news sites, feeds).

Most sites name an article by the path. Some name it by the query, and there the path alone would
make one article of all: ``baijiahao.baidu.com/s?id=7``, ``mp.weixin.qq.com/s?__biz=…``.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from domain.identity import canonical_url

_TOUTIAO = re.compile(r"^/(?:group|article|video|w|a|i)/?([0-9]{10,20})/?$")
_NAMING = {
    "mp.weixin.qq.com": frozenset(("__biz", "mid", "idx")),
    "baijiahao.baidu.com": frozenset(("id",)),
}
# Tells where a reader came from, never which article it is. In doubt a name is kept: one article
# seen as two is a nuisance, two seen as one are one complaint lost.
_TRACKING = re.compile(
    r"^(?:utm_\w+|spm\w*|scm|from\w*|source|src|ref|refer\w*|share\w*|tt_\w+|wfr|for|fr|chksm|scene|"
    r"timestamp|_t)$",
    re.IGNORECASE,
)
_BY_ADDRESS = frozenset(("toutiao", "baidu", "wechat_article"))


def article_id(url: str) -> str:
    """The canonical address, with those parts of the query that tell articles apart, in the order
    of their names. 头条 has several addresses for one article; they get one id.

    The forms of 头条 other than /group/ and the tracking names are general knowledge, unverified.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    toutiao = _TOUTIAO.match(parts.path) if host.endswith("toutiao.com") else None
    if toutiao:
        return f"https://www.toutiao.com/group/{toutiao[1]}"
    naming = _NAMING.get(host)
    pairs = parse_qsl(parts.query)
    if naming is None:
        kept = [pair for pair in pairs if not _TRACKING.match(pair[0])]
    else:
        kept = [pair for pair in pairs if pair[0] in naming]
    return f"{canonical_url(url)}?{urlencode(sorted(kept))}" if kept else canonical_url(url)


def address_id(platform: str, url: str) -> str:
    """The same where the address is what makes a post of this platform itself; "" elsewhere and
    without an address."""
    return article_id(url) if platform in _BY_ADDRESS and url else ""
