"""Times as platforms and exports write them."""

import math
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.fields import Unreadable
from crawlers.moments import moment

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # 12:30 in Changchun


def at(text: str) -> datetime:
    """A Shanghai wall-clock time."""
    return datetime.fromisoformat(f"{text}+08:00")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (1795316400, "2026-11-22 11:00:00"),
        ("1795316400", "2026-11-22 11:00:00"),
        (1795316400000, "2026-11-22 11:00:00"),
        ("1795316400000", "2026-11-22 11:00:00"),
        ("/Date(1795316400000+0800)/", "2026-11-22 11:00:00"),
        ("2026-11-22 15:00:00", "2026-11-22 15:00:00"),
        ("2026/11/22 15:00", "2026-11-22 15:00:00"),
        ("2026/1/2", "2026-01-02 00:00:00"),
        ("2026.11.22", "2026-11-22 00:00:00"),
        ("2026年11月22日 15时30分20秒", "2026-11-22 15:30:20"),
        ("2026年11月22日15时", "2026-11-22 15:00:00"),
        ("2026-11-22 24:00", "2026-11-23 00:00:00"),
        ("2026-11-22T07:00:00Z", "2026-11-22 15:00:00"),
        ("2026-11-22T07:00:00.123+00:00", "2026-11-22 15:00:00"),
        ("2026-11-22 02:00:00 -0500", "2026-11-22 15:00:00"),
        ("20261122", "2026-11-22 00:00:00"),
        (20261122, "2026-11-22 00:00:00"),
        ("20261122150000", "2026-11-22 15:00:00"),
        (datetime(2026, 11, 22, 15, 0), "2026-11-22 15:00:00"),  # noqa: DTZ001  as Excel gives it
        (date(2026, 11, 22), "2026-11-22 00:00:00"),
        (46348.625, "2026-11-22 15:00:00"),
        ("46348.625", "2026-11-22 15:00:00"),
        ("Sun Nov 22 15:00:00 +0800 2026", "2026-11-22 15:00:00"),
        ("刚刚", "2026-11-23 12:30:00"),
        ("30秒前", "2026-11-23 12:29:30"),
        ("5分钟前", "2026-11-23 12:25:00"),
        ("半小时前", "2026-11-23 12:00:00"),
        ("2小时前", "2026-11-23 10:30:00"),
        ("3天前", "2026-11-20 12:30:00"),
        ("1周前", "2026-11-16 12:30:00"),
        ("今天 09:05", "2026-11-23 09:05:00"),
        ("昨天 12:30", "2026-11-22 12:30:00"),
        ("前天23:59", "2026-11-21 23:59:00"),
        ("编辑于 昨天 12:30", "2026-11-22 12:30:00"),
        ("11-22", "2026-11-22 00:00:00"),
        ("11月22日 15:00", "2026-11-22 15:00:00"),
        ("12-30", "2025-12-30 00:00:00"),
        ("02-29", None),
    ],
)
def test_a_time_is_read_in_shanghai(raw: object, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(Unreadable):
            moment(raw, anchor=NOW)
        return
    found = moment(raw, anchor=NOW)
    assert found == at(expected)
    assert found is not None
    assert found.tzinfo == UTC


def test_a_limit_without_a_year_is_the_nearest_one_and_may_lie_ahead() -> None:
    assert moment("11-25 15:00", anchor=NOW, ahead=True) == at("2026-11-25 15:00:00")
    new_year = at("2026-12-31 10:00:00")
    assert moment("01-03 15:00", anchor=new_year, ahead=True) == at("2027-01-03 15:00:00")


@pytest.mark.parametrize("raw", [None, "", "  "])
def test_an_empty_time_is_none(raw: object) -> None:
    assert moment(raw, anchor=NOW) is None


@pytest.mark.parametrize(
    "raw", ["上午十点多", "2026-13-01", "2026-02-30", "25:00", 0, -5, 5, "1", 10**400, math.nan,
            True, "1800-01-01", date(1, 1, 1), "999999年前", "张三", 10**16],
)  # fmt: skip
def test_what_is_no_time_is_refused(raw: object) -> None:
    with pytest.raises(Unreadable):
        moment(raw, anchor=NOW)


SECONDS = st.datetimes(datetime(2001, 9, 10), datetime(2099, 1, 1)).map(  # noqa: DTZ001
    lambda when: when.replace(microsecond=0, tzinfo=UTC)
)


@given(SECONDS)
def test_all_notations_of_one_moment_agree(when: datetime) -> None:
    local = when.astimezone(timezone(timedelta(hours=8)))
    epoch = int(when.timestamp())
    for raw in (epoch, epoch * 1000, str(epoch), when, local.replace(tzinfo=None),
                local.isoformat(), f"{local:%Y-%m-%d %H:%M:%S}", f"{local:%Y%m%d%H%M%S}",
                f"{local:%Y年%m月%d日 %H时%M分%S秒}"):  # fmt: skip
        assert moment(raw, anchor=NOW) == when


@given(st.one_of(st.text(max_size=24), st.from_regex(r"\A[0-9:/年月日时分前 .+TZ-]{1,20}\Z")))
def test_no_text_makes_the_clock_crash(raw: str) -> None:
    try:
        found = moment(raw, anchor=NOW)
    except Unreadable:
        return
    assert found is None or found.tzinfo == UTC
