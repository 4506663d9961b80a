"""Bytes of a Chinese site as text. Apart from ``crawlers.extraction``, which loads Scrapy: whoever
only reads a file need not wait for that.
"""


def decode(body: bytes) -> str | None:
    """A Chinese page's text: UTF-8 whatever the page claims, GB18030 where it is not, None where
    it is neither. One broken character in 200 is forgiven: real pages cut titles inside one."""
    text = body.decode("utf-8-sig", errors="replace")
    if text.count("\ufffd") * 200 <= len(text):
        return text
    try:
        return body.decode("gb18030")
    except UnicodeDecodeError:
        return None


def shown(body: bytes) -> str:
    """The beginning of bytes that could not be read, as a fragment for people."""
    return body[:4000].decode("utf-8", errors="replace")
