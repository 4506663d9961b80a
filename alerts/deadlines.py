"""One deadline for all of an exchange, whatever the other side does.

A time-out of a socket counts from byte to byte: a server that sends one a second never runs into
it, but the lease of 45 s runs out and another copy leaves.
"""

import socket
import threading
import time
from contextlib import suppress

SEND_SECONDS = 40.0
"""All of one send together; below the dispatcher's lease of 45 s."""


class Deadline:
    """While the ``with`` lasts, cuts the connection it watches when the time is up; who waits for
    it then gets the end of the stream or an error. ``until``: by ``time.monotonic``."""

    def __init__(self, seconds: float) -> None:
        self.until = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._watched: socket.socket | None = None
        self._ended = False

    def __enter__(self) -> "Deadline":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            self._ended = True
            if self._watched is not None:
                self._watched.close()

    def watch(self, connected: socket.socket) -> None:
        """A duplicate is kept: it stays valid when TLS takes the first one over."""
        with self._lock:
            if self._watched is not None:
                self._watched.close()
            self._watched = connected.dup()

    def _cut(self) -> None:
        with self._lock, suppress(OSError):
            if self._watched is not None and not self._ended:
                self._watched.shutdown(socket.SHUT_RDWR)
