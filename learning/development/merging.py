"""When two accounts of one person become one: self-assessments, goals and conversations come along."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from learning import clock
from learning.development.models import Conversation, Goal, SelfAssessment, Side
from learning.organisation.merging import PersonColumns, move_columns
from learning.organisation.models import Person

COLUMNS = PersonColumns(
    moved=(SelfAssessment.person_id, Goal.person_id),
    by_rule=(Conversation.person_id, Conversation.manager_id),
)


def move(session: Session, *, kept: Person, merged: Person, **_: Any) -> dict[str, Any]:
    """All of it. Conversations that the two would have under way twice, or between themselves, are ended first."""
    _end_doubles(session, kept, merged)
    moved = move_columns(session, [*COLUMNS.moved, *COLUMNS.by_rule], kept, merged)
    session.expire_all()
    return moved


def _end_doubles(session: Session, kept: Person, merged: Person) -> None:
    both = [kept.id, merged.id]
    other = aliased(Conversation)
    as_person = and_(
        Conversation.person_id == merged.id, other.person_id == kept.id, other.manager_id == Conversation.manager_id
    )
    as_manager = and_(
        Conversation.manager_id == merged.id, other.manager_id == kept.id, other.person_id == Conversation.person_id
    )
    double = select(other.id).where(
        other.ended_at.is_(None), other.agency_id == Conversation.agency_id, or_(as_person, as_manager)
    )
    themselves = and_(Conversation.person_id.in_(both), Conversation.manager_id.in_(both))
    for each in session.scalars(
        select(Conversation).where(Conversation.ended_at.is_(None), or_(double.exists(), themselves))
    ).all():
        each.ended_at, each.ended_by = clock.now(), Side.PERSON
    session.flush()
