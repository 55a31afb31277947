"""How far people have come in a path, worked out from the facts each time it is asked.

A path is done when every mandatory step and as many of each choice as it needs are taken. A step is taken by a
completion by the person, of any version, in any agency - in a renewal, since it opened - or by an exemption or
recognition that the agency has granted. It is begun by any enrolment, in a renewal since it opened.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)
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
    columns = people.c
    facts = union_all(_courses_begun(people), _courses_recognised(people, today)).subquery("fact")
    mine = [facts.c[column.key] for column in columns]
    # The columns come along instead of being joined on again: PostgreSQL has no statistics on members that have
    # just been added, would take both sides for tiny, and compare each with each.
    by_step = (
        select(
            *mine,
            facts.c.step_id,
            facts.c.mandatory,
            facts.c.choice_id,
            func.max(facts.c.taken).label("taken"),
            func.max(facts.c.begun).label("begun"),
        )
        .group_by(*mine, facts.c.step_id, facts.c.mandatory, facts.c.choice_id)
        .subquery("by_step")
    )
    mine = [by_step.c[column.key] for column in columns]
    by_choice = (
        select(
            *mine,
            by_step.c.mandatory,
            by_step.c.choice_id,
            func.sum(by_step.c.taken).label("taken"),
            func.max(by_step.c.begun).label("begun"),
        )
        .group_by(*mine, by_step.c.mandatory, by_step.c.choice_id)
        .subquery("by_choice")
    )
    mine = [by_choice.c[column.key] for column in columns]
    counted = (
        select(
            *mine,
            func.coalesce(func.sum(_that_count(by_choice, by_choice.c.taken)), 0).label("taken"),
            (func.max(by_choice.c.begun) > 0).label("begun"),
        )
        .outerjoin(PathChoice, PathChoice.id == by_choice.c.choice_id)
        .group_by(*mine)
        .subquery("counted")
    )
    asked = _steps_asked()
    needed = func.coalesce(asked.c.needed, 0)
    done = and_(asked.c.needed > 0, counted.c.taken >= asked.c.needed)
    return (
        select(counted, needed.label("needed"), func.coalesce(done, false()).label("done"))
        .outerjoin(asked, asked.c.version_id == counted.c.version_id)
        .subquery("standing")
    )


def _courses_begun(people: FromClause) -> Select[Any]:
    """Each of the people with each course they have begun, or once without: the step it is, if any, and whether it
    is begun and taken (0 or 1).
    """
    columns = people.c

    def since(moment: Any) -> ColumnElement[bool]:
        return and_(moment.is_not(None), or_(columns.counts_from.is_(None), moment >= columns.counts_from))

    return (
        select(
            *columns,
            PathStep.id.label("step_id"),
            PathStep.mandatory,
            PathStep.choice_id,
            case((and_(PathStep.id.is_not(None), since(Completion.completed_at)), 1), else_=0).label("taken"),
            case((and_(PathStep.id.is_not(None), since(Enrolment.started_at)), 1), else_=0).label("begun"),
        )
        .select_from(people)
        .outerjoin(Enrolment, Enrolment.person_id == columns.person_id)
        .outerjoin(PathStep, and_(PathStep.version_id == columns.version_id, PathStep.course_id == Enrolment.course_id))
        .outerjoin(Completion, Completion.enrolment_id == Enrolment.id)
    )


def _courses_recognised(people: FromClause, today: date) -> Select[Any]:
    """The people with each step that an exemption or recognition takes for them."""
    columns = people.c
    return (
        select(
            *columns,
            PathStep.id.label("step_id"),
            PathStep.mandatory,
            PathStep.choice_id,
            literal(1).label("taken"),
            literal(0).label("begun"),
        )
        .select_from(people)
        .join(
            Recognition,
            and_(Recognition.person_id == columns.person_id, in_force(columns.agency_id, today)),
        )
        .join(PathStep, and_(PathStep.version_id == columns.version_id, PathStep.course_id == Recognition.course_id))
    )


def _that_count(by_choice: Subquery, number: ColumnElement[Any]) -> ColumnElement[Any]:
    """Of a ``number`` of steps: all of the mandatory, of a choice as many as it needs, none of the voluntary.

    ``by_choice`` has the column mandatory and is joined with its PathChoice.
    """
    needed = PathChoice.needed
    return case((by_choice.c.mandatory, number), (number > needed, needed), (needed.is_not(None), number), else_=0)


def _steps_asked() -> Subquery:
    """How many steps each version of a path asks for: the mandatory, and of each choice as many as it needs."""
    by_choice = (
        select(
            PathStep.version_id,
            PathStep.mandatory,
            PathStep.choice_id,
            func.count().label("steps"),
        )
        .group_by(PathStep.version_id, PathStep.mandatory, PathStep.choice_id)
        .subquery("steps_of_choice")
    )
    return (
        select(by_choice.c.version_id, func.sum(_that_count(by_choice, by_choice.c.steps)).label("needed"))
        .outerjoin(PathChoice, PathChoice.id == by_choice.c.choice_id)
        .group_by(by_choice.c.version_id)
        .subquery("asked")
    )


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


def done_among(member_ids: Collection[int] | Select[int]) -> Select[int]:
    """A select of those of the members who have done their path."""
    people = (
        select(*_member_columns())
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .where(AssignmentMember.id.in_(member_ids))
        .subquery("asked")
    )
    found = standing(people, clock.today())
    return select(found.c.id).where(found.c.done)


def done_members(session: Session, member_ids: Collection[int]) -> set[int]:
    """Which of the members have done their path; for mail that should not be sent to them. One query."""
    return set(session.scalars(done_among(member_ids)))


def members_taking(session: Session, person_ids: Collection[int], course_id: int) -> list[int]:
    """The people's memberships that count, in any agency, of paths that the course is a step of. One query."""
    return list(
        session.scalars(
            select(AssignmentMember.id)
            .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
            .join(PathStep, PathStep.version_id == AssignmentMember.version_id)
            .where(
                AssignmentMember.person_id.in_(person_ids),
                AssignmentMember.left_at.is_(None),
                Assignment.withdrawn_at.is_(None),
                PathStep.course_id == course_id,
            )
            .order_by(AssignmentMember.id)
        )
    )
