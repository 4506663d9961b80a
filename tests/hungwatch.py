"""``watch`` on the home of the environment, with a channel that never comes back.

    python tests/hungwatch.py

Nothing of ours is replaced but what an office would write itself: the channels.
"""

import threading

from domain.types import Delivery, SendResult
from tingxue import schedule
from tingxue.app import opened


class Swallows:
    """A channel whose send never returns."""

    def send(self, _delivery: Delivery) -> SendResult:
        threading.Event().wait()
        raise AssertionError("never")


if __name__ == "__main__":
    with opened(channels={"console": Swallows(), "file": Swallows()}) as app:
        schedule.watch(app, threading.Event())
