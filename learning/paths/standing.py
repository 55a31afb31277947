"""How far people have come in a path, worked out from the facts each time it is asked.

A path is done when every mandatory step has a completion by the person, of any version, in any agency, at any
time. A path with electives only is done when one of them is completed. It is begun by any enrolment.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Date, FromClause, Subquery, and_, case, func, literal, select
from sqlalchemy.orm import Session

from learning.paths.due_dates import Status
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathStep
from learning.progress.models import Completion, Enrolment


def standing(people: FromClause) -> Subquery:
    """For a selectable with at least the columns id, person_id and path_id: a subquery with all its columns and
    needed (steps it takes), taken (of those, completed), begun and done (booleans); one row for each of its rows.
    """
    step, columns = PathStep, people.c
    mandatory = func.count(case((step.mandatory, step.id)).distinct())
    mandatory_taken = func.count(case((and_(step.mandatory, Completion.id.is_not(None)), step.id)).distinct())
    taken = func.count(case((Completion.id.is_not(None), step.id)).distinct())
    # The columns come along instead of being joined on again: PostgreSQL has no statistics on members that have
    # just been added, would take both sides for tiny, and compare each with each.
    counted = (
        select(
            *columns,
            case((mandatory > 0, mandatory), (func.count(step.id) > 0, 1), else_=0).label("needed"),
            case((mandatory > 0, mandatory_taken), (taken > 0, 1), else_=0).label("taken"),
            (func.count(Enrolment.id) > 0).label("begun"),
        )
        .select_from(people)
        .outerjoin(step, step.path_id == columns.path_id)
        .outerjoin(Enrolment, and_(Enrolment.person_id == columns.person_id, Enrolment.course_id == step.course_id))
        .outerjoin(Completion, and_(Completion.person_id == columns.person_id, Completion.course_id == step.course_id))
        .group_by(*columns)
        .subquery("counted")
    )
    done = and_(counted.c.needed > 0, counted.c.taken >= counted.c.needed)
    return select(counted, done.label("done")).subquery("standing")


def status_column(standing: Subquery, today: date) -> ColumnElement[str]:
    """The same rule as ``due_dates.status`` as an SQL expression that holds the status' value.

    ``standing`` has come from people with the column due_on.
    """
    return case(
        (standing.c.done, Status.DONE.value),
        (standing.c.due_on < literal(today, Date()), Status.OVERDUE.value),
        (standing.c.begun, Status.UNDER_WAY.value),
        else_=Status.NOT_BEGUN.value,
    )


def live_members(agency_id: int, assignment_id: int | None = None, person_id: int | None = None) -> Subquery:
    """The members that count: still in the audience, of assignments neither withdrawn nor of an archived path.
    All of the agency's, or those of one assignment or person.

    Columns: id, person_id, assignment_id, position_id, path_id, due_on.
    """
    chosen = (
        select(
            AssignmentMember.id,
            AssignmentMember.person_id,
            AssignmentMember.assignment_id,
            AssignmentMember.position_id,
            Assignment.path_id,
            AssignmentMember.due_on,
        )
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .where(
            AssignmentMember.agency_id == agency_id,
            AssignmentMember.left_at.is_(None),
            Assignment.withdrawn_at.is_(None),
            LearningPath.archived_at.is_(None),
        )
    )
    if assignment_id is not None:
        chosen = chosen.where(AssignmentMember.assignment_id == assignment_id)
    if person_id is not None:
        chosen = chosen.where(AssignmentMember.person_id == person_id)
    return chosen.subquery("live_member")


def done_members(session: Session, member_ids: Collection[int]) -> set[int]:
    """Which of the members have done their path; for mail that should not be sent to them. One query."""
    people = (
        select(AssignmentMember.id, AssignmentMember.person_id, Assignment.path_id)
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .where(AssignmentMember.id.in_(member_ids))
        .subquery("asked")
    )
    found = standing(people)
    return set(session.scalars(select(found.c.id).where(found.c.done)))


def members_taking(session: Session, person_id: int, course_id: int) -> list[int]:
    """The person's memberships that count, in any agency, of paths that the course is a step of. One query."""
    return list(
        session.scalars(
            select(AssignmentMember.id)
            .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
            .join(PathStep, PathStep.path_id == Assignment.path_id)
            .where(
                AssignmentMember.person_id == person_id,
                AssignmentMember.left_at.is_(None),
                Assignment.withdrawn_at.is_(None),
                PathStep.course_id == course_id,
            )
            .order_by(AssignmentMember.id)
        )
    )
