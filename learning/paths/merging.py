"""When two accounts of one person become one: in every assignment the person is a member once, and keeps the better."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, aliased, joinedload

from learning import clock
from learning.organisation.merging import QUIETLY, PersonColumns
from learning.organisation.models import Person
from learning.paths.models import Assignment, AssignmentMember, LearningPath

_DID = "what an account did is said of that account"
COLUMNS = PersonColumns(
    by_rule=(AssignmentMember.person_id,),
    stays={LearningPath.created_by_id: _DID, Assignment.created_by_id: _DID},
)


def double_members(session: Session, kept_id: int, merged_id: int) -> list[tuple[AssignmentMember, AssignmentMember]]:
    """Assignments that both accounts were given: the two rows of each, the kept account's first."""
    other = aliased(AssignmentMember)
    rows = session.execute(
        select(AssignmentMember, other)
        .join(other, other.assignment_id == AssignmentMember.assignment_id)
        .options(joinedload(AssignmentMember.assignment, innerjoin=True).joinedload(Assignment.path, innerjoin=True))
        .where(AssignmentMember.person_id == kept_id, other.person_id == merged_id)
        .order_by(AssignmentMember.id)
    )
    return [(mine, double) for mine, double in rows]


def earlier(one: date | None, other: date | None) -> date | None:
    """The earlier due date; one without a date gives way to one with."""
    return min((each for each in (one, other) if each is not None), default=None)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, Any]:
    """Memberships of assignments. Where there are two, the kept one takes the earlier due date and day of joining;
    the other stays with the closed account, as one that has left.
    """
    doubles = double_members(session, kept.id, merged.id)
    for mine, double in doubles:
        mine.due_on = earlier(mine.due_on, double.due_on)
        mine.joined_at = min(mine.joined_at, double.joined_at)
        if mine.left_at is not None and double.left_at is None:
            mine.left_at, mine.position_id = None, double.position_id
        double.left_at = double.left_at or clock.now()
    session.flush()
    result = session.execute(
        update(AssignmentMember)
        .where(
            AssignmentMember.person_id == merged.id,
            AssignmentMember.id.not_in([double.id for _, double in doubles]),
        )
        .values(person_id=kept.id)
        .execution_options(**QUIETLY)
    )
    count = int(result.rowcount)  # type: ignore[attr-defined]
    return {
        **({"assignment_member.person_id": count} if count else {}),
        **({"double_members": [double.id for _, double in doubles]} if doubles else {}),
    }
