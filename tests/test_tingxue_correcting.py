"""A person's word on a text: what follows it, what does not, and what it is good for later."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from nlp_plan import analyser
from world import World

from domain.errors import IllegalAction, NoSuchMention, NotPermitted
from domain.plan import Plan
from domain.reviews import Correction, Origin
from domain.types import Actor, Role, Urgency, Verdict
from nlp.train.data import corrections as training_rows
from tingxue import correcting, pipeline, replaying, reviewing
from tingxue.explaining import explain

LONG = "今天下午在景区一号门口等出租车等了两个小时，连着三个司机一听去处就把车开走了，没有人管"
OTHER = "昨晚住的民宿没有热水，退房的时候老板也不退押金，打电话一直不接，希望有人管一管"
JUDGE = Actor(name="研判员", role=Role.PUBLICITY, department="宣传部")
DOUBT = 0.6


def verdict(world: World, mention_id: str) -> Verdict:
    with world.app.ledger.read() as books:
        return books.mentions.verdicts([mention_id])[mention_id]


def words(world: World) -> list[Correction]:
    with world.app.ledger.read() as books:
        return books.corrections.all()


def told_no(world: World, number: int = 1, text: str = LONG) -> str:
    """A doubtful text that 宣传部 has dismissed; its mention."""
    mention_id = world.said(number, ["parking"], text=text, sure=DOUBT)
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    with world.app.ledger.read() as books:
        (item,) = books.reviews.waiting()
    reviewing.dismiss(world.app, item.review_id, JUDGE, "不是投诉")
    return mention_id


# --- what follows


def test_nearly_the_same_words_follow_at_once(world: World) -> None:
    told_no(world)
    later = world.said(2, ["parking"], text=f"转发微博//@某人：{LONG}！！")
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    assert verdict(world, later).complaints == ()
    assert correcting.said_by(verdict(world, later).version) == "2026-11-23"
    assert world.cases() == []


def test_other_words_do_not(world: World) -> None:
    told_no(world)
    assert world.say(2, ["lodging"], text=OTHER)
    assert world.say(3, ["parking"], text=LONG[:20])


def test_words_of_ones_own_above_a_forwarded_text_do_not(world: World) -> None:
    told_no(world)
    assert world.say(2, ["lodging"], text=f"我们的民宿也没有热水//@某人：{LONG}")


def test_short_words_follow_only_when_equal(world: World) -> None:
    told_no(world, text="又来了这个")
    assert world.say(2, ["parking"], text="又来了这个！") == ""
    assert world.say(3, ["parking"], text="又来了这些")


def test_a_confirmed_texts_copy_is_sure_enough_for_departments(world: World) -> None:
    world.say(1, ["parking"], text=LONG, sure=DOUBT)
    with world.app.ledger.read() as books:
        (item,) = books.reviews.waiting()
    first = reviewing.confirm(world.app, item.review_id, JUDGE, ["taxi_refusal"])
    world.clock.move(timedelta(days=10).total_seconds())
    again = world.say(2, [], text=LONG, urgency="none")
    assert again and again != first
    assert world.case(again).categories == ("taxi_refusal",)


def test_a_life_at_risk_is_never_silenced_by_a_word_on_another_text(world: World) -> None:
    mention_id = told_no(world)
    assert world.say(2, ["parking"], text=f"{LONG}！！", urgency="red")
    correcting.correct(world.app, mention_id, actor=JUDGE, complaint=False, categories=())
    world.analyser.said["1"]["urgency"] = "red"
    with world.app.ledger.write() as books:
        books.mentions.again()
    pipeline.analyse(world.app)
    assert verdict(world, mention_id).urgency is Urgency.NONE  # its own words, judged by a person


def test_words_that_were_changed_to_something_grave_are_another_text(world: World) -> None:
    mention_id = told_no(world)
    assert world.say(1, ["parking"], text=f"{LONG}！有人受伤", urgency="red")
    assert verdict(world, mention_id).urgency is Urgency.RED


def test_the_nearest_word_counts_and_of_equal_ones_the_newest(world: World) -> None:
    told_no(world)
    second = world.said(2, ["parking"], text=f"{LONG}，希望解决")
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    correcting.correct(world.app, second, actor=JUDGE, complaint=True, categories=["taxi_refusal"])
    near_second = world.said(3, [], text=f"{LONG}，希望解决！", urgency="none")
    near_first = world.said(4, ["parking"], text=f"{LONG}！")
    pipeline.analyse(world.app)
    assert [t.category for t in verdict(world, near_second).complaints] == ["taxi_refusal"]
    assert verdict(world, near_first).complaints == ()


def test_what_is_not_ours_stays_not_ours(world: World) -> None:
    correcting_of = world.said(1, [], text=LONG)
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    correcting.correct(
        world.app, correcting_of, actor=JUDGE, complaint=True, categories=["parking"]
    )
    assert world.say(2, [], text=f"{LONG}！", relevant=False) == ""


# --- where words come from


def test_closing_a_case_as_a_false_alarm_is_a_word_on_its_texts(world: World) -> None:
    case_id = world.say(1, ["parking"], text=LONG)
    world.say(2, ["parking"], text=f"{LONG}！")
    world.say(3, ["parking"], text=OTHER)
    world.do(case_id, "false-alarm")
    (word,) = words(world)  # two texts that are nearly one
    assert (word.complaint, word.origin, word.text) == (False, Origin.FALSE_ALARM, LONG)
    assert [tag.category for tag in word.said] == ["parking"]
    assert (word.version, word.actor.name) == ("scripted", "甲")
    pipeline.triage(world.app)
    assert world.case(case_id).status == "误报"


def test_a_missed_complaint_is_corrected_by_hand_and_reaches_its_departments(world: World) -> None:
    mention_id = world.said(1, [], text=LONG, urgency="none")
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    correcting.correct(
        world.app, mention_id, actor=JUDGE, complaint=True, categories=["taxi_refusal"]
    )
    pipeline.triage(world.app)
    (case_id,) = world.cases()
    assert world.case(case_id).categories == ("taxi_refusal",)


def test_a_correction_that_cannot_be_is_refused(world: World) -> None:
    mention_id = world.said(1, ["parking"], text=LONG, sure=DOUBT)
    pipeline.analyse(world.app)
    handler = Actor(name="值班员", role=Role.HANDLER, department="住建局")
    for actor, complaint, categories, error in (
        (handler, True, ["parking"], NotPermitted),
        (JUDGE, True, [], IllegalAction),
        (JUDGE, False, ["parking"], IllegalAction),
        (JUDGE, True, ["parkng"], IllegalAction),
    ):
        with pytest.raises(error):
            correcting.correct(
                world.app, mention_id, actor=actor, complaint=complaint, categories=categories
            )
    with pytest.raises(NoSuchMention):
        correcting.correct(world.app, "f" * 24, actor=JUDGE, complaint=False, categories=())
    pipeline.triage(world.app)
    with pytest.raises(IllegalAction, match="tingxue review"):
        correcting.correct(world.app, mention_id, actor=JUDGE, complaint=False, categories=())
    assert words(world) == []


def test_explain_says_that_a_person_decided(world: World, plan: Plan) -> None:
    mention_id = told_no(world)
    with world.app.ledger.read() as books:
        mention = books.mentions.many([mention_id])[0]
        lines = explain(mention, world.app.analyser, plan, books)
    assert any("按 2026-11-23 的更正" in line for line in lines)
    assert "投诉：没有" in lines


# --- what they are good for later


def test_a_word_that_the_analyser_contradicts_is_found(world: World) -> None:
    told_no(world)
    app = replace(world.app, analyser=analyser())
    total, wrong = replaying.check(app)
    assert total == 1
    assert [one.text for one, _ in wrong] == [LONG]  # it is a complaint, whatever we said here
    (mention,) = {one.mention_id for one in words(world)}
    found = list(wrong[0][1])
    correcting.correct(app, mention, actor=JUDGE, complaint=True, categories=found)
    assert replaying.check(app) == (1, [])  # the newest word counts


def test_training_takes_them_as_one_more_writer(world: World, plan: Plan) -> None:
    told_no(world)
    mention_id = world.said(2, [], text=OTHER, urgency="none")
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    correcting.correct(world.app, mention_id, actor=JUDGE, complaint=True, categories=["lodging"])
    rows = training_rows(plan, world.app.home.path)
    assert [(one.writer, sorted(one.categories), one.urgency) for one in rows] == [
        ("corrections", [], "none"), ("corrections", ["lodging"], "blue"),
    ]  # fmt: skip


def test_a_weeks_quality_counts_judgements_and_gives_no_share_of_few(world: World) -> None:
    told_no(world)
    missed = world.said(2, [], text=OTHER, urgency="none")
    pipeline.analyse(world.app)
    pipeline.triage(world.app)
    correcting.correct(world.app, missed, actor=JUDGE, complaint=True, categories=["lodging"])
    world.clock.move(timedelta(days=7).total_seconds())
    last, this = replaying.weekly(world.app, 2)
    assert (last.flagged, last.right, last.complaints, last.found) == (1, 0, 1, 0)
    assert (this.flagged, this.complaints) == (0, 0)
    assert last.as_json()["precision"] is None and "%" not in last.line()
    assert any("停车问题" in line for line in replaying.worst_lines(world.app, 2))
    assert json.dumps(last.as_json())


def test_a_share_is_given_from_twenty_judgements_on() -> None:
    assert replaying.share(19, 19) is None
    assert replaying.share(15, 20) == 0.75
