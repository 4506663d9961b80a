"""From scored mentions to cases and alerts, on a real ledger, with verdicts that the test gives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from world import MONDAY, World

from domain.commands import Command
from domain.errors import ConfigError, IllegalAction, NoSuchCase
from domain.plan import Plan
from domain.types import (
    Actor,
    Case,
    Context,
    Counts,
    Kind,
    Level,
    Mention,
    Role,
    State,
    Verdict,
)
from tingxue import chasing, pipeline
from tingxue.acting import act
from tingxue.matching import NEAREST
from tingxue.triage import triage

PLACE = "天定山滑雪场"
LONG = "今天下午在景区一号门口等出租车等了两个小时，连着三个司机一听去处就把车开走了，没有人管"


def duties(case: Case) -> dict[str, str]:
    return {o.department: str(o.duty) for o in case.obligations}


# --- opening


def test_a_complaint_opens_a_case_for_its_departments_and_copies_the_two_offices(
    world: World,
) -> None:
    case_id = world.say(1, ["taxi_refusal"], places=[PLACE])
    case = world.case(case_id)
    assert case_id == "LHS-20261123-0001"
    assert (case.level, case.place, case.status) == (Level.BLUE, PLACE, State.TO_SIGN)
    assert duties(case) == {"住建局": "lead", "城管局": "support", "交警大队": "support"}
    told = {t.receiver: t.body for t in world.told()}
    assert list(sorted(told)) == sorted([*duties(case), "宣传部", "文体旅科局"])
    for name in ("宣传部", "文体旅科局"):
        assert "抄送" in told[name]
        assert "无需签收" in told[name]
    assert "答复" in told["住建局"]
    assert "答复" not in told["城管局"].split("请办：")[1].split("\n")[0]


def test_what_is_no_complaint_or_not_ours_opens_nothing(world: World) -> None:
    assert world.say(1) == ""
    assert world.say(2, ["parking"], relevant=False) == ""
    assert world.say(3, relevant=False, urgency="red") == ""
    assert world.cases() == []
    assert world.told() == []


def test_a_life_at_risk_without_a_category_goes_to_those_who_save_lives(world: World) -> None:
    case = world.case(world.say(1, urgency="red"))
    assert (case.level, case.categories) == (Level.RED, ())
    assert duties(case) == {"应急局": "lead", "公安分局": "support", "宣传部": "support"}
    told = {t.receiver for t in world.told()}
    assert told == {"应急局", "公安分局", "宣传部", "文体旅科局", "管委会领导", "值班手机"}


@pytest.mark.parametrize(
    ("verdict", "level"),
    [
        ({"categories": ["parking"], "urgency": "blue"}, Level.BLUE),
        ({"categories": ["parking"], "urgency": "none"}, Level.BLUE),
        ({"categories": ["food_safety"], "urgency": "blue"}, Level.YELLOW),
        ({"categories": ["parking"], "urgency": "orange"}, Level.ORANGE),
        ({"categories": ["parking"], "urgency": "red"}, Level.RED),
        ({"categories": ["parking"], "counts": Counts(views=10_000)}, Level.YELLOW),
        ({"categories": ["parking"], "counts": Counts(likes=500, comments=500)}, Level.ORANGE),
    ],
)
def test_the_level_follows_from_urgency_category_and_spread(
    world: World, verdict: dict[str, object], level: Level
) -> None:
    assert world.case(world.say(1, **verdict)).level is level  # type: ignore[arg-type]


def test_red_and_orange_messages_name_who_is_on_duty_and_others_do_not(world: World) -> None:
    for n, (urgency, named) in enumerate([("red", True), ("orange", True), ("yellow", False)]):
        case_id = world.say(n, ["taxi_refusal"], urgency=urgency, places=[f"地点{n}"])
        for told in world.told(case_id):
            assert ("值班：住建局 住建局值班员甲 0431-0000-0204" in told.body) is named
            assert ("值班：城管局 城管局值班员甲 0431-0000-0205" in told.body) is named


# --- joining


def test_reposts_of_one_text_are_one_case(world: World) -> None:
    first = world.say(1, ["taxi_refusal"], text=LONG)
    world.clock.move(71 * 3600)
    assert world.say(2, ["taxi_refusal"], text=f"转发微博//@某人：{LONG}！！") == first
    assert world.say(3, ["taxi_refusal"], text=f"太过分了//@某人：{LONG[:20]}…") == first
    assert len(world.case(first).mention_ids) == 3
    world.clock.move(73 * 3600)
    assert world.say(4, ["taxi_refusal"], text=LONG) != first


def test_more_reports_alone_say_nothing(world: World) -> None:
    world.say(1, ["taxi_refusal"], text=LONG)
    assert world.news(lambda: world.say(2, ["taxi_refusal"], text=LONG)) == []


def test_a_thread_is_one_case(world: World) -> None:
    post = world.said(1, ["taxi_refusal"])
    first = world.say(2, ["taxi_refusal"], parent_id=post, kind=Kind.COMMENT)
    assert world.say(3, ["taxi_refusal"], parent_id=post, kind=Kind.COMMENT) == first
    assert len(world.case(first).mention_ids) == 3


def test_comments_below_a_post_of_our_own_are_many_events(world: World) -> None:
    own = Context(own_channel=True)
    post = world.said(1, context=own)
    one = world.say(2, ["parking"], parent_id=post, kind=Kind.COMMENT, context=own)
    other = world.say(3, ["parking"], parent_id=post, kind=Kind.COMMENT, context=own)
    assert one != other
    inherits = world.say(4, ["lodging"], parent_id=post, kind=Kind.COMMENT)
    assert inherits not in (one, other)


def test_one_category_at_one_place_is_one_case_for_six_hours(world: World) -> None:
    first = world.say(1, ["parking"], places=[PLACE])
    world.clock.move(6 * 3600)
    assert world.say(2, ["parking"], places=[PLACE]) == first
    world.clock.move(6 * 3600 + 1)
    assert world.say(3, ["parking"], places=[PLACE]) != first


def test_another_place_or_category_or_no_place_is_another_case(world: World) -> None:
    found = [world.say(1, ["parking"], places=[PLACE]), world.say(2, ["parking"], places=["国信"]),
             world.say(3, ["lodging"], places=[PLACE]), world.say(4, ["parking"]),
             world.say(5, ["parking"])]  # fmt: skip
    assert len(set(found)) == 5


def test_triage_again_changes_nothing(world: World) -> None:
    world.say(1, ["parking"], places=[PLACE])
    before = world.rows()
    assert triage(world.app) == 0
    assert world.rows() == before


def test_one_call_of_triage_takes_many_mentions_of_one_event(world: World) -> None:
    for n in range(5):
        world.said(n, ["parking"], places=[PLACE])
    pipeline.analyse(world.app)
    assert triage(world.app) == 5
    [case_id] = world.cases()
    assert len(world.case(case_id).mention_ids) == 5
    assert world.case(case_id).level is Level.YELLOW


# --- worksheets


def test_a_worksheet_is_always_its_own_case_linked_with_its_own_limit(world: World) -> None:
    limit = MONDAY + timedelta(days=3)
    post = world.say(1, ["parking"], places=[PLACE], text=LONG)
    call = world.say(2, ["parking"], places=[PLACE], text=LONG, kind=Kind.CALL, due_at=limit)
    again = world.say(3, ["parking"], places=[PLACE], text=LONG, kind=Kind.CALL, due_at=limit)
    assert len({post, call, again}) == 3
    assert world.case(call).linked == (post, again)
    assert set(world.case(again).linked) == {post, call}
    assert set(world.case(post).linked) == {call, again}
    rows = {o.department: o for o in world.case(call).obligations}
    assert (rows["住建局"].reply_due, rows["住建局"].own_limit) == (limit, True)
    assert not rows["城管局"].own_limit


def test_of_many_worksheets_each_is_linked_to_the_newest_before_it_and_to_the_posts_case(
    world: World,
) -> None:
    post, calls = world.say(0, ["parking"], places=[PLACE], text=LONG), list[str]()
    for number in range(1, NEAREST + 6):
        world.clock.move(1)
        call = world.say(number, ["parking"], places=[PLACE], text=LONG, kind=Kind.CALL)
        before = list(reversed(calls[-NEAREST:]))
        assert world.case(call).linked == (post, *before)
        calls.append(call)
    assert set(world.case(calls[0]).linked) == {post, *calls[1 : NEAREST + 1]}  # both ways
    assert set(world.case(post).linked) == set(calls)
    world.close(calls[-1])  # one that is over takes no other's place
    world.clock.move(1)
    last = world.say(99, ["parking"], places=[PLACE], text=LONG, kind=Kind.CALL)
    assert world.case(last).linked == (post, *reversed(calls[-NEAREST - 1 : -1]))


def test_a_post_after_a_worksheet_opens_its_own_linked_case(world: World) -> None:
    call = world.say(1, ["parking"], places=[PLACE], kind=Kind.CALL)
    post = world.say(2, ["parking"], places=[PLACE])
    assert post != call
    assert world.case(post).linked == (call,)
    assert world.case(call).linked == (post,)
    assert world.say(3, ["parking"], places=[PLACE]) == post


def test_worksheets_and_posts_count_together_for_three_reports(world: World) -> None:
    world.say(1, ["parking"], places=[PLACE], kind=Kind.CALL)
    world.say(2, ["parking"], places=[PLACE], kind=Kind.CALL)
    assert world.case(world.say(3, ["parking"], places=[PLACE])).level is Level.YELLOW


# --- rising


def test_three_reports_of_one_event_within_a_day_make_it_yellow(world: World) -> None:
    case_id = world.say(1, ["parking"], places=[PLACE])
    assert world.news(lambda: world.say(2, ["parking"], places=[PLACE])) == []
    news = world.news(lambda: world.say(3, ["parking"], places=[PLACE]))
    assert world.case(case_id).level is Level.YELLOW
    assert {t.purpose for t in news} == {"raised"}
    assert {t.receiver for t in news} == {*duties(world.case(case_id)), "宣传部", "文体旅科局"}
    assert all("蓝色升为黄色" in t.body and "3 条反映" in t.body for t in news)


def test_reports_of_one_category_and_place_count_beyond_the_six_hours(world: World) -> None:
    levels = []
    for n in range(3):
        levels.append(world.case(world.say(n, ["parking"], places=[PLACE])).level)
        world.clock.move(7 * 3600)
    assert levels == [Level.BLUE, Level.BLUE, Level.YELLOW]
    assert len(world.cases()) == 3


def test_what_spreads_rises_and_what_is_forgotten_does_not_fall(world: World) -> None:
    levels = []
    for views in (10, 9_999, 10_000, 100_000, 1_000_000, 5):
        levels.append(world.case(world.say(1, ["parking"], counts=Counts(views=views))).level)
        world.clock.move(60)
    assert levels == [Level.BLUE, Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED, Level.RED]


def test_a_rise_tells_the_further_receivers_of_the_new_level(world: World) -> None:
    world.say(1, ["parking"], counts=Counts(views=1))
    world.clock.move(60)
    news = world.news(lambda: world.say(1, ["parking"], counts=Counts(views=1_000_000)))
    assert {"管委会领导", "应急局", "值班手机", "宣传部", "住建局"} <= {t.receiver for t in news}


def test_three_accounts_within_two_hours_make_it_orange(world: World) -> None:
    for n in range(3):
        case_id = world.say(n, ["parking"], places=[PLACE], author=f"2026:{n}")
    assert world.case(case_id).level is Level.ORANGE


# --- a life at risk


def test_a_life_at_risk_does_not_disappear_in_a_milder_case(world: World) -> None:
    old = world.say(1, ["parking"], places=[PLACE])
    red = world.say(2, ["parking"], places=[PLACE], urgency="red")
    assert red != old
    assert (world.case(red).level, world.case(red).linked) == (Level.RED, (old,))
    assert world.case(old).linked == (red,)
    assert world.case(old).level is Level.BLUE
    assert world.say(3, ["parking"], places=[PLACE], urgency="red") == red


def test_a_copy_that_is_read_as_red_raises_the_case_of_its_words(world: World) -> None:
    first = world.say(1, ["taxi_refusal"], text=LONG, urgency="orange")
    world.do(first, "ack", "住建局")
    news = world.news(
        lambda: world.say(2, ["taxi_refusal"], text=f"求扩散！！{LONG}", urgency="red")
    )
    assert world.cases() == [first]
    assert world.case(first).level is Level.RED
    assert {"住建局", "管委会领导"} <= {t.receiver for t in news}


def test_a_cry_for_help_above_a_forwarded_complaint_is_a_case_of_its_own(world: World) -> None:
    first = world.say(1, ["taxi_refusal"], text=LONG)
    second = world.say(2, ["taxi_refusal"], text=f"有人被困住了//@某人：{LONG}", urgency="red")
    assert second != first
    assert world.case(second).linked == (first,)


# --- scored again


def test_a_mention_scored_again_adds_its_category_and_tells_the_new_department(
    world: World,
) -> None:
    case_id = world.say(1, ["taxi_refusal"], text="第一稿")
    news = world.news(
        lambda: world.say(1, ["taxi_refusal", "price_gouging"], text="第二稿，又想起一件事")
    )
    case = world.case(case_id)
    assert case.categories == ("taxi_refusal", "price_gouging")
    assert duties(case)["市场监管分局"] == "lead"
    added = set(duties(case)) - {"住建局", "城管局", "交警大队"}
    assert {t.receiver for t in news} == added
    assert {t.purpose for t in news} == {"new"}
    assert world.cases() == [case_id]


def test_a_mention_scored_again_to_nothing_closes_and_moves_nothing(world: World) -> None:
    case_id = world.say(1, ["taxi_refusal"], text="第一稿")
    before = world.case(case_id)
    assert world.news(lambda: world.say(1, [], text="第二稿", relevant=False)) == []
    assert world.case(case_id) == before


def test_a_mention_scored_again_as_a_life_at_risk_raises_its_case(world: World) -> None:
    case_id = world.say(1, ["parking"], text="第一稿")
    world.say(1, ["parking"], text="第二稿", urgency="red")
    assert world.case(case_id).level is Level.RED


def test_a_support_that_leads_an_added_category_becomes_a_lead(world: World) -> None:
    case_id = world.say(1, ["taxi_refusal"], text="第一稿")
    world.say(1, ["taxi_refusal", "traffic_jam"], text="第二稿")
    assert duties(world.case(case_id))["交警大队"] == "lead"


def test_a_support_that_becomes_a_lead_is_told_so(world: World) -> None:
    world.say(1, ["taxi_refusal"], text="第一稿")
    news = world.news(lambda: world.say(1, ["taxi_refusal", "traffic_jam"], text="第二稿"))
    assert "牵头（交警大队）" in {t.receiver: t.body for t in news}["交警大队"]


def test_a_mention_that_turns_out_to_be_about_a_life_brings_in_who_saves_lives(
    world: World,
) -> None:
    case_id = world.say(1, ["parking"], text="第一稿")
    world.say(1, [], text="第二稿", urgency="red")
    assert "应急局" in duties(world.case(case_id))


# --- after the end


def test_a_report_after_closing_opens_a_case_marked_as_recurring(world: World) -> None:
    first = world.say(1, ["parking"], places=[PLACE])
    world.close(first)
    assert world.case(first).status is State.CLOSED
    world.clock.move(3600)
    again = world.say(2, ["parking"], places=[PLACE])
    assert world.case(again).recurs == first
    world.clock.move(8 * 24 * 3600)
    assert world.case(world.say(3, ["parking"], places=[PLACE])).recurs is None


def test_what_was_a_false_alarm_does_not_recur(world: World) -> None:
    first = world.say(1, ["parking"], places=[PLACE])
    world.do(first, "false-alarm")
    assert world.case(world.say(2, ["parking"], places=[PLACE])).recurs is None


@pytest.mark.parametrize("kind", [Kind.CALL, Kind.POST])
def test_a_report_after_a_closed_worksheet_is_marked_as_recurring(world: World, kind: Kind) -> None:
    first = world.say(1, ["parking"], places=[PLACE], kind=Kind.CALL)
    world.close(first)
    assert world.case(world.say(2, ["parking"], places=[PLACE], kind=kind)).recurs == first


def test_a_mention_that_turns_red_after_its_case_was_closed_is_not_ignored(world: World) -> None:
    first = world.say(1, ["parking"], text="第一稿")
    world.close(first)
    world.say(1, ["parking"], text="第二稿：有人被困", urgency="red")
    assert any(world.case(c).level is Level.RED for c in world.cases())


def test_a_report_of_a_merged_event_joins_what_it_was_merged_into(world: World) -> None:
    one = world.say(1, ["parking"], places=[PLACE])
    two = world.say(2, ["parking"], places=["国信"])
    world.do(one, "merge", to=two)
    assert world.say(3, ["parking"], places=[PLACE]) == two
    assert one in world.case(two).linked


def test_a_report_follows_two_mergers(world: World) -> None:
    one, two, three = (world.say(n, ["parking"], places=[f"地点{n}"]) for n in (1, 2, 3))
    world.do(one, "merge", to=two)
    world.do(two, "merge", to=three)
    assert world.say(4, ["parking"], places=["地点1"]) == three


def test_what_spreads_in_a_merged_case_raises_the_one_it_was_merged_into(world: World) -> None:
    one = world.say(1, ["parking"], counts=Counts(views=1))
    two = world.say(2, ["parking"])
    world.do(one, "merge", to=two)
    world.clock.move(60)
    world.say(1, ["parking"], counts=Counts(views=1_000_000))
    assert world.case(two).level is Level.RED


# --- one transaction


def test_when_an_alert_cannot_be_queued_nothing_is_written(world: World, plan: Plan) -> None:
    mute = replace(plan, receivers={**plan.receivers, "文体旅科局": ()})
    world.said(1, ["parking"], places=[PLACE])
    pipeline.analyse(world.app)
    before = world.rows()
    with pytest.raises(ConfigError, match="文体旅科局"):
        triage(replace(world.app, plan=mute))
    assert world.rows() == before
    assert triage(world.app) == 1
    assert len(world.cases()) == 1


def test_a_text_that_changes_while_it_is_read_is_read_again(world: World) -> None:
    read: list[str] = []

    @dataclass
    class Meanwhile:
        """While the first text is read, a crawl brings the second."""

        version: str = "scripted"

        def analyse(self, mention: Mention, scored_at: datetime) -> Verdict:
            return world.analyser.analyse(mention, scored_at)

        def analyse_many(self, mentions: Sequence[Mention], at: datetime) -> list[Verdict]:
            read.extend(m.text for m in mentions)
            if len(read) == 1:
                world.said(1, ["parking"], text="第二稿")
            return [self.analyse(mention, at) for mention in mentions]

    world.said(1, text="第一稿")
    pipeline.analyse(replace(world.app, analyser=Meanwhile()))
    assert read == ["第一稿", "第二稿"]


def test_one_mention_that_cannot_be_triaged_does_not_stop_the_others(world: World) -> None:
    world.said(1, ["no_such_category"])
    world.said(2, ["parking"])
    pipeline.analyse(world.app)
    try:
        pipeline.triage(world.app)
    except ConfigError:
        pass
    assert len(world.cases()) == 1


# --- acting and chasing


def test_a_command_sent_twice_is_carried_out_once(world: World) -> None:
    case_id = world.say(1, ["parking"])
    for _ in range(2):
        case = world.do(case_id, "transfer", "住建局", to="应急局", command_id="form-1")
    assert case.version == 2
    assert [t.receiver for t in world.told() if t.purpose == "transfer"] == ["应急局"]


def test_what_a_person_writes_is_masked_before_it_is_kept(world: World) -> None:
    case_id = world.say(1, ["parking"])
    actor = Actor(name="甲", role=Role.PUBLICITY, department="宣传部")
    note = "请回电 13912345678"
    act(world.app, case_id, Command(action="note", actor=actor, at=MONDAY, note=note))
    assert "13912345678" not in repr(world.rows())


def test_a_transfer_needs_a_department_and_a_merger_a_case(world: World) -> None:
    case_id, other = world.say(1, ["parking"]), world.say(2, ["parking"])
    before = world.rows()
    with pytest.raises(IllegalAction, match="没有“交通局”这个部门"):
        world.do(case_id, "transfer", "住建局", to="交通局")
    with pytest.raises(NoSuchCase):
        world.do(case_id, "merge", to="LHS-1")
    assert world.rows() == before
    world.do(case_id, "merge", to=other)
    with pytest.raises(IllegalAction, match="已并入"):
        world.do(world.say(3, ["parking"]), "merge", to=case_id)


def test_an_open_case_is_not_merged_into_one_that_is_over(world: World) -> None:
    closed, case_id = world.say(1, ["parking"]), world.say(2, ["parking"])
    world.close(closed)
    with pytest.raises(IllegalAction):
        world.do(case_id, "merge", to=closed)


@pytest.mark.parametrize(
    ("action", "department", "receiver"),
    [("decline", "住建局", "宣传部"), ("ask-reply", "城管局", "城管局"),
     ("ask-extension", "住建局", "宣传部"), ("level", "", "住建局")],
)  # fmt: skip
def test_who_must_do_something_now_is_told(
    world: World, action: str, department: str, receiver: str
) -> None:
    case_id = world.say(1, ["taxi_refusal"])
    more = {"level": Level.RED} if action == "level" else {}
    news = world.news(lambda: world.do(case_id, action, department, **more))
    assert receiver in {t.receiver for t in news}


def test_what_nobody_signs_goes_on_to_the_next_person_and_every_step_is_an_event(
    world: World,
) -> None:
    case_id = world.say(1, ["bus_service"], urgency="orange")  # to be signed within 15 minutes
    assert chasing.chase(world.app) == 0
    told = []
    for minute in range(1, 36):
        world.clock.move(60)
        news = world.news(lambda: chasing.chase(world.app))
        told += [(minute, t.purpose, t.receiver) for t in news]
    assert told == [
        (8, "remind", "住建局"), (12, "remind", "住建局"), (15, "remind", "住建局"),
        (19, "deputy", "住建局备班"), (23, "head", "住建局负责人"),
        (30, "escalate", "督查室"), (30, "escalate", "住建局负责人"),
    ]  # fmt: skip
    world.case(case_id)
    with world.app.ledger.read() as books:
        actions = [event.action for event in books.cases.events(case_id)]
    assert actions == ["open", "remind", "remind", "remind", "deputy", "head", "escalate"]


def test_a_deputy_is_named_by_the_roster_and_his_absence_is_marked(
    world: World, plan: Plan
) -> None:
    world.say(1, ["bus_service"], urgency="orange")
    world.clock.move(19 * 60)
    [nobody] = world.news(lambda: chasing.chase(world.app))
    assert "🔴值班表没有写备班人，请打值班电话转告 0431-0000-0104" in nobody.body
    shifts = tuple(
        replace(s, deputy="备班员丁", deputy_phone="0431-0000-0303") for s in plan.shifts
    )
    app = replace(world.app, plan=replace(plan, shifts=shifts))
    world.say(2, ["street_lighting"], urgency="orange")
    world.clock.move(19 * 60)
    named = world.news(lambda: chasing.chase(app))
    assert any("备班：住建局 备班员丁 0431-0000-0303" in t.body for t in named)


def test_who_asked_for_time_or_must_begin_again_is_told(world: World) -> None:
    case_id = world.say(1, ["bus_service"])
    until = MONDAY + timedelta(days=9)
    [longer] = world.news(lambda: world.do(case_id, "extend", "住建局", until=until))
    assert (longer.receiver, longer.purpose) == ("住建局", "extend")
    assert "12月2日 10:00 前答复" in longer.body
    world.close(case_id)
    [again] = world.news(lambda: world.do(case_id, "reopen"))
    assert (again.receiver, again.purpose) == ("住建局", "reopen")


def test_who_has_signed_is_not_asked_to_sign_again(world: World) -> None:
    case_id = world.say(1, ["bus_service"])
    world.do(case_id, "ack", "住建局")
    news = world.news(lambda: world.do(case_id, "level", level=Level.RED))
    [lead] = [t.body for t in news if t.receiver == "住建局"]
    assert "前答复" in lead and "前签收" not in lead


def test_a_lowered_level_is_told_to_nobody(world: World) -> None:
    case_id = world.say(1, ["parking"], urgency="orange")
    assert world.news(lambda: world.do(case_id, "level", level=Level.BLUE)) == []


def test_one_case_that_cannot_be_chased_stops_no_other(world: World, plan: Plan) -> None:
    world.say(1, ["bus_service"], urgency="orange")
    world.say(2, ["traffic_jam"], urgency="orange")
    mute = {k: v for k, v in plan.departments.items() if k != "住建局"}
    world.clock.move(8 * 60)
    app = replace(world.app, plan=replace(plan, departments=mute))

    def chase_all() -> None:
        with pytest.raises(ConfigError, match="住建局"):
            chasing.chase(app)

    assert {t.receiver for t in world.news(chase_all)} == {"交警大队"}


# --- what a person decided stands


def test_what_a_person_lowered_is_not_raised_again_by_what_was_known(world: World) -> None:
    case_id = world.say(1, ["parking"], urgency="orange", counts=Counts(views=9))
    world.clock.move(60)
    world.do(case_id, "level", level=Level.BLUE)
    world.clock.move(60)
    world.say(1, ["parking"], urgency="orange", counts=Counts(views=200_000))
    assert world.case(case_id).level is Level.BLUE


def test_what_comes_after_it_was_lowered_raises_it_again(world: World) -> None:
    case_id = world.say(1, ["parking"], urgency="orange", places=[PLACE])
    world.clock.move(60)
    world.do(case_id, "level", level=Level.BLUE)
    world.clock.move(60)
    assert world.say(2, ["parking"], urgency="orange", places=[PLACE]) == case_id
    assert world.case(case_id).level is Level.ORANGE


def test_a_closed_case_is_not_woken_by_spread_or_by_a_new_reading(world: World) -> None:
    case_id = world.say(1, ["parking"], counts=Counts(views=1))
    world.close(case_id)
    world.clock.move(60)
    world.say(1, ["parking"], counts=Counts(views=1_000_000))
    world.analyser.said["1"] = {"categories": ["parking", "lodging"], "urgency": "red"}
    with world.app.ledger.write() as books:
        books.mentions.again()
    stages = {name: pipeline.STAGES[name] for name in ("analyse", "triage", "notify")}
    assert world.news(lambda: pipeline.once(world.app, stages)) == []
    assert world.case(case_id).status is State.CLOSED


def test_a_closed_case_whose_text_is_changed_to_something_new_begins_again(world: World) -> None:
    case_id = world.say(1, ["parking"], text="第一稿")
    world.close(case_id)
    world.clock.move(60)
    news = world.news(lambda: world.say(1, ["parking", "lodging"], text="第二稿"))
    case = world.case(case_id)
    assert case.status is State.TO_SIGN
    assert {t.purpose for t in news if t.receiver == "住建局"} == {"reopen"}
    assert {t.purpose for t in news if t.receiver == "市场监管分局"} == {"new"}
    assert world.news(lambda: world.say(1, ["parking", "lodging"], text="第三稿")) == []
