"""Times as people write them, in Norway, and as they are stored, in UTC. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from learning import clock


class MissingHour(ValueError):
    """The clock is set forward over that time: it does not exist on that day."""


class DoubleHour(ValueError):
    """The clock is set back over that time: it comes twice on that day, and nobody can tell which is meant."""


def moment(day: date, at: time) -> datetime:
    """The moment in UTC of a wall-clock time in Norway. Raises MissingHour or DoubleHour."""
    first = datetime.combine(day, at.replace(fold=0), clock.OSLO)
    second = first.replace(fold=1)
    if first.utcoffset() != second.utcoffset():
        # In spring the offset before the gap is the smaller one, in autumn it is the larger one.
        raise MissingHour if (first.utcoffset() or 0) < (second.utcoffset() or 0) else DoubleHour  # type: ignore[operator]
    return first.astimezone(UTC)


def local(moment: datetime) -> datetime:
    """The wall-clock time in Norway."""
    return moment.astimezone(clock.OSLO)


def monthly(first: date, times: int) -> Iterator[date]:
    """``first`` and the same weekday of the months after it: the second Tuesday stays the second Tuesday.

    A fifth weekday becomes the last one where a month has four.
    """
    place = (first.day - 1) // 7
    for months in range(times):
        year, month = first.year + (first.month - 1 + months) // 12, (first.month - 1 + months) % 12 + 1
        weeks = calendar.monthcalendar(year, month)
        days = [week[first.weekday()] for week in weeks if week[first.weekday()]]
        yield date(year, month, days[min(place, len(days) - 1)])
