"""The desk as it runs: a process of its own on a port of this machine, on the world of a folder."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

_DESK = """
import sys
from dataclasses import replace
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from config.loader import load
from domain.plan import DeskSpec
from world import opened_world
from tingxue.desk.serving import serve
pair = sys.argv[4:]
spec = DeskSpec(certificate=pair[0], key=pair[1]) if pair else DeskSpec()
plan = replace(load(environ={}), desk=spec)
with opened_world(Path(sys.argv[2]), plan) as world:
    serve(world.app, host="127.0.0.1", port=int(sys.argv[3]), allow_http=not pair)
"""


@contextmanager
def served(
    folder: Path, port: int, certificate: tuple[Path, Path] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A desk in a process of its own, on the world of that folder; killed in the end.
    ``certificate``: with its key; None for plain http."""
    here = str(Path(__file__).parent)
    pair = [str(path) for path in certificate or ()]
    child = subprocess.Popen([sys.executable, "-c", _DESK, here, str(folder), str(port), *pair])
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and child.poll() is None:
            with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
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
