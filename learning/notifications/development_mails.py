"""Mails about development: to oneself on a goal's day, and to the other of two before a conversation.

They are private between the two, so they are sealed in the outbox and belong to no agency's list of mail.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from learning import clock
from learning.competences.published import text_in
from learning.development import naming
from learning.development.models import Conversation, Goal, GoalState, Side
from learning.development.signals import conversation_planned, goal_changed, views_given
from learning.notifications.messages import compose, day_in_words, mail_language
from learning.notifications.outbox import Letter, cancel, morning, queue


def _remind_of_goal(session: Session, *, goal: Goal, **_: Any) -> None:
    """One waits for each open goal; when the goal changes it gives way to one of what the goal says now."""
    cancel(session, [f"goal:{goal.id}:"])
    if goal.state is not GoalState.OPEN or goal.by_day < clock.today():
        return
    language = mail_language(goal.person.language)
    found = naming.named(session, [goal.competence_id], None).get(goal.competence_id)
    title = text_in(found.plan.titles, language) if found and found.plan else goal.competence.code
    message = compose(
        "goal-due", language, path=f"/my/development/goals/{goal.id}", name=goal.person.given_name, title=title
    )
    key = f"goal:{goal.id}:{goal.revision}"
    letter = Letter(goal.person, message, "goal-due", key, not_before=morning(goal.by_day), is_private=True)
    queue(session, [letter])


def _to_the_other(session: Session, conversation: Conversation, by: Side, kind: str) -> None:
    person, manager = conversation.person, conversation.manager
    writer, reader = (person, manager) if by is Side.PERSON else (manager, person)
    language = mail_language(reader.language)
    message = compose(
        kind, language, path=f"/conversations/{conversation.id}", name=reader.given_name, other=writer.name,
        day=day_in_words(conversation.planned_on, language),
    )  # fmt: skip
    queue(session, [Letter(reader, message, kind, f"{kind}:{conversation.id}", is_private=True)])


def _tell_of_plan(session: Session, *, conversation: Conversation, by: Side, **_: Any) -> None:
    _to_the_other(session, conversation, by, "conversation-planned")


def _tell_of_views(session: Session, *, conversation: Conversation, by: Side, **_: Any) -> None:
    _to_the_other(session, conversation, by, "conversation-shared" if by is Side.PERSON else "conversation-both")


def connect() -> None:
    """Connect the receivers; calling it again changes nothing."""
    goal_changed.connect(_remind_of_goal)
    conversation_planned.connect(_tell_of_plan)
    views_given.connect(_tell_of_views)
