"""When what has been learnt is to be renewed: the rules, pure.

A path that is valid for some months is to be taken again before it runs out. A round is done on the day that the last
course it needs was completed. It is then valid until the same day of the month some months later. The new round opens
some days before that, and is due on it; whatever is completed from its opening counts for the new round.
docs/assignments.md has the rules as a table.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from learning.paths.models import Assignment, RenewBasis

MOST_MONTHS = 120
SHORTEST_MONTH = 28


@dataclass(frozen=True)
class RenewRule:
    """Valid for ``months``, to be renewed within the last ``days`` of them."""

    months: int
    days: int
    basis: RenewBasis = RenewBasis.COMPLETION


def rule_from(months: int | None, days: int | None, basis: RenewBasis | None) -> RenewRule | None:
    """The rule that is stored in three columns; None when once is enough."""
    if months is None or days is None or basis is None:
        return None
    return RenewRule(months, days, basis)


def rule_of(assignment: Assignment) -> RenewRule | None:
    """The renewal rule of an assignment; None when once is enough."""
    return rule_from(assignment.valid_months, assignment.renew_days, assignment.renew_basis)


class InvalidRenewRule(ValueError):
    """Months or days out of range, or days that are as long as the months."""


def check(rule: RenewRule) -> None:
    """Raises InvalidRenewRule unless a round can be over before the next one opens."""
    if not 1 <= rule.months <= MOST_MONTHS:
        raise InvalidRenewRule(f"months must be from 1 to {MOST_MONTHS}")
    if not 1 <= rule.days <= rule.months * SHORTEST_MONTH:
        raise InvalidRenewRule("the days must be at least 1, and fewer than the months have")


def add_months(day: date, months: int) -> date:
    """The same day of the month, or the month's last day when it has none such: 29 February becomes the 28th."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def valid_until(rule: RenewRule, done_on: date, anchor_on: date) -> date:
    """The last day that a round done on ``done_on`` is valid.

    From completion: the months after that day. By anniversary: the first day after it that is a whole number of
    periods after ``anchor_on``, counted from there each time, so that 29 February comes back in leap years; the
    period that is ending when it is done in time is not counted twice.
    """
    if rule.basis is RenewBasis.COMPLETION:
        return add_months(done_on, rule.months)
    periods = 1
    while (until := add_months(anchor_on, rule.months * periods)) <= done_on + timedelta(days=rule.days):
        periods += 1
    return until


def opens_on(rule: RenewRule, until: date) -> date:
    """The first day of the next round."""
    return until - timedelta(days=rule.days)


def due_of_round(rule: RenewRule, until: date, opened_on: date) -> date:
    """When a round is due: on the last day of what it renews. Nobody is late before being asked: when that day had
    passed before the round could open, they have the rule's days from then.
    """
    return until if until >= opened_on else opened_on + timedelta(days=rule.days)


def done_on(mandatory: list[date | None], choices: list[tuple[int, list[date | None]]]) -> date | None:
    """The day a path was done, from the day each of its steps was first completed (None for those not completed).

    ``choices`` are (number needed, days of its steps). None as long as it is not done, and for a path that asks for
    nothing.
    """
    days: list[date] = []
    for day in mandatory:
        if day is None:
            return None
        days.append(day)
    for needed, found in choices:
        completed = sorted(day for day in found if day is not None)
        needed = min(needed, len(found))
        if len(completed) < needed:
            return None
        days += completed[:needed]
    return max(days, default=None)
