"""Opens the browser that stands on this machine, with a profile of its own for each platform.

Nothing is disguised: the browser names itself in its own words and says that a program drives it.
A profile holds a login, so it is a credential: 0700, for one process at a time.
"""

import asyncio
import fcntl
import os
import socket
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from playwright.async_api import BrowserContext, Error, async_playwright

from crawlers.programs import command_line, find
from domain.errors import NotConfigured

_HELD_SECONDS = 10
"""A browser whose program was killed needs a moment to go."""


@asynccontextmanager
async def opened(
    folder: Path, environ: Mapping[str, str], *, visible: bool, arguments: Sequence[str] = ()
) -> AsyncIterator[BrowserContext]:
    """The browser on this profile, which is made when needed. ``arguments``: more for its command
    line. Raises NotConfigured when it cannot be opened, or another process has it open."""
    program = find(environ)
    with alone(folder):
        await _left_by_its_last_browser(folder)
        async with async_playwright() as playwright:
            try:
                context = await playwright.chromium.launch_persistent_context(
                    folder, executable_path=program, headless=not visible, locale="zh-CN",
                    no_viewport=visible or None, accept_downloads=False,
                    # Nobody may use it as root; in a container root is who we are.
                    chromium_sandbox=os.geteuid() != 0, env=_environment(environ, folder),
                    handle_sigint=False, handle_sigterm=False, handle_sighup=False,
                    args=[*command_line(environ), *arguments],
                )  # fmt: skip
            except Error as error:
                raise NotConfigured(
                    f"浏览器打不开；请在终端运行 {program} 看它怎么说（容器里要允许它用沙箱）"
                ) from error
            try:
                yield context
            finally:
                with suppress(Error):  # a person has closed it
                    await context.close()


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """The profile's folder for this process; the lock goes with the process, however that ends.
    Raises NotConfigured when another one has it, or it cannot be made safe."""
    _made(folder)
    lock = folder.with_name(f"{folder.name}.lock")
    number = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotConfigured(
                f"{folder.name} 的浏览器正由另一个程序使用；请先关掉它，再运行一次"
            ) from None
        yield
    finally:
        os.close(number)


def _made(folder: Path) -> None:
    """Both folders readable by their owner only; no link, for it would lead a login elsewhere."""
    for path in (folder.parent, folder):
        path.mkdir(mode=0o700, exist_ok=True)
        if path.is_symlink() or path.stat().st_uid != os.geteuid():
            raise NotConfigured(f"浏览器配置文件夹 {path} 不是本用户的文件夹；请删除后再运行")
        path.chmod(0o700)


async def _left_by_its_last_browser(folder: Path) -> None:
    """Wait until a browser whose program was killed has gone; take away what a dead one left.

    The browser's own lock is a link to ``HOST-PID``. It heeds one of another host for ever, though
    nobody but the holder of our lock can have written it: a container gets a new name each time.
    """
    lock = folder / "SingletonLock"
    for _ in range(_HELD_SECONDS * 10):
        host, pid = _holder(lock)
        if pid is None:
            return
        if host != socket.gethostname() or not _runs(pid):
            lock.unlink(missing_ok=True)
            return
        await asyncio.sleep(0.1)
    raise NotConfigured(f"{folder.name} 的浏览器窗口还开着；请先关掉它，再运行一次")


def _holder(lock: Path) -> tuple[str, int | None]:
    try:
        target = os.readlink(lock)
    except OSError:
        return "", None
    host, _, pid = target.rpartition("-")
    return host, int(pid) if pid.isdecimal() else None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _environment(environ: Mapping[str, str], folder: Path) -> dict[str, str | float | bool]:
    """The browser's: none of our secrets, and nothing of it outside its profile."""
    mine = {name: value for name, value in environ.items() if not name.startswith("TINGXUE_")}
    kept = str(folder / "home")
    return {**mine, "HOME": kept, "XDG_CONFIG_HOME": kept, "XDG_CACHE_HOME": kept}
