"""Progress bars of commands that take their time."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar in a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title)
        yield lambda done, whole: progress.update(task, completed=done, total=whole)


@contextmanager
def steps(title: str, whole: int) -> Iterator[Callable[[int], None]]:
    """The same, for work that says how much it has just done."""
    done = 0
    with bar(title) as show:

        def advance(count: int) -> None:
            nonlocal done
            done += count
            if show is not None:
                show(done, whole)

        yield advance
