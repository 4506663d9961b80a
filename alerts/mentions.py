"""Whom a robot rings in a group (@), and for which alerts: options ``at`` and ``at_from``.

A phone that rings for every message is switched off, so only 红 and 橙 ring unless the office says
otherwise, and only the first part of a message does.
"""

import re
from dataclasses import dataclass, field

from alerts.options import choice, listed
from domain.plan import ChannelSpec
from domain.types import Alert, Level

MENTION_OPTIONS = ("at", "at_from")
EVERYONE = "all"
_MOBILE = re.compile(r"1\d{10}")
_NAME = re.compile(r"[A-Za-z0-9_@.-]{1,64}")
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """users: ids on the provider's side. mobiles: 11 digits. everyone: the whole group. Nobody's
    number is shown in a ``repr``."""

    users: tuple[str, ...] = field(default=(), repr=False)
    mobiles: tuple[str, ...] = field(default=(), repr=False)
    everyone: bool = False
    lowest: Level = Level.ORANGE

    def for_alert(self, alert: Alert) -> "Mentions":
        """Those to ring for this alert: none below ``lowest``, and none for a test."""
        if alert.level is None or alert.level.rank < self.lowest.rank:
            return Mentions()
        return self

    def __bool__(self) -> bool:
        return bool(self.users or self.mobiles or self.everyone)


def mentions(spec: ChannelSpec) -> Mentions:
    """From ``at`` (ids, mobile numbers, "all", separated by commas; at most 20) and ``at_from``
    (红 橙 黄 蓝, 橙 by default). Raises ConfigError."""
    given = listed(spec, "at", _NAME, most=_MOST)
    lowest = choice(spec, "at_from", tuple(level.value for level in Level), Level.ORANGE.value)
    people = [one for one in given if one.lstrip("@") != EVERYONE]
    return Mentions(
        users=tuple(one for one in people if not _MOBILE.fullmatch(one)),
        mobiles=tuple(one for one in people if _MOBILE.fullmatch(one)),
        everyone=len(people) < len(given), lowest=Level(lowest),
    )  # fmt: skip
