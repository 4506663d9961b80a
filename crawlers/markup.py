"""Reads lists that a page brings as HTML: each box becomes a ``Node`` of its visible words.

So counts, times and missing things are read, and named when they are wrong, as in JSON.
"""

from collections.abc import Iterable

from scrapy.selector import Selector

from crawlers.decoding import decode, shown
from crawlers.health import ShapeChanged
from crawlers.nodes import Node


def page(body: bytes) -> Selector:
    """The page. Raises ShapeChanged when its characters cannot be read."""
    text = decode(body)
    if text is None:
        raise ShapeChanged("网页的文字编码无法识别", shown(body))
    return Selector(text=text, type="html")


def boxes(found: Iterable[Selector], name: str, **css: str) -> list[Node]:
    """One Node for each box. ``css``: key -> selector of an element, whose words count, or of an
    attribute ("a::attr(href)"); what a box lacks is null."""
    return [
        Node({key: _first(box, one) for key, one in css.items()}, f"{name}[{no}]")
        for no, box in enumerate(found)
    ]


def title(document: Selector) -> str:
    """What the page calls itself; "" for nothing."""
    return _first(document, "title") or ""


def _first(box: Selector, css: str) -> str | None:
    found = next(iter(box.css(css)), None)
    if found is None:
        return None
    words: str = found.get() if "::" in css else found.xpath("string()").get("")
    return " ".join(words.split())
