"""The plan of reminders of an assignment: which lines it has, and what is to be reminded of on a day. Pure.

A line's day is counted from the due date. A line is spent when it has been reminded of, or when a later one has. So
whoever could not be reminded on the day itself (a weekend, a worker that stood still, somebody who was away) hears of
the latest line when that is possible again, and of that alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from learning.working_hours import working_day_from

MOST_DAYS = 365  # before or after the due date; the table has the same limit
MOST_LINES = 12
TOO_LATE = timedelta(days=60)  # a line that could not be reminded of for so long is let go


class Timing(StrEnum):
    BEFORE = "before"
    ON = "on"
    AFTER = "after"


class Who(StrEnum):
    LEARNER = "learner"
    MANAGER = "manager"  # the learner's own line manager


@dataclass(frozen=True)
class Line:
    """``days`` is 0 on the due date, else from 1 to MOST_DAYS."""

    timing: Timing
    days: int
    who: Who = Who.LEARNER

    @property
    def offset(self) -> int:
        """Days from the due date, below nought before it."""
        return -self.days if self.timing is Timing.BEFORE else self.days

    @property
    def key(self) -> str:
        """What the line is called in the facts, beside who gets it: ``before-14``, ``on``."""
        return self.timing.value if self.timing is Timing.ON else f"{self.timing}-{self.days}"

    def day(self, due_on: date) -> date:
        return due_on + timedelta(days=self.offset)


Plan = tuple[Line, ...]
DEFAULT_PLAN: Plan = (
    Line(Timing.BEFORE, 14),
    Line(Timing.BEFORE, 3),
    Line(Timing.ON, 0),
    Line(Timing.AFTER, 7),
    Line(Timing.AFTER, 14),
    Line(Timing.AFTER, 14, Who.MANAGER),
)


def in_order(lines: Iterable[Line]) -> Plan:
    """The lines as they come in time; those of a day to the learner first."""
    return tuple(sorted(lines, key=lambda line: (line.offset, line.who is Who.MANAGER)))


@dataclass(frozen=True)
class Due:
    """The line to remind of, and those passed over for it, in order."""

    line: Line
    passed: Plan


def due(plan: Plan, who: Who, due_on: date, *, spent: date, today: date) -> Due | None:
    """What to remind a member of today, or their manager.

    ``spent`` is the day up to which nothing is left to say: that on which the member joined or the renewal began (they
    were told of the due date then), or that of the latest line of this due date that is spent, whichever is later.
    """
    spent = max(spent, today - TOO_LATE)
    come = [line for line in plan if line.who is who and spent < line.day(due_on) <= today]
    come.sort(key=lambda line: line.offset)
    return Due(come[-1], tuple(come[:-1])) if come else None


def ahead(
    plan: Plan, who: Who, due_on: date, *, spent: date, next_run: date, until: date
) -> Sequence[tuple[date, Line]]:
    """What will be reminded of on which days, to and with ``until``, when nothing changes.

    The same as asking ``due`` on every working day from ``next_run``, but for lines so old that they are let go.
    """
    spent = max(spent, next_run - TOO_LATE)
    found: dict[date, Line] = {}
    for line in sorted(plan, key=lambda line: line.offset):
        if line.who is who and line.day(due_on) > spent:
            found[working_day_from(max(line.day(due_on), next_run))] = line  # the latest of a day wins
    return [(day, line) for day, line in sorted(found.items()) if day <= until]
