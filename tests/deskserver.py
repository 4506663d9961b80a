"""The desk as it runs: a process of its own on a port of this machine, on the world of a folder."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx

_DESK = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from config.loader import load
from world import opened_world
from tingxue.desk.serving import serve
with opened_world(Path(sys.argv[2]), load(environ={})) as world:
    serve(world.app, host="127.0.0.1", port=int(sys.argv[3]), allow_http=True)
"""


@contextmanager
def served(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A desk in a process of its own, on the world of that folder; killed in the end."""
    here = str(Path(__file__).parent)
    child = subprocess.Popen([sys.executable, "-c", _DESK, here, str(folder), str(port)])
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and child.poll() is None:
            with suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{port}/login", trust_env=False)
                break
            time.sleep(0.05)
        yield child
    finally:
        child.kill()
        child.wait()


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
