"""Reads the data that a page keeps in a script, assigned to a name (``window.__X__ = {…}``).

Only JSON is read, and ``undefined`` as null: no script is run, so anything cleverer is a changed
shape.
"""

import json
import re

from crawlers.decoding import decode, shown
from crawlers.health import ShapeChanged
from crawlers.nodes import Node

_UNDEFINED = re.compile(r"(?<=[:,\[])undefined(?=[,}\]])")


def assigned(body: bytes, name: str) -> Node:
    """The object or list that the page assigns to ``name``. Raises ShapeChanged without one."""
    html = decode(body) or ""
    found = re.search(re.escape(name) + r"\s*=\s*(?=[\[{])", html)
    if found is None:
        raise ShapeChanged(f"页面里没有 {name}", shown(body))
    try:
        value, _ = json.JSONDecoder().raw_decode(_UNDEFINED.sub("null", html[found.end() :]))
    except (ValueError, RecursionError):
        raise ShapeChanged(f"页面里的 {name} 读不出来", html[found.start() :][:4000]) from None
    return Node(value)
