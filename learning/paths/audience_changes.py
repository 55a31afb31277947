"""What the audiences of assignments would change, were they followed now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from learning import clock
from learning.paths import audiences, board
from learning.paths.models import Assignment, AssignmentMember


@dataclass(frozen=True)
class Change:
    """How many would join an assignment and how many leave it, of ``total`` who would then be in its audience."""

    assignment: Assignment
    joining: int
    leaving: int
    total: int


def pending(session: Session, assignments: Iterable[Assignment]) -> list[Change]:
    """What ``membership.refresh`` would do to each. Three counts an assignment, however many people."""
    changes = []
    for assignment in assignments:
        people = audiences.people_in(assignment.agency_id, audiences.spec_of(assignment), clock.today())
        members = select(AssignmentMember.person_id).where(
            AssignmentMember.assignment_id == assignment.id, AssignmentMember.left_at.is_(None)
        )
        joining = select(func.count()).select_from(people).where(people.c.person_id.not_in(members))
        leaving = select(func.count()).select_from(
            members.where(AssignmentMember.person_id.not_in(select(people.c.person_id))).subquery()
        )
        total = select(func.count()).select_from(people)
        counts = [session.scalar(each) or 0 for each in (joining, leaving, total)]
        changes.append(Change(assignment, *counts))
    return changes


def pending_in(session: Session, agency_id: int) -> list[Change]:
    """The agency's live assignments that would change."""
    found = pending(session, board.live_assignments(session, agency_id))
    return [change for change in found if change.joining or change.leaving]


def chosen_by(session: Session, agency_id: int, unit_id: int) -> Sequence[Assignment]:
    """The assignments, withdrawn ones too, whose audience names the unit itself."""
    every = session.scalars(select(Assignment).where(Assignment.agency_id == agency_id).order_by(Assignment.id)).all()
    return [each for each in every if any(choice.unit_id == unit_id for choice in audiences.spec_of(each).units)]
