"""Who will get which reminder in the days ahead, when nobody gets done meanwhile."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from learning import clock, working_hours
from learning.paths.due_dates import Status
from learning.paths.models import Assignment
from learning.paths.reminder_members import members_of, plan_of, statuses
from learning.paths.reminder_models import ReminderRun
from learning.paths.reminder_plans import Line, Who, ahead

DAYS = 30


@dataclass(frozen=True)
class Coming:
    """On ``day``, so many people get the line, or their managers get it about so many of them."""

    day: date
    line: Line
    people: int


@dataclass(frozen=True)
class Preview:
    """``undone`` members have a due date and are not done; of those, ``without_manager`` have no line manager."""

    coming: list[Coming]
    undone: int
    without_manager: int


def next_run(session: Session) -> date:
    """The day of the next daily run: today as long as it can still be made."""
    today = clock.today()
    can_be_made = working_hours.is_working_day(today) and clock.now() < working_hours.closes_on(today)
    if can_be_made and session.get(ReminderRun, today) is None:
        return today
    return working_hours.working_day_from(today + timedelta(days=1))


def preview(session: Session, assignment: Assignment) -> Preview:
    """What comes in the next thirty days. A constant number of queries for each two thousand members."""
    today = clock.today()
    plan, _ = plan_of(session, assignment.id)
    found = list(members_of(session, assignment.id, today))
    stands = statuses(session, [member.id for member in found], today)
    undone = [member for member in found if stands.get(member.id, Status.DONE) is not Status.DONE]
    # Most members are alike, so each kind is worked out once.
    alike: Counter[tuple[Who, date, date]] = Counter()
    for who in Who:
        alike.update((who, each.due_on, each.spent(who)) for each in undone if each.recipient_id(who) is not None)
    first, until = next_run(session), today + timedelta(days=DAYS)
    coming: Counter[tuple[date, Line]] = Counter()
    for (who, due_on, spent), people in alike.items():
        for each in ahead(plan, who, due_on, spent=spent, next_run=first, until=until):
            coming[each] += people
    return Preview(
        coming=[
            Coming(day, line, people)
            for (day, line), people in sorted(
                coming.items(), key=lambda each: (each[0][0], each[0][1].who is Who.MANAGER, each[0][1].offset)
            )
        ],
        undone=len(undone),
        without_manager=sum(each.manager_id is None for each in undone),
    )
