"""The counting rule and its periods."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from report_facts import mention, verdict

from tingxue.counting import Period, counted, last_finished, period_of, previous

DAY = period_of("day", date(2026, 11, 23))


def seen_at(moment: datetime, period: Period = DAY) -> bool:
    return counted(mention("a", moment), verdict("a"), period, drill=False)


def test_a_day_begins_and_ends_at_midnight_in_changchun() -> None:
    assert DAY.start == datetime(2026, 11, 22, 16, tzinfo=UTC)
    assert seen_at(DAY.start)
    assert not seen_at(DAY.start - timedelta(microseconds=1))
    assert seen_at(DAY.end - timedelta(microseconds=1))
    assert not seen_at(DAY.end)


@pytest.mark.parametrize("day", [date(2026, 11, 16), date(2026, 11, 22)])
def test_a_week_runs_from_monday_to_sunday(day: date) -> None:
    week = period_of("week", day)
    assert (week.first_day, week.last_day) == (date(2026, 11, 16), date(2026, 11, 22))
    assert len(week.days) == 7
    assert week.issue == (2026, 47)


def test_the_first_days_of_january_may_belong_to_the_last_issue_of_the_old_year() -> None:
    assert period_of("week", date(2027, 1, 1)).issue == (2026, 53)


def test_periods_follow_each_other_without_gap() -> None:
    for kind in ("day", "week"):
        period = period_of(kind, date(2026, 3, 1))
        assert previous(period).end == period.start
        assert previous(period).kind == kind


def test_the_last_finished_period_has_ended() -> None:
    monday_0830 = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert last_finished("day", monday_0830).first_day == date(2026, 11, 22)
    assert last_finished("week", monday_0830) == period_of("week", date(2026, 11, 22))


def test_irrelevant_unscored_and_drill_mentions_do_not_count() -> None:
    m = mention("a", DAY.start)
    assert counted(m, verdict("a"), DAY, drill=False)
    assert not counted(m, verdict("a", relevant=False), DAY, drill=False)
    assert not counted(m, None, DAY, drill=False)
    assert not counted(m, verdict("a"), DAY, drill=True)
    assert not counted(replace(m, drill=True), verdict("a"), DAY, drill=False)
    assert counted(replace(m, drill=True), verdict("a"), DAY, drill=True)


def test_the_time_of_publication_does_not_matter() -> None:
    late = replace(mention("a", DAY.start), published_at=DAY.start - timedelta(days=40))
    assert counted(late, verdict("a"), DAY, drill=False)
