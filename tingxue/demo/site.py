"""A small local newspaper of the Founder layout, served on this machine only, to be crawled.

One edition for each day of the demo week, dated from its start; every other day answers 404, as a
paper without an edition does. Nothing in it is real, the paper included.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from string import Template
from threading import Thread

from domain.times import shanghai_day
from tingxue.demo import week

SECTIONS = {1: "要闻", 2: "城事"}

_PAGES = week.DATA / "site"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article. ``day`` 1 is the demo's first; ``number`` is that of its page; ``ref`` is set
    when it concerns the resort and so is a mention of the week."""

    day: int
    node: int
    number: int
    title: str
    text: str
    ref: str | None = None


@cache
def articles() -> tuple[Article, ...]:
    """All articles in page order."""
    return tuple(_article(no, row) for no, row in enumerate(week.rows(_PAGES / "articles.jsonl")))


def _article(no: int, row: dict[str, int | str]) -> Article:
    ref = str(row["ref"]) if "ref" in row else None
    words = week.line(ref) if ref else None
    return Article(
        day=int(row["day"]),
        node=int(row["node"]),
        number=1060001 + no,
        title=words.title if words else str(row["title"]),
        text=words.text if words else str(row["text"]),
        ref=ref,
    )


def address(ref: str, start: datetime, base_url: str) -> str:
    """Where the article of that mention stands. Raises KeyError when the paper has none."""
    for article in articles():
        if article.ref == ref:
            return base_url + _path(article, shanghai_day(start))
    raise KeyError(ref)


def pages(start: datetime) -> dict[str, str]:
    """path -> what it answers, for the week from ``start`` (Monday 00:00 Shanghai)."""
    monday = shanghai_day(start)
    found = {"/robots.txt": (_PAGES / "robots.txt").read_text("utf-8")}
    for article in articles():
        found[_path(article, monday)] = _content(article, monday)
        found[_node_path(article.day, article.node, monday)] = _layout(article, monday)
    return found


@contextmanager
def serve(start: datetime, port: int = 0) -> Iterator[str]:
    """The paper's address, ``http://127.0.0.1:<port>``, while the block runs (0: a free port)."""
    served = {path: text.encode() for path, text in pages(start).items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, served)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the crawl keeps its own account."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, served: Mapping[str, bytes]) -> None:
    path = request.path.partition("?")[0]
    body = served.get(path, b"")
    request.send_response(200 if path in served else 404)
    kind = "text/plain" if path == "/robots.txt" else "text/html"
    request.send_header("Content-Type", f"{kind}; charset=utf-8")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def _day(day: int, monday: date) -> date:
    return monday + timedelta(days=day - 1)


def _path(article: Article, monday: date) -> str:
    return f"/pc/paper/c/{_day(article.day, monday):%Y%m/%d}/content_{article.number}.html"


def _node_path(day: int, node: int, monday: date) -> str:
    return f"/pc/paper/layout/{_day(day, monday):%Y%m/%d}/node_{node:02d}.html"


def _layout(first: Article, monday: date) -> str:
    """The page on which the article stands, with all others of that page and links to the rest."""
    day = _day(first.day, monday)
    here = [a for a in articles() if (a.day, a.node) == (first.day, first.node)]
    links = (
        f'<li><a href="../../../c/{day:%Y%m/%d}/content_{a.number}.html">{escape(a.title)}</a></li>'
        for a in here
    )
    nodes = (
        f'<a href="node_{node:02d}.html">第{node:02d}版：{name}</a>'
        for node, name in SECTIONS.items()
    )
    return _filled("layout.html", node=first.node, section=SECTIONS[first.node], date=day,
                   articles="\n".join(links), nodes="\n".join(nodes))  # fmt: skip


def _content(article: Article, monday: date) -> str:
    return _filled(
        "content.html",
        title=escape(article.title),
        date=_day(article.day, monday),
        paragraphs=f"<p>{escape(article.text)}</p>",
    )


def _filled(name: str, **values: object) -> str:
    return Template((_PAGES / name).read_text("utf-8")).substitute(values)
