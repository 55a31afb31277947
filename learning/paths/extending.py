"""Giving one person more time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from learning import clock
from learning.access import audit
from learning.database import insert_once
from learning.paths.models import Assignment, AssignmentMember, DueExtension
from learning.paths.signals import due_changed

LONGEST_REASON = 500


class CannotExtend(ValueError):
    """The new day is not later than today or than the day it replaces, there is no due date, or no reason is given."""


def member_in(session: Session, agency_id: int, member_id: int) -> AssignmentMember | None:
    """A member that counts, of the agency, with person, assignment and path; None otherwise."""
    return session.scalar(
        select(AssignmentMember)
        .options(
            joinedload(AssignmentMember.person, innerjoin=True),
            joinedload(AssignmentMember.assignment, innerjoin=True).joinedload(Assignment.path, innerjoin=True),
        )
        .join(Assignment, Assignment.id == AssignmentMember.assignment_id)
        .where(
            AssignmentMember.id == member_id,
            AssignmentMember.agency_id == agency_id,
            AssignmentMember.left_at.is_(None),
            Assignment.withdrawn_at.is_(None),
        )
    )


def extensions_of(session: Session, member_id: int) -> Sequence[DueExtension]:
    """The extensions of a member, newest first."""
    return session.scalars(
        select(DueExtension).where(DueExtension.member_id == member_id).order_by(DueExtension.id.desc())
    ).all()


def extend(
    session: Session, member: AssignmentMember, due_on: date, reason: str, *, request_key: str, actor_id: int | None
) -> bool:
    """Let the member have until ``due_on``; whether this request did it. The reason is kept.

    The new day holds even when the assignment's due date is changed to an earlier one. The same ``request_key`` does
    nothing again. Raises CannotExtend; then nothing is written.
    """
    session.refresh(member, ["due_on", "extended_to"], with_for_update=True)
    reason = " ".join(reason.split())
    known = session.scalar(
        select(DueExtension.id).where(DueExtension.member_id == member.id, DueExtension.request_key == request_key)
    )
    if known is not None:
        return False
    if not reason or len(reason) > LONGEST_REASON:
        raise CannotExtend("reason")
    if member.due_on is None or due_on <= member.due_on or due_on < clock.today():
        raise CannotExtend("due_on")
    insert_once(
        session,
        DueExtension,
        agency_id=member.agency_id,
        member_id=member.id,
        due_before=member.due_on,
        due_on=due_on,
        reason=reason,
        granted_by_id=actor_id,
        granted_at=clock.now(),
        request_key=request_key,
    )
    audit.record(
        session,
        "assignment.extended",
        subject_type="person",
        subject_id=member.person_id,
        actor_id=actor_id,
        agency_id=member.agency_id,
        assignment=member.assignment_id,
        before=member.due_on.isoformat(),
        on=due_on.isoformat(),
        reason=reason,
    )
    member.due_on = member.extended_to = due_on
    session.flush()
    due_changed.send(session, assignment=member.assignment, member_ids={member.id})
    return True
