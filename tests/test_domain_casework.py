"""Cases: the table of actions, the clocks, the chain and the fold, by example and by property."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from casemaking import (
    HOUR,
    INSPECTOR,
    LEADS,
    LEVELS,
    OVER,
    PUBLICITY,
    REVIEWER,
    SUPPORTS,
    T0,
    TERMS,
    PlainCalendar,
    a_case,
    a_rule,
    a_start,
    at_state,
    charges,
    done,
    handler,
    order,
    row,
)
from hypothesis import given
from hypothesis import strategies as st

from domain import statutory
from domain.actions import OPEN, RULES, SYSTEM_ACTIONS, Rule, permitted
from domain.casefold import apply, broken_at, fold, sealed
from domain.casework import (
    SYSTEM,
    Terms,
    add_report,
    chase,
    link,
    raise_level,
    wake,
)
from domain.commands import Command, decide
from domain.errors import IllegalAction, NotPermitted
from domain.types import Actor, Case, CaseEvent, Duty, Level, Role, State

# --- the table


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.sources], ids=lambda r: r.action)
@pytest.mark.parametrize("state", list(State), ids=lambda s: s.name)
def test_an_action_is_possible_from_the_states_of_its_line_and_from_no_other(
    rule: Rule, state: State
) -> None:
    department = "城管局" if rule.action == "ask-reply" else "住建局"
    case = at_state(state, department)
    assert row(case, department).status is state
    more = {"to": "应急局"} if rule.action == "transfer" else {}
    command = order(rule.action, department, at=T0 + 2 * HOUR, **more)
    if state not in rule.sources:
        with pytest.raises(IllegalAction, match=rule.name):
            decide(case, command, TERMS)
        return
    after = done(case, command)
    assert row(after, department).status is (rule.target or state)


@pytest.mark.parametrize("rule", list(RULES.values()), ids=lambda r: r.action)
def test_an_action_is_refused_to_everyone_its_line_does_not_name(rule: Rule) -> None:
    case = a_case()
    others = [r for r in Role if r not in rule.who]
    assert others
    for role in others:
        actor = Actor(name="某人", role=role, department="住建局")
        with pytest.raises(NotPermitted, match="宣传部"):
            decide(case, order(rule.action, "住建局", actor), TERMS)


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.own], ids=lambda r: r.action)
def test_what_a_department_does_only_its_own_people_do(rule: Rule) -> None:
    for role in rule.who:
        stranger = Actor(name="某人", role=role, department="城管局")
        assert not permitted(rule, stranger, "住建局")
        with pytest.raises(NotPermitted, match="只能由 住建局"):
            decide(a_case(), order(rule.action, "住建局", stranger), TERMS)


@pytest.mark.parametrize("rule", [r for r in RULES.values() if r.needs], ids=lambda r: r.action)
def test_an_action_is_refused_without_what_it_needs(rule: Rule) -> None:
    words = {"note": "说明", "to": "去向", "until": "时间", "level": "级别"}
    for need in rule.needs:
        bare: object = None if need in {"until", "level"} else ""
        with pytest.raises(IllegalAction, match=words[need]):
            decide(a_case(), order(rule.action, "住建局", **{need: bare}), TERMS)


def test_nothing_but_a_note_or_a_reopening_is_possible_when_a_case_is_over() -> None:
    for state in OVER:
        case = at_state(state, leads=("住建局",))
        assert case.status is state
        for action in RULES:
            possible = action == "note" or (action == "reopen" and state is not State.MERGED)
            command = order(action, "住建局", at=T0 + 2 * HOUR)
            if possible:
                decide(case, command, TERMS)
            else:
                with pytest.raises(IllegalAction):
                    decide(case, command, TERMS)


def test_an_unknown_action_or_department_is_named_in_chinese() -> None:
    with pytest.raises(IllegalAction, match=r"没有“fly”这个操作.*ack"):
        decide(a_case(), Command(action="fly", actor=PUBLICITY, at=T0), TERMS)
    with pytest.raises(IllegalAction, match="与 文体旅科局 无关"):
        decide(a_case(), order("ack", "文体旅科局"), TERMS)
    with pytest.raises(IllegalAction, match="未指明部门"):
        decide(a_case(), order("accept"), TERMS)


def test_a_viewer_may_do_nothing_and_every_action_has_a_name() -> None:
    assert not any(Role.VIEWER in r.who or Role.SYSTEM in r.who for r in RULES.values())
    assert not RULES.keys() & SYSTEM_ACTIONS.keys()
    assert len({r.name for r in RULES.values()} | set(SYSTEM_ACTIONS.values())) == len(RULES) + len(
        SYSTEM_ACTIONS
    )


# --- each action's effect


def test_a_case_gives_every_department_its_own_two_clocks() -> None:
    case = a_case(Level.YELLOW)
    assert [(o.department, o.duty) for o in case.obligations] == [
        *((d, Duty.LEAD) for d in LEADS), *((d, Duty.SUPPORT) for d in SUPPORTS)
    ]  # fmt: skip
    for o in case.obligations:
        assert (o.status, o.ack_due, o.reply_due) == (
            State.TO_SIGN, T0 + timedelta(minutes=30), T0 + timedelta(hours=48)
        )  # fmt: skip
    assert (case.status, case.version, case.last_report_at) == (State.TO_SIGN, 1, T0)


def test_a_worksheets_own_limit_binds_the_leads_and_no_level_moves_it() -> None:
    limit = T0 + timedelta(minutes=20)
    case = a_case(Level.YELLOW, limit=limit)
    assert (row(case).reply_due, row(case).ack_due) == (limit, limit)  # sign never after reply
    assert row(case, "城管局").reply_due == T0 + timedelta(hours=48)
    late = a_case(Level.YELLOW, limit=T0 + timedelta(days=9))
    red = apply(late, raise_level(late, Level.RED, T0 + HOUR, TERMS, "扩散"))
    assert row(red).reply_due == T0 + timedelta(days=9)
    assert row(red).ack_due == T0 + timedelta(minutes=30)


def test_a_worksheet_that_comes_late_keeps_its_own_limit_and_is_signed_in_the_usual_time() -> None:
    case = a_case(Level.YELLOW, limit=T0 - timedelta(days=3))
    assert row(case).reply_due == T0 - timedelta(days=3)
    assert row(case).ack_due == row(a_case(Level.YELLOW)).ack_due > T0
    signed = done(case, order("ack", "住建局"))
    [event] = [e for e in chase(signed, T0 + HOUR, TERMS) if e.department == "住建局"]
    assert (event.action, event.data["step"]) == ("escalate", "reply:1+3")


def test_the_program_wakes_a_case_that_was_over_and_its_leads_begin_again() -> None:
    closed = at_state(State.CLOSED, leads=("住建局",))
    event = wake(closed, T0 + timedelta(days=2), TERMS, "文字有改动")
    case = apply(closed, event)
    assert (event.actor.role, case.status) == (Role.SYSTEM, State.IN_HAND)
    assert row(case).clock_from == T0 + timedelta(days=2)
    assert row(case).accepted_at is None


def test_signing_and_replying_are_dated_and_stop_the_clocks() -> None:
    case = done(a_case(), order("ack", "住建局", at=T0 + HOUR))
    assert row(case).acknowledged_at == T0 + HOUR
    case = done(case, order("reply", "住建局", at=T0 + 2 * HOUR))
    assert row(case).replied_at == T0 + 2 * HOUR
    quiet = replace(case, obligations=(row(case),))
    assert chase(quiet, T0 + timedelta(days=30), TERMS) == []


def test_sent_back_a_reply_gets_the_time_of_the_review_added() -> None:
    case = at_state(State.IN_REVIEW)
    due, replied = row(case).reply_due, row(case).replied_at
    assert replied is not None
    case = done(case, order("rework", "住建局", at=replied + 5 * HOUR))
    assert (row(case).status, row(case).reply_due) == (State.IN_HAND, due + 5 * HOUR)
    assert (row(case).reworked_count, row(case).replied_at) == (1, None)


def test_a_support_owes_a_reply_only_when_asked_and_from_then_on() -> None:
    case = done(a_case(), order("ack", "城管局"))
    with pytest.raises(IllegalAction, match="配合部门"):
        decide(case, order("reply", "城管局"), TERMS)
    asked = T0 + timedelta(days=5)  # long after the limit that a lead would have had
    assert chase(replace(case, obligations=(row(case, "城管局"),)), asked, TERMS) == []
    case = done(case, order("ask-reply", "城管局", at=asked))
    assert row(case, "城管局").reply_due == asked + timedelta(hours=48)
    alone = replace(case, obligations=(row(case, "城管局"),))
    assert chase(alone, asked + HOUR, TERMS) == []
    [step] = chase(alone, asked + timedelta(hours=25), TERMS)
    assert step.data["step"] == "reply:0.5"
    done(case, order("reply", "城管局"))


def test_nobody_is_asked_twice_and_a_lead_need_not_be_asked() -> None:
    case = done(a_case(), order("ask-reply", "城管局"))
    with pytest.raises(IllegalAction, match="已请"):
        decide(case, order("ask-reply", "城管局"), TERMS)
    with pytest.raises(IllegalAction, match="牵头"):
        decide(case, order("ask-reply", "住建局"), TERMS)


def test_a_support_whose_reply_was_sent_back_can_reply_again() -> None:
    case = done(a_case(), *(order(a, "城管局") for a in ("ack", "ask-reply", "reply", "rework")))
    assert row(case, "城管局").reply_asked
    assert row(done(case, order("reply", "城管局")), "城管局").status is State.IN_REVIEW


def test_a_case_closes_when_the_last_lead_is_accepted_and_takes_the_supports_along() -> None:
    case = done(at_state(State.CLOSED), order("ack", "交警大队"))
    assert case.status is State.SIGNED
    case = done(case, order("reply", "交警大队"))
    events = decide(case, order("accept", "交警大队"), TERMS)
    assert [e.action for e in events] == ["accept", "close"]
    assert events[1].actor == SYSTEM
    closed = done(case, order("accept", "交警大队"))
    assert {o.status for o in closed.obligations} == {closed.status} == {State.CLOSED}


def test_a_department_declines_once_and_then_publicity_decides() -> None:
    case = at_state(State.NOT_OURS)
    assert row(case).declined
    assert case.status is State.NOT_OURS
    back = done(case, order("transfer", "住建局", to="住建局", at=T0 + 9 * HOUR))
    assert row(back).status is State.TO_SIGN
    assert row(back).ack_due == T0 + 9 * HOUR + timedelta(minutes=30)
    with pytest.raises(IllegalAction, match="已退过一次"):
        decide(back, order("decline", "住建局"), TERMS)


def test_what_is_sent_back_says_so_in_its_event() -> None:
    [event] = decide(at_state(State.NOT_OURS), order("transfer", "住建局", to="住建局"), TERMS)
    assert (event.from_state, event.to_state) == (State.NOT_OURS, State.TO_SIGN)
    [away] = decide(at_state(State.NOT_OURS), order("transfer", "住建局", to="应急局"), TERMS)
    assert away.to_state == State.NOT_OURS


def test_a_transfer_starts_the_receivers_clocks_and_ends_the_senders() -> None:
    case = done(at_state(State.SIGNED), order("transfer", "住建局", to="应急局", at=T0 + 9 * HOUR))
    new = row(case, "应急局")
    assert (new.duty, new.status, new.clock_from) == (Duty.LEAD, State.TO_SIGN, T0 + 9 * HOUR)
    assert (row(case).status, row(case).transferred_to) == (State.NOT_OURS, "应急局")
    with pytest.raises(IllegalAction):
        decide(case, order("ack", "住建局"), TERMS)
    with pytest.raises(IllegalAction, match="已将本案转出"):
        decide(case, order("transfer", "应急局", to="住建局"), TERMS)
    with pytest.raises(IllegalAction, match="正在办理"):
        decide(case, order("transfer", "应急局", to="应急局"), TERMS)


def test_a_support_that_receives_a_lead_starts_its_clocks_then() -> None:
    late = T0 + timedelta(days=4)
    case = done(a_case(), order("ack", "城管局"), order("transfer", "住建局", to="城管局", at=late))
    assert row(case, "城管局").duty is Duty.LEAD
    assert row(case, "城管局").status is State.SIGNED
    assert row(case, "城管局").reply_due == late + timedelta(hours=48)


def test_a_case_never_closes_by_being_transferred() -> None:
    answered = [order(a, "城管局") for a in ("ack", "ask-reply", "reply", "accept")]
    case = done(a_case(leads=("住建局",)), *answered)
    assert row(case, "城管局").status is State.CLOSED
    case = done(case, order("transfer", "住建局", to="城管局", at=T0 + 9 * HOUR))
    assert case.status is State.TO_SIGN
    again = row(case, "城管局")
    assert (again.duty, again.acknowledged_at, again.accepted_at) == (Duty.LEAD, None, None)


def test_a_lead_that_declined_begins_again_when_the_case_comes_back_to_it() -> None:
    case = done(a_case(), order("decline", "住建局"), order("decline", "交警大队"))
    case = done(case, order("transfer", "住建局", to="交警大队"))
    assert (row(case, "交警大队").status, case.status) == (State.TO_SIGN, State.TO_SIGN)


def test_an_extension_only_moves_the_reply_clock_later() -> None:
    case = done(a_case(), order("ask-extension", "住建局"))
    assert row(case).extension_asked
    with pytest.raises(IllegalAction, match="须晚于"):
        decide(case, order("extend", "住建局", until=row(case).reply_due), TERMS)
    later = row(case).reply_due + HOUR
    case = done(case, order("extend", "住建局", until=later))
    assert (row(case).reply_due, row(case).extension_asked) == (later, False)


def test_a_higher_level_tightens_and_a_lower_one_leaves_the_clocks_alone() -> None:
    case = done(a_case(Level.YELLOW), order("ack", "交警大队", at=T0 + timedelta(minutes=5)))
    red = apply(case, raise_level(case, Level.RED, T0 + timedelta(minutes=10), TERMS, "扩散"))
    assert row(red).ack_due == T0 + timedelta(minutes=20)
    assert row(red).reply_due == T0 + timedelta(minutes=310)
    assert row(red, "交警大队").reply_due == T0 + timedelta(minutes=310)
    low = done(red, order("level", level=Level.BLUE, at=T0 + HOUR))
    assert low.level is Level.BLUE
    assert low.obligations == red.obligations
    with pytest.raises(IllegalAction, match="已是蓝级"):
        decide(low, order("level", level=Level.BLUE), TERMS)


def test_who_signed_in_time_is_not_late_after_a_raise() -> None:
    case = done(a_case(Level.BLUE), order("ack", "住建局", at=T0 + timedelta(minutes=1)))
    short = Terms(
        levels=replace(LEVELS, rules=LEVELS.rules | {Level.RED: a_rule(Level.RED, 5, 30)}),
        calendar=PlainCalendar(),
    )
    red = apply(case, raise_level(case, Level.RED, T0 + timedelta(minutes=10), short, "扩散"))
    signed = row(red).acknowledged_at
    assert signed is not None
    assert signed <= row(red).ack_due <= row(red).reply_due == T0 + timedelta(minutes=40)


def test_the_program_itself_never_lowers_a_level() -> None:
    for level in (Level.YELLOW, Level.BLUE):
        with pytest.raises(IllegalAction, match="系统不降级"):
            raise_level(a_case(Level.YELLOW), level, T0, TERMS, "")


def test_merged_a_case_points_to_the_other_and_owes_nothing() -> None:
    case = at_state(State.MERGED)
    assert (case.status, case.merged_into) == (State.MERGED, "LHS-20261123-0002")
    assert {o.status for o in case.obligations} == {State.MERGED}
    with pytest.raises(IllegalAction, match="并入自身"):
        decide(a_case(), order("merge", to="LHS-20261123-0001"), TERMS)


def test_a_false_alarm_stops_all_clocks_but_keeps_what_was_accepted() -> None:
    case = done(at_state(State.CLOSED), order("false-alarm"))
    assert row(case).status is State.CLOSED
    assert row(case, "交警大队").status is State.FALSE_ALARM
    assert at_state(State.FALSE_ALARM).status is State.FALSE_ALARM
    assert chase(case, T0 + timedelta(days=9), TERMS) == []


def test_registering_starts_the_statutory_clock_once() -> None:
    case = done(a_case(), order("register", at=T0))
    assert case.registered_at == T0
    assert case.acceptance_due == PlainCalendar().add_workdays(T0, 2)
    assert case.settlement_due == T0 + timedelta(days=60)
    with pytest.raises(IllegalAction, match="已登记"):
        decide(case, order("register"), TERMS)


@pytest.mark.parametrize("end", [State.CLOSED, State.FALSE_ALARM])
def test_reopened_the_leads_begin_again_with_later_clocks(end: State) -> None:
    case = at_state(end, leads=("住建局",))
    case = done(case, order("reopen", actor=INSPECTOR, at=T0 + timedelta(days=9)))
    assert case.status is (State.IN_HAND if end is State.CLOSED else State.TO_SIGN)
    assert row(case).reply_due == T0 + timedelta(days=11)
    assert (row(case).replied_at, row(case).accepted_at) == (None, None)
    with pytest.raises(IllegalAction):
        decide(case, order("reopen"), TERMS)


def test_assigning_names_a_colleague_and_a_note_changes_nothing() -> None:
    case = done(a_case(), order("assign", "住建局", to="老李"))
    assert row(case).assignee == "老李"
    noted = done(case, order("note", actor=handler("城管局")))
    assert replace(noted, version=case.version) == case


def test_more_reports_bring_members_categories_and_new_departments() -> None:
    later = T0 + 3 * HOUR
    event = add_report(
        a_case(), at=later, mention_ids=["m1", "m2"], categories=["parking", "taxi_refusal"],
        charges=charges(["住建局", "应急局"]), terms=TERMS,
    )  # fmt: skip
    case = apply(a_case(), event)
    assert case.mention_ids == ("m1", "m2")
    assert case.categories == ("taxi_refusal", "parking")
    assert case.last_report_at == later
    assert row(case).clock_from == T0
    assert (row(case, "应急局").clock_from, row(case, "应急局").duty) == (later, Duty.LEAD)


def test_a_support_that_leads_a_new_category_becomes_a_lead() -> None:
    later = T0 + 3 * HOUR
    signed = done(a_case(), order("ack", "城管局"))
    event = add_report(
        signed, at=later, mention_ids=["m2"], categories=["illegal_vending"],
        charges=charges(["城管局"], ["住建局"]), terms=TERMS,
    )  # fmt: skip
    case = apply(signed, event)
    new = row(case, "城管局")
    assert (new.duty, new.status) == (Duty.LEAD, State.SIGNED)
    assert new.reply_due == later + timedelta(hours=48)
    assert (row(case).duty, row(case).clock_from) == (Duty.LEAD, T0)
    assert len(case.obligations) == 4


def test_linking_is_said_once_and_merges_nothing() -> None:
    case = a_case()
    for _ in range(2):
        case = apply(case, link(case, "LHS-20261123-0002", T0))
    assert case.linked == ("LHS-20261123-0002",)


# --- the chain


def chained(events: Sequence[CaseEvent]) -> list[CaseEvent]:
    out: list[CaseEvent] = []
    for event in events:
        out.append(sealed(event, out[-1].hash if out else ""))
    return out


def test_the_chain_does_not_depend_on_the_zone_a_moment_was_given_in() -> None:
    start = a_start()
    local = replace(start, at=start.at.astimezone(timezone(timedelta(hours=8))))
    assert sealed(local, "").hash == start.hash


def test_no_events_are_no_case_and_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="without events"):
        fold([])
    with pytest.raises(ValueError, match="after version 1"):
        apply(a_case(), replace(link(a_case(), "x", T0), no=3))


# --- properties

WHO = st.sampled_from([
    *(handler(d) for d in (*LEADS, *SUPPORTS, "应急局")), PUBLICITY, REVIEWER, INSPECTOR,
    Actor(name="看客", role=Role.VIEWER, department="住建局"),
    Actor(name="管理员", role=Role.ADMIN),
])  # fmt: skip
NAMES = st.sampled_from([*LEADS, *SUPPORTS, "应急局", ""])
MINUTES = st.integers(min_value=0, max_value=3000)


ENDINGS = {"merge", "false-alarm"}


@st.composite
def steps_of_life(draw: st.DrawFn) -> tuple[str, timedelta, object]:
    """("likely" | "wild" | "raise" | "report" | "chase", time that passes, what it needs)."""
    passed = timedelta(minutes=draw(MINUTES))
    kind = draw(st.sampled_from(["likely"] * 8 + ["wild"] * 2 + ["raise", "report", "chase"]))
    if kind == "raise":
        return kind, passed, draw(st.sampled_from(Level))
    if kind == "report":
        names = draw(st.lists(NAMES.filter(bool), unique=True, max_size=3))
        return kind, passed, charges(names[:1], names[1:])
    if kind == "chase":
        return kind, passed, None
    command = Command(
        action=draw(st.sampled_from(sorted(RULES))), actor=draw(WHO), at=T0,
        department=draw(NAMES), note=draw(st.sampled_from(["说明", ""])), to=draw(NAMES),
        until=T0 + timedelta(minutes=draw(st.integers(0, 20_000))),
        level=draw(st.sampled_from(Level)),
    )  # fmt: skip
    return kind, passed, (draw(st.integers(0, 10_000)), command)


def likely(case: Case, number: int, wild: Command) -> Command:
    """One of the commands that the table allows now; the endings seldom."""
    options = [
        (rule.action, o.department)
        for rule in RULES.values()
        for o in case.obligations
        if o.status in rule.sources and not o.transferred_to
    ]
    whole = [r.action for r in RULES.values() if not r.sources and r.action not in ENDINGS]
    options += [o for o in options if o[0] in {"ack", "start", "reply", "accept"}] * 3
    options += [(action, "") for action in whole]
    options += [(action, "") for action in ENDINGS if number % 7 == 0]
    action, department = options[number % len(options)]
    actor = handler(department) if RULES[action].own else PUBLICITY
    to = wild.to or "应急局"
    return replace(wild, action=action, department=department, actor=actor, note="说明", to=to)


def events_of(kind: str, what: object, case: Case, now: datetime) -> list[CaseEvent]:
    if isinstance(what, tuple):
        number, wild = what
        command = likely(case, number, wild) if kind == "likely" else wild
        until = now + (command.until - T0)
        return decide(case, replace(command, at=now, until=until), TERMS)
    if isinstance(what, Level):
        return [raise_level(case, what, now, TERMS, "扩散")]
    if isinstance(what, list):
        report = add_report(
            case, at=now, mention_ids=[f"m{case.version}"], categories=["parking"], charges=what,
            terms=TERMS,
        )  # fmt: skip
        return [report]
    steps = chase(case, now, TERMS)
    for event in steps:
        case = apply(case, event)
    return [*steps, *statutory.chase(case, now, TERMS)]


LIVES = st.tuples(st.sampled_from(Level), st.lists(steps_of_life(), min_size=15, max_size=45))
Step = tuple[Case, list[CaseEvent], Case]


def lived(life: tuple[Level, list[tuple[str, timedelta, object]]]) -> list[Step]:
    """(case before, the events of one step, case after) of each step that was not refused."""
    level, todo = life
    case, now, out = a_case(level), T0, []
    for kind, passed, what in todo:
        now += passed
        if kind in {"raise", "report"} and case.status in OVER:
            continue
        try:
            events = events_of(kind, what, case, now)
        except (IllegalAction, NotPermitted):
            continue
        after = case
        for event in events:
            after = apply(after, event)
        out.append((case, events, after))
        case = after
    return out


@given(LIVES)
def test_no_illegal_transition_is_ever_accepted(life) -> None:  # type: ignore[no-untyped-def]
    for before, events, after in lived(life):
        for event in [e for e in events if e.action in RULES]:
            rule = RULES[event.action]
            assert permitted(rule, event.actor, event.department)
            if rule.sources:
                old, new = row(before, event.department), row(after, event.department)
                assert old.status in rule.sources
                assert not old.transferred_to
                sent_back = event.data.get("to") == event.department and event.action == "transfer"
                closed = after.status is State.CLOSED and event.action == "accept"
                expected = State.TO_SIGN if sent_back else rule.target or old.status
                assert new.status is expected or closed
                assert event.from_state == old.status
                assert event.to_state == expected
            assert before.status not in OVER or event.action in {"note", "reopen"}


@given(LIVES)
def test_the_fold_of_the_events_is_the_case_step_by_step(life) -> None:  # type: ignore[no-untyped-def]
    history = [a_start(life[0])]
    for _, events, after in lived(life):
        history += events
        assert fold(history) == after
        assert after.version == len(history) == history[-1].no


@given(LIVES, st.data())
def test_a_chain_holds_and_every_change_to_it_is_found(life, data) -> None:  # type: ignore[no-untyped-def]
    history = chained([a_start(life[0]), *(e for _, events, _ in lived(life) for e in events)])
    assert broken_at(history) is None
    n = data.draw(st.integers(0, len(history) - 1))
    event = history[n]
    changes = {
        "at": event.at + timedelta(microseconds=1),
        "actor": replace(event.actor, name=event.actor.name + "x"),
        "action": event.action + "x", "department": event.department + "x",
        "from_state": event.from_state + "x", "to_state": event.to_state + "x",
        "note": event.note + "x", "data": event.data | {"x": 1}, "case_id": event.case_id + "x",
        "prev_hash": "x", "hash": "x" * 64, "no": event.no + 1,
    }  # fmt: skip
    name = data.draw(st.sampled_from(sorted(changes)))
    forged = [*history[:n], replace(event, **{name: changes[name]}), *history[n + 1 :]]
    assert broken_at(forged) == n + 1
    if n + 1 < len(history):
        assert broken_at([*history[:n], *history[n + 1 :]]) == n + 1


@given(LIVES)
def test_deadlines_keep_their_order_and_move_only_as_promised(life) -> None:  # type: ignore[no-untyped-def]
    for before, events, after in lived(life):
        for new in after.obligations:
            assert after.opened_at <= new.ack_due <= new.reply_due
            old = {o.department: o for o in before.obligations}.get(new.department)
            if old is None or not events:
                continue
            action = events[0].action
            if action in {"raise", "level"}:
                assert new.reply_due <= old.reply_due
                assert new.ack_due <= old.ack_due
                if after.level.rank < before.level.rank:
                    assert (new.ack_due, new.reply_due) == (old.ack_due, old.reply_due)
            elif action in {"extend", "rework", "ask-reply", "reopen"}:
                assert new.reply_due >= old.reply_due
            elif action not in {"transfer", "report"}:
                assert (new.ack_due, new.reply_due) == (old.ack_due, old.reply_due)


@given(LIVES)
def test_a_case_is_closed_exactly_when_every_leads_reply_was_accepted(life) -> None:  # type: ignore[no-untyped-def]
    for _, _, after in lived(life):
        leads = [o for o in after.obligations if o.duty is Duty.LEAD and not o.transferred_to]
        assert leads
        if after.status is State.CLOSED:
            assert all(o.status in {State.CLOSED, State.FALSE_ALARM} for o in leads)
            assert all(o.accepted_at for o in leads if o.status is State.CLOSED)
        elif after.status not in OVER:
            assert not all(o.status is State.CLOSED for o in leads)
        if after.status in OVER:
            assert not any(o.status in OPEN for o in after.obligations)
            assert chase(after, after.last_report_at + timedelta(days=99), TERMS) == []
            assert statutory.chase(after, T0 + timedelta(days=999), TERMS) == []


@given(LIVES)
def test_no_department_declines_a_case_twice(life) -> None:  # type: ignore[no-untyped-def]
    declined = [
        e.department for _, events, _ in lived(life) for e in events if e.action == "decline"
    ]
    assert len(declined) == len(set(declined))


@given(LIVES)
def test_the_program_only_ever_raises_a_level_and_keeps_what_it_knows(life) -> None:  # type: ignore[no-untyped-def]
    for before, events, after in lived(life):
        if after.level.rank < before.level.rank:
            assert [e.action for e in events] == ["level"]
        assert after.mention_ids[: len(before.mention_ids)] == before.mention_ids
        assert set(before.categories) <= set(after.categories)
        names = [o.department for o in after.obligations]
        assert names[: len(before.obligations)] == [o.department for o in before.obligations]
        assert len(names) == len(set(names))
