"""Who gets a message when its receiver can be reached over no channel at all.

In order: the person on duty, where the plan gives that person channels of their own; the
department's head, likewise; the one who watches what is overdue (督查室), and then that one's own
people. After the last of them there is only the red mark: ``tingxue doctor`` and the case say that
somebody must ring.
"""

from collections.abc import Callable, Iterator, Sequence

from alerts.routing import deliveries_for
from domain.plan import Department, Plan
from domain.types import Alert, Delivery

OnDuty = Callable[[str], str]
"""The person on duty for a department now, "" for nobody."""


def stand_ins(plan: Plan, alert: Alert, receiver: str, on_duty: OnDuty) -> Sequence[Delivery]:
    """Deliveries of the alert to the next one after ``receiver``; () after the last.

    The next one has another way to be reached than all before: whoever has only channels that
    have just failed would be a delay and no help.
    """
    passed = False
    tried: set[str] = set(plan.receivers.get(receiver, ()))
    for name, channels in _line(plan, receiver, on_duty):
        if name == receiver:
            passed, tried = True, tried | set(channels)
        elif passed and set(channels) - tried:
            return deliveries_for(alert, name, channels)
        else:
            tried |= set(channels)
    return ()


def _line(plan: Plan, receiver: str, on_duty: OnDuty) -> Iterator[tuple[str, Sequence[str]]]:
    """Everybody who may get the message, the receiver's department first, each once."""
    seen: set[str] = set()
    for name in _names(plan, receiver, on_duty):
        if name not in seen and (name == receiver or name in plan.receivers):
            seen.add(name)
            yield name, plan.receivers.get(name, ())


def _names(plan: Plan, receiver: str, on_duty: OnDuty) -> Iterator[str]:
    department = _department(plan, receiver, on_duty)
    if department is None:
        yield receiver
    else:
        yield department.name
        yield on_duty(department.name)
        yield department.head
    yield plan.levels.overdue_to


def _department(plan: Plan, receiver: str, on_duty: OnDuty) -> Department | None:
    """The department that the receiver is, or heads, or is on duty for."""
    if receiver in plan.departments:
        return plan.departments[receiver]
    for department in plan.departments.values():
        if receiver in (department.head, on_duty(department.name)):
            return department
    return None
