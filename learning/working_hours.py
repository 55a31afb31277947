"""Working days and working hours in Norway: when mail that can wait may go out.

Working days are Monday to Friday, without public holidays, Christmas Eve and New Year's Eve.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

from learning import clock

OPENS = time(7, 0)  # Oslo
CLOSES = time(17, 0)  # Oslo; nothing goes out from then on
_EVES = ((12, 24), (12, 31))


@lru_cache(maxsize=64)
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("NO", years=year))


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in _EVES and day not in _holidays(day.year)


def working_day_from(day: date) -> date:
    """The day itself when it is a working day, else the first one after it."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def opens_on(day: date) -> datetime:
    """When working hours begin on a working day, in UTC."""
    return datetime.combine(day, OPENS, clock.OSLO).astimezone(UTC)


def closes_on(day: date) -> datetime:
    """When working hours end on a working day, in UTC."""
    return datetime.combine(day, CLOSES, clock.OSLO).astimezone(UTC)


def is_open(moment: datetime) -> bool:
    """Whether the moment (aware) is within working hours."""
    here = moment.astimezone(clock.OSLO)
    return is_working_day(here.date()) and OPENS <= here.time() < CLOSES


def next_opening(moment: datetime) -> datetime:
    """The moment itself (aware) within working hours, else when the next ones begin; in UTC."""
    if is_open(moment):
        return moment.astimezone(UTC)
    here = moment.astimezone(clock.OSLO)
    day = here.date() if here.time() < OPENS else here.date() + timedelta(days=1)
    return opens_on(working_day_from(day))
