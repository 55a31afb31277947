"""Keeping the members of assignments in step with who holds which position: joiners, leavers, returners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Subquery, literal, select, update
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.database import UtcDateTime, insert_of
from learning.paths import audiences, due_dates, versions
from learning.paths.models import Assignment, AssignmentMember, LearningPath
from learning.paths.signals import members_joined, members_left


@dataclass(frozen=True)
class Refreshed:
    """How many members a refresh has changed."""

    joined: int = 0
    returned: int = 0
    left: int = 0


def refresh(session: Session, agency_id: int | None = None) -> Refreshed:
    """Bring the members of every live assignment up to date, in one agency or all.

    New people in the audience join, with a due date of their own; those no longer in it are marked as having
    left; those who are back count again, with the due date they had. Four statements an assignment, however
    many people. Run it daily, and after changes to positions. Sends members_joined and members_left.
    """
    live = (
        select(Assignment)
        .join(LearningPath, LearningPath.id == Assignment.path_id)
        .options(
            joinedload(Assignment.path, innerjoin=True),
            joinedload(Assignment.audience, innerjoin=True),
        )
        .where(Assignment.withdrawn_at.is_(None), LearningPath.archived_at.is_(None))
        .order_by(Assignment.id)
        .with_for_update(of=Assignment)  # not withdrawn meanwhile, and two refreshes take turns
    )
    if agency_id is not None:
        live = live.where(Assignment.agency_id == agency_id)
    now, today = clock.now(), clock.today()
    joined = returned = left = 0
    for assignment in session.scalars(live).all():
        changes = _refresh_one(session, assignment, now, today)
        joined, returned, left = joined + changes.joined, returned + changes.returned, left + changes.left
    session.expire_all()
    return Refreshed(joined, returned, left)


def _refresh_one(session: Session, assignment: Assignment, now: datetime, today: date) -> Refreshed:
    people = audiences.people_in(assignment.agency_id, audiences.spec_of(assignment), today)
    mine = AssignmentMember.assignment_id == assignment.id
    quietly = {"synchronize_session": False}
    left = list(
        session.scalars(
            update(AssignmentMember)
            .where(mine, AssignmentMember.left_at.is_(None))
            .where(AssignmentMember.person_id.not_in(select(people.c.person_id)))
            .values(left_at=now)
            .returning(AssignmentMember.id)
            .execution_options(**quietly)
        )
    )
    returned = list(
        session.scalars(
            update(AssignmentMember)
            .where(mine, AssignmentMember.left_at.is_not(None), AssignmentMember.person_id == people.c.person_id)
            .values(left_at=None, position_id=people.c.position_id)
            .returning(AssignmentMember.id)
            .execution_options(**quietly)
        )
    )
    # Somebody who changed unit inside the audience is counted where they are now.
    session.execute(
        update(AssignmentMember)
        .where(
            mine,
            AssignmentMember.person_id == people.c.person_id,
            AssignmentMember.position_id != people.c.position_id,
        )
        .values(position_id=people.c.position_id)
        .execution_options(**quietly)
    )
    joined = _add_joiners(session, assignment, people, now, today)
    if left:
        members_left.send(session, member_ids=left)
    if joined or returned:
        members_joined.send(session, assignment=assignment, member_ids=joined + returned)
    return Refreshed(len(joined), len(returned), len(left))


def _add_joiners(session: Session, assignment: Assignment, people: Subquery, now: datetime, today: date) -> list[int]:
    dialect = session.get_bind().dialect
    due = due_dates.rule_of(assignment)
    already = select(AssignmentMember.person_id).where(AssignmentMember.assignment_id == assignment.id)
    newcomers = select(
        literal(assignment.agency_id),
        literal(assignment.id),
        people.c.person_id,
        people.c.position_id,
        literal(versions.current_id(session, assignment.path_id)),
        due_dates.due_on_column(due, today, people.c.starts_on, dialect),
        literal(now, UtcDateTime()),
    ).where(people.c.person_id.not_in(already))
    columns = ["agency_id", "assignment_id", "person_id", "position_id", "version_id", "due_on", "joined_at"]
    return list(
        session.scalars(
            insert_of(session, AssignmentMember)
            .from_select(columns, newcomers)
            .on_conflict_do_nothing()
            .returning(AssignmentMember.id)
        )
    )
