"""How far people have come in a path, worked out from the facts each time it is asked.

A path is done when every mandatory step and as many of each choice as it needs are taken. A step is taken by a
completion by the person, of any version, in any agency - in a renewal, since it opened - or by an exemption or
recognition that the agency has granted. It is begun by any enrolment, in a renewal since it opened.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, FromClause, Subquery, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from learning import clock
from learning.paths.due_dates import Status
from learning.paths.models import Assignment, AssignmentMember, LearningPath, PathChoice, PathStep, Recognition
from learning.progress.models import Completion, Enrolment


def in_force(agency_id: Any, today: date) -> ColumnElement[bool]:
    """The condition on Recognition that it counts in an agency; ``agency_id`` is a column."""
    return and_(
        Recognition.agency_id == agency_id,
        Recognition.granted.is_(True),
        Recognition.ended_at.is_(None),
        or_(Recognition.valid_until.is_(None), Recognition.valid_until >= today),
    )


def standing(people: FromClause, today: date) -> Subquery:
    """For a selectable with at least the columns id, agency_id, person_id, version_id and counts_from: a subquery with
    all its columns and needed (steps it takes), taken (of those, taken), begun and done (booleans); one row for each
    of its rows.
    """
    step, columns = PathStep, people.c
    taken = or_(Completion.id.is_not(None), Recognition.id.is_not(None))
    # The columns come along instead of being joined on again: PostgreSQL has no statistics on members that have
    # just been added, would take both sides for tiny, and compare each with each.
    by_choice = (
        select(
            *columns,
            step.mandatory,
            PathChoice.needed.label("choose"),
            func.count(step.id.distinct()).label("steps"),
            func.count(case((taken, step.id)).distinct()).label("steps_taken"),
            func.count(Enrolment.id).label("enrolments"),
        )
        .select_from(people)
        .outerjoin(step, step.version_id == columns.version_id)
        .outerjoin(PathChoice, PathChoice.id == step.choice_id)
        .outerjoin(
            Enrolment,
            and_(
                Enrolment.person_id == columns.person_id,
                Enrolment.course_id == step.course_id,
                or_(columns.counts_from.is_(None), Enrolment.started_at >= columns.counts_from),
            ),
        )
        .outerjoin(
            Completion,
            and_(
                Completion.person_id == columns.person_id,
                Completion.course_id == step.course_id,
                or_(columns.counts_from.is_(None), Completion.completed_at >= columns.counts_from),
            ),
        )
        .outerjoin(
            Recognition,
            and_(
                Recognition.person_id == columns.person_id,
                Recognition.course_id == step.course_id,
                in_force(columns.agency_id, today),
            ),
        )
        .group_by(*columns, step.mandatory, step.choice_id, PathChoice.needed)
        .subquery("by_choice")
    )
    part = by_choice.c
    asked = case((part.mandatory, part.steps), (part.choose > part.steps, part.steps), else_=part.choose)
    got = part.steps_taken
    enough = case((part.mandatory, got), (got > part.choose, part.choose), else_=got)
    asks = or_(part.mandatory, part.choose.is_not(None))
    mine = [part[column.key] for column in columns]
    counted = (
        select(
            *mine,
            func.coalesce(func.sum(case((asks, asked), else_=0)), 0).label("needed"),
            func.coalesce(func.sum(case((asks, enough), else_=0)), 0).label("taken"),
            (func.sum(part.enrolments) > 0).label("begun"),
        )
        .group_by(*mine)
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


def _member_columns() -> tuple[Any, ...]:
    member = AssignmentMember
    return (
        member.id,
        member.agency_id,
        member.person_id,
        member.assignment_id,
        member.position_id,
        Assignment.path_id,
        member.version_id,
        member.counts_from,
        member.due_on,
    )


def live_members(
    agency_id: int | None,
    assignment_id: int | None = None,
    person_id: int | None = None,
    person_ids: Collection[int] | None = None,
) -> Subquery:
    """The members that count: still in the audience, of assignments neither withdrawn nor of an archived path.
    All of the agency's, or those of one assignment or some people; with ``agency_id`` None those of every agency.

    Columns: id, agency_id, person_id, assignment_id, position_id, path_id, version_id, counts_from, due_on.
    """
    chosen = (
        select(*_member_columns())
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .where(
            AssignmentMember.left_at.is_(None), Assignment.withdrawn_at.is_(None), LearningPath.archived_at.is_(None)
        )
    )
    if agency_id is not None:
        chosen = chosen.where(AssignmentMember.agency_id == agency_id)
    if assignment_id is not None:
        chosen = chosen.where(AssignmentMember.assignment_id == assignment_id)
    if person_id is not None:
        chosen = chosen.where(AssignmentMember.person_id == person_id)
    if person_ids is not None:
        chosen = chosen.where(AssignmentMember.person_id.in_(person_ids))
    return chosen.subquery("live_member")


def done_members(session: Session, member_ids: Collection[int]) -> set[int]:
    """Which of the members have done their path; for mail that should not be sent to them. One query."""
    people = (
        select(*_member_columns())
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .where(AssignmentMember.id.in_(member_ids))
        .subquery("asked")
    )
    found = standing(people, clock.today())
    return set(session.scalars(select(found.c.id).where(found.c.done)))


def members_taking(session: Session, person_id: int, course_id: int) -> list[int]:
    """The person's memberships that count, in any agency, of paths that the course is a step of. One query."""
    return list(
        session.scalars(
            select(AssignmentMember.id)
            .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
            .join(PathStep, PathStep.version_id == AssignmentMember.version_id)
            .where(
                AssignmentMember.person_id == person_id,
                AssignmentMember.left_at.is_(None),
                Assignment.withdrawn_at.is_(None),
                PathStep.course_id == course_id,
            )
            .order_by(AssignmentMember.id)
        )
    )
