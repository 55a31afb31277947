"""The time, in one place, so that a test can stop it.

Times are UTC everywhere in the system; people see Europe/Oslo.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")
_stopped: datetime | None = None


def now() -> datetime:
    """The time now, aware, in UTC."""
    return _stopped or datetime.now(UTC)


def today() -> date:
    """The date in Norway now; the day on which something is due ends at midnight there."""
    return now().astimezone(OSLO).date()


def start_of_day(day: date) -> datetime:
    """The moment at which a day begins in Norway, in UTC."""
    return datetime.combine(day, time.min, OSLO).astimezone(UTC)


@contextmanager
def stopped_at(moment: datetime) -> Iterator[None]:
    """For tests and simulations: ``now()`` answers ``moment`` (aware) inside the block."""
    global _stopped
    before, _stopped = _stopped, moment.astimezone(UTC)
    try:
        yield
    finally:
        _stopped = before
