"""Times in Norway and in UTC, over both nights when the clocks are moved; and a month at a time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning import clock
from learning.programmes.times import DoubleHour, MissingHour, local, moment, monthly
from tests.programmes.scene import utc

pytestmark = pytest.mark.one_database
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)


@pytest.mark.parametrize(
    ("day", "at", "expected"),
    [
        (date(2026, 7, 1), time(9), utc(2026, 7, 1, 7)),
        (date(2026, 12, 1), time(9), utc(2026, 12, 1, 8)),
        (SPRING, time(1, 59), utc(2027, 3, 28, 0, 59)),
        (SPRING, time(3), utc(2027, 3, 28, 1)),
        (AUTUMN, time(1, 59), utc(2026, 10, 24, 23, 59)),
        (AUTUMN, time(3), utc(2026, 10, 25, 2)),
    ],
)
def test_a_time_in_norway_is_one_moment(day: date, at: time, expected: datetime) -> None:
    assert moment(day, at) == expected


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(2, 59)])
def test_the_hour_that_is_missing_and_the_hour_that_comes_twice_are_refused(at: time) -> None:
    with pytest.raises(MissingHour):
        moment(SPRING, at)
    with pytest.raises(DoubleHour):
        moment(AUTUMN, at)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.times(timezones=st.none()))
def test_what_is_written_is_what_is_shown(day: date, at: time) -> None:
    try:
        found = local(moment(day, at))
    except (MissingHour, DoubleHour):
        assert at.hour == 2
        assert day.month in (3, 10)
        assert day.weekday() == 6
        return
    assert (found.date(), found.time()) == (day, at)
    assert found.tzinfo is clock.OSLO


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 12))
def test_drafts_keep_the_weekday_and_come_once_a_month(first: date, times: int) -> None:
    days = list(monthly(first, times))
    assert days[0] == first
    assert len(days) == times
    assert {day.weekday() for day in days} == {first.weekday()}
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + times))
    assert all(timedelta(days=21) <= later - day <= timedelta(days=42) for day, later in pairwise(days))


def test_the_second_tuesday_stays_the_second_and_a_fifth_becomes_the_last() -> None:
    assert list(monthly(date(2026, 9, 8), 3)) == [date(2026, 9, 8), date(2026, 10, 13), date(2026, 11, 10)]
    assert list(monthly(date(2026, 9, 29), 3)) == [date(2026, 9, 29), date(2026, 10, 27), date(2026, 11, 24)]
