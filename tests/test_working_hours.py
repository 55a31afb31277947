"""Mail that can wait goes out on Norwegian working days, from seven to five."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learning import clock, working_hours

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    "day",
    [
        "2026-11-28",  # Saturday
        "2026-11-29",
        "2026-12-24",  # Christmas Eve, a Thursday
        "2026-12-25",
        "2026-12-31",
        "2027-01-01",
        "2027-03-25",  # Maundy Thursday
        "2027-03-26",
        "2027-03-29",  # Easter Monday
        "2027-05-06",  # Ascension Day
        "2027-05-17",
        "2029-05-01",
    ],
)
def test_days_off(day: str) -> None:
    assert not working_hours.is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-11-25", "2026-12-23", "2026-12-28", "2027-03-24", "2027-05-18"])
def test_working_days(day: str) -> None:
    assert working_hours.is_working_day(date.fromisoformat(day))


def _here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.OSLO)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-11-25T06:59:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", "2026-11-25T07:00"),
        ("2026-11-25T16:59:59", "2026-11-25T16:59:59"),
        ("2026-11-25T17:00", "2026-11-26T07:00"),
        ("2026-11-27T17:00", "2026-11-30T07:00"),
        ("2026-12-23T20:00", "2026-12-28T07:00"),
        ("2027-03-24T18:00", "2027-03-30T07:00"),  # Easter, and summer time begins
        ("2026-10-23T18:00", "2026-10-26T07:00"),  # summer time ends
    ],
)
def test_the_next_opening(moment: str, opening: str) -> None:
    assert working_hours.next_opening(_here(moment)) == _here(opening)


@given(MOMENTS)
def test_the_next_opening_is_open_and_nothing_between_is(moment: datetime) -> None:
    opening = working_hours.next_opening(moment)
    assert working_hours.is_open(opening)
    assert opening >= moment
    assert (opening == moment) == working_hours.is_open(moment)
    step = moment
    while step < opening:
        assert not working_hours.is_open(step)
        step += timedelta(hours=1)


@given(MOMENTS)
def test_working_hours_are_by_the_clock_on_the_wall_in_norway(moment: datetime) -> None:
    here = moment.astimezone(clock.OSLO)
    assert working_hours.is_open(moment) == (7 <= here.hour < 17 and working_hours.is_working_day(here.date()))
