"""What reaches departments at once, what waits for 宣传部, and what their decisions do."""

from datetime import timedelta

import pytest
from world import World

from domain.errors import Conflict, IllegalAction, NoSuchReview, NotPermitted
from domain.reviews import Review, ReviewState
from domain.types import Actor, Kind, Level, Role
from tingxue import pipeline, reviewing

PLACE = "天定山滑雪场"
LONG = "今天下午在景区一号门口等出租车等了两个小时，连着三个司机一听去处就把车开走了，没有人管"
JUDGE = Actor(name="研判员", role=Role.PUBLICITY, department="宣传部")
DOUBT = 0.6


def waiting(world: World) -> list[Review]:
    with world.app.ledger.read() as books:
        return books.reviews.waiting()


def item(world: World, review_id: str) -> Review:
    with world.app.ledger.read() as books:
        return books.reviews.get(review_id)


# --- at once, or not


def test_a_doubtful_complaint_waits_and_no_department_hears_of_it(world: World) -> None:
    assert world.say(1, ["parking"], sure=DOUBT) == ""
    (one,) = waiting(world)
    assert (one.review_id, one.state) == ("YP-20261123-0001", ReviewState.WAITING)
    assert one.due_at - one.opened_at == timedelta(hours=2)
    assert (world.cases(), world.told()) == ([], [])


def test_a_sure_complaint_a_worksheet_and_what_is_grave_go_at_once(world: World) -> None:
    assert world.say(1, ["parking"], sure=0.9)
    assert world.say(2, ["parking"], sure=0.05, kind=Kind.CALL)
    assert world.say(3, ["lodging"], sure=0.05, urgency="orange")
    assert world.say(4, [], urgency="red")
    assert waiting(world) == []


def test_what_joins_a_case_with_departments_needs_no_look(world: World) -> None:
    case_id = world.say(1, ["parking"], text=LONG)
    assert world.say(2, ["parking"], text=f"{LONG}！", sure=DOUBT) == case_id
    assert waiting(world) == []


def test_a_grave_case_says_unverified_until_somebody_with_the_right_confirms(world: World) -> None:
    case_id = world.say(1, ["parking"], urgency="orange", sure=DOUBT)
    assert world.case(case_id).unverified_since == world.clock()
    told = world.told(case_id)
    assert {"宣传部", "住建局", "值班手机"} <= {one.receiver for one in told}
    assert all("待核实" in one.title and "待核实" in one.body for one in told)
    with pytest.raises(IllegalAction):
        world.do(world.say(2, ["lodging"]), "verify")
    assert world.do(case_id, "verify").unverified_since is None
    with pytest.raises(IllegalAction):
        world.do(case_id, "verify")


def test_a_case_that_becomes_grave_by_a_text_is_unverified_from_then_on(world: World) -> None:
    case_id = world.say(1, ["parking"], text=LONG)
    assert world.case(case_id).unverified_since is None
    world.clock.move(60)
    world.say(2, ["parking"], text=f"{LONG}！", urgency="orange")
    case = world.case(case_id)
    assert (case.level, case.unverified_since) == (Level.ORANGE, world.clock())


def test_a_grave_text_of_no_category_waits_but_not_in_silence(world: World) -> None:
    assert world.say(1, [], urgency="orange") == ""
    (one,) = waiting(world)
    assert {t.receiver for t in world.told()} == {"宣传部", "值班手机"}
    assert all(one.review_id in t.body and "立即核实" in t.body for t in world.told())
    with pytest.raises(IllegalAction, match="--category"):
        reviewing.confirm(world.app, one.review_id, JUDGE)
    case_id = reviewing.confirm(world.app, one.review_id, JUDGE, ["facilities"])
    case = world.case(case_id)
    assert (case.level, case.unverified_since) == (Level.ORANGE, None)  # a person has just looked


# --- one item for one event


def test_similar_doubtful_texts_are_one_item(world: World) -> None:
    first = world.said(1, ["parking"], text=LONG, sure=DOUBT)
    second = world.said(2, ["parking"], text=f"{LONG}！！", sure=DOUBT)
    third = world.said(3, ["lodging"], sure=DOUBT)
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    assert [one.mention_ids for one in waiting(world)] == [(first, second), (third,)]
    pipeline.triage(world.app)
    assert len(waiting(world)) == 2


def test_an_item_leaves_the_list_when_one_of_its_texts_turns_grave(world: World) -> None:
    mention_id = world.said(1, ["parking"], text=LONG, sure=DOUBT)
    world.say(2, ["parking"], text=f"{LONG}！！", sure=DOUBT)
    (before,) = waiting(world)
    case_id = world.say(1, ["parking"], text=f"{LONG} 现在有人受伤了", urgency="red")
    left = item(world, before.review_id)
    assert (waiting(world), left.state, left.case_id) == ([], ReviewState.TAKEN, case_id)
    assert world.case(case_id).mention_ids[0] == mention_id
    assert len(world.case(case_id).mention_ids) == 2


def test_what_waits_goes_along_with_a_sure_report_of_its_event(world: World) -> None:
    world.say(1, ["parking"], places=[PLACE], sure=DOUBT)
    case_id = world.say(2, ["parking"], places=[PLACE])
    assert waiting(world) == []
    assert len(world.case(case_id).mention_ids) == 2


def test_a_worksheet_takes_nothing_along(world: World) -> None:
    world.say(1, ["parking"], places=[PLACE], sure=DOUBT)
    world.say(2, ["parking"], places=[PLACE], kind=Kind.CALL)
    assert len(waiting(world)) == 1


# --- decisions


def test_confirmed_it_is_the_case_that_triage_would_have_opened(world: World) -> None:
    sure = world.case(world.say(1, ["taxi_refusal"], places=["甲地"]))
    world.say(2, ["taxi_refusal"], places=["乙地"], sure=DOUBT)
    (one,) = waiting(world)
    case = world.case(reviewing.confirm(world.app, one.review_id, JUDGE))
    assert case.categories == sure.categories
    assert [(o.department, o.duty, o.ack_due, o.reply_due) for o in case.obligations] == [
        (o.department, o.duty, o.ack_due, o.reply_due) for o in sure.obligations
    ]
    told = {(t.receiver, t.purpose) for t in world.told(case.case_id)}
    assert told == {(t.receiver, t.purpose) for t in world.told(sure.case_id)}
    left = item(world, one.review_id)
    assert (left.state, left.decided_by, left.case_id) == (
        ReviewState.CONFIRMED, "研判员", case.case_id,
    )  # fmt: skip
    before = world.rows()
    pipeline.triage(world.app)
    pipeline.analyse(world.app)
    assert world.rows()["cases"] == before["cases"]


def test_the_person_may_say_which_category_it_is(world: World) -> None:
    world.say(1, ["parking"], sure=DOUBT)
    (one,) = waiting(world)
    case = world.case(reviewing.confirm(world.app, one.review_id, JUDGE, ["lodging"]))
    assert case.categories == ("lodging",)
    assert case.obligations[0].department == "市场监管分局"
    with pytest.raises(IllegalAction, match="没有类别"):
        world.say(2, ["parking"], sure=DOUBT)
        reviewing.confirm(world.app, waiting(world)[0].review_id, JUDGE, ["parkng"])


def test_of_two_who_decide_one_does(world: World) -> None:
    world.say(1, ["parking"], sure=DOUBT)
    (one,) = waiting(world)
    reviewing.confirm(world.app, one.review_id, JUDGE)
    with pytest.raises(Conflict, match="已由研判员处理：已立案"):
        reviewing.confirm(world.app, one.review_id, JUDGE)
    with pytest.raises(Conflict):
        reviewing.dismiss(world.app, one.review_id, JUDGE, "不是")
    assert len(world.cases()) == 1


def test_dismissed_it_is_no_complaint_and_stays_where_it_is(world: World) -> None:
    mention_id = world.said(1, ["parking"], sure=DOUBT)
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    (one,) = waiting(world)
    reviewing.dismiss(world.app, one.review_id, JUDGE, "是在问路，电话13912345678")
    left = item(world, one.review_id)
    assert left.state is ReviewState.DISMISSED
    assert "13912345678" not in left.reason
    pipeline.triage(world.app)
    with world.app.ledger.read() as books:
        assert books.mentions.verdicts([mention_id])[mention_id].complaints == ()
        assert books.mentions.get(mention_id) is not None
    assert (world.cases(), waiting(world), world.told()) == ([], [], [])


def test_only_who_may_judge_judges(world: World) -> None:
    world.say(1, ["parking"], sure=DOUBT)
    (one,) = waiting(world)
    handler = Actor(name="值班员", role=Role.HANDLER, department="住建局")
    with pytest.raises(NotPermitted):
        reviewing.confirm(world.app, one.review_id, handler)
    with pytest.raises(NotPermitted):
        reviewing.dismiss(world.app, one.review_id, handler, "不是")
    with pytest.raises(NoSuchReview):
        reviewing.confirm(world.app, "YP-20261123-0099", JUDGE)
    assert waiting(world) == [one]


def test_words_that_changed_under_the_persons_eyes_are_read_anew(world: World) -> None:
    mention_id = world.said(1, ["parking"], text=LONG, sure=DOUBT)
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    (one,) = waiting(world)
    world.said(1, ["lodging"], text="完全不同的另一段话，说的是昨晚住宿没有热水，退房也不退押金")
    reviewing.dismiss(world.app, one.review_id, JUDGE, "不是投诉")
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    with world.app.ledger.read() as books:
        case_id = books.cases.by_mention([mention_id])[mention_id]
    assert world.case(case_id).categories == ("lodging",)


# --- the clock


def test_publicity_is_reminded_and_then_inspection_told_once_for_each_step(world: World) -> None:
    world.say(1, ["parking"], sure=DOUBT)
    world.say(2, ["lodging"], sure=DOUBT)
    steps = {44: [], 46: ["宣传部"], 60: [], 73: ["宣传部"], 121: ["督查室"], 150: []}
    now = 0
    for minute, expected in steps.items():
        world.clock.move((minute - now) * 60)
        now = minute
        told = world.news(lambda: pipeline.chase(world.app))
        assert [one.receiver for one in told] == expected, minute
        assert all("2 项" in one.title for one in told)
    world.clock.move(24 * 3600)
    again = world.news(lambda: pipeline.chase(world.app))
    assert [(one.receiver, one.purpose) for one in again] == [("督查室", "escalate")]
    assert "tingxue review confirm" in again[0].body


def test_after_a_decision_nobody_is_reminded(world: World) -> None:
    world.say(1, ["parking"], sure=DOUBT)
    reviewing.dismiss(world.app, waiting(world)[0].review_id, JUDGE, "不是")
    world.clock.move(3 * 3600)
    assert world.news(lambda: pipeline.chase(world.app)) == []
