"""When two accounts of one person become one: they take part in a programme once, with what either said or did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from learning.organisation.merging import QUIETLY, PersonColumns
from learning.organisation.models import Person
from learning.programmes.models import Attendance, Attended, Cohort, CohortFacilitator, CohortMember, Reply

_DID = "what an account did is said of that account"
COLUMNS = PersonColumns(
    by_rule=(CohortFacilitator.person_id, CohortMember.person_id, Attendance.person_id),
    stays={Cohort.created_by_id: _DID, Attendance.noted_by_id: _DID},
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, int]:
    """Taking part, facilitating and attendance; where both accounts have a row, the kept one takes the better."""
    for double in session.scalars(select(CohortMember).where(CohortMember.person_id == merged.id)).all():
        mine = session.scalar(
            select(CohortMember).where(CohortMember.cohort_id == double.cohort_id, CohortMember.person_id == kept.id)
        )
        if mine is not None:
            mine.joined_at = min(mine.joined_at, double.joined_at)
            mine.left_at = None if double.left_at is None else mine.left_at
    for said in session.scalars(select(Attendance).where(Attendance.person_id == merged.id)).all():
        own = session.get(Attendance, (said.gathering_id, kept.id))
        if own is None:
            continue
        if own.reply is Reply.NONE:
            own.reply, own.replied_at = said.reply, said.replied_at
        if own.attended is Attended.UNKNOWN or said.attended is Attended.PRESENT:
            own.attended, own.noted_by_id, own.noted_at = said.attended, said.noted_by_id, said.noted_at
    session.flush()
    moved = {
        "cohort_member.person_id": _move(session, CohortMember.cohort_id, CohortMember.person_id, kept, merged),
        "cohort_facilitator.person_id": _move(
            session, CohortFacilitator.cohort_id, CohortFacilitator.person_id, kept, merged
        ),
        "attendance.person_id": _move(session, Attendance.gathering_id, Attendance.person_id, kept, merged),
    }
    return {name: number for name, number in moved.items() if number}


def _move(
    session: Session, key: InstrumentedAttribute[int], person: InstrumentedAttribute[int], kept: Person, merged: Person
) -> int:
    """Rows of the merged account that the kept one lacks become the kept one's; the others go."""
    known = session.scalars(select(key).where(person == kept.id)).all()
    session.execute(delete(key.class_).where(person == merged.id, key.in_(known)).execution_options(**QUIETLY))
    result = session.execute(
        update(key.class_).where(person == merged.id).values({person.key: kept.id}).execution_options(**QUIETLY)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]
