"""A small web site on the loopback, for crawls in tests and in the demo.

``LocalSite(folder)`` serves a folder's files and nothing else; ``answers`` puts scripted answers
before them. ``requests`` says what was asked and when.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

TYPES = {".html": "text/html", ".xml": "application/xml", ".txt": "text/plain"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A scripted answer. ``wait`` seconds before it; ``endless`` never stops sending; ``hang_up``
    closes the connection without a word; ``filler`` so many bytes are sent after the body, made as
    they go; with ``drip`` the body goes byte by byte, so many seconds apart."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    endless: bool = False
    hang_up: bool = False
    filler: int = 0
    drip: float = 0.0


Script = Answer | Callable[[Mapping[str, str]], Answer]
"""An answer, or what makes one from the request's headers (names in lower case)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request: path, User-Agent, when it came and was answered (monotonic seconds), what was
    posted, and all headers (names in lower case)."""

    path: str
    agent: str
    came: float
    done: float
    posted: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class LocalSite:
    """Serves while used as a context manager; ``url`` has no trailing slash."""

    def __init__(self, folder: Path | None = None, answers: Mapping[str, Script] | None = None):
        self.folder, self.answers = folder, dict(answers or {})
        self.requests: list[Asked] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [asked.path for asked in self.requests]

    def answer(self, path: str, headers: Mapping[str, str]) -> Answer:
        script = self.answers.get(path)
        if script is not None:
            return script if isinstance(script, Answer) else script(headers)
        return _file(self.folder, urlsplit(path).path)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _file(folder: Path | None, path: str) -> Answer:
    if folder is None:
        return Answer(status=404)
    file = (folder / path.lstrip("/")).resolve()
    if not (file.is_relative_to(folder.resolve()) and file.is_file()):
        return Answer(status=404)
    return Answer(body=file.read_bytes(), headers={"Content-Type": TYPES[file.suffix]})


def _handler(site: LocalSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            came = time.monotonic()
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = site.answer(self.path, headers)
            time.sleep(answer.wait)
            posted = self.rfile.read(int(headers.get("content-length", 0))).decode()
            # Noted before it is sent: who reads the answer may look at once.
            site.requests.append(Asked(path=self.path, agent=headers.get("user-agent", ""),
                                       came=came, done=time.monotonic(), posted=posted,
                                       headers=headers))  # fmt: skip
            try:
                self._send(answer)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        do_POST = do_GET

        def _send(self, answer: Answer) -> None:
            if answer.hang_up:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if not answer.endless and answer.status != 304:
                self.send_header("Content-Length", str(len(answer.body) + answer.filler))
            self.end_headers()
            for piece in _pieces(answer):
                self.wfile.write(piece)

        def log_message(self, *args: Any) -> None:
            pass

    Handler.daemon_threads = True  # type: ignore[attr-defined]
    return Handler


def _pieces(answer: Answer) -> Iterator[bytes]:
    """The body and what follows it, none of it large."""
    if answer.drip:
        for byte in answer.body:
            time.sleep(answer.drip)
            yield bytes([byte])
    else:
        yield answer.body
    yield from repeat(b" " * (1 << 16), answer.filler >> 16)
    if answer.endless:
        yield from repeat(b"<p>more</p>\n" * 10_000)
