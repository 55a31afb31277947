"""Due dates and statuses: the rules, pure, and the one date rule that the database works out itself.

A due day ends at midnight in Norway: what is due today is not overdue before tomorrow.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Dialect, Integer, case, cast, func, literal

from learning.paths.models import Assignment, DueKind

FEWEST_DAYS = 1
MOST_DAYS = 1826  # five years; the table has the same limit
_RELATIVE = (DueKind.AFTER_ASSIGNMENT, DueKind.AFTER_POSITION_START)


class Status(StrEnum):
    """Where a person stands in an assignment. The order is that of the board's tiles."""

    DONE = "done"
    UNDER_WAY = "under-way"
    NOT_BEGUN = "not-begun"
    OVERDUE = "overdue"


class InvalidDueRule(ValueError):
    """The due rule lacks its date or its number of days, or has one that cannot be used."""


@dataclass(frozen=True)
class DueRule:
    """When an assignment is due: ``on`` for a fixed date, ``days`` for the relative kinds, neither for none."""

    kind: DueKind
    on: date | None = None
    days: int | None = None


def rule_of(assignment: Assignment) -> DueRule:
    """The due rule of an assignment."""
    return DueRule(assignment.due_kind, assignment.due_on, assignment.due_days)


def check(rule: DueRule, today: date) -> None:
    """Raises InvalidDueRule for a date in the past, days out of range, or a part that does not belong."""
    if (rule.kind is DueKind.FIXED) != (rule.on is not None):
        raise InvalidDueRule("a fixed due date needs a date, the other kinds have none")
    if (rule.kind in _RELATIVE) != (rule.days is not None):
        raise InvalidDueRule("a relative due date needs a number of days, the other kinds have none")
    if rule.on is not None and rule.on < today:
        raise InvalidDueRule("the due date is in the past")
    if rule.days is not None and not FEWEST_DAYS <= rule.days <= MOST_DAYS:
        raise InvalidDueRule(f"days must be from {FEWEST_DAYS} to {MOST_DAYS}")


def due_on(
    kind: DueKind,
    *,
    due_on: date | None,
    due_days: int | None,
    joined_on: date,
    position_starts_on: date,
) -> date | None:
    """The last day a member has, or None without a limit.

    Days from the start of a position count from the day of joining instead when they had run out before it:
    nobody is late before being asked.
    """
    if kind is DueKind.NONE:
        return None
    if kind is DueKind.FIXED:
        return due_on
    days = timedelta(days=due_days or 0)
    if kind is DueKind.AFTER_ASSIGNMENT:
        return joined_on + days
    after_start = position_starts_on + days
    return after_start if after_start >= joined_on else joined_on + days


def due_on_column(
    rule: DueRule, joined_on: date, position_starts_on: ColumnElement[date], dialect: Dialect
) -> ColumnElement[Any]:
    """The same rule as ``due_on`` as an SQL expression, for filling in 20,000 members with one statement."""
    if rule.kind is not DueKind.AFTER_POSITION_START:
        # Does not depend on the position, so any start will do.
        constant = due_on(
            rule.kind, due_on=rule.on, due_days=rule.days, joined_on=joined_on, position_starts_on=joined_on
        )
        return literal(constant, Date())
    days = rule.days or 0
    after_start: ColumnElement[Any]
    if dialect.name == "sqlite":
        after_start = func.date(position_starts_on, f"+{days} days", type_=Date())
    else:
        after_start = position_starts_on.op("+", return_type=Date())(cast(days, Integer))
    since_joining = literal(joined_on + timedelta(days=days), Date())
    return case((after_start >= literal(joined_on, Date()), after_start), else_=since_joining)


def status(due_on: date | None, *, done: bool, begun: bool, today: date) -> Status:
    """Done whenever it was done; else overdue from the day after ``due_on``."""
    if done:
        return Status.DONE
    if due_on is not None and due_on < today:
        return Status.OVERDUE
    return Status.UNDER_WAY if begun else Status.NOT_BEGUN
