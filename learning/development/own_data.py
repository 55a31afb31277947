"""What this room holds about a person, as plain values: for the person alone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from learning.competences.models import Framework
from learning.development import assessing, conversations, goals
from learning.development.models import Conversation


def in_own_data(session: Session, person_id: int) -> dict[str, Any]:
    """Self-assessments, goals with all they have said, and conversations about the person.

    What their manager has answered is there when the person may see it. Times are ISO 8601 in UTC.
    """
    codes = {each.id: each.code for each in session.scalars(select(Framework))}
    held = session.scalars(
        select(Conversation).where(Conversation.person_id == person_id).order_by(Conversation.id)
    ).all()
    return {
        "self_assessments": [
            {
                "framework": codes.get(each.framework_id),
                "at": each.made_at.isoformat(),
                "choices": dict(each.choices),
            }
            for each in assessing.history(session, person_id)
        ],
        "goals": [
            {
                "competence": shown.goal.competence.code,
                "changes": [
                    {
                        "at": each.change.at.isoformat(),
                        "state": each.change.state.value,
                        "level": each.change.level,
                        "by_day": each.change.by_day.isoformat(),
                        "courses": list(each.content.courses),
                        "ways": [way.value for way in each.content.ways],
                        "words": each.content.words,
                        "seen": each.content.seen,
                        "reason": each.reason,
                    }
                    for each in shown.history
                ],
            }
            for shown in goals.goals_of(session, person_id)
        ],
        "conversations": [_conversation(session, each) for each in held],
    }


def _conversation(session: Session, conversation: Conversation) -> dict[str, Any]:
    return {
        "manager": conversation.manager.name,
        "planned_on": conversation.planned_on.isoformat(),
        "held_on": conversation.held_on.isoformat() if conversation.held_on else None,
        "ended_at": conversation.ended_at.isoformat() if conversation.ended_at else None,
        "notes": conversations.notes(conversation),
        "frameworks": [
            {
                "framework": part.plan.framework,
                "answers": [
                    {
                        "competence": line.competence.code,
                        "person": line.person,
                        "manager": line.manager,
                        "evidence": line.evidence,
                    }
                    for line in part.lines or ()
                ],
            }
            for part in conversations.parts(session, conversation)
        ],
    }
