"""Taking an archived path into use again: its assignments come back as they were, with the people they reach today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from learning import clock
from learning.access import audit
from learning.paths import audience_changes, audiences, membership
from learning.paths.models import Assignment, AssignmentMember, LearningPath
from learning.paths.signals import members_joined


@dataclass(frozen=True)
class Return:
    """What would come back. ``people`` count once, however many assignments reach them; ``joining`` are new since."""

    assignments: int
    people: int
    joining: int
    leaving: int
    past_due: int


def _assignments(session: Session, path: LearningPath) -> Sequence[Assignment]:
    """Those that were not withdrawn before the path was archived."""
    return session.scalars(
        select(Assignment)
        .where(Assignment.agency_id == path.agency_id, Assignment.path_id == path.id, Assignment.withdrawn_at.is_(None))
        .order_by(Assignment.id)
    ).all()


def preview(session: Session, path: LearningPath) -> Return:
    """Whom taking the path into use again would reach today. Writes nothing."""
    assignments = _assignments(session, path)
    if not assignments:
        return Return(0, 0, 0, 0, 0)
    changes = audience_changes.pending(session, assignments)
    reached = [
        select(audiences.people_in(path.agency_id, audiences.spec_of(each), clock.today()).c.person_id)
        for each in assignments
    ]
    people = session.scalar(select(func.count()).select_from(union(*reached).subquery())) or 0
    past_due = session.scalar(
        select(func.count(AssignmentMember.person_id.distinct())).where(
            AssignmentMember.assignment_id.in_([each.id for each in assignments]),
            AssignmentMember.left_at.is_(None),
            AssignmentMember.due_on < clock.today(),
        )
    )
    joining, leaving = sum(each.joining for each in changes), sum(each.leaving for each in changes)
    return Return(len(assignments), people, joining, leaving, past_due or 0)


def restore(session: Session, path: LearningPath, *, actor_id: int | None) -> None:
    """Take the path into use again; restoring it twice changes nothing.

    Audiences are followed at once. Members get the mails that still lie ahead; what was sent is not sent again.
    """
    session.refresh(path, ["archived_at"], with_for_update=True)
    if path.archived_at is None:
        return
    path.archived_at = None
    session.flush()
    membership.refresh(session, path.agency_id)
    members = 0
    for assignment in _assignments(session, path):
        member_ids = list(
            session.scalars(
                select(AssignmentMember.id)
                .where(AssignmentMember.assignment_id == assignment.id, AssignmentMember.left_at.is_(None))
                .order_by(AssignmentMember.id)
            )
        )
        members += len(member_ids)
        if member_ids:
            members_joined.send(session, assignment=assignment, member_ids=member_ids)
    audit.record(
        session,
        "path.restored",
        subject_type="learning-path",
        subject_id=path.id,
        actor_id=actor_id,
        agency_id=path.agency_id,
        title=path.title,
        members=members,
    )
