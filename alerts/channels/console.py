"""Channel ``console``: shows each message on the terminal, for demos and for a desk with a screen.

Options: ``stream`` "stderr" (default, because stdout is for results) or "stdout"; ``show`` "full"
(default) or "title", one line per message. It has no secret.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from alerts.options import choice, only
from alerts.texts import one_line, printable
from domain.plan import ChannelSpec
from domain.times import Clock, on_screen
from domain.types import Delivery, SendResult

OPTIONS = ("stream", "show")


def channel(spec: ChannelSpec, *, home: Path, clock: Clock) -> "Console":
    """Raises ConfigError for an unknown stream, show or option."""
    only(spec, *OPTIONS)
    stream = choice(spec, "stream", ("stderr", "stdout"), "stderr")
    show = choice(spec, "show", ("full", "title"), "full")
    return Console(stream=stream, full=show == "full", clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Implements ``domain.ports.Channel``. The stream is looked up at each send, so that whoever
    redirects it is obeyed."""

    stream: str
    full: bool
    clock: Clock

    def send(self, delivery: Delivery) -> SendResult:
        """One block per message; "unknown" when the terminal broke while it was written."""
        out: TextIO = sys.stdout if self.stream == "stdout" else sys.stderr
        try:
            out.write(_shown(self._block(delivery), out.encoding or "utf-8"))
            out.flush()
        except OSError as error:
            return SendResult(outcome="unknown", error=f"终端写入失败：{error.strerror}")
        except ValueError:
            return SendResult(outcome="dead", error="终端已关闭")
        return SendResult(outcome="ok")

    def _block(self, delivery: Delivery) -> str:
        title = f"{on_screen(self.clock())} → {delivery.receiver}｜{one_line(delivery.alert.title)}"
        if not self.full:
            return f"{title}\n"
        body = [f"    {line}" for line in printable(delivery.alert.body).splitlines()]
        return "\n".join([title, *body, ""]) + "\n"


def _shown(text: str, encoding: str) -> str:
    """What a terminal of that encoding cannot show becomes "?", rather than an error."""
    return text.encode(encoding, "replace").decode(encoding)
