"""What lies ahead: who is due in which month, and whether a deadline will hold at today's pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.paths.board import live_assignments
from learning.paths.models import Assignment, AssignmentMember, DueKind, PathStep
from learning.paths.renewal import add_months
from learning.paths.standing import live_members, standing
from learning.progress.models import Completion

MONTHS = 6
PACE_DAYS = 28


@dataclass(frozen=True)
class Month:
    """What is due from ``first`` to ``last``; ``done`` of ``total`` are."""

    first: date
    last: date
    total: int
    done: int

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True)
class Forecast:
    """Whether an assignment will be done by its due date at the pace of the last four weeks.

    ``left`` courses are still to be taken by ``people`` who are not done; ``pace`` were taken in four weeks;
    ``expected`` will be taken by the due date at that pace.
    """

    assignment: Assignment
    due_on: date
    people: int
    left: int
    pace: int
    expected: int

    @property
    def holds(self) -> bool:
        return self.expected >= self.left


def forecast_of(left: int, pace: int, days: int) -> int:
    """How many courses will be taken in ``days`` when ``pace`` were taken in four weeks; at most those left. Pure."""
    return min(left, pace * max(days, 0) // PACE_DAYS)


def months_ahead(today: date, months: int = MONTHS) -> list[tuple[date, date]]:
    """The first and last day of this month and those after it."""
    first = today.replace(day=1)
    return [(add_months(first, number), add_months(first, number + 1) - timedelta(days=1)) for number in range(months)]


def due_by_month(session: Session, agency_id: int) -> list[Month]:
    """This month and the next five. One query."""
    months = months_ahead(clock.today())
    found = standing(live_members(agency_id), clock.today())
    number: ColumnElement[int] = case(
        *(((found.c.due_on >= first) & (found.c.due_on <= last), place) for place, (first, last) in enumerate(months))
    )
    rows = session.execute(
        select(number.label("month"), found.c.done, func.count())
        .where(found.c.due_on >= months[0][0], found.c.due_on <= months[-1][1])
        .group_by(number, found.c.done)
    )
    counted = {(month, bool(done)): count for month, done, count in rows}
    found_months = []
    for place, (first, last) in enumerate(months):
        done, left = counted.get((place, True), 0), counted.get((place, False), 0)
        found_months.append(Month(first, last, done + left, done))
    return found_months


def forecasts(session: Session, agency_id: int) -> list[Forecast]:
    """The assignments that are due on a day that is still to come, the first due first. Three queries."""
    today = clock.today()
    found = standing(live_members(agency_id), today)
    left: dict[int, tuple[int, int]] = {
        assignment_id: (people, int(courses or 0))
        for assignment_id, people, courses in session.execute(
            select(found.c.assignment_id, func.count(), func.sum(found.c.needed - found.c.taken))
            .where(~found.c.done)
            .group_by(found.c.assignment_id)
        )
    }
    members = live_members(agency_id)
    since = clock.now() - timedelta(days=PACE_DAYS)
    pace: dict[int, int] = dict(
        iter(
            session.execute(
                select(members.c.assignment_id, func.count(Completion.id.distinct()))
                .join(PathStep, PathStep.version_id == members.c.version_id)
                .join(
                    Completion,
                    and_(
                        Completion.person_id == members.c.person_id,
                        Completion.course_id == PathStep.course_id,
                        Completion.completed_at >= since,
                        or_(members.c.counts_from.is_(None), Completion.completed_at >= members.c.counts_from),
                    ),
                )
                .where(or_(PathStep.mandatory, PathStep.choice_id.is_not(None)))
                .group_by(members.c.assignment_id)
            )
        )
    )
    ahead = []
    for assignment in live_assignments(session, agency_id):
        due_on = assignment.due_on
        if assignment.due_kind is not DueKind.FIXED or due_on is None or due_on < today or assignment.id not in left:
            continue
        people, courses = left[assignment.id]
        taken = pace.get(assignment.id, 0)
        expected = forecast_of(courses, taken, (due_on - today).days + 1)
        ahead.append(Forecast(assignment, due_on, people, courses, taken, expected))
    return sorted(ahead, key=lambda each: (each.due_on, each.assignment.id))


def valid_until_by_month(session: Session, agency_id: int) -> list[tuple[date, date, int]]:
    """How many finished paths run out in this month and the next five: first day, last day, number. One query."""
    months = months_ahead(clock.today())
    live = live_members(agency_id)
    until = AssignmentMember.valid_until
    number: ColumnElement[int] = case(
        *(((until >= first) & (until <= last), place) for place, (first, last) in enumerate(months))
    )
    rows = session.execute(
        select(number, func.count())
        .select_from(live)
        .join(AssignmentMember, AssignmentMember.id == live.c.id)
        .where(until >= months[0][0], until <= months[-1][1])
        .group_by(number)
    )
    counted: dict[int, int] = dict(iter(rows))
    return [(first, last, counted.get(place, 0)) for place, (first, last) in enumerate(months)]
