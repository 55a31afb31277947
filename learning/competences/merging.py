"""When two accounts of one person become one: the evidence of both is one person's, and the levels follow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.competences.evidence_models import (
    CompetenceLevel,
    ConfirmationRequest,
    Contest,
    Evidence,
    RequestStatus,
)
from learning.competences.keeping import settle
from learning.competences.levels import STATED
from learning.organisation.merging import QUIETLY, PersonColumns, move_columns
from learning.organisation.models import Person

COLUMNS = PersonColumns(
    moved=(Evidence.person_id, Evidence.by_id),  # who states is one person to the rule, whatever the account
    by_rule=(
        CompetenceLevel.person_id,
        ConfirmationRequest.person_id,
        ConfirmationRequest.asked_id,
        Contest.person_id,
    ),
    stays={Contest.answered_by_id: "what an account did is said of that account"},
)
BY_ONESELF = "Both accounts were the same person's."


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, Any]:
    """All of it. What one account said of the other is withdrawn: nobody confirms themselves."""
    _close_double_requests(session, kept, merged)
    _close_double_contests(session, kept, merged)
    moved = {
        **move_columns(session, COLUMNS.moved, kept, merged),
        **move_columns(session, [ConfirmationRequest.person_id, Contest.person_id], kept, merged),
        **_move_asked(session, kept, merged),
    }
    session.execute(
        update(Evidence)
        .where(
            Evidence.person_id == kept.id, Evidence.by_id == kept.id, Evidence.kind.in_(STATED),
            Evidence.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=clock.now(), withdrawn_reason=BY_ONESELF)
        .execution_options(**QUIETLY)
    )  # fmt: skip
    told_of = select(Evidence.person_id).where(Evidence.by_id == kept.id, Evidence.kind.in_(STATED)).distinct()
    settle(session, [kept.id, merged.id, *session.scalars(told_of)])
    return moved


def _close_double_requests(session: Session, kept: Person, merged: Person) -> None:
    """Requests that the two would have waiting twice, or between themselves: the merged account's are withdrawn."""
    both = [kept.id, merged.id]
    other = aliased(ConfirmationRequest)
    waiting = ConfirmationRequest.status == RequestStatus.WAITING
    twice = select(other.id).where(
        other.status == RequestStatus.WAITING,
        other.id < ConfirmationRequest.id,
        other.competence_id == ConfirmationRequest.competence_id,
        or_(
            ConfirmationRequest.person_id.in_(both)
            & other.person_id.in_(both)
            & (other.asked_id == ConfirmationRequest.asked_id),
            ConfirmationRequest.asked_id.in_(both)
            & other.asked_id.in_(both)
            & (other.person_id == ConfirmationRequest.person_id),
        ),
    )
    themselves = ConfirmationRequest.person_id.in_(both) & ConfirmationRequest.asked_id.in_(both)
    for each in session.scalars(select(ConfirmationRequest).where(waiting, or_(twice.exists(), themselves))).all():
        each.status, each.answered_at = RequestStatus.WITHDRAWN, clock.now()
    between = ConfirmationRequest.person_id.in_(both) & ConfirmationRequest.asked_id.in_(both)
    for each in session.scalars(select(ConfirmationRequest).where(between)).all():
        each.person_id, each.asked_id = kept.id, merged.id
    session.flush()


def _close_double_contests(session: Session, kept: Person, merged: Person) -> None:
    """Of two open contests of one competence the merged account's is closed; its words stay to be read."""
    open_ones = select(Contest.competence_id).where(Contest.person_id == kept.id, Contest.answered_at.is_(None))
    for each in session.scalars(
        select(Contest).where(
            Contest.person_id == merged.id, Contest.answered_at.is_(None), Contest.competence_id.in_(open_ones)
        )
    ).all():
        each.answer, each.answered_at = "", clock.now()
    session.flush()


def _move_asked(session: Session, kept: Person, merged: Person) -> dict[str, int]:
    """Requests between the two stay with the merged account as the other side."""
    asked = session.scalars(select(ConfirmationRequest).where(ConfirmationRequest.asked_id == merged.id)).all()
    moved = 0
    for each in asked:
        if each.person_id != kept.id:
            each.asked_id = kept.id
            moved += 1
    session.flush()
    return {"confirmation_request.asked_id": moved} if moved else {}
