"""The mark of a drill on whatever leaves it: no text without 【演练】 before title and body.

Messages of a drill are worded with it already; this is the last door, for what was put before them.
"""

from dataclasses import dataclass, replace

from alerts.messages import DRILL
from domain.ports import Channel
from domain.types import Delivery, SendResult


@dataclass(frozen=True, slots=True)
class Marked:
    """domain.ports.Channel that puts 【演练】 before title and text of whatever it sends."""

    inner: Channel

    def send(self, delivery: Delivery) -> SendResult:
        """See domain.ports.Channel."""
        alert = delivery.alert
        marked = replace(alert, title=_marked(alert.title), body=_marked(alert.body))
        return self.inner.send(replace(delivery, alert=marked))


def _marked(text: str) -> str:
    return text if text.startswith(DRILL) else DRILL + text
