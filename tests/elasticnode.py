"""A real Elasticsearch server core for the tests, without docker: built, started, killed here.

The Java in ``tests/elasticsearch_node`` is built once per content with Maven into a git-ignored
folder; JDK 21 or newer is found in JAVA_HOME or in the system's folder of JVMs. A server that
``TINGXUE_TEST_ES=http://…`` names is used instead. ``python tests/elasticnode.py`` builds and says
what is missing (``.ci/run``).
"""

import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

SOURCE = Path(__file__).parent / "elasticsearch_node"
CACHE = Path(__file__).parents[1] / ".elasticsearch-node"
JVMS = Path("/usr/lib/jvm")
OLDEST_JDK = 21
_BUILD_SECONDS, _START_SECONDS = 600, 90
_OPTIONS = (
    "-XX:+UseSerialGC",
    "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
    "-Dlog4j2.disable.jmx=true",
)  # fmt: skip


class Missing(Exception):
    """The node cannot be made here; says what to install."""


def java_home() -> Path:
    """A JDK of version 21 or newer. Raises Missing."""
    named = os.environ.get("JAVA_HOME", "")
    folders = [Path(named)] if named else []
    folders += sorted(JVMS.iterdir()) if JVMS.is_dir() else []
    for folder in folders:
        if (folder / "bin" / "javac").exists() and _version(folder) >= OLDEST_JDK:
            return folder
    raise Missing(f"no JDK {OLDEST_JDK} or newer in JAVA_HOME or {JVMS}")


def _version(jdk: Path) -> int:
    release = jdk / "release"
    said = re.search(r'JAVA_VERSION="(\d+)', release.read_text()) if release.exists() else None
    return int(said[1]) if said else 0


def built() -> Path:
    """The folder with ``classes`` and ``jars`` of the present source; built when it is not there.
    Raises Missing."""
    files = sorted(path for path in SOURCE.rglob("*") if path.is_file())
    content = sha256(b"\0".join(p.name.encode() + p.read_bytes() for p in files)).hexdigest()[:16]
    done = CACHE / content
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers start together
        if not done.exists():
            _build(done)
    return done


def _build(done: Path) -> None:
    jdk = java_home()
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("no Maven (mvn)")
    draft = done.with_name(f"{done.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    (draft / "classes").mkdir(parents=True)
    pom, jars = SOURCE / "pom.xml", draft / "jars"
    copy = ["dependency:copy-dependencies", f"-DoutputDirectory={jars}", "-DincludeScope=runtime"]
    _made([maven, "-q", "-B", "-f", str(pom), *copy], jdk)
    sources = map(str, sorted(SOURCE.rglob("*.java")))
    compiler = [str(jdk / "bin" / "javac"), "--release", str(OLDEST_JDK), "-nowarn"]
    _made([*compiler, "-d", str(draft / "classes"), "-cp", f"{jars}/*", *sources], jdk)
    draft.rename(done)


def _made(command: list[str], jdk: Path) -> None:
    done = subprocess.run(
        command, env={**os.environ, "JAVA_HOME": str(jdk)}, capture_output=True, text=True,
        timeout=_BUILD_SECONDS, check=False,
    )  # fmt: skip
    if done.returncode:
        what = Path(command[0]).name
        raise Missing(f"{what} failed (is its registry reachable?): {done.stdout[-600:]}")


@dataclass
class Node:
    """One node with its data in ``home``: may be stopped, killed and started again on it."""

    home: Path
    quick: bool = True  # compiles little: half as busy in a test's short life, slower in a bench
    heap: int = 512  # MiB
    port: int = field(default_factory=lambda: _free_port())
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Ready, with its old indices open, when this returns."""
        made = built()
        self.home.mkdir(parents=True, exist_ok=True)
        path = f"{made / 'classes'}:{made / 'jars'}/*"
        options = [*_OPTIONS, *(["-XX:TieredStopAtLevel=1"] if self.quick else [])]
        heap = [f"-Xms{self.heap}m", f"-Xmx{self.heap}m"]
        command = [str(java_home() / "bin" / "java"), *heap, *options, "-cp", path, "tingxue.Main"]
        with (self.home / "node.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, str(self.home), str(self.port)], stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"the node did not start: {self._said()}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        health = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=5s"
        with suppress(urllib.error.URLError, OSError):
            with urllib.request.urlopen(health, timeout=10) as answer:  # noqa: S310 -- loopback
                return bool(answer.status == 200)
        return False

    def _said(self) -> str:
        return (self.home / "node.log").read_text("utf-8", "replace")[-800:]

    def kill(self) -> None:
        """kill -9: as a power cut would leave it, less the disk's own cache."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """In order."""
        self._end(signal.SIGTERM)

    def pause(self) -> None:
        """It is there and says nothing, until ``resume``."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(30)
        self.process = None


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(home: Path, *, quick: bool = True, heap: int = 512) -> Iterator[Node]:
    """A node that is stopped afterwards. Raises Missing."""
    node = Node(home, quick, heap)
    node.start()
    try:
        yield node
    finally:
        node.stop()


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{built()}\n")
    except Missing as missing:
        sys.exit(f"The Elasticsearch test node cannot be built: {missing}")
