"""One shift of the roster added, changed or removed, under the checks of an imported table.

A shift has no number: it is known by what it says, so two people who change the same one are told
apart, and a form sent twice changes the roster once. All other shifts stay as they are.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from config.building import ALWAYS_FROM
from config.models import RosterFile, ShiftEntry
from domain.errors import Conflict, InputError
from domain.identity import digest
from domain.plan import Shift
from domain.times import on_screen
from domain.types import Actor
from tingxue import rostering, rosters, rostertable, rostertaking
from tingxue.app import App

ACTION = "roster-shift"
"""As the audit calls it."""
_GONE = "这一班刚刚被改过或删掉了，没有改动；请回到值班表看现在的"


def key_of(shift: Shift | ShiftEntry) -> str:
    """What a shift is known by: 24 hex digits over all that it says."""
    parts = (
        shift.department, shift.person, shift.phone, shift.deputy, shift.deputy_phone,
        shift.instead_of, shift.start.isoformat(), shift.end.isoformat(),
    )  # fmt: skip
    return digest(*(part or "" for part in parts))


def own(app: App, department: str) -> list[Shift]:
    """The dated shifts of the department that are not over, substitutes among them, by start."""
    found = (one for one in _changeable(app) if one.department == department)
    return sorted(found, key=lambda one: one.start)


def find(app: App, key: str) -> Shift | None:
    """The one with this key, of any department; None when it is over, or not there any more."""
    return next((one for one in _changeable(app) if key_of(one) == key), None)


def _changeable(app: App) -> Iterator[Shift]:
    now = app.clock()
    return (one for one in app.roster().shifts if one.start > ALWAYS_FROM and one.end > now)


def made(app: App, raw: dict[str, str], start: datetime, end: datetime) -> ShiftEntry:
    """The shift that these words say (keys of roster.yaml). Raises InputError with all that is
    wrong with it alone."""
    shift, wrong = rostertable.shift_of(raw, start, end)
    if shift is not None:
        wrong = rostertable.unknown(shift.department, rostering.on_rosters(app.plan))
        wrong += ["这一班已经过去，不能再排"] if shift.end <= app.clock() else []
    if shift is None or wrong:
        raise InputError("；".join(wrong))
    return shift


def put(app: App, by: Actor, new: ShiftEntry | None, *, old: str = "") -> None:
    """``new`` in the place of the shift with the key ``old``; old "": one more; new None: one
    less. Raises InputError for what does not fit the others, Conflict for an ``old`` that is not
    there any more, or while somebody else changes the roster."""
    with rostertaking.alone(app):
        before = rosters.present(app.home.config)
        after, said = _changed(app, before, new, old)
        if after is None:
            return
        rosters.replace(app.home.config, after, app.environ)
        with app.ledger.write() as books:
            books.audit.write(app.clock(), by, ACTION, "值班表", said)


def _changed(
    app: App, roster: RosterFile, new: ShiftEntry | None, old: str
) -> tuple[RosterFile | None, str]:
    """The roster afterwards and what the audit says; None where it is so already."""
    was = next((one for one in roster.shifts if old and key_of(one) == old), None)
    if old and was is None and new is None:
        return None, ""  # removed already
    if new is not None and new in roster.shifts:
        if was in (None, new):
            return None, ""  # a form sent twice
        raise InputError("值班表里已有完全相同的一班")
    if old and was is None:
        raise Conflict(_GONE)
    if was is not None and was.end <= app.clock():
        raise Conflict("这一班已经过去，不能再改")
    others = [one for one in roster.shifts if one is not was]
    if new is not None:
        _check_free(new, others)
    shifts = sorted([*others, *([new] if new else [])], key=lambda s: (s.start, s.department))
    after = roster.model_copy(update={"shifts": tuple(shifts)})
    _check_stand_ins(after, {one.department for one in (was, new) if one})
    return after, _said(was, new)


def _check_free(new: ShiftEntry, others: Sequence[ShiftEntry]) -> None:
    for one in others:
        alike = (one.instead_of is None) is (new.instead_of is None)
        if alike and one.department == new.department:
            if one.start < new.end and new.start < one.end:
                raise InputError(
                    f"与{one.person} {_span(one)}的{'替班' if one.instead_of else '班'}重叠；"
                    "请先改那一班，或填“替班”写明替谁"
                )


def _check_stand_ins(after: RosterFile, departments: set[str]) -> None:
    """Nobody may stand in for somebody who is not on the roster (any more)."""
    ours = [one for one in after.shifts if one.department in departments]
    if lost := rostertable.strangers(after, ours):
        one = lost[0]
        raise InputError(
            f"{one.department}的值班表里没有「{one.instead_of}」，而{one.person}在 {_span(one)}"
            "替他的班；请先改或删那一班"
        )


def _said(was: ShiftEntry | None, new: ShiftEntry | None) -> str:
    """Names and times, no numbers: those stand in the roster and in the one before."""
    if was is None:
        return f"加一班：{_named(new)}"
    if new is None:
        return f"删一班：{_named(was)}"
    return f"改一班：{_named(was)}，改为 {_named(new)}"


def _named(shift: ShiftEntry | None) -> str:
    assert shift is not None  # noqa: S101 -- one of the two is always given
    instead = f"替{shift.instead_of} " if shift.instead_of else ""
    second = f"，备班{shift.deputy}" if shift.deputy else ""
    return f"{shift.department} {shift.person} {instead}{_span(shift)}{second}"


def _span(shift: ShiftEntry) -> str:
    return f"{on_screen(shift.start)} 至 {on_screen(shift.end)}"
