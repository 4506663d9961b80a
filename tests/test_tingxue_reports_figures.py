"""Every figure is made again from its ids, by code that shares nothing with the module."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from report_facts import (
    DAY,
    HOUR,
    MONDAY_0830,
    TUESDAY_0830,
    WEEK,
    Row,
    busy_day,
    case,
    empty_day,
    facts_of,
    good_runs,
    mention,
    obligation,
    plan,
    rows,
    run,
    season_week,
    verdict,
)

from domain.times import shanghai_day
from domain.types import Counts, Duty, Level, Outcome, Sighting, State
from tingxue.counting import previous
from tingxue.reports import Facts, Figure, Figures, figures_of

PLAN = plan()


def counted_from(facts: Facts, drill: bool = False) -> Figures:
    as_of = MONDAY_0830 if facts.period is WEEK else TUESDAY_0830
    return figures_of(facts, PLAN, as_of=as_of, drill=drill)


def again(figure: Figure, figures: Figures, facts: Facts) -> float:
    """The value, from the ids or the parts alone."""
    if figure.parts:
        a, b = (len(figures[key].ids) for key in figure.parts)
        return {"rate": 100 * a / max(b, 1), "change": 100 * (a - b) / max(b, 1)}.get(
            figure.how, a - b
        )
    if figure.how == "average":
        duties = {f"{o.case_id}/{o.department}": o for c in facts.cases for o in c.obligations}
        spans = [duties[i].replied_at - duties[i].opened_at for i in figure.ids]  # type: ignore[operator]
        return sum(spans, timedelta()).total_seconds() / 3600 / len(spans)
    if figure.how == "sum":
        counts = [facts.spread[i].counts for i in figure.ids]
        if figure.key.endswith(".views"):
            return sum(c.views or 0 for c in counts)
        return sum((c.likes or 0) + (c.comments or 0) + (c.shares or 0) for c in counts)
    return len(figure.ids)


@pytest.mark.parametrize("made", [season_week, empty_day, busy_day])
def test_every_figure_is_made_again_from_its_ids(made: Callable[[], Facts]) -> None:
    facts = made()
    figures = counted_from(facts)
    for figure in figures.by_key.values():
        assert len(set(figure.ids)) == len(figure.ids), figure.key
        assert figure.value == pytest.approx(again(figure, figures, facts), abs=0.051), figure.key


def test_the_ids_are_the_right_ones() -> None:
    facts = season_week()
    figures = counted_from(facts)
    every = {m.mention_id for m, _ in facts.mentions}
    assert set(figures["mentions"].ids) == every
    for figure in figures.under("category"):
        code = figure.key.split(".")[1]
        tagged = [
            m.mention_id for m, v in facts.mentions if code in {t.category for t in v.complaints}
        ]
        assert set(figure.ids) == set(tagged)
    for figure in figures.under("platform"):
        assert {
            m.mention_id for m, _ in facts.mentions if f"platform.{m.platform}" == figure.key
        } == {*figure.ids}
    for day in WEEK.days:
        ids = {m.mention_id for m, _ in facts.mentions if shanghai_day(m.first_seen_at) == day}
        assert set(figures[f"day.{day}"].ids) == ids


def test_platforms_and_days_add_up_to_the_total() -> None:
    figures = counted_from(season_week())
    total = figures["mentions"].value
    assert sum(figure.value for figure in figures.under("platform")) == total
    assert sum(figures[f"day.{day}"].value for day in WEEK.days) == total
    assert sum(figure.value for figure in figures.under("polarity")) == total


def test_departments_add_up_to_all() -> None:
    figures = counted_from(season_week())
    for part in ("new", "signed", "closed", "overdue", "unsigned", "unanswered"):
        own = [
            f
            for k, f in figures.by_key.items()
            if k.startswith("department.") and k.endswith(f".{part}")
        ]
        assert sum(f.value for f in own) == figures[f"duties.{part}"].value > 0, part


def test_what_the_counting_rule_refuses_is_not_counted() -> None:
    m = mention("a", DAY.start)
    given: list[Row] = [
        (m, verdict("a", "taxi_refusal")),
        (replace(m, mention_id="b"), verdict("b", relevant=False)),
        (replace(m, mention_id="c", drill=True), verdict("c")),
        (replace(m, mention_id="d", first_seen_at=DAY.end), verdict("d")),
    ]
    assert counted_from(facts_of(DAY, given, []))["mentions"].ids == ("a",)
    assert counted_from(facts_of(DAY, given, []), drill=True)["mentions"].ids == ("c",)


def many(how_many: int, before: int) -> Figures:
    return counted_from(facts_of(DAY, rows(DAY, how_many, 1), rows(previous(DAY), before, 2)))


def test_a_base_of_zero_gives_no_change_at_all() -> None:
    assert many(12, 0).get("mentions.change") is None


def test_a_small_base_gives_counts_and_no_percentage() -> None:
    change = many(30, 19)["mentions.change"]
    assert (change.how, change.value, change.shown) == ("difference", 11, "11")


def test_a_base_of_twenty_gives_a_percentage() -> None:
    change = many(30, 20)["mentions.change"]
    assert (change.how, change.value, change.shown) == ("change", 50.0, "50.0%")


def test_nothing_left_gives_no_percentage() -> None:
    assert many(0, 40)["mentions.change"].how == "difference"


def test_a_rate_over_few_is_shown_as_a_fraction() -> None:
    figures = counted_from(season_week())
    assert figures["duties.sign_rate"].shown.endswith("%")
    assert figures["department.应急局.sign_rate"].shown.count("/") == 1


def test_merged_false_and_declined_work_is_nobodys() -> None:
    opened = DAY.start + HOUR
    given = [
        case("C-1", opened, ["a"], [obligation("C-1", "住建局", opened, State.TO_SIGN)]),
        case("C-2", opened, ["b"], [obligation("C-2", "住建局", opened, State.MERGED)],
             status=State.MERGED),
        case("C-3", opened, ["c"], [obligation("C-3", "住建局", opened, State.FALSE_ALARM)],
             status=State.FALSE_ALARM),
        case("C-4", opened, ["d"], [obligation("C-4", "商务局", opened, State.NOT_OURS)]),
    ]  # fmt: skip
    figures = counted_from(replace(facts_of(DAY, [], []), cases=given))
    assert figures["cases.new"].ids == ("C-1", "C-4")
    assert figures["cases.false"].ids == ("C-3",)
    assert figures["duties.new"].ids == ("C-1/住建局",)


def test_a_support_that_was_not_asked_owes_no_reply() -> None:
    opened = DAY.start
    helper = obligation("C-1", "城管局", opened, State.SIGNED, duty=Duty.SUPPORT, due=1)
    asked = replace(helper, department="交警大队", reply_asked=True)
    given = [case("C-1", opened, ["a"], [helper, asked])]
    figures = counted_from(replace(facts_of(DAY, [], []), cases=given))
    assert figures["duties.overdue"].ids == ("C-1/交警大队",)


def test_an_answer_just_in_time_is_on_time_and_a_second_later_is_not() -> None:
    opened = DAY.start
    good = obligation("C-1", "住建局", opened, State.CLOSED, replied=5, accepted=6, due=5)
    late = replace(good, case_id="C-2", replied_at=opened + 5 * HOUR + timedelta(seconds=1))
    given = [case(o.case_id, opened, [], [o], status=State.CLOSED) for o in (good, late)]
    figures = counted_from(replace(facts_of(DAY, [], []), cases=given))
    assert figures["duties.ontime"].ids == ("C-1/住建局",)
    assert figures["duties.due"].value == 2
    assert figures["cases.closed"].value == 2


def test_what_no_page_showed_is_not_summed_as_zero() -> None:
    seen = [mention(name, DAY.start) for name in "abc"]
    shown = {"a": Counts(likes=3, lower_bounds=frozenset({"likes"})), "b": Counts()}
    facts = replace(
        facts_of(DAY, [(m, verdict(m.mention_id)) for m in seen], []),
        cases=[case("C-1", DAY.start, ["a", "b", "c"], [], level=Level.RED)],
        spread={
            i: Sighting(mention_id=i, seen_at=DAY.start, counts=c, source="t")
            for i, c in shown.items()
        },
    )
    figures = counted_from(facts)
    assert figures["case.C-1.interactions"].ids == ("a",)
    assert figures["case.C-1.interactions"].at_least
    assert figures.get("case.C-1.views") is None


def test_the_gravest_and_most_reported_cases_come_first() -> None:
    reports = {"C-1": (Level.YELLOW, "abc"), "C-2": (Level.RED, "d"), "C-3": (Level.YELLOW, "efgh"),
               "C-4": (Level.BLUE, "ijklmn")}  # fmt: skip
    given = [case(i, DAY.start, list(ids), [], level=level) for i, (level, ids) in reports.items()]
    seen: list[Row] = [(mention(i, DAY.start), verdict(i)) for i in "abcdefghijklmn"]
    figures = counted_from(replace(facts_of(DAY, seen, []), cases=given))
    assert figures["cases.notable"].ids == ("C-2", "C-3", "C-1")


def test_a_gap_lasts_until_the_next_good_run() -> None:
    runs = [
        run("ccrb", DAY.start, Outcome.OK),
        run("ccrb", DAY.start + 6 * HOUR, Outcome.LOGIN_REQUIRED),
        run("ccrb", DAY.start + 12 * HOUR, Outcome.EMPTY_AMBIGUOUS),
        run("ccrb", DAY.start + 18 * HOUR, Outcome.EMPTY_CONFIRMED),
    ]
    figures = counted_from(facts_of(DAY, [], [], runs))
    assert figures["sources.down"].ids == ("ccrb",)
    assert figures["source.ccrb.gaps"].ids == (runs[1].run_id,)


def test_a_run_still_under_way_is_no_gap_but_one_cut_off_is() -> None:
    under_way = [run("ccrb", DAY.start, Outcome.OK), run("ccrb", DAY.start + HOUR, None)]
    assert counted_from(facts_of(DAY, [], [], under_way))["sources.down"].value == 0
    cut_off = [*under_way, run("ccrb", DAY.start + 2 * HOUR, Outcome.OK)]
    assert counted_from(facts_of(DAY, [], [], cut_off))["sources.down"].value == 1


def test_a_source_that_never_ran_is_named() -> None:
    runs = [r for r in good_runs(DAY) if r.source != "ccwb"]
    assert counted_from(facts_of(DAY, [], [], runs))["sources.silent"].ids == ("ccwb",)


def test_a_case_counts_as_closed_in_the_period_of_its_last_acceptance() -> None:
    opened = DAY.start - 48 * HOUR
    old = obligation("C-1", "住建局", opened, State.CLOSED, replied=2, accepted=3)
    late = replace(old, department="应急局", accepted_at=DAY.start + HOUR)
    given = [
        case("C-1", opened, ["a"], [old, late], status=State.CLOSED),
        case("C-2", opened, ["b"], [replace(old, case_id="C-2")], status=State.CLOSED),
    ]
    figures = counted_from(replace(facts_of(DAY, [], []), cases=given))
    assert figures["cases.closed"].ids == ("C-1",)
    assert figures["duties.closed"].ids == ("C-1/应急局",)
