"""Who deals with a case, who is told of it, and over which channels: pure, all from the plan.

A department that leads one category and supports another leads. Nobody is named twice.
Table: official-practice.md section 4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import ConfigError
from domain.identity import digest
from domain.plan import Category, Department, Plan
from domain.times import shanghai, utc
from domain.types import Alert, Delivery, Level, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Departments and named receivers of one case; the four groups share no name.

    leads reply and supports sign (both get an obligation); copied are departments told of every
    complaint; extra are the further receivers of the level. The last two owe nothing.
    """

    leads: tuple[str, ...]
    supports: tuple[str, ...]
    copied: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def everyone(self) -> tuple[str, ...]:
        """All receivers, the leads first."""
        return self.leads + self.supports + self.copied + self.extra


def route(plan: Plan, *, categories: Sequence[str], urgency: Urgency, level: Level) -> Route:
    """The route of a case.

    A red text without a category (a child lost, people trapped) goes to the plan's life_lead and
    life_supports. Raises ConfigError for a category the plan does not have, and ValueError for
    no category and no red: such a text opens no case.
    """
    leads, supports = _owners(plan, categories, urgency)
    supports = _without(supports, leads)
    copied = _without(plan.levels.always_copied, leads + supports)
    extra = _without(plan.levels.rules[level].receivers, leads + supports + copied)
    return Route(leads=leads, supports=supports, copied=copied, extra=extra)


def channels_for(plan: Plan, receiver: str) -> tuple[str, ...]:
    """The receiver's channels in order of preference.

    A receiver is a department, or a name in ``plan.receivers`` (whose entry wins when the name is
    both). Raises ConfigError when it is neither, or has no channel: an alert to nobody is lost.
    """
    found: tuple[str, ...] = ()
    if receiver in plan.receivers:
        found = plan.receivers[receiver]
    elif receiver in plan.departments:
        found = plan.departments[receiver].channels
    if not found:
        raise ConfigError(file="departments.yaml", key=receiver, reason="没有任何通知渠道")
    return found


def head_channels(plan: Plan, department: str) -> tuple[str, tuple[str, ...]]:
    """(receiver, channels) of the department's head; without channels of the head's own, the
    message goes over the department's, addressed to the head."""
    head = _department(plan, department).head or f"{department}负责人"
    return head, plan.receivers.get(head, ()) or channels_for(plan, department)


def deputy_channels(plan: Plan, department: str) -> tuple[str, tuple[str, ...]]:
    """(receiver, channels) of whoever stands behind the person on duty; as for the head."""
    deputy = _department(plan, department).deputy or f"{department}备班"
    return deputy, plan.receivers.get(deputy, ()) or channels_for(plan, department)


def _department(plan: Plan, name: str) -> Department:
    known = plan.departments.get(name)
    if known is None:
        raise ConfigError(file="departments.yaml", key=name, reason="没有这个部门")
    return known


def not_before(plan: Plan, level: Level, at: datetime, *, copied: bool = False) -> datetime:
    """When a message of this level may go that was made at ``at``: at once, or when the level's
    quiet hours are over. ``copied``: it asks nothing of its receiver, and may wait to go with
    others (``copies_minutes``)."""
    quiet, wait = plan.levels.rules[level].quiet, plan.levels.rules[level].copies_minutes
    if copied and wait:
        past = timedelta(seconds=at.timestamp() % (wait * 60))
        at = at - past + timedelta(minutes=wait) if past else at
    if quiet is None:
        return at
    start, end = quiet
    local = shanghai(at)
    asleep = start <= local.time() < end if start <= end else not end <= local.time() < start
    if not asleep:
        return at
    morning = local.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return utc(morning if morning > local else morning + timedelta(days=1))


def deliveries_for(
    alert: Alert, receiver: str, channels: Sequence[str], *, due: datetime | None = None
) -> tuple[Delivery, ...]:
    """The outbox rows of one alert to one receiver, to be sent at ``due`` (default: at once).

    红 goes over all channels at once, so none waits for another to fail; any other level goes
    over the first, with the rest as fallback. The ids follow from alert, receiver and channel.
    """
    if not channels:
        raise ValueError(f"no channel for {receiver}")
    at = due or alert.created_at
    if alert.level is Level.RED:
        return tuple(_delivery(alert, receiver, name, (), at) for name in dict.fromkeys(channels))
    first, *rest = dict.fromkeys(channels)
    return (_delivery(alert, receiver, first, tuple(rest), at),)


def _delivery(
    alert: Alert, receiver: str, channel: str, fallback: tuple[str, ...], due: datetime
) -> Delivery:
    return Delivery(
        delivery_id=digest(alert.alert_id, receiver, channel, length=32),
        alert=alert, receiver=receiver, channel=channel, fallback=fallback,
        state="pending", attempts=0, unconfirmed=0, next_at=due,
    )  # fmt: skip


def _owners(
    plan: Plan, categories: Sequence[str], urgency: Urgency
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(leads, supports), each without repeats, a department possibly in both."""
    if categories:
        known = [_category(plan, code) for code in categories]
        supports = [name for category in known for name in category.supports]
        return _unique(category.lead for category in known), _unique(supports)
    if urgency is not Urgency.RED:
        raise ValueError("no category and not red: there is no case to route")
    return (plan.levels.life_lead,), _unique(plan.levels.life_supports)


def _category(plan: Plan, code: str) -> Category:
    if code not in plan.categories:
        raise ConfigError(file="taxonomy.yaml", key=code, reason="没有这个投诉类别")
    return plan.categories[code]


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _without(names: Iterable[str], taken: Iterable[str]) -> tuple[str, ...]:
    out = set(taken)
    return tuple(name for name in dict.fromkeys(names) if name not in out)
